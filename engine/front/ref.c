/*
 * References: how they are written, what they mean, which order they make
 * (language.md 3.4). A step is found by name in the space of its text, then
 * outwards; a definition sees no further than its own text.
 */
#include "engine/front/bind.h"
#include "engine/front/cond_facts.h"

#include <string.h>

#include "engine/base/text.h"

static int field_char(char c)
{
	return scan_word_char(c) || c == '-';
}

int ref_scan(struct str s, size_t at, struct ref_text *r)
{
	size_t i = at + 2, n, depth = 0, from;

	memset(r, 0, sizeof(*r));
	r->at = at;
	if (i >= s.n || s.p[at + 1] != '{' || (n = scan_name(s, i)) == 0)
		return 0;
	r->name = scan_cut(s, i, i + n);
	i += n;
	from = i;
	if (s.n > at + SCAN_REF_MAX)
		s.n = at + SCAN_REF_MAX;
	while (i + 1 < s.n && s.p[i] == '.' && field_char(s.p[i + 1])) {
		i++;
		while (i < s.n && field_char(s.p[i]))
			i++;
	}
	r->field = scan_cut(s, i > from ? from + 1 : i, i);
	if (i + 3 < s.n && memcmp(s.p + i, "...", 3) == 0) {
		r->spread = 1;
		i += 3;
	}
	if (i + 1 < s.n && s.p[i] == ':' && s.p[i + 1] == '-') {
		r->has_fallback = 1;
		i += 2;
		for (from = i; i < s.n && (s.p[i] != '}' || depth); i++) {
			depth += s.p[i] == '{';
			depth -= s.p[i] == '}';
		}
		r->fallback = scan_cut(s, from, i < s.n ? i : s.n);
	}
	if (i >= s.n || s.p[i] != '}')
		return 0;
	r->end = i + 1;
	return 1;
}

static const char *const roots[REF_ROOTS] = {
	[REF_STEP] = "", [REF_PREV] = "prev", [REF_ITEM] = "item",
	[REF_INDEX] = "index", [REF_ARGS] = "args", [REF_VARS] = "vars",
	[REF_ENV] = "env", [REF_RUN] = "run", [REF_SESSION] = "session",
	[REF_FACTS] = "facts"
};

static enum ref_root root_of(struct str name)
{
	int i;

	for (i = REF_PREV; i < REF_ROOTS; i++)
		if (str_eq(name, roots[i]))
			return (enum ref_root)i;
	return REF_STEP;
}

/* The next loop around `node`; PLAN_NONE at the top of the workflow or of a
 * definition. A NULL var: any loop. */
static uint32_t loop_around(const struct front_ctx *c, uint32_t node,
	const struct str *var, int need_items)
{
	uint32_t body = c->nodes[node].body, owner, space;

	while ((owner = c->bodies[body].owner) != PLAN_NONE) {
		const struct node_info *o = &c->nodes[owner];

		space = o->inner;
		if (space != PLAN_NONE && c->spaces[space].block == owner &&
				c->bodies[body].role == ROLE_BODY)
			return PLAN_NONE;
		if (c->bodies[body].role == ROLE_BODY &&
				(o->node_kind == NODE_FOR ||
				o->node_kind == NODE_MAP ||
				(o->node_kind == NODE_WHILE && !need_items)) &&
				(!var || str_same(o->var, *var)))
			return owner;
		body = o->body;
	}
	return PLAN_NONE;
}

uint32_t ref_loop(const struct binder *b, struct str name)
{
	return loop_around(b->c, b->node, &name, 1);
}

uint32_t ref_step(const struct binder *b, struct str name)
{
	uint32_t space = b->space, node;

	for (; space != PLAN_NONE; space = b->c->spaces[space].up)
		if (strmap_find(&b->c->spaces[space].names, name, &node))
			return node;
	return PLAN_NONE;
}

int ref_is_ours(const struct binder *b, const struct ref_text *r)
{
	enum ref_root root = root_of(r->name);

	return r->field.n > 0 || r->spread || root == REF_PREV ||
		root == REF_ITEM || root == REF_INDEX || root == REF_ARGS ||
		ref_loop(b, r->name) != PLAN_NONE;
}

