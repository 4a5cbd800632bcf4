/* Buffers, views, and the varint coding, also of bytes nobody wrote. */
#include "engine/base/buf.h"

#include <stdlib.h>

#include "tests/unit/tap.h"

static void test_buf(void)
{
	struct buf b;
	char *s;
	int i;

	buf_init(&b);
	is_str(buf_cstr(&b), "", "an empty buffer prints as nothing");
	ok(b.data == NULL, "an empty buffer has no memory");
	buf_str(&b, "ab");
	buf_char(&b, 'c');
	buf_add(&b, "d\0e", 3);
	ok(b.len == 6 && memcmp(b.data, "abcd\0e", 7) == 0,
		"bytes are appended, a NUL follows them");
	buf_clear(&b);
	ok(b.len == 0 && b.cap > 0, "clearing keeps the memory");
	is_str(buf_cstr(&b), "", "a cleared buffer prints as nothing");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	ok(b.len == 3890 && b.data[b.len] == '\0' &&
		strncmp(b.data + b.len - 9, ",998,999,", 9) == 0,
		"printing grows the buffer as needed");
	s = buf_take(&b);
	ok(strlen(s) == 3890 && b.data == NULL && b.len == 0,
		"taking empties the buffer");
	free(s);
	s = buf_take(&b);
	is_str(s, "", "an empty text can be taken");
	free(s);
	buf_reserve(&b, 100);
	ok(b.cap > 100 && b.len == 0 && b.data[0] == '\0',
		"reserved memory is an empty text");
	buf_release(&b);
	ok(b.data == NULL, "releasing empties the buffer");
}

static void test_round_trip(void)
{
	static const uint64_t numbers[] = { 0, 1, 127, 128, 16383, 16384,
		UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX };
	size_t count = sizeof(numbers) / sizeof(numbers[0]), i, good = 0;
	struct cursor c;
	struct buf b;
	struct str s;

	buf_init(&b);
	for (i = 0; i < count; i++)
		buf_varint(&b, numbers[i]);
	buf_bytes(&b, "x\0y", 3);
	buf_bytes(&b, NULL, 0);
	is_int((long long)b.len, 1 + 1 + 1 + 2 + 2 + 3 + 5 + 10 + 10 + 4 + 1,
		"numbers take as few bytes as they can");
	cursor_init(&c, b.data, b.len);
	for (i = 0; i < count; i++)
		good += cursor_varint(&c) == numbers[i];
	is_int((long long)good, (long long)count, "numbers come back");
	s = cursor_bytes(&c);
	ok(s.n == 3 && memcmp(s.p, "x\0y", 3) == 0, "bytes come back");
	s = cursor_bytes(&c);
	ok(s.n == 0 && !c.bad, "no bytes come back as no bytes");
	ok(c.at == c.end, "the reader is at the end");
	buf_release(&b);
}

/* Reads `text` as a number, then bytes: must fail, and stay failed. */
static void fails(const char *text, size_t n, int bytes, const char *sentence)
{
	struct cursor c;
	struct str s;

	cursor_init(&c, text, n);
	if (bytes) {
		s = cursor_bytes(&c);
		ok(c.bad && s.n == 0 && c.at == c.end, "%s", sentence);
	} else {
		ok(cursor_varint(&c) == 0 && c.bad && c.at == c.end, "%s",
			sentence);
	}
	ok(cursor_varint(&c) == 0 && cursor_bytes(&c).n == 0 && c.bad,
		"and what follows reads as nothing");
}

static void test_overruns(void)
{
	struct cursor c;

	fails("", 0, 0, "a number of no bytes is an overrun");
	fails("\x80", 1, 0, "a number that does not end is an overrun");
	fails("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, 0,
		"a number over 64 bits is refused");
	fails("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, 0,
		"a number of eleven bytes is refused");
	fails("\x05""abcd", 5, 1, "a length beyond the end is an overrun");
	fails("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 11, 1,
		"the largest length is an overrun");
	cursor_init(&c, NULL, 0);
	ok(cursor_varint(&c) == 0 && c.bad, "no input at all is an overrun");
}

static void test_str(void)
{
	struct str s = str_trim(str_of(" \t a b\r\n"));

	ok(str_eq(s, "a b"), "trimming takes blanks from both ends");
	ok(str_trim(str_of(" \n\t ")).n == 0, "blanks trim to nothing");
	ok(str_of(NULL).n == 0, "no text is an empty view");
	ok(str_eq(str_of(NULL), ""), "an empty view equals an empty text");
	ok(!str_eq(str_of("ab"), "abc") && !str_eq(str_of("abc"), "ab"),
		"a prefix is not equal");
	ok(str_same(str_of("ab"), str_of("ab")) &&
		!str_same(str_of("ab"), str_of("ac")), "views compare bytes");
}

int main(void)
{
	test_buf();
	test_round_trip();
	test_overruns();
	test_str();
	return done();
}
