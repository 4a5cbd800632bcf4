/*
 * Constructs: if, for, while, choose (language.md 2, rule 2). The text is
 * behind the keyword; expressions are kept as they stand, their references
 * are checked at the end.
 */
#include "engine/front/text_int.h"

#include <string.h>

/* Offset of the keyword `word` that ends an expression, or SCAN_NONE. */
static size_t expr_end(struct str s, size_t i, const char *word)
{
	size_t n = strlen(word), depth = 0;
	char q;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"' || c == '\'') {
			for (q = c, i++; i < s.n && s.p[i] != q; i++)
				i += s.p[i] == '\\';
		} else if (strchr("([{", c) && c) {
			depth++;
		} else if (strchr(")]}", c) && c) {
			depth -= depth > 0;
		} else if (depth == 0 && i + n <= s.n &&
				memcmp(s.p + i, word, n) == 0 &&
				scan_word_start(s, i) &&
				scan_word_end(s, i + n)) {
			return i;
		}
	}
	return SCAN_NONE;
}

/* The bracket or quote from i on that is not closed; SCAN_NONE: none. */
static size_t left_open(struct str s, size_t i)
{
	size_t open[LIMIT_NEST], depth = 0, from;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"' || c == '\'') {
			for (from = i++; i < s.n && s.p[i] != c; i++)
				i += s.p[i] == '\\';
			if (i >= s.n)
				return from;
		} else if (c && strchr("([{", c) && depth < LIMIT_NEST) {
			open[depth++] = i;
		} else if (c && strchr(")]}", c)) {
			depth -= depth > 0;
		}
	}
	return depth ? open[depth - 1] : SCAN_NONE;
}

static void no_word(struct text *t, const char *word)
{
	size_t from = scan_skip(t->s, t->at), open = left_open(t->s, t->at);
	const char *help = strcmp(word, "do") == 0 ? "write: do STEPS end"
		: "write: if EXPR then STEP";

	if (open != SCAN_NONE)
		src_error(t->c, src_at(t->src, open, 1), "E204", help,
			"this %c is not closed before '%s'", t->s.p[open],
			word);
	else
		src_error(t->c, src_at(t->src, from < t->s.n ? from : t->at,
			1), "E205", help,
			"'%s' is missing behind the expression", word);
	t->at = t->s.n;
}

/* The expression at t->at up to `word`; moves behind it. NULL: error. */
static const struct src *expression(struct text *t, const char *word)
{
	size_t end = expr_end(t->s, t->at, word), from = t->at, to = end;
	struct src *e;

	if (end == SCAN_NONE) {
		no_word(t, word);
		return NULL;
	}
	scan_trim(t->s, &from, &to);
	t->at = end + strlen(word);
	if (from == to) {
		src_error(t->c, src_at(t->src, from, strlen(word)), "E205",
			"write what is asked, such as vars.x == 1",
			"an expression is missing before '%s'", word);
		return NULL;
	}
	e = arena_alloc(&t->c->arena, sizeof(*e));
	e->text = scan_cut(t->s, from, to);
	e->up = t->src;
	e->at = from;
	return e;
}

static struct spot branch(struct text *t, const struct around *a,
	uint32_t node, const struct src *expr, struct str var)
{
	struct branch_text text = { .var = var };

	if (expr) {
		text.expr = expr->text;
		cond_compile(t->c, a->spot, node, expr);
	}
	return body_open(t->c, a->spot, node, ROLE_BODY, &text, 1);
}

static int stop_here(struct text *t, int stops)
{
	size_t n;
	int stop;

	t->at = scan_skip(t->s, t->at);
	stop = t->at < t->s.n ? text_stop(t->s, t->at, stops, &n) : 0;
	if (stop)
		t->at += n;
	return stop;
}

static void closed(struct text *t, struct extent *e, int with_end)
{
	memset(e, 0, offsetof(struct extent, annot));
	e->annots = 0;
	e->whole = (uint8_t)with_end;
	e->end = t->at;
}

/* `if` without end: its last branch holds no arrow. */
static void unended(struct text *t, size_t arrow)
{
	struct str rest;
	size_t n;

	if (arrow == SCAN_NONE)
		return;
	n = arrow + text_arrow(t->s, arrow);
	rest = scan_word(t->s, scan_skip(t->s, n));
	src_error(t->c, src_at(t->src, arrow, n - arrow), "E206", NULL,
		"write `end` before or after `-> %.*s`", (int)(rest.n < 60 ?
		rest.n : 60), rest.p);
}

