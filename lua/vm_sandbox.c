/*
 * The allow-list: what Lua code can reach, and nothing else.
 *
 * Library tables are given as read-only views, so that no evaluation can
 * change what the next one sees; each evaluation writes to a fresh _ENV.
 * Left out on purpose: load and its kin, xpcall (its handler would run
 * inside a stopped evaluation), collectgarbage, rawset (it would write
 * through a view), string.dump, debug, io, package, and of os all but the
 * clock. Functions whose C loops are not bounded by memory are ours:
 * vm_table.c, vm_pattern.c, and rep, format, date below.
 */
#include <string.h>

#include "lua/vm_int.h"

enum { FORMAT_MAX = 1 << 16, DATE_MAX = 256 };

static int refuse_write(lua_State *L)
{
	return luaL_error(L, "this table is read-only");
}

void sandbox_freeze(lua_State *L)
{
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 3);
	lua_rotate(L, -3, 2);             /* view, meta, table */
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_write);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

void sandbox_writable(lua_State *L, int index)
{
	if (!lua_getmetatable(L, index))
		return;
	lua_pushliteral(L, "__newindex");
	lua_rawget(L, -2);
	if (lua_tocfunction(L, -1) == refuse_write)
		refuse_write(L);
	lua_pop(L, 2);
}

/* ----------------------------------------------------------- own functions */
static int base_print(lua_State *L)
{
	struct vm *vm = vm_of(L);
	int i, n = lua_gettop(L);
	const char *s;
	size_t len;

	for (i = 1; i <= n; i++) {
		s = luaL_tolstring(L, i, &len);
		if (vm->printed && i > 1)
			out_add(L, vm->printed, "\t", 1);
		if (vm->printed)
			out_add(L, vm->printed, s, len);
		lua_pop(L, 1);
	}
	if (vm->printed)
		out_add(L, vm->printed, "\n", 1);
	return 0;
}

/* Finalizers run where no hook reaches: none. */
static int base_setmetatable(lua_State *L)
{
	int t = lua_type(L, 2);

	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_argexpected(L, t == LUA_TNIL || t == LUA_TTABLE, 2,
		"nil or table");
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
		return luaL_error(L, "cannot change a protected metatable");
	if (t == LUA_TTABLE) {
		lua_pushliteral(L, "__gc");
		if (lua_rawget(L, 2) != LUA_TNIL)
			return luaL_error(L, "__gc is not allowed");
		lua_pop(L, 1);
	}
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

static int string_rep(lua_State *L)
{
	size_t len, seplen;
	const char *s = luaL_checklstring(L, 1, &len);
	lua_Integer n = luaL_checkinteger(L, 2), i;
	const char *sep = luaL_optlstring(L, 3, "", &seplen);
	size_t max = vm_of(L)->max;
	luaL_Buffer b;

	if (n <= 0 || len + seplen == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	if ((lua_Unsigned)n > max / (len + seplen))
		return luaL_error(L, "resulting string too large");
	luaL_buffinitsize(L, &b, (size_t)n * (len + seplen));
	for (i = 1; i <= n; i++) {
		luaL_addlstring(&b, s, len);
		if (i < n)
			luaL_addlstring(&b, sep, seplen);
		if (i % 4096 == 0)
			vm_poll(L);
	}
	luaL_pushresult(&b);
	return 1;
}

/* The library's function (upvalue 1) once its format is known to be short:
 * its work grows with the format, not with memory. Upvalue 2: which
 * argument, 3: how long. */
static int with_short_format(lua_State *L)
{
	size_t len = 0;

	luaL_optlstring(L, 1, "", &len);
	if (len > (size_t)lua_tointeger(L, lua_upvalueindex(2)))
		return luaL_error(L, "format longer than %d bytes",
			(int)lua_tointeger(L, lua_upvalueindex(2)));
	/* in this frame, so that its errors name the function and line */
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int math_randomseed(lua_State *L)
{
	luaL_checkinteger(L, 1); /* without it the seed would be the clock */
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, 0);
	return 0;
}

/* ---------------------------------------------------------------- the list */
static const char *const base_names[] = {"assert", "error", "getmetatable",
	"ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen",
	"select", "tonumber", "tostring", "type", "_VERSION", NULL};
static const char *const string_names[] = {"byte", "char", "len", "lower",
	"reverse", "sub", "upper", NULL};
static const char *const math_names[] = {"abs", "acos", "asin", "atan",
	"ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max",
	"maxinteger", "min", "mininteger", "modf", "pi", "rad", "random",
	"sin", "sqrt", "tan", "tointeger", "type", "ult", NULL};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint",
	"codes", "len", "offset", NULL};
static const char *const os_names[] = {"clock", "difftime", "time", NULL};

/* Pushes a table with the named fields of the table on top, which goes. */
static void pick(lua_State *L, const char *const *names)
{
	lua_newtable(L);
	for (; *names; names++) {
		lua_getfield(L, -2, *names);
		lua_setfield(L, -2, *names);
	}
	lua_remove(L, -2);
}

/* Opens a library and leaves its full table on the stack. */
static void library(lua_State *L, const char *name, lua_CFunction open)
{
	lua_pushcfunction(L, open);
	lua_pushstring(L, name);
	lua_call(L, 1, 1);
}

/* table[field] = with_short_format(library's function), table on top,
 * library below it. */
static void shorten(lua_State *L, const char *field, int max)
{
	lua_getfield(L, -2, field);
	lua_pushinteger(L, max);
	lua_pushcclosure(L, with_short_format, 2);
	lua_setfield(L, -2, field);
}

/* Methods of strings come from the metatable that luaopen_string made. */
static void open_string(lua_State *L)
{
	library(L, LUA_STRLIBNAME, luaopen_string);
	lua_pushvalue(L, -1);
	pick(L, string_names);
	shorten(L, "format", FORMAT_MAX);
	lua_remove(L, -2);
	lua_pushcfunction(L, string_rep);
	lua_setfield(L, -2, "rep");
	open_patterns(L);
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 2);
}

