/*
 * Workflow text: sequences, items, groups, parentheses (language.md 2).
 * Recursive descent, one call per bracket or construct and never deeper than
 * LIMIT_NEST. Groups that nobody names or annotates leave no node: their
 * members are connected directly.
 */
#include "engine/front/text_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"

void text_missing(struct text *t, const char *what)
{
	size_t at = scan_skip(t->s, t->at), n = 1;

	if (at < t->s.n)
		n = text_arrow(t->s, at) ? text_arrow(t->s, at) : 1;
	else if (at > 0)
		at = t->s.n;
	src_error(t->c, src_at(t->src, at, n), "E201",
		"write a step there, such as /bash make", "%s", what);
}

static int at_end(const struct text *t, const struct around *a)
{
	size_t n;

	return t->at >= t->s.n || t->s.p[t->at] == a->close ||
		(a->comma && t->s.p[t->at] == ',') ||
		text_arrow(t->s, t->at) ||
		text_stop(t->s, t->at, a->stops, &n);
}

/* A label at t->at: moves behind it. */
static struct str label(struct text *t)
{
	size_t n = scan_name(t->s, t->at), at = t->at + n;
	struct str name = { "", 0 }, word;

	if (n == 0 || at >= t->s.n || t->s.p[at] != ':')
		return name;
	word = scan_cut(t->s, t->at, at);
	if (scan_word_end(t->s, at + 1)) {
		t->at = scan_skip(t->s, at + 1);
		return word;
	}
	if (t->s.p[at + 1] == '/' && scan_command(t->s, at + 2) > 0 &&
			unit_known(t->c, scan_cut(t->s, at + 2, at + 2 +
			scan_command(t->s, at + 2))))
		src_error(t->c, src_at(t->src, t->at, n + 1), "E208",
			"put a blank after ':'",
			"a label needs a blank behind its colon");
	else
		return name;
	t->at = at + 1;
	return word;
}

static int deeper(struct text *t, struct spot s, size_t at)
{
	if (spot_ok(s))
		return 1;
	src_error(t->c, src_at(t->src, at, 1), "E209",
		"put the inner part into a /def", "nested more than %d deep",
		LIMIT_NEST);
	t->at = t->s.n;
	return 0;
}

uint32_t text_wrap(struct text *t, const struct around *a, size_t first,
	struct str name, size_t at)
{
	struct front_ctx *c = t->c;
	size_t i, last = c->node_count;
	struct spot in;
	uint32_t block = node_new(c, a->spot, NODE_BLOCK, name, t->src, at);

	if (block == PLAN_NONE)
		return block;
	c->nodes[block].base = str_of("group");
	in = body_open(c, a->spot, block, ROLE_BODY, NULL, 0);
	for (i = first; i < last; i++)
		if (c->nodes[i].body == a->spot.body) {
			c->nodes[i].body = in.body;
			build_at(c->build, (uint32_t)i)->body = in.body;
		}
	return block;
}

static void frag_join(struct frag *out, struct frag *f)
{
	const uint32_t *v;
	size_t i;

	v = ids_list(&f->first);
	for (i = 0; i < f->first.count; i++)
		ids_add(&out->first, v[i]);
	v = ids_list(&f->last);
	for (i = 0; i < f->last.count; i++)
		ids_add(&out->last, v[i]);
	frag_release(f);
}

/* The inside of `[…]` or `(…)`, t->at behind the opening bracket. */
static void bracketed(struct text *t, const struct around *a, char close,
	struct frag *out)
{
	size_t open = t->at - 1;
	int pipe = a->spot.mode == MODE_PIPELINE;
	int series = close == ')' ? !pipe : pipe;
	struct around in = { .close = close, .comma = close == ']' || pipe };
	struct frag f;

	memset(out, 0, sizeof(*out));
	in.spot = order_open(t->c, a->spot, series);
	in.in_group = close == ']';
	if (!deeper(t, in.spot, open))
		return;
	do {
		in.member = t->at;
		text_sequence(t, &in, &f);
		if (pipe && close == ']' && out->last.count) {
			frag_connect(t->c, in.spot, out, &f);
			free(out->last.v);
			out->last = f.last;
			free(f.first.v);
		} else {
			frag_join(out, &f);
		}
	} while (t->at < t->s.n && t->s.p[t->at] == ',' && ++t->at);
	if (t->at < t->s.n && t->s.p[t->at] == close) {
		t->at++;
		return;
	}
	if (!front_failed(t->c))
		src_error(t->c, src_at(t->src, open, 1), "E204", close == ']' ?
			"close it with ]" : "close it with )",
			"%c is not closed", t->s.p[open]);
	t->at = t->s.n;
}

