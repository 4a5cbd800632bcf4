/*
 * What translated conditions call: names of the host, comparisons between
 * kinds, contains, matches, len, exists.
 *
 * The rules are language.md 5.2: a number and a string that is wholly a
 * decimal number compare as numbers, any other mixture is an error that
 * names both, and nil equals only nil.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "lua/vm_int.h"

enum { NAMES_MAX = 4096, SUGGEST = 3 };

/* Functions a condition may call; without a dot: defined below. */
static const char *const functions[] = {"len", "reads", "tostring", "tonumber", "type",
	"math.abs", "math.ceil", "math.exp", "math.floor", "math.fmod",
	"math.log", "math.max", "math.min", "math.sqrt", "math.tointeger",
	"string.byte", "string.char", "string.find", "string.format",
	"string.len", "string.lower", "string.match", "string.gsub",
	"string.rep", "string.reverse", "string.sub", "string.upper", NULL};

int vm_is_function(struct str name)
{
	size_t i;

	for (i = 0; functions[i]; i++)
		if (str_eq(name, functions[i]))
			return 1;
	return 0;
}

/* ------------------------------------------------------------------- names */
struct candidate {
	const char *name;
	int distance;
};

static size_t prefix(struct str a, struct str b)
{
	size_t i = 0;

	while (i < a.n && i < b.n && a.p[i] == b.p[i])
		i++;
	return i;
}

/* Keeps the best three, nearest first. */
static void consider(struct candidate best[SUGGEST], struct str word,
	const char *name)
{
	struct str n = str_of(name);
	int d = text_distance(word, n), i;
	struct candidate c = {name, d}, t;

	if ((d > 2 || (size_t)d >= word.n) && prefix(word, n) < 4)
		return;
	for (i = 0; i < SUGGEST; i++) {
		if (best[i].name && strcmp(best[i].name, name) == 0)
			return;
		if (!best[i].name || c.distance < best[i].distance) {
			t = best[i];
			best[i] = c;
			c = t;
		}
		if (!c.name)
			return;
	}
}

void expr_suggest(struct err *err, struct str word,
	const struct vm_host *host)
{
	static const char *const roots[] = {"prev", "item", "index", "args",
		"vars", "env", "run", "session", "facts", "steps", "codebase",
		"security", "git", "system", "budget"};
	const char *names[NAMES_MAX];
	struct candidate best[SUGGEST] = {{0}};
	size_t i, n = 0;

	if (host && host->names)
		n = host->names(host->ud, names, NAMES_MAX);
	for (i = 0; i < n; i++)
		consider(best, word, names[i]);
	for (i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		consider(best, word, roots[i]);
	if (best[2].name)
		err_help(err, "did you mean %s, %s or %s?", best[0].name,
			best[1].name, best[2].name);
	else if (best[1].name)
		err_help(err, "did you mean %s or %s?", best[0].name,
			best[1].name);
	else if (best[0].name)
		err_help(err, "did you mean %s?", best[0].name);
}

static int is_null(lua_State *L, int i)
{
	return lua_isnil(L, i) || (lua_islightuserdata(L, i) &&
		!lua_touserdata(L, i));
}

static void push_value(lua_State *L, const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		lua_pushnil(L);
		break;
	case VALUE_BOOL:
		lua_pushboolean(L, v->i != 0);
		break;
	case VALUE_INT:
		lua_pushinteger(L, v->i);
		break;
	case VALUE_NUMBER:
		lua_pushnumber(L, v->d);
		break;
	case VALUE_STRING:
		lua_pushlstring(L, v->s.p ? v->s.p : "", v->s.n);
		break;
	case VALUE_JSON:
		json_push(L, v->s);
		break;
	}
}

