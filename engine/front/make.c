/*
 * Making: the verbs that add nodes, bodies, names and order to a compilation,
 * used by the text and the YAML half alike. Invariant: front_ctx's arrays
 * run parallel to the builder's handles.
 */
#include "engine/front/text_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/front/cond_facts.h"

enum { JOIN_OVER = 64 };

/* How many bytes were dropped before text offset `off`. */
static size_t cuts_before(const struct src *s, size_t off)
{
	size_t lo = 0, hi = s->cut_count, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (s->cut[mid] <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t src_place(const struct src *s, size_t off)
{
	for (; s; s = s->up)
		off = s->at + (s->fixed ? 0 : off + cuts_before(s, off));
	return off;
}

struct src_range src_at(const struct src *s, size_t off, size_t len)
{
	struct src_range r = { s, off, len };

	return r;
}

const struct src *src_new(struct front_ctx *c, struct str text, size_t at,
	int raw)
{
	struct src *s = arena_alloc(&c->arena, sizeof(*s));

	s->text = text;
	s->at = at;
	s->fixed = !raw;
	return s;
}

int src_error(struct front_ctx *c, struct src_range r, const char *code,
	const char *help, const char *fmt, ...)
{
	const struct src *top = r.src;
	size_t span = 0;
	char text[320];
	va_list ap;
	size_t at = src_place(r.src, r.off);
	size_t end = src_place(r.src, r.off + r.len);

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (; !top->note && top->up; top = top->up)
		span = top->fixed && top->span ? top->span : span;
	span = top->fixed && top->span ? top->span : span ? span : 1;
	return diag_add(c->diags, code, caret(at, end > at ? end - at : span),
		help, "%s%s", top->note ? top->note : "", text);
}

const char *suggest(struct front_ctx *c, struct str word,
	const char *const *candidates)
{
	const char *best;
	size_t n = 0;

	while (candidates && candidates[n])
		n++;
	best = n ? text_nearest(word, candidates, n) : NULL;
	return best ? arena_printf(&c->arena, "did you mean '%s'?", best) :
		NULL;
}

int spot_ok(struct spot s)
{
	return s.depth <= LIMIT_NEST;
}

static uint32_t order_new(struct front_ctx *c, uint32_t up, uint32_t index,
	int series)
{
	struct order_info *o;

	c->orders = mem_more(c->orders, c->order_count, &c->order_cap,
		sizeof(*c->orders));
	o = &c->orders[c->order_count];
	memset(o, 0, sizeof(*o));
	o->up = up;
	o->index = index;
	o->series = (uint8_t)series;
	o->depth = up == PLAN_NONE ? 0 : (uint8_t)(c->orders[up].depth + 1);
	return (uint32_t)c->order_count++;
}

struct spot order_open(struct front_ctx *c, struct spot s, int series)
{
	if (s.depth <= LIMIT_NEST)
		s.depth++;
	s.order = order_new(c, s.order, c->orders[s.order].members++, series);
	return s;
}

static void body_add(struct front_ctx *c, uint32_t owner, uint32_t role)
{
	c->bodies = mem_more(c->bodies, c->body_count, &c->body_cap,
		sizeof(*c->bodies));
	c->bodies[c->body_count].owner = owner;
	c->bodies[c->body_count++].role = role;
}

struct spot body_open(struct front_ctx *c, struct spot s, uint32_t owner,
	enum branch_role role, const struct branch_text *text, int series)
{
	static const struct branch_text nothing;
	uint32_t body = build_body(c->build, owner);

	if (!text)
		text = &nothing;
	body_add(c, owner, role);
	build_branch(c->build, owner, body, role,
		text->expr.n ? build_text(c->build, text->expr) : PLAN_NONE,
		text->var.n ? build_text(c->build, text->var) : PLAN_NONE);
	s.body = body;
	if (s.depth <= LIMIT_NEST)
		s.depth++;
	s.order = order_new(c, PLAN_NONE, 0, series);
	return s;
}

struct spot space_open(struct front_ctx *c, struct spot s, uint32_t owner,
	const struct front_def *def)
{
	struct space *p;

	c->spaces = mem_more(c->spaces, c->space_count, &c->space_cap,
		sizeof(*c->spaces));
	p = &c->spaces[c->space_count];
	memset(p, 0, sizeof(*p));
	p->up = def || owner == PLAN_NONE ? PLAN_NONE : s.space;
	p->block = def ? owner : PLAN_NONE;
	p->def = def;
	p->owner = owner;
	p->parallel = c->flags->parallel;
	strmap_init(&p->names);
	strmap_init(&p->counts);
	s.space = (uint32_t)c->space_count++;
	s.mode = MODE_FLOW;
	if (owner != PLAN_NONE)
		c->nodes[owner].inner = s.space;
	return s;
}

int front_is_reserved(struct str name)
{
	static const char *const words[] = {
		"if", "then", "elif", "else", "end", "choose", "or", "for",
		"in", "do", "while", "and", "break", "false", "function",
		"goto", "local", "nil", "not", "repeat", "return", "true",
		"until", "prev", "item", "index", "args", "vars", "env",
		"run", "session", "facts", "steps", NULL
	};
	size_t i;

	for (i = 0; words[i]; i++)
		if (words[i][0] == name.p[0] && str_eq(name, words[i]))
			return 1;
	return 0;
}

uint32_t text_of(struct front_ctx *c, const char *s)
{
	size_t i = ((uintptr_t)s >> 3) % TEXT_CACHE;

	if (c->said[i].s != s) {
		c->said[i].s = s;
		c->said[i].text = build_text(c->build, str_of(s));
	}
	return c->said[i].text;
}

static void name_enter(struct front_ctx *c, struct spot s, uint32_t node,
	struct str name, const struct src *src, size_t off)
{
	struct space *p = &c->spaces[s.space];

	if (front_is_reserved(name)) {
		src_error(c, src_at(src, off, name.n), "E212",
			"choose another label",
			"'%.*s' is a reserved word and names no step",
			(int)name.n, name.p);
		return;
	}
	if (!is_name(name)) {
		src_error(c, src_at(src, off, name.n), "E212",
			"a name is letters, "
			"digits, _ and -, at most 64, no digit first",
			"'%.*s' is no name", (int)name.n, name.p);
		return;
	}
	if (!strmap_put(&p->names, name, node)) {
		src_error(c, src_at(src, off, name.n), "E211",
			"labels are unique: write another",
			"two steps are called '%.*s'", (int)name.n, name.p);
		return;
	}
	c->nodes[node].name = name;
	build_at(c->build, node)->name = build_text(c->build, name);
}

uint32_t node_new(struct front_ctx *c, struct spot s, enum node_kind kind,
	struct str name, const struct src *src, size_t off)
{
	struct node_info *info;
	uint32_t node;

	if (c->node_count >= LIMIT_NODES) {
		if (!c->full)
			src_error(c, src_at(src, off, 1), "E219", NULL,
				"more than %d steps", LIMIT_NODES);
		c->full = 1;
		return PLAN_NONE;
	}
	node = build_node(c->build, s.body, kind, PLAN_NONE);
	c->nodes = mem_more(c->nodes, c->node_count, &c->node_cap,
		sizeof(*c->nodes));
	info = &c->nodes[c->node_count++];
	memset(info, 0, sizeof(*info));
	info->body = s.body;
	info->space = s.space;
	info->order = s.order;
	info->index = c->orders[s.order].members++;
	info->node_kind = (uint8_t)kind;
	info->inner = PLAN_NONE;
	info->at = (uint32_t)src_place(src, off);
	build_at(c->build, node)->source = info->at;
	if (name.n)
		name_enter(c, s, node, name, src, off);
	return node;
}

int front_failed(const struct front_ctx *c)
{
	return c->diags->errors > c->errors;
}

int front_hopeless(const struct front_ctx *c)
{
	return c->full || c->diags->errors > c->errors + LIMIT_DIAGS;
}

void arrow_add(struct front_ctx *c, uint32_t need, uint32_t node)
{
	if (!c->flags->parallel) {
		edge_add(c, need, node);
		return;
	}
	c->arrows = mem_more(c->arrows, c->arrow_count, &c->arrow_cap,
		sizeof(*c->arrows));
	c->arrows[c->arrow_count].need = need;
	c->arrows[c->arrow_count++].node = node;
}

void ids_add(struct ids *v, uint32_t id)
{
	if (!v->v && v->count < 2) {
		v->few[v->count++] = id;
		return;
	}
	if (!v->v) {
		v->cap = 8;
		v->v = mem_alloc(v->cap * sizeof(*v->v));
		memcpy(v->v, v->few, sizeof(v->few));
	}
	v->v = mem_more(v->v, v->count, &v->cap, sizeof(*v->v));
	v->v[v->count++] = id;
}

const uint32_t *ids_list(const struct ids *v)
{
	return v->v ? v->v : v->few;
}

void frag_node(struct frag *f, uint32_t node)
{
	memset(f, 0, sizeof(*f));
	if (node == PLAN_NONE)
		return;
	ids_add(&f->first, node);
	ids_add(&f->last, node);
}

void frag_release(struct frag *f)
{
	free(f->first.v);
	free(f->last.v);
	memset(f, 0, sizeof(*f));
}

void frag_connect(struct front_ctx *c, struct spot s, const struct frag *a,
	const struct frag *b)
{
	const uint32_t *last = ids_list(&a->last);
	const uint32_t *first = ids_list(&b->first);
	size_t i, k, m = a->last.count, n = b->first.count;
	struct str none = { "", 0 };
	uint32_t join;

	if (m > 1 && n > 1 && m * n > JOIN_OVER) {
		struct src here = { .at = c->nodes[first[0]].at };

		join = node_new(c, s, NODE_JOIN, none, &here, 0);
		if (join == PLAN_NONE)
			return;
		build_at(c->build, join)->flags |= NODE_QUIET;
		for (i = 0; i < m; i++)
			arrow_add(c, last[i], join);
		for (k = 0; k < n; k++)
			arrow_add(c, join, first[k]);
		return;
	}
	for (k = 0; k < n; k++)
		for (i = 0; i < m; i++)
			arrow_add(c, last[i], first[k]);
}

struct pending *pending_add(struct front_ctx *c, enum pending_kind kind,
	struct spot s, uint32_t node)
{
	struct pending *p;

	c->pending = mem_more(c->pending, c->pending_count, &c->pending_cap,
		sizeof(*c->pending));
	p = &c->pending[c->pending_count++];
	memset(p, 0, sizeof(*p));
	p->kind = (uint8_t)kind;
	p->node = node;
	p->space = s.space;
	return p;
}

void arg_text(struct front_ctx *c, struct spot s, uint32_t node,
	enum arg_role role, const char *name, const struct src *text)
{
	struct pending *p = pending_add(c, PENDING_TEXT, s, node);

	p->role = (uint8_t)role;
	p->name = name;
	p->src = text;
	p->to = text->text.n;
}

uint32_t cond_compile(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *text)
{
	struct pending *p = pending_add(c, PENDING_COND, s, node);

	p->src = text;
	p->to = text->text.n;
	cond_facts(c, s, node, text);
	return build_text(c->build, text->text);
}

void need_add(struct front_ctx *c, struct spot s, uint32_t node,
	struct str name, const struct src *src)
{
	struct pending_need *p;

	c->needs = mem_more(c->needs, c->need_count, &c->need_cap,
		sizeof(*c->needs));
	p = &c->needs[c->need_count++];
	p->node = node;
	p->space = s.space;
	p->src = src;
	p->word = name;
}

static void front_top(struct front_ctx *c)
{
	struct spot s = { .body = 0 };

	body_add(c, PLAN_NONE, ROLE_BODY);
	s = space_open(c, s, PLAN_NONE, NULL);
	s.order = order_new(c, PLAN_NONE, 0, 1);
	c->top = s;
}

void front_ctx_init(struct front_ctx *c, const struct front_env *env,
	struct diags *diags, struct front_flags *flags)
{
	memset(c, 0, sizeof(*c));
	c->env = env;
	c->diags = diags;
	c->flags = flags;
	c->errors = diags->errors;
	arena_init(&c->arena);
	c->build = build_new();
	front_top(c);
}

void front_ctx_release(struct front_ctx *c)
{
	size_t i;

	for (i = 0; i < c->space_count; i++) {
		strmap_release(&c->spaces[i].names);
		strmap_release(&c->spaces[i].counts);
	}
	build_free(c->build);
	arena_release(&c->arena);
	free(c->nodes);
	free(c->bodies);
	free(c->orders);
	free(c->spaces);
	free(c->pending);
	free(c->needs);
	free(c->arrows);
	free(c->edges);
	free(c->after);
	free(c->said_words);
	free(c->facts);
}
