/*
 * Glob matching without recursion over the text: within a component only the
 * last `*` is retried, over components only the last `**`; that is enough,
 * because an earlier one could only give up what the later one may take.
 */
#include "engine/io/glob.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/io/file.h"

enum { BRACE_WORK = 4096 };

static int32_t take_char(struct str *s)
{
	int32_t cp;
	int n = utf8_decode(s->p, s->n, &cp);

	if (cp < 0)
		cp = (unsigned char)s->p[0] | 0x40000000;
	s->p += n;
	s->n -= (size_t)n;
	return cp;
}

static int in_class(const char *name, size_t n, int32_t c)
{
	static const struct {
		const char *name, *ranges;
	} classes[] = {
		{ "alpha", "azAZ" }, { "digit", "09" }, { "lower", "az" },
		{ "upper", "AZ" }, { "alnum", "azAZ09" },
		{ "xdigit", "09afAF" }, { "space", "\t\r  " },
		{ "blank", "\t\t  " }, { "punct", "!/:@[`{~" },
		{ "print", " ~" }, { "graph", "!~" }, { "cntrl", "\x01\x1f" }
	};
	const char *r;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != n ||
			memcmp(classes[i].name, name, n) != 0)
			continue;
		for (r = classes[i].ranges; *r; r += 2)
			if (c >= r[0] && c <= r[1])
				return 1;
	}
	return 0;
}

/* "[:alpha:]" at the start of *p: its name's length, else 0. */
static size_t class_name(struct str p)
{
	const char *end;

	if (p.n < 4 || p.p[0] != '[' || p.p[1] != ':')
		return 0;
	end = memchr(p.p + 2, ':', p.n - 2);
	if (!end || (size_t)(end - p.p) + 1 >= p.n || end[1] != ']')
		return 0;
	return (size_t)(end - p.p) - 2;
}

static int32_t take_escaped(struct str *p)
{
	if (p->p[0] == '\\' && p->n > 1) {
		p->p++;
		p->n--;
	}
	return take_char(p);
}

static int take_range(struct str *p, int32_t c)
{
	size_t name = class_name(*p);
	int32_t from, to;
	int hit;

	if (name) {
		hit = in_class(p->p + 2, name, c);
		p->p += name + 4;
		p->n -= name + 4;
		return hit;
	}
	from = to = take_escaped(p);
	if (p->n > 1 && p->p[0] == '-' && p->p[1] != ']') {
		p->p++;
		p->n--;
		to = take_escaped(p);
	}
	return c >= from && c <= to;
}

/* A bracket expression after its '['. 1 match, 0 none, -1: it does not end,
 * so the bracket stands for itself. */
static int take_bracket(struct str *p, int32_t c)
{
	struct str at = *p;
	int negate = 0, hit = 0, first = 1;

	if (at.n && (at.p[0] == '!' || at.p[0] == '^')) {
		negate = 1;
		at.p++;
		at.n--;
	}
	while (at.n && (first || at.p[0] != ']')) {
		hit |= take_range(&at, c);
		first = 0;
	}
	if (!at.n)
		return -1;
	p->p = at.p + 1;
	p->n = at.n - 1;
	return hit != negate;
}

/* One element of the pattern (no star) against one character. */
static int take_one(struct str *p, struct str *s)
{
	struct str rest;
	int32_t c = take_char(s);
	int hit;

	if (p->p[0] == '?') {
		p->p++;
		p->n--;
		return 1;
	}
	if (p->p[0] == '[') {
		rest = (struct str){ p->p + 1, p->n - 1 };
		hit = take_bracket(&rest, c);
		if (hit >= 0) {
			*p = rest;
			return hit;
		}
		return take_char(p) == c;
	}
	return take_escaped(p) == c;
}

