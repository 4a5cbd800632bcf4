/*
 * Which arrows of a body stay. First the conflicts: a step that excludes
 * another keeps its place behind it. Then the 20 % rule, for each group of
 * steps that dropped arrows join. Written order is never changed: what is
 * kept is what was written, or follows from it.
 */
#include <string.h>

#include "engine/front/parallel.h"

enum { MAX_TOUCHES = 2048, PERCENT = 20 };

static uint32_t first_of(const struct ties *t)
{
	return t->probe->bodies[t->body].first;
}

static void link_tie(struct ties *t, size_t i)
{
	uint32_t at = t->v[i].node - first_of(t);

	t->next = mem_more(t->next, i, &t->next_cap, sizeof(*t->next));
	t->next[i] = t->head[at];
	t->head[at] = (uint32_t)i + 1;
}

/* Marks with this round all that comes before `node`: by hard edges and
 * kept ties, and with `arrows` by everything that was written. */
static void mark_before(struct ties *t, uint32_t node, int arrows)
{
	const struct plan *p = t->probe;
	uint32_t first = first_of(t), at = node - first, k, i, need;
	size_t top = 0;

	t->mark[at] = t->round;
	for (;;) {
		const struct plan_node *n = &p->nodes[first + at];

		for (k = n->need; k < n->need + n->need_count; k++) {
			need = p->edges[k] - first;
			if (t->mark[need] != t->round)
				t->stack[top++] = need;
			t->mark[need] = t->round;
		}
		for (i = t->head[at]; i; i = t->next[i - 1]) {
			if (!arrows && t->v[i - 1].fate != FATE_KEPT)
				continue;
			need = t->v[i - 1].need - first;
			if (t->mark[need] != t->round)
				t->stack[top++] = need;
			t->mark[need] = t->round;
		}
		if (!top)
			return;
		at = t->stack[--top];
	}
}

static int marked(const struct ties *t, uint32_t node)
{
	return t->mark[node - first_of(t)] == t->round;
}

/* Keeps `node` behind `need`, by the arrow between them if there is one. */
static void keep(struct ties *t, uint32_t need, uint32_t node,
	const char *why)
{
	uint32_t i = t->head[node - first_of(t)];
	struct tie *made;

	for (; i; i = t->next[i - 1])
		if (t->v[i - 1].need == need)
			break;
	if (i) {
		t->v[i - 1].fate = FATE_KEPT;
		t->v[i - 1].why = why;
		return;
	}
	t->v = mem_more(t->v, t->count, &t->cap, sizeof(*t->v));
	made = &t->v[t->count++];
	made->need = need;
	made->node = node;
	made->fate = FATE_KEPT;
	made->made = 1;
	made->why = why;
	link_tie(t, t->count - 1);
}

/* The touches of one step against those of all steps before it. */
static void conflicts_of(struct ties *t, const struct touch *v, size_t from,
	size_t to, uint8_t *behind)
{
	size_t i, k;

	t->round++;
	mark_before(t, v[from].node, 1);
	for (i = 0; i < from; i++)
		behind[i] = (uint8_t)marked(t, v[i].node);
	t->round++;
	mark_before(t, v[from].node, 0);
	for (i = from; i-- > 0;) {
		if (!behind[i] || marked(t, v[i].node))
			continue;
		for (k = from; k < to; k++)
			if (conflict_between(&v[i], &v[k]))
				break;
		if (k == to)
			continue;
		keep(t, v[i].node, v[k].node,
			conflict_text(&v[i], &v[k], t->arena));
		mark_before(t, v[i].node, 0);
	}
}

/* Beyond what can be compared in time, steps that touch anything follow
 * each other as written. */
static void keep_all(struct ties *t, const struct touch *v, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (v[i - 1].node == v[i].node)
			continue;
		t->round++;
		mark_before(t, v[i].node, 0);
		if (marked(t, v[i - 1].node))
			continue;
		t->round++;
		mark_before(t, v[i].node, 1);
		if (marked(t, v[i - 1].node))
			keep(t, v[i - 1].node, v[i].node,
				"too many reads, writes and uses to compare");
	}
}

static void keep_conflicts(struct ties *t)
{
	const struct touch *v;
	size_t count, from, to;
	uint8_t *behind;

	v = conflict_list(t->probe, t->body, t->arena, &count);
	if (count > MAX_TOUCHES) {
		keep_all(t, v, count);
		return;
	}
	behind = mem_zero(count);
	for (from = 0; from < count; from = to) {
		for (to = from; to < count && v[to].node == v[from].node; to++)
			;
		conflicts_of(t, v, from, to, behind);
	}
	mem_free(behind);
}

/* Ties whose steps hard edges and kept ties order anyhow. Looks only a few
 * steps far: an arrow that is taken for a dropped one does no harm. */
static void drop_implied(struct ties *t)
{
	const struct plan_node *n;
	size_t i;
	uint32_t k;

	for (i = 0; i < t->count; i++) {
		n = &t->probe->nodes[t->v[i].node];
		for (k = n->need; k < n->need + n->need_count; k++)
			if (t->probe->edges[k] == t->v[i].need)
				t->v[i].fate = FATE_IMPLIED;
	}
}

/* --- groups: what freed arrows join --- */

struct group {
	struct ties *t;
	uint32_t *parent;      /* union-find over the nodes of the body */
	uint32_t *number;      /* of a node within its group */
	uint32_t *members;     /* nodes, group by group */
	size_t *starts, groups;
};

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

static int in_group(const struct group *g, uint32_t node, uint32_t root)
{
	return root_of(g->parent, node - first_of(g->t)) == root;
}

