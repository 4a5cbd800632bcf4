/*
 * One pass over the bytes. Every branch moves forward, so the whole is linear.
 */
#include "engine/fact/code_lex.h"

#include <string.h>

/* How far is looked, so that the whole stays linear on any line. */
enum { SHIFT_MAX = 256 };

void code_lex_init(struct code_lexer *l, const struct lang *lang,
	struct str text)
{
	memset(l, 0, sizeof(*l));
	l->text = text;
	l->lang = lang;
	l->fresh = 1;
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		l->at = l->line_at = 3;
}

static int has(const struct code_lexer *l, uint32_t trait)
{
	return (l->lang->traits & trait) != 0;
}

/* The byte `more` behind; NUL behind the end. */
static char peek(const struct code_lexer *l, size_t more)
{
	return l->at + more < l->text.n ? l->text.p[l->at + more] : '\0';
}

static int is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		(c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int starts(const struct code_lexer *l, const char *s)
{
	size_t n = strlen(s);

	return l->text.n - l->at >= n && memcmp(l->text.p + l->at, s, n) == 0;
}

static void new_line(struct code_lexer *l)
{
	l->line_at = l->at;
	l->fresh = 1;
}

/* To behind the next `end`, or to the end of the text. */
static void skip_past(struct code_lexer *l, const char *end)
{
	size_t n = strlen(end);
	const char *found = memmem(l->text.p + l->at, l->text.n - l->at, end,
		n);

	l->at = found ? (size_t)(found - l->text.p) + n : l->text.n;
}

static void skip_line(struct code_lexer *l)
{
	const char *nl = memchr(l->text.p + l->at, '\n', l->text.n - l->at);

	l->at = nl ? (size_t)(nl - l->text.p) : l->text.n;
}

/* ---------------------------------------------------------------- comments */
static void skip_nested(struct code_lexer *l)
{
	size_t depth = 0;

	do {
		if (starts(l, "/*")) {
			depth++;
			l->at += 2;
		} else if (starts(l, "*/")) {
			depth--;
			l->at += 2;
		} else {
			l->at++;
		}
	} while (depth && l->at < l->text.n);
}

/* `[[`, `[=[` …: to behind its end; 0 when it is none. */
static int skip_long(struct code_lexer *l)
{
	char end[16] = "]";
	size_t n = 0;

	while (peek(l, n + 1) == '=' && n < sizeof(end) - 3)
		end[++n] = '=';
	if (peek(l, n + 1) != '[')
		return 0;
	end[n + 1] = ']';
	l->at += n + 2;
	skip_past(l, end);
	return 1;
}

static int begins_word(const struct code_lexer *l)
{
	return l->at == 0 || strchr(" \t\n;&|(", l->text.p[l->at - 1]);
}

static int comment(struct code_lexer *l)
{
	if (has(l, LANG_SLASHES) && starts(l, "//")) {
		skip_line(l);
	} else if (has(l, LANG_SLASHES) && starts(l, "/*")) {
		if (has(l, LANG_NESTED)) {
			skip_nested(l);
		} else {
			l->at += 2;
			skip_past(l, "*/");
		}
	} else if (has(l, LANG_HASH) && peek(l, 0) == '#' &&
			(l->lang->shape != SHAPE_SHELL || begins_word(l))) {
		skip_line(l);
	} else if (has(l, LANG_DASHES) && starts(l, "--")) {
		l->at += 2;
		if (peek(l, 0) != '[' || !skip_long(l))
			skip_line(l);
	} else {
		return 0;
	}
	return 1;
}

/* ----------------------------------------------------------------- strings */
/* From its quote on. One that has no end on its line ends there, except where
 * lines are allowed in it. */
static void quoted(struct code_lexer *l, char quote, int lines)
{
	for (l->at++; l->at < l->text.n; l->at++) {
		char c = l->text.p[l->at];

		if (c == '\\') {
			l->at++;
		} else if (c == quote) {
			l->at++;
			return;
		} else if (c == '\n' && !lines) {
			return;
		}
	}
	l->at = l->text.n;
}

/* `a ${b} c`: to its end, or to behind the ${ where code begins. */
static void template(struct code_lexer *l)
{
	for (; l->at < l->text.n; l->at++) {
		char c = l->text.p[l->at];

		if (c == '\\') {
			l->at++;
		} else if (c == '`') {
			l->at++;
			return;
		} else if (c == '$' && peek(l, 1) == '{' &&
				l->templates < CODE_TEMPLATES) {
			l->at += 2;
			l->braces[l->templates++] = 0;
			return;
		}
	}
	l->at = l->text.n;
}

/* 1 when the } ends the code in a template, whose text goes on. */
static int ends_code(struct code_lexer *l)
{
	uint32_t *open = l->templates ? &l->braces[l->templates - 1] : NULL;

	if (open && peek(l, 0) == '{')
		++*open;
	if (!open || peek(l, 0) != '}' || (*open)-- > 0)
		return 0;
	l->templates--;
	l->at++;
	template(l);
	return 1;
}

static void backtick(struct code_lexer *l)
{
	l->at++;
	if (has(l, LANG_REGEX))
		template(l);
	else
		skip_past(l, "`");
}

static void raw_c(struct code_lexer *l)
{
	char end[20] = ")";
	size_t n = 0;

	l->at += 2; /* R" */
	while (n < 16 && peek(l, n) && peek(l, n) != '(') {
		end[n + 1] = peek(l, n);
		n++;
	}
	end[n + 1] = '"';
	skip_past(l, end);
}

/* r"…", r#"…"#, br"…": 1 when it is one. r#name is a name: its r# is passed
 * over. */
static int raw_rust(struct code_lexer *l)
{
	size_t n = peek(l, 0) == 'r' ? 1 : 2, hashes = 0;
	char end[20] = "\"";

	if (peek(l, n - 1) != 'r')
		return 0;
	while (peek(l, n) == '#' && hashes < 16) {
		end[++hashes] = '#';
		n++;
	}
	if (peek(l, n) != '"') {
		l->at += n == 2 && hashes == 1 ? 2 : 0;
		return 0;
	}
	l->at += n + 1;
	skip_past(l, end);
	return 1;
}

/* 'a' and '\n' are characters, 'a alone is a lifetime. */
static int is_lifetime(const struct code_lexer *l)
{
	size_t n = 1;

	if (peek(l, 1) == '\\' || !is_word_byte(peek(l, 1)))
		return 0;
	while (is_word_byte(peek(l, n)))
		n++;
	return peek(l, n) != '\'';
}

static int triple(struct code_lexer *l, const char *quotes)
{
	if (!starts(l, quotes))
		return 0;
	for (l->at += 3; l->at < l->text.n && !starts(l, quotes); l->at++)
		if (l->text.p[l->at] == '\\')
			l->at++;
	l->at = l->at + 3 < l->text.n ? l->at + 3 : l->text.n;
	return 1;
}

/* `/` where a value is expected: to its end on the line; 0: it divides. */
static int regex(struct code_lexer *l)
{
	size_t n = 1;
	int in_class = 0;

	if (l->at < l->no_regex)
		return 0;
	for (; peek(l, n) && peek(l, n) != '\n'; n++) {
		char c = peek(l, n);

		if (c == '\\') {
			n++;
		} else if (c == '[') {
			in_class = 1;
		} else if (c == ']') {
			in_class = 0;
		} else if (c == '/' && !in_class) {
			l->at += n + 1;
			return 1;
		}
	}
	l->no_regex = l->at + n;
	return 0;
}

/* "…" of the shell, where $(…) holds commands with quotes of their own. */
static void shell_quoted(struct code_lexer *l)
{
	char open[CODE_NESTED] = "\"";
	size_t n = 1;

	for (l->at++; l->at < l->text.n && n > 0; l->at++) {
		char c = l->text.p[l->at];

		if (c == '\\') {
			l->at++;
		} else if (c == '"' && open[n - 1] == '"') {
			n--;
		} else if (c == ')' && open[n - 1] == '(') {
			n--;
		} else if (n == CODE_NESTED) {
			continue;
		} else if (c == '$' && peek(l, 1) == '(') {
			l->at++;
			open[n++] = '(';
		} else if (open[n - 1] == '(' && (c == '(' || c == '"')) {
			open[n++] = c;
		} else if (open[n - 1] == '(' && c == '\'') {
			l->at++;
			skip_past(l, "'");
			l->at--;
		}
	}
	if (l->at > l->text.n)
		l->at = l->text.n;
}

static int string(struct code_lexer *l)
{
	char c = peek(l, 0);
	int shell = l->lang->shape == SHAPE_SHELL;

	if (has(l, LANG_TRIPLE) && (triple(l, "\"\"\"") ||
			(has(l, LANG_NO_CHAR) && triple(l, "'''"))))
		return 1;
	if (has(l, LANG_RAW_C) && c == 'R' && peek(l, 1) == '"') {
		raw_c(l);
	} else if (c == '"' && shell) {
		shell_quoted(l);
	} else if (c == '"') {
		quoted(l, c, has(l, LANG_RAW_RUST));
	} else if (shell && c == '$' && peek(l, 1) == '\'') {
		l->at++;
		quoted(l, '\'', 1);
	} else if (c == '\'' && shell) {
		l->at++;
		skip_past(l, "'");
	} else if (c == '\'' && has(l, LANG_RAW_RUST) && is_lifetime(l)) {
		l->at++;
	} else if (c == '\'') {
		quoted(l, c, 0);
	} else if (c == '`' && has(l, LANG_BACKTICK)) {
		backtick(l);
	} else if ((c == '}' || c == '{') && ends_code(l)) {
		return 1;
	} else if (c == '/' && has(l, LANG_REGEX) && !l->value) {
		return regex(l);
	} else if (c == '[' && has(l, LANG_LONG)) {
		return skip_long(l);
	} else {
		return 0;
	}
	return 1;
}

/* ------------------------------------------------------------------- words */
/* Words behind which a value stands: / begins a regex there. */
static int is_operator(struct str w)
{
	static const char *const words[] = {"return", "typeof", "case", "in",
		"of", "delete", "void", "throw", "new", "else", "do", "await",
		"yield"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(w, words[i]))
			return 1;
	return 0;
}

static void word(struct code_lexer *l, struct code_token *t)
{
	size_t from = l->at;

	t->kind = CODE_WORD;
	if (has(l, LANG_RAW_RUST) && strchr("rbc", peek(l, 0)) &&
			raw_rust(l)) {
		t->kind = CODE_STRING;
	} else if (peek(l, 0) == '$') {
		l->at++;
	}
	while (t->kind == CODE_WORD && l->at < l->text.n &&
			(is_word_byte(l->text.p[l->at]) ||
			(l->text.p[l->at] == '$' && has(l, LANG_REGEX))))
		l->at++;
	t->text = (struct str){l->text.p + from, l->at - from};
	l->value = t->kind == CODE_STRING || !is_operator(t->text);
}

static void number(struct code_lexer *l, struct code_token *t)
{
	size_t from = l->at;

	while (l->at < l->text.n && (is_word_byte(l->text.p[l->at]) ||
			(l->text.p[l->at] == '.' && is_digit(peek(l, 1))) ||
			(l->text.p[l->at] == '\'' && is_digit(peek(l, 1)))))
		l->at++;
	t->kind = CODE_NUMBER;
	t->text = (struct str){l->text.p + from, l->at - from};
	l->value = 1;
}

static size_t sign_length(const struct code_lexer *l)
{
	static const char *const signs[] = {"&&=", "||=", "\?\?=", "...",
		"===", "!==", "&&", "||", "??", "?.", "?:", "=>", "->", "::",
		"==", "!=", ";;", "<=", ">="};

	if (!peek(l, 1) || !strchr("&|?.=>:;", peek(l, 1)))
		return 1;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!starts(l, signs[i]))
			continue;
		/* a ?: b of C is a choice, a?.5:b of JavaScript too */
		if ((i == 9 && is_digit(peek(l, 2))) ||
				(strcmp(signs[i], "?:") == 0 &&
				!has(l, LANG_REGEX)))
			return 1;
		return strlen(signs[i]);
	}
	return 1;
}

