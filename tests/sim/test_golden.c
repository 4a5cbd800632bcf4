/*
 * Runs all scripts of tests/sim/golden: scripted worlds with expected traces.
 * With --write FILE… it writes the trace that it sees into the file, for a new
 * scenario; read it before you keep it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/sim/script.h"
#include "tests/unit/tap.h"

#define DIR_NAME "tests/sim/golden"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf b;
	char part[4096];
	size_t n;

	buf_init(&b);
	if (!f) {
		printf("Bail out! cannot read %s\n", path);
		exit(1);
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&b, part, n);
	fclose(f);
	return buf_take(&b);
}

static void first_difference(const char *want, const char *got)
{
	while (*want && *got) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w) != 0)
			break;
		want += w + (want[w] != '\0');
		got += g + (got[g] != '\0');
	}
	note("want: %.*s", (int)strcspn(want, "\n"), want);
	note("got:  %.*s", (int)strcspn(got, "\n"), got);
}

static void check(const char *path)
{
	char *text = slurp(path);
	struct script_result r;

	script_run(text, &r);
	if (!ok(!r.fault.len && !strcmp(buf_cstr(&r.want), buf_cstr(&r.got)),
			"%s", buf_cstr(&r.name))) {
		note("%s: %s", path, buf_cstr(&r.fault));
		first_difference(buf_cstr(&r.want), buf_cstr(&r.got));
	}
	script_release(&r);
	free(text);
}

static void rewrite(const char *path)
{
	char *text = slurp(path);
	struct script_result r;
	FILE *f;

	script_run(text, &r);
	if (r.fault.len)
		fprintf(stderr, "%s: %s\n", path, r.fault.data);
	f = fopen(path, "w");
	if (f) {
		fwrite(text, 1, r.head_len, f);
		if (!strstr(text, "\n--\n"))
			fputs("--\n", f);
		fputs(buf_cstr(&r.got), f);
		fclose(f);
	}
	script_release(&r);
	free(text);
}

static int is_script(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".sim");
}

int main(int argc, char **argv)
{
	struct dirent **names;
	int i, n;

	if (argc > 2 && !strcmp(argv[1], "--write")) {
		for (i = 2; i < argc; i++)
			rewrite(argv[i]);
		return 0;
	}
	n = scandir(DIR_NAME, &names, is_script, alphasort);
	for (i = 0; i < n; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", DIR_NAME,
			names[i]->d_name);
		check(path);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	ok(n > 0, "there are scripted worlds");
	return done();
}
