/*
 * Memory. The heap functions never return NULL: out of memory ends the
 * process with a message (the journal is consistent at every instant, so
 * dying is safe). Arenas group allocations of one lifetime.
 */
#ifndef WF_BASE_MEM_H
#define WF_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);               /* uninitialised; n == 0 is fine */
void *mem_zero(size_t n);                /* zeroed */
void *mem_grow(void *p, size_t n);       /* realloc */
void mem_free(void *p);                  /* NULL is fine */
void *mem_dup(const void *p, size_t n);  /* copy of n bytes */
char *mem_strdup(const char *s);         /* copy of a C string */
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one more element of `size` bytes in a growing array:
 * returns p or its replacement, doubling *cap when count == *cap.
 */
void *mem_more(void *p, size_t count, size_t *cap, size_t size);

struct arena_block;
struct arena {
	struct arena_block *head;
	char *at, *end;
	size_t bytes; /* allocated so far, blocks included */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);     /* frees all; a may be init'd again */
void *arena_alloc(struct arena *a, size_t n);   /* zeroed, 8-aligned */
void *arena_dup(struct arena *a, const void *p, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
