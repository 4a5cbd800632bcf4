/*
 * JSON and Lua values. Reading: RFC 8259, nesting to 64, whole numbers stay
 * integers, null is the light userdata NULL inside arrays and objects.
 * Writing: object keys sorted bytewise, so that the same table gives the
 * same bytes in every state.
 */
#include <math.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "lua/vm_int.h"

enum { DEPTH = 64 };

struct reader {
	lua_State *L;
	const char *p, *end;
	int depth;
};

static void read_value(struct reader *r);

static void bad(struct reader *r, const char *what)
{
	luaL_error(r->L, "not JSON: %s, %d bytes before the end", what,
		(int)(r->end - r->p));
}

static void blanks(struct reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) && *r->p)
		r->p++;
}

static int peek(const struct reader *r)
{
	return r->p < r->end ? (unsigned char)*r->p : -1;
}

static uint32_t hex4(struct reader *r)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++, r->p++) {
		int c = peek(r);

		if (c >= '0' && c <= '9')
			v = v * 16 + (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + (uint32_t)((c | 32) - 'a' + 10);
		else
			bad(r, "bad \\u escape");
	}
	return v;
}

static void add_utf8(luaL_Buffer *b, uint32_t c)
{
	if (c < 0x80) {
		luaL_addchar(b, (char)c);
	} else if (c < 0x800) {
		luaL_addchar(b, (char)(0xC0 | c >> 6));
		luaL_addchar(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		luaL_addchar(b, (char)(0xE0 | c >> 12));
		luaL_addchar(b, (char)(0x80 | (c >> 6 & 63)));
		luaL_addchar(b, (char)(0x80 | (c & 63)));
	} else {
		luaL_addchar(b, (char)(0xF0 | c >> 18));
		luaL_addchar(b, (char)(0x80 | (c >> 12 & 63)));
		luaL_addchar(b, (char)(0x80 | (c >> 6 & 63)));
		luaL_addchar(b, (char)(0x80 | (c & 63)));
	}
}

static void unicode(struct reader *r, luaL_Buffer *b)
{
	uint32_t c = hex4(r);

	if (c >= 0xD800 && c < 0xDC00 && r->end - r->p >= 6 &&
		r->p[0] == '\\' && r->p[1] == 'u') {
		uint32_t low;

		r->p += 2;
		low = hex4(r);
		if (low < 0xDC00 || low > 0xDFFF)
			bad(r, "half a surrogate pair");
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	} else if (c >= 0xD800 && c <= 0xDFFF) {
		bad(r, "half a surrogate pair");
	}
	add_utf8(b, c);
}

static void read_string(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	luaL_Buffer b;
	const char *hit;

	luaL_buffinit(r->L, &b);
	for (r->p++; peek(r) != '"';) {
		const char *run = r->p;

		while (r->p < r->end && *r->p != '"' && *r->p != '\\' &&
			(unsigned char)*r->p >= 32)
			r->p++;
		luaL_addlstring(&b, run, (size_t)(r->p - run));
		if (peek(r) == '"')
			break;
		if (peek(r) != '\\')
			bad(r, "string without its end");
		r->p++;
		hit = peek(r) > 0 ? strchr(from, *r->p) : NULL;
		r->p++;
		if (hit)
			luaL_addchar(&b, to[hit - from]);
		else if (r->p <= r->end && r->p[-1] == 'u')
			unicode(r, &b);
		else
			bad(r, "bad escape");
	}
	r->p++;
	luaL_pushresult(&b);
}

/* What strtod takes beyond the grammar: 01, 1., .5, +1 */
static int is_json_number(const char *s)
{
	s += *s == '-';
	if (*s == '0' && s[1] >= '0' && s[1] <= '9')
		return 0;
	if (*s < '0' || *s > '9')
		return 0;
	s = strchr(s, '.');
	return !s || (s[1] >= '0' && s[1] <= '9');
}

static void read_number(struct reader *r)
{
	char text[64];
	size_t n = 0;

	while (r->p < r->end && strchr("+-.0123456789eE", *r->p) && *r->p) {
		if (n == sizeof(text) - 1)
			bad(r, "number too long");
		text[n++] = *r->p++;
	}
	text[n] = 0;
	if (!is_json_number(text) || lua_stringtonumber(r->L, text) == 0)
		bad(r, "bad value");
}

static void word(struct reader *r, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, w, n) != 0)
		bad(r, "bad value");
	r->p += n;
}