/* Takes the dotted `rest` out of the value on top. */
static void descend(lua_State *L, struct str rest)
{
	int64_t number;

	while (rest.n) {
		const char *dot = memchr(rest.p, '.', rest.n);
		struct str key = {rest.p, dot ? (size_t)(dot - rest.p) :
			rest.n};

		if (!lua_istable(L, -1)) {
			lua_pop(L, 1);
			lua_pushnil(L);
			return;
		}
		if (number_parse(key, 1, INT64_MAX, &number) == 0)
			lua_rawgeti(L, -1, number);
		else {
			lua_pushlstring(L, key.p, key.n);
			lua_rawget(L, -2);
		}
		lua_remove(L, -2);
		key.n += dot != NULL;
		rest.p += key.n;
		rest.n -= key.n;
	}
}

static struct str arg(lua_State *L, int i)
{
	struct str s;

	s.p = luaL_checklstring(L, i, &s.n);
	return s;
}

/* What a translated expression gives, which is always a string. */
static struct str given(lua_State *L, int i)
{
	struct str s;

	s.p = lua_tolstring(L, i, &s.n);
	return s;
}

/* Asks the host for the name at places 1 to 3. Returns what get returned;
 * on 0 and -1 vm.host_err is set. */
static int ask_value(lua_State *L, struct value *v)
{
	struct vm *vm = vm_of(L);
	struct str root = given(L, 1);
	int rc = 0;

	vm->host_err.code = ERR_NONE;
	vm->host_err.text[0] = vm->host_err.help[0] = 0;
	if (vm->host && vm->host->get)
		rc = vm->host->get(vm->host->ud, root, given(L, 2), v,
			&vm->host_err);
	if (rc == 0) {
		err_set(&vm->host_err, ERR_PLAN, "unknown name '%s'", root.p);
		expr_suggest(&vm->host_err, root, vm->host);
	}
	return rc;
}

/* As it does; on 1 the value is pushed. */
static int ask(lua_State *L)
{
	struct value v = {0};
	int rc = ask_value(L, &v);

	if (rc == 1) {
		push_value(L, &v);
		descend(L, given(L, 3));
	}
	return rc;
}

static int not_had(lua_State *L, int rc)
{
	if (rc == 0 && str_eq(given(L, 1), "math")) {
		lua_getfield(L, lua_upvalueindex(1), lua_tostring(L, 2));
		if (lua_isnumber(L, -1))
			return 1;
	}
	vm_of(L)->host_failed = 1;
	return luaL_error(L, "%s", vm_of(L)->host_err.text);
}

/* G(root, field, rest [, fallback]) */
static int get(lua_State *L)
{
	int has_other = lua_gettop(L) > 3, rc = ask(L);

	if (rc == 1 && !(has_other && is_null(L, -1)))
		return 1;
	if (has_other) {
		lua_pushvalue(L, 4);
		return 1;
	}
	return not_had(L, rc);
}

/* X(root, field, rest [, fallback]): exists() of a name. */
static int exists_name(lua_State *L)
{
	int has_other = lua_gettop(L) > 3;

	lua_pushboolean(L, has_other || (ask(L) == 1 && !is_null(L, -1)));
	return 1;
}

static int exists_value(lua_State *L)
{
	lua_pushboolean(L, !is_null(L, 1));
	return 1;
}

static int no_empty(lua_State *L)
{
	if (is_null(L, 1) || (lua_type(L, 1) == LUA_TSTRING &&
		lua_rawlen(L, 1) == 0))
		lua_pushboolean(L, 0);
	else
		lua_settop(L, 1);
	return 1;
}

/* B(root, field, rest): N(G(…)). */
static int get_truth(lua_State *L)
{
	struct value v = {0};
	int rc = ask_value(L, &v);

	if (rc != 1)
		return not_had(L, rc);
	if (v.kind == VALUE_BOOL) {
		lua_pushboolean(L, v.i != 0);
		return 1;
	}
	push_value(L, &v);
	descend(L, given(L, 3));
	lua_replace(L, 1);
	lua_settop(L, 1);
	return no_empty(L);
}

/* It has members, and none that counts. */
static int is_map(lua_State *L, int i)
{
	if (lua_rawlen(L, i))
		return 0;
	lua_pushnil(L);
	if (!lua_next(L, i))
		return 0;
	lua_pop(L, 2);
	return 1;
}

