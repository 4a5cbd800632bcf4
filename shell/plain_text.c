/*
 * A program or a picture given as a script is one error, not one per line.
 */
#include "shell/plain_text.h"

#include <string.h>

#include "engine/base/text.h"

size_t text_check(struct str s)
{
	const char *nul = s.n ? memchr(s.p, '\0', s.n) : NULL;
	size_t n = nul ? (size_t)(nul - s.p) : s.n;

	return s.n ? utf8_check(s.p, n) : 0;
}

static int starts(struct str s, const char *bytes, size_t n)
{
	return s.n >= n && memcmp(s.p, bytes, n) == 0;
}

int text_refuse(struct diags *d, size_t at)
{
	struct str s = d->source;
	int first = d->first_line == 1;
	unsigned char c = (unsigned char)s.p[at];

	d->source.n = at;
	if (first && starts(s, "\177ELF", 4)) {
		d->source.n = 0;
		return diag_add(d, "E113", caret(0, 1),
			"to run it write wf -c '/bash ./PROGRAM'",
			"this is a program, not a script");
	}
	if (first && (starts(s, "\xff\xfe", 2) || starts(s, "\xfe\xff", 2)))
		return diag_add(d, "E113", caret(at, 1),
			"iconv -f UTF-16 -t UTF-8 FILE",
			"this is UTF-16, and a script is UTF-8");
	if (!c)
		return diag_add(d, "E113", caret(at, 1),
			"a script is UTF-8 text; binary data is read by steps,"
			" /read FILE", "a NUL byte stands in the text");
	return diag_add(d, "E113", caret(at, 1),
		"a script is UTF-8 text: iconv -f LATIN1 -t UTF-8 FILE",
		"the byte 0x%02x is not UTF-8", c);
}
