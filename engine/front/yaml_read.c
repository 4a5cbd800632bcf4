/*
 * Maps against tables of keys, scalars against types. Knows the types of
 * yaml_keys.h and nothing of what a key is for; adds to diags and goes on,
 * so that one look at a block shows all of its mistakes.
 */
#include "engine/front/yaml_read.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

static const char *const kind_names[] = { "one value", "a map", "a list" };

const struct ynode *yread_at(const struct ytree *y, uint32_t node)
{
	assert(node < y->count);
	return &y->nodes[node];
}

int yread_error(const struct ytree *y, uint32_t node, const char *code,
	const char *help, const char *fmt, ...)
{
	const struct ynode *n = yread_at(y, node);
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return src_error(y->c, src_at(y->src, n->at, n->len), code, help, "%s",
		text);
}

/* For "%.*s" of what a user wrote. */
static int shown(struct str s)
{
	return s.n < 60 ? (int)s.n : 60;
}

static int is_plain(const struct ynode *n)
{
	return n->kind == YNODE_SCALAR && n->style == YNODE_PLAIN;
}

static int word_in(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(s, *words))
			return 1;
	return 0;
}

/* 1, 0, or -1 when it is no boolean. */
static int to_bool(const struct ynode *n)
{
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };

	if (!is_plain(n))
		return -1;
	return word_in(n->text, yes) ? 1 : word_in(n->text, no) ? 0 : -1;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Whole numbers of the core schema: 12, +12, 0o17, 0xff. */
static int to_number(const struct ynode *n, int64_t min, int64_t *out)
{
	struct str s = n->text;
	int radix = 10;

	if (!is_plain(n))
		return -1;
	if (s.n > 1 && s.p[0] == '+' && digit_of(s.p[1]) < 10) {
		s.p++;
		s.n--;
	}
	if (s.n > 2 && s.p[0] == '0')
		radix = s.p[1] == 'o' ? 8 : s.p[1] == 'x' ? 16 : 10;
	if (radix == 10)
		return number_parse(s, min, INT32_MAX, out);
	for (*out = 0, s.p += 2, s.n -= 2; s.n; s.p++, s.n--) {
		if (digit_of(*s.p) >= radix || *out > INT32_MAX)
			return -1;
		*out = *out * radix + digit_of(*s.p);
	}
	return *out < min || *out > INT32_MAX ? -1 : 0;
}

/* A plain decimal number such as 1.5; for backoff and quorum. */
static int is_decimal(const struct ynode *n)
{
	struct str s = n->text;
	size_t i = 0, digits = 0;

	if (!is_plain(n) || s.n > 18)
		return 0;
	for (; i < s.n && digit_of(s.p[i]) < 10; i++)
		digits++;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && digit_of(s.p[i]) < 10; i++)
			digits++;
	return digits && i == s.n;
}

static int choice_of(struct str word, const char *choices)
{
	const char *p = choices, *end;
	int i;

	for (i = 0; *p; i++) {
		end = strchr(p, ' ');
		if (!end)
			end = p + strlen(p);
		if ((size_t)(end - p) == word.n &&
		    memcmp(p, word.p, word.n) == 0)
			return i;
		p = *end ? end + 1 : end;
	}
	return -1;
}

static int bad_choice(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	char words[128], help[192] = "";
	const char *list[16], *near;
	struct str s = yread_text(y, node);
	size_t count = 0;
	char *p;

	snprintf(words, sizeof(words), "%s", key->choices);
	for (p = words; p; p = p ? p + 1 : p) {
		list[count++] = p;
		p = strchr(p, ' ');
		if (p)
			*p = '\0';
		if (count == sizeof(list) / sizeof(list[0]))
			break;
	}
	near = text_nearest(s, list, count);
	if (near)
		snprintf(help, sizeof(help), "did you mean '%s'?", near);
	else
		snprintf(help, sizeof(help), "one of: %s", key->choices);
	return yread_error(y, node, "E407", help, "'%s' cannot be '%.*s'",
		key->name, shown(s), s.p);
}

static int bad_bool(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	static const char *const yes[] = { "yes", "on", "Yes", "On", "YES",
		"ON", "y", "1", "true", NULL };
	static const char *const no[] = { "no", "off", "No", "Off", "NO", "OFF",
		"n", "0", "false", NULL };
	struct str s = yread_text(y, node);
	const char *help = word_in(s, yes) ? "write true, without quotes" :
		word_in(s, no) ? "write false, without quotes" : NULL;

	return yread_error(y, node, "E407", help,
		"'%s' is true or false, not '%.*s'", key->name, shown(s), s.p);
}

