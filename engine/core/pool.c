/*
 * Gates: pools and limits, and who waits at them. A task takes all that it
 * needs or nothing, so that nobody waits while holding. It stands at the
 * first gate that blocks it; whoever comes later stands behind, so that
 * large demands are not starved by small ones. Invariant: a gate that is not
 * dirty has nobody in front that would fit.
 */
#include "engine/core/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/core/sched_int.h"

enum { POOL_SLOTS, POOL_WORKERS, POOL_NET, MINUTE_MS = 60000 };

void pools_init(struct pools *p, struct sched *s)
{
	struct pool_config c;

	memset(p, 0, sizeof(*p));
	memset(&c, 0, sizeof(c));
	p->sched = s;
	pool_get(p, str_of("slots"));
	pool_get(p, str_of("workers"));
	pool_get(p, str_of("net"));
	c.limit = LIMIT_PARALLEL;
	pool_configure(p, POOL_SLOTS, &c);
	c.limit = 0;
	pool_configure(p, POOL_WORKERS, &c);
	pool_configure(p, POOL_NET, &c);
}

void pools_release(struct pools *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		free(p->list[i]->gate.queue);
		free(p->list[i]->starts);
		free(p->list[i]->name);
		free(p->list[i]);
	}
	free(p->list);
	strmap_release(&p->names);
}

uint32_t pool_get(struct pools *p, struct str name)
{
	struct pool *q;
	uint32_t i;

	if (strmap_find(&p->names, name, &i))
		return i;
	p->list = mem_more(p->list, p->count, &p->cap, sizeof(*p->list));
	q = mem_zero(sizeof(*q));
	q->name = mem_strndup(name.p, name.n);
	q->config.limit = q->gate.limit = 1;
	q->gate.pool = q;
	q->timer.kind = TIMER_POOL;
	i = (uint32_t)p->count;
	p->list[p->count++] = q;
	strmap_put(&p->names, str_of(q->name), i);
	return i;
}

void pool_configure(struct pools *p, uint32_t pool,
	const struct pool_config *c)
{
	struct pool *q;

	assert(pool < p->count);
	q = p->list[pool];
	if (c->per_minute != q->config.per_minute) {
		free(q->starts);
		q->starts = c->per_minute ?
			mem_zero(c->per_minute * sizeof(*q->starts)) : NULL;
		q->start_at = q->start_count = 0;
	}
	q->config = *c;
	q->by_demand = 0;
	q->gate.limit = c->limit;
	gate_dirty(p->sched, &q->gate);
}

int pool_view(const struct pools *p, uint32_t pool, struct pool_view *out)
{
	if (pool >= p->count)
		return -1;
	out->name = p->list[pool]->name;
	out->config = p->list[pool]->config;
	out->held = p->list[pool]->gate.held;
	out->breaker = p->list[pool]->breaker;
	return 0;
}

/* --------------------------------------------------------------- waiting */
static int before(const struct task *a, const struct task *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->seq < b->seq;
}

static void put(struct gate *g, struct task *t, size_t at)
{
	g->queue[at] = t;
	t->heap_at = (uint32_t)at;
}

static void sift(struct gate *g, struct task *t, size_t at)
{
	size_t up, kid;

	for (; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!before(t, g->queue[up]))
			break;
		put(g, g->queue[up], at);
	}
	for (;; at = kid) {
		kid = at * 2 + 1;
		if (kid + 1 < g->count &&
		    before(g->queue[kid + 1], g->queue[kid]))
			kid++;
		if (kid >= g->count || !before(g->queue[kid], t))
			break;
		put(g, g->queue[kid], at);
	}
	put(g, t, at);
}

void gate_join(struct gate *g, struct task *t)
{
	assert(!t->gate);
	g->queue = mem_more(g->queue, g->count, &g->cap, sizeof(*g->queue));
	g->count++;
	sift(g, t, g->count - 1);
	t->gate = g;
	t->phase = TASK_QUEUED;
}

static void remove_waiting(struct gate *g, struct task *t)
{
	struct task *last = g->queue[--g->count];

	assert(t->gate == g);
	t->gate = NULL;
	t->phase = TASK_IDLE;
	if (last != t)
		sift(g, last, t->heap_at);
}

