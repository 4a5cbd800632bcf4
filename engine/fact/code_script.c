/*
 * JavaScript and TypeScript: functions anywhere, named or not, in braces or
 * as an expression behind =>. A brace opens code, an object, a class, or a
 * type, which the token before it tells; methods stand only in objects and
 * classes.
 */
#include <string.h>

#include "engine/fact/code_scan_int.h"

static int is_typed(const struct scan *s)
{
	return s->l.lang->name[0] == 'T';
}

static int has_top(struct scan *s, enum block_kind kind)
{
	const struct block *top = scan_top(s);

	return top && top->kind == kind;
}

/* Between the members of an object or a class. */
static int is_among_members(struct scan *s)
{
	return !s->st.parens && !s->st.squares &&
		(has_top(s, BLOCK_OBJECT) || has_top(s, BLOCK_CLASS));
}

/* The token before the bracket that closed last, and before those that are
 * open right before it: *more of them. */
static struct str before_bracket(const struct scan *s, uint32_t *more)
{
	uint32_t i = s->brackets;

	*more = 0;
	while (i > 0 && i < PARENS && str_eq(s->opened[i], "(")) {
		i--;
		++*more;
	}
	return i < PARENS ? s->opened[i] : (struct str){"", 0};
}

/* ------------------------------------------------------------------- types */
static int is_type_position(struct scan *s)
{
	return has_top(s, BLOCK_TYPE) || s->st.in_type;
}

/* (…) => T, where a type may stand. */
static int is_type_arrow(struct scan *s)
{
	static const char *const signs[] = {"|", "&", "<", "as", "is",
		"extends", "new", "satisfies", NULL};
	uint32_t more;
	struct str before = before_bracket(s, &more);

	if (!is_typed(s))
		return 0;
	if (is_type_position(s))
		return 1;
	if (has_top(s, BLOCK_CLASS) && !s->st.assigned &&
			!str_eq(s->st.first, "@"))
		return !str_eq(before, "=");
	if (!str_eq(s->st.last, ")"))
		return 0;
	if (str_eq(before, "=>"))
		return s->type_arrow;
	if (str_eq(before, ":") || str_eq(before, "?:"))
		return !s->st.ternary && !(has_top(s, BLOCK_OBJECT) &&
			s->st.parens == more);
	return scan_is_one_of(before, signs);
}

/* -------------------------------------------------------------- decisions */
static int is_optional(struct scan *s)
{
	const char *p = s->t.text.p;
	char next = scan_next_char(s);

	if (next == ')' || next == ',' || next == ';' || next == '=' ||
			next == '}' || next == ']' || next == '>' ||
			next == ':')
		return 1;
	return is_typed(s) && next == '(' && is_among_members(s) &&
		!s->st.assigned && p > s->l.text.p && p[-1] != ' ';
}

static void decision(struct scan *s)
{
	if (is_type_position(s))
		return;
	if (s->t.kind == CODE_WORD && (str_eq(s->st.last, ".") ||
			str_eq(s->st.last, "?.") || scan_next_char(s) == ':' ||
			(is_among_members(s) && !s->st.assigned)))
		return;
	if (is(s, "?")) {
		struct block *top = scan_top(s);

		if (is_optional(s))
			return;
		s->st.ternary = 1;
		if (top && top->is_expression)
			top->ternaries++;
	}
	scan_decide(s);
}

/* --------------------------------------------- functions without a brace */
/* Words that go on with an expression on the next line. */
static int goes_on(struct str w)
{
	static const char *const words[] = {"in", "of", "instanceof", "as",
		"satisfies", "extends", "implements", "is", NULL};

	return scan_is_one_of(w, words);
}

/* A line begins a statement without a ; before it. */
static int is_new_statement(const struct scan *s)
{
	return s->t.first && s->was_value && s->t.kind != CODE_SIGN &&
		!goes_on(s->t.text) && !goes_on(s->st.last);
}

