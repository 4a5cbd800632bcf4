/*
 * Waiting for the world: timers that fall due, signals, steps that turned
 * out to be waits. Waits hold no place in a pool. Invariant: a signal is
 * taken by run_apply() when its step finishes; here it is only matched, by
 * the same rule.
 */
#include <stddef.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/core/sched_int.h"

static int fits(const struct task *t, const struct signal *g)
{
	const struct extra *x = run_extra(t->run->run, task_step(t));

	if (g->taken || !x->signal || strcmp(g->name, x->signal) != 0)
		return 0;
	if (g->step != PLAN_NONE && g->step != t->node)
		return 0;
	if (g->step == PLAN_NONE && (g->frame == 0 || g->frame == PLAN_NONE))
		return 1;
	return g->frame == t->frame;
}

/* Since when, and how long until now. */
static void waited(const struct sched *s, const struct task *t,
	struct result *res)
{
	const struct extra *x = run_extra(t->run->run, task_step(t));

	memset(res, 0, sizeof(*res));
	res->start_ms = x->started_ms;
	res->dur_us = s->now_ms > x->started_ms ?
		(uint64_t)(s->now_ms - x->started_ms) * 1000 : 0;
}

static void finish_wait(struct sched *s, struct task *t, const char *p,
	size_t n)
{
	struct result res;

	waited(s, t, &res);
	res.out.len = n;
	res.out.head = p;
	res.out.inline_len = (uint32_t)n;
	task_result(s, t, t->attempt, &res, 1);
}

/* Finishes the task by the first queued signal that fits. */
static int take_queued(struct sched *s, struct task *t)
{
	const struct run *r = t->run->run;
	size_t i;

	if (!(task_step(t)->flags & STEP_ON_SIGNAL) ||
	    r->signals_taken == r->signal_count)
		return 0;
	for (i = 0; i < r->signal_count; i++) {
		if (!fits(t, &r->signals[i]))
			continue;
		finish_wait(s, t, r->signals[i].bytes,
			r->signals[i].bytes_len);
		return 1;
	}
	return 0;
}

/* When the wait ends by itself: its timer or the step's timeout. */
static int64_t wait_ends(const struct task *t)
{
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(t->run->run, st);
	int64_t timeout_ms = run_policy(t->run->run, t->node)->timeout_ms;
	int64_t at = INT64_MAX;

	if (st->flags & STEP_ON_TIMER)
		at = x->due_ms;
	/* A default is the answer at the deadline: it was made of that. */
	if (st->flags & STEP_ON_TIMER && st->flags & STEP_ON_SIGNAL &&
	    x->has_bytes)
		return at;
	if (timeout_ms && x->started_ms + timeout_ms < at)
		at = x->started_ms + timeout_ms;
	return at;
}

/* Both the timer of a signal without a default and @timeout. */
static void wait_fails(struct sched *s, struct task *t)
{
	struct result res;

	waited(s, t, &res);
	res.outcome = OUTCOME_TIMEOUT;
	res.error_class = CLASS_TRANSIENT;
	res.exit_code = -1;
	res.error = str_of("timed out");
	task_result(s, t, t->attempt, &res, 0);
}

/* The step waits, as its state says: also after a replay. */
void task_await(struct sched *s, struct task *t)
{
	int64_t at = wait_ends(t);

	t->phase = TASK_WAITS;
	task_list(t, &t->run->waiting);
	t->attempt = task_step(t)->attempts;
	if (take_queued(s, t))
		return;
	if (at != INT64_MAX)
		timer_set(s, &t->timer, at);
}

int on_job_waits(struct sched *s, struct srun *sr, const struct input *in)
{
	struct task *t = task_handed(s, sr, in);
	int killed, timed_out;
	struct event e;

	if (!t)
		return 0;
	killed = t->killed;
	timed_out = task_step(t)->flags & STEP_TIMED_OUT;
	task_rest(s, t);
	pool_report(s, pool_of(s, t), OUTCOME_OK);
	if (timed_out) {
		wait_fails(s, t);
		return 0;
	}
	if (killed) {
		task_cancel(s, t);
		return 0;
	}
	if (in->bytes.n > LIMIT_INLINE) {
		task_fail(s, t, OUTCOME_FAILED, CLASS_RESOURCE, str_of(
			"LIMIT_INLINE: the default answer is too long"));
		return 0;
	}
	e = task_event(t, EVENT_STEP_WAITING);
	e.attempt = in->attempt;
	e.due_ms = in->due_ms;
	e.name = in->name;
	e.bytes = in->bytes;
	sched_emit(s, sr, &e);
	task_await(s, t);
	return 0;
}

