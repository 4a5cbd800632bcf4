/*
 * Facts that a person has defined, in the conditions that name them: each
 * becomes a body of the condition's node, which is run when it is asked for.
 * What the name means otherwise, a step or a field, is found out at run time
 * first.
 */
#include <string.h>

#include "engine/front/bind.h"
#include "engine/front/cond_facts.h"
#include "engine/front/scan.h"

enum { NEAR = 256 };

/* The next NAME.NAME of the text from *at, outside of strings. */
static int next_name(struct str s, size_t *at, struct str *name)
{
	while (*at < s.n) {
		char ch = s.p[*at];
		size_t from = *at, n = scan_name(s, from), more;

		if (ch == '"' || ch == '\'') {
			for (++*at; *at < s.n && s.p[*at] != ch; ++*at)
				*at += s.p[*at] == '\\';
			++*at;
			continue;
		}
		if (!n) {
			++*at;
			continue;
		}
		*at = from + n;
		if (str_eq((struct str){s.p + from, n}, "facts") &&
				*at + 1 < s.n && s.p[*at] == '.')
			continue; /* facts.NAME is NAME */
		more = *at + 1 < s.n && s.p[*at] == '.' ?
			scan_name(s, *at + 1) : 0;
		*name = (struct str){s.p + from, more ? n + 1 + more : n};
		*at = from + name->n;
		while (*at < s.n && s.p[*at] == '.' &&
				scan_name(s, *at + 1)) /* fields of its value */
			*at += 1 + scan_name(s, *at + 1);
		return 1;
	}
	return 0;
}

size_t front_cond_names(struct str expr, struct str *names, size_t max)
{
	struct str name;
	size_t at = 0, n = 0, i;

	while (n < max && next_name(expr, &at, &name)) {
		for (i = 0; i < n && !str_same(names[i], name); i++)
			;
		if (i == n)
			names[n++] = name;
	}
	return n;
}

/* exists(NAME asks whether it is there. */
static int is_asked(struct str s, size_t at)
{
	while (at > 0 && (scan_blank(s.p[at - 1]) || s.p[at - 1] == '('))
		at--;
	return at >= 6 && memcmp(s.p + at - 6, "exists", 6) == 0;
}

static int no_fact(struct front_ctx *c, const struct src *src, size_t at,
	struct str name)
{
	char help[FACT_HELP] = "";

	if (!c->env->no_fact || !c->env->no_fact(c->env->ud, name, help))
		return 0;
	return src_error(c, src_at(src, at, name.n), "E301", help,
		"unknown fact '%.*s'", (int)name.n, name.p);
}

int fact_check(struct front_ctx *c, const struct src *src, size_t at)
{
	struct str name;
	size_t to = at;

	if (is_asked(src->text, at) || !next_name(src->text, &to, &name))
		return 0;
	return no_fact(c, src, (size_t)(name.p - src->text.p), name);
}

static int has_fact(const struct front_ctx *c, uint32_t node, struct str name)
{
	size_t n = c->fact_count, from = n > NEAR ? n - NEAR : 0;

	/* a second body further off would be never run */
	for (size_t i = from; i < n; i++)
		if (c->facts[i].node == node && !c->facts[i].src &&
				str_same(c->facts[i].name, name))
			return 1;
	return 0;
}

static void note(struct front_ctx *c, struct node_fact f)
{
	c->facts = mem_more(c->facts, c->fact_count, &c->fact_cap,
		sizeof(*c->facts));
	c->facts[c->fact_count++] = f;
}

