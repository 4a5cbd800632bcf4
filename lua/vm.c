/*
 * A vm: one Lua state with a memory cap, used for one evaluation at a time.
 *
 * Everything that may raise runs inside one protected call per evaluation
 * (vm_protected). After an evaluation that was stopped or that met the
 * memory cap the state is thrown away and built anew at the next one, so
 * that no damage can outlive it; after any other the state is as before,
 * because Lua code can write only to its own fresh _ENV.
 */
#include <assert.h>
#include <stdlib.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "lua/vm_int.h"

enum { CACHE_MAX = 4096, CACHE_BYTES = 1 << 20 };

const char vm_key_globals, vm_key_expr, vm_key_cache, vm_key_result,
	vm_key_random, vm_key_object, vm_key_policy, vm_key_chunks,
	vm_key_library;

static void *allocate(void *ud, void *ptr, size_t osize, size_t nsize)
{
	struct vm *vm = ud;
	void *q;

	if (!ptr)
		osize = 0; /* it is a type then */
	if (nsize > osize && nsize - osize > vm->max - vm->used)
		return NULL;
	vm->allocating = 1; /* nothing may jump out of here */
	if (nsize == 0) {
		free(ptr);
		q = NULL;
	} else {
		q = realloc(ptr, nsize);
	}
	vm->allocating = 0;
	if (nsize == 0) {
		vm->used -= osize;
		return NULL;
	}
	if (!q)
		return nsize <= osize ? ptr : NULL;
	vm->used += nsize - osize;
	return q;
}

static int on_panic(lua_State *L)
{
	int raised_outside_a_protected_call = L != NULL;

	assert(!raised_outside_a_protected_call);
	return 0;
}

static int build_body(lua_State *L)
{
	sandbox_open(L);
	open_expr(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_expr);
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_cache);
	lua_pushboolean(L, 0); /* its place is there from now on */
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_result);
	return 0;
}

static void forget_expressions(struct vm *vm)
{
	uint32_t i;

	for (i = 1; i <= vm->cached; i++)
		free(vm->keys[i]);
	strmap_release(&vm->cache);
	vm->cached = 0;
	vm->key_bytes = 0;
}

static int build(struct vm *vm, struct err *err)
{
	vm->used = 0;
	vm->chunks = 0;
	forget_expressions(vm);
	vm->L = lua_newstate(allocate, vm);
	if (!vm->L)
		return err_set(err, ERR_LIMIT, "no memory for a Lua state");
	lua_atpanic(vm->L, on_panic);
	*(struct vm **)lua_getextraspace(vm->L) = vm;
	lua_pushcfunction(vm->L, build_body);
	if (lua_pcall(vm->L, 0, 0, 0) == LUA_OK)
		return 0;
	lua_close(vm->L);
	vm->L = NULL;
	return err_set(err, ERR_LIMIT, "a Lua state does not fit in %zu KiB",
		vm->max >> 10);
}

int vm_new(struct vm **out, const struct vm_options *o, struct err *err)
{
	struct vm *vm = mem_zero(sizeof(*vm));

	vm->max = o && o->max_bytes ? o->max_bytes : LIMIT_LUA_BYTES;
	vm->seed = o ? o->seed : 0;
	vm_limit(vm, o && o->limit_ms ? o->limit_ms : LIMIT_EVAL_MS);
	if (build(vm, err) == -1) {
		free(vm);
		return -1;
	}
	if (watch_add(vm, err) == -1) {
		lua_close(vm->L);
		free(vm);
		return -1;
	}
	*out = vm;
	return 0;
}

void vm_free(struct vm *vm)
{
	if (!vm)
		return;
	watch_remove(vm);
	if (vm->L)
		lua_close(vm->L);
	buf_release(&vm->json);
	forget_expressions(vm);
	free(vm->keys);
	free(vm);
}

void vm_limit(struct vm *vm, uint32_t limit_ms)
{
	atomic_store(&vm->limit_ms, limit_ms);
}

void vm_seed(struct vm *vm, uint64_t seed)
{
	vm->seed = seed;
}

void vm_forget(struct vm *vm)
{
	atomic_store(&vm->asked, 0);
}

void vm_poll(lua_State *L)
{
	struct vm *vm = vm_of(L);

	if (!atomic_load_explicit(&vm->trip, memory_order_relaxed))
		return;
	watch_hook(L); /* so that no pcall on the way goes on */
	luaL_error(L, "stopped");
}

