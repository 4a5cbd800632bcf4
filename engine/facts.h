/*
 * Facts for the shell: what conditions may ask of the world without a step,
 * and measuring it outside of any run. Everything is called from the loop's
 * thread; what is measured is measured on the engine's workers.
 */
#ifndef WF_FACTS_H
#define WF_FACTS_H

#include "engine/engine.h"

/* All that can be measured, by root, in the order of their tables. */
void engine_facts_each(void (*fn)(void *ud, const char *root,
	const char *field, const char *summary), void *ud);

struct engine_fact {
	struct str value;      /* JSON; of a root an object of its fields.
	                          Borrowed until the next turn of the loop */
	int64_t cost_ms, at_ms; /* how long it took, when it ended */
};
/* As last in this directory since the engine was opened, by a condition or by
 * engine_fact_now: 1, or 0 when it was not. `name` is a root, or the name of a
 * fact that steps make; the value of that is its own. */
int engine_fact_known(const struct engine *e, const char *name,
	const char *dir, struct engine_fact *out);
/*
 * Measures a root in a directory (absolute), with the help of what is
 * remembered of its files. Turns the loop until it is done, so that runs go
 * on; ends early when `until` (may be NULL) returns non-zero, asked after
 * every turn: ERR_TIMEOUT. ERR_NOTFOUND: no such root. ERR_IO: the directory
 * cannot be read.
 */
struct engine_fact_ask {
	const char *root, *dir;
	int (*until)(void *ud);
	void *ud;
};
int engine_fact_now(struct engine *e, const struct engine_fact_ask *ask,
	struct engine_fact *out, struct err *err);

#endif
