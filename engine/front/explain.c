/*
 * What a plan would do: per step its predicted time, why it starts when it
 * does, and what may run beside it. A function of the plan and of history:
 * the reasons behind freed and kept arrows are notes in the plan. Nothing
 * here decides anything.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/front/forecast.h"

enum { MAX_WITH = 2000, MAX_NAMES = 8 };

struct explaining {
	const struct plan *p;
	struct forecast forecast;
	struct arena *arena;
	struct explain *out;
};

static const char *note_of(const struct plan *p, uint32_t node,
	const char *name)
{
	const struct plan_node *n = &p->nodes[node];
	const struct plan_arg *a;
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		a = &p->args[i];
		if (a->role == ARG_NOTE && a->part_count == 1 &&
		    strcmp(plan_text(p, a->name), name) == 0)
			return plan_text(p, p->parts[a->part].text);
	}
	return NULL;
}

/* Adds the names of what `node` needs; a join stands for its own needs. */
static size_t add_needs(const struct plan *p, uint32_t node, struct buf *b,
	size_t count)
{
	const struct plan_node *n = &p->nodes[node], *need;
	/* the note tells which arrows were kept for their order */
	uint32_t most = note_of(p, node, NOTE_WHY) ? n->fed : n->need_count;
	uint32_t i;

	for (i = n->need; i < n->need + most; i++) {
		need = &p->nodes[p->edges[i]];
		if (need->kind == NODE_JOIN) {
			/* What it was made for is told by the note. */
			if (!(need->flags & NODE_NO_INPUT))
				count = add_needs(p, p->edges[i], b, count);
			continue;
		}
		if (count < MAX_NAMES)
			buf_printf(b, "%s%s", count ? ", " : "needs ",
				plan_text(p, need->name));
		count++;
	}
	return count;
}

static void add_part(struct buf *b, const char *before, const char *text)
{
	if (b->len)
		buf_str(b, "; ");
	buf_printf(b, "%s%s", before, text);
}

/* Adds when the part starts that the node stands at the beginning of. */
static void add_part_of(const struct plan *p, uint32_t node, struct buf *b)
{
	uint32_t body = p->nodes[node].body, owner = p->bodies[body].owner;
	const struct plan_node *n = &p->nodes[owner];
	uint32_t i = n->branch;

	while (p->branches[i].body != body)
		i++;
	if (n->kind == NODE_CHOOSE && p->branches[i].role == ROLE_BODY)
		buf_str(b, "an arm");
	else if (n->kind != NODE_IF || p->branches[i].role != ROLE_BODY)
		buf_str(b, "starts with its part");
	else if (p->branches[i].expr == PLAN_NONE)
		buf_str(b, "else");
	else if (i > n->branch)
		buf_printf(b, "elif %u", i - n->branch);
	else
		buf_str(b, "then");
}

static const char *why(struct explaining *x, uint32_t node)
{
	const struct plan *p = x->p;
	const char *freed = note_of(p, node, NOTE_FREED);
	const char *kept = note_of(p, node, NOTE_WHY);
	char *text;
	struct buf b;
	size_t n;

	buf_init(&b);
	if (!kept || !(p->nodes[node].flags & NODE_NO_INPUT)) {
		n = add_needs(p, node, &b, 0);
		if (n > MAX_NAMES)
			buf_printf(&b, " and %zu more", n - MAX_NAMES);
	}
	if (kept)
		add_part(&b, "", kept);
	if (freed)
		add_part(&b, "arrow dropped from ", freed);
	if (p->nodes[node].cond != PLAN_NONE)
		add_part(&b, "only if ", plan_text(p, p->nodes[node].cond));
	if (!b.len && p->nodes[node].body)
		add_part_of(p, node, &b);
	if (!b.len)
		buf_str(&b, "starts at once");
	text = arena_strndup(x->arena, b.data, b.len);
	buf_release(&b);
	return text;
}

static int is_listed(const struct plan_node *n)
{
	return n->kind != NODE_JOIN && !(n->flags & (NODE_QUIET | NODE_SHADOW));
}

