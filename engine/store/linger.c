/*
 * Looking for work without sleeping.
 */
#include "engine/store/linger.h"

#include <sched.h>
#include <string.h>
#include <time.h>

void linger_init(struct linger *l)
{
	cpu_set_t set;

	memset(l, 0, sizeof(*l));
	l->last_us = LINGER_US;
	l->alone = sched_getaffinity(0, sizeof(set), &set) < 0 ||
		CPU_COUNT(&set) < 2;
}

void linger_post(struct linger *l)
{
	atomic_fetch_add_explicit(&l->posted, 1, memory_order_release);
}

uint64_t linger_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void linger(struct linger *l, unsigned posted)
{
	uint64_t end = linger_now_us() + LINGER_US;

	if (l->alone || l->last_us >= LINGER_US)
		return;
	while (atomic_load_explicit(&l->posted, memory_order_acquire) ==
			posted && linger_now_us() < end)
		continue;
}
