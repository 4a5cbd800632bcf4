/*
 * How far a step's text goes: to the next arrow, comma, bracket or keyword
 * that belongs to the workflow and not to the step (language.md 2.1 to 2.6).
 * Looks at each byte once; a step that is looked at is never looked at again
 * by a neighbour.
 */
#include "engine/front/text_int.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

/* State of one scan. */
struct scan {
	struct text *t;
	const struct around *a;
	struct str s;
	size_t from, i;
	uint8_t style;         /* enum text_style */
	uint8_t code;          /* a glued -> is an error */
	char open[LIMIT_NEST]; /* closing brackets awaited */
	size_t open_at[LIMIT_NEST];
	size_t depth;
	size_t text_end;
	struct extent *e;
};

size_t text_arrow(struct str s, size_t i)
{
	if (i + 3 <= s.n && memcmp(s.p + i, "\xe2\x86\x92", 3) == 0)
		return 3;
	if (i + 2 <= s.n && s.p[i] == '-' && s.p[i + 1] == '>' &&
			scan_word_start(s, i) && scan_word_end(s, i + 2))
		return 2;
	return 0;
}

int text_stop(struct str s, size_t i, int stops, size_t *n)
{
	static const struct {
		const char *word;
		size_t n;
		int bit;
	} words[] = {
		{ "elif", 4, STOP_ELIF }, { "else", 4, STOP_ELSE },
		{ "end", 3, STOP_END }, { "or", 2, STOP_OR }
	};
	size_t k, end;

	if (!stops)
		return 0;
	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		end = i + words[k].n;
		if (!(stops & words[k].bit) || end > s.n ||
				memcmp(s.p + i, words[k].word, words[k].n))
			continue;
		if (end < s.n && !scan_blank(s.p[end]) &&
				!strchr("]),@", s.p[end]) &&
				!text_arrow(s, end))
			continue;
		*n = words[k].n;
		return words[k].bit;
	}
	return 0;
}

static int member_is_name(const struct scan *z, size_t i)
{
	size_t from = z->a->member, to = i;

	scan_trim(z->s, &from, &to);
	return to > from && scan_name(z->s, from) == to - from;
}

/* 1 when the byte at i (outside everything) ends the step. */
static int ends(const struct scan *z, size_t i)
{
	char c = z->s.p[i];

	if ((c == '-' || c == '\xe2') && text_arrow(z->s, i))
		return 1;
	if (z->a->close && c == z->a->close)
		return 1;
	if (c != ',' || !z->a->comma)
		return 0;
	return scan_word_end(z->s, i + 1) || z->s.p[i + 1] == z->a->close ||
		member_is_name(z, i);
}

static int fail(struct scan *z, size_t at, size_t len, const char *code,
	const char *help, const char *text)
{
	z->e->bad = 1;
	return src_error(z->t->c, src_at(z->t->src, at, len), code, help, "%s",
		text);
}

static int shell_keyword(struct str s, size_t i)
{
	static const char *const words[] = {
		"if", "then", "else", "elif", "fi", "for", "while", "until",
		"do", "done", "case", "esac", NULL
	};
	size_t end = i, k;

	while (end < s.n && s.p[end] >= 'a' && s.p[end] <= 'z')
		end++;
	if (end < s.n && !scan_blank(s.p[end]) && !strchr(";&|()", s.p[end]))
		return 0;
	for (k = 0; words[k]; k++)
		if (str_eq(scan_cut(s, i, end), words[k]))
			return (int)(end - i);
	return 0;
}

/* What only the start of a word can be: 1 when the step ends here. */
static int word_start(struct scan *z)
{
	size_t i = z->i, n;
	int len;

	if (z->a->stops && text_stop(z->s, i, z->a->stops, &n))
		return 1;
	if (z->a->stops && z->style == STYLE_SHELL) {
		len = shell_keyword(z->s, i);
		if (len) {
			fail(z, i, (size_t)len, "E207", "put the shell text "
				"in quotes or braces", "a shell keyword in a "
				"bare text inside a construct");
			z->i = z->s.n;
			return 1;
		}
	}
	if (z->a->stops & STOP_PAST && z->style != STYLE_SHELL && text_stop(z->s, i,
			STOP_ELIF | STOP_ELSE, &n)) {
		fail(z, i, n, "E207", "as text it needs quotes or braces",
			n == 4 && z->s.p[i + 2] == 's' ?
			"this else belongs to no if" :
			"this elif belongs to no if");
		z->i = z->s.n;
		return 1;
	}
	n = z->s.p[i] == '\xe2' ? 3 : 2;
	if (i + n <= z->s.n && scan_word_end(z->s, i + n) &&
			(memcmp(z->s.p + i, "=>", 2) == 0 ||
			memcmp(z->s.p + i, "|>", 2) == 0 ||
			(n == 3 && memcmp(z->s.p + i, "\xe2\x87\x92", 3) == 0)))
		fail(z, i, n, "E203", "did you mean '->'? as text it needs "
			"quotes", "this is no arrow");
	return 0;
}

