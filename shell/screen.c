/*
 * Fitting texts into a terminal's width.
 */
#include "shell/screen.h"

#include <stdlib.h>
#include <sys/ioctl.h>

#include "engine/base/text.h"

enum { USUAL = 80, LEAST = 20, MOST = 10000 };

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

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
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

		wide = blank || cp < ' ' ? 1 : utf8_width(cp);
		if (columns && used + wide > columns) {
			b->len = fits;
			buf_str(b, "...");
			return;
		}
		if (blank)
			buf_char(b, ' ');
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