int ref_unknown(struct binder *b, const struct src *src, size_t off,
	struct str name, const char *code)
{
	enum { MOST = 4096 };
	struct front_ctx *c = b->c;
	const char **names = arena_alloc(&c->arena,
		(MOST + REF_ROOTS) * sizeof(*names));
	const char *near;
	size_t n = 0, i;

	for (i = REF_PREV; i < REF_ROOTS; i++)
		names[n++] = roots[i];
	for (i = 0; i < c->node_count && n < MOST; i++)
		if (c->nodes[i].space == b->space && c->nodes[i].name.n)
			names[n++] = arena_strndup(&c->arena,
				c->nodes[i].name.p, c->nodes[i].name.n);
	names[n] = NULL;
	near = suggest(c, name, names);
	if (!near)
		near = strcmp(code, "E302") == 0 ?
			"name a step of this workflow" :
			"name a step of this workflow, or write a backslash "
			"before ${ if it is meant as text";
	return src_error(c, src_at(src, off, name.n), code, near,
		"unknown name '%.*s'", (int)name.n, name.p);
}

int order_compare(const struct front_ctx *c, uint32_t a, uint32_t b)
{
	uint32_t oa = c->nodes[a].order, ob = c->nodes[b].order;
	uint32_t ia = c->nodes[a].index, ib = c->nodes[b].index;

	if (c->spaces[c->nodes[a].space].parallel)
		return 0;
	while (oa != ob) {
		if (c->orders[oa].depth >= c->orders[ob].depth) {
			ia = c->orders[oa].index;
			oa = c->orders[oa].up;
		} else {
			ib = c->orders[ob].index;
			ob = c->orders[ob].up;
		}
		if (oa == PLAN_NONE || ob == PLAN_NONE)
			return 0;
	}
	if (!c->orders[oa].series || ia == ib)
		return 0;
	return ia < ib ? -1 : 1;
}

static uint32_t depth_of(const struct front_ctx *c, uint32_t body)
{
	uint32_t n = 0;

	for (; c->bodies[body].owner != PLAN_NONE; n++)
		body = c->nodes[c->bodies[body].owner].body;
	return n;
}

/* Two nodes, or what they are inside of; roles of the bodies left last. */
struct meeting {
	uint32_t a, b, role_a, role_b;
};

static void climb(const struct front_ctx *c, uint32_t *node, uint32_t *role)
{
	uint32_t body = c->nodes[*node].body;

	*role = c->bodies[body].role;
	*node = c->bodies[body].owner;
}

/* Climbs from both until they stand in one body. */
static void meet(const struct front_ctx *c, struct meeting *m)
{
	uint32_t da, db, up_a, up_b;

	m->role_a = m->role_b = PLAN_NONE;
	if (c->nodes[m->a].body == c->nodes[m->b].body)
		return;
	da = depth_of(c, c->nodes[m->a].body);
	db = depth_of(c, c->nodes[m->b].body);
	while (c->nodes[m->a].body != c->nodes[m->b].body) {
		up_a = da >= db;
		up_b = db >= da;
		if (up_a)
			climb(c, &m->a, &m->role_a);
		if (up_b)
			climb(c, &m->b, &m->role_b);
		da -= up_a;
		db -= up_b;
	}
}

/* Both are inside one composite, or one is inside the other. */
static int order_inside(struct binder *b, uint32_t target,
	const struct meeting *m, struct src_range at)
{
	struct front_ctx *c = b->c;
	struct str name = c->nodes[target].name;
	uint8_t kind = c->nodes[m->a].node_kind;

	if (target == m->a && m->role_a != ROLE_BODY)
		return 0;
	if (target == m->a)
		return src_error(c, at, "E303", NULL,
			"this step is a part of '%.*s'", (int)name.n,
			name.p);
	if (b->node == m->a)
		return src_error(c, at, "E303", NULL,
			"'%.*s' is a part of this step", (int)name.n, name.p);
	if (m->role_a == ROLE_BODY && m->role_b == ROLE_BODY &&
			(kind == NODE_IF || kind == NODE_CHOOSE))
		return src_error(c, at, "E306",
			"only one branch "
			"runs: put the step before the construct",
			"'%.*s' is in another branch", (int)name.n, name.p);
	return 0;
}

