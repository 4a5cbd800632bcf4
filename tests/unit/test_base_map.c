/* Both maps with 100,000 keys, removal against a plain array, hashing. */
#include "engine/base/map.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "tests/unit/tap.h"

enum { KEYS = 100000 };

static void test_strmap_small(void)
{
	struct strmap m;
	uint32_t v = 7;

	strmap_init(&m);
	ok(!strmap_find(&m, str_of("a"), &v) && v == 7,
		"an empty map finds nothing and sets nothing");
	is_int(strmap_put(&m, str_of("a"), 1), 1, "a first key is new");
	is_int(strmap_put(&m, str_of("a"), 2), 0, "a key again is not new");
	ok(strmap_find(&m, str_of("a"), &v) && v == 2, "putting replaces");
	is_int(strmap_put(&m, str_of(""), 3), 1, "the empty key is a key");
	ok(strmap_find(&m, str_of(""), NULL), "finding needs no value");
	ok(strmap_put(&m, (struct str){ "a\0b", 3 }, 4) &&
		strmap_find(&m, (struct str){ "a\0b", 3 }, &v) && v == 4,
		"keys may hold a NUL");
	is_int((long long)m.count, 3, "the count is of keys");
	strmap_release(&m);
	ok(!strmap_find(&m, str_of("a"), &v), "a released map is empty");
}

static void test_strmap_large(void)
{
	struct strmap m;
	struct arena a;
	char **keys = mem_zero(KEYS * sizeof(*keys));
	uint32_t v, i, fresh = 0, good = 0, ghosts = 0;

	strmap_init(&m);
	arena_init(&a);
	for (i = 0; i < KEYS; i++) {
		keys[i] = arena_printf(&a, "step%u", i);
		fresh += (uint32_t)strmap_put(&m, str_of(keys[i]), i);
	}
	is_int(fresh, KEYS, "100,000 keys are all new");
	for (i = 0; i < KEYS; i++)
		good += strmap_find(&m, str_of(keys[i]), &v) && v == i;
	is_int(good, KEYS, "100,000 keys are all found");
	for (i = 0; i < KEYS; i++) {
		keys[i][0] = 'S';
		ghosts += strmap_find(&m, str_of(keys[i]), NULL) != 0;
		keys[i][0] = 's';
	}
	is_int(ghosts, 0, "keys that were never put are not found");
	strmap_release(&m);
	arena_release(&a);
	free(keys);
}

/* Small numbers, multiples and high bits: what ids look like. */
static uint64_t id_of(uint64_t i)
{
	return i % 3 == 0 ? i : i % 3 == 1 ? i << 32 : i * 4096;
}

static void test_idmap(void)
{
	struct idmap m;
	char *base = mem_zero(KEYS);
	uint64_t i;
	int good = 0, gone = 0, kept = 0;

	idmap_init(&m);
	ok(!idmap_find(&m, 0) && !idmap_take(&m, 0),
		"an empty map has nothing");
	for (i = 0; i < KEYS; i++)
		idmap_put(&m, id_of(i), base + i);
	for (i = 0; i < KEYS; i++)
		good += idmap_find(&m, id_of(i)) != NULL;
	is_int(good, KEYS, "100,000 ids are all found");
	for (i = 0; i < KEYS; i += 2)
		idmap_take(&m, id_of(i));
	for (i = 0; i < KEYS; i++) {
		if (i % 2 == 0)
			gone += idmap_find(&m, id_of(i)) == NULL;
		else
			kept += idmap_find(&m, id_of(i)) == base + i;
	}
	is_int(gone, KEYS / 2, "what was taken is gone");
	is_int(kept, KEYS / 2, "what was not taken is still found");
	is_int((long long)m.count, KEYS / 2, "the count follows");
	idmap_put(&m, id_of(1), base);
	ok(idmap_find(&m, id_of(1)) == base && m.count == KEYS / 2,
		"putting replaces");
	idmap_release(&m);
	free(base);
}

/* 200,000 random puts and takes of 512 ids, against an array. */
static void test_idmap_random(void)
{
	static char *want[512];
	static char mark;
	struct idmap m;
	uint64_t x = 42;
	int i, n = 0, wrong = 0, count = 0;
	uint64_t *keys;

	idmap_init(&m);
	for (i = 0; i < 200000; i++) {
		unsigned id;

		x = x * UINT64_C(6364136223846793005) + 1;
		id = (unsigned)(x >> 40) % 512;
		if (x >> 63) {
			idmap_put(&m, id, &mark);
			count += want[id] == NULL;
			want[id] = &mark;
		} else {
			wrong += idmap_take(&m, id) != want[id];
			count -= want[id] != NULL;
			want[id] = NULL;
		}
		wrong += m.count != (size_t)count;
	}
	for (i = 0; i < 512; i++)
		wrong += idmap_find(&m, (uint64_t)i) != want[i];
	is_int(wrong, 0, "random puts and takes agree with an array");
	keys = idmap_keys(&m);
	for (i = 0; i < 512; i++)
		wrong += want[i] && keys[n++] != (uint64_t)i;
	ok(!wrong && n == (int)m.count, "its keys are given in order");
	for (i = 0; i < n; i++)
		idmap_take(&m, keys[i]);
	is_int((long long)m.count, 0, "and may be taken while one goes by "
		"them");
	free(keys);
	keys = idmap_keys(&m);
	ok(keys != NULL, "an empty map gives an array of none");
	free(keys);
	idmap_release(&m);
}

static void test_hash(void)
{
	char text[64] = { 0 };
	uint64_t first = hash_bytes(text, 0, 1);
	int n, same = 0;

	for (n = 1; n < 64; n++)
		same += hash_bytes(text, (size_t)n, 1) == first;
	is_int(same, 0, "zeros of different lengths hash differently");
	ok(hash_bytes("ab", 2, 1) == hash_bytes("ab", 2, 1) &&
		hash_bytes("ab", 2, 1) != hash_bytes("ab", 2, 2) &&
		hash_bytes("ab", 2, 1) != hash_bytes("ba", 2, 1),
		"a hash depends on bytes, order and seed");
	ok(hash_bytes(NULL, 0, 0) == hash_bytes("", 0, 0),
		"no bytes may be NULL");
}

int main(void)
{
	test_strmap_small();
	test_strmap_large();
	test_idmap();
	test_idmap_random();
	test_hash();
	return done();
}
