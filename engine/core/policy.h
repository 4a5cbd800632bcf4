/*
 * Arithmetic of policies: delays between attempts. Pure functions of the
 * plan and of numbers that are journalled, so that replay agrees.
 */
#ifndef WF_CORE_POLICY_H
#define WF_CORE_POLICY_H

#include "engine/core/plan.h"

/*
 * Delay in ms before attempt `attempt` + 1 (attempt >= 1): delay_ms times
 * backoff to the power attempt - 1, capped at LIMIT_RETRY_DELAY_MS, then
 * moved by up to 20 % either way, by a hash of the four numbers; never over
 * the cap.
 */
int64_t policy_retry_delay(const struct plan_policy *p, uint64_t seed,
	uint32_t frame, uint32_t step, uint32_t attempt);

/* Iterations of a loop at the same time: its policy's limit, or the default,
 * which is higher where each step of its body is pure and in this process. */
uint32_t policy_items(const struct plan *p, uint32_t node);
/* Rounds that a while may take. */
uint32_t policy_rounds(const struct plan_policy *p);
/* 1..5, 1 first. */
uint32_t policy_priority(const struct plan_policy *p);

#endif
