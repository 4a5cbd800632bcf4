/*
 * Rules against lines. A rule's literal is looked for in the whole text at
 * once, which most texts do not hold; only the lines around what is found
 * meet the pattern. Comments are blanked first, in place: lines keep their
 * numbers.
 */
#include "engine/fact/security.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/fact/code_lex.h"

enum { LINE_MAX_BYTES = 4096 }; /* a longer line is no person's */

#define RULE(id, languages, cwe, literal, pattern, message) \
	{id, languages, cwe, literal, pattern, message},
const struct security_rule security_rules[] = {
#include "engine/fact/rule_list.h"
#include "engine/fact/rule_more_list.h"
	{NULL, NULL, 0, NULL, NULL, NULL},
};
#undef RULE

#define SECRET(id, literal, pattern) \
	{id, "*", 798, literal, pattern, "looks like a secret"},
static const struct security_rule secret_rules[] = {
#include "engine/fact/secret_list.h"
	{NULL, NULL, 0, NULL, NULL, NULL},
};
#undef SECRET

enum { RULES = sizeof(security_rules) / sizeof(security_rules[0]) - 1,
	SECRETS = sizeof(secret_rules) / sizeof(secret_rules[0]) - 1 };
static regex_t compiled[RULES + SECRETS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* They are ours: one that does not compile is a mistake in the table. */
static void compile(void)
{
	for (size_t i = 0; i < RULES; i++)
		if (regcomp(&compiled[i], security_rules[i].pattern,
				REG_EXTENDED | REG_NOSUB))
			abort();
	for (size_t i = 0; i < SECRETS; i++)
		if (regcomp(&compiled[RULES + i], secret_rules[i].pattern,
				REG_EXTENDED))
			abort();
}

/* ----------------------------------------------------------------- lines */
struct look {
	struct str text;       /* where literals are looked for */
	struct str shown;      /* the same lines, as they stand in the file */
	void (*fn)(void *ud, const struct security_finding *f);
	void *ud;
	size_t line, line_at;  /* number of the line that begins there */
};

static struct str line_around(struct str text, size_t at)
{
	const char *nl = memchr(text.p + at, '\n', text.n - at);
	size_t from = at, to = nl ? (size_t)(nl - text.p) : text.n;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	return (struct str){text.p + from, to - from};
}

static void tell(struct look *l, const struct security_rule *r, size_t at,
	size_t n)
{
	struct security_finding f = {r->id, r->message, r->cwe, 0,
		{l->shown.p + at, n}};

	if (at < l->line_at) {
		l->line = 1;
		l->line_at = 0;
	}
	for (; l->line_at < at; l->line_at++)
		l->line += l->shown.p[l->line_at] == '\n';
	f.line = l->line;
	if (!memmem(f.text.p, f.text.n, "nosec", 5))
		l->fn(l->ud, &f);
}

static int speaks(const char *languages, const char *name)
{
	size_t n = strlen(name);

	while (*languages) {
		size_t len = strcspn(languages, ",");

		if (len == n && memcmp(languages, name, n) == 0)
			return 1;
		languages += len + (languages[len] == ',');
	}
	return 0;
}

static void one_rule(struct look *l, size_t rule)
{
	const struct security_rule *r = &security_rules[rule];
	size_t n = strlen(r->literal), at = 0;
	char line[LINE_MAX_BYTES + 1];
	const char *hit;

	while ((hit = memmem(l->text.p + at, l->text.n - at, r->literal, n))) {
		struct str s = line_around(l->text, (size_t)(hit - l->text.p));

		at = (size_t)(s.p - l->text.p) + s.n;
		if (s.n > LINE_MAX_BYTES)
			continue;
		memcpy(line, s.p, s.n);
		line[s.n] = '\0';
		if (regexec(&compiled[rule], line, 0, NULL, 0) == 0)
			tell(l, r, (size_t)(s.p - l->text.p), s.n);
	}
}

static char *without_comments(const struct lang *lang, struct str text)
{
	char *own = mem_strndup(text.p, text.n);
	struct code_lexer lex;
	struct code_token t;

	code_lex_init(&lex, lang, text);
	while (code_lex(&lex, &t)) {
		if (t.kind != CODE_COMMENT)
			continue;
		for (size_t i = 0; i < t.text.n; i++)
			if (t.text.p[i] != '\n')
				own[(size_t)(t.text.p - text.p) + i] = ' ';
	}
	return own;
}

void security_scan(const struct lang *lang, struct str text,
	void (*fn)(void *ud, const struct security_finding *f), void *ud)
{
	struct look l = {.shown = text, .fn = fn, .ud = ud, .line = 1};
	char *code = without_comments(lang, text);

	pthread_once(&once, compile);
	l.text = (struct str){code, text.n};
	for (size_t i = 0; i < RULES; i++)
		if (speaks(security_rules[i].languages, lang->name))
			one_rule(&l, i);
	mem_free(code);
}

/* ---------------------------------------------------------------- secrets */
/* Bits a character, by how often each comes. */
static double entropy(struct str s)
{
	size_t count[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < s.n; i++)
		count[(unsigned char)s.p[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (count[i]) {
			double p = (double)count[i] / (double)s.n;

			bits -= p * log2(p);
		}
	return bits;
}

static int is_placeholder(struct str s)
{
	static const char *const words[] = {"example", "changeme", "change_me",
		"your", "xxxx", "****", "dummy", "placeholder", "test",
		"sample", "fake", "todo", "none", "null", "insert", "password",
		"secret", "redacted", "...", "env.", "getenv", "process."};
	char low[64];
	size_t n = s.n < sizeof(low) - 1 ? s.n : sizeof(low) - 1;

	for (size_t i = 0; i < n; i++)
		low[i] = (char)tolower((unsigned char)s.p[i]);
	low[n] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(low, words[i]))
			return 1;
	return 0;
}

/* Of a value that somebody named a secret: letters of one kind, as words
 * have, are none. */
static int is_random(struct str s)
{
	int kinds = 0, digit = 0, upper = 0, lower = 0, other = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		digit |= isdigit(c) != 0;
		upper |= isupper(c) != 0;
		lower |= islower(c) != 0;
		other |= !isalnum(c) && c != ' ' && c != '_' && c != '-' &&
			c != '.';
	}
	kinds = digit + upper + lower + other;
	return kinds >= 2 && entropy(s) >= 2.8 && !is_placeholder(s);
}

static int is_secret(size_t secret, const char *line)
{
	regex_t *re = &compiled[RULES + secret];
	regmatch_t m[4];
	size_t last = re->re_nsub;
	struct str value;

	if (last > 3 || regexec(re, line, 4, m, 0) != 0)
		return 0;
	if (!strchr(secret_rules[secret].pattern, '%') &&
			strcmp(secret_rules[secret].id, "url-password") != 0)
		return 1;
	value = (struct str){line + m[last].rm_so,
		(size_t)(m[last].rm_eo - m[last].rm_so)};
	return is_random(value);
}

static void one_secret(struct look *l, size_t secret)
{
	const struct security_rule *r = &secret_rules[secret];
	size_t n = strlen(r->literal), at = 0;
	char line[LINE_MAX_BYTES + 1];
	const char *hit;

	while ((hit = memmem(l->text.p + at, l->text.n - at, r->literal, n))) {
		struct str s = line_around(l->shown, (size_t)(hit - l->text.p));

		at = (size_t)(s.p - l->shown.p) + s.n;
		if (s.n > LINE_MAX_BYTES)
			continue;
		/* named ones are looked for in small letters */
		memcpy(line, strchr(r->pattern, '%') ? l->text.p +
			(s.p - l->shown.p) : s.p, s.n);
		line[s.n] = '\0';
		if (is_secret(secret, line))
			tell(l, r, (size_t)(s.p - l->shown.p), s.n);
	}
}

void secret_scan(struct str text,
	void (*fn)(void *ud, const struct security_finding *f), void *ud)
{
	struct look l = {.shown = text, .fn = fn, .ud = ud, .line = 1};
	char *low = mem_strndup(text.p, text.n);

	pthread_once(&once, compile);
	for (size_t i = 0; i < text.n; i++)
		low[i] = (char)tolower((unsigned char)low[i]);
	l.text = (struct str){low, text.n};
	for (size_t i = 0; i < SECRETS; i++)
		one_secret(&l, i);
	mem_free(low);
}
