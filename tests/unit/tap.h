/*
 * A tiny producer of TAP: ok(cond, "sentence"), is_int, is_str, then
 * `return done();` which prints the plan. Test names are sentences.
 */
#ifndef WF_TESTS_TAP_H
#define WF_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

/* One test point; returns cond. */
__attribute__((format(printf, 2, 3), unused))
static int ok(int cond, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	tap_failed += !cond;
	printf("%sok %d - ", cond ? "" : "not ", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return cond;
}

/* A line for the reader, which the runner shows after a failure. */
__attribute__((format(printf, 1, 2), unused))
static void note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

__attribute__((unused))
static int is_int(long long got, long long want, const char *sentence)
{
	if (ok(got == want, "%s", sentence))
		return 1;
	note("got %lld, want %lld", got, want);
	return 0;
}

/* Both may be NULL. */
__attribute__((unused))
static int is_str(const char *got, const char *want, const char *sentence)
{
	int same = got && want ? strcmp(got, want) == 0 : got == want;

	if (ok(same, "%s", sentence))
		return 1;
	note("got  '%s'", got ? got : "(null)");
	note("want '%s'", want ? want : "(null)");
	return 0;
}

/* Prints the plan; the exit status of the program. */
__attribute__((unused))
static int done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
