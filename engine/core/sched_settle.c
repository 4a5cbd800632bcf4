/*
 * What follows from results: retry or for good, successors, skipping, frames
 * that are complete, the end of a run with its exit status.
 * Invariant: each settled step is marked exactly once, and each mark lets
 * its successors go on or skips them.
 */
#include <assert.h>
#include <string.h>

#include "engine/core/policy.h"
#include "engine/core/sched_int.h"

/* ----------------------------------------------------- the task's own end */
static void after(struct sched *s, struct task *t)
{
	struct srun *sr = t->run;
	uint32_t frame = t->frame, node = t->node;

	if (!step_settled(task_step(t))) {
		task_rest(s, t);
		task_work(s, t);
		return;
	}
	task_free(s, t);
	marks_add(&s->settled, sr, frame, node);
}

static int retries(const struct task *t, uint32_t attempt,
	const struct result *res)
{
	const struct run *r = t->run->run;
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(r, st);
	uint32_t tries = attempt - (x ? x->lapsed : 0u);

	if (res->outcome != OUTCOME_FAILED && res->outcome != OUTCOME_TIMEOUT)
		return 0;
	if (res->outcome == OUTCOME_TIMEOUT && node_is_leaf(task_node(t)) &&
	    run_effect(r, st, t->node) == EFFECT_ONCE)
		return 0;
	return !(st->flags & STEP_FELL_BACK) && attempt < UINT16_MAX - 8 &&
		tries <= run_policy(r, t->node)->retry &&
		!run_blocked(r, t->frame) && !run_unsure(r, st, t->node);
}

static void retry(struct sched *s, struct task *t, uint32_t attempt,
	const struct result *res)
{
	const struct run *r = t->run->run;
	struct event e = task_event(t, EVENT_STEP_RETRYING);
	const struct extra *x = run_extra(r, task_step(t));
	uint32_t tries = attempt - (x ? x->lapsed : 0u);

	e.attempt = attempt;
	e.result = *res;
	e.due_ms = s->now_ms + policy_retry_delay(run_policy(r, t->node),
		r->seed, t->frame, t->node, tries ? tries : 1);
	task_rest(s, t);
	sched_emit(s, t->run, &e);
	t->phase = TASK_DELAYED;
	t->next_branch = 0;
	timer_set(s, &t->timer, e.due_ms);
}

void task_result(struct sched *s, struct task *t, uint32_t attempt,
	const struct result *res, int final)
{
	struct event e = task_event(t, EVENT_STEP_FINISHED);

	if (res->outcome != OUTCOME_OK && !final && retries(t, attempt, res)) {
		retry(s, t, attempt, res);
		return;
	}
	e.attempt = attempt;
	e.result = *res;
	sched_emit(s, t->run, &e);
	after(s, t);
}

void task_fail(struct sched *s, struct task *t, enum outcome outcome,
	enum error_class class, struct str error)
{
	struct result res;

	memset(&res, 0, sizeof(res));
	res.outcome = (uint8_t)outcome;
	res.error_class = (uint8_t)class;
	res.exit_code = -1;
	res.error = error;
	task_result(s, t, task_step(t)->attempts, &res, 1);
}

void task_skip(struct sched *s, struct task *t, enum skip_reason reason)
{
	struct event e = task_event(t, EVENT_STEP_SKIPPED);

	e.status = (uint32_t)reason;
	sched_emit(s, t->run, &e);
	after(s, t);
}

void task_cancel(struct sched *s, struct task *t)
{
	struct event e = task_event(t, EVENT_STEP_CANCELLED);

	sched_emit(s, t->run, &e);
	after(s, t);
}

/* It had begun, and was ended by us: what it wrote till then is kept. */
static void cancelled(struct sched *s, struct task *t,
	const struct result *res)
{
	struct event e = task_event(t, EVENT_STEP_CANCELLED);

	e.attempt = t->attempt;
	e.result = *res;
	e.result.outcome = OUTCOME_CANCELLED;
	sched_emit(s, t->run, &e);
	after(s, t);
}

/* ------------------------------------------------------------ job reports */
static void lost(struct sched *s, struct task *t)
{
	int once = run_effect(t->run->run, task_step(t), t->node) ==
		EFFECT_ONCE;
	struct event e = task_event(t, once ? EVENT_STEP_IN_DOUBT :
		EVENT_STEP_LOST);

	e.attempt = t->attempt;
	sched_emit(s, t->run, &e);
	after(s, t);
}

static void judge(struct sched *s, struct task *t, struct result *res,
	int killed, int withdrawn)
{
	int timed_out = task_step(t)->flags & STEP_TIMED_OUT;

	if (timed_out) { /* how it died is our doing, and says nothing */
		res->outcome = OUTCOME_TIMEOUT;
		res->error_class = CLASS_TRANSIENT;
		res->error = (struct str){ "timed out", 9 };
	}
	if (res->outcome == OUTCOME_LOST) {
		lost(s, t);
	} else if (!timed_out && withdrawn && res->exit_code == -1 &&
			res->outcome == OUTCOME_CANCELLED) {
		task_cancel(s, t); /* it was taken back: it had not begun */
	} else if (!timed_out && killed && res->outcome != OUTCOME_OK) {
		cancelled(s, t, res);
	} else {
		if (res->outcome == OUTCOME_CANCELLED)
			res->outcome = OUTCOME_FAILED;
		task_result(s, t, t->attempt, res, 0);
	}
}

