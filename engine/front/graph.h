/*
 * Inside the graph: one drawing, shared by its three forms.
 */
#ifndef WF_FRONT_GRAPH_H
#define WF_FRONT_GRAPH_H

#include "engine/front/front.h"

struct drawing {
	const struct plan *p;
	const char *(*mark)(void *ud, uint32_t node);
	void *ud;
	struct buf *out;
};
/* "build" and "/bash make -j2", cut to some columns; appends. */
void drawing_name(const struct drawing *d, uint32_t node, struct buf *out);
void drawing_what(const struct drawing *d, uint32_t node, struct buf *out);
/* "then", "else", "each x in …", "undo"; appends. */
void drawing_branch(const struct drawing *d, const struct plan_node *n,
	const struct plan_branch *b, struct buf *out);
/* The node's state, or NULL. */
const char *drawing_mark(const struct drawing *d, uint32_t node);

/* Each appends the whole drawing to d->out: an indented tree with a line per
 * node; a digraph that `dot` takes; a Mermaid flowchart. */
void draw_tree(const struct drawing *d);
void draw_dot(const struct drawing *d);
void draw_mermaid(const struct drawing *d);

#endif
