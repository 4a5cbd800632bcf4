/*
 * Freezing: the builder's arrays become one plan. Bodies are numbered depth
 * first in written order, nodes body by body, and all else follows its node.
 * Invariant: every pass is linear. Nothing is decided here that the front
 * end has said; a plan that passes needs no further check by anyone.
 */
#include "engine/core/build.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/core/build_made.h"
#include "engine/core/plan_make.h"

/* Items by key, stable: those of key k are list[start[k]..start[k + 1]). */
struct groups {
	uint32_t *start, *list;
};

struct freezing {
	struct builder *b;
	struct groups nodes;            /* by body */
	struct groups branches, edges, args; /* by node */
	uint32_t *node_at, *node_to;    /* handle of a node, node of a handle */
	uint32_t *body_at, *body_to;
	uint32_t *needs, *need_start;   /* new indices, doubled ones dropped */
	uint32_t *fed;                  /* needs of a node that give input */
	struct plan want;
	struct plan *plan;
};

/* `first` is the key of item 0; keys stand `stride` bytes apart. */
static void group(struct groups *g, size_t keys, const void *first,
	size_t count, size_t stride)
{
	const char *at = first;
	uint32_t *start = mem_zero((keys + 2) * sizeof(*start)), key;
	size_t i;

	g->list = mem_alloc(count * sizeof(*g->list));
	for (i = 0; i < count; i++) {
		memcpy(&key, at + i * stride, sizeof(key));
		start[key + 2]++;
	}
	for (i = 2; i < keys + 2; i++)
		start[i] += start[i - 1];
	for (i = 0; i < count; i++) {
		memcpy(&key, at + i * stride, sizeof(key));
		g->list[start[key + 1]++] = (uint32_t)i;
	}
	g->start = start;
}

/* Facts stand behind the branches that a node can take, so that those count
 * as they were written. */
static void facts_last(struct freezing *f)
{
	const struct made_branch *b = f->b->branches;
	struct groups *g = &f->branches;
	uint32_t *facts = mem_alloc(f->b->branch_count * sizeof(*facts));
	uint32_t node, k, at, n;

	for (node = 0; node < f->b->node_count; node++) {
		at = g->start[node];
		n = 0;
		for (k = at; k < g->start[node + 1]; k++) {
			if (b[g->list[k]].b.role == ROLE_FACT)
				facts[n++] = g->list[k];
			else
				g->list[at++] = g->list[k];
		}
		for (k = 0; k < n; k++)
			g->list[at++] = facts[k];
	}
	mem_free(facts);
}

static void group_all(struct freezing *f)
{
	struct builder *b = f->b;
	size_t n = b->node_count;

	group(&f->nodes, b->body_count, &b->nodes[0].body, n,
		sizeof(*b->nodes));
	group(&f->branches, n, b->branches, b->branch_count,
		sizeof(*b->branches));
	group(&f->edges, n, b->edges, b->edge_count, sizeof(*b->edges));
	group(&f->args, n, b->args, b->arg_count, sizeof(*b->args));
	facts_last(f);
}

static void release(struct freezing *f)
{
	struct groups *all[] = {
		&f->nodes, &f->branches, &f->edges, &f->args
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mem_free(all[i]->start);
		mem_free(all[i]->list);
	}
	mem_free(f->node_at);
	mem_free(f->node_to);
	mem_free(f->body_at);
	mem_free(f->body_to);
	mem_free(f->needs);
	mem_free(f->need_start);
	mem_free(f->fed);
}

/* Puts the bodies of a body's branches on the stack, the first on top. */
static size_t push_inner(const struct freezing *f, uint32_t body,
	uint32_t *stack, size_t top)
{
	const struct groups *g = &f->branches;
	uint32_t i, k, node;

	for (i = f->nodes.start[body + 1]; i-- > f->nodes.start[body];) {
		node = f->nodes.list[i];
		for (k = g->start[node + 1]; k-- > g->start[node];)
			stack[top++] = f->b->branches[g->list[k]].b.body;
	}
	return top;
}

static void number(struct freezing *f)
{
	struct builder *b = f->b;
	uint32_t *stack, body, i, node = 0, bodies = 0;
	size_t top = 0;

	f->node_at = mem_alloc(b->node_count * sizeof(*f->node_at));
	f->node_to = mem_alloc(b->node_count * sizeof(*f->node_to));
	f->body_at = mem_alloc(b->body_count * sizeof(*f->body_at));
	f->body_to = mem_alloc(b->body_count * sizeof(*f->body_to));
	stack = mem_alloc(b->body_count * sizeof(*stack));
	stack[top++] = 0;
	while (top > 0) {
		body = stack[--top];
		f->body_at[bodies] = body;
		f->body_to[body] = bodies++;
		for (i = f->nodes.start[body]; i < f->nodes.start[body + 1];
				i++) {
			f->node_at[node] = f->nodes.list[i];
			f->node_to[f->nodes.list[i]] = node++;
		}
		top = push_inner(f, body, stack, top);
	}
	mem_free(stack);
	assert(node == b->node_count && bodies == b->body_count);
}

