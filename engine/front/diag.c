/*
 * Diagnostics: collecting and printing them in the form of shell.md. Text
 * from the user that gets into a message is made harmless here: control
 * characters never reach the terminal through an error.
 */
#include "engine/front/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"

enum { SHOWN_COLUMNS = 120, SHOWN_BEFORE = 60 };

void diags_init(struct diags *d, const char *file, uint32_t first_line,
	struct str source)
{
	memset(d, 0, sizeof(*d));
	d->file = file;
	d->first_line = first_line ? first_line : 1;
	d->source = source;
}

void diags_release(struct diags *d)
{
	free(d->items);
	d->items = NULL;
	d->count = d->cap = d->errors = 0;
}

/* Control characters become '?', a character cut in half goes. */
static void clean(char *s, size_t cap)
{
	size_t i, n = strlen(s), bad;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 127)
			s[i] = '?';
	if (n + 1 < cap)
		return;
	bad = utf8_check(s, n);
	if (bad + 4 > n)
		s[bad] = '\0';
}

int diag_add(struct diags *d, const char *code, struct caret mark,
	const char *help, const char *fmt, ...)
{
	struct diag *g;
	size_t i;
	va_list ap;

	d->errors++;
	if (d->count >= LIMIT_DIAGS)
		return -1;
	d->items = mem_more(d->items, d->count, &d->cap, sizeof(*d->items));
	/* by place: what is wrong first is read first */
	for (i = d->count++; i > 0 && d->items[i - 1].at > mark.at; i--)
		d->items[i] = d->items[i - 1];
	g = &d->items[i];
	memset(g, 0, sizeof(*g));
	g->level = DIAG_ERROR;
	snprintf(g->code, sizeof(g->code), "%s", code);
	snprintf(g->help, sizeof(g->help), "%s", help ? help : "");
	va_start(ap, fmt);
	vsnprintf(g->text, sizeof(g->text), fmt, ap);
	va_end(ap);
	clean(g->text, sizeof(g->text));
	clean(g->help, sizeof(g->help));
	g->at = mark.at < d->source.n ? mark.at : d->source.n;
	g->len = mark.len < d->source.n - g->at ? mark.len
		: d->source.n - g->at;
	return -1;
}

/* Start of the line that holds `at`. */
static size_t line_start(struct str s, size_t at)
{
	while (at > 0 && s.p[at - 1] != '\n')
		at--;
	return at;
}

static int32_t shown(int32_t cp)
{
	return cp < ' ' || cp == 127 ? ' ' : cp;
}

/* Columns as they are printed: every control character takes one. */
static uint32_t columns(const char *p, size_t n)
{
	uint32_t cols = 0;
	size_t i;
	int32_t cp;

	for (i = 0; i < n;) {
		i += (size_t)utf8_decode(p + i, n - i, &cp);
		cols += (uint32_t)utf8_width(shown(cp));
	}
	return cols;
}

void diag_place(const struct diags *d, size_t at, uint32_t *line,
	uint32_t *col)
{
	size_t start = line_start(d->source, at), i;

	*line = d->first_line;
	for (i = 0; i < start; i++)
		*line += d->source.p[i] == '\n';
	if (start == 0 && at >= 3 && d->source.n >= 3 &&
			memcmp(d->source.p, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	*col = columns(d->source.p + start, at - start) + 1;
	if (start == 0)
		*col += d->first_col;
}

/* A line under the first that shows and marks the source. */
struct strip {
	struct str text;       /* part of the line that is shown */
	uint32_t before, marks;/* columns to the caret, carets */
	uint8_t cut;           /* the beginning is left out */
};

static void strip_of(const struct diags *d, struct caret g,
	struct strip *s)
{
	size_t start = line_start(d->source, g.at), end = g.at, mark;
	int32_t cp;

	while (end < d->source.n && d->source.p[end] != '\n')
		end++;
	if (end > start && d->source.p[end - 1] == '\r' && end > g.at)
		end--;
	if (start == 0 && end >= 3 && g.at >= 3 &&
			memcmp(d->source.p, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	s->before = columns(d->source.p + start, g.at - start);
	while (s->before > SHOWN_BEFORE) {
		start += (size_t)utf8_decode(d->source.p + start,
			g.at - start, &cp);
		s->before -= (uint32_t)utf8_width(shown(cp));
		s->cut = 1;
	}
	mark = g.at + g.len < end ? g.at + g.len : end;
	s->marks = columns(d->source.p + g.at, mark - g.at);
	if (s->marks == 0)
		s->marks = 1;
	s->text.p = d->source.p + start;
	s->text.n = end - start;
}

static void strip_print(struct strip *s, uint32_t line, struct buf *out)
{
	const char *dots = s->cut ? "..." : "";
	uint32_t cols = 0;
	size_t i = 0;
	int32_t cp;
	int n;

	buf_printf(out, "%5u | %s", line, dots);
	while (i < s->text.n && cols < SHOWN_COLUMNS) {
		n = utf8_decode(s->text.p + i, s->text.n - i, &cp);
		if (cp < 0)
			buf_char(out, '?');
		else if (cp < ' ' || cp == 127)
			buf_char(out, ' ');
		else
			buf_add(out, s->text.p + i, (size_t)n);
		cols += (uint32_t)utf8_width(shown(cp));
		i += (size_t)n;
	}
	buf_printf(out, "%s\n      | %*s", i < s->text.n ? "..." : "",
		(int)(s->before + strlen(dots)), "");
	if (s->marks > SHOWN_COLUMNS - s->before)
		s->marks = SHOWN_COLUMNS - s->before;
	for (i = 0; i < s->marks; i++)
		buf_char(out, '^');
	buf_char(out, '\n');
}

void diag_strip(const struct diags *d, struct caret mark, struct buf *out)
{
	struct strip s = { .cut = 0 };
	uint32_t line, col;

	diag_place(d, mark.at, &line, &col);
	strip_of(d, mark, &s);
	strip_print(&s, line, out);
}

void diags_print(const struct diags *d, struct buf *out)
{
	uint32_t line, col;
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct diag *g = &d->items[i];

		diag_place(d, g->at, &line, &col);
		buf_printf(out, "%s:%u:%u: %s: %s  [%s]\n",
			d->file ? d->file : "wf", line, col,
			g->level == DIAG_ERROR ? "error" : "warning",
			g->text, g->code);
		diag_strip(d, caret(g->at, g->len), out);
		if (g->help[0])
			buf_printf(out, "   help: %s\n", g->help);
	}
	if (d->errors > d->count)
		buf_printf(out, "%s: %zu more errors\n",
			d->file ? d->file : "wf", d->errors - d->count);
}