/* End of a bare annotation value. */
static size_t value_end(const struct scan *z, size_t i)
{
	while (i < z->s.n && !scan_blank(z->s.p[i]) && !ends(z, i))
		i++;
	return i;
}

/* An annotation at `@`: 1 and z->i behind it, or 0. -1: its quote is open. */
static int annotation(struct scan *z)
{
	struct str s = z->s;
	size_t at = z->i, n = scan_name(s, at + 1), from = at + 1 + n, to;
	struct annot_at *w;

	if (n == 0)
		return 0;
	to = from;
	if (from < s.n && s.p[from] == '=') {
		from++;
		if (from < s.n && strchr("\"'{", s.p[from]) && s.p[from]) {
			to = s.p[from] == '{' ? scan_brace(s, from) :
				scan_quote(s, from, 0);
			if (to == SCAN_NONE)
				return fail(z, from, 1, "E204", NULL,
					"the annotation's text is not closed");
			to++;
		} else {
			to = value_end(z, from);
		}
	} else {
		if (from < s.n && !scan_blank(s.p[from]) && !ends(z, from))
			return 0;
		if (!annot_known(scan_cut(s, at + 1, at + 1 + n)))
			return 0;
		from = 0;
	}
	if (z->e->annots == MAX_ANNOTS)
		return fail(z, at, n, "E223", NULL, "too many annotations");
	w = &z->e->annot[z->e->annots++];
	w->key = scan_cut(s, at + 1, at + 1 + n);
	w->key_at = at;
	w->from = from;
	w->to = to;
	z->i = to;
	return 1;
}

/* A quote that opens at z->i: moves behind its end. */
static int quoted(struct scan *z)
{
	struct str s = z->s;
	size_t end = scan_quote(s, z->i, 0);

	/* one quoted string as the whole text is ours, not the shell's */
	if (z->style == STYLE_SHELL && (z->i != z->from ||
			end == SCAN_NONE || (!scan_word_end(s, end + 1) &&
			!ends(z, end + 1))))
		end = scan_shell_quote(s, z->i);
	if (end == SCAN_NONE) {
		char why[32];

		snprintf(why, sizeof(why), "%c is not closed", s.p[z->i]);
		fail(z, z->i, 1, "E204", "close it, or put the whole text "
			"in braces", why);
		z->i = s.n;
		return -1;
	}
	z->i = end + 1;
	return 0;
}

static int opens_quote(const struct scan *z)
{
	size_t i = z->i;
	char c = z->s.p[i];

	if (c != '"' && c != '\'')
		return 0;
	if (z->style == STYLE_SHELL || z->style == STYLE_LUA ||
			i == z->from || scan_word_start(z->s, i))
		return 1;
	return strchr("([{", z->s.p[i - 1]) != NULL ||
		(z->style == STYLE_WORDS && z->s.p[i - 1] == '=');
}

static void bracket(struct scan *z)
{
	struct str s = z->s;
	char c = s.p[z->i];
	size_t end;

	if (c == '{' && z->i == z->from) {
		end = scan_brace(s, z->i);
		if (end != SCAN_NONE && (scan_word_end(s, end + 1) ||
				ends(z, end + 1))) {
			z->i = end + 1;
			return;
		}
	}
	if (strchr("([{", c)) {
		if (z->depth == LIMIT_NEST) {
			fail(z, z->i, 1, "E209", NULL, "too many brackets "
				"inside each other");
			z->i = s.n;
			return;
		}
		z->open_at[z->depth] = z->i;
		z->open[z->depth++] = c == '(' ? ')' : c == '[' ? ']' : '}';
	} else if (z->depth && z->open[z->depth - 1] == c) {
		z->depth--;
	}
	z->i++;
}

/* Behind an arrow: `NAME:` or a known `/command`. A step was meant. */
static int step_follows(const struct scan *z, size_t i)
{
	struct str s = z->s;
	size_t n;

	i = scan_skip(s, i);
	n = scan_name(s, i);
	if (n)
		return i + n + 1 < s.n && s.p[i + n] == ':' &&
			scan_word_end(s, i + n + 1);
	n = i < s.n && s.p[i] == '/' ? scan_command(s, i + 1) : 0;
	return n && scan_word_end(s, i + 1 + n) &&
		unit_known(z->t->c, scan_cut(s, i + 1, i + 1 + n));
}

