/* struct err: what it carries, how long texts end, wrapping in itself. */
#include "engine/base/err.h"

#include <errno.h>

#include "tests/unit/tap.h"

static void test_set(void)
{
	struct err e = { ERR_NONE, "", "old" };

	is_int(err_set(&e, ERR_PLAN, "unknown step '%s'", "b"), -1,
		"err_set returns -1");
	is_int(e.code, ERR_PLAN, "err_set stores the code");
	is_str(e.text, "unknown step 'b'", "err_set formats the text");
	is_str(e.help, "", "err_set clears an older help");
	is_int(err_help(&e, "did you mean '%s'?", "a"), -1,
		"err_help returns -1");
	is_str(e.help, "did you mean 'a'?", "err_help formats the help");
	is_str(e.text, "unknown step 'b'", "err_help leaves the text alone");
	is_int(err_set(NULL, ERR_IO, "x"), -1, "err_set takes NULL");
	is_int(err_help(NULL, "x"), -1, "err_help takes NULL");
	is_int(err_errno(NULL, ERR_IO, "x"), -1, "err_errno takes NULL");
}

static void test_wrap(void)
{
	struct err e;

	err_set(&e, ERR_IO, "inner");
	err_set(&e, ERR_STATE, "outer: %s", e.text);
	is_str(e.text, "outer: inner", "an err can be wrapped in itself");
	errno = ENOENT;
	err_errno(&e, ERR_IO, "open '%s'", "f");
	is_str(e.text, "open 'f': No such file or directory",
		"err_errno appends the cause");
}

static void test_long(void)
{
	struct err e;
	char big[1000];
	size_t i, n;

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_IO, "%s", big);
	n = strlen(e.text);
	ok(n < sizeof(e.text) && strcmp(e.text + n - 3, "...") == 0,
		"a text that is too long ends in three dots");
	for (i = 0; i + 3 < sizeof(big); i += 3)
		memcpy(big + i, "\xe2\x82\xac", 4);
	err_set(&e, ERR_IO, "%s", big);
	n = strlen(e.text);
	ok((n - 3) % 3 == 0 && strcmp(e.text + n - 3, "...") == 0,
		"a long text is not cut inside a character");
	errno = ENOSPC;
	err_errno(&e, ERR_IO, "%s", big);
	ok(strstr(e.text, "...: No space left on device") != NULL,
		"a long text keeps the cause of err_errno");
}

int main(void)
{
	test_set();
	test_wrap();
	test_long();
	return done();
}