static int bad_number(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	const struct ynode *n = yread_at(y, node);
	int64_t v;
	const char *help = n->style != YNODE_PLAIN &&
		!number_parse(n->text, 0, INT32_MAX, &v) ?
		"write it without quotes" : NULL;

	return yread_error(y, node, "E407", help,
		"'%s' is a %s from %d, not '%.*s'", key->name,
		key->type == YKEY_NUMBER ? "number" : "whole number",
		key->type == YKEY_SIZE, shown(n->text), n->text.p);
}

static int bad_duration(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	struct str s = yread_text(y, node);

	return yread_error(y, node, "E407",
		"a number of seconds, or 500ms 30s 5m 2h 1d",
		"'%s' is a duration, not '%.*s'", key->name, shown(s), s.p);
}

static int check_scalar(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	const struct ynode *n = yread_at(y, node);
	int64_t v;

	switch (key->type) {
	case YKEY_NAME:
		if (is_name(n->text))
			return 0;
		return yread_error(y, node, "E407",
			"letters, digits, _ and -, at most 64, not starting "
			"with a digit", "'%.*s' cannot be a name",
			shown(n->text), n->text.p);
	case YKEY_BOOL:
		return to_bool(n) < 0 ? bad_bool(y, node, key) : 0;
	case YKEY_COUNT:
	case YKEY_SIZE:
		return to_number(n, key->type == YKEY_SIZE, &v) ?
			bad_number(y, node, key) : 0;
	case YKEY_NUMBER:
		return is_decimal(n) ? 0 : bad_number(y, node, key);
	case YKEY_CACHE:
		if (to_bool(n) >= 0)
			return 0;
		return duration_parse(n->text, &v) ?
			bad_duration(y, node, key) : 0;
	case YKEY_DURATION:
		return duration_parse(n->text, &v) ?
			bad_duration(y, node, key) : 0;
	case YKEY_CHOICE:
		return choice_of(n->text, key->choices) < 0 ?
			bad_choice(y, node, key) : 0;
	default:
		return 0;
	}
}

/* What a value of this type may be, as bits of enum ynode_kind. */
static unsigned kinds_of(uint8_t type)
{
	switch (type) {
	case YKEY_LIST:
	case YKEY_PARAMS:
		return 1u << YNODE_SCALAR | 1u << YNODE_SEQ;
	case YKEY_PAIRS:
		return 1u << YNODE_SCALAR | 1u << YNODE_SEQ | 1u << YNODE_MAP;
	case YKEY_MAP:
		return 1u << YNODE_MAP;
	case YKEY_SEQ:
		return 1u << YNODE_SEQ;
	default:
		return 1u << YNODE_SCALAR;
	}
}

static int check_items(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	uint32_t i = yread_first(y, node);
	int rc = 0;

	for (; i != YNODE_NONE; i = yread_after(y, node, i)) {
		if (yread_at(y, i)->kind != YNODE_SCALAR)
			rc = yread_error(y, i, "E407", NULL,
				"'%s' holds a list of values, not %s",
				key->name, kind_names[yread_at(y, i)->kind]);
		else if (ynode_is_null(yread_at(y, i)))
			rc = yread_error(y, i, "E407", NULL,
				"an item of '%s' has no value", key->name);
	}
	return rc;
}

static int check_value(const struct ytree *y, uint32_t node,
	const struct ykey *key)
{
	const struct ynode *n = yread_at(y, node);
	unsigned kinds = kinds_of(key->type);

	if (ynode_is_null(n))
		return yread_error(y, node - 1, "E407", NULL,
			"'%s' has no value", key->name);
	if (!(kinds >> n->kind & 1))
		return yread_error(y, node, "E407",
			key->type == YKEY_SEQ ?
			"start each item with '- ' on a line of its own" : NULL,
			"'%s' is %s, not %s", key->name,
			kinds & 1 ? kind_names[0] : kind_names[key->type ==
			YKEY_SEQ ? YNODE_SEQ : YNODE_MAP],
			kind_names[n->kind]);
	if (n->kind == YNODE_SCALAR)
		return check_scalar(y, node, key);
	if (n->kind == YNODE_SEQ && kinds & 1)
		return check_items(y, node, key);
	return 0;
}

