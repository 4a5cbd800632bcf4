/*
 * Inside of the scheduler: shared by the files sched*.c and pool.c only.
 * Everything here is derived from the runs' states and can be rebuilt from
 * them; facts are made by sched_emit() alone.
 *
 * A task is a step that is on its way: made when the step becomes ready,
 * gone when it is settled. Work that follows from a fact is queued (settled,
 * stops, work, gates, touched) and done by sched_drain() in that order, so
 * that no decision recurses into another.
 */
#ifndef WF_CORE_SCHED_INT_H
#define WF_CORE_SCHED_INT_H

#include "engine/core/sched_data.h"

/* sched.c */
void sched_emit(struct sched *s, struct srun *sr, struct event *e);
/* Has the run looked at when all else is done: has it ended, does it rest. */
void sched_touch(struct sched *s, struct srun *sr);
struct action *sched_act(struct sched *s, struct srun *sr,
	enum action_kind kind);
void sched_drain(struct sched *s);
struct srun *srun_new(struct sched *s, struct run *run);
void srun_free(struct sched *s, struct srun *sr);
/* After the run got a plan: its limit. */
void srun_replan(struct srun *sr);
/* Forgets tasks, timers and gates, so that the run rests. */
void srun_rest(struct sched *s, struct srun *sr);

/* sched_queue.c */
void timer_set(struct sched *s, struct timer *t, int64_t when_ms);
void timer_stop(struct sched *s, struct timer *t);
struct task *task_of(const struct srun *sr, uint32_t frame, uint32_t node);
/* Makes a task for the step if it has none, and has it looked at. */
void task_wake(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node);
void task_work(struct sched *s, struct task *t);
void task_list(struct task *t, struct task **list);
void task_unlist(struct task *t);
/* Leaves queues, gives back what it holds; keeps the task. */
void task_rest(struct sched *s, struct task *t);
void task_free(struct sched *s, struct task *t);
struct step *task_step(const struct task *t);
const struct plan_node *task_node(const struct task *t);
struct event task_event(const struct task *t, enum event_kind kind);
void marks_add(struct marks *m, struct srun *sr, uint32_t frame,
	uint32_t node);
struct sframe *sframe_open(struct sched *s, struct srun *sr, uint32_t frame);
/* Makes the table long enough; new entries are not open. */
void sframe_cover(struct srun *sr, size_t count);
void sframe_close(struct sched *s, struct srun *sr, uint32_t frame);

/* pool.c */
void pools_init(struct pools *p, struct sched *s);
void pools_release(struct pools *p);
void gate_join(struct gate *g, struct task *t);
void gate_leave(struct sched *s, struct gate *g, struct task *t);
void gate_dirty(struct sched *s, struct gate *g);
void gate_drain(struct sched *s, struct gate *g);
/* Frees what an empty gate holds. */
void gate_forget(struct sched *s, struct gate *g);
/* The pool a leaf draws a place of, or NULL. */
struct pool *pool_of(struct sched *s, const struct task *t);
/* Takes all that the task needs, or nothing: then the gate that blocks. */
struct gate *gates_take(struct sched *s, struct task *t);
void gates_give(struct sched *s, struct task *t);
/* 1: the pool's breaker lets a start through. */
int pool_admits(struct sched *s, struct pool *p);
void pool_probe(struct pool *p);
void pool_report(struct sched *s, struct pool *p, enum outcome outcome);

/* sched_start.c */
void task_look(struct sched *s, struct task *t);
/* Starts the task, or returns the gate that it now waits at. */
struct gate *task_admit(struct sched *s, struct task *t);
void task_ask(struct sched *s, struct task *t, enum eval_purpose purpose,
	uint32_t branch);
int task_parks(struct sched *s, struct task *t);

/* sched_settle.c */
int on_job_done(struct sched *s, struct srun *sr, const struct input *in);
/* The task whose job the input is about; NULL: stale, and counted. */
struct task *task_handed(struct sched *s, struct srun *sr,
	const struct input *in);
int on_eval_done(struct sched *s, struct srun *sr, const struct input *in);
int on_demand(struct sched *s, struct srun *sr, const struct input *in);
/* The attempt came to this: retried or for good. `final`: no retry. */
void task_result(struct sched *s, struct task *t, uint32_t attempt,
	const struct result *result, int final);
void task_fail(struct sched *s, struct task *t, enum outcome outcome,
	enum error_class class, struct str error);
void task_skip(struct sched *s, struct task *t, enum skip_reason reason);
void task_cancel(struct sched *s, struct task *t);
void on_settled(struct sched *s, const struct mark *m);
void run_wind_up(struct sched *s, struct srun *sr);

/* sched_frame.c */
void composite_look(struct sched *s, struct task *t);
void fallback_look(struct sched *s, struct task *t);
void composite_answer(struct sched *s, struct task *t,
	const struct input *in);
/* Runs the fact of that branch, which an evaluation waits for. */
void fact_open(struct sched *s, struct task *t, int64_t branch);
uint32_t frame_open(struct sched *s, struct srun *sr, uint32_t parent,
	uint32_t owner, uint32_t branch, uint32_t index);
void frame_done(struct sched *s, struct srun *sr, uint32_t frame);
void verify_open(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node);
void resolved(struct sched *s, struct srun *sr, const struct event *e);

/* sched_stop.c */
enum sweep { SWEEP_STOP = 1, SWEEP_KILL, SWEEP_CANCEL };
void sweep_frame(struct sched *s, struct srun *sr, uint32_t frame,
	enum sweep how);
void sweep_owned(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node, enum sweep how);
void on_stop(struct sched *s, const struct mark *m);
void task_cut_off(struct sched *s, struct task *t);
int on_cancel(struct sched *s, struct srun *sr, const struct input *in);

/* sched_wait.c */
int on_job_waits(struct sched *s, struct srun *sr, const struct input *in);
int on_signal(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err);
void task_await(struct sched *s, struct task *t);
void on_tick(struct sched *s);

/* sched_resume.c */
int on_start(struct sched *s, const struct input *in, struct err *err);
int on_resume(struct sched *s, struct srun *sr, int held, struct err *err);
int on_begin(struct sched *s, struct srun *sr, struct err *err);
int on_adopt(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err);
int on_resolve(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err);
int on_rewind(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err);
int on_edit(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err);
void unpark(struct sched *s, struct srun *sr);

#endif
