/*
 * The tokenizer of conditions.
 *
 * A dotted name is one token. A `-` glued between two words belongs to the
 * name only if a name the host knows says so; `named` then tells that the
 * reading depends on the host. Nothing here looks at what names mean.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "lua/vm_lex.h"

enum { NAMES_MAX = 4096 };

const char threshold_place[] = "'~' stands only right of a comparison, before "
	"a number";
const char threshold_form[] = "write x > ~1000 or x > ~1000[100,5000]";

static int is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int is_word(int c)
{
	return is_alpha(c) || is_digit(c);
}

static int at(const struct lexer *l, size_t i)
{
	return i < l->src.n ? (unsigned char)l->src.p[i] : -1;
}

static void bad(struct lexer *l, struct token *t, const char *what,
	const char *help)
{
	t->kind = TOK_BAD;
	l->err_at = t->at;
	err_set(l->err, ERR_SYNTAX, "%s", what);
	if (help)
		err_help(l->err, "%s", help);
}

/* Length of the longest known name with a '-' at `from`, or 0. */
static size_t dashed(struct lexer *l, size_t from)
{
	const char *names[NAMES_MAX];
	size_t count, i, n, best = 0;

	if (!l->host || !l->host->names)
		return 0;
	l->named = 1;
	count = l->host->names(l->host->ud, names, NAMES_MAX);
	for (i = 0; i < count; i++) {
		n = strlen(names[i]);
		if (n > best && n <= l->src.n - from &&
			memchr(names[i], '-', n) &&
			memcmp(names[i], l->src.p + from, n) == 0 &&
			!is_word(at(l, from + n)))
			best = n;
	}
	return best;
}

/* End of the word at `from`: letters, and the '-' of a known name. */
static size_t word_end(struct lexer *l, size_t from)
{
	size_t i = from, n;

	while (is_word(at(l, i)))
		i++;
	if (at(l, i) == '-' && is_word(at(l, i + 1))) {
		n = dashed(l, from);
		if (n)
			return from + n;
	}
	return i;
}

static struct str cut(const struct lexer *l, size_t from, size_t to)
{
	return (struct str){l->src.p + from, to - from};
}

/* root{.field}; inside ${ } a name may hold '-' anyway. */
static size_t dotted(struct lexer *l, size_t from, int in_ref,
	struct token *t)
{
	size_t i = from, root = 0;

	for (;;) {
		if (in_ref)
			while (is_word(at(l, i)) || (at(l, i) == '-' &&
				i > from))
				i++;
		else
			i = word_end(l, i);
		if (!root)
			root = i;
		if (at(l, i) != '.' || !is_word(at(l, i + 1)))
			break;
		i++;
	}
	t->root = cut(l, from, root);
	t->field = root < i ? cut(l, root + 1, i) : cut(l, i, i);
	t->text = cut(l, from, i);
	return i;
}

static void reference(struct lexer *l, struct token *t)
{
	size_t i = l->pos + 2, end;

	if (!is_alpha(at(l, i))) {
		bad(l, t, "'${' without a name", NULL);
		return;
	}
	i = dotted(l, i, 1, t);
	t->kind = TOK_REF;
	if (at(l, i) == ':' && at(l, i + 1) == '-') {
		for (end = i + 2; at(l, end) >= 0 && at(l, end) != '}';)
			end++;
		t->fallback = cut(l, i + 2, end);
		i = end;
	}
	if (at(l, i) != '}')
		bad(l, t, "'${' without its '}'", NULL);
	l->pos = i + 1;
}

/* Lua's own number: as it stands. */
static void number(struct lexer *l, struct token *t)
{
	size_t i = l->pos;
	int hex = at(l, i) == '0' && (at(l, i + 1) | 32) == 'x', c;

	for (;; i++) {
		c = at(l, i);
		if (is_word(c) || c == '.')
			continue;
		if ((c == '+' || c == '-') && i > l->pos &&
			(at(l, i - 1) | 32) == (hex ? 'p' : 'e'))
			continue;
		break;
	}
	t->kind = TOK_NUMBER;
	t->text = cut(l, l->pos, i);
	l->pos = i;
}

/* -------------------------------------------------------------- thresholds */
/* A number with an optional minus at *i: moves past it. 0 when it is none. */
static int signed_number(const struct lexer *l, size_t *i, double *value)
{
	struct lexer probe = *l;
	char text[64], *end;
	struct token t;
	size_t n;

	probe.pos = *i + (at(l, *i) == '-');
	if (!is_digit(at(l, probe.pos)) && at(l, probe.pos) != '.')
		return 0;
	number(&probe, &t);
	n = probe.pos - *i;
	if (n >= sizeof(text))
		return 0;
	memcpy(text, l->src.p + *i, n);
	text[n] = 0;
	*value = strtod(text, &end);
	*i = probe.pos;
	return *end == 0 && isfinite(*value);
}

static size_t skip_blanks(const struct lexer *l, size_t i)
{
	while (at(l, i) == ' ' || (at(l, i) >= '\t' && at(l, i) <= '\r'))
		i++;
	return i;
}

/* [LO,HI] with *i at its '['. */
static int bounds(const struct lexer *l, size_t *i, struct token *t)
{
	size_t k = skip_blanks(l, *i + 1);

	if (!signed_number(l, &k, &t->lo))
		return 0;
	k = skip_blanks(l, k);
	if (at(l, k) != ',')
		return 0;
	k = skip_blanks(l, k + 1);
	if (!signed_number(l, &k, &t->hi))
		return 0;
	k = skip_blanks(l, k);
	*i = k + 1;
	return at(l, k) == ']';
}

