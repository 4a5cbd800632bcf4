/*
 * Hash maps with open addressing: bytes to number, and number to pointer.
 * Keys of a strmap are borrowed: they must outlive it (an arena's, usually).
 */
#ifndef WF_BASE_MAP_H
#define WF_BASE_MAP_H

#include "engine/base/buf.h"

struct strmap_slot;
struct strmap {
	struct strmap_slot *slots;
	size_t cap, count;
};
/* All zero is an empty map too; an empty one owns nothing. */
void strmap_init(struct strmap *m);
/* Frees the table, not the keys; the map is empty then. */
void strmap_release(struct strmap *m);
/* Adds or replaces; returns 1 when the key is new, else 0. */
int strmap_put(struct strmap *m, struct str key, uint32_t value);
/* Returns 1 and sets *value (may be NULL) when the key is there, else 0. */
int strmap_find(const struct strmap *m, struct str key, uint32_t *value);

struct idmap_slot;
struct idmap {
	struct idmap_slot *slots;
	size_t cap, count;
};
/* As those of strmap; the values are the caller's. Any key, value not NULL. */
void idmap_init(struct idmap *m);
void idmap_release(struct idmap *m);
void idmap_put(struct idmap *m, uint64_t key, void *value); /* adds, replaces */
void *idmap_find(const struct idmap *m, uint64_t key);      /* may be NULL */
void *idmap_take(struct idmap *m, uint64_t key); /* removes; may be NULL */
/* The keys that are there now, ascending: m->count of them, an owned array.
 * For walks that change the map. */
uint64_t *idmap_keys(const struct idmap *m);

/* The same in every process; no defence against chosen keys. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);

#endif
