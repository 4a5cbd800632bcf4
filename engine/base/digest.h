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

struct digest_state;
struct digest_state *digest_new(void);
void digest_add(struct digest_state *s, const void *p, size_t n);
/* Adds the length, then the bytes: keeps ("a","bc") apart from ("ab","c"). */
void digest_field(struct digest_state *s, const void *p, size_t n);
void digest_end(struct digest_state *s, struct digest *out); /* takes s */

void digest_of(const void *p, size_t n, struct digest *out);
void digest_hex(const struct digest *d, char out[DIGEST_HEX + 1]);
int digest_same(const struct digest *a, const struct digest *b);

#endif
