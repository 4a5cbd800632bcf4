/*
 * parallel_where_possible: what becomes of the arrows. The plan is frozen
 * once without them, as a probe in which every step and its key can be seen;
 * each body's arrows are decided on it, and those that stay go into the
 * builder, where a kept arrow orders and carries no data.
 * The reasons stay in the plan, as notes, for /explain.
 */
#include "engine/front/parallel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct probing {
	struct front_ctx *c;
	struct plan *plan;
	uint32_t *node_of;     /* handle to node of the probe */
	uint32_t *handle_of;   /* and back */
	/* handles of a body's nodes, and of an owner's bodies: lists */
	uint32_t *first_node, *next_node, *first_body, *next_body;
	uint32_t numbered;
	struct forecast forecast;
	struct arena arena;
};

/* Numbers as build_end does: nodes body by body, bodies depth first. */
static void number_body(struct probing *q, uint32_t body)
{
	uint32_t h, b;

	for (h = q->first_node[body]; h != PLAN_NONE; h = q->next_node[h]) {
		q->node_of[h] = q->numbered;
		q->handle_of[q->numbered++] = h;
	}
	for (h = q->first_node[body]; h != PLAN_NONE; h = q->next_node[h])
		for (b = q->first_body[h]; b != PLAN_NONE; b = q->next_body[b])
			number_body(q, b);
}

static uint32_t *none_list(size_t n)
{
	uint32_t *v = mem_alloc(n * sizeof(*v));

	memset(v, 0xff, n * sizeof(*v));
	return v;
}

static void map_nodes(struct probing *q)
{
	struct front_ctx *c = q->c;
	uint32_t i, body;

	q->node_of = none_list(c->node_count);
	q->handle_of = none_list(c->node_count);
	q->first_node = none_list(c->body_count);
	q->next_node = none_list(c->node_count);
	q->first_body = none_list(c->node_count);
	q->next_body = none_list(c->body_count);
	for (i = (uint32_t)c->node_count; i-- > 0;) {
		body = build_at(c->build, i)->body;
		q->next_node[i] = q->first_node[body];
		q->first_node[body] = i;
	}
	for (i = (uint32_t)c->body_count; i-- > 1;) {
		q->next_body[i] = q->first_body[c->bodies[i].owner];
		q->first_body[c->bodies[i].owner] = i;
	}
	number_body(q, 0);
	assert(q->numbered == q->plan->node_count);
}

static void probing_release(struct probing *q)
{
	plan_drop(q->plan);
	mem_free(q->node_of);
	mem_free(q->handle_of);
	mem_free(q->first_node);
	mem_free(q->next_node);
	mem_free(q->first_body);
	mem_free(q->next_body);
	arena_release(&q->arena);
}

static void add_note(struct probing *q, uint32_t handle, const char *name,
	const char *text)
{
	struct builder *b = q->c->build;

	build_arg(b, handle, ARG_NOTE, build_text(b, str_of(name)));
	build_part_text(b, str_of(text));
}

struct verdict {
	uint32_t node;         /* of the probe */
	struct buf freed, why;
};

static void add_name(struct probing *q, struct buf *out, uint32_t node)
{
	if (out->len)
		buf_str(out, ", ");
	buf_str(out, plan_text(q->plan, q->plan->nodes[node].name));
}

static void apply_tie(struct probing *q, struct verdict *v,
	const struct tie *tie)
{
	struct builder *b = q->c->build;
	uint32_t handle = q->handle_of[tie->node];
	uint32_t need = q->handle_of[tie->need];

	if (tie->fate == FATE_IMPLIED)
		return;
	if (tie->fate == FATE_FREED) {
		add_name(q, &v->freed, tie->need);
		return;
	}
	buf_printf(&v->why, "%s%s %s: %s", v->why.len ? "; " : "",
		tie->made ? "stays behind" : "arrow kept from",
		plan_text(q->plan, q->plan->nodes[tie->need].name), tie->why);
	build_after(b, need, handle);
}

/* All ties of one node, which stand together. */
static size_t apply_node(struct probing *q, const struct tie *v, size_t count)
{
	struct verdict verdict = { v[0].node, { 0 }, { 0 } };
	uint32_t handle = q->handle_of[v[0].node];
	size_t i;

	for (i = 0; i < count && v[i].node == v[0].node; i++)
		apply_tie(q, &verdict, &v[i]);
	if (verdict.freed.len)
		add_note(q, handle, NOTE_FREED, verdict.freed.data);
	if (verdict.why.len)
		add_note(q, handle, NOTE_WHY, verdict.why.data);
	if (!q->plan->nodes[v[0].node].need_count)
		build_at(q->c->build, handle)->flags |= NODE_NO_INPUT;
	buf_release(&verdict.freed);
	buf_release(&verdict.why);
	return i;
}

static int by_node(const void *a, const void *b)
{
	const struct tie *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->need < y->need ? -1 : x->need > y->need;
}

static void decide_body(struct probing *q, struct tie *v, size_t count)
{
	struct ties t = { .probe = q->plan, .forecast = &q->forecast,
		.arena = &q->arena };
	size_t i;

	t.body = q->plan->nodes[v[0].node].body;
	t.v = mem_dup(v, count * sizeof(*v));
	t.count = t.cap = count;
	ties_decide(&t);
	qsort(t.v, t.count, sizeof(*t.v), by_node);
	for (i = 0; i < t.count;)
		i += apply_node(q, t.v + i, t.count - i);
	mem_free(t.v);
}

/* Arrows as ties, sorted: those of a body are neighbours, for its nodes
 * are. */
static void decide_all(struct probing *q)
{
	const struct plan *p = q->plan;
	size_t n = q->c->arrow_count, i, from;
	struct tie *v = mem_zero(n * sizeof(*v));

	for (i = 0; i < n; i++) {
		v[i].need = q->node_of[q->c->arrows[i].need];
		v[i].node = q->node_of[q->c->arrows[i].node];
	}
	qsort(v, n, sizeof(*v), by_node);
	for (from = 0; from < n; from = i) {
		for (i = from; i < n && p->nodes[v[i].node].body ==
				p->nodes[v[from].node].body; i++)
			;
		decide_body(q, v + from, i - from);
	}
	mem_free(v);
}

void parallel_arrows(struct front_ctx *c)
{
	struct build_options options = { .strategy = STRATEGY_STOP };
	struct probing q = { .c = c };
	struct err err;
	uint32_t where;

	if (!c->arrow_count)
		return;
	/* A plan that cannot be frozen is reported by the second try. */
	if (build_end(c->build, &options, &q.plan, &where, &err))
		return;
	arena_init(&q.arena);
	map_nodes(&q);
	forecast_init(&q.forecast, c->env, q.plan);
	decide_all(&q);
	forecast_release(&q.forecast);
	probing_release(&q);
}
