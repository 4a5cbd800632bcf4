/*
 * The growing buffer, views of bytes, and the varint coding of events.
 * Invariant: after the first append, cap > len and data[len] is NUL. The
 * reader trusts nothing: lengths come from a disk.
 */
#include "engine/base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

void buf_init(struct buf *b)
{
	memset(b, 0, sizeof(*b));
}

void buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need, cap;

	assert(more < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
	need = b->len + more + 1;
	if (need <= b->cap)
		return;
	cap = b->cap * 2;
	if (cap < 32)
		cap = 32;
	if (cap < need)
		cap = need;
	b->data = mem_grow(b->data, cap);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	buf_reserve(b, n);
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	buf_reserve(b, 0);
	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n >= b->cap - b->len) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}

char *buf_take(struct buf *b)
{
	char *out = b->data ? b->data : mem_strdup("");

	buf_init(b);
	return out;
}

const char *buf_cstr(const struct buf *b)
{
	return b->data ? b->data : "";
}

void buf_varint(struct buf *b, uint64_t v)
{
	unsigned char out[10];
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (unsigned char)v;
	buf_add(b, out, n);
}

void buf_bytes(struct buf *b, const void *p, size_t n)
{
	buf_varint(b, n);
	buf_add(b, p, n);
}

void cursor_init(struct cursor *c, const void *p, size_t n)
{
	c->at = p;
	c->end = p ? c->at + n : c->at;
	c->bad = 0;
}

static uint64_t cursor_fail(struct cursor *c)
{
	c->bad = 1;
	c->at = c->end;
	return 0;
}

uint64_t cursor_varint(struct cursor *c)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		uint64_t byte = *c->at++;

		if (shift == 63 && byte > 1)
			return cursor_fail(c);
		v |= (byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	return cursor_fail(c);
}

struct str cursor_bytes(struct cursor *c)
{
	uint64_t n = cursor_varint(c);
	struct str s = { (const char *)c->at, 0 };

	if (n > (uint64_t)(c->end - c->at)) {
		cursor_fail(c);
		return s;
	}
	s.n = (size_t)n;
	c->at += s.n;
	return s;
}

struct str str_of(const char *s)
{
	struct str out = { s ? s : "", s ? strlen(s) : 0 };

	return out;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}
