/*
 * The parts of a run's state: steps, frames, what few steps need besides,
 * kept results and queued signals. Data only; written by run_apply() alone.
 * See run.h for the functions over them.
 */
#ifndef WF_CORE_STEP_H
#define WF_CORE_STEP_H

#include "engine/core/event.h"

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
	uint16_t attempts;     /* begun so far; never runs backwards */
	uint16_t open;         /* frames open under it */
	uint32_t pending;      /* needs not settled yet */
	uint32_t more;         /* index + 1 in run.extras, 0: none */
	struct kept *kept;     /* result once there is one; owned, or NULL */
};

enum step_flag {
	STEP_TIMED_OUT = 1,    /* deadline fired, exit awaited */
	STEP_ON_SIGNAL = 2,    /* waits for extra.signal */
	STEP_ON_TIMER = 4,     /* waits for extra.due_ms */
	STEP_ADOPTED = 8,
	STEP_DECIDED = 16,     /* extra.decided is not 0 */
	STEP_FELL_BACK = 32,   /* @fallback is running or ran */
	STEP_UNDONE = 64,      /* its undo ran, well or badly */
	STEP_IGNORED = 128     /* failed, counts as success */
};

enum { /* beside 1 << enum eval_purpose */
	DECIDED_CAUSE = 64,    /* value is the cause of a SKIP_NEED */
	DECIDED_ROUND = 128    /* WHILE: the condition of the next round */
};

/* What few steps need. */
struct extra {
	int64_t started_ms;    /* of the current attempt */
	int64_t due_ms;
	int64_t value;         /* branch taken, items, truth, effect of a call;
	                          of a SKIP_NEED: the node at fault */
	uint32_t next_index;   /* iterations opened so far */
	uint32_t last_frame;   /* id + 1 of the frame it opened last: its frames
	                          are that and, by frame.prev, the earlier */
	uint32_t failed;       /* its frames that failed, this attempt */
	uint16_t lapsed;       /* attempts that do not count for @retry */
	uint8_t decided;       /* bits 1 << enum eval_purpose, DECIDED_x */
	uint8_t stopped;       /* opens no more frames: one failed */
	uint8_t cut;           /* some step in its frames was cut off */
	uint8_t status;        /* exit status of the first failure in them */
	uint8_t unsure;        /* a `once` attempt was cut off: not known
	                          whether it was done */
	uint8_t has_bytes;     /* bytes are there, maybe none: a default */
	char *signal;          /* owned */
	char *bytes;           /* owned: items, kind of a call, output at due */
	size_t bytes_len;
};

/* A result as the run keeps it: one allocation. */
struct kept {
	struct result r;       /* what it points to is behind the struct */
	int64_t end_ms;
};

struct frame {
	uint32_t parent;       /* frame id; 0's parent is PLAN_NONE */
	uint32_t owner;        /* node in the parent's body; PLAN_NONE for 0 */
	uint32_t branch;       /* plan branch (absolute index); NONE for 0 */
	uint32_t index;        /* iteration from 0 */
	uint32_t body;
	uint32_t prev;         /* earlier frame of the same owner, or NONE */
	uint32_t left;         /* steps not settled yet */
	uint32_t culprit;      /* node + 1 that failed first */
	uint8_t closed;
	uint8_t failed;        /* some step failed for good */
	uint8_t cut;           /* some step was cut off by a stop or cancel */
	uint8_t stopped;       /* nothing new starts in it */
	uint8_t status;        /* exit status of the first failure */
	uint8_t undo;          /* it, or one around it, is an @undo */
	uint8_t dropped;       /* of an earlier attempt, or rewound: read no
	                          more; steps is NULL */
	uint8_t depth;
	struct step *steps;    /* plan body's count; owned */
};

struct signal {
	char *name, *bytes;    /* owned; NULL once taken */
	size_t bytes_len;
	uint32_t frame, step;  /* addressed to, or PLAN_NONE: any that waits */
	uint8_t taken;
};

#endif
