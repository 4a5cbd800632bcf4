/*
 * A run's state: arrays parallel to the plan's, one set per frame. Written
 * by run_apply() alone; everyone else reads. Replay is run_apply() over the
 * stored events and must give the same bytes of state as the live run
 * (run_same, checked after every step of the simulator).
 */
#ifndef WF_CORE_RUN_H
#define WF_CORE_RUN_H

#include "engine/core/event.h"

enum run_state {
	RUN_RUNNING, RUN_WAITING, RUN_PAUSED, RUN_SUCCEEDED, RUN_FAILED,
	RUN_CANCELLED, RUN_INTERRUPTED, RUN_STATES
};

enum step_state {
	STEP_WAITING,    /* for its needs */
	STEP_READY,      /* for a place in a pool, or a decision */
	STEP_RUNNING,
	STEP_RETRYING,   /* until due_ms */
	STEP_SUCCEEDED,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_CANCELLED,
	STEP_IN_DOUBT,
	STEP_STATES
};

/* Of one node in one frame. Small: a run may have a million. */
struct step {
	uint8_t state;         /* enum step_state */
	uint8_t skip;          /* enum skip_reason */
	uint8_t flags;         /* enum step_flag */
	uint8_t verdict;       /* enum verdict + 1 when a person decided */
	uint16_t attempts;     /* begun so far */
	uint16_t open;         /* frames open under a composite */
	uint32_t pending;      /* needs not settled yet */
	uint32_t more;         /* index + 1 in run.extras, 0: none */
	struct kept *kept;     /* result once there is one; owned; may be NULL */
};

enum step_flag {
	STEP_TIMED_OUT = 1,    /* deadline fired, exit awaited */
	STEP_ON_SIGNAL = 2,    /* waits for extra.signal */
	STEP_ON_TIMER = 4,     /* waits for extra.due_ms */
	STEP_ADOPTED = 8,
	STEP_DECIDED = 16,     /* extra.value is there */
	STEP_FELL_BACK = 32,   /* @fallback is running or ran */
	STEP_UNDONE = 64,
	STEP_IGNORED = 128     /* failed, counts as success */
};

/* What few steps need. */
struct extra {
	int64_t started_ms;    /* of the current attempt */
	int64_t due_ms;
	int64_t value;         /* branch taken, items, truth */
	uint32_t next_index;   /* iterations opened so far */
	char *signal;          /* owned */
	char *bytes;           /* owned: items, or output at due */
	size_t bytes_len;
};

/* A result as the run keeps it: one allocation. */
struct kept {
	struct result r;       /* strings point behind the struct */
	int64_t end_ms;
};

struct frame {
	uint32_t parent;       /* frame id; 0's parent is PLAN_NONE */
	uint32_t owner;        /* node in the parent's body; PLAN_NONE for 0 */
	uint32_t branch;       /* plan branch (absolute index); NONE for 0 */
	uint32_t index;        /* iteration from 0 */
	uint32_t body;
	uint32_t left;         /* steps not settled yet */
	uint8_t closed;
	uint8_t failed;        /* some step failed for good */
	uint8_t depth;
	struct step *steps;    /* plan body's count; owned */
};

struct signal {
	char *name, *bytes;    /* owned */
	size_t bytes_len;
	uint32_t frame, step;  /* addressed to, or PLAN_NONE: any that waits */
	uint8_t taken;
};

struct run {
	uint32_t id;           /* slot in sched: the driver's handle */
	uint8_t state;         /* enum run_state */
	uint8_t cancelling;    /* 1 graceful, 2 hard */
	uint8_t paused, timed_out, rolling_back, stopping;
	int32_t exit;
	uint64_t seed;
	int64_t started_ms, finished_ms, deadline_ms;
	struct plan *plan;     /* held */
	size_t frame_count, frame_cap, extra_count, extra_cap;
	size_t signal_count, signal_cap;
	struct frame *frames;
	struct extra *extras;
	struct signal *signals;
	uint32_t running;      /* leaves in STEP_RUNNING */
	uint32_t counts[STEP_STATES]; /* leaves over all frames */
	uint64_t applied;      /* events so far */
	/* succeeded leaves in order, for rollback: (frame, step) pairs; kept
	 * only with STRATEGY_ROLLBACK */
	uint64_t *done;
	size_t done_count, done_cap;
	void *sched_data;      /* scheduler's queues; not state, not compared */
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

struct step *run_step(const struct run *r, uint32_t frame, uint32_t node);
const struct extra *run_extra(const struct run *r, const struct step *s);
/* A leaf or composite is settled when nothing more happens to it. */
int step_settled(const struct step *s);
/* Settled, and its successors may start: succeeded, ignored, or skipped by
 * its own condition. */
int step_passed(const struct step *s);

/* "deploy.bash", "loop[2].bash": appends to out. Iterations from 1. */
void run_path(const struct run *r, uint32_t frame, uint32_t node,
	struct buf *out);
/* Finds by path (or plain name in any frame, last opened first); 0 or -1. */
int run_find(const struct run *r, struct str path, uint32_t *frame,
	uint32_t *node);

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