/* The task that an input is about, or NULL when it is stale. */
static struct task *addressed(struct sched *s, struct srun *sr,
	const struct input *in, enum task_phase phase)
{
	const struct run *r = sr->run;
	const struct plan_body *b;
	struct task *t = NULL;

	if (sr->live && in->frame < sr->frame_count &&
	    sr->frames[in->frame].tasks) {
		b = &r->plan->bodies[r->frames[in->frame].body];
		if (in->step >= b->first && in->step - b->first < b->count)
			t = task_of(sr, in->frame, in->step);
	}
	if (t && t->phase == phase && in->attempt ==
			(phase == TASK_ASKED ? t->token : t->attempt))
		return t;
	s->stats.stale++;
	return NULL;
}

struct task *task_handed(struct sched *s, struct srun *sr,
	const struct input *in)
{
	return addressed(s, sr, in, TASK_HANDED);
}

int on_job_done(struct sched *s, struct srun *sr, const struct input *in)
{
	struct task *t = addressed(s, sr, in, TASK_HANDED);
	struct result res;
	int killed, withdrawn;

	if (!t)
		return 0;
	res = *in->result;
	killed = t->killed;
	withdrawn = t->withdrawn;
	pool_report(s, pool_of(s, t), task_step(t)->flags & STEP_TIMED_OUT ?
		OUTCOME_TIMEOUT : (enum outcome)res.outcome);
	task_rest(s, t);
	judge(s, t, &res, killed, withdrawn);
	return 0;
}

/* --------------------------------------------------------------- answers */
static void decided(struct sched *s, struct task *t, const struct input *in)
{
	struct event e = task_event(t, EVENT_STEP_DECIDED);

	e.status = in->purpose;
	e.value = in->value;
	e.bytes = in->bytes;
	sched_emit(s, t->run, &e);
	task_work(s, t);
}

static int own_condition(const struct task *t, const struct input *in)
{
	const struct extra *x = run_extra(t->run->run, task_step(t));

	return in->purpose == EVAL_CONDITION &&
		task_node(t)->cond != PLAN_NONE &&
		!(x && (x->decided & 1u << EVAL_CONDITION));
}

static void cache_answer(struct sched *s, struct task *t,
	const struct input *in)
{
	struct result res;

	t->cache_asked = 1;
	if (!in->value || !in->result) {
		task_work(s, t);
		return;
	}
	res = *in->result;
	res.cached = 1;
	res.outcome = OUTCOME_OK;
	task_result(s, t, task_step(t)->attempts, &res, 1);
}

int on_eval_done(struct sched *s, struct srun *sr, const struct input *in)
{
	struct task *t = addressed(s, sr, in, TASK_ASKED);
	int bad = in->result && in->result->outcome != OUTCOME_OK;

	if (!t || t->purpose != in->purpose) {
		s->stats.stale += t != NULL;
		return 0;
	}
	t->phase = TASK_IDLE;
	sr->asks--;
	if (in->purpose == EVAL_CACHE && bad)
		bad = 0; /* a cache that cannot answer is a miss */
	if (bad)
		task_result(s, t, task_step(t)->attempts, in->result, 1);
	else if (in->purpose == EVAL_CACHE)
		cache_answer(s, t, in);
	else if (own_condition(t, in) || in->purpose == EVAL_CALL)
		decided(s, t, in);
	else
		composite_answer(s, t, in);
	return 0;
}

int on_demand(struct sched *s, struct srun *sr, const struct input *in)
{
	struct task *t = addressed(s, sr, in, TASK_ASKED);

	if (!t)
		return 0;
	t->phase = TASK_IDLE;
	sr->asks--;
	fact_open(s, t, in->value);
	return 0;
}

/* ----------------------------------------------------------- propagation */
static void skip_successor(struct sched *s, const struct mark *m,
	uint32_t succ, uint32_t cause)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = EVENT_STEP_SKIPPED;
	e.frame = m->frame;
	e.step = succ;
	e.status = cause == PLAN_NONE ? SKIP_STOPPED : SKIP_NEED;
	e.cause = cause == PLAN_NONE ? 0 : cause;
	if (m->run->run->cancelling)
		e.kind = EVENT_STEP_CANCELLED;
	sched_emit(s, m->run, &e);
	marks_add(&s->settled, m->run, m->frame, succ);
}

static uint32_t cause_of(const struct run *r, const struct step *st,
	uint32_t node)
{
	if (st->state == STEP_FAILED)
		return node;
	if (st->state == STEP_SKIPPED && st->skip == SKIP_NEED)
		return (uint32_t)run_extra(r, st)->value;
	return PLAN_NONE;
}

