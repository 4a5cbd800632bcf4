/*
 * Functions that a person wrote in files, for conditions and /lua: chunks of
 * the same sandbox. A chunk is compiled once and run for each evaluation that
 * needs it, so that what its functions leave behind is gone with that
 * evaluation: the same question has the same answer in every process.
 */
#include "lua/vm_int.h"

enum { CHUNKS_MAX = 64 };

/* The chunk of a library, compiled. */
static void push_chunk(lua_State *L, const struct vm_library *lib)
{
	struct vm *vm = vm_of(L);

	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_chunks) != LUA_TTABLE ||
			vm->chunks == CHUNKS_MAX) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_chunks);
		vm->chunks = 0;
	}
	lua_pushlstring(L, lib->source.p, lib->source.n);
	lua_pushvalue(L, -1);
	if (lua_rawget(L, -3) == LUA_TFUNCTION) {
		lua_replace(L, -3);
		lua_pop(L, 1);
		return;
	}
	lua_pop(L, 1);
	lua_pushliteral(L, "=");
	lua_pushlstring(L, lib->name.p, lib->name.n);
	lua_concat(L, 2);
	if (luaL_loadbufferx(L, lib->source.p, lib->source.n, lua_tostring(L,
			-1), "t") != LUA_OK)
		lua_error(L);
	lua_remove(L, -2);
	lua_pushvalue(L, -2);
	lua_pushvalue(L, -2);
	lua_rawset(L, -5);
	vm->chunks++;
	lua_replace(L, -3);
	lua_pop(L, 1);
}

/* What the chunk of a library defines; of one that ran already, that. `envs`
 * is where the tables of those stand. */
static void push_globals(lua_State *L, const struct vm_library *lib, int envs)
{
	lua_pushlstring(L, lib->source.p, lib->source.n);
	if (lua_rawget(L, envs) == LUA_TTABLE)
		return;
	lua_pop(L, 1);
	push_chunk(L, lib);
	sandbox_env(L);
	lua_pushvalue(L, -1);
	lua_setupvalue(L, -3, 1);
	lua_insert(L, -2);
	lua_call(L, 0, 0);
	lua_pushlstring(L, lib->source.p, lib->source.n);
	lua_pushvalue(L, -2);
	lua_rawset(L, envs);
}

void library_add(lua_State *L, const struct vm_library *libs, size_t count)
{
	int to = lua_gettop(L);

	if (!count)
		return;
	lua_newtable(L);
	for (size_t i = 0; i < count; i++) {
		push_globals(L, &libs[i], to + 1);
		for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
			if (!lua_isfunction(L, -1) ||
					lua_type(L, -2) != LUA_TSTRING ||
					(libs[i].only.n && !str_eq(
					libs[i].only, lua_tostring(L, -2))))
				continue;
			lua_pushvalue(L, -2);
			lua_pushvalue(L, -2);
			lua_rawset(L, to);
		}
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

int library_function(lua_State *L)
{
	struct vm *vm = vm_of(L);
	const struct vm_host *host = vm->host;

	if (!vm->has_library) {
		lua_newtable(L);
		if (host)
			library_add(L, host->libraries, host->library_count);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_library);
		vm->has_library = 1;
	}
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_library);
	lua_pushvalue(L, 1);
	if (lua_rawget(L, -2) != LUA_TFUNCTION)
		return luaL_error(L, "unknown function '%s'",
			lua_tostring(L, 1));
	return 1;
}

/* ------------------------------------------------------------------- names */
struct listing {
	const struct vm_library *lib;
	void (*fn)(void *ud, const char *name);
	void *ud;
};

static int body(lua_State *L)
{
	struct listing *l = lua_touserdata(L, 1);

	lua_newtable(L);
	library_add(L, l->lib, 1);
	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
		l->fn(l->ud, lua_tostring(L, -2));
	return 0;
}

int vm_functions(struct vm *vm, const struct vm_library *lib,
	void (*fn)(void *ud, const char *name), void *ud, struct err *err)
{
	struct listing l = {lib, fn, ud};
	struct err why = {0};
	size_t line;

	if (vm_protected(vm, body, &l, &line, &why) == 0)
		return 0;
	if (strncmp(why.text, lib->name.p, lib->name.n) == 0) {
		*err = why; /* its place is told */
		return -1;
	}
	return err_set(err, why.code, "%.*s: %s", (int)lib->name.n,
		lib->name.p, why.text);
}
