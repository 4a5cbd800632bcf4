/*
 * What looks like a secret in a line. It looks at forms only: names that say
 * what stands behind them, and values that are made so. A reference, as
 * ${VAR}, is no secret. A wrong alarm costs a line in the history's file, so
 * words in a text, paths and numbers of ports are none.
 */
#include <string.h>
#include <strings.h>

#include "engine/base/text.h"
#include "shell/history.h"

static int is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9');
}

static int is_word(char c)
{
	return is_plain(c) || c == '_' || c == '-';
}

static int is_value(char c)
{
	return is_word(c) || (c && strchr("./+=~%^&*!@#:?", c) != NULL);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int is_quote(char c)
{
	return c == '"' || c == '\'' || c == '\\';
}

static struct str from(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

static struct str skip(struct str s, int (*is)(char c))
{
	while (s.n && is(s.p[0]))
		s = from(s, 1);
	return s;
}

static size_t length(struct str s, int (*is)(char c))
{
	size_t n = 0;

	while (n < s.n && is(s.p[n]))
		n++;
	return n;
}

static int begins(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* What a program puts another value in for. */
static int is_reference(struct str s)
{
	return !s.n || strchr("${<*`", s.p[0]) != NULL;
}

/* ------------------------------------------------------- names and values */
/* Behind its mark or blank: literal, not a reference, a path or a type. */
static int holds_value(struct str s, int may_be_path)
{
	static const char *const types[] = {"true", "false", "null", "none",
		"string"};
	static const char *const schemes[] = {"Bearer ", "Basic ", "token "};
	size_t n;

	s = skip(s, is_blank);
	if (!s.n || !is_quote(s.p[0]))
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (length(s, is_value) == strlen(types[i]) &&
					begins(s, types[i]))
				return 0;
	s = skip(s, is_quote);
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (begins(s, schemes[i]))
			s = skip(from(s, strlen(schemes[i])), is_blank);
	if (is_reference(s))
		return 0;
	n = length(s, is_value);
	if (!may_be_path && (s.p[0] == '/' || begins(s, "~/") ||
			begins(s, "./") || begins(s, "../")))
		return 0;
	return n >= 4;
}

static int ends_with(struct str name, const char *word)
{
	size_t n = strlen(word);

	return name.n >= n && strncasecmp(name.p + name.n - n, word, n) == 0;
}

/* Short ones are the ends of other words, too: monkey, compass. */
static int is_apart(struct str name, size_t n)
{
	char before, first;

	if (name.n == n)
		return 1;
	before = name.p[name.n - n - 1];
	first = name.p[name.n - n];
	return !is_plain(before) || (before >= 'a' && before <= 'z' &&
		first >= 'A' && first <= 'Z');
}

static int ends_like_secret(struct str name)
{
	static const char *const words[] = {"key", "pass", "pwd", "token",
		"secret", "password", "passwd", "passphrase", "credential",
		"apikey", "authorization"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if (ends_with(name, words[i]) && (n > 4 || is_apart(name, n)))
			return 1;
	}
	return 0;
}

/* NAME=value, NAME: value, "NAME": "value", --name value. */
static int names_secret(struct str s, size_t n)
{
	struct str name = {s.p, n}, rest = from(s, n);
	struct str mark = skip(rest, is_quote);
	int is_flag = n > 2 && name.p[0] == '-' && name.p[1] == '-';

	if (!rest.n || !ends_like_secret(name))
		return 0;
	if (mark.p != rest.p)
		mark = skip(mark, is_blank);
	if (mark.n && (mark.p[0] == '=' || mark.p[0] == ':'))
		return holds_value(from(mark, 1),
			ends_with(name, "access_key"));
	return is_flag && is_blank(rest.p[0]) && holds_value(rest, 0);
}

/* ------------------------------------------------------------------ forms */
static int known_form(struct str s)
{
	static const struct {
		const char *begin;
		size_t more;
		int (*is)(char c);
	} forms[] = {{"sk-", 16, is_word}, {"sk_live_", 16, is_plain},
		{"rk_live_", 16, is_plain}, {"ghp_", 20, is_plain},
		{"gho_", 20, is_plain}, {"ghs_", 20, is_plain},
		{"ghu_", 20, is_plain}, {"ghr_", 20, is_plain},
		{"github_pat_", 20, is_word}, {"glpat-", 16, is_word},
		{"npm_", 30, is_plain}, {"hf_", 30, is_plain},
		{"pypi-", 40, is_word}, {"dop_v1_", 32, is_plain},
		{"xoxb-", 16, is_word}, {"xoxp-", 16, is_word},
		{"xoxa-", 16, is_word}, {"xoxs-", 16, is_word},
		{"AKIA", 16, is_plain}, {"ASIA", 16, is_plain},
		{"AIza", 30, is_word}, {"ya29.", 20, is_word},
		{"Bearer ", 8, is_value}};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (begins(s, forms[i].begin) && length(from(s,
				strlen(forms[i].begin)), forms[i].is) >=
				forms[i].more)
			return 1;
	return begins(s, "-----BEGIN ") && memmem(s.p, s.n, "KEY", 3);
}

/* A JSON web token: three parts, of which two are objects in base64. */
static int is_jwt(struct str s)
{
	for (int part = 0; part < 3; part++) {
		size_t n = length(s, is_word);

		if (n < 4 || (part < 2 && !begins(s, "eyJ")))
			return 0;
		s = from(s, n);
		if (part < 2 && !begins(s, "."))
			return 0;
		s = part < 2 ? from(s, 1) : s;
	}
	return 1;
}

static int is_host(char c)
{
	return !is_blank(c) && c != '/' && c != '"' && c != '\'' &&
		c != '\n' && c != '?' && c != '#';
}

/* NAME:VALUE at the beginning of n bytes, VALUE a literal. */
static int is_pair(struct str s, size_t n)
{
	const char *colon = n ? memchr(s.p, ':', n) : NULL;
	size_t at = colon ? (size_t)(colon - s.p) : 0;

	return at > 0 && at + 1 < n &&
		!is_reference((struct str){colon + 1, n - at - 1});
}

/* ://NAME:VALUE@ */
static int has_userinfo(struct str s)
{
	struct str host = begins(s, "://") ? from(s, 3) : (struct str){0};
	size_t n = length(host, is_host);

	while (n > 0 && host.p[n - 1] != '@')
		n--;
	return n > 1 && is_pair(host, n - 1);
}

/* ---------------------------------------------------------------- options */
static int is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
	return 1;
}

static int is_shown(char c)
{
	return !is_blank(c) && !is_quote(c) && c != '\n';
}

/* The NAME:VALUE of -u, not the 1000:1000 of others, a time's form or an
 * address. */
static int is_login(struct str s)
{
	size_t n, at;

	s = skip(skip(s, is_blank), is_quote);
	n = length(s, is_shown);
	if (!s.n || !is_pair(s, n) || !is_plain(s.p[0]))
		return 0;
	at = (size_t)((const char *)memchr(s.p, ':', n) - s.p);
	if (is_digits((struct str){s.p, at}) || begins(from(s, at), "://"))
		return 0;
	return at * 2 + 1 != n || memcmp(s.p, s.p + at + 1, at) != 0;
}

/* Of what programs the command of which s is the rest has words, so far. */
struct seen {
	int curl, mysql, sshpass;
};

static void see(struct seen *seen, struct str word)
{
	seen->curl |= str_eq(word, "curl");
	seen->mysql |= begins(word, "mysql") || begins(word, "mariadb");
	seen->sshpass |= str_eq(word, "sshpass");
}

/* -u NAME:VALUE, --user NAME:VALUE; -pVALUE of mysql. s is at the word. */
static int is_option(struct str s, const struct seen *seen)
{
	size_t n = length(s, is_word);
	struct str word = {s.p, n}, rest = from(s, n), value;

	if ((str_eq(word, "-u") || str_eq(word, "--user") ||
			str_eq(word, "--proxy-user")) && rest.n &&
			(is_blank(rest.p[0]) || rest.p[0] == '='))
		return is_login(rest.p[0] == '=' ? from(rest, 1) : rest);
	if (seen->curl && begins(s, "-u"))
		return is_login(from(s, 2));
	if (!begins(s, "-p") || (!seen->mysql && !seen->sshpass))
		return 0;
	value = from(s, 2);
	if (seen->sshpass)
		value = skip(value, is_blank);
	value = skip(value, is_quote);
	return value.n && is_shown(value.p[0]) && !is_reference(value);
}

int hist_is_secret(struct str s)
{
	struct seen seen = {0};

	for (size_t i = 0; i < s.n;) {
		struct str rest = from(s, i);
		size_t n = length(rest, is_word);

		if (known_form(rest) || is_jwt(rest) || has_userinfo(rest))
			return 1;
		if (n && (i == 0 || !is_shown(s.p[i - 1])) &&
				is_option(rest, &seen))
			return 1;
		if (n && names_secret(rest, n))
			return 1;
		see(&seen, (struct str){rest.p, n});
		if (!n && strchr("|;&\n", rest.p[0]))
			seen = (struct seen){0};
		i += n ? n : 1;
	}
	return 0;
}
