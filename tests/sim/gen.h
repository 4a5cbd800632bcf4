/*
 * Random plans with everything that a plan can say, from a seed.
 */
#ifndef WF_TESTS_SIM_GEN_H
#define WF_TESTS_SIM_GEN_H

#include "engine/core/plan.h"

struct rng {
	uint64_t state;
};
uint32_t rng_next(struct rng *g);
/* 0 .. n - 1 */
uint32_t rng_below(struct rng *g, uint32_t n);
/* 1 in `percent` of 100. */
int rng_hit(struct rng *g, uint32_t percent);

/* Owned by the caller. */
struct plan *gen_plan(struct rng *g);

#endif