int ref_order(struct binder *b, uint32_t target, enum ref_use use,
	struct src_range at)
{
	struct front_ctx *c = b->c;
	struct meeting m = { .a = b->node, .b = target };
	struct str name = c->nodes[target].name;
	int order;

	if (m.a == m.b)
		return src_error(c, at, "E303", NULL,
			"'%.*s' refers to itself", (int)name.n, name.p);
	meet(c, &m);
	if (m.a == m.b) {
		if (use == USE_CONDITION && b->node == m.a &&
				c->nodes[m.a].node_kind == NODE_WHILE)
			return 0;
		return order_inside(b, target, &m, at);
	}
	order = order_compare(c, m.b, m.a);
	if (order > 0)
		return src_error(c, at, "E303",
			"a step uses only "
			"results of steps before it: change the order",
			"'%.*s' comes later, so the steps would wait for each "
			"other", (int)name.n, name.p);
	/* said, so it gives input too, even where arrows order already */
	if (use == USE_NEED && (order == 0 || (m.a == b->node &&
			m.b == target)))
		edge_add(c, m.b, m.a);
	if (use == USE_NEED || order != 0)
		return 0;
	/* where arrows carry nothing, what a step names is its input */
	if (c->spaces[c->nodes[m.a].space].parallel)
		edge_add(c, m.b, m.a);
	else
		after_add(c, m.b, m.a);
	return 0;
}

/* First part of a dotted field. */
static struct str first_part(struct str f)
{
	size_t n = 0;

	while (n < f.n && f.p[n] != '.')
		n++;
	f.n = n;
	return f;
}

static const char *const fields[] = {
	"status", "ok", "exit_code", "output", "results", "stdout", "stderr",
	"json", "lines", "file", "duration_ms", "attempts", "tokens", "cost",
	"error", "http_status", "headers", "model", "agent", NULL
};

static int is_field(struct str f)
{
	int i;

	for (i = 0; fields[i]; i++)
		if (str_eq(f, fields[i]))
			return 1;
	return 0;
}

/* Steps of a nested workflow: one level per dot. */
static uint32_t descend(const struct front_ctx *c, uint32_t node,
	struct str *field)
{
	struct str part;
	uint32_t space, next;

	while ((space = c->nodes[node].inner) != PLAN_NONE && field->n) {
		part = first_part(*field);
		if (is_field(part) || !strmap_find(&c->spaces[space].names,
				part, &next))
			return node;
		node = next;
		field->p += part.n + (part.n < field->n);
		field->n -= part.n + (part.n < field->n);
	}
	return node;
}

/* Kinds whose results have the fields above and never another. */
static int is_plain(const struct node_info *n)
{
	static const char *const plain[] = {"bash", "exec", "echo", "read",
		"write", "glob", "grep", "sleep", "lua", NULL};
	size_t i;

	for (i = 0; n->kind && plain[i]; i++)
		if (strcmp(n->kind->name, plain[i]) == 0)
			return 1;
	return 0;
}

int ref_field(struct binder *b, const struct src *src, struct str field,
	uint32_t node)
{
	struct front_ctx *c = b->c;
	const char *near;
	struct str part;

	node = descend(c, node, &field);
	part = first_part(field);
	if (part.n == 0 || is_field(part))
		return 0;
	near = suggest(c, part, fields);
	if (!near && is_plain(&c->nodes[node]))
		near = "it has status ok exit_code output stdout stderr json "
			"lines file duration_ms attempts error";
	if (!near)
		return 0;
	return src_error(c, src_at(src, (size_t)(part.p - src->text.p),
		part.n), "E304", near, "a result has no field '%.*s'",
		(int)part.n, part.p);
}

