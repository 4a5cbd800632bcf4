/*
 * Run ids: 128 random bits in the alphabet and length of a ULID (Crockford's
 * base 32, github.com/ulid/spec). A ULID proper begins with the time, so that
 * all runs of the last minutes share their first six characters; here six
 * characters name a run, and order is told by seq and started_ms.
 *
 * Randomness is drawn in blocks; a forked process draws its own.
 */
#include "engine/store/store.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { ID_BYTES = 16, BLOCK_IDS = 16 };

static void draw(uint8_t id[ID_BYTES])
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static uint8_t block[ID_BYTES * BLOCK_IDS];
	static size_t left;
	static pid_t drawn_by;

	pthread_mutex_lock(&mutex);
	if (left == 0 || drawn_by != getpid()) {
		ssize_t got = getrandom(block, sizeof(block), 0);

		assert(got == (ssize_t)sizeof(block));
		left = BLOCK_IDS;
		drawn_by = getpid();
	}
	memcpy(id, block + --left * ID_BYTES, ID_BYTES);
	pthread_mutex_unlock(&mutex);
}

void ulid_make(char out[ULID_LEN + 1])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint8_t id[ID_BYTES];
	uint32_t bits = 0;
	int i, have = 2, at = 0; /* 130 bits are printed: two are 0 */

	draw(id);
	for (i = 0; i < ID_BYTES; i++) {
		bits = bits << 8 | id[i];
		for (have += 8; have >= 5; have -= 5)
			out[at++] = digits[bits >> (have - 5) & 31];
	}
	assert(at == ULID_LEN && have == 0);
	out[at] = '\0';
}
