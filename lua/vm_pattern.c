/*
 * find, match, gmatch, gsub on the budgeted matcher.
 *
 * A pattern without special characters is searched for as bytes, in linear
 * time. Patterns are short (PATTERN_MAX); subjects as long as memory lets.
 */
#include <string.h>

#include "lua/vm_match.h"

enum { PATTERN_MAX = 8192 };

static struct str check_pattern(lua_State *L, int arg)
{
	struct str p;

	p.p = luaL_checklstring(L, arg, &p.n);
	if (p.n > PATTERN_MAX)
		luaL_error(L, "pattern longer than %d bytes", PATTERN_MAX);
	return p;
}

/* Offset from 0 of argument `arg` (from 1, negative from the end). */
static size_t check_init(lua_State *L, int arg, size_t n)
{
	lua_Integer i = luaL_optinteger(L, arg, 1);

	if (i > 0)
		return (size_t)i - 1;
	if (i == 0 || i < -(lua_Integer)n)
		return 0;
	return n - (size_t)-i;
}

static int is_plain(struct str p)
{
	size_t i;

	for (i = 0; i < p.n; i++)
		if (p.p[i] && strchr("^$*+?.([%-", p.p[i]))
			return 0;
	return 1;
}

static int find_plain(lua_State *L, struct str s, struct str p, size_t from)
{
	const char *hit = p.n ? memmem(s.p + from, s.n - from, p.p, p.n) :
		s.p + from;

	if (!hit) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, hit - s.p + 1);
	lua_pushinteger(L, hit - s.p + (lua_Integer)p.n);
	return 2;
}

static int find_or_match(lua_State *L, int find)
{
	struct str s, p;
	const char *at, *end;
	struct match m;
	size_t from;

	s.p = luaL_checklstring(L, 1, &s.n);
	p.p = luaL_checklstring(L, 2, &p.n);
	from = check_init(L, 3, s.n);
	if (from > s.n) {
		lua_pushnil(L);
		return 1;
	}
	if (find && (lua_toboolean(L, 4) || is_plain(p)))
		return find_plain(L, s, p, from);
	p = check_pattern(L, 2);
	match_init(&m, L, s, p);
	at = match_find(&m, s.p + from, &end);
	if (!at) {
		lua_pushnil(L);
		return 1;
	}
	if (!find)
		return match_push(&m, at, end, 1);
	lua_pushinteger(L, at - s.p + 1);
	lua_pushinteger(L, end - s.p);
	return match_push(&m, at, end, 0) + 2;
}

static int str_find(lua_State *L)
{
	return find_or_match(L, 1);
}

static int str_match(lua_State *L)
{
	return find_or_match(L, 0);
}

int pattern_found(lua_State *L, struct str s, struct str pattern)
{
	const char *end;
	struct match m;

	if (pattern.n > PATTERN_MAX)
		luaL_error(L, "pattern longer than %d bytes", PATTERN_MAX);
	if (is_plain(pattern))
		return pattern.n == 0 ||
			memmem(s.p, s.n, pattern.p, pattern.n) != NULL;
	match_init(&m, L, s, pattern);
	return match_find(&m, s.p, &end) != NULL;
}

/* Upvalues: subject, pattern, next offset, end of the last match. */
static int gmatch_next(lua_State *L)
{
	struct str s, p;
	const char *at, *end, *last;
	struct match m;

	s.p = lua_tolstring(L, lua_upvalueindex(1), &s.n);
	p.p = lua_tolstring(L, lua_upvalueindex(2), &p.n);
	match_init(&m, L, s, p);
	m.anchored = 0; /* here '^' would match once only: it is no anchor */
	m.p = p.p;
	at = s.p + lua_tointeger(L, lua_upvalueindex(3));
	last = s.p + lua_tointeger(L, lua_upvalueindex(4));
	for (; at <= m.s_end; at++) {
		end = match_at(&m, at);
		if (!end || end == last)
			continue;
		lua_pushinteger(L, end - s.p);
		lua_copy(L, -1, lua_upvalueindex(3));
		lua_replace(L, lua_upvalueindex(4));
		return match_push(&m, at, end, 1);
	}
	return 0;
}