static int unknown(const struct ytree *y, uint32_t node,
	const struct ykeys *keys)
{
	const char *names[YREAD_KEYS], *near;
	struct str s = yread_text(y, node);
	char help[300];
	size_t i, len = 0;

	for (i = 0; i < keys->count; i++)
		names[i] = keys->keys[i].name;
	near = text_nearest(s, names, keys->count);
	if (near) {
		snprintf(help, sizeof(help), "did you mean '%s'?", near);
	} else {
		len = (size_t)snprintf(help, sizeof(help), "keys:");
		for (i = 0; i < keys->count && len < 200; i++)
			len += (size_t)snprintf(help + len,
				sizeof(help) - len, " %s", names[i]);
		if (i < keys->count)
			snprintf(help + len, sizeof(help) - len, " ...");
	}
	return yread_error(y, node, "E402", help, "%s has no key '%.*s'",
		keys->what, shown(s), s.p);
}

static size_t find_key(const struct ykeys *keys, struct str name)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (str_eq(name, keys->keys[i].name))
			break;
	return i;
}

/* `- /bash make`, as a line would have it. */
static int is_command(const struct ytree *y, uint32_t node)
{
	const struct ynode *n = yread_at(y, node);

	return n->kind == YNODE_SCALAR && yread_text(y, node).n > 1 &&
		yread_text(y, node).p[0] == '/';
}

int yread_map(const struct ytree *y, uint32_t node, const struct ykeys *keys,
	uint32_t *value)
{
	const struct ynode *m = yread_at(y, node);
	uint32_t i, k, v;
	size_t at;
	int rc = 0;

	assert(keys->count <= YREAD_KEYS);
	for (at = 0; at < keys->count; at++)
		value[at] = YNODE_NONE;
	if (m->kind != YNODE_MAP)
		return yread_error(y, node, "E407", is_command(y, node) ?
			"write `command:` before it" : "write `key: value` lines",
			"%s is a map, not %s", keys->what,
			ynode_is_null(m) ? "empty" : kind_names[m->kind]);
	for (i = 0, k = node + 1; i < m->count; i++) {
		v = k + 1;
		at = find_key(keys, yread_text(y, k));
		if (at == keys->count)
			rc = unknown(y, k, keys);
		else if (check_value(y, v, &keys->keys[at]))
			rc = -1;
		else
			value[at] = v;
		k = yread_at(y, v)->next;
	}
	for (at = 0; at < keys->count && !rc; at++)
		if (keys->keys[at].required && value[at] == YNODE_NONE)
			rc = yread_error(y, node, "E408", NULL,
				"%s needs the key '%s'", keys->what,
				keys->keys[at].name);
	return rc;
}

int yread_bool(const struct ytree *y, uint32_t node, int none)
{
	return node == YNODE_NONE ? none : to_bool(yread_at(y, node));
}

int64_t yread_number(const struct ytree *y, uint32_t node, int64_t none)
{
	int64_t v = none;

	if (node != YNODE_NONE)
		to_number(yread_at(y, node), 0, &v);
	return v;
}

int64_t yread_ms(const struct ytree *y, uint32_t node, int64_t none)
{
	int64_t v = none;

	if (node != YNODE_NONE)
		duration_parse(yread_at(y, node)->text, &v);
	return v;
}

int yread_choice(const struct ytree *y, uint32_t node, const struct ykey *key,
	int none)
{
	return node == YNODE_NONE ? none :
		choice_of(yread_at(y, node)->text, key->choices);
}

struct str yread_text(const struct ytree *y, uint32_t node)
{
	struct str none = { "", 0 };

	return node == YNODE_NONE ? none : yread_at(y, node)->text;
}

uint32_t yread_first(const struct ytree *y, uint32_t node)
{
	const struct ynode *n;

	if (node == YNODE_NONE)
		return YNODE_NONE;
	n = yread_at(y, node);
	if (n->kind == YNODE_SCALAR)
		return node;
	return n->count ? node + 1 : YNODE_NONE;
}

uint32_t yread_after(const struct ytree *y, uint32_t node, uint32_t item)
{
	uint32_t next = yread_at(y, item)->next;

	return next < yread_at(y, node)->next ? next : YNODE_NONE;
}