static int step_ref(struct binder *b, const struct src *src,
	const struct ref_text *r, struct plan_ref *out)
{
	struct front_ctx *c = b->c;
	uint32_t node = ref_step(b, r->name);
	struct str field = r->field, part;

	if (node == PLAN_NONE)
		return ref_unknown(b, src, r->at + 2, r->name, "E301");
	if (!r->has_fallback && ref_field(b, src, field, node))
		return -1;
	node = descend(c, node, &field);
	part = first_part(field);
	if (str_eq(part, "results")) {
		struct buf f;

		buf_init(&f);
		buf_str(&f, "output");
		buf_add(&f, field.p + part.n, field.n - part.n);
		field.n = f.len;
		field.p = arena_strndup(&c->arena, f.data, f.len);
		buf_release(&f);
	}
	out->root = REF_STEP;
	out->node = node;
	out->field = field.n ? build_text(c->build, field) :
		text_of(c, "output");
	return ref_order(b, node, USE_VALUE,
		src_at(src, r->at, r->end - r->at));
}

static int loop_ref(struct binder *b, const struct src *src,
	const struct ref_text *r, enum ref_root root, struct plan_ref *out)
{
	out->root = root;
	out->node = loop_around(b->c, b->node, NULL, root == REF_ITEM);
	if (out->node != PLAN_NONE)
		return 0;
	return src_error(b->c, src_at(src, r->at, r->end - r->at), "E305",
		"write: for f in LIST do ... ${f} end",
		"'%s' is known only inside a loop", roots[root]);
}

static int args_ref(struct binder *b, const struct src *src,
	const struct ref_text *r, struct plan_ref *out)
{
	const struct space *s = &b->c->spaces[b->space];
	struct str part = first_part(r->field);
	const char **names;
	size_t i;

	while (s->block == PLAN_NONE && s->up != PLAN_NONE)
		s = &b->c->spaces[s->up];
	out->root = REF_ARGS;
	out->node = s->block;
	if (!s->def || part.n == 0 || (s->block == PLAN_NONE &&
			part.p[0] >= '0' && part.p[0] <= '9'))
		return 0;
	names = arena_alloc(&b->c->arena, (s->def->param_count + 1) *
		sizeof(*names));
	for (i = 0; i < s->def->param_count; i++) {
		if (str_same(s->def->params[i], part))
			return 0;
		names[i] = arena_strndup(&b->c->arena, s->def->params[i].p,
			s->def->params[i].n);
	}
	names[i] = NULL;
	return src_error(b->c, src_at(src, r->at, r->end - r->at), "E318",
		suggest(b->c, part, names), "no parameter '%.*s'", (int)part.n,
		part.p);
}

static int root_ref(struct binder *b, const struct src *src,
	const struct ref_text *r, enum ref_root root, struct plan_ref *out)
{
	struct str field = r->field;

	out->root = root;
	out->field = field.n ? build_text(b->c->build, field) :
		root == REF_PREV ? text_of(b->c, "output") :
		PLAN_NONE;
	if (root == REF_ITEM || root == REF_INDEX)
		return loop_ref(b, src, r, root, out);
	if (root == REF_ARGS)
		return args_ref(b, src, r, out);
	if (root == REF_FACTS && field.n)
		fact_ref(b->c, b->node, src, r);
	if (field.n || root == REF_PREV)
		return 0;
	return src_error(b->c, src_at(src, r->at, r->end - r->at), "E307", NULL,
		"'%s' needs a name behind it: ${%s.NAME}", roots[root],
		roots[root]);
}

int ref_resolve(struct binder *b, const struct src *src,
	const struct ref_text *r, struct plan_ref *out)
{
	enum ref_root root = root_of(r->name);
	uint32_t loop = ref_loop(b, r->name);

	memset(out, 0, sizeof(*out));
	out->node = out->field = out->fallback = PLAN_NONE;
	out->spread = r->spread;
	if (r->has_fallback)
		out->fallback = build_text(b->c->build, r->fallback);
	if (root != REF_STEP)
		return root_ref(b, src, r, root, out);
	if (loop == PLAN_NONE)
		return step_ref(b, src, r, out);
	out->root = REF_ITEM;
	out->node = loop;
	if (r->field.n)
		out->field = build_text(b->c->build, r->field);
	return 0;
}
