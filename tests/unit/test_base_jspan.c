/* JSON read as spans of its source. */
#include "engine/base/jspan.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/tap.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct str str(const char *s)
{
	return (struct str){s, strlen(s)};
}

static void test_grammar(void)
{
	static const char *const good[] = {"1", "-0", "0.5", "1e400", "-1.5E+3",
		"\"\"", "\"a\\u0000b\"", "\"\\ud83d\\ude00\"", "true", "false",
		"null", "[]", "{}", " [ 1 , [ ] ] ", "{\"a\":{\"a\":[{}]}}",
		"\xEF\xBB\xBF{}", "{\"\":0}"};
	static const char *const bad[] = {"", " ", "01", "1.", ".5", "+1", "-",
		"1e", "1 2", "nul", "truex", "\"", "\"\\\"", "\"\\x\"",
		"\"\\u12g4\"", "\"\\ud83d\"", "\"\\ude00\"", "[",
		"[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"}", "{\"a\":}",
		"{a:1}", "{\"a\":1,}", "[}", "{]", "NaN", "'a'", "[1],"};
	struct str v;
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		ok(jspan_value(str(good[i]), &v) == 0, "%s is JSON", good[i]);
	for (i = 0; i < COUNT(bad); i++)
		ok(jspan_value(str(bad[i]), &v) == -1, "%s is none", bad[i]);
	is_int(jspan_value(str("\"\x7f\xff\""), &v), 0,
		"bytes that are not UTF-8 pass in a string");
	is_int(jspan_value(str("\"\n\""), &v), -1, "a line end does not");
	is_int(jspan_value((struct str){"1\0", 2}, &v), -1,
		"a NUL behind a value is none either");
}

static void test_depth(void)
{
	static char text[2 * JSPAN_DEPTH + 4];
	struct str v;

	memset(text, '[', JSPAN_DEPTH + 1);
	memset(text + JSPAN_DEPTH + 1, ']', JSPAN_DEPTH + 1);
	ok(jspan_value((struct str){text, 2 * JSPAN_DEPTH + 2}, &v) == 0,
		"an empty list in %d others is read", JSPAN_DEPTH);
	text[JSPAN_DEPTH + 1] = '[';
	is_int(jspan_value((struct str){text, sizeof(text)}, &v), -1,
		"what is nested deeper is refused");
}

static void test_find(void)
{
	static const char doc[] = " {\"id\":1234567890123456789,\"x\":1.50,"
		"\"l\":[ {\"k\":1} , 1e400,[7,8]],\"d\":1,\"d\":2,\"\":3,"
		"\"t\\u0061b\":4,\"o\":{ \"p\" : { } } } ";
	static const struct {
		const char *path, *want;
	} each[] = {
		{"id", "1234567890123456789"}, {"x", "1.50"},
		{"l.0", "{\"k\":1}"}, {"l.0.k", "1"}, {"l.1", "1e400"},
		{"l.2", "[7,8]"}, {"l.2.1", "8"}, {"l.3", NULL},
		{"l.k", NULL}, {"l.-1", NULL}, {"d", "2"}, {"tab", "4"},
		{"o", "{ \"p\" : { } }"}, {"o.p", "{ }"}, {"o.p.q", NULL},
		{"id.a", NULL}, {"none", NULL},
	};
	struct str v, out;
	char got[80] = "";
	size_t i;

	is_int(jspan_value(str(doc), &v), 0, "a document is read");
	ok(v.n == sizeof(doc) - 3, "the blanks around it are left out");
	for (i = 0; i < COUNT(each); i++) {
		int rc = jspan_find(v, str(each[i].path), &out);

		if (!each[i].want) {
			ok(rc == 0, "there is no %s", each[i].path);
			continue;
		}
		snprintf(got, sizeof(got), "%.*s", (int)out.n, out.p);
		if (!ok(rc && strcmp(got, each[i].want) == 0,
				"%s is found as it stands", each[i].path))
			note("%s", got);
	}
	ok(jspan_find(v, str(""), &out) && out.n == v.n,
		"without a path it is the value itself");
}

static void test_text(void)
{
	static const struct {
		const char *json, *want;
	} each[] = {
		{"\"\"", ""}, {"\"abc\"", "abc"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
		{"\"\\u0041\\u00e4\\u20ac\"", "A\u00e4\u20ac"},
		{"\"\\uD83D\\uDE00\"", "\xF0\x9F\x98\x80"},
		{"\"\xff\"", "\xff"},
	};
	struct buf b;
	size_t i;

	buf_init(&b);
	for (i = 0; i < COUNT(each); i++) {
		buf_clear(&b);
		ok(jspan_text(str(each[i].json), &b) == 0, "%s has a text",
			each[i].json);
		is_str(b.len ? buf_cstr(&b) : "", each[i].want,
			"which is right");
	}
	is_int(jspan_text(str("\"a\\u0000b\""), &b), -1,
		"one with a NUL has none");
	buf_release(&b);
}

static void test_walk(void)
{
	struct jspan_walk w = {str("[1 , \"a,]\", [2,3] ]"), 0}, none = {
		str("12"), 0};
	struct str v;
	char got[80] = "";

	while (jspan_next(&w, NULL, &v))
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "<%.*s>",
			(int)v.n, v.p);
	is_str(got, "<1><\"a,]\"><[2,3]>", "the elements of a list in order");
	is_int(jspan_next(&none, NULL, &v), 0, "a number has no elements");
}

int main(void)
{
	test_grammar();
	test_depth();
	test_find();
	test_text();
	test_walk();
	return done();
}
