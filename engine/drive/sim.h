/*
 * The simulator: the scheduler in virtual time, with a model of the world
 * around it: a guard with slots, evaluations, a journal that commits late
 * and loses what it had not committed when the process dies. It is the tick
 * of house.md with other hands; dry runs and the tests of the core use it.
 *
 * Runs are named by a key that stays the same over crashes (the slot of the
 * scheduler does not).
 */
#ifndef WF_DRIVE_SIM_H
#define WF_DRIVE_SIM_H

#include "engine/core/sched.h"

struct sim;

struct sim_job {
	uint32_t key, frame, step, attempt;
	uint8_t begun, killed, queued; /* queued: stands in the guard's queue */
};

/* What becomes of a job; set by the hook when it begins. */
struct sim_fate {
	int64_t dur_ms;
	struct result result;    /* strings live until the next call */
	uint8_t waits;           /* it is a wait: the fields below */
	uint8_t stubborn;        /* a kill changes nothing of the result */
	int64_t wait_ms;         /* -1: no timer */
	struct str signal, when_due;
};

struct sim_answer {
	int64_t dur_ms;
	int64_t value;
	struct str bytes;
	const struct result *result;
	const char *fact;          /* read just before, with fact_value; or
	                              NULL. Both static */
	const char *fact_value;
	uint8_t demand;            /* instead of answering: the fact of the
	                              branch `value` is needed first */
};

struct sim_hooks {
	void *ud;
	void (*job)(void *ud, const struct sim_job *job,
		struct sim_fate *fate);
	void (*eval)(void *ud, uint32_t key, const struct action *a,
		struct sim_answer *answer);
	/* Delay of the next commit in ms; NULL: at once. */
	int64_t (*commit_ms)(void *ud);
	/* An event was made (durable = 0), was committed (1). */
	void (*event)(void *ud, uint32_t key, const struct event *e,
		int durable);
	void (*action)(void *ud, uint32_t key, const struct action *a);
	void (*ended)(void *ud, const struct sim_job *job);
	/* A scheduler is new, at the beginning and after each crash: its
	 * pools can be configured. */
	void (*pools)(void *ud, struct pools *p);
	/* Something that must not be: the text says what. NULL: abort. */
	void (*fault)(void *ud, const char *text);
};

struct sim_options {
	uint32_t slots, ahead;   /* of the pool "slots"; 0 slots: 10 */
	int64_t start_ms;        /* clock at the beginning */
	uint8_t check;           /* compare live and replayed after each step */
};

struct sim *sim_new(const struct sim_options *o, const struct sim_hooks *h);
void sim_free(struct sim *s);
struct sched *sim_sched(struct sim *s);
int64_t sim_now(const struct sim *s);

/* Starts a run; returns its key. Borrows the plan (the run holds it). */
uint32_t sim_start(struct sim *s, struct plan *plan, uint64_t seed,
	int held);
/* Gives an input now; in->run is a key, or PLAN_NONE. */
int sim_give(struct sim *s, const struct input *in, struct err *err);
/* Goes on to the next thing that happens; 0 when nothing will. */
int sim_next(struct sim *s);
/* The time of it, or INT64_MAX. */
int64_t sim_next_ms(const struct sim *s);
/* Moves the clock, as a suspended machine does. */
void sim_jump(struct sim *s, int64_t ms);
/* Everything that is not committed is gone; runs are rebuilt from their
 * events, and those that had not ended are resumed. */
void sim_crash(struct sim *s);
/* The run as the scheduler sees it, or NULL when it is lost. */
const struct run *sim_run(const struct sim *s, uint32_t key);
/* As the journal sees it. With check only. */
const struct run *sim_durable(const struct sim *s, uint32_t key);
uint32_t sim_count(const struct sim *s);
/* Jobs that have begun and not ended. */
size_t sim_jobs(const struct sim *s, const struct sim_job **out);
/* Hash over everything the scheduler ever said. */
uint64_t sim_hash(const struct sim *s);

/*
 * Predicts a run of `plan` whose nodes take dur_ms[node] each, evaluations
 * take no time, conditions hold, loops have one round and lists one item.
 * Sets *total_ms and, when start_ms is given, the time each node begins
 * (-1: not at all), counted from the run's start. -1 when it does not end.
 */
int sim_predict(const struct plan *plan, const int64_t *dur_ms,
	uint32_t slots, int64_t *start_ms, int64_t *total_ms);

#endif
