/*
 * Facts: what conditions of a flow may ask about the world. A source measures
 * all fields of its root at once, as one JSON object, so that what a run
 * reads of it is of one moment.
 *
 * To add one: a file fact_<root>.c with one `const struct fact_source`, and a
 * line in fact_list.h.
 */
#ifndef WF_FACT_FACT_H
#define WF_FACT_FACT_H

#include <stdatomic.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

struct fact_ask {
	const char *dir;       /* of the run; absolute */
	const char *cache_dir; /* for what is remembered; NULL: nowhere */
	const atomic_int *stop;/* not 0: end soon; may be NULL */
};

struct fact_field {
	const char *name, *summary;
};

struct fact_source {
	const char *root;                /* "codebase" */
	const struct fact_field *fields; /* ends with name == NULL */
	/* Appends a JSON object with every field. Blocks: for a worker
	 * thread. -1: it cannot be measured here. */
	int (*measure)(const struct fact_ask *ask, struct buf *out,
		struct err *err);
};

/* All of them, NULL-terminated. */
extern const struct fact_source *const fact_list[];
/* NULL: there is none. */
const struct fact_source *fact_source_of(struct str root);
/* 1 when the source has the field. */
int fact_has(const struct fact_source *s, struct str field);

#endif
