/* UTF-8 and its malformed forms, columns, durations, numbers, distances. */
#include "engine/base/text.h"

#include <stdlib.h>

#include "tests/unit/tap.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void test_utf8_good(void)
{
	static const struct {
		const char *text;
		int length;
		int32_t cp;
	} good[] = {
		{ "a", 1, 'a' }, { "\x7f", 1, 0x7f }, { "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff }, { "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff }, { "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	};
	size_t i;
	int32_t cp;

	for (i = 0; i < COUNT(good); i++) {
		int n = utf8_decode(good[i].text, strlen(good[i].text), &cp);

		ok(n == good[i].length && cp == good[i].cp,
			"U+%04X is read", (unsigned)good[i].cp);
	}
	ok(utf8_decode("\0", 1, &cp) == 1 && cp == 0, "a NUL is a character");
}

static void test_utf8_bad(void)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "\x80", "a lone continuation byte" },
		{ "\xbf", "the last continuation byte" },
		{ "\xc0\x80", "an overlong NUL" },
		{ "\xc1\xbf", "an overlong form of two bytes" },
		{ "\xe0\x9f\xbf", "an overlong form of three bytes" },
		{ "\xf0\x8f\xbf\xbf", "an overlong form of four bytes" },
		{ "\xed\xa0\x80", "a high surrogate" },
		{ "\xed\xbf\xbf", "a low surrogate" },
		{ "\xf4\x90\x80\x80", "a number above U+10FFFF" },
		{ "\xf5\x80\x80\x80", "the lead byte F5" },
		{ "\xff", "the byte FF" }, { "\xfe", "the byte FE" },
		{ "\xf8\x88\x80\x80\x80", "a form of five bytes" },
		{ "\xc3", "a cut form of two bytes" },
		{ "\xe2\x82", "a cut form of three bytes" },
		{ "\xf0\x9f\x98", "a cut form of four bytes" },
		{ "\xc3(", "a wrong second byte" },
		{ "\xe2\x82(", "a wrong third byte" },
		{ "\xf0\x9f\x98(", "a wrong fourth byte" },
	};
	size_t i;
	int32_t cp;

	for (i = 0; i < COUNT(bad); i++) {
		/* On the heap, so that a sanitizer sees a read beyond. */
		size_t n = strlen(bad[i].text);
		char *copy = malloc(n);

		if (!copy)
			return;
		memcpy(copy, bad[i].text, n);
		ok(utf8_decode(copy, n, &cp) == 1 && cp == -1 &&
			utf8_check(copy, n) == 0, "%s is malformed",
			bad[i].what);
		free(copy);
	}
	is_int((long long)utf8_check("ab\xe2\x82\xac\xff", 6), 5,
		"utf8_check finds the first malformed byte");
	is_int((long long)utf8_check("ab\xe2\x82\xac", 5), 5,
		"utf8_check gives the length when all is well");
	is_int((long long)utf8_check("", 0), 0, "an empty text is UTF-8");
}

/* Decoding all code points that exist and encoding them again by hand. */
static void test_utf8_all(void)
{
	int32_t cp, got;
	int wrong = 0;

	for (cp = 0; cp < 0x110000; cp++) {
		char s[4];
		int n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		int i;

		for (i = n - 1; i > 0; i--)
			s[i] = (char)(0x80 | ((cp >> 6 * (n - 1 - i)) & 0x3f));
		s[0] = (char)(n == 1 ? cp :
			(0xf00 >> n & 0xff) | cp >> 6 * (n - 1));
		if (cp >= 0xd800 && cp < 0xe000)
			wrong += utf8_check(s, (size_t)n) != 0;
		else
			wrong += utf8_decode(s, (size_t)n, &got) != n ||
				got != cp;
	}
	is_int(wrong, 0, "every code point decodes, surrogates do not");
}

static int columns_of(const char *s)
{
	size_t at = 0, n = strlen(s);
	int columns = 0;
	int32_t cp;

	while (at < n) {
		at += (size_t)utf8_decode(s + at, n - at, &cp);
		columns += utf8_width(cp);
	}
	return columns;
}

