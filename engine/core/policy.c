/*
 * Delays, limits and priorities as policies say them, with their defaults.
 * Integer arithmetic only: the same on every machine.
 */
#include "engine/core/policy.h"

#include <assert.h>

#include "engine/base/limits.h"
#include "engine/base/map.h"
#include "engine/core/vocab.h"

enum { DELAY_MS = 1000, BACKOFF_MILLI = 2000, PRIORITY = 3, PURE_DEPTH = 4 };

int64_t policy_retry_delay(const struct plan_policy *p, uint64_t seed,
	uint32_t frame, uint32_t step, uint32_t attempt)
{
	int64_t backoff = p->backoff_milli ? p->backoff_milli : BACKOFF_MILLI;
	int64_t us = (p->delay_ms ? p->delay_ms : DELAY_MS) * (int64_t)1000;
	int64_t cap = LIMIT_RETRY_DELAY_MS * (int64_t)1000;
	uint32_t key[3] = { frame, step, attempt };
	int64_t jitter;
	uint32_t k;

	assert(attempt >= 1);
	for (k = 1; k < attempt && us < cap && us > 0 && backoff != 1000; k++)
		us = us * backoff / 1000;
	if (us > cap)
		us = cap;
	jitter = (int64_t)(hash_bytes(key, sizeof(key), seed) % 401) - 200;
	us += us / 1000 * jitter;
	return (us > cap ? cap : us) / 1000;
}

/* Branches of all roles: facts and fallbacks may run, too. */
static int is_pure(const struct plan *p, uint32_t node, uint32_t depth)
{
	const struct plan_node *n = &p->nodes[node];

	if (node_is_leaf(n) && (n->kind == NODE_CALL || n->effect !=
			EFFECT_PURE || (n->lane != LANE_INLINE &&
			n->lane != LANE_WORKER)))
		return 0;
	if (n->branch_count && depth == 0)
		return 0;
	for (uint32_t i = 0; i < n->branch_count; i++) {
		const struct plan_body *b =
			&p->bodies[p->branches[n->branch + i].body];

		for (uint32_t k = 0; k < b->count; k++)
			if (!is_pure(p, b->first + k, depth - 1))
				return 0;
	}
	return 1;
}

uint32_t policy_items(const struct plan *p, uint32_t node)
{
	uint32_t n = p->policies[p->nodes[node].policy].limit;

	if (!n)
		n = is_pure(p, node, PURE_DEPTH) ? LIMIT_PURE_ITEMS
			: LIMIT_PARALLEL;
	return n < UINT16_MAX ? n : UINT16_MAX - 1;
}

uint32_t policy_rounds(const struct plan_policy *p)
{
	return p->max ? p->max : LIMIT_WHILE;
}

uint32_t policy_priority(const struct plan_policy *p)
{
	return p->priority >= 1 && p->priority <= 5 ? p->priority : PRIORITY;
}