void out_add(lua_State *L, struct buf *out, const void *p, size_t n)
{
	struct vm *vm = vm_of(L);

	if (n > vm->max || out->len > vm->max - n)
		luaL_error(L, "the result is larger than %d MiB",
			(int)(vm->max >> 20));
	buf_add(out, p, n);
}

/* The number after "c:" in a message, and what follows it. */
static const char *skip_place(const char *msg, size_t *line)
{
	char *end;
	unsigned long n;

	*line = 0;
	if (strncmp(msg, "c:", 2) != 0)
		return msg;
	n = strtoul(msg + 2, &end, 10);
	if (end == msg + 2 || *end != ':')
		return msg;
	*line = n;
	return end[1] == ' ' ? end + 2 : end + 1;
}

/* Why the protected call failed; the error object is on top. */
static int explain(struct vm *vm, int status, size_t *line, struct err *err)
{
	int why = atomic_load(&vm->trip);
	const char *text;

	*line = 0;
	if (why == TRIP_INTERRUPT)
		return err_set(err, ERR_TIMEOUT, "interrupted");
	if (why == TRIP_TIME)
		return err_set(err, ERR_TIMEOUT, "took longer than %u ms",
			(unsigned)atomic_load(&vm->limit_ms));
	if (status == LUA_ERRMEM)
		return err_set(err, ERR_LIMIT, "used more than %zu MiB",
			vm->max >> 20);
	if (lua_type(vm->L, -1) == LUA_TSTRING) {
		text = skip_place(lua_tostring(vm->L, -1), line);
		if (vm->host_failed) {
			if (err)
				*err = vm->host_err;
			return -1;
		}
		return err_set(err, vm->unparsed ? ERR_SYNTAX : ERR_IO, "%s",
			text);
	}
	return err_set(err, ERR_IO, "raised a %s, not a message",
		luaL_typename(vm->L, -1));
}

/* Message handler: an error raised by a C function below another names no
 * line; the nearest Lua function does. */
static int add_place(lua_State *L)
{
	lua_Debug ar;
	int level;

	if (lua_type(L, 1) != LUA_TSTRING ||
		strncmp(lua_tostring(L, 1), "c:", 2) == 0)
		return 1;
	for (level = 1; level < 8 && lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline <= 0 || strcmp(ar.source, "=c") != 0)
			continue;
		lua_pushfstring(L, "c:%d: %s", ar.currentline,
			lua_tostring(L, 1));
		return 1;
	}
	return 1;
}

/* The state, anew if need be. */
static int prepare(struct vm *vm, struct err *err)
{
	if (vm->stale && vm->L) {
		lua_close(vm->L);
		vm->L = NULL;
	}
	vm->stale = 0;
	return vm->L ? 0 : build(vm, err);
}

static void begin(struct vm *vm)
{
	vm->host_failed = 0;
	vm->unparsed = 0;
	vm->has_library = 0;
	watch_begin(vm);
	lua_pushcfunction(vm->L, add_place);
}

static int finish(struct vm *vm, int status, size_t *line, struct err *err)
{
	int rc = 0;

	watch_end(vm);
	if (status != LUA_OK || atomic_load(&vm->trip))
		rc = explain(vm, status, line, err);
	if (atomic_load(&vm->trip) || status == LUA_ERRMEM ||
		status == LUA_ERRERR) {
		lua_close(vm->L);
		vm->L = NULL;
		return rc;
	}
	lua_settop(vm->L, 0);
	vm->stale = vm->used > vm->max / 2; /* a result may live in it */
	return rc;
}

int vm_protected(struct vm *vm, lua_CFunction body, void *ud, size_t *line,
	struct err *err)
{
	if (prepare(vm, err) == -1)
		return -1;
	begin(vm);
	lua_pushcfunction(vm->L, body);
	lua_pushlightuserdata(vm->L, ud);
	return finish(vm, lua_pcall(vm->L, 1, 0, 1), line, err);
}

/* ------------------------------------------------------------------ vm_run */
struct run {
	const struct vm_call *call;
	struct buf *out;
};

