/*
 * A compiled condition over facts that are known, beside plain Lua that
 * evaluates the same over a table of them, each from one call of C.
 *
 *	bench_lua [COUNT]
 *
 * Goal: at most 0.3 us more an evaluation.
 */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lua/vm.h"

enum { ROUNDS = 7 };

static const struct {
	const char *root, *field;
	struct value value;
} facts[] = {
	{"codebase", "files", {.kind = VALUE_INT, .i = 1234, .d = 1234}},
	{"security", "issues_found", {.kind = VALUE_INT}},
	{"git", "branch", {.kind = VALUE_STRING, .s = {"main", 4}}},
	{"build", "ok", {.kind = VALUE_BOOL, .i = 1}}};

static const struct {
	const char *ours, *lua;
} pairs[] = {
	{"codebase.files > 1000", "return codebase.files > 1000"},
	{"codebase.files > 1000 AND security.issues_found == 0",
		"return codebase.files > 1000 and security.issues_found == "
		"0"},
	{"build.ok AND git.branch == 'main' AND NOT (security.issues_found > 3)",
		"return build.ok and git.branch == 'main' and not "
		"(security.issues_found > 3)"},
	{"codebase.files > ~1000", "return codebase.files > 1000"}};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_lua: %s: %s\n", what, why);
	exit(1);
}

static int get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	size_t i;

	(void)ud;
	(void)err;
	for (i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (str_eq(root, facts[i].root) &&
			str_eq(field, facts[i].field)) {
			*out = facts[i].value;
			return 1;
		}
	return 0;
}

static double ours(struct vm *vm, const char *text, long count)
{
	struct vm_host host = {.get = get};
	struct str expr = str_of(text);
	double t = now_us();
	struct err err;
	struct value v;
	size_t at;
	long i;

	for (i = 0; i < count; i++)
		if (vm_eval(vm, expr, &host, &v, &at, &err) == -1 || !v.i)
			die(text, err.text);
	return (now_us() - t) / (double)count;
}

static double plain(lua_State *L, const char *text, long count)
{
	double t;
	long i;

	if (luaL_loadstring(L, text) != LUA_OK)
		die(text, lua_tostring(L, -1));
	t = now_us();
	for (i = 0; i < count; i++) {
		lua_pushvalue(L, -1);
		if (lua_pcall(L, 0, 1, 0) != LUA_OK || !lua_toboolean(L, -1))
			die(text, "wrong");
		lua_pop(L, 1);
	}
	t = (now_us() - t) / (double)count;
	lua_pop(L, 1);
	return t;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 200000;
	lua_State *L = luaL_newstate();
	double a[ROUNDS], b[ROUNDS];
	struct vm_options o = {.limit_ms = 100};
	struct err err;
	struct vm *vm;
	size_t i;
	int r;

	if (!L || vm_new(&vm, &o, &err) == -1)
		die("start", "no state");
	luaL_openlibs(L);
	if (luaL_dostring(L, "codebase = {files = 1234} security = "
		"{issues_found = 0} git = {branch = 'main'} build = {ok = "
		"true}") != LUA_OK)
		die("facts", lua_tostring(L, -1));
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		for (r = 0; r < ROUNDS; r++) {
			a[r] = ours(vm, pairs[i].ours, count);
			b[r] = plain(L, pairs[i].lua, count);
		}
		qsort(a, ROUNDS, sizeof(*a), by_size);
		qsort(b, ROUNDS, sizeof(*b), by_size);
		printf("condition: %.44s\n%44s %9.3f us  plain Lua %9.3f us  "
			"more %6.3f us  goal <= 0.3 us\n", pairs[i].ours, "",
			a[ROUNDS / 2], b[ROUNDS / 2], a[ROUNDS / 2] -
			b[ROUNDS / 2]);
	}
	vm_free(vm);
	lua_close(L);
	return 0;
}
