/*
 * The gate to the terminal, and JSON strings: no bytes whatever get a control
 * character past either of them.
 */
#include <string.h>

#include "engine/base/text.h"
#include "shell/gate.h"
#include "shell/json.h"
#include "tests/unit/tap.h"

static uint64_t state = 88172645463325252u;

static unsigned next(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

/* Passes the bytes in pieces of at most `piece`. */
static void through(struct str s, size_t piece, struct buf *out)
{
	struct gate g;

	memset(&g, 0, sizeof(g));
	while (s.n > 0) {
		size_t n = s.n < piece ? s.n : piece;

		gate_add(&g, (struct str){s.p, n}, out);
		s.p += n;
		s.n -= n;
	}
	gate_end(&g, out);
}

static int passes_as(const char *in, size_t n, const char *want)
{
	struct buf out;
	int same;

	buf_init(&out);
	through((struct str){in, n}, n, &out);
	same = strcmp(buf_cstr(&out), want) == 0;
	buf_release(&out);
	return same;
}

/* Only printable characters, newline, tab and whole colour sequences. */
static int is_harmless(const struct buf *b)
{
	size_t i = 0;
	int32_t cp;

	while (i < b->len) {
		if (b->data[i] == '\033') {
			i++;
			if (b->data[i++] != '[')
				return 0;
			i += strspn(b->data + i, "0123456789;:");
			if (b->data[i++] != 'm')
				return 0;
			continue;
		}
		i += (size_t)utf8_decode(b->data + i, b->len - i, &cp);
		if (cp < 0 || (cp < ' ' && cp != '\n' && cp != '\t') ||
				(cp >= 0x7f && cp < 0xa0))
			return 0;
	}
	return 1;
}

static void fill(char *bytes, size_t n)
{
	static const char likely[] = "\033[;:0123456789m\r\n\x9b\xc2\xe2\x80"
		"\x9d]";

	for (size_t i = 0; i < n; i++)
		bytes[i] = next(2) ? likely[next(sizeof(likely) - 1)]
			: (char)next(256);
}

static void random_bytes(void)
{
	int harmless = 1, same = 1, json = 1;
	char bytes[200];

	for (int round = 0; round < 20000; round++) {
		struct buf whole, cut, doc;
		struct json j;
		size_t n = next(sizeof(bytes));

		fill(bytes, n);
		buf_init(&whole);
		buf_init(&cut);
		buf_init(&doc);
		through((struct str){bytes, n}, sizeof(bytes), &whole);
		through((struct str){bytes, n}, 1 + next(5), &cut);
		harmless &= is_harmless(&whole);
		same &= whole.len == cut.len && memcmp(buf_cstr(&whole),
			buf_cstr(&cut), whole.len) == 0;
		json_init(&j, &doc);
		json_str(&j, (struct str){bytes, n});
		for (size_t i = 0; i < doc.len; i++)
			json &= (unsigned char)doc.data[i] >= ' ';
		json &= utf8_check(doc.data, doc.len) == doc.len;
		buf_release(&whole);
		buf_release(&cut);
		buf_release(&doc);
	}
	ok(harmless, "20,000 random texts leave the terminal alone");
	ok(same, "a text cut anywhere passes as the whole one does");
	ok(json, "a JSON string holds no control characters and is UTF-8");
}

int main(void)
{
	ok(passes_as("plain\ttext\n", 11, "plain\ttext\n"),
		"text, tab and newline pass");
	ok(passes_as("\033[31mred\033[0m", 12, "\033[31mred\033[0m"),
		"colours pass");
	ok(passes_as("\033[31mred", 8, "\033[31mred\033[0m"),
		"a colour that is left on is switched off");
	ok(passes_as("\033[2J\007", 5, "^[[2J^G"),
		"other sequences are shown");
	ok(passes_as("a\r\nb\rc", 6, "a\nb^Mc"),
		"CR passes only before a newline");
	ok(passes_as("\xc2\x9b" "31m", 5, "\\u009b31m"),
		"C1 control characters are shown");
	ok(passes_as("\xff", 1, "\\xff"), "malformed bytes are shown");
	ok(passes_as("\xc3\xa4\xe2\x9c\x93", 5, "\xc3\xa4\xe2\x9c\x93"),
		"UTF-8 passes");
	random_bytes();
	return done();
}
