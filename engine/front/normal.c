/*
 * What "the same text" means: arrows in one spelling, blanks within a line
 * as one. Quoted text and indentation stay, for they may mean something; two
 * texts that differ in meaning are never made the same.
 */
#include <string.h>

#include "engine/base/limits.h"
#include "engine/front/front.h"

static const char arrow[] = " \xe2\x86\x92 ";

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the quoted piece that opens at `at`, or `at` when it does not
 * close. */
static size_t quote_end(struct str s, size_t at)
{
	char q = s.p[at];
	size_t i;

	for (i = at + 1; i < s.n; i++) {
		if (q == '"' && s.p[i] == '\\' && i + 1 < s.n)
			i++;
		else if (s.p[i] == q)
			return i + 1;
	}
	return at;
}

/* Length of the arrow at `at`, 0 when there is none. */
static size_t arrow_at(struct str s, size_t at)
{
	if (s.n - at >= 3 && memcmp(s.p + at, arrow + 1, 3) == 0)
		return 3;
	if (s.n - at < 2 || memcmp(s.p + at, "->", 2) != 0)
		return 0;
	if ((at > 0 && !is_blank(s.p[at - 1])) ||
	    (at + 2 < s.n && !is_blank(s.p[at + 2])))
		return 0;
	return 2;
}

static size_t skip_blanks(struct str s, size_t at)
{
	while (at < s.n && is_blank(s.p[at]))
		at++;
	return at;
}

/* A run of blanks [at, end): one blank, or a newline and the indentation. */
static void add_blanks(struct str s, size_t at, size_t end, struct buf *out)
{
	size_t i = end;

	while (i > at && s.p[i - 1] != '\n')
		i--;
	if (i == at) {
		buf_char(out, ' ');
		return;
	}
	buf_char(out, '\n');
	buf_add(out, s.p + i, end - i);
}

/* Brackets around a place. In a group arrows are arrows; what a step opened
 * itself protects what it holds. */
struct nest {
	char open[LIMIT_NEST];
	size_t depth, hidden;  /* hidden: open from the first that protects */
};

/* Whether a bracket here opens a group: first thing of an item. */
static int starts_item(const struct buf *out)
{
	size_t n = out->len;

	while (n && is_blank(out->data[n - 1]))
		n--;
	return !n || strchr("[(,:", out->data[n - 1]) ||
		(unsigned char)out->data[n - 1] == 0x92;
}

static void nest_at(struct nest *n, char c, const struct buf *out)
{
	if (c == '[' || c == '(' || c == '{') {
		if (n->hidden || c == '{' || n->depth == LIMIT_NEST ||
		    !starts_item(out))
			n->hidden++;
		else
			n->open[n->depth++] = c;
	} else if (c == ']' || c == ')' || c == '}') {
		if (n->hidden)
			n->hidden--;
		else if (n->depth)
			n->depth--;
	}
}

/* Behind the piece at `at` that is copied as it stands. */
static size_t piece_end(struct str s, size_t at)
{
	size_t end = at;

	if (s.p[at] == '"' || (s.p[at] == '\'' &&
	    (at == 0 || is_blank(s.p[at - 1]) || s.p[at - 1] == '=')))
		end = quote_end(s, at);
	return end == at ? at + 1 : end;
}

void front_normal_text(struct str text, struct buf *out)
{
	struct str s = str_trim(text);
	struct nest nest = { .depth = 0 };
	size_t at = 0, end, n, start = out->len;

	while (at < s.n) {
		end = skip_blanks(s, at);
		n = end < s.n && !nest.hidden ? arrow_at(s, end) : 0;
		if (n) {
			buf_str(out, out->len == start ? arrow + 1 : arrow);
			at = skip_blanks(s, end + n);
			continue;
		}
		if (end > at)
			add_blanks(s, at, end, out);
		at = end;
		nest_at(&nest, s.p[at], out);
		end = piece_end(s, at);
		buf_add(out, s.p + at, end - at);
		at = end;
	}
}
