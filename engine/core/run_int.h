/*
 * Inside of a run's state: shared by the files run*.c only. Everything that
 * changes a step brackets the change with run_count(-1) and run_count(+1),
 * so that the run's counters never need a scan.
 */
#ifndef WF_CORE_RUN_INT_H
#define WF_CORE_RUN_INT_H

#include "engine/core/action.h"
#include "engine/core/run.h"

/* A run and its root frame are one allocation: most runs are small. */
struct run_block {
	struct run run;
	struct frame root;
	struct step steps[];
};

const struct plan_node *run_node(const struct run *r, uint32_t node);
const struct plan_policy *run_policy(const struct run *r, uint32_t node);
/* Adds (d = 1) or takes out (d = -1) what the step weighs in the counters. */
void run_count(struct run *r, const struct plan_node *n,
	const struct step *s, int d);
/* The step's extra, made when it has none. Moves all others. */
struct extra *run_more(struct run *r, struct step *s);
/* mem_more for the run's arrays, which are counted in 32 bits. */
void *run_room(void *p, uint32_t count, uint32_t *cap, size_t size);
/* Gives the extra back when nothing of it is needed any more. */
void run_spare(struct run *r, struct step *s);
/* Gives back extra and result. */
void run_strip(struct run *r, struct step *s);
void run_forget_bytes(struct extra *x);
void run_keep(struct step *s, const struct result *r, int64_t end_ms);

/* Puts a frame's steps to where they begin. */
void run_fill(struct run *r, struct frame *f);
/* WAITING with all needs settled and passed becomes READY. */
void run_release(struct run *r, struct frame *f, uint32_t node);
/* Marks the frames that `owner` opened as dropped, and all within them. */
void run_drop_frames(struct run *r, struct step *owner);
void run_drop_frame(struct run *r, uint32_t frame);
/* The three facts that reach beyond one step. */
void run_on_resumed(struct run *r, const struct event *e);
void run_on_rewound(struct run *r, const struct event *e);

/* Whether a branch of that role is there and has not been used yet. */
int run_can_fall_back(const struct run *r, uint32_t frame, uint32_t node);
/* Nothing new may start in this frame: cancelled, timed out, stopped. */
int run_blocked(const struct run *r, uint32_t frame);
/* Further attempts that @retry still grants. */
int run_may_retry(const struct run *r, const struct step *s, uint32_t node);
/* The step, or one beneath it, is `once` and was cut off: nothing may repeat
 * it by itself. */
int run_unsure(const struct run *r, const struct step *s, uint32_t node);
/* enum effect of a leaf; of a call as decided. */
uint32_t run_effect(const struct run *r, const struct step *s, uint32_t node);

#endif