static int ends_expression(struct scan *s, struct block *b)
{
	if (s->st.parens < b->around.parens ||
			s->st.squares < b->around.squares)
		return 1;
	if (s->st.parens > b->around.parens ||
			s->st.squares > b->around.squares)
		return 0;
	if (is_sign(s, ":") && b->ternaries) {
		b->ternaries--;
		return 0;
	}
	if (s->t.kind == CODE_SIGN && s->t.text.n == 1 &&
			strchr(",;)]}:", s->t.text.p[0]))
		return 1;
	return is_new_statement(s);
}

static void end_expressions(struct scan *s)
{
	struct block *top;

	while ((top = scan_top(s)) && top->is_expression && !s->lost &&
			ends_expression(s, top))
		scan_pop(s);
}

static void on_arrow(struct scan *s)
{
	struct block *b;

	s->type_arrow = (uint8_t)is_type_arrow(s);
	if (s->type_arrow)
		return;
	if (scan_next_char(s) == '{') {
		s->st.arrow = 1;
		return;
	}
	b = scan_push(s, BLOCK_FUNCTION);
	if (b) {
		b->is_expression = 1;
		b->around = s->st;
	}
}

/* ------------------------------------------------------------------ braces */
static int is_before_value(struct str w)
{
	static const char *const tokens[] = {"=", "(", ",", "[", "?", ":",
		"&&", "||", "??", "...", "return", "default", "typeof", "in",
		"of", "yield", "await", "throw", "!", "+", "=>", "==", "===",
		"new", "void", "delete", "&&=", "||=", "\?\?=", "<", ">", "|",
		"&", "as", NULL};

	return scan_is_one_of(w, tokens);
}

/* function …(…) {, or a method's NAME(…) {. */
static int is_function(struct scan *s)
{
	static const char *const ends[] = {"]", "}", ">", NULL};
	const struct statement *st = &s->st;
	int ended = str_eq(st->last, ")") || (st->colon &&
		(is_name_text(st->last) || scan_is_one_of(st->last, ends)));

	if (!ended)
		return 0;
	if (st->function_at == st->parens + 1)
		return 1;
	return is_among_members(s) && !st->assigned;
}

static enum block_kind brace_kind(struct scan *s)
{
	const struct statement *st = &s->st;

	if (st->arrow)
		return BLOCK_FUNCTION;
	if (is_type_position(s) || (s->type_arrow && str_eq(st->last, "=>")))
		return BLOCK_TYPE;
	if (st->class_at == st->parens + 1 && !str_eq(st->last, "="))
		return BLOCK_CLASS;
	if (is_function(s))
		return BLOCK_FUNCTION;
	if (!is_before_value(st->last))
		return BLOCK_PLAIN;
	if (is_typed(s) && (scan_is_one_of(st->last, (const char *const[]){
			"<", "|", "&", "as", NULL}) || (str_eq(st->last, ":")
			&& !st->ternary && !(has_top(s, BLOCK_OBJECT) &&
			!st->parens))))
		return BLOCK_TYPE;
	return BLOCK_OBJECT;
}

static void open_brace(struct scan *s)
{
	enum block_kind kind = brace_kind(s);
	struct block *b;

	s->st.arrow = 0;
	if (kind == BLOCK_FUNCTION)
		s->st.function_at = s->st.colon = 0;
	if (kind == BLOCK_CLASS)
		s->st.class_at = 0;
	b = scan_push(s, kind);
	if (b)
		b->around = s->st;
	memset(&s->st, 0, sizeof(s->st));
}

/* Whether what stood before the block is over with it. */
static int is_whole_statement(struct scan *s, const struct block *b)
{
	static const char *const declared[] = {"function", "async", "export",
		"class", "abstract", "declare", NULL};
	const struct statement *st = &b->around;

	if (st->parens || st->squares || b->kind == BLOCK_OBJECT)
		return 0;
	if (b->kind == BLOCK_PLAIN)
		return 1;
	if (b->kind == BLOCK_TYPE)
		return st->in_type && !st->named;
	return !st->assigned && (scan_is_one_of(st->first, declared) ||
		is_among_members(s));
}

