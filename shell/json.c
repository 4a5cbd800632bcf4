/*
 * JSON out. Strings are escaped as RFC 8259 wants, DEL and C1 controls too,
 * so that a document shown on a terminal does nothing to it.
 */
#include "shell/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"

void json_init(struct json *j, struct buf *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
}

static void value(struct json *j)
{
	uint64_t bit = (uint64_t)1 << j->depth;

	if (!j->keyed && (j->comma & bit))
		buf_char(j->out, ',');
	j->comma |= bit;
	j->keyed = 0;
}

void json_open(struct json *j, char bracket)
{
	value(j);
	buf_char(j->out, bracket);
	assert(j->depth < 60);
	j->depth++;
	j->comma &= ~((uint64_t)1 << j->depth);
}

void json_close(struct json *j, char bracket)
{
	assert(j->depth > 0 && !j->keyed);
	j->depth--;
	buf_char(j->out, bracket);
}

static void escaped(struct buf *b, int32_t cp, const char *p, int n)
{
	switch (cp) {
	case '"':
	case '\\':
		buf_char(b, '\\');
		buf_char(b, (char)cp);
		return;
	case '\n':
		buf_str(b, "\\n");
		return;
	case '\r':
		buf_str(b, "\\r");
		return;
	case '\t':
		buf_str(b, "\\t");
		return;
	}
	if (cp < 0)
		buf_str(b, "\\ufffd");
	else if (cp < ' ' || (cp >= 0x7f && cp < 0xa0))
		buf_printf(b, "\\u%04x", (unsigned)cp);
	else
		buf_add(b, p, (size_t)n);
}

/* Passes as it stands. */
static int is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= ' ' && u < 0x7f && u != '"' && u != '\\';
}

static void quoted(struct buf *b, struct str s)
{
	size_t i = 0, from;
	int32_t cp;

	buf_reserve(b, s.n + 2);
	buf_char(b, '"');
	while (i < s.n) {
		for (from = i; i < s.n && is_plain(s.p[i]);)
			i++;
		buf_add(b, s.p + from, i - from);
		if (i < s.n) {
			int n = utf8_decode(s.p + i, s.n - i, &cp);

			escaped(b, cp, s.p + i, n);
			i += (size_t)n;
		}
	}
	buf_char(b, '"');
}

void json_key(struct json *j, const char *key)
{
	value(j);
	quoted(j->out, str_of(key));
	buf_char(j->out, ':');
	j->keyed = 1;
}

void json_str(struct json *j, struct str s)
{
	value(j);
	quoted(j->out, s);
}

void json_text(struct json *j, const char *s)
{
	if (s)
		json_str(j, str_of(s));
	else
		json_null(j);
}

void json_int(struct json *j, int64_t v)
{
	value(j);
	buf_printf(j->out, "%lld", (long long)v);
}

void json_real(struct json *j, double v)
{
	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	value(j);
	buf_printf(j->out, "%.10g", v);
}

void json_bool(struct json *j, int v)
{
	value(j);
	buf_str(j->out, v ? "true" : "false");
}

void json_raw(struct json *j, struct str doc)
{
	struct str v;

	if (jspan_value(doc, &v) != 0 || utf8_check(v.p, v.n) != v.n) {
		json_null(j);
		return;
	}
	value(j);
	/* Between its values a document may have newlines: nowhere else. */
	for (size_t i = 0; i < v.n; i++)
		buf_char(j->out, (unsigned char)v.p[i] < ' ' ? ' ' : v.p[i]);
}

void json_null(struct json *j)
{
	value(j);
	buf_str(j->out, "null");
}

void json_list_open(struct json *j, const char *key)
{
	json_open(j, '{');
	json_kint(j, "v", 1);
	json_key(j, key);
	json_open(j, '[');
}

void json_list_close(struct json *j)
{
	json_close(j, ']');
	json_close(j, '}');
}

void json_kstr(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_str(j, s);
}

void json_ktext(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_text(j, s);
}

void json_kint(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void json_kbool(struct json *j, const char *key, int v)
{
	json_key(j, key);
	json_bool(j, v);
}

static void base64(struct buf *b, struct str s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t v = (uint32_t)p[i] << 16;

		v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		v |= left > 2 ? p[i + 2] : 0;
		buf_char(b, set[v >> 18]);
		buf_char(b, set[v >> 12 & 63]);
		buf_char(b, left > 1 ? set[v >> 6 & 63] : '=');
		buf_char(b, left > 2 ? set[v & 63] : '=');
	}
}

void json_kbytes(struct json *j, const char *key, struct str s)
{
	char name[64];

	if (utf8_check(s.p, s.n) == s.n) {
		json_kstr(j, key, s);
		return;
	}
	snprintf(name, sizeof(name), "%s_base64", key);
	json_key(j, name);
	value(j);
	buf_char(j->out, '"');
	base64(j->out, s);
	buf_char(j->out, '"');
}
