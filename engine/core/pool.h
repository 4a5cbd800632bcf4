/*
 * Pools: what limits starts across runs. A leaf draws one place of its pool
 * (by @on, else its lane's) and the units of each @uses. A pool may bound
 * places, starts per minute, and may have a circuit breaker. Unknown names
 * come into being with limit 1 (@on) or the largest demand seen (@uses).
 */
#ifndef WF_CORE_POOL_H
#define WF_CORE_POOL_H

#include "engine/base/buf.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct pool_config {
	uint32_t limit;          /* places; 0: unlimited */
	uint32_t ahead;          /* jobs handed over beyond the limit */
	uint32_t per_minute;     /* starts; 0: unlimited */
	uint32_t breaker_failures; /* consecutive; 0: no breaker */
	uint32_t breaker_recovery_ms;
};

struct pools;

/* Index of the pool called so, created when new. Pools "slots", "workers",
 * "net" always exist: 0, 1, 2. */
uint32_t pool_get(struct pools *p, struct str name);
void pool_configure(struct pools *p, uint32_t pool,
	const struct pool_config *c);

struct pool_view {
	const char *name;
	struct pool_config config;
	uint32_t held;           /* places taken, handed ahead included */
	enum breaker_state breaker;
};
/* 0, or -1 when there is no such pool. */
int pool_view(const struct pools *p, uint32_t pool, struct pool_view *out);

#endif
