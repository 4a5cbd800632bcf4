/*
 * The pattern matcher (Lua 5.4 manual, section 6.4.1) with backtracking, in
 * which every comparison is a step of a budget: LIMIT_PATTERN_STEPS and a
 * little for each byte of the subject. The budget makes the answer the same
 * everywhere; the poll makes the watchdog heard in between.
 */
#include <ctype.h>
#include <string.h>

#include "engine/base/limits.h"
#include "lua/vm_match.h"

enum { OPEN = -1, POSITION = -2, DEPTH = 200, PER_BYTE = 16 };

static const char *match(struct match *m, const char *s, const char *p);

static void spend(struct match *m, size_t n)
{
	int64_t before = m->steps;

	m->steps -= (int64_t)n;
	if (m->steps < 0)
		luaL_error(m->L, "pattern takes too many steps on this text");
	if (before >> 12 != m->steps >> 12)
		vm_poll(m->L);
}

void match_init(struct match *m, lua_State *L, struct str subject,
	struct str pattern)
{
	memset(m, 0, sizeof(*m));
	m->L = L;
	m->s = subject.p;
	m->s_end = subject.p + subject.n;
	m->anchored = pattern.n && pattern.p[0] == '^';
	m->p = pattern.p + m->anchored;
	m->p_end = pattern.p + pattern.n;
	m->steps = LIMIT_PATTERN_STEPS + PER_BYTE * (int64_t)subject.n;
}

/* ----------------------------------------------------------------- classes */
/* One past the single-character class that begins at p. */
static const char *class_end(struct match *m, const char *p)
{
	const char *from = p;

	if (*p == '%') {
		if (++p == m->p_end)
			luaL_error(m->L, "malformed pattern "
				"(ends with '%%')");
		return p + 1;
	}
	if (*p != '[')
		return p + 1;
	p++;
	if (p < m->p_end && *p == '^')
		p++;
	do { /* a ']' right after the opening stands for itself */
		if (p == m->p_end)
			luaL_error(m->L,
				"malformed pattern (missing ']')");
		if (*p++ == '%' && p < m->p_end)
			p++;
	} while (p == m->p_end || *p != ']');
	spend(m, (size_t)(p - from) / 8);
	return p + 1;
}

static int in_class(int c, int class)
{
	int in;

	switch (tolower(class)) {
	case 'a': in = isalpha(c); break;
	case 'c': in = iscntrl(c); break;
	case 'd': in = isdigit(c); break;
	case 'g': in = isgraph(c); break;
	case 'l': in = islower(c); break;
	case 'p': in = ispunct(c); break;
	case 's': in = isspace(c); break;
	case 'u': in = isupper(c); break;
	case 'w': in = isalnum(c); break;
	case 'x': in = isxdigit(c); break;
	default: return class == c;
	}
	return isupper(class) ? !in : in != 0;
}

/* p at '[', end at its ']'. */
static int in_set(int c, const char *p, const char *end)
{
	int yes = 1;

	if (*++p == '^') {
		yes = 0;
		p++;
	}
	for (; p < end; p++) {
		if (*p == '%') {
			p++;
			if (in_class(c, (unsigned char)*p))
				return yes;
		} else if (end - p > 2 && p[1] == '-') {
			if ((unsigned char)p[0] <= c &&
				c <= (unsigned char)p[2])
				return yes;
			p += 2;
		} else if ((unsigned char)*p == c) {
			return yes;
		}
	}
	return !yes;
}

/* Does *s belong to the class [p, end)? */
static int single(struct match *m, const char *s, const char *p,
	const char *end)
{
	int c;

	if (s >= m->s_end)
		return 0;
	c = (unsigned char)*s;
	spend(m, *p == '[' ? 1 + (size_t)(end - p) / 4 : 1);
	switch (*p) {
	case '.':
		return 1;
	case '%':
		return in_class(c, (unsigned char)p[1]);
	case '[':
		return in_set(c, p, end - 1);
	default:
		return (unsigned char)*p == c;
	}
}

/* -------------------------------------------------------------- repetition */
static const char *longest(struct match *m, const char *s, const char *p,
	const char *end)
{
	const char *at = s, *r;

	while (single(m, at, p, end))
		at++;
	for (;; at--) {
		r = match(m, at, end + 1);
		if (r || at == s)
			return r;
	}
}

static const char *shortest(struct match *m, const char *s, const char *p,
	const char *end)
{
	const char *r;

	for (;; s++) {
		r = match(m, s, end + 1);
		if (r || !single(m, s, p, end))
			return r;
	}
}

/* ---------------------------------------------------------------- captures */
static const char *begin(struct match *m, const char *s, const char *p)
{
	int position = p + 1 < m->p_end && p[1] == ')';
	const char *r;

	if (m->count == MATCH_CAPTURES)
		luaL_error(m->L, "too many captures");
	m->capture[m->count].at = s;
	m->capture[m->count].len = position ? POSITION : OPEN;
	m->count++;
	r = match(m, s, p + 1 + position);
	if (!r)
		m->count--;
	return r;
}

static const char *finish(struct match *m, const char *s, const char *p)
{
	int i = m->count - 1;
	const char *r;

	while (i >= 0 && m->capture[i].len != OPEN)
		i--;
	if (i < 0) {
		luaL_error(m->L, "invalid pattern capture");
		return NULL;
	}
	m->capture[i].len = s - m->capture[i].at;
	r = match(m, s, p + 1);
	if (!r)
		m->capture[i].len = OPEN;
	return r;
}