static void sign(struct code_lexer *l, struct code_token *t)
{
	size_t n = sign_length(l);

	t->kind = CODE_SIGN;
	t->text = (struct str){l->text.p + l->at, n};
	l->value = n == 1 && strchr(")]}", t->text.p[0]) != NULL;
	l->at += n;
}

/* `#if` and its like: the word; the rest of the line, with those that go on
 * from it, is passed over. */
static void directive(struct code_lexer *l, struct code_token *t)
{
	size_t from;

	for (l->at++; peek(l, 0) == ' ' || peek(l, 0) == '\t';)
		l->at++;
	from = l->at;
	while (is_word_byte(peek(l, 0)))
		l->at++;
	t->kind = CODE_DIRECTIVE;
	t->text = (struct str){l->text.p + from, l->at - from};
	while (l->at < l->text.n && l->text.p[l->at] != '\n') {
		if (l->text.p[l->at] == '\\' && peek(l, 1) == '\r')
			l->at++;
		if (l->text.p[l->at] == '\\')
			l->at++;
		else if (starts(l, "/*"))
			skip_past(l, "*/"), l->at--;
		else if (starts(l, "//"))
			skip_line(l), l->at -= l->text.p[l->at - 1] != '\\';
		l->at++;
	}
	if (l->at > l->text.n)
		l->at = l->text.n;
}

