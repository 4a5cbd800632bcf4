/* SHA-256 against the vectors of FIPS 180-4 and NIST's CAVP byte tests. */
#include "engine/base/digest.h"

#include <stdlib.h>

#include "tests/unit/tap.h"

static void is_digest(const struct digest *d, const char *want,
	const char *sentence)
{
	char hex[DIGEST_HEX + 1];

	digest_hex(d, hex);
	is_str(hex, want, sentence);
}

static void test_vectors(void)
{
	static const struct {
		const char *text, *hex, *sentence;
	} vectors[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855",
			"the digest of nothing is right" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			"b00361a396177a9cb410ff61f20015ad",
			"the digest of abc is right" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039"
			"a33ce45964ff2167f6ecedd419db06c1",
			"the digest of two blocks is right" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
			"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
			"nopqrstu", "cf5b16a778af8380036ce59e7b049237"
			"0b249b11e8f07a51afac45037afee9d1",
			"the digest of 896 bits is right" },
		{ "\xbd", "68325720aabd7c82f30f554b313d0570"
			"c95accbb7dc4b5aae11204c08ffe732b",
			"the digest of one byte above 127 is right" },
	};
	struct digest d;
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		digest_of(vectors[i].text, strlen(vectors[i].text), &d);
		is_digest(&d, vectors[i].hex, vectors[i].sentence);
	}
}

static void test_million(void)
{
	const char *want = "cdc76e5c9914fb9281a1c7e284d73e67"
		"f1809a48a497200e046d39ccc7112cd0";
	size_t size = 1000000, at, part;
	char *text = malloc(size);
	struct digest_state *s = digest_new();
	struct digest d;

	if (!text)
		return;
	memset(text, 'a', size);
	digest_of(text, size, &d);
	is_digest(&d, want, "the digest of a million a is right");
	for (at = 0, part = 1; at < size; at += part, part = part % 97 + 1) {
		if (part > size - at)
			part = size - at;
		digest_add(s, text + at, part);
	}
	digest_end(s, &d);
	is_digest(&d, want, "it does not matter how the bytes are parted");
	free(text);
}

static void fields(const char *a, const char *b, struct digest *out)
{
	struct digest_state *s = digest_new();

	digest_field(s, a, strlen(a));
	digest_field(s, b, strlen(b));
	digest_end(s, out);
}

static void test_fields(void)
{
	struct digest x, y, z;

	fields("a", "bc", &x);
	fields("ab", "c", &y);
	fields("a", "bc", &z);
	ok(!digest_same(&x, &y), "fields are kept apart");
	ok(digest_same(&x, &z), "equal fields give equal digests");
	is_digest(&x, "9a8acca1b6c6c0befd3fbc756aed625d"
		"a998c998f7252e738c4ef061906b9b21",
		"a field is its length in eight bytes, then itself");
}

int main(void)
{
	test_vectors();
	test_million();
	test_fields();
	return done();
}
