/*
 * Facts that conditions ask for: measured on a worker thread when a condition
 * first needs one, told to the run as an input, then the condition is
 * evaluated anew. Others may wait for a measurement too. Measurements end
 * with the engine.
 */
#ifndef WF_DRIVE_FACTS_H
#define WF_DRIVE_FACTS_H

#include "engine/drive/engine_int.h"
#include "engine/facts.h"

struct fact_source;

/* Value of `root.field` as the run has read it: 1 and *out (strings in
 * `scratch`); 0: nothing has that root; -1 and err (no such field), or with
 * *wanted set: it must be measured first. */
struct fact_name {
	struct flow_name name;
	const struct fact_source *wanted;
};
int facts_get(const struct run *r, struct fact_name *ask, struct value *out,
	struct buf *scratch, struct err *err);
/* Measures for the evaluation, which is asked again then (eval_start). */
void facts_measure(struct engine *e, const struct action *a,
	const struct fact_source *source);
/* Roots, for did-you-mean. */
size_t facts_names(const char **list, size_t max);
/* Sets the help of an err about a name that is none of `names`. */
int facts_suggest(struct err *err, struct str word, const char *const *names,
	size_t count);

/* Somebody else who waits: embed it. fn is called once, on the loop, unless
 * it is withdrawn before. */
struct fact_wait {
	struct fact_wait *next;
	/* err NULL: it has been measured, see fact_known. */
	void (*fn)(struct fact_wait *w, const struct err *err);
};
void facts_ask(struct engine *e, const struct fact_source *source,
	const char *dir, struct fact_wait *w);
/* What nobody waits for any more is stopped. */
void facts_withdraw(struct engine *e, struct fact_wait *w);

/* The run is gone: another may have its slot before the measurement ends. */
void facts_forget(struct engine *e, uint32_t slot);
/* At close: before the workers end, and behind. */
void facts_stop(struct engine *e);
void facts_free(struct engine *e);

#endif
