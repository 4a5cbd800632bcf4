/*
 * Finding where functions begin and end, by the shape of a language, and
 * counting decisions between. A stack of blocks says in which function a
 * decision stands: the innermost. Text that is not a program gives some
 * numbers, never an error.
 */
#include "engine/fact/code_scan.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/fact/code_lex.h"

enum { DEPTH = 512, BRANCHES = 64 };

/* What has been seen since the last boundary of statements. */
struct statement {
	struct str first, last, before_paren;
	uint8_t any, assigned, closed, function, arrow, named, colon, test;
	uint32_t parens;       /* open now */
};

enum block_kind { BLOCK_PLAIN, BLOCK_FUNCTION, BLOCK_DATA };
struct block {
	uint8_t kind;          /* enum block_kind */
	uint32_t count;        /* BLOCK_FUNCTION: its complexity so far */
	uint32_t indent;       /* SHAPE_INDENT: of its first line */
	struct statement around; /* that goes on behind it, in brackets */
};

struct scan {
	struct code_lexer l;
	struct code_token t;
	struct code_count *out;
	struct block blocks[DEPTH];
	size_t depth, lost;    /* lost: open ones deeper than DEPTH */
	struct statement st;
	size_t branch[BRANCHES]; /* depths at #if */
	size_t branches;
	uint8_t marked_test;   /* an annotation says so */
};

/* ------------------------------------------------------------------ blocks */
static struct block *function_of(struct scan *s)
{
	for (size_t i = s->depth; i > 0; i--)
		if (s->blocks[i - 1].kind == BLOCK_FUNCTION)
			return &s->blocks[i - 1];
	return NULL;
}

static void push(struct scan *s, enum block_kind kind)
{
	struct block *b;

	if (s->depth == DEPTH) {
		s->lost++;
		return;
	}
	b = &s->blocks[s->depth++];
	b->kind = (uint8_t)kind;
	b->count = 1;
	b->indent = s->t.indent;
}

static void count_function(struct scan *s, uint32_t n)
{
	s->out->functions++;
	s->out->complexity += n;
	if (n > s->out->complexity_max)
		s->out->complexity_max = n;
}

static void pop(struct scan *s)
{
	const struct block *b;

	if (s->lost) {
		s->lost--;
		return;
	}
	if (!s->depth)
		return;
	b = &s->blocks[--s->depth];
	if (b->kind == BLOCK_FUNCTION)
		count_function(s, b->count);
}

static int is(const struct scan *s, const char *text)
{
	return str_eq(s->t.text, text);
}

static int is_decision(const struct scan *s)
{
	if (s->t.kind != CODE_WORD && s->t.kind != CODE_SIGN)
		return 0;
	for (const char *const *d = s->l.lang->decisions; *d; d++)
		if (is(s, *d))
			return 1;
	return 0;
}

static void decide(struct scan *s)
{
	struct block *f = function_of(s);

	if (f)
		f->count++;
}

/* ------------------------------------------------------------- directives */
/* Each branch of an #if begins at the same depth: both may open the same
 * function. */
static void directive(struct scan *s)
{
	if (is(s, "if") || is(s, "ifdef") || is(s, "ifndef")) {
		if (!is(s, "ifndef"))
			decide(s);
		if (s->branches < BRANCHES)
			s->branch[s->branches] = s->depth;
		s->branches++;
	} else if (is(s, "elif") || is(s, "else")) {
		if (is(s, "elif"))
			decide(s);
		if (s->branches && s->branches <= BRANCHES &&
				s->depth > s->branch[s->branches - 1])
			s->depth = s->branch[s->branches - 1];
		memset(&s->st, 0, sizeof(s->st));
	} else if (is(s, "endif") && s->branches) {
		s->branches--;
	}
}

/* --------------------------------------------------------------- statements */
static int is_one_of(struct str w, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(w, *words))
			return 1;
	return 0;
}