/* ------------------------------------------------------------- comparisons */
static const char *describe(lua_State *L, int i, char *out, size_t size)
{
	size_t n;
	const char *s;

	if (lua_type(L, i) == LUA_TSTRING) {
		s = lua_tolstring(L, i, &n);
		snprintf(out, size, "the string \"%.*s%s\"",
			(int)(n > 40 ? 40 : n), s, n > 40 ? "…" : "");
	} else if (lua_type(L, i) == LUA_TNUMBER) {
		lua_pushvalue(L, i);
		snprintf(out, size, "the number %s", lua_tostring(L, -1));
		lua_pop(L, 1);
	} else if (lua_isboolean(L, i)) {
		snprintf(out, size, "%s", lua_toboolean(L, i) ? "true" :
			"false");
	} else {
		snprintf(out, size, "%s", is_null(L, i) ? "nil" :
			!lua_istable(L, i) ? luaL_typename(L, i) :
			is_map(L, i) ? "a map" : "a list");
	}
	return out;
}

static int mixture(lua_State *L, const char *what)
{
	char a[160], b[160];

	return luaL_error(L, "cannot %s %s and %s", what,
		describe(L, 1, a, sizeof(a)), describe(L, 2, b, sizeof(b)));
}

/* [+-]digits[.digits][e[+-]digits], nothing around it. */
static int is_decimal(struct str s)
{
	size_t i = 0, digits = 0;

	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		i++;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		digits++;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			digits++;
	if (digits && i < s.n && (s.p[i] | 32) == 'e') {
		i++;
		if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		for (digits = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
			i++)
			digits++;
	}
	return digits && i == s.n;
}

/* Makes places 1 and 2 two numbers or two strings; 0 when they are none. */
static int pair(lua_State *L)
{
	int a = lua_type(L, 1), b = lua_type(L, 2), text;
	struct str s;

	if (a == b)
		return a == LUA_TNUMBER || a == LUA_TSTRING;
	if (!((a == LUA_TNUMBER && b == LUA_TSTRING) ||
		(a == LUA_TSTRING && b == LUA_TNUMBER)))
		return 0;
	text = a == LUA_TSTRING ? 1 : 2;
	s.p = lua_tolstring(L, text, &s.n);
	if (!is_decimal(s) || !lua_stringtonumber(L, s.p +
		(s.p[0] == '+')))
		return 0;
	lua_replace(L, text);
	return 1;
}

static int equal(lua_State *L)
{
	if (pair(L))
		return lua_rawequal(L, 1, 2);
	if (is_null(L, 1) || is_null(L, 2))
		return is_null(L, 1) && is_null(L, 2);
	if (lua_type(L, 1) != lua_type(L, 2))
		return mixture(L, "compare");
	return lua_rawequal(L, 1, 2);
}

static int by_order(lua_State *L)
{
	struct str a, b;
	int c;

	if (!pair(L))
		return mixture(L, "order");
	if (lua_type(L, 1) == LUA_TNUMBER)
		return lua_compare(L, 1, 2, LUA_OPLT) ? -1 :
			lua_compare(L, 1, 2, LUA_OPEQ) ? 0 :
			lua_compare(L, 2, 1, LUA_OPLT) ? 1 : 2;
	a = arg(L, 1);
	b = arg(L, 2);
	c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	if (c == 0)
		c = (a.n > b.n) - (a.n < b.n);
	return c < 0 ? -1 : c > 0;
}

static int holds(lua_State *L, enum compare op)
{
	int c;

	if (op <= COMPARE_NE)
		return equal(L) == (op == COMPARE_EQ);
	c = by_order(L);
	switch (op) {
	case COMPARE_LT:
		return c == -1;
	case COMPARE_LE:
		return c <= 0;
	case COMPARE_GT:
		return c == 1;
	default:
		return c == 0 || c == 1;
	}
}

/* Whole numbers, which most facts are. */
static int holds_int(int64_t a, int64_t b, enum compare op)
{
	switch (op) {
	case COMPARE_EQ:
		return a == b;
	case COMPARE_NE:
		return a != b;
	case COMPARE_LT:
		return a < b;
	case COMPARE_LE:
		return a <= b;
	case COMPARE_GT:
		return a > b;
	default:
		return a >= b;
	}
}

