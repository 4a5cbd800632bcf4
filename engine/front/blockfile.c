/*
 * Whether a source is one YAML block, a script of lines, or one text. Looks
 * at lines only: a text that is not YAML at all is refused by its reader.
 */
#include <string.h>

#include "engine/base/text.h"

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

/* A line behind which one text goes on: an arrow, a comma, an open bracket or
 * a keyword at its end, or a text in quotes or braces with an arrow behind. */
static int goes_on(const struct line *line)
{
	static const char *const ends[] = { "->", "\xe2\x86\x92", ",", "[",
		"(", "then", "else", "do", "or" };
	struct str s = str_trim(line->rest);
	size_t i, n;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(ends[i]);
		if (s.n >= n && memcmp(s.p + s.n - n, ends[i], n) == 0 &&
		    (n < 2 || s.n == n || s.p[s.n - n - 1] == ' '))
			return 1;
	}
	return 0;
}

int front_is_script(struct str text)
{
	struct lines l = { .source = text, .complete = 1 };
	struct diags none;
	struct line line;
	enum line_kind kind;
	int count = 0, more = 0;

	diags_init(&none, NULL, 1, text);
	while (!more && (kind = line_next(&l, &line, &none)) != LINE_END) {
		count++;
		more = (kind != LINE_COMMAND && kind != LINE_BLOCK &&
			kind != LINE_BANG) || (kind != LINE_BANG &&
			goes_on(&line));
	}
	diags_release(&none);
	return !more && count > 1;
}
