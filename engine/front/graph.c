/*
 * A plan as a picture: the tree for terminals, and what the forms share. A
 * label is never longer than a line and holds no control character, whatever
 * the plan holds.
 */
#include "engine/front/graph.h"

#include <string.h>

#include "engine/base/text.h"

enum { MAX_COLUMNS = 48 };

/* Appends s up to MAX_COLUMNS, blanks and control characters as one blank. */
static void add_short(struct buf *out, struct str s)
{
	int columns = 0, n, width, blank = 0;
	int32_t cp;
	size_t i;

	s = str_trim(s);
	for (i = 0; i < s.n; i += (size_t)n) {
		n = utf8_decode(s.p + i, s.n - i, &cp);
		if (cp <= 0x20 || (cp >= 0x7f && cp < 0xa0)) {
			blank = 1;
			continue;
		}
		width = utf8_width(cp);
		if (columns + width + blank > MAX_COLUMNS) {
			buf_str(out, "\xe2\x80\xa6");
			return;
		}
		if (blank)
			buf_char(out, ' ');
		columns += width + blank;
		blank = 0;
		buf_add(out, s.p + i, (size_t)n);
	}
}

void drawing_name(const struct drawing *d, uint32_t node, struct buf *out)
{
	add_short(out, str_of(plan_text(d->p, d->p->nodes[node].name)));
}

static const char *const roots[REF_ROOTS] = {
	[REF_STEP] = "", [REF_PREV] = "prev", [REF_ITEM] = "item",
	[REF_INDEX] = "index", [REF_ARGS] = "args", [REF_VARS] = "vars",
	[REF_ENV] = "env", [REF_RUN] = "run", [REF_SESSION] = "session",
	[REF_FACTS] = "facts"
};

static void add_ref(const struct plan *p, const struct plan_ref *r,
	struct buf *out)
{
	buf_printf(out, "${%s%s%s}", r->root == REF_STEP ?
		plan_text(p, p->nodes[r->node].name) : roots[r->root],
		r->field == PLAN_NONE ? "" : ".", plan_text(p, r->field));
}

/* The one reference a variable of program text stands for, or NULL. */
static const struct plan_ref *variable(const struct plan *p,
	const struct plan_node *n, struct str name)
{
	const struct plan_arg *a = &p->args[n->arg];
	const struct plan_arg *end = a + n->arg_count;

	for (; a < end; a++)
		if (a->role == ARG_ENV && a->part_count == 1 &&
				p->parts[a->part].ref != PLAN_NONE &&
				str_eq(name, plan_text(p, a->name)))
			return &p->refs[p->parts[a->part].ref];
	return NULL;
}

/* Length of the variable at `at`, ${WF_Vn} or args.WF_Vn, its name to
 * *name; 0: none stands there. */
static size_t variable_at(const char *at, struct str *name)
{
	size_t head = strncmp(at, "${WF_V", 6) == 0 ? 2 :
		strncmp(at, "args.WF_V", 9) == 0 ? 5 : 0;

	if (!head)
		return 0;
	name->p = at + head;
	name->n = 4 + strspn(at + head + 4, "0123456789");
	if (head == 5)
		return head + name->n;
	return name->p[name->n] == '}' ? head + name->n + 1 : 0;
}

/* Program text: its variables as the references they were written as. */
static void add_program(const struct plan *p, const struct plan_node *n,
	const char *s, struct buf *out)
{
	const struct plan_ref *r;
	struct str name;
	size_t len;

	while (*s) {
		len = variable_at(s, &name);
		r = len ? variable(p, n, name) : NULL;
		if (r)
			add_ref(p, r, out);
		else
			buf_char(out, *s);
		s += r ? len : 1;
	}
}

static void add_arg(const struct plan *p, const struct plan_node *n,
	const struct plan_arg *a, struct buf *out)
{
	uint32_t i;

	for (i = a->part; i < a->part + a->part_count; i++)
		if (p->parts[i].ref == PLAN_NONE)
			add_program(p, n, plan_text(p, p->parts[i].text),
				out);
		else
			add_ref(p, &p->refs[p->parts[i].ref], out);
}

/* The arguments of a leaf: its text, or its words and fields. */
static void add_args(const struct plan *p, const struct plan_node *n,
	struct buf *out)
{
	const struct plan_arg *a;
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count && out->len < 400; i++) {
		a = &p->args[i];
		if (a->role != ARG_FIELD && a->role != ARG_WORD)
			continue;
		buf_char(out, ' ');
		add_arg(p, n, a, out);
	}
}

static const char *const kinds[NODE_KINDS] = {
	[NODE_STEP] = "step", [NODE_CALL] = "call", [NODE_BLOCK] = "",
	[NODE_IF] = "if", [NODE_CHOOSE] = "choose", [NODE_FOR] = "for",
	[NODE_WHILE] = "while", [NODE_MAP] = "map", [NODE_JOIN] = "join",
	[NODE_STAGE] = "stage"
};

void drawing_what(const struct drawing *d, uint32_t node, struct buf *out)
{
	const struct plan_node *n = &d->p->nodes[node];
	struct buf b;
	struct str s;

	buf_init(&b);
	if (n->kind == NODE_STEP)
		buf_printf(&b, "/%s", plan_text(d->p, n->exec));
	else
		buf_str(&b, kinds[n->kind]);
	if (node_is_leaf(n) || n->kind == NODE_STAGE)
		add_args(d->p, n, &b);
	s.p = buf_cstr(&b);
	s.n = b.len;
	add_short(out, s);
	buf_release(&b);
}