static void add(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *where, const struct front_def *def)
{
	struct branch_text named = { .var = def->name };
	struct src *text = arena_alloc(&c->arena, sizeof(*text));
	size_t first = c->node_count;
	struct frag f;
	struct spot in;

	note(c, (struct node_fact){.node = node, .name = def->name});
	memset(text, 0, sizeof(*text));
	text->text = def->text;
	text->up = where;
	text->span = where->text.n;
	text->fixed = 1;
	text->note = arena_printf(&c->arena, "in fact %.*s: ",
		(int)def->name.n, def->name.p);
	in = body_open(c, s, node, ROLE_FACT, &named, 1);
	if (!spot_ok(in)) {
		src_error(c, src_at(where, 0, where->text.n), "E209",
			"does the fact ask for itself?",
			"nested more than %d deep", LIMIT_NEST);
		return;
	}
	/* its steps' names are its own */
	in.space = space_open(c, in, PLAN_NONE, NULL).space;
	in.mode = MODE_FLOW;
	sequence_compile(c, in, text, 0, text->text.n, &f);
	frag_release(&f);
	for (; first < c->node_count; first++)
		build_at(c->build, (uint32_t)first)->flags |= NODE_SHADOW;
}

/* "root.field", or a fact "root" whose value has fields. */
static int find(const struct front_env *env, struct str name,
	struct front_def *def)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct str root = {name.p, dot ? (size_t)(dot - name.p) : name.n};

	return env->find_fact(env->ud, name, def) ||
		(dot && env->find_fact(env->ud, root, def));
}

void cond_facts(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *text)
{
	struct front_def def;
	struct str name;
	size_t at = 0;

	if (!c->env->find_fact)
		return;
	while (next_name(text->text, &at, &name))
		if (find(c->env, name, &def) && !has_fact(c, node, def.name))
			add(c, s, node, text, &def);
}

void fact_ref(struct front_ctx *c, uint32_t node, const struct src *src,
	const struct ref_text *r)
{
	note(c, (struct node_fact){node, r->field, src, r->at,
		r->has_fallback});
}

/* Where bodies of the node are opened. */
static struct spot spot_of(const struct front_ctx *c, uint32_t node)
{
	const struct node_info *n = &c->nodes[node];
	struct spot s = {.body = n->body, .space = n->space,
		.order = n->order};

	for (uint32_t owner = c->bodies[s.body].owner; owner != PLAN_NONE;
			owner = c->bodies[c->nodes[owner].body].owner)
		s.depth++;
	return s;
}

/* "a.b" of "a.b.c". */
static struct str first_two(struct str name)
{
	struct str two = {name.p, 0};
	size_t at = 0;

	return next_name(name, &at, &two) ? two : name;
}

/* "(COND) and reads(a.b, exists(c))" of all that is asked for by the node of
 * facts[i], which is done then. */
static void ask_first(struct front_ctx *c, size_t i)
{
	uint32_t node = c->facts[i].node, cond = build_at(c->build, node)->cond;
	struct src *src = arena_alloc(&c->arena, sizeof(*src));
	struct buf text;
	const char *comma = "";

	buf_init(&text);
	if (cond != PLAN_NONE)
		buf_printf(&text, "(%s) and ", build_string(c->build, cond));
	buf_str(&text, "reads(");
	*src = *src_new(c, c->facts[i].src->text, 0, 0);
	src->up = c->facts[i].src;
	src->at = c->facts[i].at;
	/* those of a node stand together, or are asked for one by one */
	for (; i < c->fact_count && c->facts[i].node == node &&
			c->facts[i].src; i++) {
		struct node_fact *f = &c->facts[i];

		if (!f->optional)
			no_fact(c, f->src, f->at + 8, first_two(f->name));
		buf_printf(&text, f->optional ? "%sexists(%.*s)" : "%s%.*s",
			comma, (int)f->name.n, f->name.p);
		comma = ", ";
		f->src = NULL;
		f->name.n = 0;
	}
	buf_char(&text, ')');
	src->text = (struct str){arena_strndup(&c->arena, text.data,
		text.len), text.len};
	build_at(c->build, node)->cond = build_text(c->build, src->text);
	cond_facts(c, spot_of(c, node), node, src);
	buf_release(&text);
}

int fact_refs_finish(struct front_ctx *c)
{
	size_t before = c->pending_count;

	for (size_t i = 0; i < c->fact_count; i++)
		if (c->facts[i].src)
			ask_first(c, i);
	return c->pending_count > before;
}