/* What must hold before anything can be numbered. */
static int check_made(const struct builder *b, uint32_t *node, struct err *err)
{
	size_t i;

	*node = PLAN_NONE;
	if (b->node_count == 0)
		return err_set(err, ERR_PLAN, "the workflow has no step");
	if (b->node_count > LIMIT_NODES)
		return err_set(err, ERR_LIMIT,
			"a workflow of %zu steps: the limit is %d",
			b->node_count, LIMIT_NODES);
	if (b->edge_count > LIMIT_EDGES)
		return err_set(err, ERR_LIMIT,
			"a workflow of %zu dependencies: the limit is %d",
			b->edge_count, LIMIT_EDGES);
	for (i = 1; i < b->body_count; i++)
		if (b->bodies[i].role == PLAN_NONE) {
			*node = b->bodies[i].owner;
			return err_set(err, ERR_PLAN, "steps inside '%s' are "
				"not part of the workflow",
				b->nodes[*node].name == PLAN_NONE ? "" :
				b->text.data + b->nodes[*node].name);
		}
	return 0;
}

/* The nodes of a body are contiguous: no look at the node itself. */
static int in_body(const struct freezing *f, uint32_t node, uint32_t body)
{
	uint32_t first = f->nodes.start[body];
	uint32_t count = f->nodes.start[body + 1] - first;

	return count && node - f->node_to[f->nodes.list[first]] < count;
}

static int bad_edge(const struct freezing *f, const struct made_edge *e,
	uint32_t *node, struct err *err)
{
	const struct builder *b = f->b;

	*node = e->node;
	return err_set(err, ERR_PLAN, "'%s' cannot wait for '%s': one is "
		"inside a construct that the other is not in",
		b->text.data + b->nodes[e->node].name,
		b->text.data + b->nodes[e->need].name);
}

/* Those needs of node i that give input, or those that only order; the
 * first that cannot be one, or NULL. */
static const struct made_edge *needs_of(struct freezing *f, uint32_t i,
	uint32_t after, uint32_t *seen, uint32_t *at)
{
	const struct builder *b = f->b;
	const struct groups *g = &f->edges;
	const struct made_edge *e, *bad = NULL;
	uint32_t old = f->node_at[i], k, need;

	for (k = g->start[old]; k < g->start[old + 1]; k++) {
		e = &b->edges[g->list[k]];
		need = f->node_to[e->need];
		if (e->after != after || seen[need] == i + 1)
			continue;
		seen[need] = i + 1;
		f->needs[(*at)++] = need;
		if (!bad && !in_body(f, need, b->nodes[old].body))
			bad = e;
	}
	return bad;
}

static int collect_needs(struct freezing *f, uint32_t *node, struct err *err)
{
	struct builder *b = f->b;
	size_t n = b->node_count;
	uint32_t *seen = mem_zero(n * sizeof(*seen)), i, at = 0;
	const struct made_edge *bad;
	int rc = 0;

	f->needs = mem_alloc(b->edge_count * sizeof(*f->needs));
	f->need_start = mem_alloc((n + 1) * sizeof(*f->need_start));
	f->fed = mem_alloc(n * sizeof(*f->fed));
	for (i = 0; i < n && rc == 0; i++) {
		f->need_start[i] = at;
		bad = needs_of(f, i, 0, seen, &at);
		f->fed[i] = at - f->need_start[i];
		if (!bad && b->has_after)
			bad = needs_of(f, i, 1, seen, &at);
		if (bad)
			rc = bad_edge(f, bad, node, err);
	}
	f->need_start[n] = at;
	mem_free(seen);
	return rc;
}

static void fill_bodies(struct freezing *f)
{
	const struct builder *b = f->b;
	struct plan *p = f->plan;
	uint32_t i, old, at = 0;

	for (i = 0; i < p->body_count; i++) {
		old = f->body_at[i];
		p->bodies[i].first = at;
		p->bodies[i].count = f->nodes.start[old + 1] -
			f->nodes.start[old];
		p->bodies[i].owner = old == 0 ? PLAN_NONE :
			f->node_to[b->bodies[old].owner];
		at += p->bodies[i].count;
	}
}

static void fill_branches(struct freezing *f, uint32_t old, uint32_t *at)
{
	struct plan_branch *out;
	uint32_t k;

	for (k = f->branches.start[old]; k < f->branches.start[old + 1]; k++) {
		out = &f->plan->branches[(*at)++];
		*out = f->b->branches[f->branches.list[k]].b;
		out->body = f->body_to[out->body];
	}
}

