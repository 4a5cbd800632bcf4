/*
 * From ready to started: parking, the questions that come first (condition,
 * cache, kind of a call), admission at the gates, the start itself.
 * Invariant: nothing is asked or handed over for a run that is paused, held
 * or blocked, nor while the journal fails.
 */
#include <assert.h>
#include <string.h>

#include "engine/core/policy.h"
#include "engine/core/sched_int.h"

int task_parks(struct sched *s, struct task *t)
{
	struct srun *sr = t->run;

	if (!s->halted && !sr->held && !sr->run->paused)
		return 0;
	if (!t->back)
		task_list(t, &sr->parked);
	t->phase = TASK_PARKED;
	return 1;
}

void task_ask(struct sched *s, struct task *t, enum eval_purpose purpose,
	uint32_t branch)
{
	struct action *a;

	if (task_parks(s, t))
		return;
	a = sched_act(s, t->run, ACTION_EVAL);
	t->phase = TASK_ASKED;
	t->purpose = (uint8_t)purpose;
	t->token = ++s->token;
	t->run->asks++;
	a->frame = t->frame;
	a->step = t->node;
	a->attempt = t->token;
	a->purpose = (uint8_t)purpose;
	a->branch = branch;
}

/* In-process and harmless to repeat: no intent is written before it. */
static int is_quiet(const struct task *t)
{
	const struct plan_node *n = task_node(t);

	if (n->lane != LANE_INLINE && n->lane != LANE_WAIT)
		return 0;
	return !run_policy(t->run->run, t->node)->timeout_ms &&
		run_effect(t->run->run, task_step(t), t->node) != EFFECT_ONCE;
}

static void start(struct sched *s, struct task *t)
{
	int64_t timeout_ms = run_policy(t->run->run, t->node)->timeout_ms;
	struct event e = task_event(t, EVENT_STEP_STARTED);
	struct action *a;

	timer_stop(s, &t->timer);
	t->attempt = e.attempt = task_step(t)->attempts + 1u;
	if (!is_quiet(t))
		sched_emit(s, t->run, &e);
	pool_probe(pool_of(s, t));
	a = sched_act(s, t->run, ACTION_JOB);
	a->frame = t->frame;
	a->step = t->node;
	a->attempt = t->attempt;
	a->ahead = t->ahead;
	t->phase = TASK_HANDED;
	t->run->jobs++;
	if (timeout_ms)
		timer_set(s, &t->timer, s->now_ms + timeout_ms);
}

static void refuse(struct sched *s, struct task *t, const struct pool *p)
{
	struct buf text;
	struct result res;

	buf_init(&text);
	buf_str(&text, "the circuit breaker of pool '");
	buf_str(&text, p->name);
	buf_str(&text, "' is open");
	memset(&res, 0, sizeof(res));
	res.outcome = OUTCOME_FAILED;
	res.error_class = CLASS_TRANSIENT;
	res.exit_code = -1;
	res.error.p = buf_cstr(&text);
	res.error.n = text.len;
	task_result(s, t, task_step(t)->attempts + 1u, &res, 0);
	buf_release(&text);
}

struct gate *task_admit(struct sched *s, struct task *t)
{
	struct pool *p = pool_of(s, t);
	struct gate *block;

	if (!pool_admits(s, p)) {
		refuse(s, t, p);
		return NULL;
	}
	block = gates_take(s, t);
	if (block)
		gate_join(block, t);
	else
		start(s, t);
	return block;
}

static void look_at_leaf(struct sched *s, struct task *t)
{
	const struct plan_node *n = task_node(t);
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(t->run->run, st);
	uint8_t decided = x ? x->decided : 0;
	uint32_t tries = st->attempts - (x ? x->lapsed : 0u);

	if (n->kind == NODE_CALL && !(decided & 1u << EVAL_CALL))
		task_ask(s, t, EVAL_CALL, PLAN_NONE);
	else if (n->flags & NODE_CACHE && !t->cache_asked && !tries)
		task_ask(s, t, EVAL_CACHE, PLAN_NONE);
	else if (!task_parks(s, t))
		task_admit(s, t);
}

/* 1 when the node's own condition does not yet let it go on. */
static int held_by_condition(struct sched *s, struct task *t)
{
	const struct plan_node *n = task_node(t);
	const struct extra *x = run_extra(t->run->run, task_step(t));
	unsigned own = 1u << EVAL_CONDITION;

	if (n->cond == PLAN_NONE)
		return 0;
	if (!x || !(x->decided & own)) {
		task_ask(s, t, EVAL_CONDITION, PLAN_NONE);
		return 1;
	}
	if (x->decided == own && !x->value) {
		task_skip(s, t, SKIP_CONDITION);
		return 1;
	}
	return 0;
}

void task_look(struct sched *s, struct task *t)
{
	const struct step *st = task_step(t);

	if (t->phase == TASK_PARKED) {
		task_unlist(t);
		t->phase = TASK_IDLE;
	}
	if (t->phase != TASK_IDLE || (t->run->held && task_parks(s, t)))
		return;
	if (st->state == STEP_IN_DOUBT) {
		verify_open(s, t->run, t->frame, t->node);
		return;
	}
	if (st->flags & STEP_FELL_BACK) {
		fallback_look(s, t);
		return;
	}
	if (st->state == STEP_RUNNING) {
		composite_look(s, t);
		return;
	}
	if (st->open) /* a fact is being made; its frame's end wakes us */
		return;
	if (run_blocked(t->run->run, t->frame)) {
		task_cut_off(s, t);
		return;
	}
	if (held_by_condition(s, t))
		return;
	if (node_is_leaf(task_node(t)))
		look_at_leaf(s, t);
	else
		composite_look(s, t);
}
