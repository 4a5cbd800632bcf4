/*
 * A name that "(" follows is a call, also in a string: then a function too
 * many is kept, no more.
 */
#include "engine/front/user_functions.h"

#include "engine/base/text.h"
#include "engine/base/value.h"
#include "engine/front/scan.h"

/* The next NAME( of the text from *at. */
static int next_call(struct str s, size_t *at, struct str *name)
{
	while (*at < s.n) {
		size_t n = scan_name(s, *at), from = *at;

		*at += n ? n : 1;
		if (!n || (from && s.p[from - 1] == '.'))
			continue;
		while (*at < s.n && s.p[*at] == ' ')
			++*at;
		if (*at < s.n && s.p[*at] == '(') {
			*name = (struct str){s.p + from, n};
			return 1;
		}
	}
	return 0;
}

static void add_library(struct front_ctx *c, uint32_t node, struct str name,
	const struct front_def *def)
{
	struct buf text;

	buf_init(&text);
	build_arg(c->build, node, ARG_NOTE, text_of(c, LIBRARY_NOTE));
	buf_printf(&text, "%.*s\n", (int)name.n, name.p);
	build_part_text(c->build, (struct str){text.data, text.len});
	buf_clear(&text);
	buf_printf(&text, "%.*s\n%.*s", (int)def->name.n, def->name.p,
		(int)def->text.n, def->text.p);
	build_part_text(c->build, (struct str){text.data, text.len});
	buf_release(&text);
}

static int is_lua(const struct front_ctx *c, const struct pending *p)
{
	const struct vocab_kind *kind = c->nodes[p->node].kind;

	return p->kind == PENDING_COND || (p->kind != PENDING_ARGS && kind &&
		kind->style == STYLE_LUA);
}

/* Calls of the text, each name once. */
static size_t calls_of(const struct pending *p, struct str *names)
{
	size_t at = p->from, n = 0, i;
	struct str name;

	while (n < LIBRARIES_MAX && next_call((struct str){p->src->text.p,
			p->to}, &at, &name)) {
		for (i = 0; i < n && !str_same(names[i], name); i++)
			;
		if (i == n)
			names[n++] = name;
	}
	return n;
}

void user_functions_finish(struct front_ctx *c)
{
	struct str names[LIBRARIES_MAX];
	struct front_def def;

	if (!c->env->find_function)
		return;
	for (size_t i = 0; i < c->pending_count; i++) {
		const struct pending *p = &c->pending[i];
		size_t n = is_lua(c, p) ? calls_of(p, names) : 0;

		for (size_t k = 0; k < n; k++)
			if (c->env->find_function(c->env->ud, names[k], &def))
				add_library(c, p->node, names[k], &def);
	}
}
