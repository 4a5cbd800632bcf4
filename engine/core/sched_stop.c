/*
 * Ending things: what does not start any more after a failure, a timeout or
 * a cancel, and what is taken back or killed. Invariant: a job that is out
 * is never settled here; its JOB_DONE settles it.
 */
#include <string.h>

#include "engine/core/sched_int.h"

static void act_on(struct sched *s, struct task *t, enum action_kind kind,
	int hard)
{
	struct action *a = sched_act(s, t->run, kind);

	a->frame = t->frame;
	a->step = t->node;
	a->attempt = t->attempt;
	a->hard = (uint8_t)hard;
}

static void withdraw(struct sched *s, struct task *t)
{
	if (t->withdrawn || !t->ahead)
		return;
	t->withdrawn = 1;
	act_on(s, t, ACTION_WITHDRAW, 0);
}

static void kill_job(struct sched *s, struct task *t)
{
	int hard = t->run->run->cancelling == 2;

	withdraw(s, t);
	if (t->killed > hard)
		return;
	t->killed = (uint8_t)(hard + 1);
	act_on(s, t, ACTION_KILL, hard);
}

/* The last attempt's failure becomes the step's. */
static void give_up(struct sched *s, struct task *t)
{
	struct result res = task_step(t)->kept->r;

	task_result(s, t, task_step(t)->attempts, &res, 1);
}

void task_cut_off(struct sched *s, struct task *t)
{
	const struct step *st = task_step(t);

	if (t->run->run->cancelling)
		task_cancel(s, t);
	else if (st->state == STEP_RETRYING && st->kept)
		give_up(s, t);
	else if (st->state == STEP_READY || st->state == STEP_WAITING)
		task_skip(s, t, SKIP_STOPPED);
	else
		task_cancel(s, t);
}

static void sweep_job(struct sched *s, struct task *t, enum sweep how)
{
	if (how != SWEEP_STOP ||
	    t->run->run->plan->flags & PLAN_FAIL_FAST)
		kill_job(s, t);
	else
		withdraw(s, t);
}

/* A step that no task is about: it waits for its needs. */
static void sweep_waiting(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = sr->run->cancelling ? EVENT_STEP_CANCELLED :
		EVENT_STEP_SKIPPED;
	e.frame = frame;
	e.step = node;
	e.status = sr->run->cancelling ? 0 : SKIP_STOPPED;
	sched_emit(s, sr, &e);
	marks_add(&s->settled, sr, frame, node);
}

static void sweep_step(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node, enum sweep how)
{
	const struct step *st = run_step(sr->run, frame, node);
	struct task *t = task_of(sr, frame, node);

	/* the @undo of a step that succeeded is what follows a stop */
	if (step_settled(st) && how != SWEEP_CANCEL)
		return;
	if (st->open) {
		sweep_owned(s, sr, frame, node, how);
		if (t)
			task_work(s, t);
		return;
	}
	if (step_settled(st) || st->state == STEP_IN_DOUBT)
		return;
	if (!t)
		sweep_waiting(s, sr, frame, node);
	else if (t->phase == TASK_HANDED)
		sweep_job(s, t, how);
	else if (t->phase == TASK_WAITS && how == SWEEP_STOP &&
			!(sr->run->plan->flags & PLAN_FAIL_FAST))
		return;
	else if (st->state == STEP_RUNNING && t->phase == TASK_IDLE)
		task_work(s, t);
	else
		task_cut_off(s, t);
}

void sweep_frame(struct sched *s, struct srun *sr, uint32_t frame,
	enum sweep how)
{
	const struct run *r = sr->run;
	const struct plan_body *b = &r->plan->bodies[r->frames[frame].body];
	uint32_t i;

	if (!sr->frames[frame].tasks && frame != 0)
		return;
	if (sr->frames[frame].swept >= how && how != SWEEP_CANCEL)
		return;
	sr->frames[frame].swept = (uint8_t)how;
	for (i = 0; i < b->count; i++)
		sweep_step(s, sr, frame, b->first + i, how);
}

void sweep_owned(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node, enum sweep how)
{
	const struct run *r = sr->run;
	const struct extra *x = run_extra(r, run_step(r, frame, node));
	uint32_t id;

	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1)
		if (!r->frames[id - 1].closed)
			sweep_frame(s, sr, id - 1, how);
}

/* A step failed for good and stopped its frame, maybe more around it: sweep
 * from the outermost that is stopped. */
void on_stop(struct sched *s, const struct mark *m)
{
	const struct run *r = m->run->run;
	uint32_t id = m->frame, role;

	for (;;) {
		const struct frame *f = &r->frames[id];

		if (id == 0)
			break;
		role = r->plan->branches[f->branch].role;
		if (plan_role_serves(role))
			break;
		if (!r->frames[f->parent].stopped) {
			sweep_owned(s, m->run, f->parent, f->owner,
				SWEEP_STOP);
			return;
		}
		id = f->parent;
	}
	sweep_frame(s, m->run, id, SWEEP_STOP);
}

int on_cancel(struct sched *s, struct srun *sr, const struct input *in)
{
	const struct run *r = sr->run;
	struct event e;

	if (run_ended(r) || r->cancelling > in->hard)
		return 0;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_CANCELLING;
	e.step = PLAN_NONE;
	e.status = in->hard;
	sched_emit(s, sr, &e);
	sr->held = 0;
	sweep_frame(s, sr, 0, SWEEP_CANCEL);
	return 0;
}
