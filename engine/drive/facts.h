/*
 * Facts that conditions ask for: measured on a worker thread when a condition
 * first needs one, told to the run as an input, then the condition is
 * evaluated anew. Measurements end with the engine.
 */
#ifndef WF_DRIVE_FACTS_H
#define WF_DRIVE_FACTS_H

#include "engine/drive/engine_int.h"

struct fact_source;

/* Value of `root.field` as the run has read it: 1 and *out (strings in
 * `scratch`); 0: nothing has that name; -1 and err, or with *wanted set: it
 * must be measured first. */
int facts_get(const struct run *r, struct flow_name name, struct value *out,
	struct buf *scratch, const struct fact_source **wanted);
/* Measures for the evaluation, which is asked again then (eval_start). */
void facts_measure(struct engine *e, const struct action *a,
	const struct fact_source *source);
/* Names for did-you-mean: roots, or the fields of a root. */
size_t facts_names(const char **list, size_t max);
/* At close, before the workers end. */
void facts_stop(struct engine *e);

#endif