static void read_array(struct reader *r)
{
	lua_Integer i = 0;

	lua_newtable(r->L);
	r->p++;
	blanks(r);
	if (peek(r) == ']') {
		r->p++;
		return;
	}
	for (;;) {
		read_value(r);
		lua_rawseti(r->L, -2, ++i);
		blanks(r);
		if (peek(r) == ']')
			break;
		if (peek(r) != ',')
			bad(r, "',' or ']' is missing");
		r->p++;
	}
	r->p++;
}

static void read_object(struct reader *r)
{
	lua_newtable(r->L);
	r->p++;
	blanks(r);
	if (peek(r) == '}') {
		r->p++;
		lua_rawgetp(r->L, LUA_REGISTRYINDEX, &vm_key_object);
		lua_setmetatable(r->L, -2);
		return;
	}
	for (;;) {
		blanks(r);
		if (peek(r) != '"')
			bad(r, "a key is missing");
		read_string(r);
		blanks(r);
		if (peek(r) != ':')
			bad(r, "':' is missing");
		r->p++;
		read_value(r);
		lua_rawset(r->L, -3);
		blanks(r);
		if (peek(r) == '}')
			break;
		if (peek(r) != ',')
			bad(r, "',' or '}' is missing");
		r->p++;
	}
	r->p++;
}

static void read_value(struct reader *r)
{
	if (++r->depth > DEPTH)
		bad(r, "nested too deep");
	luaL_checkstack(r->L, 8, "JSON");
	vm_poll(r->L);
	blanks(r);
	switch (peek(r)) {
	case '{':
		read_object(r);
		break;
	case '[':
		read_array(r);
		break;
	case '"':
		read_string(r);
		break;
	case 't':
		word(r, "true");
		lua_pushboolean(r->L, 1);
		break;
	case 'f':
		word(r, "false");
		lua_pushboolean(r->L, 0);
		break;
	case 'n':
		word(r, "null");
		lua_pushlightuserdata(r->L, NULL);
		break;
	default:
		read_number(r);
	}
	r->depth--;
}

void json_push(lua_State *L, struct str text)
{
	struct reader r = {L, text.p, text.p + text.n, 0};

	read_value(&r);
	blanks(&r);
	if (r.p != r.end)
		bad(&r, "something follows the value");
}

/* ----------------------------------------------------------------- writing */
struct writer {
	lua_State *L;
	struct buf *out;
	int depth;
	int as_is;      /* bytes that are not UTF-8 stay what they are */
};

static void write_value(struct writer *w, int index);

static void put(struct writer *w, const char *s)
{
	out_add(w->L, w->out, s, strlen(s));
}

static void write_string(struct writer *w, const char *s, size_t n)
{
	size_t i, len;
	char esc[8];
	int32_t cp;

	put(w, "\"");
	for (i = 0; i < n; i += len) {
		len = (size_t)utf8_decode(s + i, n - i, &cp);
		if (cp == '"' || cp == '\\') {
			esc[0] = '\\';
			esc[1] = (char)cp;
			out_add(w->L, w->out, esc, 2);
		} else if (cp == '\n') {
			put(w, "\\n");
		} else if (cp == '\t') {
			put(w, "\\t");
		} else if (cp >= 0 && cp < 32) {
			snprintf(esc, sizeof(esc), "\\u%04x", (unsigned)cp);
			put(w, esc);
		} else if (cp < 0 && !w->as_is) {
			put(w, "\\ufffd");
		} else {
			out_add(w->L, w->out, s + i, len);
		}
	}
	put(w, "\"");
}

