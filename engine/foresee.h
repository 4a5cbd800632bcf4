/*
 * What a decision would come to: for /explain. No step runs, nothing is
 * recorded.
 */
#ifndef WF_FORESEE_H
#define WF_FORESEE_H

#include "engine/base/digest.h"
#include "engine/core/plan.h"
#include "engine/engine.h"

struct foresee {
	const struct plan *plan;
	uint32_t node;
	const char *dir;
	const struct digest *text_key; /* of its text; NULL: not known */
};

/*
 * A condition of the node as it would be now: 1 true, 0 false, -1 that is not
 * known before it runs. What can be measured is taken as it was measured last
 * (engine/facts.h). Appends the facts that it rests on, or what is not known,
 * to *rests: "codebase.files is 12, vars.x is nil".
 */
int engine_foresee(struct engine *e, const struct foresee *of,
	struct str expr, struct buf *rests);

/* How the node decided before. */
struct foreseen {
	uint32_t branch;       /* that it took most often, of the node's, from 0;
	                          PLAN_NONE: none */
	uint64_t times, of;    /* so many of so many times */
	int64_t at_ms;         /* the last time */
};
/* By the last decisions of an adaptive workflow, else by the last run of the
 * same text here: 1, or 0 when it never decided. */
int engine_past(struct engine *e, const struct foresee *of,
	struct foreseen *out);

#endif
