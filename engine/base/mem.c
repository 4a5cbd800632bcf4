/*
 * Heap functions that never return NULL, and arenas. An arena hands out
 * zeroed memory from blocks that double up to BLOCK_MAX; a request too large
 * for that gets a block of its own, kept behind the block in use. Nothing
 * here may depend on anything but libc.
 */
#include "engine/base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_MIN = 1024, BLOCK_MAX = 256 << 10, ALIGN = 8 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of the data that follows */
};

static void die(void)
{
	static const char text[] = "wf: out of memory\n";

	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(71);
	_exit(71);
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		die();
	return p;
}

void *mem_zero(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		die();
	return p;
}

void *mem_grow(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		die();
	return q;
}

void mem_free(void *p)
{
	free(p);
}

void *mem_dup(const void *p, size_t n)
{
	void *q = mem_alloc(n);

	if (n)
		memcpy(q, p, n);
	return q;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t n)
{
	char *q;

	assert(n < SIZE_MAX);
	q = mem_alloc(n + 1);
	if (n)
		memcpy(q, s, n);
	q[n] = '\0';
	return q;
}

char *mem_printf(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&out, fmt, ap);
	va_end(ap);
	if (n < 0)
		die();
	return out;
}

void *mem_more(void *p, size_t count, size_t *cap, size_t size)
{
	size_t want;

	assert(size > 0);
	if (count < *cap)
		return p;
	want = *cap ? *cap : 4;
	if (want > SIZE_MAX / 2 / size)
		die();
	*cap = *cap ? want * 2 : want;
	return mem_grow(p, *cap * size);
}

void arena_init(struct arena *a)
{
	memset(a, 0, sizeof(*a));
}

void arena_release(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	arena_init(a);
}

static struct arena_block *new_block(struct arena *a, size_t size)
{
	struct arena_block *b = mem_zero(sizeof(*b) + size);

	b->size = size;
	a->bytes += sizeof(*b) + size;
	return b;
}

/* A request that does not fit into the block in use; n is aligned. */
static void *alloc_slow(struct arena *a, size_t n)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (a->head && n > size / 4) {
		b = new_block(a, n);
		b->next = a->head->next;
		a->head->next = b;
		return b + 1;
	}
	b = new_block(a, n > size ? n : size);
	b->next = a->head;
	a->head = b;
	a->at = (char *)(b + 1) + n;
	a->end = (char *)(b + 1) + b->size;
	return b + 1;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p;

	if (n > SIZE_MAX / 2)
		die();
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!n)
		n = ALIGN;
	if ((size_t)(a->end - a->at) < n)
		return alloc_slow(a, n);
	p = a->at;
	a->at += n;
	return p;
}

void *arena_dup(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);

	if (n)
		memcpy(q, p, n);
	return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *q = arena_alloc(a, n + 1);

	if (n)
		memcpy(q, s, n);
	return q;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *out;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	out = arena_alloc(a, (size_t)n + 1);
	vsnprintf(out, (size_t)n + 1, fmt, again);
	va_end(again);
	return out;
}