static void write_number(struct writer *w, int index)
{
	double d = lua_tonumber(w->L, index);
	char text[48];

	if (lua_isinteger(w->L, index)) {
		snprintf(text, sizeof(text), LUA_INTEGER_FMT,
			lua_tointeger(w->L, index));
	} else if (!isfinite(d)) {
		luaL_error(w->L, "JSON has no number like %f", d);
	} else {
		snprintf(text, sizeof(text), "%.15g", d);
		if (strtod(text, NULL) != d)
			snprintf(text, sizeof(text), "%.17g", d);
	}
	put(w, text);
}

/* What write_object sorts: the strings stay alive as keys of the table. */
struct key {
	const char *p;
	size_t n;
};

static int by_bytes(const void *va, const void *vb)
{
	const struct key *a = va, *b = vb;
	int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

/* The key on top of the stack is no name; says what is wrong. */
static void refuse_key(lua_State *L, int index)
{
	int others = 0;

	lua_pop(L, 1);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		others |= lua_type(L, -1) != LUA_TNUMBER;
	}
	if (others)
		luaL_error(L, "a table with both numbers and names as keys "
			"has no JSON: use names alone");
	luaL_error(L, "a list with a hole (nil before its end, or no first "
		"element) has no JSON: put false there, or use names");
}

static void write_object(struct writer *w, int index, size_t count)
{
	lua_State *L = w->L;
	struct key *keys = lua_newuserdatauv(L, count * sizeof(*keys), 0);
	size_t i = 0;

	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			refuse_key(L, index);
		keys[i].p = lua_tolstring(L, -1, &keys[i].n);
		i++;
	}
	qsort(keys, count, sizeof(*keys), by_bytes);
	put(w, "{");
	for (i = 0; i < count; i++) {
		if (i)
			put(w, ",");
		write_string(w, keys[i].p, keys[i].n);
		put(w, ":");
		lua_pushlstring(L, keys[i].p, keys[i].n);
		lua_rawget(L, index);
		write_value(w, lua_gettop(L));
		lua_pop(L, 1);
	}
	put(w, "}");
	lua_pop(L, 1);
}

static int is_object_mark(lua_State *L, int index)
{
	int same;

	if (!lua_getmetatable(L, index))
		return 0;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &vm_key_object);
	same = lua_rawequal(L, -1, -2);
	lua_pop(L, 2);
	return same;
}

static void write_table(struct writer *w, int index)
{
	lua_State *L = w->L;
	lua_Integer n = (lua_Integer)lua_rawlen(L, index), i;
	size_t count = 0;

	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		count++;
		if (count % 4096 == 0)
			vm_poll(L);
	}
	if (count != (size_t)n) {
		write_object(w, index, count);
		return;
	}
	if (n == 0) {
		put(w, is_object_mark(L, index) ? "{}" : "[]");
		return;
	}
	put(w, "[");
	for (i = 1; i <= n; i++) {
		if (i > 1)
			put(w, ",");
		lua_rawgeti(L, index, i);
		write_value(w, lua_gettop(L));
		lua_pop(L, 1);
	}
	put(w, "]");
}

static void write_value(struct writer *w, int index)
{
	lua_State *L = w->L;
	const char *s;
	size_t n;

	vm_poll(L);
	if (++w->depth > DEPTH)
		luaL_error(L, "a table nested deeper than %d", DEPTH);
	luaL_checkstack(L, 8, "JSON");
	switch (lua_type(L, index)) {
	case LUA_TNIL:
		put(w, "null");
		break;
	case LUA_TLIGHTUSERDATA:
		put(w, "null");
		break;
	case LUA_TBOOLEAN:
		put(w, lua_toboolean(L, index) ? "true" : "false");
		break;
	case LUA_TNUMBER:
		write_number(w, index);
		break;
	case LUA_TSTRING:
		s = lua_tolstring(L, index, &n);
		write_string(w, s, n);
		break;
	case LUA_TTABLE:
		write_table(w, index);
		break;
	default:
		luaL_error(L, "a %s has no JSON", luaL_typename(L, index));
	}
	w->depth--;
}

void json_write(lua_State *L, int index, struct buf *out)
{
	struct writer w = {L, out, 0, 0};

	write_value(&w, lua_absindex(L, index));
}

void json_keep(lua_State *L, int index, struct buf *out)
{
	struct writer w = {L, out, 0, 1};

	write_value(&w, lua_absindex(L, index));
}
