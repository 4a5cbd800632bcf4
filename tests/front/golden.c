/*
 * Golden files. It tells whether they match and counts no point: that is
 * for the test.
 */
#include "tests/front/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int golden_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f)
		return -1;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(out, part, n);
	fclose(f);
	return 0;
}

int golden_is(const char *path, const struct buf *got)
{
	const char *mode = getenv("WF_GOLDEN");
	struct buf want;
	int same;
	FILE *f;

	if (mode && strcmp(mode, "write") == 0) {
		f = fopen(path, "wb");
		if (f) {
			fwrite(buf_cstr(got), 1, got->len, f);
			fclose(f);
		}
	}
	buf_init(&want);
	golden_read(path, &want);
	same = want.len && strcmp(buf_cstr(&want), buf_cstr(got)) == 0;
	buf_release(&want);
	return same;
}