void text_apply(struct text *t, const struct around *a, uint32_t node,
	const struct extent *e)
{
	struct annot n;
	struct annot_word w;
	struct text v = *t;
	int i;

	if (!e->annots || node == PLAN_NONE)
		return;
	annot_begin(t->c, &n, a->spot, node);
	for (i = 0; i < e->annots; i++) {
		struct extent x = { .from = e->annot[i].from,
			.to = e->annot[i].to };
		const struct src *in;
		struct src *cut;
		char q = x.to > x.from ? t->s.p[x.from] : 0;

		w.key = e->annot[i].key;
		w.src = t->src;
		w.key_at = e->annot[i].key_at;
		w.value = NULL;
		if (x.from) {
			if (x.to > x.from + 1 && q && strchr("\"'{", q))
				x.whole = (uint8_t)q;
			in = text_content(&v, &x, &x.from, &x.to);
			cut = arena_alloc(&t->c->arena, sizeof(*cut));
			cut->text = scan_cut(in->text, x.from, x.to);
			cut->up = in;
			cut->at = x.from;
			w.value = cut;
		}
		annot_set(t->c, &n, &w);
	}
	annot_end(t->c, &n);
}

/* Behind a unit in brackets: annotations, then the end of the item. */
static void unit_end(struct text *t, const struct around *a,
	struct extent *e)
{
	text_annots(t, a, e);
	t->at = e->end;
	if (at_end(t, a) || front_failed(t->c))
		return;
	src_error(t->c, src_at(t->src, t->at, scan_word(t->s, t->at).n), "E218",
		"put '->' before it", "text stands behind a closed unit");
	t->at = t->s.n;
}

static void group(struct text *t, const struct around *a, struct str name,
	size_t at, struct frag *out)
{
	size_t first = t->c->node_count;
	char close = t->s.p[t->at++] == '[' ? ']' : ')';
	struct extent e;
	uint32_t block;

	bracketed(t, a, close, out);
	unit_end(t, a, &e);
	if (!name.n && !e.annots)
		return;
	frag_release(out);
	block = text_wrap(t, a, first, name, at);
	text_apply(t, a, block, &e);
	frag_node(out, block);
}

static int construct(struct str w)
{
	return str_eq(w, "if") || str_eq(w, "for") || str_eq(w, "while") ||
		str_eq(w, "choose");
}

static void item(struct text *t, struct around *a, struct frag *out)
{
	struct str name, word;
	struct extent e;
	size_t at;
	uint32_t node;

	memset(out, 0, sizeof(*out));
	at = t->at;
	name = label(t);
	if (at_end(t, a)) {
		text_missing(t, name.n ? "a label without a step" :
			"a step is missing");
		return;
	}
	if (t->s.p[t->at] == '[' || t->s.p[t->at] == '(') {
		group(t, a, name, at, out);
		return;
	}
	word = scan_cut(t->s, t->at, t->at + scan_name(t->s, t->at));
	if (!scan_word_end(t->s, t->at + word.n))
		word.n = 0;
	if (construct(word) && a->spot.mode != MODE_PIPELINE) {
		t->at += word.n;
		node = text_construct(t, a, word, name, at, &e);
		if (e.whole)
			unit_end(t, a, &e);
	} else {
		node = text_step(t, a, name, at, &e);
		t->at = e.end;
	}
	if (node == PLAN_NONE)
		t->c->vague = 1;
	text_apply(t, a, node, &e);
	frag_node(out, node);
}

void text_sequence(struct text *t, struct around *a, struct frag *out)
{
	struct around in = *a;
	struct frag f;
	size_t n;

	memset(out, 0, sizeof(*out));
	a->arrow = SCAN_NONE;
	if (!a->spot.depth || t->c->orders[a->spot.order].series == 0) {
		in.spot = order_open(t->c, a->spot, 1);
		in.spot.depth = a->spot.depth;
	}
	if (!deeper(t, in.spot, t->at))
		return;
	for (;;) {
		t->at = scan_skip(t->s, t->at);
		item(t, &in, &f);
		if (out->first.count == 0) {
			frag_release(out);
			*out = f;
		} else if (f.first.count) {
			frag_connect(t->c, in.spot, out, &f);
			free(out->last.v);
			out->last = f.last;
			free(f.first.v);
		}
		t->at = scan_skip(t->s, t->at);
		n = t->at < t->s.n ? text_arrow(t->s, t->at) : 0;
		if (!n)
			return;
		if (a->arrow == SCAN_NONE)
			a->arrow = t->at;
		t->at += n;
		if (front_hopeless(t->c)) {
			t->at = t->s.n;
			return;
		}
	}
}

int sequence_compile(struct front_ctx *c, struct spot s,
	const struct src *src, size_t from, size_t to, struct frag *out)
{
	struct text t = { .c = c, .src = src, .s = src->text, .at = from };
	struct around a = { .spot = s };
	size_t errors = c->diags->errors;

	t.s.n = to;
	memset(out, 0, sizeof(*out));
	if (scan_skip(t.s, from) >= to)
		return src_error(c, src_at(src, from, 1), "E201",
			"write a step there, such as /bash make",
			"the workflow text is empty");
	text_sequence(&t, &a, out);
	if (t.at < t.s.n && c->diags->errors == errors)
		src_error(c, src_at(src, t.at, 1), "E218", NULL,
			"'%c' has no opening bracket", t.s.p[t.at]);
	if (c->diags->errors == errors)
		return 0;
	frag_release(out);
	return -1;
}