static void fill_args(struct freezing *f, uint32_t old, uint32_t *at,
	uint32_t *part)
{
	const struct builder *b = f->b;
	struct plan_arg *out;
	uint32_t k;

	for (k = f->args.start[old]; k < f->args.start[old + 1]; k++) {
		out = &f->plan->args[(*at)++];
		*out = b->args[f->args.list[k]].a;
		if (out->part_count)
			memcpy(&f->plan->parts[*part], &b->parts[out->part],
				out->part_count * sizeof(*b->parts));
		out->part = *part;
		*part += out->part_count;
	}
}

static void fill_nodes(struct freezing *f)
{
	struct plan *p = f->plan;
	struct plan_node *n;
	uint32_t i, old, branch = 0, arg = 0, part = 0;

	for (i = 0; i < p->node_count; i++) {
		old = f->node_at[i];
		n = &p->nodes[i];
		*n = f->b->nodes[old];
		n->body = f->body_to[n->body];
		n->need = f->need_start[i];
		n->need_count = f->need_start[i + 1] - n->need;
		n->fed = f->fed[i];
		if (n->fed < n->need_count)
			n->flags |= NODE_AFTER;
		n->branch = branch;
		fill_branches(f, old, &branch);
		n->branch_count = branch - n->branch;
		n->arg = arg;
		fill_args(f, old, &arg, &part);
		n->arg_count = arg - n->arg;
	}
	assert(part == p->part_count);
}

/* Demands are copied policy by policy: those nobody names are left out. */
static void fill_policies(struct freezing *f)
{
	const struct builder *b = f->b;
	struct plan *p = f->plan;
	struct plan_policy *out;
	uint32_t i, at = 0;

	for (i = 0; i < p->policy_count; i++) {
		out = &p->policies[i];
		*out = b->policies[i];
		if (!out->demand_count)
			continue;
		memcpy(&p->demands[at], &b->demands[out->demand],
			out->demand_count * sizeof(*b->demands));
		out->demand = at;
		at += out->demand_count;
	}
}

static void fill_refs(struct freezing *f)
{
	struct plan *p = f->plan;
	uint32_t i;

	for (i = 0; i < p->ref_count; i++) {
		p->refs[i] = f->b->refs[i];
		if (p->refs[i].node != PLAN_NONE)
			p->refs[i].node = f->node_to[p->refs[i].node];
	}
}

static void fill(struct freezing *f)
{
	const struct builder *b = f->b;
	struct plan *want = &f->want;
	size_t i;

	want->node_count = (uint32_t)b->node_count;
	want->body_count = (uint32_t)b->body_count;
	want->branch_count = (uint32_t)b->branch_count;
	want->edge_count = f->need_start[b->node_count] * 2;
	want->policy_count = (uint32_t)b->policy_count;
	for (i = 0; i < b->policy_count; i++)
		want->demand_count += b->policies[i].demand_count;
	want->arg_count = (uint32_t)b->arg_count;
	want->part_count = (uint32_t)b->part_count;
	want->ref_count = (uint32_t)b->ref_count;
	want->text_size = (uint32_t)b->text.len;
	f->plan = plan_new(want);
	memcpy(f->plan->text, b->text.data, b->text.len);
	if (want->edge_count)
		memcpy(f->plan->edges, f->needs,
			want->edge_count / 2 * sizeof(*f->needs));
	fill_bodies(f);
	fill_nodes(f);
	fill_policies(f);
	fill_refs(f);
	assert(plan_in_range(f->plan));
	plan_fill_succ(f->plan);
}

static void set_options(struct freezing *f, const struct build_options *o)
{
	f->want.command = build_text(f->b, o->command);
	f->want.source = build_text(f->b, o->source);
	f->want.strategy = (uint32_t)o->strategy;
	f->want.flags = o->flags;
	f->want.timeout_ms = o->timeout_ms;
	f->want.limit = o->limit;
}

/* Leaves f->plan set on failure after the freezing; *node is a handle. */
static int freeze(struct freezing *f, uint32_t *node, struct err *err)
{
	if (build_names(f->b, node, err) < 0)
		return -1;
	if (f->b->text_full) {
		*node = PLAN_NONE;
		return err_set(err, ERR_LIMIT,
			"the texts of the workflow are over 2 GiB");
	}
	group_all(f);
	number(f);
	if (collect_needs(f, node, err) < 0)
		return -1;
	fill(f);
	if (plan_check(f->plan, node, err) == 0 &&
			plan_check_refs(f->plan, node, err) == 0)
		return 0;
	if (*node != PLAN_NONE)
		*node = f->node_at[*node];
	return -1;
}

int build_end(struct builder *b, const struct build_options *options,
	struct plan **out, uint32_t *where, struct err *err)
{
	struct freezing f = { .b = b };
	uint32_t node = PLAN_NONE;
	int rc;

	rc = check_made(b, &node, err);
	if (rc == 0) {
		set_options(&f, options);
		rc = freeze(&f, &node, err);
	}
	release(&f);
	if (rc == 0) {
		*out = f.plan;
		return 0;
	}
	plan_drop(f.plan);
	if (where)
		*where = node == PLAN_NONE ? 0 : b->nodes[node].source;
	return -1;
}