static void glued(struct scan *z)
{
	struct str s = z->s;

	if (s.p[z->i] == '-' && z->i + 1 < s.n && s.p[z->i + 1] == '>' &&
			(z->code || step_follows(z, z->i + 2)))
		fail(z, z->i, 2, "E202", "put blanks around '->' when it is "
			"an arrow, or quotes around the text when it is not",
			"'->' is glued to its neighbours");
}

static int is_special(char c)
{
	static const char table[256] = {
		['"'] = 1, ['\''] = 1, ['\\'] = 1, ['('] = 1, ['['] = 1,
		['{'] = 1, [')'] = 1, [']'] = 1, ['}'] = 1, ['-'] = 1,
		[','] = 1, ['@'] = 1, [0xe2] = 1
	};

	return table[(unsigned char)c];
}

static void plain_byte(struct scan *z)
{
	z->i++;
	z->text_end = z->i;
	z->e->annots = 0;
}

/* One thing of the text; 1 when the step ends before it. */
static int step(struct scan *z)
{
	char c = z->s.p[z->i];
	int start, rc;

	if (scan_blank(c)) {
		z->i++;
		return 0;
	}
	start = z->depth == 0 && (z->i == z->from ||
		scan_word_start(z->s, z->i));
	if (z->depth == 0 && is_special(c) && ends(z, z->i))
		return 1;
	if (start && c != '"' && c != '\'' && word_start(z))
		return 1;
	if (start && c == '@') {
		rc = annotation(z);
		if (rc)
			return rc < 0;
	}
	if (!is_special(c)) {
		plain_byte(z);
		return 0;
	}
	if (z->depth == 0)
		glued(z);
	if (opens_quote(z)) {
		if (quoted(z))
			return 1;
	} else if (c == '\\' && z->i + 1 < z->s.n) {
		z->i += 2;
	} else if (strchr("([{)]}", c)) {
		bracket(z);
	} else {
		z->i++;
	}
	z->text_end = z->i < z->s.n ? z->i : z->s.n;
	z->e->annots = 0;
	return 0;
}

static void find_whole(struct scan *z)
{
	struct extent *e = z->e;
	size_t end = SCAN_NONE;
	char c = e->to > e->from ? z->s.p[e->from] : 'x';

	if (c == '"' || c == '\'')
		end = scan_quote(z->s, e->from, 0);
	else if (c == '{')
		end = scan_brace(z->s, e->from);
	if (end != SCAN_NONE && end + 1 == e->to)
		e->whole = (uint8_t)c;
}

void text_extent(struct text *t, const struct around *a, size_t from,
	const struct vocab_kind *kind, int plain, struct extent *e)
{
	struct scan z = { .t = t, .a = a, .s = t->s, .e = e };

	memset(e, 0, offsetof(struct extent, annot));
	e->annots = 0;
	z.style = kind && !plain ? kind->style : STYLE_PROMPT;
	z.code = kind && (z.style == STYLE_SHELL || z.style == STYLE_LUA ||
		strcmp(kind->name, "exec") == 0);
	from = scan_skip(t->s, from);
	z.from = z.i = z.text_end = from;
	if (kind && z.style != STYLE_WORDS) {
		z.from = leaf_flags_end(kind, t->s, from);
		z.i = z.text_end = z.from;
	}
	while (z.i < t->s.n && !step(&z))
		;
	if (z.depth && !e->bad) {
		char why[40];

		snprintf(why, sizeof(why), "%c is not closed",
			t->s.p[z.open_at[0]]);
		fail(&z, z.open_at[0], 1, "E204", "close it, or put the "
			"text in quotes", why);
	}
	e->from = z.from;
	e->to = z.text_end;
	e->end = z.i < t->s.n ? z.i : t->s.n;
	find_whole(&z);
}

void text_annots(struct text *t, const struct around *a, struct extent *e)
{
	struct scan z = { .t = t, .a = a, .s = t->s, .e = e };

	memset(e, 0, offsetof(struct extent, annot));
	e->annots = 0;
	z.from = z.i = t->at;
	for (;;) {
		z.i = scan_skip(t->s, z.i);
		if (z.i >= t->s.n || t->s.p[z.i] != '@' ||
				annotation(&z) <= 0)
			break;
	}
	e->end = z.i;
}

const struct src *text_content(struct text *t, const struct extent *e,
	size_t *from, size_t *to)
{
	struct src *in;
	uint32_t *cut;

	*from = e->from;
	*to = e->to;
	if (!e->whole)
		return t->src;
	++*from;
	--*to;
	if (e->whole != '"')
		return t->src;
	in = arena_alloc(&t->c->arena, sizeof(*in));
	in->text = arg_unescape(t->s, *from, *to, &t->c->arena, &cut,
		&in->cut_count);
	if (!in->cut_count)
		return t->src;
	in->cut = cut;
	in->up = t->src;
	in->at = *from;
	*from = 0;
	*to = in->text.n;
	return in;
}
