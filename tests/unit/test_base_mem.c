/* The heap functions and arenas: alignment, zeros, growth, large blocks. */
#include "engine/base/mem.h"

#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

static void test_heap(void)
{
	char *p = mem_alloc(0), *q;

	ok(p != NULL, "nothing can be allocated");
	free(p);
	p = mem_zero(100);
	ok(p[0] == 0 && memcmp(p, p + 1, 99) == 0, "mem_zero gives zeros");
	free(p);
	p = mem_strdup("abc");
	q = mem_strndup("abcdef", 3);
	is_str(p, q, "texts are copied");
	free(p);
	free(q);
	p = mem_strndup(NULL, 0);
	is_str(p, "", "no bytes of nothing are an empty text");
	free(p);
	p = mem_dup("a\0b", 3);
	ok(memcmp(p, "a\0b", 3) == 0, "bytes are copied");
	p = mem_grow(p, 1000);
	ok(memcmp(p, "a\0b", 3) == 0, "growing keeps the bytes");
	free(p);
	p = mem_printf("%s-%d", "x", 7);
	is_str(p, "x-7", "mem_printf formats");
	free(p);
}

static void test_more(void)
{
	uint32_t *list = NULL, i, good = 0;
	size_t cap = 0, grown = 0, before;

	for (i = 0; i < 10000; i++) {
		before = cap;
		list = mem_more(list, i, &cap, sizeof(*list));
		grown += cap != before;
		list[i] = i;
	}
	for (i = 0; i < 10000; i++)
		good += list[i] == i;
	is_int(good, 10000, "a growing array keeps its elements");
	ok(grown < 15 && cap >= 10000, "it grows by doubling");
	free(list);
}

static void test_arena(void)
{
	struct arena a;
	char *first, *p;
	size_t n, odd = 0, dirty = 0, i, sum = 0;

	arena_init(&a);
	first = arena_strndup(&a, "first", 5);
	for (n = 0; n < 3000; n++) {
		p = arena_alloc(&a, n % 700);
		odd += (uintptr_t)p % 8 != 0;
		for (i = 0; i < n % 700; i++)
			dirty += p[i] != 0;
		memset(p, 0xff, n % 700);
		sum += n % 700;
	}
	is_int((long long)odd, 0, "arena memory is 8-aligned");
	is_int((long long)dirty, 0, "arena memory is zeroed, none given twice");
	is_str(first, "first", "earlier memory stays as it was");
	ok(a.bytes >= sum && a.bytes < sum * 2, "few bytes are lost");
	p = arena_alloc(&a, 10 << 20);
	memset(p, 1, 10 << 20);
	p = arena_alloc(&a, 8);
	ok(a.bytes < sum * 2 + (11 << 20),
		"a large block does not end the one in use");
	is_str(arena_printf(&a, "%d-%s", 42, "x"), "42-x",
		"arena_printf formats");
	is_str(arena_dup(&a, "abc", 4), "abc", "arena_dup copies");
	is_str(arena_strndup(&a, NULL, 0), "", "no bytes may be NULL");
	arena_release(&a);
	ok(a.bytes == 0 && a.head == NULL, "a released arena is empty");
	p = arena_alloc(&a, 16);
	ok(p != NULL && arena_alloc(&a, 0) != arena_alloc(&a, 0),
		"a released arena can be used again");
	arena_release(&a);
}

int main(void)
{
	test_heap();
	test_more();
	test_arena();
	return done();
}
