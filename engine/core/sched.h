/*
 * The scheduler: one machine for all runs and pools of a session. Pure: it
 * reads no clock and calls nobody. sched_step() takes one input, appends the
 * events it caused (already applied to the run) and the actions they allow.
 *
 *	while (input) sched_step(s, &input, &out);
 *	journal(out.events) -> durable -> publish(out.events), do(out.actions)
 *
 * The deadline of the next timer is pulled with sched_deadline(); when it
 * has passed, the driver gives an INPUT_TICK.
 */
#ifndef WF_CORE_SCHED_H
#define WF_CORE_SCHED_H

#include "engine/core/action.h"
#include "engine/core/input.h"
#include "engine/core/pool.h"
#include "engine/core/run.h"

struct sched;

/*
 * Events and actions of a batch, in order. The events' strings are copied
 * into `bytes`-owned memory, so that the batch can outlive the run and
 * travel to another thread.
 */
struct outbox {
	struct out_event *events;
	size_t event_count, event_cap;
	struct action *actions;
	size_t action_count, action_cap;
	struct buf data;     /* encoded event data, back to back */
};

/* One event as the journal wants it. */
struct out_event {
	uint32_t run, frame, step;
	uint8_t kind;
	int64_t t_ms;
	size_t data, data_len; /* in outbox.data */
};

void outbox_init(struct outbox *o);
/* Frees what it holds; it is as after outbox_init. */
void outbox_release(struct outbox *o);
/* Empties it and keeps the memory for the next batch. */
void outbox_clear(struct outbox *o);

/* A scheduler without runs, with the pools of pool.h; never NULL. */
struct sched *sched_new(void);
void sched_free(struct sched *s);   /* frees all runs */

/* Default pool of each lane and the named ones: see pool.h. */
struct pools *sched_pools(struct sched *s);

/* A free slot for a run: pass it as input.run with INPUT_START. */
uint32_t sched_slot(struct sched *s);
/* Puts in a run rebuilt by replay (takes it; run->id is set to the slot
 * returned); follow with INPUT_RESUME. */
uint32_t sched_add(struct sched *s, struct run *run);
/* The run in a slot, or NULL. */
struct run *sched_run(const struct sched *s, uint32_t slot);
/* Removes an ended, waiting, paused or interrupted run; the caller owns it.
 * The slot is free for reuse afterwards. */
struct run *sched_take(struct sched *s, uint32_t slot);

/*
 * Decides. Returns 0, or -1 with a message when the input cannot be (unknown
 * run, a verdict on a step that is not in doubt): nothing has changed then.
 * Stale attempts are not errors: dropped and counted.
 */
int sched_step(struct sched *s, const struct input *in, struct outbox *out,
	struct err *err);

/* Epoch ms of the next timer, or INT64_MAX. */
int64_t sched_deadline(const struct sched *s);

/* Counters since sched_new, and how many runs, steps that wait for a place
 * and jobs there are now. Walks all runs: for tests and reports. */
struct sched_stats {
	uint64_t inputs, events, stale;
	size_t runs, ready, running;
};
void sched_stats(const struct sched *s, struct sched_stats *out);

#endif
