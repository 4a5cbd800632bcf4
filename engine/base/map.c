/*
 * Open addressing with linear probing, capacity a power of two, at most three
 * quarters full. A strmap never removes; an idmap closes the gap of a removed
 * key by moving its followers back, so there are no tombstones.
 */
#include "engine/base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

enum { CAP_MIN = 8 };

/* Small, for a large map is read all over the place. */
struct strmap_slot {
	const char *key; /* NULL: free */
	uint32_t len, hash; /* low bits */
	uint32_t value;
};

struct idmap_slot {
	uint64_t key;
	void *value;
	int used;
};

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 29;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return h;
}

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *at = p;
	uint64_t h = seed ^ (n * UINT64_C(0x9e3779b97f4a7c15)), word;

	for (; n >= 8; n -= 8, at += 8) {
		memcpy(&word, at, 8);
		h = (h ^ mix(word)) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 31;
	}
	word = 0;
	if (n)
		memcpy(&word, at, n);
	return mix(h ^ mix(word + n));
}

static int crowded(size_t count, size_t cap)
{
	return (count + 1) * 4 > cap * 3;
}

void strmap_init(struct strmap *m)
{
	memset(m, 0, sizeof(*m));
}

void strmap_release(struct strmap *m)
{
	free(m->slots);
	strmap_init(m);
}

static struct str slot_key(const struct strmap_slot *s)
{
	return (struct str){s->key, s->len};
}

/* The slot that has the key, or the free one where it belongs. */
static struct strmap_slot *strmap_slot(const struct strmap *m, struct str key,
	uint32_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key && (m->slots[i].hash != hash ||
			!str_same(slot_key(&m->slots[i]), key)))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static void strmap_grow(struct strmap *m)
{
	struct strmap_slot *old = m->slots, *s;
	size_t i, old_cap = m->cap;

	m->cap = old_cap ? old_cap * 2 : CAP_MIN;
	m->slots = mem_zero(m->cap * sizeof(*m->slots));
	for (i = 0; i < old_cap; i++) {
		s = &old[i];
		if (s->key)
			*strmap_slot(m, slot_key(s), s->hash) = *s;
	}
	free(old);
}

int strmap_put(struct strmap *m, struct str key, uint32_t value)
{
	uint32_t hash = (uint32_t)hash_bytes(key.p, key.n, 0);
	struct strmap_slot *s;

	if (crowded(m->count, m->cap))
		strmap_grow(m);
	s = strmap_slot(m, key, hash);
	s->value = value;
	if (s->key)
		return 0;
	assert(key.n <= UINT32_MAX);
	s->key = key.n ? key.p : "";
	s->len = (uint32_t)key.n;
	s->hash = hash;
	m->count++;
	return 1;
}

int strmap_find(const struct strmap *m, struct str key, uint32_t *value)
{
	const struct strmap_slot *s;

	if (!m->count)
		return 0;
	s = strmap_slot(m, key, (uint32_t)hash_bytes(key.p, key.n, 0));
	if (s->key && value)
		*value = s->value;
	return s->key != NULL;
}

void idmap_init(struct idmap *m)
{
	memset(m, 0, sizeof(*m));
}

void idmap_release(struct idmap *m)
{
	free(m->slots);
	idmap_init(m);
}

static struct idmap_slot *idmap_slot(const struct idmap *m, uint64_t key)
{
	size_t i = (size_t)mix(key) & (m->cap - 1);

	while (m->slots[i].used && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static void idmap_grow(struct idmap *m)
{
	struct idmap_slot *old = m->slots;
	size_t i, old_cap = m->cap;

	m->cap = old_cap ? old_cap * 2 : CAP_MIN;
	m->slots = mem_zero(m->cap * sizeof(*m->slots));
	for (i = 0; i < old_cap; i++)
		if (old[i].used)
			*idmap_slot(m, old[i].key) = old[i];
	free(old);
}

void idmap_put(struct idmap *m, uint64_t key, void *value)
{
	struct idmap_slot *s;

	if (crowded(m->count, m->cap))
		idmap_grow(m);
	s = idmap_slot(m, key);
	m->count += !s->used;
	s->key = key;
	s->value = value;
	s->used = 1;
}

void *idmap_find(const struct idmap *m, uint64_t key)
{
	return m->count ? idmap_slot(m, key)->value : NULL;
}

/* Moves back the followers of the slot at `gap` that probed past it. */
static void close_gap(struct idmap *m, size_t gap)
{
	size_t mask = m->cap - 1, i = gap, home;

	for (i = (gap + 1) & mask; m->slots[i].used; i = (i + 1) & mask) {
		home = (size_t)mix(m->slots[i].key) & mask;
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		m->slots[gap] = m->slots[i];
		gap = i;
	}
	memset(&m->slots[gap], 0, sizeof(m->slots[gap]));
}

void *idmap_take(struct idmap *m, uint64_t key)
{
	struct idmap_slot *s;
	void *value;

	if (!m->count)
		return NULL;
	s = idmap_slot(m, key);
	if (!s->used)
		return NULL;
	value = s->value;
	m->count--;
	close_gap(m, (size_t)(s - m->slots));
	return value;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t *idmap_keys(const struct idmap *m)
{
	uint64_t *keys = mem_alloc((m->count + 1) * sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].used)
			keys[n++] = m->slots[i].key;
	assert(n == m->count);
	qsort(keys, n, sizeof(*keys), by_number);
	return keys;
}