/* %bxy: from x to the y that balances it. */
static const char *balance(struct match *m, const char *s, const char *p)
{
	int depth = 0;

	if (m->p_end - p < 2)
		luaL_error(m->L, "malformed pattern (missing arguments to "
			"'%%b')");
	if (s >= m->s_end || *s != p[0])
		return NULL;
	for (; s < m->s_end; s++) {
		spend(m, 1);
		if (*s == p[1]) {
			if (--depth == 0)
				return s + 1;
		} else if (*s == p[0]) {
			depth++;
		}
	}
	return NULL;
}

static const char *again(struct match *m, const char *s, int which)
{
	size_t n;

	which -= '1';
	if (which < 0 || which >= m->count || m->capture[which].len < 0)
		luaL_error(m->L, "invalid capture index %%%d in pattern",
			which + 1);
	n = (size_t)m->capture[which].len;
	spend(m, n / 8);
	if ((size_t)(m->s_end - s) < n ||
		memcmp(m->capture[which].at, s, n) != 0)
		return NULL;
	return s + n;
}

/* %f[set]: between a character outside and one inside the set. */
static int frontier(struct match *m, const char *s, const char *p,
	const char *end)
{
	int before = s == m->s ? 0 : (unsigned char)s[-1];
	int here = s < m->s_end ? (unsigned char)*s : 0;

	spend(m, 1 + (size_t)(end - p) / 4);
	return !in_set(before, p, end - 1) && in_set(here, p, end - 1);
}

/* ----------------------------------------------------------------- matcher */
/* The items that begin with '%' and are no class. Returns 1 when p was one:
 * then *s and *p have moved on, or *s is NULL. */
static int special(struct match *m, const char **s, const char **p)
{
	const char *end;
	int c = *p + 1 < m->p_end ? (unsigned char)(*p)[1] : 0;

	if (c == 'b') {
		*s = balance(m, *s, *p + 2);
		*p += 4;
	} else if (c == 'f') {
		*p += 2;
		if (*p == m->p_end || **p != '[')
			luaL_error(m->L, "missing '[' after '%%f' in "
				"pattern");
		end = class_end(m, *p);
		if (!frontier(m, *s, *p, end))
			*s = NULL;
		*p = end;
	} else if (isdigit(c)) {
		*s = again(m, *s, c);
		*p += 2;
	} else {
		return 0;
	}
	return 1;
}

/* One class and what repeats it. Returns 1 when *s and *p have moved on, 0
 * when *s is the final answer. */
static int item(struct match *m, const char **s, const char **p)
{
	const char *end = class_end(m, *p), *r;
	int c = end < m->p_end ? *end : 0;

	if (c == '*') {
		*s = longest(m, *s, *p, end);
		return 0;
	}
	if (c == '-') {
		*s = shortest(m, *s, *p, end);
		return 0;
	}
	if (!single(m, *s, *p, end)) {
		if (c != '?')
			*s = NULL;
		*p = end + 1;
		return c == '?';
	}
	if (c == '+') {
		*s = longest(m, *s + 1, *p, end);
		return 0;
	}
	if (c == '?') {
		r = match(m, *s + 1, end + 1);
		if (r) {
			*s = r;
			return 0;
		}
		*p = end + 1;
		return 1;
	}
	(*s)++;
	*p = end;
	return 1;
}

static const char *match(struct match *m, const char *s, const char *p)
{
	int go = 1;

	if (++m->depth > DEPTH)
		luaL_error(m->L, "pattern too complex");
	while (go && s && p < m->p_end) {
		if (*p == '(') {
			s = begin(m, s, p);
			go = 0;
		} else if (*p == ')') {
			s = finish(m, s, p);
			go = 0;
		} else if (*p == '$' && p + 1 == m->p_end) {
			s = s == m->s_end ? s : NULL;
			go = 0;
		} else if (*p != '%' || !special(m, &s, &p)) {
			go = item(m, &s, &p);
		}
	}
	m->depth--;
	return s;
}

const char *match_at(struct match *m, const char *at)
{
	m->count = 0;
	m->depth = 0;
	spend(m, 1);
	return match(m, at, m->p);
}

const char *match_find(struct match *m, const char *at, const char **end)
{
	for (; at <= m->s_end; at++) {
		*end = match_at(m, at);
		if (*end)
			return at;
		if (m->anchored)
			break;
	}
	return NULL;
}

void match_push_one(struct match *m, int i, const char *start,
	const char *end)
{
	if (i >= m->count) {
		if (i != 0)
			luaL_error(m->L, "invalid capture index %%%d", i + 1);
		lua_pushlstring(m->L, start, (size_t)(end - start));
	} else if (m->capture[i].len == POSITION) {
		lua_pushinteger(m->L, m->capture[i].at - m->s + 1);
	} else if (m->capture[i].len == OPEN) {
		luaL_error(m->L, "unfinished capture");
	} else {
		lua_pushlstring(m->L, m->capture[i].at,
			(size_t)m->capture[i].len);
	}
}

int match_push(struct match *m, const char *start, const char *end, int whole)
{
	int i, n = m->count == 0 && whole ? 1 : m->count;

	luaL_checkstack(m->L, n, "too many captures");
	for (i = 0; i < n; i++)
		match_push_one(m, i, start, end);
	return n;
}