static void close_brace(struct scan *s)
{
	struct block *top = scan_top(s);
	struct block closed;

	if (s->lost || !top) {
		scan_pop(s);
		return;
	}
	closed = *top;
	scan_pop(s);
	s->st = closed.around;
	if (is_whole_statement(s, &closed))
		memset(&s->st, 0, sizeof(s->st));
	else
		s->st.last = str_of("}");
}

/* ------------------------------------------------------------------ tokens */
static void on_sign(struct scan *s)
{
	struct statement *st = &s->st;

	if (is(s, "(")) {
		st->parens++;
		if (s->brackets++ < PARENS)
			s->opened[s->brackets - 1] = st->last;
	} else if (is(s, ")")) {
		st->parens -= st->parens > 0;
		s->brackets -= s->brackets > 0;
		if (st->function_at > st->parens + 1)
			st->function_at = 0;
	} else if (is(s, "[")) {
		st->squares++;
	} else if (is(s, "]")) {
		st->squares -= st->squares > 0;
	} else if (is(s, "<") && is_typed(s) && is_among_members(s) &&
			!st->assigned) {
		st->angles++;
	} else if (is(s, ">")) {
		st->angles -= st->angles > 0;
	} else if (is(s, "=") && !st->parens && !st->angles) {
		st->assigned = 1;
		st->in_type |= st->named;
	} else if (is(s, ":") && is_typed(s) && str_eq(st->last, ")") &&
			!st->ternary) {
		st->colon = 1;
	} else if (is(s, "=>")) {
		on_arrow(s);
	}
}

/* `type X`, `interface X` at the beginning of a statement. */
static void on_type_word(struct scan *s)
{
	static const char *const before[] = {"export", "declare", "default",
		NULL};
	char next = scan_next_char(s);

	if ((s->st.any && !scan_is_one_of(s->st.last, before)) ||
			!(next == '_' || next == '$' || (next >= 'A' &&
			next <= 'Z') || (next >= 'a' && next <= 'z')))
		return;
	if (is(s, "type"))
		s->st.named = 1; /* until its = */
	else
		s->st.in_type = 1;
}

static void on_word(struct scan *s)
{
	struct statement *st = &s->st;

	if (str_eq(st->last, ".") || str_eq(st->last, "?."))
		return;
	if (is(s, "function") && scan_next_char(s) != ':')
		st->function_at = st->parens + 1;
	else if (is(s, "class") && scan_next_char(s) != ':')
		st->class_at = st->parens + 1;
	else if (is_typed(s) && (is(s, "type") || is(s, "interface") ||
			is(s, "declare")))
		on_type_word(s);
	/* it("…"), test("…"): a call that is given a function */
	if ((is(s, "it") || is(s, "test")) && s->t.first && !st->parens)
		s->out->tests++;
}

static int ends_statement(struct scan *s)
{
	const struct statement *st = &s->st;

	if (st->parens || st->squares || s->t.kind != CODE_SIGN)
		return 0;
	if (is(s, ";"))
		return 1;
	if (is(s, ":"))
		return (str_eq(st->first, "case") && !st->ternary) ||
			str_eq(st->last, "default");
	return is(s, ",") && has_top(s, BLOCK_OBJECT);
}

void scan_script(struct scan *s)
{
	end_expressions(s);
	if (is_new_statement(s) && !s->st.parens && !s->st.squares)
		memset(&s->st, 0, sizeof(s->st));
	if (scan_is_decision(s))
		decision(s);
	if (is_sign(s, "{")) {
		open_brace(s);
		return;
	}
	if (is_sign(s, "}")) {
		close_brace(s);
		return;
	}
	if (ends_statement(s)) {
		memset(&s->st, 0, sizeof(s->st));
		return;
	}
	if (s->t.kind == CODE_SIGN)
		on_sign(s);
	else if (s->t.kind == CODE_WORD)
		on_word(s);
	scan_note(s);
}