static int component(struct str p, struct str s)
{
	struct str star = { NULL, 0 }, from = { NULL, 0 };

	while (s.n || p.n) {
		if (p.n && p.p[0] == '*') {
			p.p++;
			p.n--;
			star = p;
			from = s;
			continue;
		}
		if (p.n && s.n && take_one(&p, &s))
			continue;
		if (!star.p || !from.n)
			return 0;
		take_char(&from);
		p = star;
		s = from;
	}
	return 1;
}

/* Takes the first component; *more says whether a slash followed it. */
static struct str take_component(struct str *s, int *more)
{
	const char *slash = s->n ? memchr(s->p, '/', s->n) : NULL;
	struct str out = { s->p, slash ? (size_t)(slash - s->p) : s->n };

	*more = slash != NULL;
	s->p += out.n + (slash != NULL);
	s->n -= out.n + (slash != NULL);
	return out;
}

struct place {
	struct str rest;
	int more;        /* components are left, even if empty */
};

static int step(struct place *p, struct place *s)
{
	struct str a = take_component(&p->rest, &p->more);
	struct str b = take_component(&s->rest, &s->more);

	return component(a, b);
}

static int is_deep(struct str p)
{
	return p.n >= 2 && p.p[0] == '*' && p.p[1] == '*' &&
		(p.n == 2 || p.p[2] == '/');
}

int glob_path(struct str pattern, struct str path)
{
	struct place p = { pattern, 1 }, s = { path, 1 };
	struct place deep = { { NULL, 0 }, 0 }, from = deep;

	for (;;) {
		if (p.more && is_deep(p.rest)) {
			take_component(&p.rest, &p.more);
			if (!p.more)
				return s.more;
			deep = p;
			from = s;
			continue;
		}
		if (!p.more && !s.more)
			return 1;
		if (p.more && s.more && step(&p, &s))
			continue;
		if (!deep.rest.p || !from.more)
			return 0;
		take_component(&from.rest, &from.more);
		p = deep;
		s = from;
	}
}

/* Place of the brace that closes the one at `open`, or 0. */
static size_t closing(struct str p, size_t open)
{
	size_t i, depth = 0;

	for (i = open; i < p.n; i++) {
		if (p.p[i] == '\\')
			i++;
		else if (p.p[i] == '{')
			depth++;
		else if (p.p[i] == '}' && --depth == 0)
			return i;
	}
	return 0;
}

static size_t opening(struct str p)
{
	size_t i;

	for (i = 0; i < p.n; i++) {
		if (p.p[i] == '\\')
			i++;
		else if (p.p[i] == '{' && closing(p, i))
			return i;
	}
	return p.n;
}

/* End of the alternative that begins at `at`: a comma of this depth. */
static size_t alternative(struct str p, size_t at, size_t close)
{
	size_t depth = 0;

	for (; at < close; at++) {
		if (p.p[at] == '\\')
			at++;
		else if (p.p[at] == '{')
			depth++;
		else if (p.p[at] == '}')
			depth--;
		else if (p.p[at] == ',' && depth == 0)
			break;
	}
	return at < close ? at : close;
}

/* Each level puts in one brace; `work` bounds the whole. */
static int match_braces(struct str p, struct str path, int *work)
{
	size_t open = opening(p), close, at, end;
	struct buf b;
	int hit = 0;

	if (--*work < 0)
		return 0;
	if (open == p.n)
		return glob_path(p, path);
	close = closing(p, open);
	buf_init(&b);
	for (at = open + 1; at <= close && !hit; at = end + 1) {
		end = alternative(p, at, close);
		buf_clear(&b);
		buf_add(&b, p.p, open);
		buf_add(&b, p.p + at, end - at);
		buf_add(&b, p.p + close + 1, p.n - close - 1);
		hit = match_braces((struct str){ b.data, b.len }, path, work);
	}
	buf_release(&b);
	return hit;
}

int glob_match(const char *pattern, const char *path)
{
	int work = BRACE_WORK;

	return match_braces(str_of(pattern), str_of(path), &work);
}
