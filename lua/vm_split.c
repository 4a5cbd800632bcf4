/*
 * An expression as the list of its operands.
 *
 * Only tokens and brackets are looked at: whatever the parser accepts, the
 * slices are expressions that it accepts, and the list is as true as the
 * whole. What the lexer refuses stays whole, for the parser to explain.
 */
#include "lua/vm_lex.h"

/* The `and` or `or` tokens of the level outside all brackets. */
struct level {
	size_t first, end;     /* of the text without blanks around it */
	size_t thresholds;
	int ands, ors;
	uint8_t wrapped;       /* one pair of parentheses around all */
};

static int is_op(const struct token *t, const char *op)
{
	return t->kind == TOK_OP && str_eq(t->text, op);
}

static int opens(const struct token *t)
{
	return is_op(t, "(") || is_op(t, "[") || is_op(t, "{");
}

static int closes(const struct token *t)
{
	return is_op(t, ")") || is_op(t, "]") || is_op(t, "}");
}

struct walk {
	struct lexer lex;
	struct level *level;
	const char *cut_at;        /* "and", "or", NULL */
	struct vm_split *out;
	size_t from;               /* of the slice that is being read */
	size_t before;             /* thresholds before it */
};

static void end_slice(struct walk *w, size_t end)
{
	struct vm_split *o = w->out;

	o->slices[o->count] = (struct str){w->lex.src.p + w->from,
		end - w->from};
	o->thresholds[o->count] = w->before;
	o->count++;
}

/* Over all tokens. With `cut_at` the slices between its operators, but for
 * the last, go to out. Returns -1 when the text does not lex. */
static int walk(struct walk *w)
{
	struct level *v = w->level;
	int depth = 0, count = 0, opened = 0;
	struct token t;

	memset(v, 0, sizeof(*v));
	for (;; count++) {
		lex_next(&w->lex, &t);
		if (t.kind == TOK_BAD)
			return -1;
		if (t.kind == TOK_END)
			break;
		if (count == 0) {
			v->first = t.at;
			opened = is_op(&t, "(");
		} else if (depth == 0) {
			opened = 0; /* the first bracket is closed already */
		}
		depth += opens(&t) - closes(&t);
		if (depth < 0)
			return -1;
		if (depth == 0 && w->cut_at && is_op(&t, w->cut_at) &&
			w->out->count < VM_OPERANDS - 1) {
			end_slice(w, t.at);
			w->from = w->lex.pos;
			w->before = v->thresholds;
		}
		v->ands += depth == 0 && is_op(&t, "and");
		v->ors += depth == 0 && is_op(&t, "or");
		v->thresholds += t.kind == TOK_THRESHOLD;
		v->end = w->lex.pos;
	}
	v->wrapped = (uint8_t)(opened && count > 2);
	return depth == 0 ? 0 : -1;
}

/* Takes blanks and whole parentheses off. -1: *s does not lex. */
static int strip(struct str *s, const struct vm_host *host,
	struct level *level)
{
	for (;;) {
		struct walk w = {.level = level};

		w.lex = (struct lexer){.src = *s, .host = host};
		if (walk(&w) == -1)
			return -1;
		s->p += level->first;
		s->n = level->end - level->first;
		if (!level->wrapped)
			return 0;
		s->p++;
		s->n -= 2;
	}
}

void vm_split(struct str expr, const struct vm_host *host,
	struct vm_split *out)
{
	struct level level, ignored;
	struct str s = expr;
	struct walk w = {.level = &ignored, .out = out};
	size_t i;

	memset(out, 0, sizeof(*out));
	out->count = 1;
	out->slices[0] = expr;
	if (strip(&s, host, &level) == -1)
		return;
	out->slices[0] = s;
	if (!level.ands && !level.ors)
		return;
	w.lex = (struct lexer){.src = s, .host = host};
	w.cut_at = level.ors ? "or" : "and";
	out->kind = level.ors ? VM_OR : VM_AND;
	out->count = 0;
	walk(&w);
	end_slice(&w, s.n);
	for (i = 0; i < out->count; i++) {
		strip(&out->slices[i], host, &level);
		if (out->slices[i].n)
			continue;
		out->kind = VM_LEAF;
		out->count = 1;
		out->slices[0] = s;
		out->thresholds[0] = 0;
	}
}
