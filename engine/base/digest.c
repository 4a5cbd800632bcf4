/*
 * SHA-256 through libmd: this file is the only one that knows the library.
 */
#include "engine/base/digest.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

struct digest_state {
	SHA2_CTX ctx;
};

struct digest_state *digest_new(void)
{
	struct digest_state *s = mem_alloc(sizeof(*s));

	SHA256Init(&s->ctx);
	return s;
}

void digest_add(struct digest_state *s, const void *p, size_t n)
{
	if (n)
		SHA256Update(&s->ctx, p, n);
}

void digest_field(struct digest_state *s, const void *p, size_t n)
{
	uint8_t length[8];
	unsigned i;

	for (i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)n >> (8 * i));
	digest_add(s, length, sizeof(length));
	digest_add(s, p, n);
}

void digest_end(struct digest_state *s, struct digest *out)
{
	SHA256Final(out->b, &s->ctx);
	free(s);
}

void digest_of(const void *p, size_t n, struct digest *out)
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	if (n)
		SHA256Update(&ctx, p, n);
	SHA256Final(out->b, &ctx);
}

void digest_hex(const struct digest *d, char out[DIGEST_HEX + 1])
{
	static const char hex[] = "0123456789abcdef";
	int i;

	for (i = 0; i < DIGEST_BYTES; i++) {
		out[2 * i] = hex[d->b[i] >> 4];
		out[2 * i + 1] = hex[d->b[i] & 15];
	}
	out[DIGEST_HEX] = '\0';
}

int digest_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, DIGEST_BYTES) == 0;
}
