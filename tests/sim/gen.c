/*
 * Random plans: every kind of node, every annotation, nested a few levels.
 * Small bodies on purpose: faults hide in combinations, not in size.
 */
#include "tests/sim/gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/build.h"
#include "engine/core/vocab.h"

uint32_t rng_next(struct rng *g)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (uint32_t)(g->state >> 24);
}

uint32_t rng_below(struct rng *g, uint32_t n)
{
	return rng_next(g) % n;
}

int rng_hit(struct rng *g, uint32_t percent)
{
	return rng_below(g, 100) < percent;
}

struct gen {
	struct rng *g;
	struct builder *b;
	uint32_t budget;       /* nodes still to make */
	uint32_t names;
};

static void fill_body(struct gen *x, uint32_t body, uint32_t depth,
	uint32_t max);

static uint32_t word(struct gen *x, const char *s)
{
	return build_text(x->b, str_of(s));
}

static void add_branch(struct gen *x, uint32_t node, enum branch_role role,
	uint32_t expr, uint32_t depth)
{
	uint32_t body = build_body(x->b, node);

	build_branch(x->b, node, body, role, expr, PLAN_NONE);
	fill_body(x, body, depth + 1,
		role == ROLE_BODY ? 1 + rng_below(x->g, 4) : 1);
}

static void add_policy(struct gen *x, uint32_t node, int leaf)
{
	struct plan_policy p;
	static const char *const pools[] = { "gpu", "disk", "tiny" };

	memset(&p, 0, sizeof(p));
	p.pool = PLAN_NONE;
	if (rng_hit(x->g, 15))
		p.timeout_ms = 5 + rng_below(x->g, 200);
	if (rng_hit(x->g, 20)) {
		p.retry = 1 + rng_below(x->g, 3);
		p.delay_ms = 1 + rng_below(x->g, 50);
	}
	if (rng_hit(x->g, 15))
		p.limit = 1 + rng_below(x->g, 3);
	if (rng_hit(x->g, 15))
		p.priority = 1 + rng_below(x->g, 5);
	if (rng_hit(x->g, 50))
		p.max = 1 + rng_below(x->g, 4);
	if (leaf && rng_hit(x->g, 10))
		p.pool = word(x, pools[rng_below(x->g, 3)]);
	if (leaf && rng_hit(x->g, 12)) {
		p.demand = build_demand(x->b, word(x, "tool"),
			1 + rng_below(x->g, 3));
		p.demand_count = 1;
		if (rng_hit(x->g, 40)) {
			build_demand(x->b, word(x, "gpu"), 1);
			p.demand_count = 2;
		}
	}
	build_policy(x->b, node, &p);
}

static void make_leaf(struct gen *x, uint32_t node, uint32_t depth)
{
	static const uint8_t lanes[] = { LANE_PROCESS, LANE_PROCESS,
		LANE_PROCESS, LANE_INLINE, LANE_INLINE, LANE_WORKER, LANE_NET,
		LANE_WAIT };
	static const uint8_t effects[] = { EFFECT_PURE, EFFECT_IDEMPOTENT,
		EFFECT_IDEMPOTENT, EFFECT_ONCE };
	struct plan_node *n = build_at(x->b, node);

	n->exec = word(x, "bash");
	n = build_at(x->b, node);
	n->lane = lanes[rng_below(x->g, sizeof(lanes))];
	n->effect = effects[rng_below(x->g, sizeof(effects))];
	if (rng_hit(x->g, 10))
		n->flags |= NODE_CACHE;
	if (n->effect == EFFECT_ONCE && rng_hit(x->g, 50))
		add_branch(x, node, ROLE_VERIFY, PLAN_NONE, depth);
}

static uint32_t pick_kind(struct gen *x, uint32_t depth)
{
	static const uint8_t composites[] = { NODE_BLOCK, NODE_IF,
		NODE_CHOOSE, NODE_FOR, NODE_WHILE, NODE_MAP, NODE_JOIN };

	if (depth < 4 && x->budget > 2 && rng_hit(x->g, 35))
		return composites[rng_below(x->g, sizeof(composites))];
	if (rng_hit(x->g, 1))
		return NODE_STAGE;
	return rng_hit(x->g, 10) ? NODE_CALL : NODE_STEP;
}

