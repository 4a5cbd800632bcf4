/*
 * Whether a source is one YAML block rather than a script of lines. Looks at
 * lines only: a text that is not YAML at all is refused by its reader.
 */
#include <string.h>

#include "engine/front/front.h"

static struct str next_line(struct str *s)
{
	const char *nl = s->n ? memchr(s->p, '\n', s->n) : NULL;
	struct str line = *s;

	line.n = nl ? (size_t)(nl - s->p) : s->n;
	s->p += line.n + (nl != NULL);
	s->n -= line.n + (nl != NULL);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Blank, a comment, or the marks around a document. */
static int is_idle(struct str line)
{
	struct str s = str_trim(line);

	return !s.n || s.p[0] == '#' || str_eq(line, "---") ||
		str_eq(line, "...");
}

/* `chain:` or `/chain:`, alone but for a comment. */
static int is_head(struct str line, int *slash)
{
	static const char *const names[] = { "chain", "flow", "swarm",
		"pipeline" };
	struct str rest;
	size_t i, n;

	*slash = line.n && line.p[0] == '/';
	line.p += *slash;
	line.n -= (size_t)*slash;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (line.n <= n || memcmp(line.p, names[i], n) != 0 ||
		    line.p[n] != ':')
			continue;
		rest.p = line.p + n + 1;
		rest.n = line.n - n - 1;
		rest = str_trim(rest);
		return !rest.n || rest.p[0] == '#';
	}
	return 0;
}

static int ends_in(const char *file, const char *end)
{
	size_t n = file ? strlen(file) : 0, m = strlen(end);

	return n > m && strcmp(file + n - m, end) == 0;
}

int front_is_block_file(struct str source, const char *file)
{
	struct str line;
	int slash;

	if (ends_in(file, ".yaml") || ends_in(file, ".yml"))
		return 1;
	if (source.n >= 3 && memcmp(source.p, "\xef\xbb\xbf", 3) == 0) {
		source.p += 3;
		source.n -= 3;
	}
	do {
		if (!source.n)
			return 0;
		line = next_line(&source);
	} while (is_idle(line));
	if (!is_head(line, &slash))
		return 0;
	/* `/chain:` may also be one line of several of a script. */
	while (slash && source.n) {
		line = next_line(&source);
		if (!is_idle(line) && line.p[0] != ' ' && line.p[0] != '\t')
			return 0;
	}
	return 1;
}
