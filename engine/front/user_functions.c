/*
 * A name that "(" follows is a call, also in a string: then a function too
 * many is kept, no more.
 */
#include "engine/front/user_functions.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/map.h"
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

/* Per node how many, and "node name" of each. */
static int is_added(struct front_ctx *c, struct strmap *added, uint32_t node,
	struct str name)
{
	char *key = arena_alloc(&c->arena, name.n + 12);
	uint32_t one;
	int n = snprintf(key, name.n + 12, "%u ", node);

	memcpy(key + n, name.p, name.n);
	if (strmap_find(added, (struct str){key, (size_t)n + name.n}, &one))
		return 1;
	strmap_put(added, (struct str){key, (size_t)n + name.n}, 1);
	return 0;
}

static uint32_t count_one(struct front_ctx *c, struct strmap *added,
	uint32_t node)
{
	char *key = arena_alloc(&c->arena, 12);
	uint32_t count = 0;
	struct str k = {key, (size_t)snprintf(key, 12, "%u", node)};

	strmap_find(added, k, &count);
	strmap_put(added, k, count + 1);
	return count;
}

static void add_call(struct front_ctx *c, struct strmap *added,
	const struct pending *p, struct str name)
{
	struct front_def def;
	uint32_t before;

	if (!c->env->find_function(c->env->ud, name, &def) ||
			is_added(c, added, p->node, name))
		return;
	before = count_one(c, added, p->node);
	if (before == LIBRARIES_MAX) /* told once */
		src_error(c, src_at(p->src, (size_t)(name.p - p->src->text.p),
			name.n), "E501", "call them in a function of your own",
			"a step calls at most %d functions of files",
			LIBRARIES_MAX);
	if (before < LIBRARIES_MAX)
		add_library(c, p->node, name, &def);
}

void user_functions_finish(struct front_ctx *c)
{
	struct strmap added;

	if (!c->env->find_function)
		return;
	strmap_init(&added);
	for (size_t i = 0; i < c->pending_count; i++) {
		const struct pending *p = &c->pending[i];
		size_t at = p->from;
		struct str name;

		while (is_lua(c, p) && next_call((struct str){p->src->text.p,
				p->to}, &at, &name))
			add_call(c, &added, p, name);
	}
	strmap_release(&added);
}
