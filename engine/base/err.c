/*
 * Filling a struct err. The text is formatted aside first, so that an err may
 * be wrapped in itself: err_set(err, code, "step '%s': %s", name, err->text).
 * A text that does not fit ends in "..." and never in half a character.
 */
#include "engine/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats into out; on truncation marks the end. */
__attribute__((format(printf, 3, 0)))
static void fill(char *out, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, size, fmt, ap);
	size_t at;

	if (n < 0) {
		out[0] = '\0';
		return;
	}
	if ((size_t)n < size)
		return;
	at = size - 4;
	while (at > 0 && ((unsigned char)out[at] & 0xc0) == 0x80)
		at--;
	memcpy(out + at, "...", 4);
}

static void store(struct err *err, enum err_code code, const char *text)
{
	err->code = code;
	memcpy(err->text, text, strlen(text) + 1);
	err->help[0] = '\0';
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(text, sizeof(text), fmt, ap);
	va_end(ap);
	store(err, code, text);
	return -1;
}

int err_help(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->help)];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(err->help, text, strlen(text) + 1);
	return -1;
}

int err_errno(struct err *err, enum err_code code, const char *fmt, ...)
{
	const char *cause = strerror(errno);
	char text[sizeof(err->text)];
	size_t room = sizeof(text) - strlen(cause) - 2;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(text, room, fmt, ap);
	va_end(ap);
	strncat(text, ": ", sizeof(text) - strlen(text) - 1);
	strncat(text, cause, sizeof(text) - strlen(text) - 1);
	store(err, code, text);
	return -1;
}