void gate_leave(struct sched *s, struct gate *g, struct task *t)
{
	remove_waiting(g, t);
	gate_dirty(s, g);
}

void gate_dirty(struct sched *s, struct gate *g)
{
	if (g->dirty || !g->count)
		return;
	g->dirty = 1;
	g->dirty_next = s->dirty;
	s->dirty = g;
}

void gate_forget(struct sched *s, struct gate *g)
{
	struct gate **at;

	assert(!g->count);
	for (at = &s->dirty; g->dirty && *at; at = &(*at)->dirty_next)
		if (*at == g) {
			*at = g->dirty_next;
			break;
		}
	free(g->queue);
}

/* Lets in from the front until somebody does not fit. */
void gate_drain(struct sched *s, struct gate *g)
{
	struct task *t;

	while (g->count) {
		t = g->queue[0];
		remove_waiting(g, t);
		if (run_blocked(t->run->run, t->frame) || task_parks(s, t)) {
			task_work(s, t);
			continue;
		}
		if (task_admit(s, t) == g)
			break;
	}
}

/* ----------------------------------------------------------------- rates */
static int rate_admits(struct sched *s, struct pool *p)
{
	uint32_t n = p->config.per_minute;
	int64_t oldest;

	if (!n || p->start_count < n)
		return 1;
	oldest = p->starts[p->start_at];
	if (oldest + MINUTE_MS <= s->now_ms)
		return 1;
	if (!p->timer.at || p->timer.when_ms > oldest + MINUTE_MS)
		timer_set(s, &p->timer, oldest + MINUTE_MS);
	return 0;
}

static void rate_note(struct sched *s, struct pool *p)
{
	uint32_t n = p ? p->config.per_minute : 0;

	if (!n)
		return;
	p->starts[p->start_at] = s->now_ms;
	p->start_at = (p->start_at + 1) % n;
	if (p->start_count < n)
		p->start_count++;
}

/* --------------------------------------------------------------- breaker */
int pool_admits(struct sched *s, struct pool *p)
{
	if (!p || !p->config.breaker_failures)
		return 1;
	if (p->breaker == BREAKER_OPEN && s->now_ms >=
			p->opened_ms + p->config.breaker_recovery_ms)
		p->breaker = BREAKER_HALF_OPEN;
	if (p->breaker == BREAKER_HALF_OPEN)
		return p->probing == 0;
	return p->breaker == BREAKER_CLOSED;
}

void pool_probe(struct pool *p)
{
	if (p && p->breaker == BREAKER_HALF_OPEN)
		p->probing = 1;
}

void pool_report(struct sched *s, struct pool *p, enum outcome outcome)
{
	if (!p || !p->config.breaker_failures)
		return;
	p->probing = 0;
	if (outcome == OUTCOME_OK) {
		p->failures = 0;
		p->breaker = BREAKER_CLOSED;
		return;
	}
	if (outcome != OUTCOME_FAILED && outcome != OUTCOME_TIMEOUT)
		return;
	p->failures++;
	if (p->breaker == BREAKER_HALF_OPEN ||
	    p->failures >= p->config.breaker_failures) {
		p->breaker = BREAKER_OPEN;
		p->opened_ms = s->now_ms;
	}
}

/* ---------------------------------------------------------------- taking */
static struct pool *pool_named(struct sched *s, struct str name)
{
	uint32_t i = pool_get(&s->pools, name); /* may move the list */

	return s->pools.list[i];
}

struct pool *pool_of(struct sched *s, const struct task *t)
{
	const struct plan *plan = t->run->run->plan;
	const struct plan_node *n = task_node(t);
	uint32_t named = plan->policies[n->policy].pool;

	if (named != PLAN_NONE)
		return pool_named(s, str_of(plan_text(plan, named)));
	switch ((enum lane)n->lane) {
	case LANE_PROCESS:
		return s->pools.list[POOL_SLOTS];
	case LANE_WORKER:
		return s->pools.list[POOL_WORKERS];
	case LANE_NET:
		return s->pools.list[POOL_NET];
	case LANE_INLINE:
	case LANE_WAIT:
	case LANE_COUNT:
		break;
	}
	return NULL;
}