/* Words of a set of a body's nodes. */
static size_t words_of(size_t n)
{
	return (n + 63) / 64;
}

/* Adds what comes before `from` to what comes before `to`; 1 when that is
 * news. */
static int take_over(uint64_t *to, const uint64_t *from, size_t words)
{
	uint64_t news = 0;
	size_t w;

	for (w = 0; w < words; w++) {
		news |= from[w] & ~to[w];
		to[w] |= from[w];
	}
	return news != 0;
}

/* Row i: all that comes before node i of the body, itself included. */
static uint64_t *befores(const struct plan *p, const struct plan_body *b)
{
	size_t words = words_of(b->count);
	uint64_t *v = mem_zero(words * b->count * sizeof(*v));
	const struct plan_node *n;
	int changed = 1;
	uint32_t i, k;

	for (i = 0; i < b->count; i++)
		v[i * words + i / 64] |= (uint64_t)1 << i % 64;
	/* One round more than needs point forward in a row. */
	while (changed) {
		changed = 0;
		for (i = 0; i < b->count; i++) {
			n = &p->nodes[b->first + i];
			for (k = n->need; k < n->need + n->need_count; k++)
				changed |= take_over(v + i * words, v + words *
					(p->edges[k] - b->first), words);
		}
	}
	return v;
}

static int comes_before(const uint64_t *v, size_t words, uint32_t a,
	uint32_t b)
{
	return v[b * words + a / 64] >> a % 64 & 1;
}

static void set_with(struct explaining *x, const struct plan_body *b,
	uint32_t *row)
{
	size_t words = words_of(b->count);
	uint64_t *v = befores(x->p, b);
	struct explain_node *e;
	uint32_t i, k;

	for (i = 0; i < b->count; i++) {
		if (row[b->first + i] == PLAN_NONE)
			continue;
		e = &x->out->nodes[row[b->first + i]];
		e->with = arena_alloc(x->arena, b->count * sizeof(*e->with));
		for (k = 0; k < b->count; k++)
			if (row[b->first + k] != PLAN_NONE &&
			    !comes_before(v, words, i, k) &&
			    !comes_before(v, words, k, i))
				e->with[e->with_count++] = b->first + k;
	}
	mem_free(v);
}

static void fill(struct explaining *x, uint32_t *row)
{
	const struct plan *p = x->p;
	struct explain_node *e;
	uint32_t i;

	for (i = 0; i < p->node_count; i++) {
		row[i] = PLAN_NONE;
		if (!is_listed(&p->nodes[i]))
			continue;
		row[i] = (uint32_t)x->out->count;
		e = &x->out->nodes[x->out->count++];
		e->node = i;
		e->predicted_ms = x->forecast.ms[i];
		e->parallel = note_of(p, i, NOTE_FREED) != NULL;
		e->why = why(x, i);
	}
	for (i = 0; i < p->body_count && p->node_count <= MAX_WITH; i++)
		set_with(x, &p->bodies[i], row);
}

void front_explain(const struct front_env *env, const struct plan *p,
	struct explain *out)
{
	struct explaining x = { .p = p, .out = out };
	uint32_t *row = mem_alloc(p->node_count * sizeof(*row));

	memset(out, 0, sizeof(*out));
	x.arena = mem_alloc(sizeof(*x.arena));
	arena_init(x.arena);
	out->owned = x.arena;
	out->nodes = mem_zero(p->node_count * sizeof(*out->nodes));
	forecast_init(&x.forecast, env, p);
	if (p->limit && p->limit < x.forecast.slots)
		x.forecast.slots = p->limit;
	fill(&x, row);
	out->body_ms = arena_alloc(x.arena, p->body_count *
		sizeof(*out->body_ms));
	for (uint32_t i = 0; i < p->body_count; i++)
		out->body_ms[i] = forecast_body(&x.forecast, i);
	out->predicted_ms = out->body_ms[0];
	forecast_release(&x.forecast);
	mem_free(row);
}

void explain_release(struct explain *e)
{
	if (e->owned)
		arena_release(e->owned);
	mem_free(e->owned);
	mem_free(e->nodes);
	memset(e, 0, sizeof(*e));
}
