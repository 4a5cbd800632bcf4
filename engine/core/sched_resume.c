/*
 * Beginning and going on: start, resume after replay, adopt, rewind, edit,
 * verdicts. Invariant: all queues of a run can be built from its state;
 * nothing of them is kept elsewhere.
 */
#include <assert.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/core/sched_int.h"

static void emit_run(struct sched *s, struct srun *sr, enum event_kind kind)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = (uint8_t)kind;
	e.step = PLAN_NONE;
	if (kind == EVENT_RUN_RESUMED)
		e.status = RESUME_KEEPS_FALLBACK;
	sched_emit(s, sr, &e);
}

/* The job was out when its owner died. */
static void lose(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	const struct run *r = sr->run;
	const struct step *st = run_step(r, frame, node);
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = run_effect(r, st, node) == EFFECT_ONCE ?
		EVENT_STEP_IN_DOUBT : EVENT_STEP_LOST;
	e.frame = frame;
	e.step = node;
	e.attempt = st->attempts;
	sched_emit(s, sr, &e);
	task_wake(s, sr, frame, node);
}

static void rebuild_running(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	const struct run *r = sr->run;
	const struct step *st = run_step(r, frame, node);
	int64_t timeout_ms = run_policy(r, node)->timeout_ms;

	if (node_is_leaf(run_node(r, node)) &&
	    !(st->flags & STEP_FELL_BACK)) {
		if (!(st->flags & (STEP_ON_SIGNAL | STEP_ON_TIMER))) {
			lose(s, sr, frame, node);
			return;
		}
		task_wake(s, sr, frame, node);
		task_await(s, task_of(sr, frame, node));
		return;
	}
	task_wake(s, sr, frame, node);
	if (timeout_ms && !(st->flags & (STEP_FELL_BACK | STEP_TIMED_OUT)))
		timer_set(s, &task_of(sr, frame, node)->timer,
			s->now_ms + timeout_ms);
}

static void rebuild_step(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	const struct run *r = sr->run;
	const struct step *st = run_step(r, frame, node);
	struct task *t;

	switch ((enum step_state)st->state) {
	case STEP_READY:
	case STEP_IN_DOUBT:
		task_wake(s, sr, frame, node);
		break;
	case STEP_RUNNING:
		rebuild_running(s, sr, frame, node);
		break;
	case STEP_RETRYING:
		task_wake(s, sr, frame, node);
		t = task_of(sr, frame, node);
		t->phase = TASK_DELAYED;
		timer_set(s, &t->timer, run_extra(r, st)->due_ms);
		break;
	case STEP_SUCCEEDED:
	case STEP_FAILED:
	case STEP_SKIPPED:
	case STEP_CANCELLED:
		marks_add(&s->settled, sr, frame, node);
		break;
	case STEP_WAITING:
	case STEP_STATES:
		break;
	}
}

/* Queues, tasks and timers from the run's state. */
static void rebuild(struct sched *s, struct srun *sr)
{
	const struct run *r = sr->run;
	uint32_t id, i, count = (uint32_t)r->frame_count;

	sr->live = 1;
	sr->told = 0;
	sframe_cover(sr, count);
	sr->undo_at = r->rolling_back ? r->done_count : 0;
	sr->undo_frame = 0;
	for (id = 0; id < count; id++)
		if (!r->frames[id].closed)
			sframe_open(s, sr, id);
	for (id = 0; id < count; id++) {
		const struct frame *f = &r->frames[id];
		const struct plan_body *b = &r->plan->bodies[f->body];

		if (f->closed)
			continue;
		if (id && r->plan->branches[f->branch].role == ROLE_UNDO)
			sr->undo_frame = id;
		for (i = 0; i < b->count; i++)
			rebuild_step(s, sr, id, b->first + i);
		if (id && !b->count)
			frame_done(s, sr, id);
	}
	if (r->deadline_ms && !r->timed_out)
		timer_set(s, &sr->timer, r->deadline_ms);
}

int on_start(struct sched *s, const struct input *in, struct err *err)
{
	struct srun *sr;
	struct event e;

	if (in->run >= s->slot_count || s->runs[in->run])
		return err_set(err, ERR_USAGE, "run slot %lu is not free",
			(unsigned long)in->run);
	if (s->run_count >= LIMIT_RUNS_OPEN)
		return err_set(err, ERR_LIMIT,
			"LIMIT_RUNS_OPEN: %d runs are open", LIMIT_RUNS_OPEN);
	sr = srun_new(s, run_new(in->plan, in->run));
	s->runs[in->run] = sr;
	s->run_count++;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_STARTED;
	e.step = PLAN_NONE;
	e.seed = in->seed;
	if (in->plan->timeout_ms)
		e.due_ms = s->now_ms + in->plan->timeout_ms;
	sched_emit(s, sr, &e);
	sr->held = in->held;
	rebuild(s, sr);
	return 0;
}