/* Jobs that may be handed over before a slot is free. */
static uint32_t ahead_of(struct sched *s, const struct task *t,
	const struct gate *g)
{
	const struct plan_policy *y = run_policy(t->run->run, t->node);

	if (g->pool != s->pools.list[POOL_SLOTS] || y->demand_count ||
	    y->timeout_ms ||
	    run_effect(t->run->run, task_step(t), t->node) == EFFECT_ONCE)
		return 0;
	return g->pool->config.ahead;
}

static int try_take(struct sched *s, struct task *t, struct gate *g,
	uint32_t units)
{
	if (g->count && before(g->queue[0], t))
		return 0;
	/* what can never fit goes alone: when nobody else holds any */
	if (g->limit && g->held != g->own && (uint64_t)g->held + units >
			(uint64_t)g->limit + ahead_of(s, t, g))
		return 0;
	if (g->pool && !rate_admits(s, g->pool))
		return 0;
	t->ahead |= g->pool == s->pools.list[POOL_SLOTS] && g->limit &&
		g->held >= g->limit;
	g->held += units;
	g->own += units;
	return 1;
}

/* A pool that only demands have named is as large as the largest of them. */
static struct gate *demand_gate(struct sched *s, struct str name,
	uint32_t units)
{
	int known = strmap_find(&s->pools.names, name, NULL);
	struct pool *p = pool_named(s, name);

	p->by_demand |= !known;
	if (p->by_demand && p->gate.limit < units) {
		p->config.limit = p->gate.limit = units;
		gate_dirty(s, &p->gate);
	}
	return &p->gate;
}

/* The gates of a task in their fixed order: pool, demands, the run's limit,
 * the groups around it. NULL after the last. */
static struct gate *gate_at(struct sched *s, const struct task *t,
	uint32_t i, uint32_t *units)
{
	const struct run *r = t->run->run;
	const struct plan_policy *y = run_policy(r, t->node);
	struct pool *p = pool_of(s, t);
	uint32_t frame = t->frame;

	*units = 1;
	if (p && i-- == 0)
		return &p->gate;
	if (i < y->demand_count) {
		const struct plan_demand *d =
			&r->plan->demands[y->demand + i];

		*units = d->units;
		return demand_gate(s, str_of(plan_text(r->plan, d->pool)),
			d->units);
	}
	i -= y->demand_count;
	if (t->run->gate && i-- == 0)
		return t->run->gate;
	for (; frame != PLAN_NONE; frame = r->frames[frame].parent) {
		if (t->run->frames[frame].gate && i-- == 0)
			return t->run->frames[frame].gate;
		/* an @undo is not a member of the group it undoes */
		if (frame && r->frames[frame].undo &&
		    !r->frames[r->frames[frame].parent].undo)
			break;
	}
	return NULL;
}

static void give_first(struct sched *s, struct task *t, uint32_t count)
{
	struct gate *g;
	uint32_t i, units;

	for (i = 0; i < count; i++) {
		g = gate_at(s, t, i, &units);
		assert(g && g->held >= units);
		g->held -= units;
		gate_dirty(s, g);
	}
}

static void forget_own(struct sched *s, const struct task *t)
{
	struct gate *g;
	uint32_t i, units;

	for (i = 0; (g = gate_at(s, t, i, &units)); i++)
		g->own = 0;
}

struct gate *gates_take(struct sched *s, struct task *t)
{
	struct gate *g;
	uint32_t i, k, units;

	t->ahead = 0;
	for (i = 0; (g = gate_at(s, t, i, &units)); i++)
		if (!try_take(s, t, g, units))
			break;
	forget_own(s, t);
	if (!g) {
		t->holds = 1;
		for (k = 0; (g = gate_at(s, t, k, &units)); k++)
			rate_note(s, g->pool);
		return NULL;
	}
	for (k = 0; k < i; k++) {
		struct gate *taken = gate_at(s, t, k, &units);

		taken->held -= units;
	}
	return g;
}

void gates_give(struct sched *s, struct task *t)
{
	uint32_t i, units;

	for (i = 0; gate_at(s, t, i, &units); i++)
		;
	give_first(s, t, i);
	t->holds = 0;
}
