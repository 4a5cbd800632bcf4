/*
 * Names for the steps that nobody named: after their command, then bash_2,
 * bash_3 in written order (language.md 2.5), leaving out what is taken.
 */
#include "engine/front/bind.h"

static struct str numbered(struct front_ctx *c, struct str base, uint32_t n)
{
	char *p = arena_printf(&c->arena, "%.*s_%u", (int)base.n, base.p, n);

	return str_of(p);
}

static void name_node(struct front_ctx *c, uint32_t node)
{
	struct node_info *info = &c->nodes[node];
	struct space *s = &c->spaces[info->space];
	struct str name = info->base;
	uint32_t n = 0;

	strmap_find(&s->counts, info->base, &n);
	do {
		if (++n > 1)
			name = numbered(c, info->base, n);
	} while (strmap_find(&s->names, name, NULL));
	strmap_put(&s->counts, info->base, n);
	strmap_put(&s->names, name, node);
	info->name = name;
	build_at(c->build, node)->name = build_text(c->build, name);
}

void names_finish(struct front_ctx *c)
{
	size_t i;

	for (i = 0; i < c->node_count; i++)
		if (c->nodes[i].name.n == 0 && c->nodes[i].base.n)
			name_node(c, (uint32_t)i);
}