/* Without bounds of its own: a tenth to ten times, or -1 to 1 around 0. */
static void default_bounds(struct token *t, double start)
{
	t->lo = start > 0 ? start / 10 : start < 0 ? start * 10 : -1;
	t->hi = start > 0 ? start * 10 : start < 0 ? start / 10 : 1;
}

static void threshold(struct lexer *l, struct token *t)
{
	size_t i = l->pos + 1;
	double start;

	if (!signed_number(l, &i, &start)) {
		bad(l, t, threshold_place, threshold_form);
		return;
	}
	t->kind = TOK_THRESHOLD;
	t->text = cut(l, l->pos + 1, i);
	default_bounds(t, start);
	if (at(l, i) == '[' && !bounds(l, &i, t))
		bad(l, t, "the bounds of a threshold are two numbers",
			threshold_form);
	else if (!(t->lo <= start && start <= t->hi && t->lo < t->hi) ||
		!isfinite(t->lo) || !isfinite(t->hi))
		bad(l, t, "a threshold must lie within its bounds",
			threshold_form);
	l->pos = i;
}

/* Lua's own string, quotes included. */
static void quoted(struct lexer *l, struct token *t)
{
	int q = at(l, l->pos);
	size_t i;

	for (i = l->pos + 1; at(l, i) != q; i++) {
		if (at(l, i) == '\\')
			i++;
		if (at(l, i) < 0 || at(l, i) == '\n') {
			bad(l, t, "a string without its closing quote", NULL);
			return;
		}
	}
	t->kind = TOK_STRING;
	t->text = cut(l, l->pos, i + 1);
	l->pos = i + 1;
}

static void name(struct lexer *l, struct token *t)
{
	static const struct {
		const char *word, *lua;
		uint8_t kind;
	} words[] = {{"and", "and", TOK_OP}, {"or", "or", TOK_OP},
		{"not", "not", TOK_OP}, {"AND", "and", TOK_OP},
		{"OR", "or", TOK_OP}, {"NOT", "not", TOK_OP},
		{"true", "true", TOK_WORD}, {"false", "false", TOK_WORD},
		{"nil", "nil", TOK_WORD}, {"in", "in", TOK_WORD},
		{"contains", "contains", TOK_WORD},
		{"matches", "matches", TOK_WORD}};
	static const char *const lua[] = {"break", "do", "else", "elseif",
		"end", "for", "function", "goto", "if", "local", "repeat",
		"return", "then", "until", "while"};
	size_t i;

	l->pos = dotted(l, l->pos, 0, t);
	t->kind = TOK_NAME;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq(t->text, words[i].word)) {
			t->kind = words[i].kind;
			t->text = str_of(words[i].lua);
			return;
		}
	for (i = 0; i < sizeof(lua) / sizeof(*lua); i++)
		if (str_eq(t->root, lua[i]))
			bad(l, t, "a condition is one expression, without "
				"statements", "put a program into a /lua step");
}

static void operator(struct lexer *l, struct token *t)
{
	static const struct {
		const char *text, *lua;
	} ops[] = {{"&&", "and"}, {"||", "or"}, {"!=", "~="}, {"~=", "~="},
		{"==", "=="}, {"<=", "<="}, {">=", ">="}, {"<<", "<<"},
		{">>", ">>"}, {"//", "//"}, {"..", ".."}, {"!", "not"},
		{"<", "<"}, {">", ">"}, {"+", "+"}, {"-", "-"}, {"*", "*"},
		{"/", "/"}, {"%", "%"}, {"^", "^"}, {"#", "#"}, {"&", "&"},
		{"|", "|"}, {"(", "("}, {")", ")"}, {"[", "["},
		{"]", "]"}, {"{", "{"}, {"}", "}"}, {",", ","}, {":", ":"},
		{";", ","}, {"=", "="}, {".", "."}};
	size_t i, n;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		n = strlen(ops[i].text);
		if (n > l->src.n - l->pos ||
			memcmp(ops[i].text, l->src.p + l->pos, n) != 0)
			continue;
		t->kind = TOK_OP;
		t->text = str_of(ops[i].lua);
		l->pos += n;
		return;
	}
	bad(l, t, "a character that has no meaning in a condition", NULL);
}

void lex_next(struct lexer *l, struct token *t)
{
	int c;

	memset(t, 0, sizeof(*t));
	while ((c = at(l, l->pos)) == ' ' || (c >= '\t' && c <= '\r'))
		l->pos++;
	t->at = l->pos;
	t->text = cut(l, l->pos, l->pos);
	if (c < 0) {
		t->kind = TOK_END;
	} else if (is_alpha(c)) {
		name(l, t);
	} else if (is_digit(c) || (c == '.' && is_digit(at(l, l->pos + 1)))) {
		number(l, t);
	} else if (c == '"' || c == '\'') {
		quoted(l, t);
	} else if (c == '~' && at(l, l->pos + 1) != '=') {
		threshold(l, t);
	} else if (c == '$' && at(l, l->pos + 1) == '{') {
		reference(l, t);
	} else if (c == '-' && at(l, l->pos + 1) == '-') {
		bad(l, t, "'--' has no meaning in a condition",
			"write a blank between two minus signs");
	} else {
		operator(l, t);
	}
}
