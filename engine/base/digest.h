/*
 * SHA-256 (FIPS 180-4, by libmd): the identity of blobs, plans, cache keys
 * and trusted files.
 */
#ifndef WF_BASE_DIGEST_H
#define WF_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX = 64 };

struct digest {
	uint8_t b[DIGEST_BYTES];
};

/* A sum in the making: never NULL, ended (and freed) by digest_end. */
struct digest_state;
struct digest_state *digest_new(void);
/* Adds n bytes; p may be NULL when n is 0. */
void digest_add(struct digest_state *s, const void *p, size_t n);
/* Adds the length, then the bytes: keeps ("a","bc") apart from ("ab","c"). */
void digest_field(struct digest_state *s, const void *p, size_t n);
/* Writes the sum to *out and frees s. */
void digest_end(struct digest_state *s, struct digest *out);

/* The sum of n bytes at once. */
void digest_of(const void *p, size_t n, struct digest *out);
/* 64 lower-case digits and NUL. */
void digest_hex(const struct digest *d, char out[DIGEST_HEX + 1]);
/* 1 when they are equal, else 0. */
int digest_same(const struct digest *a, const struct digest *b);

#endif