/* << in ((…)) shifts. */
static int is_arithmetic(const struct code_lexer *l)
{
	size_t from = l->at - l->line_at > SHIFT_MAX ? l->at - SHIFT_MAX
		: l->line_at;

	for (size_t i = l->at; i > from + 1; i--) {
		const char *p = l->text.p + i - 2;

		if (memcmp(p, "((", 2) == 0)
			return 1;
		if (memcmp(p, "))", 2) == 0)
			return 0;
	}
	return 0;
}

/* `<<WORD`, `<<-'WORD'`: what follows the line is its text. */
static void begin_here(struct code_lexer *l)
{
	char quote = 0;
	size_t from;

	l->at += 2;
	if (peek(l, 0) == '<' || is_digit(peek(l, 0)) || is_arithmetic(l))
		return;
	while (peek(l, 0) == '-' || peek(l, 0) == ' ' || peek(l, 0) == '\\')
		l->at++;
	if (peek(l, 0) == '\'' || peek(l, 0) == '"')
		quote = l->text.p[l->at++];
	from = l->at;
	while (is_word_byte(peek(l, 0)))
		l->at++;
	l->here = (struct str){l->text.p + from, l->at - from};
	l->at += quote && peek(l, 0) == quote;
}

/* From the beginning of a line to behind the one that ends the document. */
static void skip_here(struct code_lexer *l)
{
	struct str end = l->here;

	l->here.n = 0;
	while (l->at < l->text.n) {
		while (peek(l, 0) == '\t')
			l->at++;
		if (l->text.n - l->at >= end.n && memcmp(l->text.p + l->at,
				end.p, end.n) == 0 && (peek(l, end.n) == '\n'
				|| l->at + end.n == l->text.n)) {
			l->at += end.n;
			return;
		}
		skip_line(l);
		l->at += l->at < l->text.n;
	}
}