static void open_math(lua_State *L)
{
	library(L, LUA_MATHLIBNAME, luaopen_math);
	lua_getfield(L, -1, "randomseed");
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_random);
	lua_pushcclosure(L, math_randomseed, 1);
	lua_insert(L, -2);
	pick(L, math_names);
	lua_insert(L, -2);
	lua_setfield(L, -2, "randomseed");
}

static void open_os(lua_State *L)
{
	library(L, LUA_OSLIBNAME, luaopen_os);
	lua_pushvalue(L, -1);
	pick(L, os_names);
	shorten(L, "date", DATE_MAX);
	lua_remove(L, -2);
}

static void add_library(lua_State *L, const char *name,
	void (*open)(lua_State *L))
{
	open(L);
	sandbox_freeze(L);
	lua_setfield(L, -2, name);
}

static void open_utf8(lua_State *L)
{
	library(L, LUA_UTF8LIBNAME, luaopen_utf8);
	pick(L, utf8_names);
}

/* luaopen_base fills the global table, which nothing else can reach. */
void sandbox_open(lua_State *L)
{
	library(L, LUA_GNAME, luaopen_base);
	pick(L, base_names);
	lua_pushcfunction(L, base_print);
	lua_setfield(L, -2, "print");
	lua_pushcfunction(L, base_setmetatable);
	lua_setfield(L, -2, "setmetatable");
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
	add_library(L, "string", open_string);
	add_library(L, "math", open_math);
	add_library(L, "table", open_table);
	add_library(L, "coroutine", open_coroutine);
	add_library(L, "utf8", open_utf8);
	add_library(L, "os", open_os);
	/* the metatable of every _ENV */
	lua_createtable(L, 0, 2);
	lua_insert(L, -2);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_globals);
	/* what tells an empty JSON object from an empty array */
	lua_createtable(L, 0, 1);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_object);
}

void sandbox_env(lua_State *L)
{
	lua_createtable(L, 0, 8);
	lua_pushvalue(L, -1);
	lua_setfield(L, -2, "_G");
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_globals);
	lua_setmetatable(L, -2);
}
