/*
 * What is measured of single files, without the rest of the engine.
 *
 *	bench_facts each <PATHS     "COMPLEXITY FUNCTIONS LINES PATH" of each
 *	                            file of a known language
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/buf.h"
#include "engine/fact/code_scan.h"
#include "engine/io/file.h"

static void each(const char *path)
{
	const struct lang *lang = lang_of(str_of(path));
	struct code_count n;
	struct err err = {0};
	struct buf text;

	if (!lang)
		return;
	buf_init(&text);
	if (file_read(NULL, path, 64 << 20, &text, &err) < 0) {
		fprintf(stderr, "bench_facts: %s\n", err.text);
	} else {
		code_scan(lang, (struct str){text.data, text.len}, &n);
		printf("%lu %lu %lu %s\n", (unsigned long)n.complexity,
			(unsigned long)n.functions, (unsigned long)n.lines,
			path);
	}
	buf_release(&text);
}

int main(int argc, char **argv)
{
	char path[4096];

	if (argc != 2 || strcmp(argv[1], "each") != 0) {
		fputs("usage: bench_facts each <PATHS\n", stderr);
		return 2;
	}
	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		each(path);
	}
	return 0;
}