static void if_branches(struct text *t, const struct around *a,
	uint32_t node, struct extent *e)
{
	struct around in = *a;
	const struct src *expr = expression(t, "then");
	struct str none = { "", 0 };
	struct frag f;
	int stop = STOP_ELIF, last = 0;

	in.in_group = 0;
	while (stop == STOP_ELIF || stop == STOP_ELSE) {
		if (!expr && !last)
			return;
		in.spot = branch(t, a, node, expr, none);
		in.stops = (uint8_t)(a->stops | STOP_END |
			(last ? STOP_PAST : STOP_ELIF | STOP_ELSE));
		in.member = t->at;
		text_sequence(t, &in, &f);
		frag_release(&f);
		stop = stop_here(t, STOP_END |
			(last ? 0 : STOP_ELIF | STOP_ELSE));
		expr = stop == STOP_ELIF ? expression(t, "then") : NULL;
		last = stop == STOP_ELSE;
	}
	closed(t, e, stop == STOP_END);
	if (stop != STOP_END)
		unended(t, in.arrow);
}

static void need_end(struct text *t, size_t at, struct str word)
{
	if (!front_failed(t->c))
		src_error(t->c, src_at(t->src, at, word.n), "E205",
			"write `end` behind its last step",
			"'%.*s' has no `end`", (int)word.n, word.p);
	t->at = t->s.n;
}

static void choose_branches(struct text *t, const struct around *a,
	uint32_t node, size_t at, struct extent *e)
{
	struct around in = *a;
	struct str none = { "", 0 };
	struct frag f;
	int stop;

	in.in_group = 0;
	in.stops = STOP_OR | STOP_END;
	do {
		in.spot = branch(t, a, node, NULL, none);
		in.member = t->at;
		text_sequence(t, &in, &f);
		frag_release(&f);
		stop = stop_here(t, STOP_OR | STOP_END);
	} while (stop == STOP_OR);
	if (stop != STOP_END)
		need_end(t, at, str_of("choose"));
	closed(t, e, 1);
}

/* NAME `in` of a for loop. */
static struct str loop_name(struct text *t)
{
	struct str name = { "", 0 }, none = { "", 0 };
	size_t at;

	t->at = scan_skip(t->s, t->at);
	name = scan_cut(t->s, t->at, t->at + scan_name(t->s, t->at));
	at = scan_skip(t->s, t->at + name.n);
	if (name.n && scan_word_end(t->s, t->at + name.n) &&
			at + 2 <= t->s.n && memcmp(t->s.p + at, "in", 2) == 0 &&
			scan_word_end(t->s, at + 2)) {
		t->at = at + 2;
		return name;
	}
	src_error(t->c, src_at(t->src, t->at, 1), "E205", "write: for f in "
		"files.lines do /bash 'wc -l ${f}' end",
		"a loop is `for NAME in EXPR do`");
	t->at = t->s.n;
	return none;
}

static void loop_body(struct text *t, const struct around *a, uint32_t node,
	struct str word, struct extent *e)
{
	struct around in = *a;
	struct str var = { "", 0 };
	size_t at = t->at - word.n;
	const struct src *expr;
	struct frag f;

	if (str_eq(word, "for")) {
		var = loop_name(t);
		if (!var.n)
			return;
		t->c->nodes[node].var = var;
	}
	expr = expression(t, "do");
	if (!expr)
		return;
	in.in_group = 0;
	in.stops = STOP_END;
	in.spot = branch(t, a, node, expr, var);
	in.member = t->at;
	text_sequence(t, &in, &f);
	frag_release(&f);
	if (stop_here(t, STOP_END) != STOP_END)
		need_end(t, at, word);
	closed(t, e, 1);
}

uint32_t text_construct(struct text *t, const struct around *a,
	struct str word, struct str name, size_t at, struct extent *e)
{
	enum node_kind kind = str_eq(word, "if") ? NODE_IF :
		str_eq(word, "for") ? NODE_FOR :
		str_eq(word, "while") ? NODE_WHILE : NODE_CHOOSE;
	uint32_t node = node_new(t->c, a->spot, kind, name, t->src, at);

	closed(t, e, 0);
	if (node == PLAN_NONE) {
		t->at = t->s.n;
		return node;
	}
	t->c->nodes[node].base = word;
	if (kind == NODE_IF)
		if_branches(t, a, node, e);
	else if (kind == NODE_CHOOSE)
		choose_branches(t, a, node, t->at - word.n, e);
	else
		loop_body(t, a, node, word, e);
	return node;
}
