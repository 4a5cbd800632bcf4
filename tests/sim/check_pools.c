/*
 * Rates and circuit breakers, seen from outside: starts per minute by the
 * times of their events, the breaker by what the pool shows. A crash forgets
 * both, as a new process does.
 */
#include <string.h>

#include "engine/core/vocab.h"
#include "tests/sim/world.h"

enum { MINUTE_MS = 60000 };

/* As a user's configuration sets them; the same again after a crash. */
void watch_choose(struct world *w)
{
	memset(&w->watch, 0, sizeof(w->watch));
	w->watch.per_minute = rng_hit(&w->g, 30) ? 1 + rng_below(&w->g,
		RATE_MAX) : 0;
	w->watch.failures = rng_hit(&w->g, 50) ? 2 : 0;
	w->watch.tool = (uint8_t)rng_hit(&w->g, 50);
}

void watch_configure(void *world, struct pools *p)
{
	struct watch *x = &((struct world *)world)->watch;
	struct pool_config c;

	memset(&c, 0, sizeof(c));
	c.limit = 2;
	c.per_minute = x->per_minute;
	pool_configure(p, pool_get(p, str_of("disk")), &c);
	c.per_minute = 0;
	c.breaker_failures = x->failures;
	c.breaker_recovery_ms = RECOVERY_MS;
	pool_configure(p, pool_get(p, str_of("net")), &c);
	if (x->tool) {
		memset(&c, 0, sizeof(c));
		c.limit = 2;
		pool_configure(p, pool_get(p, str_of("tool")), &c);
	}
	x->start_count = x->probes = 0;
	x->breaker = BREAKER_CLOSED;
}

static int is_of(const struct run *r, uint32_t node, const char *pool)
{
	const struct plan_node *n = &r->plan->nodes[node];
	uint32_t named = r->plan->policies[n->policy].pool;

	if (named != PLAN_NONE)
		return strcmp(plan_text(r->plan, named), pool) == 0;
	return n->lane == LANE_NET && strcmp(pool, "net") == 0;
}

static void rate(struct world *w, int64_t t_ms)
{
	struct watch *x = &w->watch;

	if (x->start_count == x->per_minute) {
		if (x->starts[0] + MINUTE_MS > t_ms)
			world_fault(w, "a rate was exceeded");
		w->tally->rated += x->starts[0] + MINUTE_MS == t_ms;
		memmove(x->starts, x->starts + 1, (x->per_minute - 1) *
			sizeof(x->starts[0]));
		x->start_count--;
	}
	x->starts[x->start_count++] = t_ms;
}

static void probe(struct world *w, int64_t t_ms)
{
	struct watch *x = &w->watch;
	struct pool_view v;

	pool_view(sched_pools(sim_sched(w->sim)), 2, &v);
	if (v.breaker == BREAKER_HALF_OPEN && x->probes++)
		world_fault(w, "a half-open breaker let two in");
	if (v.breaker == BREAKER_OPEN && x->breaker == v.breaker &&
	    t_ms > x->opened_ms &&
	    t_ms < x->opened_ms + RECOVERY_MS)
		world_fault(w, "an open breaker let one in");
}

/* An event that was just made. */
void watch_event(struct world *w, uint32_t key, const struct event *e)
{
	const struct run *r = sim_run(w->sim, key);

	if (e->step == PLAN_NONE || !r || e->step >= r->plan->node_count ||
	    !node_is_leaf(&r->plan->nodes[e->step]))
		return;
	if (e->kind == EVENT_STEP_STARTED) {
		if (w->watch.per_minute && is_of(r, e->step, "disk"))
			rate(w, e->t_ms);
		if (w->watch.failures && is_of(r, e->step, "net"))
			probe(w, e->t_ms);
		return;
	}
	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_RETRYING)
		w->tally->refused += e->result.error.n > 19 && !memcmp(
			e->result.error.p, "the circuit breaker", 19);
	if (is_of(r, e->step, "net"))
		w->watch.probes = 0; /* it came back, or is none */
}

void watch_look(struct world *w)
{
	struct watch *x = &w->watch;
	enum breaker_state was = x->breaker;
	struct pool_view v;

	pool_view(sched_pools(sim_sched(w->sim)), 2, &v);
	x->breaker = v.breaker;
	if (v.breaker == was)
		return;
	if (was == BREAKER_OPEN && v.breaker == BREAKER_HALF_OPEN &&
	    sim_now(w->sim) < x->opened_ms + RECOVERY_MS)
		world_fault(w, "a breaker half-opened too early");
	x->opened_ms = sim_now(w->sim);
	if (v.breaker == BREAKER_OPEN)
		w->tally->breaks[was == BREAKER_CLOSED ? BREAK_OPENS :
			BREAK_OPENS_AGAIN]++;
	else
		w->tally->breaks[v.breaker == BREAKER_HALF_OPEN ?
			BREAK_HALF_OPENS : BREAK_CLOSES]++;
}
