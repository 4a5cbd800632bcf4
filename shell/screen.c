/*
 * Fitting texts into a terminal's width.
 */
#include "shell/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "engine/base/text.h"

enum { USUAL = 80, USUAL_ROWS = 24, LEAST = 20, MOST = 10000, INDENT = 4,
	APART = 4, NARROW = 60, FEW = 6, NAMES = 24 };

int screen_columns(const struct out *o)
{
	const char *said = getenv("COLUMNS");
	struct winsize w;
	int64_t n;

	if (!o->tty)
		return 0;
	if (said && number_parse(str_of(said), 1, MOST, &n) == 0)
		return n < LEAST ? LEAST : (int)n;
	if (ioctl(o->fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col < LEAST ? LEAST : w.ws_col;
	return USUAL;
}

int screen_rows(const struct out *o)
{
	struct winsize w;

	return ioctl(o->fd, TIOCGWINSZ, &w) == 0 && w.ws_row > 1 ? w.ws_row
		: USUAL_ROWS;
}

int screen_names(int columns)
{
	return columns && columns < NARROW ? FEW : NAMES;
}

int screen_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < 3; i++) {
		const char *v = getenv(names[i]);

		if (v && v[0])
			return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
	}
	return 0;
}

static int is_blank(char c)
{
	return ((unsigned char)c <= ' ') || c == 0x7f;
}

void screen_line(struct buf *b, struct str text, int columns)
{
	struct str s = str_trim(text);
	size_t fits = b->len; /* where "..." goes when it does not fit */
	int used = 0;

	for (size_t i = 0; i < s.n;) {
		int32_t cp;
		size_t n = (size_t)utf8_decode(s.p + i, s.n - i, &cp);
		int blank = is_blank(s.p[i]), wide;

		wide = blank || cp < 0xa0 ? 1 : utf8_width(cp);
		if (columns && used + wide > columns) {
			b->len = fits;
			buf_str(b, "...");
			return;
		}
		if (blank)
			buf_char(b, ' ');
		else if (cp < 0 || (cp >= 0x80 && cp < 0xa0)) /* C1 */
			buf_char(b, '?');
		else
			buf_add(b, s.p + i, n);
		used += wide;
		if (used + 3 <= columns)
			fits = b->len;
		i += n;
		while (blank && i < s.n && is_blank(s.p[i]))
			i++;
	}
}

int screen_row(struct buf *b, struct str row, int columns)
{
	int used = 0;

	for (size_t i = 0; i < row.n;) {
		int32_t cp;
		size_t n = (size_t)utf8_decode(row.p + i, row.n - i, &cp);
		int strange = cp < ' ' || (cp >= 0x7f && cp < 0xa0);
		int wide = strange ? 1 : utf8_width(cp);

		if (used + wide >= columns)
			break;
		if (strange)
			buf_char(b, ' ');
		else
			buf_add(b, row.p + i, n);
		used += wide;
		i += n;
	}
	return used;
}

/* ---------------------------------------------------------------- wrapping */
static int width_of(struct str s)
{
	int used = 0;

	for (size_t i = 0; i < s.n;) {
		int32_t cp;

		i += (size_t)utf8_decode(s.p + i, s.n - i, &cp);
		used += cp < ' ' ? 1 : utf8_width(cp);
	}
	return used;
}

struct wrap {
	struct buf *b;
	int columns, used;
};

/* `gap` blanks and a piece of the line; on a line of its own when it does not
 * fit behind what is there. */
static void put(struct wrap *w, int gap, struct str piece)
{
	int wide = width_of(piece);

	if (w->used && w->used + gap + wide > w->columns) {
		buf_str(w->b, "\n");
		w->used = 0;
		gap = INDENT;
	}
	buf_printf(w->b, "%*s", gap, "");
	buf_add(w->b, piece.p, piece.n);
	w->used += gap + wide;
}

/* The words of a part that does not fit into one line. */
static void put_words(struct wrap *w, int gap, struct str part)
{
	while (part.n) {
		struct str word = part;
		const char *blank = memchr(part.p, ' ', part.n);

		if (blank)
			word.n = (size_t)(blank - part.p);
		put(w, gap, word);
		part.p += word.n;
		part.n -= word.n;
		for (gap = 0; part.n && part.p[0] == ' '; gap++) {
			part.p++;
			part.n--;
		}
	}
}

static int is_apart(struct str s)
{
	return s.n >= APART && memcmp(s.p, "    ", APART) == 0;
}

/* Parts stand four blanks apart: a command to copy stays whole. */
static void wrap_line(struct wrap *w, struct str line)
{
	int gap = 0;

	w->used = 0;
	while (line.n && line.p[0] == ' ') {
		gap++;
		line.p++;
		line.n--;
	}
	while (line.n) {
		struct str part = {line.p, 0};

		while (part.n < line.n && !is_apart((struct str){
				line.p + part.n, line.n - part.n}))
			part.n++;
		if (gap >= APART && width_of(part) + INDENT <= w->columns)
			put(w, gap, part);
		else
			put_words(w, gap, part);
		line.p += part.n;
		line.n -= part.n;
		for (gap = 0; line.n && line.p[0] == ' '; gap++) {
			line.p++;
			line.n--;
		}
	}
}

/* A line of the source, or of marks beneath it. */
static int is_quoted(struct str line)
{
	size_t i = 0;

	while (i < line.n && (line.p[i] == ' ' ||
			(line.p[i] >= '0' && line.p[i] <= '9')))
		i++;
	return i > 0 && i < line.n && line.p[i] == '|';
}

void screen_wrap(struct buf *b, struct str text, int columns)
{
	struct wrap w = {.b = b, .columns = columns};

	while (text.n) {
		const char *nl = memchr(text.p, '\n', text.n);
		struct str line = {text.p, nl ? (size_t)(nl - text.p)
			: text.n};

		if (!columns || is_quoted(line) || width_of(line) <= columns)
			buf_add(b, line.p, line.n);
		else
			wrap_line(&w, line);
		if (nl)
			buf_char(b, '\n');
		text.p += line.n + (nl != NULL);
		text.n -= line.n + (nl != NULL);
	}
}
