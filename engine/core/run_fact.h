/*
 * Facts of a run: what was measured when a step first asked for it, the same
 * for the rest of the run. Written by run_apply() alone (EVENT_FACT_READ);
 * a later one of the same name takes its place. When the step that asked is put
 * back to its beginning, its facts are stale: whoever asks next reads anew.
 */
#ifndef WF_CORE_RUN_FACT_H
#define WF_CORE_RUN_FACT_H

#include "engine/core/run.h"

/* The value of a fact, JSON, borrowed until the run changes: 1, or 0 when it
 * was not read or is stale. */
int run_fact(const struct run *r, struct str name, struct str *value);
/* As read last, be it stale: for a step whose condition has read it. */
int run_fact_last(const struct run *r, struct str name, struct str *value);
/* Fact `i` in the order in which they were read: 1, 0 behind the last. */
struct fact_read {
	struct str name, value; /* as of run_fact() */
	int64_t cost_us;       /* what making it took; 0: not known */
};
int run_fact_at(const struct run *r, size_t i, struct fact_read *out);

/* Inside run_*.c: */
void run_fact_apply(struct run *r, const struct event *e);
/* Makes stale what a step, or (PLAN_NONE) any in the frame, asked for. */
void run_facts_stale(struct run *r, uint32_t frame, uint32_t step);
int run_facts_same(const struct run *a, const struct run *b);
void run_facts_free(struct run *r);

#endif