static void skip_blanks(struct code_lexer *l)
{
	while (l->at < l->text.n) {
		char c = l->text.p[l->at];

		if (c == '\n') {
			l->at++;
			if (l->here.n)
				skip_here(l);
			new_line(l);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' ||
				c == '\v') {
			l->at++;
		} else if (c == '\\' && peek(l, 1) == '\n') {
			l->at += 2; /* the line goes on */
		} else {
			return;
		}
	}
}

static uint32_t indent_of(const struct code_lexer *l)
{
	uint32_t n = 0;

	for (size_t i = l->line_at; i < l->at; i++)
		n = l->text.p[i] == '\t' ? (n / 8 + 1) * 8 : n + 1;
	return n;
}

int code_lex(struct code_lexer *l, struct code_token *out)
{
	size_t from;

	skip_blanks(l);
	memset(out, 0, sizeof(*out));
	if (l->at >= l->text.n)
		return 0;
	from = l->at;
	out->first = l->fresh;
	out->indent = l->fresh ? indent_of(l) : 0;
	if (l->fresh && has(l, LANG_PREPROCESSOR) && peek(l, 0) == '#') {
		directive(l, out);
		return 1;
	}
	if (comment(l)) {
		out->kind = CODE_COMMENT;
		out->text = (struct str){l->text.p + from, l->at - from};
		return 1;
	}
	l->fresh = 0;
	if (string(l)) {
		out->kind = CODE_STRING;
		out->text = (struct str){l->text.p + from, l->at - from};
		l->value = 1;
	} else if (is_digit(peek(l, 0))) {
		number(l, out);
	} else if (is_word_byte(peek(l, 0)) || peek(l, 0) == '$') {
		word(l, out);
	} else if (l->lang->shape == SHAPE_SHELL && starts(l, "<<")) {
		begin_here(l);
		out->kind = CODE_SIGN;
		out->text = str_of("<<");
	} else {
		sign(l, out);
	}
	return 1;
}