static int str_gmatch(lua_State *L)
{
	size_t n, from;

	luaL_checklstring(L, 1, &n);
	check_pattern(L, 2);
	from = check_init(L, 3, n);
	if (from > n)
		from = n + 1;
	lua_settop(L, 2);
	lua_pushinteger(L, (lua_Integer)from);
	lua_pushinteger(L, -1);
	lua_pushcclosure(L, gmatch_next, 4);
	return 1;
}

/* -------------------------------------------------------------------- gsub */
static void add_text(struct match *m, luaL_Buffer *b, const char *at,
	const char *end)
{
	lua_State *L = m->L;
	size_t n, i;
	const char *r = lua_tolstring(L, 3, &n);

	for (i = 0; i < n; i++) {
		const char *pct = memchr(r + i, '%', n - i);

		if (!pct) {
			luaL_addlstring(b, r + i, n - i);
			return;
		}
		luaL_addlstring(b, r + i, (size_t)(pct - r) - i);
		i = (size_t)(pct - r) + 1;
		if (i < n && r[i] == '%') {
			luaL_addchar(b, '%');
		} else if (i < n && r[i] == '0') {
			luaL_addlstring(b, at, (size_t)(end - at));
		} else if (i < n && r[i] >= '1' && r[i] <= '9') {
			match_push_one(m, r[i] - '1', at, end);
			luaL_tolstring(L, -1, NULL);
			lua_remove(L, -2);
			luaL_addvalue(b);
		} else {
			luaL_error(L, "invalid use of '%%' in replacement "
				"string");
		}
	}
}

/* Adds what stands for the match. */
static void add_value(struct match *m, luaL_Buffer *b, const char *at,
	const char *end)
{
	lua_State *L = m->L;

	switch (lua_type(L, 3)) {
	case LUA_TFUNCTION:
		lua_pushvalue(L, 3);
		lua_call(L, match_push(m, at, end, 1), 1);
		break;
	case LUA_TTABLE:
		match_push_one(m, 0, at, end);
		lua_gettable(L, 3);
		break;
	default:
		add_text(m, b, at, end);
		return;
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		luaL_addlstring(b, at, (size_t)(end - at));
		return;
	}
	if (!lua_isstring(L, -1))
		luaL_error(L, "invalid replacement value (a %s)",
			luaL_typename(L, -1));
	luaL_addvalue(b);
}

static int str_gsub(lua_State *L)
{
	struct str s, p;
	const char *at, *end, *last = NULL;
	lua_Integer max, n = 0;
	struct match m;
	luaL_Buffer b;
	int t;

	s.p = luaL_checklstring(L, 1, &s.n);
	p = check_pattern(L, 2);
	t = lua_type(L, 3);
	luaL_argexpected(L, t == LUA_TNUMBER || t == LUA_TSTRING ||
		t == LUA_TFUNCTION || t == LUA_TTABLE, 3,
		"string/function/table");
	max = luaL_optinteger(L, 4, (lua_Integer)s.n + 1);
	match_init(&m, L, s, p);
	luaL_buffinit(L, &b);
	for (at = s.p; n < max;) {
		end = match_at(&m, at);
		if (end && end != last) {
			n++;
			add_value(&m, &b, at, end);
			at = last = end;
		} else if (at < m.s_end) {
			luaL_addchar(&b, *at);
			at++;
		} else {
			break;
		}
		if (m.anchored)
			break;
	}
	luaL_addlstring(&b, at, (size_t)(m.s_end - at));
	luaL_pushresult(&b);
	lua_pushinteger(L, n);
	return 2;
}

void open_patterns(lua_State *L)
{
	static const luaL_Reg list[] = {{"find", str_find},
		{"match", str_match}, {"gmatch", str_gmatch},
		{"gsub", str_gsub}, {NULL, NULL}};

	luaL_setfuncs(L, list, 0);
}
