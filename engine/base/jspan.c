/*
 * JSON as spans. Everything here looks at the source bytes and moves on; what
 * jspan_value() has passed is well-formed, so that the others do not check
 * again.
 */
#include "engine/base/jspan.h"

#include <string.h>

#include "engine/base/text.h"

struct scan {
	const char *p, *end;
	int depth;
};

static int scan_value(struct scan *s);

static int peek(const struct scan *s)
{
	return s->p < s->end ? (unsigned char)*s->p : -1;
}

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
			*s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static int hex_of(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_of((unsigned char)p[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* After `\u`: the character, of one escape or of a pair; -1: malformed. */
static int32_t unicode(struct scan *s)
{
	int32_t c = hex4(s->p, s->end), low;

	if (c < 0)
		return -1;
	s->p += 4;
	if (c < 0xD800 || c > 0xDFFF)
		return c;
	if (c > 0xDBFF || s->end - s->p < 6 || s->p[0] != '\\' ||
			s->p[1] != 'u')
		return -1;
	low = hex4(s->p + 2, s->end);
	if (low < 0xDC00 || low > 0xDFFF)
		return -1;
	s->p += 6;
	return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

static int scan_string(struct scan *s)
{
	for (s->p++; s->p < s->end; s->p++) {
		unsigned char c = (unsigned char)*s->p;

		if (c == '"') {
			s->p++;
			return 0;
		}
		if (c < 32)
			return -1;
		if (c != '\\')
			continue;
		if (++s->p == s->end || !*s->p || !strchr("\"\\/bfnrtu", *s->p))
			return -1;
		if (*s->p != 'u')
			continue;
		s->p++;
		if (unicode(s) < 0)
			return -1;
		s->p--;
	}
	return -1;
}

static int digits(struct scan *s)
{
	const char *from = s->p;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->p++;
	return s->p > from ? 0 : -1;
}

static int scan_number(struct scan *s)
{
	s->p += peek(s) == '-';
	if (peek(s) == '0')
		s->p++;
	else if (digits(s) < 0)
		return -1;
	if (peek(s) == '.') {
		s->p++;
		if (digits(s) < 0)
			return -1;
	}
	if ((peek(s) | 32) != 'e')
		return 0;
	s->p++;
	s->p += peek(s) == '+' || peek(s) == '-';
	return digits(s);
}

static int scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return -1;
	s->p += n;
	return 0;
}

static int scan_member(struct scan *s)
{
	blanks(s);
	if (peek(s) != '"' || scan_string(s) < 0)
		return -1;
	blanks(s);
	if (peek(s) != ':')
		return -1;
	s->p++;
	return scan_value(s);
}

static int scan_many(struct scan *s, int close)
{
	int object = close == '}', rc = 0;

	s->p++;
	blanks(s);
	if (peek(s) == close) {
		s->p++;
		return 0;
	}
	if (++s->depth > JSPAN_DEPTH)
		return -1;
	for (;;) {
		rc = object ? scan_member(s) : scan_value(s);
		if (rc < 0)
			return -1;
		blanks(s);
		if (peek(s) != ',')
			break;
		s->p++;
	}
	if (peek(s) != close)
		return -1;
	s->p++;
	s->depth--;
	return 0;
}

static int scan_value(struct scan *s)
{
	blanks(s);
	switch (peek(s)) {
	case '{':
		return scan_many(s, '}');
	case '[':
		return scan_many(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

int jspan_value(struct str doc, struct str *out)
{
	struct scan s = {doc.p, doc.p + doc.n, 0};

	if (doc.n >= 3 && memcmp(doc.p, "\xEF\xBB\xBF", 3) == 0)
		s.p += 3;
	blanks(&s);
	out->p = s.p;
	if (scan_value(&s) < 0)
		return -1;
	out->n = (size_t)(s.p - out->p);
	blanks(&s);
	return s.p == s.end ? 0 : -1;
}

int jspan_next(struct jspan_walk *w, struct str *key, struct str *value)
{
	struct scan s = {w->left.p, w->left.p + w->left.n, 0};
	struct str name = {NULL, 0};

	if (!w->inside && peek(&s) != '[' && peek(&s) != '{')
		return 0;
	if (!w->inside)
		w->inside = (uint8_t)peek(&s);
	s.p++; /* the bracket, or the comma behind the one before */
	blanks(&s);
	if (s.p >= s.end || peek(&s) == ']' || peek(&s) == '}')
		return 0;
	if (w->inside == '{') {
		name.p = s.p;
		if (scan_string(&s) < 0)
			return 0;
		name.n = (size_t)(s.p - name.p);
		blanks(&s);
		s.p++;
		blanks(&s);
	}
	value->p = s.p;
	if (scan_value(&s) < 0)
		return 0;
	value->n = (size_t)(s.p - value->p);
	blanks(&s);
	w->left.p = s.p;
	w->left.n = (size_t)(s.end - s.p);
	if (key)
		*key = name;
	return 1;
}

static void add_char(struct buf *out, int32_t c)
{
	if (c < 0x80) {
		buf_char(out, (char)c);
	} else if (c < 0x800) {
		buf_char(out, (char)(0xC0 | c >> 6));
		buf_char(out, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_char(out, (char)(0xE0 | c >> 12));
		buf_char(out, (char)(0x80 | (c >> 6 & 63)));
		buf_char(out, (char)(0x80 | (c & 63)));
	} else {
		buf_char(out, (char)(0xF0 | c >> 18));
		buf_char(out, (char)(0x80 | (c >> 12 & 63)));
		buf_char(out, (char)(0x80 | (c >> 6 & 63)));
		buf_char(out, (char)(0x80 | (c & 63)));
	}
}

int jspan_text(struct str value, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	struct scan s = {value.p + 1, value.p + value.n - 1, 0};

	while (s.p < s.end) {
		const char *run = s.p, *hit;
		int32_t c;

		while (s.p < s.end && *s.p != '\\')
			s.p++;
		buf_add(out, run, (size_t)(s.p - run));
		if (s.p == s.end)
			break;
		hit = strchr(from, s.p[1]);
		s.p += 2;
		if (hit) {
			buf_char(out, to[hit - from]);
			continue;
		}
		c = unicode(&s);
		if (c <= 0)
			return -1;
		add_char(out, c);
	}
	return 0;
}

/* Whether a key, with its quotes, is this name. */
static int is_key(struct str key, struct str name, struct buf *text)
{
	if (!memchr(key.p, '\\', key.n))
		return key.n - 2 == name.n &&
			memcmp(key.p + 1, name.p, name.n) == 0;
	buf_clear(text);
	return jspan_text(key, text) == 0 && text->len == name.n &&
		(name.n == 0 || memcmp(text->data, name.p, name.n) == 0);
}

static int one_level(struct str value, struct str name, struct str *out)
{
	struct jspan_walk w = {value, 0};
	struct str key, each;
	struct buf text;
	int64_t at = -1;
	int found = 0;

	if (value.p[0] == '[' && number_parse(name, 0, INT32_MAX, &at) < 0)
		return 0;
	buf_init(&text);
	while (jspan_next(&w, &key, &each)) {
		if (w.inside == '{' ? is_key(key, name, &text) : at-- == 0) {
			*out = each;
			found = 1;
			if (w.inside == '[')
				break;
		}
	}
	buf_release(&text);
	return found;
}

int jspan_find(struct str value, struct str path, struct str *out)
{
	*out = value;
	while (path.n > 0) {
		const char *dot = memchr(path.p, '.', path.n);
		size_t n = dot ? (size_t)(dot - path.p) : path.n;

		if (!one_level(*out, (struct str){path.p, n}, out))
			return 0;
		path.p += n + (dot != NULL);
		path.n -= n + (dot != NULL);
	}
	return 1;
}
