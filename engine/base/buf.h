/*
 * A growing byte buffer and a borrowed view of bytes. `data` is always
 * followed by a NUL that `len` does not count, so that it prints.
 */
#ifndef WF_BASE_BUF_H
#define WF_BASE_BUF_H

#include <stdint.h>
#include <stddef.h>
#include <string.h>

struct str { /* borrows */
	const char *p;
	size_t n;
};

struct buf {
	char *data; /* never NULL after the first append; NULL when empty */
	size_t len, cap;
};

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);                 /* keeps the memory */
void buf_reserve(struct buf *b, size_t more);  /* room for `more` bytes */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *buf_take(struct buf *b);  /* returns owned, NUL-terminated; b is empty */
const char *buf_cstr(const struct buf *b); /* "" when empty */

/* Little-endian base-128 numbers, for the event encoding. */
void buf_varint(struct buf *b, uint64_t v);
/* Length as varint, then the bytes. */
void buf_bytes(struct buf *b, const void *p, size_t n);

/* A reader of what the functions above wrote. After any overrun `bad` stays
 * set and all reads give 0 or empty views into the input. */
struct cursor {
	const unsigned char *at, *end;
	int bad;
};
void cursor_init(struct cursor *c, const void *p, size_t n);
uint64_t cursor_varint(struct cursor *c);
struct str cursor_bytes(struct cursor *c); /* borrows from the input */

struct str str_of(const char *s);        /* s may be NULL: empty */
static inline int str_same(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Inline, so that the length of a literal is known. */
static inline int str_eq(struct str a, const char *b)
{
	return b ? str_same(a, (struct str){b, strlen(b)}) : a.n == 0;
}
struct str str_trim(struct str s);       /* blanks, tabs, newlines */

#endif