static void push_env(lua_State *L, const struct vm_call *r)
{
	size_t i;

	sandbox_env(L);
	library_add(L, r->libraries, r->library_count);
	lua_pushlstring(L, r->input.p ? r->input.p : "", r->input.n);
	lua_setfield(L, -2, "input");
	lua_newtable(L);
	for (i = 0; i < r->arg_count; i++) {
		const struct vm_arg *a = &r->args[i];

		lua_pushlstring(L, a->name.p, a->name.n);
		lua_pushlstring(L, a->value.p ? a->value.p : "", a->value.n);
		if (a->name.n > 4 && memcmp(a->name.p, "WF_V", 4) == 0) {
			lua_pushvalue(L, -2);
			lua_pushvalue(L, -2);
			lua_rawset(L, -6); /* a global too */
		}
		lua_rawset(L, -3);
	}
	lua_setfield(L, -2, "args");
}

static void give(lua_State *L, int index, struct buf *out)
{
	const char *s;
	size_t n;

	switch (lua_type(L, index)) {
	case LUA_TNIL:
		return;
	case LUA_TSTRING:
	case LUA_TNUMBER:
	case LUA_TBOOLEAN:
		s = luaL_tolstring(L, index, &n);
		out_add(L, out, s, n);
		return;
	default:
		json_write(L, index, out);
	}
}

static int run_body(lua_State *L)
{
	struct run *r = lua_touserdata(L, 1);
	struct str text = r->call->chunk;
	struct vm *vm = vm_of(L);

	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_random);
	lua_pushinteger(L, (lua_Integer)vm->seed);
	lua_call(L, 1, 0);
	if (luaL_loadbufferx(L, text.p ? text.p : "", text.n, "=c", "t") !=
			LUA_OK) {
		vm->unparsed = 1;
		return lua_error(L);
	}
	push_env(L, r->call);
	lua_setupvalue(L, 2, 1);
	lua_call(L, 0, 1);
	give(L, 2, r->out);
	return 0;
}

int vm_run(struct vm *vm, const struct vm_call *call, struct buf *out,
	struct buf *printed, size_t *line, struct err *err)
{
	struct run r = {call, out};
	struct err why;
	size_t at = 0, start = out->len;
	int rc;

	vm->printed = printed;
	rc = vm_protected(vm, run_body, &r, &at, &why);
	vm->printed = NULL;
	if (line)
		*line = at;
	if (rc == 0)
		return 0;
	out->len = start;
	if (!at)
		return err_set(err, why.code, "%s: %s", call->name, why.text);
	return err_set(err, why.code, "%s:%zu: %s", call->name, at,
		why.text);
}

/* ----------------------------------------------------------------- vm_eval */
struct eval {
	struct str text;
	struct value *out;
	const struct expr *expr;
};

/* The value on top, which is no table. Cannot raise. */
static void to_scalar(lua_State *L, struct value *v)
{
	switch (lua_type(L, -1)) {
	case LUA_TNIL:
		v->kind = VALUE_NIL;
		break;
	case LUA_TBOOLEAN:
		v->kind = VALUE_BOOL;
		v->i = lua_toboolean(L, -1);
		break;
	case LUA_TNUMBER:
		v->kind = lua_isinteger(L, -1) ? VALUE_INT : VALUE_NUMBER;
		v->i = v->kind == VALUE_INT ? lua_tointeger(L, -1) : 0;
		v->d = lua_tonumber(L, -1);
		break;
	default:
		v->kind = VALUE_STRING;
		v->s.p = lua_tolstring(L, -1, &v->s.n);
		lua_pushvalue(L, -1); /* it lives as long as this */
		lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_result);
	}
}

static int is_scalar(lua_State *L)
{
	int t = lua_type(L, -1);

	return t == LUA_TNIL || t == LUA_TBOOLEAN || t == LUA_TNUMBER ||
		t == LUA_TSTRING;
}

/* Called with the value and where it goes. */
static int to_json(lua_State *L)
{
	struct vm *vm = vm_of(L);
	struct value *v = lua_touserdata(L, 2);

	v->kind = VALUE_JSON;
	json_keep(L, 1, &vm->json);
	v->s = (struct str){buf_cstr(&vm->json), vm->json.len};
	return 0;
}