/* Q(root, field, rest, literal, op): OP(G(…), literal). */
static int ask_compare(lua_State *L)
{
	enum compare op = (enum compare)lua_tointeger(L, 5);
	struct value v = {0};
	int rc = ask_value(L, &v);

	if (rc == 1 && v.kind == VALUE_INT && lua_isinteger(L, 4)) {
		lua_pushboolean(L, holds_int(v.i, lua_tointeger(L, 4), op));
		return 1;
	}
	if (rc != 1) {
		not_had(L, rc);
	} else {
		push_value(L, &v);
		descend(L, given(L, 3));
	}
	lua_replace(L, 1);
	lua_copy(L, 4, 2);
	lua_settop(L, 2);
	lua_pushboolean(L, holds(L, op));
	return 1;
}

static int cmp_eq(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_EQ));
	return 1;
}

static int cmp_ne(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_NE));
	return 1;
}

static int cmp_lt(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_LT));
	return 1;
}

static int cmp_le(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_LE));
	return 1;
}

static int cmp_gt(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_GT));
	return 1;
}

static int cmp_ge(lua_State *L)
{
	lua_pushboolean(L, holds(L, COMPARE_GE));
	return 1;
}

/* -------------------------------------------------- contains, in, matches */
/* Is the value at 2 an element or a key of the table at 1? */
static int in_table(lua_State *L)
{
	lua_Integer n = (lua_Integer)lua_rawlen(L, 1), i;
	int found = 0;

	if (n == 0 && lua_isstring(L, 2)) {
		lua_pushvalue(L, 2);
		lua_rawget(L, 1);
		return !lua_isnil(L, -1);
	}
	lua_settop(L, 2);
	lua_insert(L, 1);            /* value, table */
	for (i = 1; i <= n && !found; i++) {
		lua_pushcfunction(L, cmp_eq);
		lua_rawgeti(L, 2, i);
		lua_pushvalue(L, 1);
		if (lua_type(L, -1) == lua_type(L, -2) ||
			(lua_isnumber(L, -1) && lua_isnumber(L, -2))) {
			lua_call(L, 2, 1);
			found = lua_toboolean(L, -1);
		}
		lua_settop(L, 2);
		vm_poll(L);
	}
	return found;
}

static int contains(lua_State *L)
{
	struct str s, part;
	int r = 0;

	lua_settop(L, 2);
	if (lua_istable(L, 1)) {
		r = in_table(L);
	} else if (lua_type(L, 1) == LUA_TSTRING && lua_isstring(L, 2)) {
		s = arg(L, 1);
		part = arg(L, 2);
		r = part.n == 0 || memmem(s.p, s.n, part.p, part.n) != NULL;
	} else if (!is_null(L, 1)) {
		return mixture(L, "look for one in the other:");
	}
	lua_pushboolean(L, r);
	return 1;
}

static int in(lua_State *L)
{
	lua_settop(L, 2);
	lua_insert(L, 1);
	return contains(L);
}

static int matches(lua_State *L)
{
	int r = 0;

	if (lua_isstring(L, 1) && lua_type(L, 2) == LUA_TSTRING)
		r = pattern_found(L, arg(L, 1), arg(L, 2));
	else if (!is_null(L, 1))
		return mixture(L, "match");
	lua_pushboolean(L, r);
	return 1;
}

/* True, when its arguments have been read. */
static int reads(lua_State *L)
{
	lua_pushboolean(L, 1);
	return 1;
}

static int length(lua_State *L)
{
	lua_Integer n = 0;

	luaL_checkany(L, 1);
	if (is_null(L, 1)) {
		lua_pushinteger(L, 0);
		return 1;
	}
	if (lua_type(L, 1) == LUA_TSTRING) {
		n = (lua_Integer)lua_rawlen(L, 1);
	} else if (lua_istable(L, 1)) {
		n = (lua_Integer)lua_rawlen(L, 1);
		if (n == 0)
			for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
				n++;
	} else {
		return luaL_error(L, "len() of a %s", luaL_typename(L, 1));
	}
	lua_pushinteger(L, n);
	return 1;
}