/* Words before a bracket that call nothing and name nothing. */
static int is_control(struct str w)
{
	static const char *const words[] = {"if", "for", "while", "switch",
		"catch", "return", "sizeof", "with", "synchronized", "else",
		"do", "try", "using", "foreach", "lock", "__attribute__",
		"alignas", "decltype", "defined", NULL};

	return is_one_of(w, words);
}

static int is_type_word(struct str w)
{
	static const char *const words[] = {"struct", "class", "union", "enum",
		"namespace", "interface", "record", "impl", "trait", "mod",
		NULL};

	return is_one_of(w, words);
}

/* What a brace opens where functions are NAME(...) {. */
static enum block_kind brace_of_c(struct scan *s)
{
	const struct statement *st = &s->st;

	if (function_of(s))
		return BLOCK_PLAIN;
	if (st->assigned || st->parens)
		return BLOCK_DATA;
	/* a(x), b{y} behind a constructor */
	if (st->colon && st->closed && !str_eq(st->last, ")"))
		return BLOCK_DATA;
	if (st->closed && st->named && !is_type_word(st->first))
		return BLOCK_FUNCTION;
	return BLOCK_PLAIN;
}

static enum block_kind brace_of_keyword(struct scan *s)
{
	const struct statement *st = &s->st;

	if (str_eq(st->last, "interface") || str_eq(st->last, "struct"))
		return BLOCK_DATA;
	return st->function ? BLOCK_FUNCTION : BLOCK_PLAIN;
}

static enum block_kind brace_of_script(struct scan *s)
{
	const struct statement *st = &s->st;

	if (str_eq(st->last, "=>"))
		return BLOCK_FUNCTION;
	if (st->closed && (st->function || (st->named &&
			!is_control(st->before_paren))) &&
			(str_eq(st->last, ")") || st->colon))
		return BLOCK_FUNCTION;
	return BLOCK_PLAIN;
}

static void open_brace(struct scan *s)
{
	enum block_kind kind = BLOCK_PLAIN;
	int test = s->st.test || s->marked_test;

	if (s->depth && s->blocks[s->depth - 1].kind == BLOCK_DATA)
		kind = BLOCK_DATA;
	else if (s->l.lang->shape == SHAPE_BRACES)
		kind = brace_of_c(s);
	else if (s->l.lang->shape == SHAPE_KEYWORD)
		kind = brace_of_keyword(s);
	else
		kind = brace_of_script(s);
	if (kind == BLOCK_FUNCTION && test)
		s->out->tests++;
	if (kind == BLOCK_FUNCTION)
		s->marked_test = 0;
	push(s, kind);
	if (!s->lost)
		s->blocks[s->depth - 1].around = s->st;
	if (kind != BLOCK_DATA)
		memset(&s->st, 0, sizeof(s->st));
}

static void close_brace(struct scan *s)
{
	int goes_on = 0;

	if (s->depth && !s->lost) {
		const struct block *b = &s->blocks[s->depth - 1];

		goes_on = b->kind == BLOCK_DATA || b->around.parens;
		s->st = b->around;
	}
	pop(s);
	if (goes_on)
		s->st.last = str_of("}");
	else
		memset(&s->st, 0, sizeof(s->st));
}

static int is_test_name(struct str w)
{
	static const char *const macros[] = {"TEST", "TEST_F", "TEST_P",
		"TEST_CASE", "START_TEST", NULL};

	return is_one_of(w, macros) || (w.n > 4 && memcmp(w.p, "Test", 4) == 0);
}

static void on_paren(struct scan *s, int open)
{
	struct statement *st = &s->st;

	if (!open) {
		st->parens -= st->parens > 0;
		st->closed = (uint8_t)(st->closed || st->parens == 0);
		return;
	}
	if (st->parens++ == 0 && !st->colon) {
		st->before_paren = st->last;
		st->named |= st->last.n && !is_control(st->last) &&
			(st->last.p[0] == '_' || st->last.p[0] >= 'A' ||
			str_eq(st->last, ">"));
		st->test = (uint8_t)(st->test || is_test_name(st->last));
	}
}