static void test_columns(void)
{
	static const struct {
		const char *text;
		int columns;
	} table[] = {
		{ "", 0 }, { "abc", 3 }, { "\xc3\xa9", 1 }, { "e\xcc\x81", 1 },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4 }, /* two ideographs */
		{ "\xed\x95\x9c", 2 },             /* a Hangul syllable */
		{ "\xe1\x84\x92\xe1\x85\xa1", 2 }, /* the same in parts */
		{ "\xf0\x9f\x98\x80", 2 },         /* a face */
		{ "\xef\xbc\xa1", 2 },             /* full-width A */
		{ "\xef\xbd\xb1", 1 },             /* half-width katakana */
		{ "a\xe2\x80\x8b" "b", 2 },        /* zero width space */
		{ "\x1b\x07\x7f", 0 }, { "\xe2\x86\x92", 1 }, { "\xff", 1 },
		{ "\xc2\xad", 1 }, { "\xe2\x9c\x93", 1 },
		{ "\xf0\xa0\x80\x80", 2 },
	};
	size_t i;

	for (i = 0; i < COUNT(table); i++)
		ok(columns_of(table[i].text) == table[i].columns,
			"text %d has %d columns", (int)i, table[i].columns);
}

static void test_duration_parse(void)
{
	static const struct {
		const char *text;
		long long ms; /* -1: refused */
	} table[] = {
		{ "0", 0 }, { "500ms", 500 }, { "30s", 30000 },
		{ "30", 30000 }, { "5m", 300000 }, { "2h", 7200000 },
		{ "1d", 86400000 }, { "1.5s", 1500 }, { "0.25m", 15000 },
		{ "1.5ms", 2 }, { "0.0001s", 1 }, { "0.0", 0 },
		{ "3650d", 315360000000 }, { "3651d", -1 },
		{ "3650.5d", -1 }, { "", -1 }, { "s", -1 }, { "1.s", -1 },
		{ ".5s", -1 }, { "-1s", -1 }, { "+1s", -1 }, { "1 s", -1 },
		{ " 1s", -1 }, { "1sec", -1 }, { "1S", -1 }, { "1s2", -1 },
		{ "1e3", -1 }, { "1.2.3", -1 }, { "99999999999999999999", -1 },
		{ "0.0000000001s", -1 },
	};
	size_t i;
	int64_t ms;

	for (i = 0; i < COUNT(table); i++) {
		ms = -7;
		if (duration_parse(str_of(table[i].text), &ms))
			ok(table[i].ms == -1 && ms == -7,
				"'%s' is no duration", table[i].text);
		else
			ok(ms == table[i].ms, "'%s' is %lld ms",
				table[i].text, table[i].ms);
	}
}

static void test_duration_print(void)
{
	static const struct {
		int64_t us;
		const char *text;
	} table[] = {
		{ 0, "0ms" }, { -5, "0ms" }, { 300, "0.3ms" },
		{ 1, "0ms" }, { 49, "0ms" }, { 50, "0.1ms" }, { 9949, "9.9ms" }, { 9950, "10ms" },
		{ 42000, "42ms" }, { 999499, "999ms" }, { 999500, "1.0s" },
		{ 2100000, "2.1s" }, { 59949999, "59.9s" },
		{ 59950000, "1m00s" }, { 185000000, "3m05s" },
		{ 3599499999, "59m59s" }, { 3599500000, "1h00m" },
		{ 3720000000, "1h02m" }, { 86399999999, "1d00h" },
		{ 273600000000, "3d04h" }, { INT64_MAX, "106751991d04h" },
	};
	char out[16];
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		memset(out, 'x', sizeof(out));
		duration_print(table[i].us, out);
		is_str(out, table[i].text, table[i].text);
	}
}

