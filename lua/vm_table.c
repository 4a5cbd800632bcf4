/*
 * The table library, with raw access only: its loops are bounded by the
 * size of real tables, and by vm_poll. (The library's own move, insert and
 * concat follow metamethods and ranges that no memory bounds.)
 */
#include <string.h>

#include "lua/vm_int.h"

/* Length of the table at argument `arg`, which must be the caller's own. */
static lua_Integer own(lua_State *L, int arg)
{
	luaL_checktype(L, arg, LUA_TTABLE);
	sandbox_writable(L, arg);
	return (lua_Integer)lua_rawlen(L, arg);
}

static void poll_at(lua_State *L, lua_Integer i)
{
	if ((i & 1023) == 0)
		vm_poll(L);
}

static int insert(lua_State *L)
{
	lua_Integer n = own(L, 1) + 1, pos = n, i;
	int args = lua_gettop(L);

	if (args != 2 && args != 3)
		return luaL_error(L, "wrong number of arguments to 'insert'");
	if (args == 3) {
		pos = luaL_checkinteger(L, 2);
		luaL_argcheck(L, pos >= 1 && pos <= n, 2,
			"position out of bounds");
	}
	for (i = n; i > pos; i--) {
		lua_rawgeti(L, 1, i - 1);
		lua_rawseti(L, 1, i);
		poll_at(L, i);
	}
	lua_pushvalue(L, args);
	lua_rawseti(L, 1, pos);
	return 0;
}

static int take(lua_State *L)
{
	lua_Integer n = own(L, 1), pos = luaL_optinteger(L, 2, n);

	if (lua_gettop(L) > 1)
		luaL_argcheck(L, (n == 0 && pos == 0) ||
			(pos >= 1 && pos <= n + 1), 2,
			"position out of bounds");
	lua_rawgeti(L, 1, pos);
	for (; pos < n; pos++) {
		lua_rawgeti(L, 1, pos + 1);
		lua_rawseti(L, 1, pos);
		poll_at(L, pos);
	}
	if (pos >= 1) {
		lua_pushnil(L);
		lua_rawseti(L, 1, pos);
	}
	return 1;
}

static int concat(lua_State *L)
{
	lua_Integer n, i, last;
	size_t seplen;
	const char *sep;
	luaL_Buffer b;

	luaL_checktype(L, 1, LUA_TTABLE);
	n = (lua_Integer)lua_rawlen(L, 1);
	sep = luaL_optlstring(L, 2, "", &seplen);
	i = luaL_optinteger(L, 3, 1);
	last = luaL_optinteger(L, 4, n);
	luaL_buffinit(L, &b);
	for (; i <= last; i++) {
		lua_rawgeti(L, 1, i);
		if (!lua_isstring(L, -1))
			return luaL_error(L, "invalid value (a %s) at index "
				"%I in table for 'concat'",
				luaL_typename(L, -1), (LUAI_UACINT)i);
		luaL_addvalue(&b);
		if (i == last)
			break; /* it may be the largest integer */
		luaL_addlstring(&b, sep, seplen);
		poll_at(L, i);
	}
	luaL_pushresult(&b);
	return 1;
}

static int pack(lua_State *L)
{
	int i, n = lua_gettop(L);

	lua_createtable(L, n, 1);
	lua_insert(L, 1);
	for (i = n; i >= 1; i--)
		lua_rawseti(L, 1, i);
	lua_pushinteger(L, n);
	lua_setfield(L, 1, "n");
	return 1;
}

static int unpack(lua_State *L)
{
	lua_Integer i, last;
	lua_Unsigned n;

	luaL_checktype(L, 1, LUA_TTABLE);
	i = luaL_optinteger(L, 2, 1);
	last = luaL_optinteger(L, 3, (lua_Integer)lua_rawlen(L, 1));
	if (i > last)
		return 0;
	n = (lua_Unsigned)last - (lua_Unsigned)i;
	if (n >= 1000000 || !lua_checkstack(L, (int)n + 1))
		return luaL_error(L, "too many results to unpack");
	for (; i < last; i++)
		lua_rawgeti(L, 1, i);
	lua_rawgeti(L, 1, last);
	return (int)n + 1;
}

/* A range may be far larger than the table: steps are polled, and holes
 * cost no memory. */
static int move(lua_State *L)
{
	lua_Integer f = luaL_checkinteger(L, 2), e = luaL_checkinteger(L, 3);
	lua_Integer t = luaL_checkinteger(L, 4), i;
	int to = lua_isnoneornil(L, 5) ? 1 : 5, up;

	luaL_checktype(L, 1, LUA_TTABLE);
	own(L, to);
	up = t > e || t <= f || !lua_rawequal(L, 1, to);
	if (e >= f) {
		luaL_argcheck(L, f > 0 || e < LUA_MAXINTEGER + f, 3,
			"too many elements to move");
		luaL_argcheck(L, t <= LUA_MAXINTEGER - (e - f), 4,
			"destination wrap around");
		luaL_argcheck(L, e - f < (lua_Integer)vm_of(L)->max, 3,
			"too many elements to move");
		for (i = 0; i <= e - f; i++) {
			lua_Integer k = up ? i : e - f - i;

			lua_rawgeti(L, 1, f + k);
			lua_rawseti(L, to, t + k);
			poll_at(L, i);
		}
	}
	lua_pushvalue(L, to);
	return 1;
}

/* -------------------------------------------------------------------- sort */
/* a < b for the values at these stack places, by the function at place 2 or
 * by the operator. */
static int less(lua_State *L, int a, int b)
{
	int r;

	vm_poll(L);
	if (lua_isnil(L, 2))
		return lua_compare(L, a, b, LUA_OPLT);
	lua_pushvalue(L, 2);
	lua_pushvalue(L, a < 0 ? a - 1 : a);
	lua_pushvalue(L, b < 0 ? b - 2 : b);
	lua_call(L, 2, 1);
	r = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return r;
}

/* Heap sort: n log n whatever the order function says, and no recursion. */
static void sift(lua_State *L, lua_Integer at, lua_Integer n)
{
	lua_Integer child;

	lua_rawgeti(L, 1, at);
	for (; (child = 2 * at) <= n; at = child) {
		lua_rawgeti(L, 1, child);
		if (child < n) {
			lua_rawgeti(L, 1, child + 1);
			if (less(L, -2, -1)) {
				child++;
				lua_remove(L, -2);
			} else {
				lua_pop(L, 1);
			}
		}
		if (!less(L, -2, -1)) {
			lua_pop(L, 1);
			break;
		}
		lua_rawseti(L, 1, at);
	}
	lua_rawseti(L, 1, at);
}

static int sort(lua_State *L)
{
	lua_Integer n = own(L, 1), i;

	if (!lua_isnoneornil(L, 2))
		luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_settop(L, 2);
	for (i = n / 2; i >= 1; i--)
		sift(L, i, n);
	for (i = n; i > 1; i--) {
		lua_rawgeti(L, 1, 1);
		lua_rawgeti(L, 1, i);
		lua_rawseti(L, 1, 1);
		lua_rawseti(L, 1, i);
		sift(L, 1, i - 1);
	}
	return 0;
}

void open_table(lua_State *L)
{
	static const luaL_Reg own_list[] = {{"insert", insert},
		{"remove", take}, {"concat", concat}, {"pack", pack},
		{"unpack", unpack}, {"move", move}, {"sort", sort},
		{NULL, NULL}};

	lua_newtable(L);
	luaL_setfuncs(L, own_list, 0);
}
