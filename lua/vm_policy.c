/*
 * The functions of adaptive.lua: pure, JSON in and JSON out.
 *
 * The chunk runs in the same sandbox as everything else, with an _ENV of its
 * own that only it can reach; what it returned is kept until the state is
 * built anew. A call that fails leaves `out` as it was.
 */
#include <stdlib.h>

#include "lua/embedded.h"
#include "lua/vm_int.h"

enum { FILE_MAX = 1 << 20 };

struct policy {
	const char *function;
	struct str json;
	struct str source;     /* .p NULL: what was compiled is still there */
	struct buf *out;
	uint8_t missing;       /* nothing was compiled */
};

/* Leaves the table of functions on the stack. */
static void compile(lua_State *L, struct str source)
{
	if (luaL_loadbufferx(L, source.p, source.n, "=c", "t") != LUA_OK)
		lua_error(L);
	sandbox_env(L);
	lua_setupvalue(L, -2, 1);
	lua_call(L, 0, 1);
	luaL_checktype(L, -1, LUA_TTABLE);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &vm_key_policy);
}

static int body(lua_State *L)
{
	struct policy *p = lua_touserdata(L, 1);

	if (p->source.p) {
		compile(L, p->source);
	} else if (lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_policy) !=
		LUA_TTABLE) {
		p->missing = 1;
		return 0;
	}
	if (lua_getfield(L, -1, p->function) != LUA_TFUNCTION)
		return luaL_error(L, "there is no function '%s'",
			p->function);
	json_push(L, p->json);
	lua_call(L, 1, 1);
	if (!lua_istable(L, -1))
		return luaL_error(L, "'%s' gave a %s, not a table",
			p->function, luaL_typename(L, -1));
	json_write(L, -1, p->out);
	return 0;
}

static int read_file(const char *dir, struct buf *text, struct err *err)
{
	struct buf path;
	FILE *f;
	int rc = 0;

	buf_init(&path);
	buf_printf(&path, "%s/adaptive.lua", dir);
	f = fopen(buf_cstr(&path), "re");
	if (!f) {
		rc = err_errno(err, ERR_IO, "cannot read %s",
			buf_cstr(&path));
	} else {
		buf_reserve(text, FILE_MAX);
		text->len = fread(text->data, 1, FILE_MAX, f);
		if (ferror(f))
			rc = err_errno(err, ERR_IO, "cannot read %s",
				buf_cstr(&path));
		else if (text->len == FILE_MAX)
			rc = err_set(err, ERR_LIMIT, "%s is too large",
				buf_cstr(&path));
		fclose(f);
	}
	buf_release(&path);
	return rc;
}

/* The file in WF_LUA_PATH, read into `file`, or the one in the binary. */
static int find_source(struct str *source, struct buf *file,
	struct err *err)
{
	const char *dir = getenv("WF_LUA_PATH");
	const struct embedded *e = lua_embedded;

	if (dir && *dir) {
		if (read_file(dir, file, err) == -1)
			return -1;
		*source = (struct str){file->data, file->len};
		return 0;
	}
	while (e->name && strcmp(e->name, "adaptive") != 0)
		e++;
	if (!e->name)
		return err_set(err, ERR_STATE,
			"adaptive.lua is not built into this wf");
	*source = (struct str){(const char *)e->data, e->size};
	return 0;
}

static int call(struct vm *vm, struct policy *p, struct err *err)
{
	struct err why = {0};
	size_t line = 0;

	p->missing = 0;
	if (vm_protected(vm, body, p, &line, &why) == 0)
		return 0;
	if (line)
		return err_set(err, why.code, "adaptive.lua:%zu: %s", line,
			why.text);
	return err_set(err, why.code, "adaptive.lua: %s", why.text);
}

int vm_policy(struct vm *vm, const char *function, struct str json,
	struct buf *out, struct err *err)
{
	struct policy p = {.function = function, .json = json, .out = out};
	size_t start = out->len;
	struct buf file;
	int rc = call(vm, &p, err);

	if (rc == 0 && p.missing) {
		buf_init(&file);
		rc = find_source(&p.source, &file, err);
		if (rc == 0)
			rc = call(vm, &p, err);
		buf_release(&file);
	}
	if (rc == -1)
		out->len = start;
	return rc;
}
