/*
 * A run's state: arrays parallel to the plan's, one set per frame. Written
 * by run_apply() alone; everyone else reads. Replay is run_apply() over the
 * stored events and must give the same bytes of state as the live run
 * (run_same, checked after every step of the simulator).
 */
#ifndef WF_CORE_RUN_H
#define WF_CORE_RUN_H

#include "engine/core/step.h"

enum run_state {
	RUN_RUNNING, RUN_WAITING, RUN_PAUSED, RUN_SUCCEEDED, RUN_FAILED,
	RUN_CANCELLED,
	RUN_INTERRUPTED, /* ended, then rewound: goes on when resumed; the
	                    store says it of runs whose owner died */
	RUN_STATES
};

struct run {
	uint32_t id;           /* slot in sched: the driver's handle */
	uint8_t state;         /* enum run_state */
	uint8_t cancelling;    /* 1 graceful, 2 hard */
	uint8_t paused, timed_out, rolling_back, stopping;
	uint8_t scheduled;     /* a sched holds it; not state */
	int32_t exit;
	uint64_t seed;
	int64_t started_ms, finished_ms, deadline_ms;
	int64_t resumed_ms;    /* the last time; 0: never */
	struct plan *plan;     /* held */
	uint32_t frame_count, frame_cap, extra_count, extra_cap;
	uint32_t signal_count, signal_cap, signals_taken;
	uint32_t extra_free;   /* index + 1 of a free extra; 0: none */
	uint32_t done_count, done_cap;
	uint32_t running;      /* leaves in STEP_RUNNING, waits included */
	uint32_t waits;        /* steps that wait for a signal */
	uint32_t doubts;       /* steps in doubt */
	uint32_t moving;       /* steps that go on without a person */
	uint32_t counts[STEP_STATES]; /* leaves over all frames */
	struct frame *frames;
	struct extra *extras;
	struct signal *signals;
	struct run_facts *facts; /* run_fact.h; NULL: none was read */
	uint64_t applied;      /* events so far */
	/* succeeded nodes with an @undo, in order: frame << 32 | node; kept
	 * only with STRATEGY_ROLLBACK */
	uint64_t *done;
};

/* A run that has seen no event. The run holds the plan. */
struct run *run_new(struct plan *plan, uint32_t id);
void run_free(struct run *r);

/*
 * Folds one event. The event must be one that can follow (asserted live;
 * journal replay checks first with run_accepts and reports ERR_CORRUPT).
 * Copies what it keeps.
 */
void run_apply(struct run *r, const struct event *e);
int run_accepts(const struct run *r, const struct event *e);
/* RUN_EDITED: replaces the plan and forgets all steps; results then come
 * back by STEP_ADOPTED. Takes a hold on plan. */
void run_replan(struct run *r, struct plan *plan);

/* 1 when both are the same in every field that is state. */
int run_same(const struct run *a, const struct run *b);

/* A step of a run: `node` of the plan, in one of its body's frames. */
struct place {
	uint32_t frame, node;
};
struct step *run_step(const struct run *r, uint32_t frame, uint32_t node);
const struct extra *run_extra(const struct run *r, const struct step *s);
/* A leaf or composite is settled when nothing more happens to it. */
int step_settled(const struct step *s);
/* Settled, and its successors may start: succeeded, ignored, or skipped by
 * its own condition. */
int step_passed(const struct step *s);
/* Whether a step in one of its frames failed, not it by itself (a condition,
 * items, @max, a timeout of a composite). */
int run_failed_inside(const struct run *r, uint32_t frame, uint32_t node);
/* Leaves that failed, and composites that failed by themselves. */
uint32_t run_failures(const struct run *r);

/* "deploy.bash", "loop[2].bash": appends to out. Iterations from 1. */
void run_path(const struct run *r, uint32_t frame, uint32_t node,
	struct buf *out);
/* Finds by path, else by plain name in any frame, last opened first; 0 or
 * -1. */
int run_find(const struct run *r, struct str path, uint32_t *frame,
	uint32_t *node);
/* How many steps are so called, and the last opened of them: one when it is
 * a path, for a name alone all that have it. */
size_t run_places(const struct run *r, struct str path, struct place *last);

const char *run_state_name(enum run_state s);   /* "succeeded" */
const char *step_state_name(enum step_state s);
const char *outcome_name(enum outcome o);
const char *error_class_name(enum error_class c); /* NULL for CLASS_NONE */
int run_ended(const struct run *r); /* succeeded failed cancelled */

/* Idempotency key, contract D12: hash of (project, run ulid, path), 32 hex
 * digits and NUL. Iterations are in the path. */
void run_key(struct str project, struct str ulid, struct str path,
	char out[33]);

#endif