void on_settled(struct sched *s, const struct mark *m)
{
	const struct run *r = m->run->run;
	const struct plan_node *n = run_node(r, m->node);
	const struct step *st = run_step(r, m->frame, m->node);
	uint32_t i, cause = cause_of(r, st, m->node);
	int passed = step_passed(st);

	for (i = 0; i < n->succ_count; i++) {
		uint32_t succ = r->plan->edges[n->succ + i];
		const struct step *next = run_step(r, m->frame, succ);

		if (passed && next->state == STEP_READY)
			task_wake(s, m->run, m->frame, succ);
		else if (!passed && next->state == STEP_WAITING)
			skip_successor(s, m, succ, cause);
	}
	if (st->state == STEP_FAILED && !passed &&
	    r->frames[m->frame].stopped)
		marks_add(&s->stops, m->run, m->frame, m->node);
	if (m->frame && !r->frames[m->frame].left &&
	    !r->frames[m->frame].closed)
		frame_done(s, m->run, m->frame);
}

/* ---------------------------------------------------------- end of a run */
static int is_lone_process(const struct plan *p)
{
	return p->bodies[0].count == 1 && p->nodes[0].kind == NODE_STEP &&
		p->nodes[0].lane == LANE_PROCESS;
}

static int exit_status(const struct run *r)
{
	const struct step *first = r->frames[0].steps;
	const struct kept *k;

	if (r->cancelling)
		return 130;
	if (r->timed_out)
		return 124;
	if (!r->frames[0].failed)
		return 0;
	k = is_lone_process(r->plan) ? first->kept : NULL;
	if (k && k->r.outcome == OUTCOME_FAILED && k->r.exit_code > 0)
		return k->r.exit_code;
	if (r->plan->strategy == STRATEGY_CONTINUE && r->plan->node_count > 1)
		return r->counts[STEP_SUCCEEDED] ? 3 : 1;
	return r->frames[0].status;
}

static void finish(struct sched *s, struct srun *sr)
{
	const struct run *r = sr->run;
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_FINISHED;
	e.step = PLAN_NONE;
	e.exit = exit_status(r);
	e.status = RUN_SUCCEEDED;
	if (r->cancelling)
		e.status = RUN_CANCELLED;
	else if (r->frames[0].failed || r->timed_out || r->frames[0].cut)
		e.status = RUN_FAILED;
	if (e.status == RUN_FAILED && !e.exit)
		e.exit = 1;
	sched_emit(s, sr, &e);
	srun_rest(s, sr);
}

/* Opens the next @undo; 0 when there is none left. */
static int undo_next(struct sched *s, struct srun *sr)
{
	const struct run *r = sr->run;

	while (sr->undo_at > 0) {
		uint64_t key = r->done[--sr->undo_at];
		uint32_t frame = (uint32_t)(key >> 32), node = (uint32_t)key;
		const struct step *st;

		if (r->frames[frame].dropped)
			continue;
		st = run_step(r, frame, node);
		if (st->state != STEP_SUCCEEDED || (st->flags & STEP_UNDONE) ||
		    (st->flags & STEP_ADOPTED))
			continue;
		sr->undo_frame = frame_open(s, sr, frame, node,
			plan_branch_of(r->plan, node, ROLE_UNDO) -
				run_node(r, node)->branch, 0);
		if (sr->undo_frame)
			return 1;
	}
	return 0;
}

static int rolls_back(struct sched *s, struct srun *sr)
{
	const struct run *r = sr->run;
	struct event e;

	if (r->plan->strategy != STRATEGY_ROLLBACK || r->cancelling ||
	    !(r->frames[0].failed || r->timed_out))
		return 0;
	if (sr->undo_frame)
		return 1;
	if (!r->rolling_back) {
		if (!r->done_count)
			return 0;
		memset(&e, 0, sizeof(e));
		e.kind = EVENT_ROLLBACK_STARTED;
		e.step = PLAN_NONE;
		sched_emit(s, sr, &e);
		sr->undo_at = r->done_count;
	}
	if (r->paused || s->halted)
		return 1;
	return undo_next(s, sr);
}

/* Ends the run when nothing is left, and tells when it rests. */
void run_wind_up(struct sched *s, struct srun *sr)
{
	const struct run *r = sr->run;
	int quiet = !sr->jobs && !sr->asks, over = 0;

	if (sr->live && !sr->held && !run_ended(r)) {
		int empty = !r->frames[0].left && !sr->undo_frame;

		/* what is in doubt keeps no cancelled run open */
		empty |= r->cancelling && quiet && !r->moving && !r->waits;

		if (empty && !rolls_back(s, sr))
			finish(s, sr);
		quiet = !sr->jobs && !sr->asks;
	}
	if (run_ended(r))
		over = 2;
	else if (quiet && (r->state == RUN_WAITING || r->state == RUN_PAUSED))
		over = 1;
	if (over && over != sr->told)
		sched_act(s, sr, ACTION_RUN_OVER);
	sr->told = (uint8_t)over;
}