static void test_number(void)
{
	int64_t v = 5;

	ok(!number_parse(str_of("42"), 0, 100, &v) && v == 42,
		"a number is read");
	ok(!number_parse(str_of("-9223372036854775808"), INT64_MIN, INT64_MAX,
		&v) && v == INT64_MIN, "the least number is read");
	ok(!number_parse(str_of("9223372036854775807"), INT64_MIN, INT64_MAX,
		&v) && v == INT64_MAX, "the greatest number is read");
	v = 5;
	ok(number_parse(str_of("9223372036854775808"), INT64_MIN, INT64_MAX,
		&v), "a number over 63 bits is refused");
	ok(number_parse(str_of("101"), 0, 100, &v) &&
		number_parse(str_of("-1"), 0, 100, &v),
		"a number out of range is refused");
	ok(number_parse(str_of(""), 0, 9, &v) &&
		number_parse(str_of("-"), -9, 9, &v) &&
		number_parse(str_of("+1"), 0, 9, &v) &&
		number_parse(str_of(" 1"), 0, 9, &v) &&
		number_parse(str_of("1x"), 0, 9, &v) &&
		number_parse(str_of("0x1"), 0, 9, &v),
		"other texts are refused");
	is_int(v, 5, "a refusal sets nothing");
}

static int distance(const char *a, const char *b)
{
	return text_distance(str_of(a), str_of(b));
}

static void test_nearest(void)
{
	static const char *const words[] = { "chain", "flow", "swarm",
		"pipeline", "query" };
	const char *none = text_nearest(str_of("zzzzz"), words, COUNT(words));
	char longer[600];

	is_int(distance("kitten", "sitting"), 3, "replace and insert count");
	is_int(distance("swarm", "swram"), 1, "a swap of neighbours is one");
	is_int(distance("", "abc"), 3, "from nothing, each letter counts");
	is_int(distance("same", "same"), 0, "equal texts have no distance");
	is_int(distance("abcdefghijkl", "mnopqrstuvwx"), 9,
		"the distance is capped at 9");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	is_int(distance(longer, "x"), 9, "long texts are far");
	is_int(distance("x", longer), 9, "and so the other way round");
	is_str(text_nearest(str_of("swram"), words, COUNT(words)), "swarm",
		"swram is near swarm");
	is_str(text_nearest(str_of("pipe"), words, COUNT(words)), "pipeline",
		"a shared prefix of four is near");
	is_str(text_nearest(str_of("flw"), words, COUNT(words)), "flow",
		"flw is near flow");
	is_str(none, NULL, "nothing is near zzzzz");
	is_str(text_nearest(str_of("x"), words, COUNT(words)), NULL,
		"a letter is near nothing");
	is_str(text_nearest(str_of("x"), words, 0), NULL,
		"of no candidates none is near");
}

static void test_name(void)
{
	char name[67];

	ok(is_name(str_of("a")) && is_name(str_of("_x-1")) &&
		is_name(str_of("Build_2")), "names are names");
	ok(!is_name(str_of("")) && !is_name(str_of("1a")) &&
		!is_name(str_of("-a")) && !is_name(str_of("a.b")) &&
		!is_name(str_of("a b")) && !is_name(str_of("\xc3\xa9")),
		"other texts are not names");
	memset(name, 'a', sizeof(name));
	ok(is_name((struct str){ name, 64 }), "64 bytes are a name");
	ok(!is_name((struct str){ name, 65 }), "65 bytes are too many");
}

static void test_listed(void)
{
	ok(text_listed("yes, no", str_of("no")) &&
		text_listed("yes", str_of("yes")), "a word of a list is found");
	ok(!text_listed("yes, no", str_of("ye")) &&
		!text_listed("yes, no", str_of("yes, no")) &&
		!text_listed("", str_of("")), "a part of one is not");
}

int main(void)
{
	test_utf8_good();
	test_utf8_bad();
	test_utf8_all();
	test_columns();
	test_duration_parse();
	test_duration_print();
	test_number();
	test_nearest();
	test_name();
	test_listed();
	return done();
}
