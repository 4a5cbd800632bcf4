/*
 * What comes before what, given to the builder when all of it is known.
 * Edges order and carry data. A reference orders and carries none, for its
 * value comes with it: whatever a step refers to, its standard input is
 * that of the same step without references.
 */
#include "engine/front/text_int.h"

#include <stdlib.h>

static void list_add(struct arrow **v, size_t *count, size_t *cap,
	struct arrow a)
{
	if (*count > LIMIT_EDGES)
		return; /* build_end says so */
	*v = mem_more(*v, *count, cap, sizeof(**v));
	(*v)[(*count)++] = a;
}

void edge_add(struct front_ctx *c, uint32_t need, uint32_t node)
{
	list_add(&c->edges, &c->edge_count, &c->edge_cap,
		(struct arrow){ need, node });
}

void after_add(struct front_ctx *c, uint32_t need, uint32_t node)
{
	list_add(&c->after, &c->after_count, &c->after_cap,
		(struct arrow){ need, node });
}

/* In order of what is needed: written order, for handles are given in it. */
void edges_finish(struct front_ctx *c)
{
	uint32_t *start = mem_zero((c->node_count + 2) * sizeof(*start));
	uint32_t *list = mem_alloc(c->edge_count * sizeof(*list));
	size_t i;

	for (i = 0; i < c->edge_count; i++)
		start[c->edges[i].need + 2]++;
	for (i = 2; i < c->node_count + 2; i++)
		start[i] += start[i - 1];
	for (i = 0; i < c->edge_count; i++)
		list[start[c->edges[i].need + 1]++] = (uint32_t)i;
	for (i = 0; i < c->edge_count; i++)
		build_edge(c->build, c->edges[list[i]].need,
			c->edges[list[i]].node);
	for (i = 0; i < c->after_count; i++)
		build_after(c->build, c->after[i].need, c->after[i].node);
	c->edge_count = c->after_count = 0;
	free(start);
	free(list);
}
