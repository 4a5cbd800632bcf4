/*
 * Where things end in a text: names, quotes, braces, lines. No state, no
 * diagnostics; each function looks at each byte once.
 */
#include "engine/front/scan.h"

#include <string.h>

#include "engine/base/limits.h"

int scan_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int scan_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		(c >= '0' && c <= '9');
}

size_t scan_name(struct str s, size_t at)
{
	size_t i = at;

	if (i >= s.n || !scan_word_char(s.p[i]) ||
			(s.p[i] >= '0' && s.p[i] <= '9'))
		return 0;
	while (i < s.n && i - at <= LIMIT_NAME &&
			(scan_word_char(s.p[i]) || s.p[i] == '-')) {
		/* the arrow of `a->b` is no part of a name */
		if (s.p[i] == '-' && i + 1 < s.n && s.p[i + 1] == '>')
			break;
		i++;
	}
	return i - at <= LIMIT_NAME ? i - at : 0;
}

size_t scan_command(struct str s, size_t at)
{
	size_t i = at, n = scan_name(s, at), more;

	while (n > 0) {
		i += n;
		if (i + 1 >= s.n || s.p[i] != ':')
			break;
		more = scan_name(s, i + 1);
		if (more == 0)
			break;
		n = more + 1;
	}
	return i - at;
}

size_t scan_skip(struct str s, size_t at)
{
	for (;;) {
		while (at < s.n && scan_blank(s.p[at]))
			at++;
		if (at + 1 < s.n && s.p[at] == '\\' && s.p[at + 1] == '\n')
			at += 2;
		else if (at + 2 < s.n && s.p[at] == '\\' &&
				s.p[at + 1] == '\r' && s.p[at + 2] == '\n')
			at += 3;
		else
			return at;
	}
}

size_t scan_quote(struct str s, size_t at, int shell)
{
	char q = s.p[at++];

	if (q == '\'') {
		const char *end = at < s.n ?
			memchr(s.p + at, '\'', s.n - at) : NULL;

		return end ? (size_t)(end - s.p) : SCAN_NONE;
	}
	for (; at < s.n; at++) {
		if (s.p[at] == '"')
			return at;
		if (s.p[at] == '\\' && at + 1 < s.n && (shell ||
				s.p[at + 1] == '"' || s.p[at + 1] == '\\'))
			at++;
	}
	return SCAN_NONE;
}

/* A stack of what is open: `"`, `)` for $( and (, and a backquote. */
size_t scan_shell_quote(struct str s, size_t at)
{
	char open[LIMIT_NEST];
	size_t n = 0;

	if (s.p[at] == '\'')
		return scan_quote(s, at, 1);
	open[n++] = '"';
	for (at++; at < s.n; at++) {
		char c = s.p[at], top = open[n - 1];

		if (c == '\\' && at + 1 < s.n) {
			at++;
		} else if (c == top) {
			if (--n == 0)
				return at;
		} else if (n == LIMIT_NEST) {
			return SCAN_NONE;
		} else if (c == '`' || (c == '"' && top != '"')) {
			open[n++] = c;
		} else if (c == '(' && (top == ')' || (top == '"' &&
				s.p[at - 1] == '$'))) {
			open[n++] = ')';
		} else if (c == '\'' && top != '"') {
			at = scan_quote(s, at, 1);
			if (at == SCAN_NONE)
				return at;
		}
	}
	return SCAN_NONE;
}

size_t scan_brace(struct str s, size_t at)
{
	size_t depth = 0;

	for (; at < s.n; at++) {
		if (s.p[at] == '\\' && at + 1 < s.n &&
				(s.p[at + 1] == '{' || s.p[at + 1] == '}'))
			at++;
		else if (s.p[at] == '{')
			depth++;
		else if (s.p[at] == '}' && --depth == 0)
			return at;
	}
	return SCAN_NONE;
}

size_t scan_ref(struct str s, size_t at)
{
	size_t depth = 0, stop = at + SCAN_REF_MAX;

	for (at++; at < s.n && at < stop && s.p[at] != '\n'; at++) {
		if (s.p[at] == '\\' && at + 1 < s.n)
			at++;
		else if (s.p[at] == '{')
			depth++;
		else if (s.p[at] == '}' && --depth == 0)
			return at;
	}
	return SCAN_NONE;
}

size_t scan_line(struct str s, size_t at)
{
	const char *end = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

	return end ? (size_t)(end - s.p) : s.n;
}

int scan_word_start(struct str s, size_t at)
{
	return at == 0 || scan_blank(s.p[at - 1]);
}

int scan_word_end(struct str s, size_t at)
{
	return at >= s.n || scan_blank(s.p[at]);
}

size_t scan_curly(struct str s, size_t at)
{
	/* U+2018 U+2019 U+201C U+201D */
	if (at + 3 <= s.n && s.p[at] == '\xe2' && s.p[at + 1] == '\x80' &&
			strchr("\x98\x99\x9c\x9d", s.p[at + 2]) &&
			s.p[at + 2])
		return 3;
	return 0;
}

struct str scan_word(struct str s, size_t at)
{
	size_t end = at;

	while (end < s.n && !scan_blank(s.p[end]))
		end++;
	return scan_cut(s, at, end);
}

void scan_trim(struct str s, size_t *from, size_t *to)
{
	*from = scan_skip(s, *from);
	while (*to > *from && scan_blank(s.p[*to - 1]))
		--*to;
	if (*from > *to)
		*from = *to;
}

struct str scan_cut(struct str s, size_t from, size_t to)
{
	struct str r = { s.p + from, to - from };

	return r;
}