static void on_sign(struct scan *s)
{
	struct statement *st = &s->st;

	if (is(s, "(") || is(s, ")"))
		on_paren(s, is(s, "("));
	else if (is(s, "=") && !st->parens &&
			!str_eq(st->last, "operator"))
		st->assigned = 1;
	else if (is(s, ":") && !st->parens && st->closed)
		st->colon = 1;
	else if (is(s, "=>"))
		st->arrow = 1;
}

/* it("…"), test("…"): a call that is given a function. */
static int is_script_test(const struct scan *s)
{
	return s->l.lang->shape == SHAPE_SCRIPT && s->st.parens == 0 &&
		(is(s, "it") || is(s, "test")) && s->t.first;
}

static void on_word(struct scan *s)
{
	const struct lang *lang = s->l.lang;

	if (lang->keyword ? is(s, lang->keyword) : is(s, "function"))
		s->st.function = 1;
	if (is_script_test(s))
		s->out->tests++;
	/* @Test, #[test] */
	if ((is(s, "Test") && str_eq(s->st.last, "@")) ||
			(is(s, "test") && str_eq(s->st.last, "[")))
		s->marked_test = 1;
}

/* Arrow functions without a block are one expression. */
static void note_arrow(struct scan *s)
{
	if (s->st.arrow && !is(s, "{"))
		count_function(s, 1);
	s->st.arrow = 0;
}

static void one_of_braces(struct scan *s)
{
	if (s->l.lang->shape == SHAPE_SCRIPT)
		note_arrow(s);
	if (is_decision(s))
		decide(s);
	if (s->t.kind == CODE_SIGN && is(s, "{")) {
		open_brace(s);
		return;
	}
	if (s->t.kind == CODE_SIGN && is(s, "}")) {
		close_brace(s);
		return;
	}
	if (s->t.kind == CODE_SIGN && is(s, ";") && !s->st.parens) {
		memset(&s->st, 0, sizeof(s->st));
		return;
	}
	if (s->t.kind == CODE_SIGN)
		on_sign(s);
	else if (s->t.kind == CODE_WORD)
		on_word(s);
	if (!s->st.any)
		s->st.first = s->t.text;
	s->st.any = 1;
	s->st.last = s->t.text;
}

/* ------------------------------------------------------------------ indent */
static void one_of_indent(struct scan *s)
{
	if (s->t.first && s->st.parens == 0) {
		while (s->depth && s->t.indent <= s->blocks[s->depth - 1].indent)
			pop(s);
		s->st.any = 0;
	}
	if (s->t.kind == CODE_SIGN && strchr("([{", s->t.text.p[0]))
		s->st.parens++;
	if (s->t.kind == CODE_SIGN && strchr(")]}", s->t.text.p[0]))
		s->st.parens -= s->st.parens > 0;
	if (s->t.kind == CODE_WORD && is(s, "def")) {
		uint32_t indent = s->t.indent;

		/* `async def`: the indent of the line's first word */
		s->t.indent = s->t.first ? indent : s->st.any ? s->blocks[
			DEPTH - 1].indent : 0;
		push(s, BLOCK_FUNCTION);
		s->st.function = 1;
	} else if (s->t.kind == CODE_WORD && s->st.function) {
		s->out->tests += s->t.text.n > 5 &&
			memcmp(s->t.text.p, "test_", 5) == 0;
		s->st.function = 0;
	} else if (is_decision(s)) {
		decide(s);
	}
	if (s->t.first)
		s->blocks[DEPTH - 1].indent = s->t.indent;
	s->st.any = 1;
}