static void add_edge(uint32_t (**edges)[2], size_t *count, size_t *cap,
	uint32_t need, uint32_t node)
{
	*edges = mem_more(*edges, *count, cap, sizeof(**edges));
	(*edges)[*count][0] = need;
	(*edges)[(*count)++][1] = node;
}

/* Time of the group's members when freed arrows are gone. */
static int64_t span(const struct group *g, const uint32_t *v, size_t count,
	const int64_t *ms, const uint8_t *no_slot)
{
	const struct ties *t = g->t;
	uint32_t first = first_of(t), root = root_of(g->parent, v[0] - first);
	uint32_t (*edges)[2] = NULL, k, tie;
	struct jobs j = { .count = count, .ms = ms, .no_slot = no_slot,
		.slots = t->forecast->slots };
	size_t cap = 0, i;
	int64_t out;

	for (i = 0; i < count; i++) {
		const struct plan_node *n = &t->probe->nodes[v[i]];

		for (k = n->need; k < n->need + n->need_count; k++)
			if (in_group(g, t->probe->edges[k], root))
				add_edge(&edges, &j.edge_count, &cap,
					g->number[t->probe->edges[k] - first],
					(uint32_t)i);
		for (tie = t->head[v[i] - first]; tie; tie = t->next[tie - 1])
			if (t->v[tie - 1].fate == FATE_KEPT &&
			    in_group(g, t->v[tie - 1].need, root))
				add_edge(&edges, &j.edge_count, &cap,
					g->number[t->v[tie - 1].need - first],
					(uint32_t)i);
	}
	j.edges = (const uint32_t (*)[2])edges;
	out = jobs_span(&j);
	mem_free(edges);
	return out;
}

/* Predicted gain in percent; over 20 when it cannot be told. */
static int gain(const struct group *g, const uint32_t *v, size_t count)
{
	const struct forecast *f = g->t->forecast;
	int64_t *ms = mem_alloc(count * sizeof(*ms)), sum = 0, together = 0;
	uint8_t *no_slot = mem_alloc(count);
	size_t i;

	for (i = 0; i < count && sum >= 0; i++) {
		ms[i] = f->ms[v[i]];
		no_slot[i] = (uint8_t)!forecast_slot(f->plan, v[i]);
		sum = ms[i] < 0 ? -1 : sum + ms[i];
	}
	if (sum > 0)
		together = span(g, v, count, ms, no_slot);
	mem_free(ms);
	mem_free(no_slot);
	/* Rounded down: what is shown as 20 % is not over 20 %. */
	return sum <= 0 ? 100 : (int)((sum - together) * 100 / sum);
}

/* Members of each group, in written order. */
static void collect(struct group *g)
{
	struct ties *t = g->t;
	uint32_t n = t->probe->bodies[t->body].count, i, root;
	size_t *at = mem_zero((n + 1) * sizeof(*at));

	for (i = 0; i < n; i++)
		at[root_of(g->parent, i) + 1]++;
	for (i = 0; i < n; i++)
		at[i + 1] += at[i];
	memcpy(g->starts, at, (n + 1) * sizeof(*at));
	for (i = 0; i < n; i++) {
		root = root_of(g->parent, i);
		g->number[i] = (uint32_t)(at[root] - g->starts[root]);
		g->members[at[root]++] = first_of(t) + i;
	}
	mem_free(at);
}

static void judge(struct group *g, uint32_t root)
{
	struct ties *t = g->t;
	size_t from = g->starts[root], count = g->starts[root + 1] - from, i;
	const char *why;
	uint32_t tie;
	int percent;

	if (count < 2)
		return;
	percent = gain(g, g->members + from, count);
	if (percent > PERCENT)
		return;
	why = arena_printf(t->arena, "predicted gain %d %% is not over %d %%",
		percent, PERCENT);
	for (i = from; i < from + count; i++)
		for (tie = t->head[g->members[i] - first_of(t)]; tie;
		     tie = t->next[tie - 1]) {
			if (t->v[tie - 1].fate != FATE_FREED)
				continue;
			t->v[tie - 1].fate = FATE_KEPT;
			t->v[tie - 1].why = why;
		}
}

static void weigh(struct ties *t)
{
	uint32_t n = t->probe->bodies[t->body].count, i, a, b;
	struct group g = { .t = t };
	size_t k;

	g.parent = mem_alloc(n * sizeof(*g.parent));
	g.number = mem_alloc(n * sizeof(*g.number));
	g.members = mem_alloc(n * sizeof(*g.members));
	g.starts = mem_alloc((n + 1) * sizeof(*g.starts));
	for (i = 0; i < n; i++)
		g.parent[i] = i;
	for (k = 0; k < t->count; k++) {
		if (t->v[k].made)
			continue;
		a = root_of(g.parent, t->v[k].need - first_of(t));
		b = root_of(g.parent, t->v[k].node - first_of(t));
		g.parent[a > b ? a : b] = a > b ? b : a;
	}
	collect(&g);
	for (i = 0; i < n; i++)
		if (g.parent[i] == i)
			judge(&g, i);
	mem_free(g.parent);
	mem_free(g.number);
	mem_free(g.members);
	mem_free(g.starts);
}

void ties_decide(struct ties *t)
{
	uint32_t n = t->probe->bodies[t->body].count;
	size_t i;

	t->head = mem_zero(n * sizeof(*t->head));
	t->mark = mem_zero(n * sizeof(*t->mark));
	t->stack = mem_alloc(n * sizeof(*t->stack));
	for (i = 0; i < t->count; i++)
		link_tie(t, i);
	keep_conflicts(t);
	drop_implied(t);
	if (t->forecast->env->predict)
		weigh(t);
	mem_free(t->head);
	mem_free(t->mark);
	mem_free(t->stack);
	mem_free(t->next);
}