/* The oldest waiting step that the newest signal fits. */
static struct task *waiter_of(const struct srun *sr)
{
	const struct run *r = sr->run;
	const struct signal *g = &r->signals[r->signal_count - 1];
	struct task *t, *found = NULL;

	for (t = sr->waiting; t; t = t->next)
		if (fits(t, g) && (!found || t->seq < found->seq))
			found = t;
	return found;
}

int on_signal(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	const struct run *r = sr->run;
	struct task *t;
	struct event e;

	if (run_ended(r))
		return err_set(err, ERR_STATE, "signal '%.*s': the run is over",
			(int)in->name.n, in->name.p);
	if (r->signal_count - r->signals_taken >= LIMIT_SIGNALS)
		return err_set(err, ERR_LIMIT, "LIMIT_SIGNALS: %d signals of "
			"the run wait to be taken", LIMIT_SIGNALS);
	if (in->bytes.n > LIMIT_INLINE)
		return err_set(err, ERR_LIMIT, "LIMIT_INLINE: the value of a "
			"signal has at most %d bytes", LIMIT_INLINE);
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_SIGNAL_POSTED;
	e.frame = in->frame;
	e.step = in->step;
	e.name = in->name;
	e.bytes = in->bytes;
	sched_emit(s, sr, &e);
	t = waiter_of(sr);
	if (t)
		take_queued(s, t);
	return 0;
}

/* ---------------------------------------------------------------- timers */
static void wait_due(struct sched *s, struct task *t)
{
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(t->run->run, st);
	struct event e;

	if (st->flags & STEP_ON_TIMER && x->due_ms <= s->now_ms &&
	    (!(st->flags & STEP_ON_SIGNAL) || x->has_bytes)) {
		finish_wait(s, t, x->bytes, x->bytes_len);
		return;
	}
	e = task_event(t, EVENT_STEP_TIMED_OUT);
	e.attempt = t->attempt;
	sched_emit(s, t->run, &e);
	wait_fails(s, t);
}

static void deadline(struct sched *s, struct task *t)
{
	struct event e = task_event(t, EVENT_STEP_TIMED_OUT);
	struct action *a;

	e.attempt = t->attempt;
	sched_emit(s, t->run, &e);
	if (!node_is_leaf(task_node(t))) {
		if (t->phase == TASK_ASKED) {
			t->phase = TASK_IDLE;
			t->run->asks--;
		}
		sweep_owned(s, t->run, t->frame, t->node, SWEEP_KILL);
		task_work(s, t);
		return;
	}
	a = sched_act(s, t->run, ACTION_KILL);
	a->frame = t->frame;
	a->step = t->node;
	a->attempt = t->attempt;
}

static void step_due(struct sched *s, struct task *t)
{
	switch ((enum task_phase)t->phase) {
	case TASK_DELAYED:
		t->phase = TASK_IDLE;
		task_work(s, t);
		break;
	case TASK_WAITS:
		wait_due(s, t);
		break;
	case TASK_ASKED:
	case TASK_HANDED:
	case TASK_IDLE:
	case TASK_PARKED:
	case TASK_QUEUED:
		deadline(s, t);
		break;
	}
}

static void run_due(struct sched *s, struct srun *sr)
{
	struct event e;

	if (run_ended(sr->run) || sr->run->rolling_back ||
	    sr->run->cancelling)
		return;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_TIMED_OUT;
	e.step = PLAN_NONE;
	sched_emit(s, sr, &e);
	sr->held = 0;
	sweep_frame(s, sr, 0, SWEEP_KILL);
}

#define OWNER(p, type, field) \
	((type *)(void *)((char *)(p) - offsetof(type, field)))

void on_tick(struct sched *s)
{
	while (s->timer_count && s->timers[0]->when_ms <= s->now_ms) {
		struct timer *t = s->timers[0];

		timer_stop(s, t);
		switch ((enum timer_kind)t->kind) {
		case TIMER_STEP:
			step_due(s, OWNER(t, struct task, timer));
			break;
		case TIMER_RUN:
			run_due(s, OWNER(t, struct srun, timer));
			break;
		case TIMER_POOL:
			gate_dirty(s, &OWNER(t, struct pool, timer)->gate);
			break;
		}
		sched_drain(s);
	}
}
