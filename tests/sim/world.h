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

enum { WORLD_RUNS = 3, CELLS = 8, RATE_MAX = 4, RECOVERY_MS = 50 };

/* Transitions of a circuit breaker. */
enum { BREAK_OPENS, BREAK_HALF_OPENS, BREAK_CLOSES, BREAK_OPENS_AGAIN, BREAKS };

/* The pools as configured, and what was seen of them. */
struct watch {
	uint32_t per_minute;   /* of "disk"; 0: none */
	uint32_t failures;     /* of "net"; 0: no breaker */
	uint8_t tool;          /* "tool" has a limit of its own */
	int64_t starts[RATE_MAX]; /* newest last */
	uint32_t start_count, probes;
	int64_t opened_ms;
	enum breaker_state breaker;
};

/* How often what was seen, over all worlds. */
struct tally {
	uint64_t events[EVENT_KINDS][CELLS];
	uint64_t inputs[INPUT_KINDS];
	uint64_t evals[EVAL_CALL + 1];
	uint64_t kinds[NODE_KINDS];
	uint64_t crashes, jumps, ahead, stale, rotten, steps;
	uint64_t rated;        /* starts that waited for their rate */
	uint64_t breaks[BREAKS]; /* transitions of breakers */
	uint64_t refused;      /* by an open breaker */
	uint64_t inner;        /* rewinds to a step within a composite */
	uint64_t hash;
};

struct world {
	struct rng g;
	struct sim *sim;
	struct tally *tally;
	struct plan *plans[WORLD_RUNS];
	uint8_t resumed[WORLD_RUNS];
	uint8_t touched[WORLD_RUNS]; /* steps may have got new tries */
	uint8_t halting[WORLD_RUNS]; /* it was about to end */
	struct idmap unknown;  /* `once` steps begun, with no report */
	struct idmap retried;  /* how often, by run, frame and step */
	struct watch watch;
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
/* check_pools.c: rates and breakers. */
void watch_choose(struct world *w);
void watch_configure(void *world, struct pools *p);
void watch_event(struct world *w, uint32_t key, const struct event *e);
void watch_look(struct world *w);
void world_fault(void *ud, const char *text);

#endif
