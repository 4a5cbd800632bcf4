/*
 * The engine's clock: the wall clock read once, advanced by the monotonic
 * clock that goes on while the machine sleeps. Invariant: clock_now_ms()
 * never runs backwards within a process and does not see the wall clock being
 * set.
 */
#include "engine/io/clock.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int64_t base_us; /* epoch µs at boot */

static int64_t read_us(clockid_t id)
{
	struct timespec t;
	int rc = clock_gettime(id, &t);

	assert(rc == 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void read_base(void)
{
	base_us = read_us(CLOCK_REALTIME) - read_us(CLOCK_BOOTTIME);
}

int64_t clock_now_ms(void)
{
	pthread_once(&once, read_base);
	return (base_us + read_us(CLOCK_BOOTTIME)) / 1000;
}

int64_t clock_boot_ms(void)
{
	return read_us(CLOCK_BOOTTIME) / 1000;
}

uint64_t clock_mono_us(void)
{
	return (uint64_t)read_us(CLOCK_MONOTONIC);
}

uint64_t clock_random(void)
{
	uint64_t v = 0;
	ssize_t n;

	do
		n = getrandom(&v, sizeof(v), 0);
	while (n < 0 && errno == EINTR);
	assert(n == (ssize_t)sizeof(v));
	return v;
}

void clock_rfc3339(int64_t ms, char out[25])
{
	int64_t left = ms % 1000;
	time_t s = (time_t)(ms / 1000);
	struct tm t;
	char day[20];

	if (left < 0) {
		left += 1000;
		s--;
	}
	if (!gmtime_r(&s, &t) || t.tm_year + 1900 > 9999 ||
		t.tm_year + 1900 < 0 ||
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &t) != 19) {
		snprintf(out, 25, "%s", "9999-12-31T23:59:59.999Z");
		return;
	}
	snprintf(out, 25, "%s.%03uZ", day, (unsigned)left % 1000);
}
