/*
 * Coroutines that inherit the limit: resume, wrap and close of our own.
 *
 * vm.running always names the coroutine that runs, so that the watchdog's
 * handler hooks the right one; and whoever resumed a coroutine that was
 * stopped is stopped as soon as it returns.
 */
#include "lua/vm_int.h"

/* Runs co with the narg values on top of L. Returns the count of values on
 * top of co's stack, or -1 with an error object on top of L. */
static int run(lua_State *L, lua_State *co, int narg)
{
	struct vm *vm = vm_of(L);
	int status, count = 0;

	if (!lua_checkstack(co, narg)) {
		lua_pushliteral(L, "too many arguments to resume");
		return -1;
	}
	vm_poll(L);
	lua_xmove(L, co, narg);
	atomic_store(&vm->running, co);
	status = lua_resume(co, L, narg, &count);
	atomic_store(&vm->running, L);
	vm_poll(L);
	if (status != LUA_OK && status != LUA_YIELD) {
		lua_xmove(co, L, 1);
		return -1;
	}
	if (!lua_checkstack(L, count + 1)) {
		lua_pop(co, count);
		lua_pushliteral(L, "too many results to resume");
		return -1;
	}
	lua_xmove(co, L, count);
	return count;
}

static lua_State *check_co(lua_State *L)
{
	lua_State *co = lua_tothread(L, 1);

	luaL_argexpected(L, co, 1, "coroutine");
	return co;
}

static int co_resume(lua_State *L)
{
	lua_State *co = check_co(L);
	int n = run(L, co, lua_gettop(L) - 1);

	lua_pushboolean(L, n >= 0);
	if (n < 0)
		n = 1;
	lua_insert(L, -(n + 1));
	return n + 1;
}

/* Closing runs __close of pending variables, on the other stack. */
static int close_co(lua_State *L, lua_State *co)
{
	struct vm *vm = vm_of(L);
	int status;

	vm_poll(L);
	atomic_store(&vm->running, co);
	status = lua_resetthread(co);
	atomic_store(&vm->running, L);
	vm_poll(L);
	return status;
}

static int wrapped(lua_State *L)
{
	lua_State *co = lua_tothread(L, lua_upvalueindex(1));
	int n = run(L, co, lua_gettop(L)), status;

	if (n >= 0)
		return n;
	status = lua_status(co);
	if (status != LUA_OK && status != LUA_YIELD) {
		if (close_co(L, co) != LUA_OK) {
			lua_pop(L, 1);
			lua_xmove(co, L, 1);
		}
	}
	return lua_error(L);
}

static int co_create(lua_State *L)
{
	lua_State *co;

	luaL_checktype(L, 1, LUA_TFUNCTION);
	co = lua_newthread(L);
	lua_pushvalue(L, 1);
	lua_xmove(L, co, 1);
	return 1;
}

static int co_wrap(lua_State *L)
{
	co_create(L);
	lua_pushcclosure(L, wrapped, 1);
	return 1;
}

static int co_close(lua_State *L)
{
	lua_State *co = check_co(L);
	int status = lua_status(co);
	lua_Debug ar;

	if (co == L || (status == LUA_OK && lua_getstack(co, 0, &ar)))
		return luaL_error(L, "cannot close a running coroutine");
	status = close_co(L, co);
	lua_pushboolean(L, status == LUA_OK);
	if (status == LUA_OK)
		return 1;
	lua_xmove(co, L, 1);
	return 2;
}

void open_coroutine(lua_State *L)
{
	static const luaL_Reg own[] = {{"resume", co_resume},
		{"create", co_create}, {"wrap", co_wrap},
		{"close", co_close}, {NULL, NULL}};
	static const char *const taken[] = {"isyieldable", "running",
		"status", "yield", NULL};
	int i;

	lua_newtable(L);
	luaL_setfuncs(L, own, 0);
	lua_pushcfunction(L, luaopen_coroutine);
	lua_call(L, 0, 1);
	for (i = 0; taken[i]; i++) {
		lua_getfield(L, -1, taken[i]);
		lua_setfield(L, -3, taken[i]);
	}
	lua_pop(L, 1);
}
