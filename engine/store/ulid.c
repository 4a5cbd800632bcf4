/*
 * ULIDs: 48 bits of milliseconds and 80 random bits in Crockford's base 32
 * (github.com/ulid/spec). Within one millisecond, or when the clock steps
 * back, the last one plus one: so they sort in the order they were made. A
 * forked process draws anew, else it would count on from the same one.
 */
#include "engine/store/store.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct id {
	uint64_t ms;       /* 48 bits */
	uint8_t random[10];
};

static void fill(uint8_t *p, size_t n)
{
	ssize_t got = getrandom(p, n, 0);

	assert(got == (ssize_t)n);
}

/* Plus one; the carry out of the random part goes to the time. */
static void advance(struct id *id)
{
	int i;

	for (i = 9; i >= 0; i--)
		if (++id->random[i])
			return;
	id->ms++;
}

static void print(const struct id *id, char out[ULID_LEN + 1])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t bits = 0;
	int i, have = 0, at = 10;

	for (i = 0; i < 10; i++)
		out[i] = digits[id->ms >> (45 - 5 * i) & 31];
	for (i = 0; i < 10; i++) {
		bits = bits << 8 | id->random[i];
		for (have += 8; have >= 5; have -= 5)
			out[at++] = digits[bits >> (have - 5) & 31];
	}
	assert(at == ULID_LEN);
	out[at] = '\0';
}

void ulid_make(char out[ULID_LEN + 1], int64_t now_ms)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static struct id last;
	static pid_t drawn_by;
	uint64_t ms = (uint64_t)now_ms & UINT64_C(0xffffffffffff);

	pthread_mutex_lock(&mutex);
	if (ms > last.ms || drawn_by != getpid()) {
		if (ms > last.ms)
			last.ms = ms;
		drawn_by = getpid();
		fill(last.random, sizeof(last.random));
		last.random[0] &= 0x7f; /* room to count up */
	} else {
		advance(&last);
	}
	print(&last, out);
	pthread_mutex_unlock(&mutex);
}
