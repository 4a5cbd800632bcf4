/*
 * The gate to the terminal. Held bytes are always a prefix of something that
 * may still pass; anything else is shown at once.
 */
#include "shell/gate.h"

#include <string.h>

#include "engine/base/text.h"

enum { ESC = 0x1b };

/* How much of p[0, n) is one colour sequence: its length, 0 when it is none,
 * -1 when it is cut off. */
static int sgr(const char *p, size_t n)
{
	size_t i = 1;

	if (n > 1 && p[1] != '[')
		return 0;
	for (i = 2; i < n; i++) {
		if (p[i] == 'm')
			return (int)i + 1;
		if (!strchr("0123456789;:", p[i]) || !p[i] ||
				i >= sizeof(((struct gate *)0)->held) - 2)
			return 0;
	}
	return -1;
}

static void show(struct buf *out, int32_t cp, unsigned char byte)
{
	if (cp < 0)
		buf_printf(out, "\\x%02x", byte);
	else if (cp < ' ')
		buf_printf(out, "^%c", (int)cp + '@');
	else if (cp == 0x7f)
		buf_str(out, "^?");
	else
		buf_printf(out, "\\u%04x", (unsigned)cp);
}

/* Bytes that a character beginning with c has. */
static size_t wants(unsigned char c)
{
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

/* One unit at p; returns its length, or 0 when it is cut off. */
static size_t pass(struct gate *g, const char *p, size_t n, struct buf *out)
{
	int32_t cp;
	int len;

	if (*p == ESC) {
		len = sgr(p, n);
		if (len < 0)
			return 0;
		if (len > 0) {
			buf_add(out, p, (size_t)len);
			g->coloured = !(len == 3 || (len == 4 &&
				p[2] == '0'));
			return (size_t)len;
		}
	}
	if (*p == '\r') {
		if (n < 2)
			return 0;
		if (p[1] == '\n')
			return 1;
	}
	if (n < wants((unsigned char)*p) && utf8_check(p, n) == 0 &&
			(unsigned char)*p >= 0xc2) {
		size_t k = 1;

		while (k < n && ((unsigned char)p[k] & 0xc0) == 0x80)
			k++;
		if (k == n)
			return 0;
	}
	len = utf8_decode(p, n, &cp);
	if (cp == '\n' || cp == '\t' || (cp >= ' ' && cp < 0x7f) || cp >= 0xa0)
		buf_add(out, p, (size_t)len);
	else
		show(out, cp, (unsigned char)*p);
	return (size_t)len;
}

void gate_add(struct gate *g, struct str bytes, struct buf *out)
{
	struct buf joined;
	struct str s = bytes;
	size_t i = 0, len;

	buf_init(&joined);
	if (g->n) {
		buf_add(&joined, g->held, g->n);
		buf_add(&joined, bytes.p, bytes.n);
		s = (struct str){joined.data, joined.len};
		g->n = 0;
	}
	while (i < s.n) {
		len = pass(g, s.p + i, s.n - i, out);
		if (len == 0)
			break;
		i += len;
	}
	if (i < s.n) {
		g->n = (uint8_t)(s.n - i);
		memcpy(g->held, s.p + i, g->n);
	}
	buf_release(&joined);
}

void gate_end(struct gate *g, struct buf *out)
{
	for (size_t i = 0; i < g->n; i++) {
		int32_t cp = (unsigned char)g->held[i];

		if (cp >= ' ' && cp < 0x7f)
			buf_char(out, g->held[i]);
		else
			show(out, cp < 0x80 ? cp : -1,
				(unsigned char)g->held[i]);
	}
	g->n = 0;
	if (g->coloured)
		buf_str(out, "\033[0m");
	g->coloured = 0;
}
