/*
 * Inside the front end: keys of many steps of one plan, each computed once.
 */
#ifndef WF_FRONT_KEY_H
#define WF_FRONT_KEY_H

#include "engine/base/digest.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/core/plan.h"

/* Notes the front end leaves for /explain; no part of what a step is. */
#define NOTE_WHY "why"
#define NOTE_FREED "freed"

struct keys {
	const struct plan *plan; /* borrowed */
	struct arena arena;
	struct idmap known;      /* node + 1 to its entry */
	uint32_t *stack;
	size_t count, cap;
};
void keys_init(struct keys *k, const struct plan *p);
void keys_release(struct keys *k);
/* The key of a leaf or composite. */
void keys_get(struct keys *k, uint32_t node, char out[DIGEST_HEX + 1]);

#endif
