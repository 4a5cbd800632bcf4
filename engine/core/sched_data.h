/*
 * The scheduler's own data: tasks, gates, pools, tables of frames. All of it
 * is derived from the runs' states and can be rebuilt from them. For the
 * files sched*.c and pool.c only; the functions are in sched_int.h.
 */
#ifndef WF_CORE_SCHED_DATA_H
#define WF_CORE_SCHED_DATA_H

#include "engine/base/map.h"
#include "engine/core/run_int.h"
#include "engine/core/sched.h"
#include "engine/core/vocab.h"

enum timer_kind { TIMER_STEP, TIMER_RUN, TIMER_POOL };

struct timer {
	int64_t when_ms;
	uint64_t seq;          /* of equal times the first set comes first */
	uint32_t at;           /* place in the heap + 1; 0: not set */
	uint8_t kind;          /* enum timer_kind */
};

enum task_phase {
	TASK_IDLE,             /* to be looked at, or a composite at work */
	TASK_PARKED,           /* until the run goes on */
	TASK_ASKED,            /* an evaluation is out: purpose, token */
	TASK_QUEUED,           /* waits at a gate */
	TASK_HANDED,           /* a job is out: attempt */
	TASK_WAITS,            /* for a signal or a timer */
	TASK_DELAYED           /* until the next attempt */
};

struct task {
	struct srun *run;
	uint32_t frame, node;
	struct timer timer;
	struct task *next, **back; /* in the run's parked or waiting list */
	struct task *work_next;
	struct gate *gate;     /* where it is queued */
	uint64_t seq;          /* age: the lower goes first */
	uint32_t heap_at;
	uint32_t attempt, token;
	uint32_t next_branch;  /* IF: branch asked about */
	uint8_t phase, purpose, priority;
	uint8_t in_work, ahead, killed, holds;
	uint8_t withdrawn : 1, cache_asked : 1;
};

/* Something of which there are so many units: a pool, a run's or a group's
 * limit. Waiting tasks stand in a heap by priority and age. */
struct gate {
	uint32_t limit, held;  /* limit 0: none */
	uint32_t own;          /* scratch of gates_take */
	struct task **queue;
	size_t count, cap;
	struct gate *dirty_next;
	uint8_t dirty;
	struct pool *pool;     /* NULL: a limit */
};

struct pool {
	struct gate gate;
	char *name;
	struct pool_config config;
	struct timer timer;
	enum breaker_state breaker;
	uint32_t failures;
	uint8_t probing;       /* half open, and a start is out */
	uint8_t by_demand;     /* known by @uses only */
	int64_t opened_ms;
	int64_t *starts;       /* ring of the last per_minute starts */
	uint32_t start_at, start_count;
};

struct pools {
	struct pool **list;
	size_t count, cap;
	struct strmap names;
	struct sched *sched;
};

/* Tasks are never given back singly: `spare` lists those not in use. */
enum { TASK_BLOCK = 32 };
struct task_block {
	struct task_block *next;
	struct task tasks[TASK_BLOCK];
};

struct sframe {
	struct task **tasks;   /* by node of the body */
	struct gate *gate;     /* @limit of a group */
	uint8_t swept;         /* 1 stopped, 2 killed or cancelled */
};

struct srun {
	struct run *run;
	struct sframe *frames;
	struct sframe root;    /* the first, to save an allocation */
	struct gate *gate;     /* plan.limit; NULL: none */
	struct timer timer;
	struct task *parked, *waiting;
	struct srun *touched_next;
	uint32_t frame_count, frame_cap;
	uint32_t undo_at;
	uint32_t undo_frame;   /* the @undo at work; 0: none */
	uint32_t jobs, asks;   /* out with the driver */
	uint8_t touched, live, held;
	uint8_t told;          /* RUN_OVER: 1 it rests, 2 it has ended */
	uint32_t room;         /* of tasks */
	struct task *tasks[];  /* of a small root frame: no allocation either */
};
enum { SRUN_TASKS = 64 };      /* a larger table is made and freed apart */

struct mark {
	struct srun *run;
	uint32_t frame, node;
};
struct marks {
	struct mark *v;
	size_t at, count, cap;
};

struct sched {
	struct pools pools;
	struct srun **runs;
	size_t slot_count, slot_cap, run_count;
	uint32_t *free_slots;
	size_t free_count, free_cap;
	struct timer **timers;
	size_t timer_count, timer_cap;
	uint64_t timer_seq, task_seq;
	struct task *work, **work_end, *spare;
	struct task_block *task_blocks;
	struct marks settled, stops;
	struct gate *dirty;
	struct srun *touched;
	struct outbox *out;
	int64_t now_ms;
	uint32_t token;
	uint8_t halted;        /* the journal failed */
	struct sched_stats stats;
};

#endif