/* Remembers the function on top under its text. */
static void remember(lua_State *L, struct str text)
{
	struct vm *vm = vm_of(L);
	uint32_t i;

	if (vm->cached == CACHE_MAX || vm->key_bytes > CACHE_BYTES) {
		lua_newtable(L);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_cache);
		forget_expressions(vm);
	}
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_cache);
	lua_pushvalue(L, -2);
	lua_rawseti(L, -2, vm->cached + 1);
	lua_pop(L, 1);
	i = ++vm->cached;
	vm->keys = mem_more(vm->keys, i, &vm->key_cap, sizeof(*vm->keys));
	vm->keys[i] = mem_strndup(text.p ? text.p : "", text.n);
	vm->key_bytes += text.n;
	strmap_put(&vm->cache, (struct str){vm->keys[i], text.n}, i);
}

static int compile(lua_State *L)
{
	struct eval *e = lua_touserdata(L, 1);
	const struct expr *x = e->expr;

	if (luaL_loadbufferx(L, x->lua.data, x->lua.len, "=c", "t") != LUA_OK)
		return lua_error(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_expr);
	lua_setupvalue(L, -2, 1);
	if (!x->named)
		remember(L, e->text);
	return 1;
}

/* In a turn, with the function on top of the message handler. */
static int call(lua_State *L, struct value *out)
{
	int status = lua_pcall(L, 0, 1, 1);

	if (status != LUA_OK)
		return status;
	if (is_scalar(L)) {
		to_scalar(L, out);
		return LUA_OK;
	}
	lua_pushcfunction(L, to_json);
	lua_insert(L, -2);
	lua_pushlightuserdata(L, out);
	return lua_pcall(L, 2, 0, 1);
}

/* 1 when the cache had no such expression. */
static int eval_cached(struct vm *vm, struct eval *e, size_t *line,
	struct err *err)
{
	uint32_t i;

	if (prepare(vm, err) == -1)
		return -1;
	if (!strmap_find(&vm->cache, e->text, &i))
		return 1;
	begin(vm);
	lua_rawgetp(vm->L, LUA_REGISTRYINDEX, &vm_key_cache);
	lua_rawgeti(vm->L, -1, i);
	return finish(vm, call(vm->L, e->out), line, err);
}

static int eval_new(struct vm *vm, struct eval *e, size_t *line,
	struct err *err)
{
	int status;

	if (prepare(vm, err) == -1)
		return -1;
	begin(vm);
	lua_pushcfunction(vm->L, compile);
	lua_pushlightuserdata(vm->L, e);
	status = lua_pcall(vm->L, 1, 1, 1);
	if (status == LUA_OK && e->out)
		status = call(vm->L, e->out);
	return finish(vm, status, line, err);
}

/* Where in the user's text the error of line `line` is. */
static size_t place_of(const struct expr *e, size_t line)
{
	if (line < 2 || e->count == 0)
		return 0;
	return e->offsets[line - 2 < e->count ? line - 2 : e->count - 1];
}

static int evaluate(struct vm *vm, struct eval *e,
	const struct vm_host *host, size_t *at, struct err *err)
{
	struct expr x = {0};
	size_t line = 0;
	int rc = 1;

	buf_clear(&vm->json);
	vm->host = host;
	*at = 0;
	if (e->out)
		rc = eval_cached(vm, e, &line, err);
	if (rc == 1) {
		rc = expr_translate(&x, e->text, host, err);
		*at = x.at;
		e->expr = &x;
		if (rc == 0)
			rc = eval_new(vm, e, &line, err);
	} else if (line) { /* lines are not cached: only errors need them */
		expr_translate(&x, e->text, host, NULL);
	}
	if (line)
		*at = place_of(&x, line);
	if (e->expr || line)
		expr_release(&x);
	e->expr = NULL;
	vm->host = NULL;
	return rc;
}

int vm_eval(struct vm *vm, struct str expr, const struct vm_host *host,
	struct value *out, size_t *at, struct err *err)
{
	struct eval e = {.text = expr, .out = out};
	size_t ignored;

	if (!at)
		at = &ignored;
	memset(out, 0, sizeof(*out));
	return evaluate(vm, &e, host, at, err);
}

int vm_check(struct vm *vm, struct str expr, const struct vm_host *host,
	size_t *at, struct err *err)
{
	struct eval e = {.text = expr};
	size_t ignored;

	if (!at)
		at = &ignored;
	return evaluate(vm, &e, host, at, err);
}
