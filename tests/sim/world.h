/*
 * A random world around random plans: jobs that fail, time out, are lost,
 * wait; people who cancel, pause, answer, decide; crashes at any moment. And
 * the invariants that hold all the same.
 */
#ifndef WF_TESTS_SIM_WORLD_H
#define WF_TESTS_SIM_WORLD_H

#include "engine/base/map.h"
#include "engine/drive/sim.h"
#include "tests/sim/gen.h"

enum { WORLD_RUNS = 3, CELLS = 8 };

/* How often what was seen, over all worlds. */
struct tally {
	uint64_t events[EVENT_KINDS][CELLS];
	uint64_t inputs[INPUT_KINDS];
	uint64_t evals[EVAL_CALL + 1];
	uint64_t kinds[NODE_KINDS];
	uint64_t crashes, jumps, ahead, stale, rotten, breaker, steps;
	uint64_t hash;
};

struct world {
	struct rng g;
	struct sim *sim;
	struct tally *tally;
	struct plan *plans[WORLD_RUNS];
	uint8_t resumed[WORLD_RUNS];
	struct idmap unknown;  /* `once` steps begun, with no report */
	uint32_t trouble;      /* disturbances left */
	int trace, halted;
	char fault[200];
	uint64_t seed;
};

/* Runs one world to its end; 0, or -1 with w->fault set. */
int world_run(struct world *w, uint64_t seed, struct tally *t, int trace);

/* check.c: what must hold. */
void check_begin(struct world *w, const struct sim_job *job);
void check_event(struct world *w, uint32_t key, const struct event *e);
void check_end(struct world *w);
void world_fault(void *ud, const char *text);

#endif
