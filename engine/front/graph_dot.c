/*
 * Graphviz and Mermaid: nodes by number, labels escaped for each language,
 * inner bodies as clusters whose entries hang on their owner.
 */
#include <string.h>

#include "engine/front/graph.h"

struct colour {
	const char *state, *fill;
};
static const struct colour colours[] = {
	{ "succeeded", "#c8e6c9" }, { "failed", "#ffcdd2" },
	{ "running", "#bbdefb" }, { "retrying", "#ffe0b2" },
	{ "skipped", "#eeeeee" }, { "cancelled", "#e0e0e0" },
	{ "in_doubt", "#fff9c4" }, { "waiting", "#ffffff" },
	{ "ready", "#ffffff" }, { NULL, NULL }
};

static const struct colour *colour_of(const char *mark)
{
	const struct colour *c = colours;

	while (mark && c->state && strcmp(c->state, mark) != 0)
		c++;
	return mark && c->state ? c : NULL;
}

typedef void add_escaped(struct buf *out, const struct buf *text);

static void add_dot(struct buf *out, const struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (text->data[i] == '"' || text->data[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, text->data[i]);
	}
}

/* Entities by number; a label's own syntax begins with ` or #. */
static void add_mermaid(struct buf *out, const struct buf *text)
{
	size_t i;
	char c;

	for (i = 0; i < text->len; i++) {
		c = text->data[i];
		if (strchr("\"#<>&`\\{}[]()|;", c))
			buf_printf(out, "#%d;", c);
		else
			buf_char(out, c);
	}
}

static void add_label(const struct drawing *d, uint32_t node,
	add_escaped *add, const char *newline)
{
	struct buf b;

	buf_init(&b);
	drawing_name(d, node, &b);
	add(d->out, &b);
	buf_clear(&b);
	drawing_what(d, node, &b);
	if (b.len) {
		buf_str(d->out, newline);
		add(d->out, &b);
	}
	buf_release(&b);
}

static void add_branch(const struct drawing *d, const struct plan_node *n,
	const struct plan_branch *b, add_escaped *add)
{
	struct buf t;

	buf_init(&t);
	drawing_branch(d, n, b, &t);
	add(d->out, &t);
	buf_release(&t);
}

static int is_choice(const struct plan_node *n)
{
	return n->kind == NODE_IF || n->kind == NODE_CHOOSE;
}

/* What the two languages write around the same walk over a plan. */
struct notation {
	void (*node)(const struct drawing *d, uint32_t node);
	add_escaped *add;
	const char *open, *name;   /* before a body's number, its name */
	const char *named, *close; /* behind its name, behind the body */
	const char *need[2];       /* an arrow, and what ends it */
	const char *entry[2];      /* the same from a node into its body */
};

static void draw_body(const struct drawing *d, const struct notation *w,
	uint32_t body);

static void draw_branch(const struct drawing *d, const struct notation *w,
	uint32_t owner, const struct plan_branch *b)
{
	const struct plan *p = d->p;
	const struct plan_body *body = &p->bodies[b->body];
	uint32_t i;

	buf_printf(d->out, "\tsubgraph %s%u%s", w->open, b->body, w->name);
	add_branch(d, &p->nodes[owner], b, w->add);
	buf_str(d->out, w->named);
	draw_body(d, w, b->body);
	buf_str(d->out, w->close);
	for (i = body->first; i < body->first + body->count; i++)
		if (!p->nodes[i].need_count)
			buf_printf(d->out, "\tn%u %s n%u%s\n", owner,
				w->entry[0], i, w->entry[1]);
}

static void draw_body(const struct drawing *d, const struct notation *w,
	uint32_t body)
{
	const struct plan *p = d->p;
	const struct plan_body *b = &p->bodies[body];
	const struct plan_node *n;
	uint32_t i, k;

	for (i = b->first; i < b->first + b->count; i++) {
		n = &p->nodes[i];
		w->node(d, i);
		for (k = n->need; k < n->need + n->need_count; k++)
			buf_printf(d->out, "\tn%u %s n%u%s\n", p->edges[k],
				w->need[0], i, w->need[1]);
		for (k = n->branch; k < n->branch + n->branch_count; k++)
			draw_branch(d, w, i, &p->branches[k]);
	}
}

/* --- Graphviz --- */

static void dot_node(const struct drawing *d, uint32_t node)
{
	const struct plan_node *n = &d->p->nodes[node];
	const struct colour *c = colour_of(drawing_mark(d, node));

	buf_printf(d->out, "\tn%u [", node);
	if (n->kind == NODE_JOIN)
		buf_str(d->out, "shape=point, ");
	else if (is_choice(n))
		buf_str(d->out, "shape=diamond, ");
	if (c)
		buf_printf(d->out, "style=filled, fillcolor=\"%s\", ",
			c->fill);
	buf_str(d->out, "label=\"");
	add_label(d, node, add_dot, "\\n");
	buf_str(d->out, "\"];\n");
}

void draw_dot(const struct drawing *d)
{
	static const struct notation dot = { dot_node, add_dot, "cluster_",
		" {\n\tlabel=\"", "\";\n", "\t}\n", { "->", ";" },
		{ "->", " [style=dashed];" } };
	struct buf b;

	buf_init(&b);
	buf_str(&b, plan_text(d->p, d->p->command));
	buf_str(d->out, "digraph \"");
	add_dot(d->out, &b);
	buf_str(d->out, "\" {\n\tnode [shape=box, fontname=\"sans-serif\"];\n");
	draw_body(d, &dot, 0);
	buf_str(d->out, "}\n");
	buf_release(&b);
}

/* --- Mermaid --- */

static void mermaid_node(const struct drawing *d, uint32_t node)
{
	const struct plan_node *n = &d->p->nodes[node];
	const struct colour *c = colour_of(drawing_mark(d, node));

	buf_printf(d->out, "\tn%u%s\"", node, is_choice(n) ? "{" : "[");
	add_label(d, node, add_mermaid, "<br/>");
	buf_printf(d->out, "\"%s\n", is_choice(n) ? "}" : "]");
	if (c)
		buf_printf(d->out, "\tstyle n%u fill:%s\n", node, c->fill);
}

void draw_mermaid(const struct drawing *d)
{
	static const struct notation mermaid = { mermaid_node, add_mermaid,
		"b", "[\"", "\"]\n", "\tend\n", { "-->", "" },
		{ "-.->", "" } };

	buf_str(d->out, "flowchart TD\n");
	draw_body(d, &mermaid, 0);
}