/* D(x): x, which something is divided by. */
static int divisor(lua_State *L)
{
	lua_settop(L, 1);
	if (lua_isnumber(L, 1) && lua_tonumber(L, 1) == 0)
		return luaL_error(L, "attempt to divide by zero");
	return 1;
}

/* -------------------------------------------------------------- thresholds */
/* C(x): what is compared with the threshold that T gives next. */
static int compared(lua_State *L)
{
	struct vm *vm = vm_of(L);
	struct str s;

	lua_settop(L, 1);
	vm->compared = NAN;
	if (lua_type(L, 1) == LUA_TNUMBER) {
		vm->compared = lua_tonumber(L, 1);
	} else if (lua_type(L, 1) == LUA_TSTRING) {
		s = arg(L, 1);
		if (is_decimal(s))
			vm->compared = strtod(s.p, NULL);
	}
	return 1;
}

/* T(index, start, lo, hi): where the threshold is now. */
static int threshold(lua_State *L)
{
	struct vm *vm = vm_of(L);
	const struct vm_host *host = vm->host;
	double start = lua_tonumber(L, 2), lo = lua_tonumber(L, 3);
	double hi = lua_tonumber(L, 4), at = start;
	size_t index = (size_t)lua_tointeger(L, 1);

	lua_settop(L, 2); /* as it was written, a whole number or not */
	if (host && host->threshold && host->threshold(host->ud, index, start,
		lo, hi, &at) == 1 && at >= lo && at <= hi && at != start)
		lua_pushnumber(L, at);
	else
		at = start;
	if (host && host->compared)
		host->compared(host->ud, index, vm->compared, at);
	return 1;
}

/* Copies the allowed functions out of the sandbox's globals. */
static void copy_functions(lua_State *L)
{
	size_t i;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_globals);
	lua_getfield(L, -1, "__index");
	lua_remove(L, -2);           /* env, globals */
	for (i = 2; functions[i]; i++) {
		const char *dot = strchr(functions[i], '.');

		if (!dot) {
			lua_getfield(L, -1, functions[i]);
			lua_setfield(L, -3, functions[i]);
			continue;
		}
		lua_pushlstring(L, functions[i], (size_t)(dot -
			functions[i]));
		lua_pushvalue(L, -1);
		lua_gettable(L, -3);         /* …, name, library */
		lua_getfield(L, -1, dot + 1);
		lua_pushvalue(L, -3);
		if (lua_rawget(L, -6) != LUA_TTABLE) {
			lua_pop(L, 1);
			lua_newtable(L);
			lua_pushvalue(L, -4);
			lua_pushvalue(L, -2);
			lua_rawset(L, -8);
		}
		lua_insert(L, -2);
		lua_setfield(L, -2, dot + 1);
		lua_pop(L, 3);
	}
	lua_pop(L, 1);
}

void open_expr(lua_State *L)
{
	static const luaL_Reg list[] = {{"X", exists_name},
		{"E", exists_value}, {"N", no_empty}, {"EQ", cmp_eq},
		{"NE", cmp_ne}, {"LT", cmp_lt}, {"LE", cmp_le},
		{"GT", cmp_gt}, {"GE", cmp_ge}, {"HAS", contains},
		{"IN", in}, {"MATCH", matches}, {"len", length},
		{"reads", reads}, {"U", library_function},
		{"C", compared}, {"D", divisor}, {"T", threshold},
		{NULL, NULL}};
	static const luaL_Reg asking[] = {{"G", get}, {"B", get_truth},
		{"Q", ask_compare}, {NULL, NULL}};

	lua_newtable(L);
	luaL_setfuncs(L, list, 0);
	copy_functions(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_globals);
	lua_getfield(L, -1, "__index");
	lua_getfield(L, -1, "math");
	lua_remove(L, -2);
	lua_remove(L, -2);           /* env, math */
	luaL_setfuncs(L, asking, 1);
}
