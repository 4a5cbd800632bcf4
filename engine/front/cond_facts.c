/*
 * Facts that a person has defined, in the conditions that name them: each
 * becomes a body of the condition's node, which is run when it is asked for.
 * What the name means otherwise, a step or a field, is found out at run time
 * first.
 */
#include <string.h>

#include "engine/front/cond_facts.h"
#include "engine/front/scan.h"

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

static int has_fact(const struct front_ctx *c, uint32_t node, struct str name)
{
	for (size_t i = 0; i < c->fact_count; i++)
		if (c->facts[i].node == node && str_same(c->facts[i].name,
				name))
			return 1;
	return 0;
}

static void add(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *where, const struct front_def *def)
{
	struct branch_text named = { .var = def->name };
	struct src *text = arena_alloc(&c->arena, sizeof(*text));
	size_t first = c->node_count;
	struct frag f;
	struct spot in;

	c->facts = mem_more(c->facts, c->fact_count, &c->fact_cap,
		sizeof(*c->facts));
	c->facts[c->fact_count].node = node;
	c->facts[c->fact_count++].name = def->name;
	memset(text, 0, sizeof(*text));
	text->text = def->text;
	text->up = where;
	text->span = where->text.n;
	text->fixed = 1;
	text->note = arena_printf(&c->arena, "in fact %.*s: ",
		(int)def->name.n, def->name.p);
	in = body_open(c, s, node, ROLE_FACT, &named, 1);
	if (!spot_ok(in)) {
		src_error(c, src_at(where, 0, where->text.n), "E209", NULL,
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