static void make_branches(struct gen *x, uint32_t node, uint32_t kind,
	uint32_t depth)
{
	uint32_t i, n = 1 + rng_below(x->g, 3);

	switch ((enum node_kind)kind) {
	case NODE_BLOCK:
		add_branch(x, node, ROLE_BODY, PLAN_NONE, depth);
		break;
	case NODE_IF:
		for (i = 0; i < n; i++)
			add_branch(x, node, ROLE_BODY, word(x, "x"), depth);
		if (rng_hit(x->g, 50))
			add_branch(x, node, ROLE_BODY, PLAN_NONE, depth);
		break;
	case NODE_CHOOSE:
		for (i = 0; i <= n; i++)
			add_branch(x, node, ROLE_BODY, PLAN_NONE, depth);
		break;
	case NODE_FOR:
	case NODE_MAP:
	case NODE_WHILE:
		add_branch(x, node, ROLE_BODY, word(x, "x"), depth);
		break;
	case NODE_STEP:
	case NODE_CALL:
		make_leaf(x, node, depth);
		break;
	case NODE_JOIN:
	case NODE_STAGE:
	case NODE_KINDS:
		break;
	}
}

static uint32_t add_node(struct gen *x, uint32_t body, uint32_t depth)
{
	uint32_t kind = pick_kind(x, depth), node;
	int leaf = kind == NODE_STEP || kind == NODE_CALL;
	char name[24];

	snprintf(name, sizeof(name), "n%u", x->names++);
	node = build_node(x->b, body, (enum node_kind)kind, word(x, name));
	if (x->budget)
		x->budget--;
	if (kind == NODE_JOIN || kind == NODE_STAGE)
		return node;
	if (rng_hit(x->g, 15))
		build_at(x->b, node)->flags |= NODE_IGNORE;
	if (rng_hit(x->g, 10)) {
		uint32_t cond = word(x, "x");

		build_at(x->b, node)->cond = cond;
	}
	make_branches(x, node, kind, depth);
	if (depth < 4 && rng_hit(x->g, 15))
		add_branch(x, node, ROLE_FACT, PLAN_NONE, depth);
	if (depth < 4 && rng_hit(x->g, 12))
		add_branch(x, node, ROLE_FALLBACK, PLAN_NONE, depth);
	if (depth < 4 && rng_hit(x->g, 30))
		add_branch(x, node, ROLE_UNDO, PLAN_NONE, depth);
	add_policy(x, node, leaf);
	return node;
}

static void fill_body(struct gen *x, uint32_t body, uint32_t depth,
	uint32_t max)
{
	uint32_t nodes[16], i, k, n = 1 + rng_below(x->g, max);

	if (n > 16)
		n = 16;
	for (i = 0; i < n; i++) {
		nodes[i] = add_node(x, body, depth);
		for (k = 0; k < i; k++)
			if (rng_hit(x->g, 35))
				build_edge(x->b, nodes[k], nodes[i]);
	}
}

struct plan *gen_plan(struct rng *g)
{
	struct gen x = { g, build_new(), 8 + rng_below(g, 16), 0 };
	struct build_options o;
	struct plan *plan = NULL;
	struct err err;
	uint32_t where;

	memset(&o, 0, sizeof(o));
	o.command = str_of("chain");
	o.source = str_of("random");
	o.strategy = (enum strategy)rng_below(g, STRATEGY_KINDS);
	o.flags = rng_hit(g, 20) ? PLAN_FAIL_FAST : 0;
	o.flags |= rng_hit(g, 30) ? PLAN_ADAPTIVE : 0;
	o.limit = rng_hit(g, 20) ? 1 + rng_below(g, 4) : 0;
	o.timeout_ms = rng_hit(g, 15) ? 20 + rng_below(g, 500) : 0;
	fill_body(&x, 0, 0, 7);
	if (build_end(x.b, &o, &plan, &where, &err)) {
		printf("Bail out! the generator made no plan: %s\n", err.text);
		exit(1);
	}
	build_free(x.b);
	return plan;
}
