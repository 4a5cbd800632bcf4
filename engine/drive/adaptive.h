/*
 * Decisions of workflows that are adaptive: the order of operands, places of
 * thresholds and the arm of a `choose`, as the policy (engine/learn.h) finds
 * them best by what the site's decisions came to. Each decision with all that
 * it rests on is journalled; when its step is settled it becomes a row of the
 * store, in the same transaction, unless the workflow does not learn.
 *
 * A site is known by directory, text and path of the node, less the indices
 * of loops.
 */
#ifndef WF_DRIVE_ADAPTIVE_H
#define WF_DRIVE_ADAPTIVE_H

#include "engine/drive/engine_int.h"

/* 1: this question is the policy's matter. */
int adaptive_asks(const struct engine *e, const struct action *a);
/* What the facts took that were read since it was set to zero. */
struct adaptive_cost {
	int64_t us;
	uint64_t counted;      /* of the first 64 facts of the run */
};
/* A condition, as e->lua.eval does it. What is found stays until the decision
 * is told or the run goes. */
struct adaptive_eval {
	struct str expr;
	const struct vm_host *host; /* adds to *cost when a fact is read */
	struct adaptive_cost *cost;
	size_t *at;
	/* With the host's ud. Whether a fact is to be had first, however the
	 * evaluation ended: the question comes again. */
	int (*is_due)(void *ud);
	/* What was to be had first is not any more: another order is tried. */
	void (*anew)(void *ud);
};
int adaptive_condition(struct engine *e, const struct action *a,
	const struct adaptive_eval *ask, struct value *out, struct err *err);
/* All that was found for the step, as JSON: borrowed until the next call. */
struct str adaptive_detail(struct engine *e, const struct action *a);
/* The arm of a choose, a branch of the node, with its detail; the first when
 * nothing can be learned. */
void adaptive_choice(struct engine *e, const struct action *a, int64_t *branch,
	struct str *detail);

/* A step is settled: what it decided is recorded in the batch. */
void adaptive_settled(struct engine *e, struct batch *b, struct drive_run *r,
	const struct out_event *ev, const struct event *full);
/* The run is gone, or (PLAN_NONE) all are. */
void adaptive_forget(struct engine *e, uint32_t slot);

#endif