int on_resume(struct sched *s, struct srun *sr, int held, struct err *err)
{
	if (sr->live)
		return err_set(err, ERR_STATE, "the run is not interrupted");
	emit_run(s, sr, EVENT_RUN_RESUMED);
	sr->held = held && !sr->run->cancelling;
	rebuild(s, sr);
	return 0;
}

void unpark(struct sched *s, struct srun *sr)
{
	struct task *t, *next, *oldest = NULL;

	for (t = sr->parked; t; t = next) { /* the last parked is in front */
		next = t->next;
		task_unlist(t);
		t->next = oldest;
		oldest = t;
	}
	for (t = oldest; t; t = next) {
		next = t->next;
		t->next = NULL;
		task_work(s, t);
	}
}

int on_begin(struct sched *s, struct srun *sr, struct err *err)
{
	if (!sr->held)
		return err_set(err, ERR_STATE, "the run has begun already");
	sr->held = 0;
	sched_touch(s, sr);
	unpark(s, sr);
	return 0;
}

static int has_step(const struct run *r, const struct input *in)
{
	const struct plan_body *b;

	if (in->frame >= r->frame_count || r->frames[in->frame].dropped)
		return 0;
	b = &r->plan->bodies[r->frames[in->frame].body];
	return in->step >= b->first && in->step - b->first < b->count;
}

int on_adopt(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	const struct step *st;
	struct event e;
	struct task *t;

	if (!sr->held || !has_step(sr->run, in))
		return err_set(err, ERR_STATE, "only a run that is held and "
			"has the step can adopt a result");
	st = run_step(sr->run, in->frame, in->step);
	if (st->state != STEP_WAITING && st->state != STEP_READY)
		return err_set(err, ERR_STATE, "step '%s' is settled",
			plan_text(sr->run->plan,
				run_node(sr->run, in->step)->name));
	t = task_of(sr, in->frame, in->step);
	if (t)
		task_free(s, t);
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_STEP_ADOPTED;
	e.frame = in->frame;
	e.step = in->step;
	e.result = *in->result;
	sched_emit(s, sr, &e);
	marks_add(&s->settled, sr, in->frame, in->step);
	return 0;
}

int on_resolve(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	const struct run *r = sr->run;
	const struct step *st;
	struct event e;

	if (!sr->live || !has_step(r, in))
		return err_set(err, ERR_STATE, "the run is not open: resume it "
			"before you decide about a step in doubt");
	st = run_step(r, in->frame, in->step);
	if (st->state != STEP_IN_DOUBT || st->open)
		return err_set(err, ERR_STATE, st->open ?
			"step '%s' is being verified" :
			"step '%s' is not in doubt",
			plan_text(r->plan, run_node(r, in->step)->name));
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_STEP_RESOLVED;
	e.frame = in->frame;
	e.step = in->step;
	e.status = in->verdict;
	sched_emit(s, sr, &e);
	resolved(s, sr, &e);
	return 0;
}

/* The node whose @undo or @verify the frame is in, or PLAN_NONE. */
static uint32_t served_by(const struct run *r, uint32_t frame)
{
	for (; frame; frame = r->frames[frame].parent) {
		uint32_t role =
			r->plan->branches[r->frames[frame].branch].role;

		if (plan_role_serves(role))
			return r->frames[frame].owner;
	}
	return PLAN_NONE;
}

int on_rewind(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	int live = sr->live;
	struct event e;
	uint32_t owner;

	if (!has_step(sr->run, in))
		return err_set(err, ERR_NOTFOUND, "the run has no such step");
	owner = served_by(sr->run, in->frame);
	if (owner != PLAN_NONE) {
		err_set(err, ERR_STATE, "a step of an @undo, a @verify or a "
			"fact runs when it is asked for");
		return err_help(err, "name '%s' itself", plan_text(
			sr->run->plan, run_node(sr->run, owner)->name));
	}
	if (sr->jobs)
		return err_set(err, ERR_BUSY, "the run is at work: pause or "
			"cancel it first");
	if (live && sr->run->stopping)
		return err_set(err, ERR_BUSY, "the run is about to end");
	srun_rest(s, sr);
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_REWOUND;
	e.frame = in->frame;
	e.step = in->step;
	sched_emit(s, sr, &e);
	if (live)
		rebuild(s, sr);
	return 0;
}

int on_edit(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	if (sr->live)
		return err_set(err, ERR_BUSY, "the run is open: only an "
			"interrupted or ended run can get another plan");
	emit_run(s, sr, EVENT_RUN_EDITED);
	run_replan(sr->run, in->plan);
	srun_rest(s, sr);
	srun_replan(sr);
	sr->held = 1;
	rebuild(s, sr);
	return 0;
}