/* --------------------------------------------------------------------- end */
static void one_of_end(struct scan *s)
{
	static const char *const openers[] = {"do", "then", "repeat", NULL};

	if (s->t.kind != CODE_WORD)
		return;
	if (is_decision(s))
		decide(s);
	if (is(s, "function"))
		push(s, BLOCK_FUNCTION);
	else if (is_one_of(s->t.text, openers) && !s->st.function)
		push(s, BLOCK_PLAIN);
	else if (is(s, "end") || is(s, "until"))
		pop(s);
	/* then … elseif … then is one block */
	s->st.function = is(s, "elseif") || (s->st.function &&
		!is(s, "then"));
}

/* ------------------------------------------------------------------- shell */
/* `{` and `}` are words only where a command may stand. */
static void one_of_shell(struct scan *s)
{
	struct statement *st = &s->st;
	int begins = s->t.first || !st->any;

	if (is_decision(s))
		decide(s);
	if (s->t.kind == CODE_WORD && begins && is(s, "function")) {
		st->function = 1;
	} else if (s->t.kind == CODE_SIGN && is(s, "(") &&
			st->named) {
		st->arrow = 1;
	} else if (s->t.kind == CODE_SIGN && is(s, ")") && st->arrow) {
		st->function = 1;
		st->arrow = 0;
		st->any = 0;
		return;
	} else if (s->t.kind == CODE_SIGN && is(s, "{") && (begins ||
			st->function)) {
		push(s, st->function ? BLOCK_FUNCTION : BLOCK_PLAIN);
		memset(st, 0, sizeof(*st));
		return;
	} else if (s->t.kind == CODE_SIGN && is(s, "}") && begins) {
		pop(s);
	}
	if (s->t.kind == CODE_SIGN && (is(s, ";") || is(s, ";;") ||
			is(s, "&&") || is(s, "||") || is(s, "|") ||
			is(s, "&"))) {
		memset(st, 0, sizeof(*st));
		return;
	}
	st->named = s->t.kind == CODE_WORD && begins;
	st->any = 1;
}

/* --------------------------------------------------------------------- all */
static uint32_t count_word(struct str text, const char *word)
{
	size_t n = strlen(word);
	uint32_t count = 0;
	const char *p = text.p, *end = text.p + text.n;

	while ((p = memmem(p, (size_t)(end - p), word, n))) {
		p += n;
		count++;
	}
	return count;
}

uint32_t code_lines(struct str text)
{
	uint32_t n = 0;
	const char *p = text.p, *end = text.p + text.n;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n + (text.n && text.p[text.n - 1] != '\n');
}

static void one(struct scan *s)
{
	switch ((enum lang_shape)s->l.lang->shape) {
	case SHAPE_NONE:
		if (is_decision(s))
			decide(s);
		break;
	case SHAPE_BRACES:
	case SHAPE_KEYWORD:
	case SHAPE_SCRIPT:
		one_of_braces(s);
		break;
	case SHAPE_INDENT:
		one_of_indent(s);
		break;
	case SHAPE_END:
		one_of_end(s);
		break;
	case SHAPE_SHELL:
		one_of_shell(s);
		break;
	}
}

void code_scan(const struct lang *lang, struct str text,
	struct code_count *out)
{
	struct scan *s = mem_zero(sizeof(*s));

	memset(out, 0, sizeof(*out));
	out->lines = code_lines(text);
	s->out = out;
	code_lex_init(&s->l, lang, text);
	if (lang->shape == SHAPE_NONE && text.n)
		push(s, BLOCK_FUNCTION);
	while (code_lex(&s->l, &s->t)) {
		if (s->t.kind == CODE_COMMENT)
			out->todos += count_word(s->t.text, "TODO") +
				count_word(s->t.text, "FIXME") +
				count_word(s->t.text, "XXX");
		else if (s->t.kind == CODE_DIRECTIVE)
			directive(s);
		else
			one(s);
	}
	while (s->depth)
		pop(s);
	mem_free(s);
}