void drawing_branch(const struct drawing *d, const struct plan_node *n,
	const struct plan_branch *b, struct buf *out)
{
	struct buf t;
	struct str s;

	buf_init(&t);
	buf_str(&t, plan_branch_word(n, b));
	if (b->var != PLAN_NONE)
		buf_printf(&t, " %s in", plan_text(d->p, b->var));
	if (b->expr != PLAN_NONE)
		buf_printf(&t, " %s", plan_text(d->p, b->expr));
	s.p = t.data;
	s.n = t.len;
	add_short(out, s);
	buf_release(&t);
}

const char *drawing_mark(const struct drawing *d, uint32_t node)
{
	return d->mark ? d->mark(d->ud, node) : NULL;
}

/* --- the tree --- */

/* Does a step further down need the step above `node`? Looked for as far as
 * an eye goes. */
static int shares_need(const struct plan *p, uint32_t node)
{
	enum { LINES = 64 };
	const struct plan_body *b = &p->bodies[p->nodes[node].body];
	uint32_t end = b->first + b->count, i, k;

	if (end - node > LINES)
		end = node + LINES;
	for (k = node + 1; k < end; k++) {
		const struct plan_node *n = &p->nodes[k];

		for (i = n->need; i < n->need + n->need_count; i++)
			if (p->edges[i] + 1 == node)
				return 1;
	}
	return 0;
}

static void tree_needs(const struct drawing *d, uint32_t node)
{
	const struct plan *p = d->p;
	const struct plan_node *n = &p->nodes[node];
	const char *between = "  \xe2\x86\x90 ";
	uint32_t i;

	/* Written order needs no words, but for members of a group, which
	 * all follow the same step. */
	if (n->need_count == 1 && p->edges[n->need] + 1 == node &&
			!shares_need(p, node))
		return;
	for (i = n->need; i < n->need + n->need_count; i++) {
		buf_str(d->out, between);
		drawing_name(d, p->edges[i], d->out);
		between = ", ";
	}
}

static void tree_line(const struct drawing *d, uint32_t node)
{
	const char *mark = drawing_mark(d, node);

	drawing_name(d, node, d->out);
	buf_str(d->out, "  ");
	drawing_what(d, node, d->out);
	while (d->out->len && d->out->data[d->out->len - 1] == ' ')
		d->out->len--;
	tree_needs(d, node);
	if (mark)
		buf_printf(d->out, "  [%s]", mark);
	buf_char(d->out, '\n');
}

static void tree_body(const struct drawing *d, uint32_t body,
	struct buf *indent);

static void tree_open(const struct drawing *d, struct buf *indent, int last)
{
	if (indent->len)
		buf_add(d->out, indent->data, indent->len);
	buf_str(d->out, last ? "\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80 " :
		"\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 ");
}

static size_t tree_deeper(struct buf *indent, int last)
{
	size_t old = indent->len;

	buf_str(indent, last ? "    " : "\xe2\x94\x82   ");
	return old;
}

static void tree_branches(const struct drawing *d, const struct plan_node *n,
	struct buf *indent)
{
	const struct plan_branch *b;
	uint32_t i;
	size_t old;
	int last;

	if (n->kind == NODE_BLOCK && n->branch_count == 1) {
		tree_body(d, d->p->branches[n->branch].body, indent);
		return;
	}
	for (i = 0; i < n->branch_count; i++) {
		b = &d->p->branches[n->branch + i];
		last = i + 1 == n->branch_count;
		tree_open(d, indent, last);
		drawing_branch(d, n, b, d->out);
		buf_char(d->out, '\n');
		old = tree_deeper(indent, last);
		tree_body(d, b->body, indent);
		indent->len = old;
	}
}

static int is_drawn(const struct plan_node *n)
{
	return n->kind != NODE_JOIN || !(n->flags & NODE_QUIET);
}

/* The plan's tree is of bounded depth, so this recursion is too. */
static void tree_body(const struct drawing *d, uint32_t body,
	struct buf *indent)
{
	const struct plan *p = d->p;
	const struct plan_body *b = &p->bodies[body];
	uint32_t i, end = b->first + b->count;
	size_t old;

	while (end > b->first && !is_drawn(&p->nodes[end - 1]))
		end--;
	for (i = b->first; i < end; i++) {
		if (!is_drawn(&p->nodes[i]))
			continue;
		tree_open(d, indent, i + 1 == end);
		tree_line(d, i);
		old = tree_deeper(indent, i + 1 == end);
		tree_branches(d, &p->nodes[i], indent);
		indent->len = old;
	}
}

void draw_tree(const struct drawing *d)
{
	struct buf indent;

	buf_init(&indent);
	buf_printf(d->out, "%s\n", plan_text(d->p, d->p->command));
	tree_body(d, 0, &indent);
	buf_release(&indent);
}

void front_graph(const struct plan *p, enum graph_form form,
	const char *(*mark)(void *ud, uint32_t node), void *ud,
	struct buf *out)
{
	struct drawing d = { p, mark, ud, out };

	switch (form) {
	case GRAPH_TREE:
		draw_tree(&d);
		break;
	case GRAPH_DOT:
		draw_dot(&d);
		break;
	case GRAPH_MERMAID:
		draw_mermaid(&d);
		break;
	}
}
