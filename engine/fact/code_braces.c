/*
 * Languages whose blocks are braces: functions that are NAME(…) {…} (C, C++,
 * Java, C#), and functions behind a word (Go, Rust, Kotlin, Swift). What a
 * brace opens is judged by the statement before it.
 */
#include <string.h>

#include "engine/fact/code_scan_int.h"

static int is_lang(const struct scan *s, const char *name)
{
	return strcmp(s->l.lang->name, name) == 0;
}

static int is_c_or_cpp(const struct scan *s)
{
	return s->l.lang->traits & LANG_PREPROCESSOR;
}

/* Words before a bracket that name nothing. */
static int is_control(struct str w)
{
	static const char *const words[] = {"if", "for", "while", "switch",
		"catch", "return", "sizeof", "synchronized", "__attribute__",
		"__declspec", "alignas", "decltype", "noexcept", "requires",
		NULL};

	return scan_is_one_of(w, words);
}

static int is_type_word(struct str w)
{
	static const char *const words[] = {"struct", "class", "union", "enum",
		"interface", "record", NULL};

	return scan_is_one_of(w, words);
}

/* -------------------------------------------------------------- decisions */
/* `&&` that makes a reference. */
static int is_reference(const struct scan *s)
{
	static const char *const types[] = {"auto", "const", "volatile", ">",
		"int", "char", "bool", "long", "short", "unsigned", "float",
		"double", "void", NULL};
	char next = scan_next_char(s);

	/* &&label of GNU C */
	return !s->was_value || scan_is_one_of(s->st.last, types) ||
		next == ')' ||
		next == ',' || next == '>' || next == '=' || next == '.';
}

/* Words and signs that are not what they look like. */
static int is_other(struct scan *s)
{
	char next = scan_next_char(s);
	const struct str *last = &s->st.last;

	/* in the head of a function a reference, but behind its : */
	if (is_c_or_cpp(s) && is(s, "&&"))
		return s->st.is_operator || is_reference(s) ||
			!(s->st.colon || scan_function(s));
	if (is_lang(s, "Java") && is(s, "?"))
		return str_eq(*last, "<") || (str_eq(*last, ",") &&
			(next == '>' || next == ',' || next == 'e' ||
			next == 's'));
	if (is_lang(s, "C#") && is(s, "?"))
		return next == '>' || next == ')' || next == ',' ||
			next == '[' || next == ';';
	if (!is_lang(s, "Rust"))
		return str_eq(*last, ".") && s->t.kind == CODE_WORD;
	if (is(s, "&&") || is(s, "||"))
		return !s->was_value || str_eq(*last, "move");
	if (is(s, "?"))
		return str_eq(*last, ":") || str_eq(*last, "+");
	if (is(s, "for"))
		return next == '<';
	return 0;
}

/* In what may become the head of a function they are kept for it. */
static void decision(struct scan *s)
{
	if (is_other(s))
		return;
	if (scan_function(s))
		scan_decide(s);
	else if (s->st.named && !s->st.assigned && !s->st.angles &&
			(s->st.parens || s->st.closed))
		s->st.pending++;
}

/* Of Rust: an arm, and the else of `let … else`. */
static void rust_decision(struct scan *s)
{
	struct block *top = scan_top(s);

	if (is_sign(s, "=>") && top && top->kind == BLOCK_MATCH &&
			!s->st.parens)
		top->count++;
	else if (is_word(s, "else") && !str_eq(s->st.last, "}"))
		scan_decide(s);
}

/* ------------------------------------------------------------------ braces */
static int is_class(const struct scan *s)
{
	static const char *const behind[] = {"const", "noexcept", "override",
		"final", "volatile", "&", "&&", NULL};
	const struct statement *st = &s->st;

	if (st->class_at != st->parens + 1 || st->assigned)
		return 0;
	if (!is_c_or_cpp(s))
		return 1;
	return !(str_eq(st->last, ")") || st->arrow || (st->closed &&
		scan_is_one_of(st->last, behind)));
}

/* `A(1) {…}` in an enum of Java: a class without a name. */
static int is_constant(struct scan *s)
{
	const struct block *top = scan_top(s);

	return !is_c_or_cpp(s) && s->st.alone && top &&
		top->kind == BLOCK_CLASS &&
		!str_same(s->st.before_paren, top->name);
}

static enum block_kind brace_of_c(struct scan *s)
{
	const struct statement *st = &s->st;

	if ((st->made && !is_c_or_cpp(s)) || is_class(s))
		return BLOCK_CLASS;
	if (scan_function(s))
		return BLOCK_PLAIN;
	if (s->old_style && !st->any)
		return BLOCK_FUNCTION;
	if (st->assigned || st->parens)
		return BLOCK_DATA;
	/* a(x), b{y} behind a constructor */
	if (st->colon && (is_name_text(st->last) || str_eq(st->last, ">")))
		return BLOCK_DATA;
	if (st->closed && st->named && st->last.p[0] != '"') /* extern "C" */
		return is_constant(s) ? BLOCK_CLASS : BLOCK_FUNCTION;
	return BLOCK_PLAIN;
}

static int is_literal_type(struct str w)
{
	return str_eq(w, "interface") || str_eq(w, "struct");
}

static enum block_kind brace_of_keyword(struct scan *s)
{
	const struct statement *st = &s->st;

	if (is_literal_type(st->last))
		return BLOCK_PLAIN;
	if (st->match_at == st->parens + 1)
		return BLOCK_MATCH;
	return st->function_at == st->parens + 1 ? BLOCK_FUNCTION
		: BLOCK_PLAIN;
}

static void open_brace(struct scan *s)
{
	const struct block *top = scan_top(s);
	enum block_kind kind;
	struct block *b;

	if (top && top->kind == BLOCK_DATA)
		kind = BLOCK_DATA;
	else if (s->l.lang->shape == SHAPE_BRACES)
		kind = brace_of_c(s);
	else
		kind = brace_of_keyword(s);
	s->old_style = 0;
	if (kind == BLOCK_FUNCTION) {
		s->out->tests += s->st.test || s->marked_test;
		s->marked_test = 0;
		s->st.function_at = 0;
	}
	if (kind == BLOCK_MATCH)
		s->st.match_at = 0;
	b = scan_push(s, kind);
	if (b) {
		b->around = s->st;
		b->name = s->st.type_name;
		b->count += kind == BLOCK_FUNCTION ? s->st.pending : 0;
	}
	if (kind != BLOCK_DATA)
		memset(&s->st, 0, sizeof(s->st));
}

static void close_brace(struct scan *s)
{
	int goes_on = 0;

	if (s->depth && !s->lost) {
		const struct block *b = scan_top(s);

		/* func() struct{} {…} of Go */
		goes_on = b->kind == BLOCK_DATA || b->around.parens ||
			b->around.squares || (s->l.lang->keyword &&
			is_literal_type(b->around.last));
		s->st = b->around;
	}
	scan_pop(s);
	s->old_style = 0;
	if (!goes_on)
		memset(&s->st, 0, sizeof(s->st));
	s->st.last = str_of("}");
}

/* ------------------------------------------------------------------ tokens */
static void on_open(struct scan *s)
{
	struct statement *st = &s->st;

	if (st->parens++ > 0 || st->colon)
		return;
	st->before_paren = st->last;
	st->alone = !(is_name_text(st->before) || str_eq(st->before, ">") ||
		str_eq(st->before, "]"));
	st->named |= (is_name_text(st->last) && !is_control(st->last)) ||
		str_eq(st->last, ">") || st->is_operator;
	st->is_operator = 0;
	st->test = (uint8_t)(st->test || scan_is_test_name(st->last));
}

static void on_close(struct statement *st)
{
	st->parens -= st->parens > 0;
	st->closed = (uint8_t)(st->closed || st->parens == 0);
	st->made = st->new_at && st->new_at == st->parens + 1;
	if (st->made)
		st->new_at = 0;
	if (st->function_at > st->parens + 1)
		st->function_at = 0;
}

/* template <…>: what stands in it is of no interest. */
static void on_angle(struct scan *s)
{
	struct statement *st = &s->st;

	if (st->parens)
		return;
	if (is(s, "<")) {
		st->angles += st->angles || str_eq(st->last, "template");
	} else if (is(s, ">") && st->angles && --st->angles == 0) {
		memset(st, 0, sizeof(*st));
	}
}

static void on_sign(struct scan *s)
{
	struct statement *st = &s->st;

	if (is(s, "("))
		on_open(s);
	else if (is(s, ")"))
		on_close(st);
	else if (is(s, "["))
		st->squares++;
	else if (is(s, "]"))
		st->squares -= st->squares > 0;
	else if (is(s, "=") && !st->parens && !st->angles &&
			!st->is_operator)
		st->assigned = 1;
	else if (is(s, ":") && !st->parens && st->closed)
		st->colon = 1;
	else if (is(s, "->"))
		st->arrow = 1;
	else if (is(s, "<") || is(s, ">"))
		on_angle(s);
}

static int is_function_word(const struct scan *s)
{
	const struct statement *st = &s->st;

	if (!s->l.lang->keyword || !is(s, s->l.lang->keyword))
		return 0;
	/* of a parameter */
	if (st->function_at && st->function_at <= st->parens)
		return 0;
	/* types: fn(…) of Rust, []func(), chan func() of Go */
	if (is_lang(s, "Rust"))
		return scan_next_char(s) != '(';
	return !(str_eq(st->last, "]") || str_eq(st->last, "chan") ||
		str_eq(st->last, "*"));
}

static void on_word(struct scan *s)
{
	struct statement *st = &s->st;

	/* MACRO(x) namespace y { */
	if (is(s, "namespace"))
		memset(st, 0, sizeof(*st));
	if (is_function_word(s))
		st->function_at = st->parens + 1;
	else if (is(s, "match") && is_lang(s, "Rust"))
		st->match_at = st->parens + 1;
	else if (is(s, "operator"))
		st->is_operator = 1;
	else if (is(s, "new"))
		st->new_at = st->parens + 1;
	else if (is_type_word(s->t.text) && !str_eq(st->last, ".") &&
			!st->angles && scan_next_char(s) != '(' &&
			!(is(s, "record") && !is_lang(s, "Java") &&
			!is_lang(s, "C#")))
		st->class_at = st->parens + 1;
	if (is_type_word(st->last))
		st->type_name = s->t.text;
	/* @Test, #[test] */
	if ((is(s, "Test") && str_eq(st->last, "@")) ||
			(is(s, "test") && str_eq(st->last, "[")))
		s->marked_test = 1;
}

/* `;`, and in languages that need none the end of the line. */
static int ends_statement(struct scan *s)
{
	const struct statement *st = &s->st;

	if (st->parens || st->squares)
		return 0;
	return is_sign(s, ";");
}

static void end_statement(struct scan *s)
{
	const struct statement *st = &s->st;

	/* f(a) int a; char *b; { … } */
	s->old_style |= st->closed && st->named && !st->assigned &&
		is_lang(s, "C") && !str_eq(st->last, ")") &&
		!scan_function(s);
	memset(&s->st, 0, sizeof(s->st));
}

void scan_braces(struct scan *s)
{
	int made = s->st.made;

	if (s->t.first && s->l.lang->keyword && !is_lang(s, "Rust") &&
			!s->st.parens && !s->st.squares && !is_sign(s, "{"))
		memset(&s->st, 0, sizeof(s->st));
	if (is_lang(s, "Rust"))
		rust_decision(s);
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
		end_statement(s);
		return;
	}
	if (s->t.kind == CODE_SIGN)
		on_sign(s);
	else if (s->t.kind == CODE_WORD)
		on_word(s);
	if (made)
		s->st.made = 0;
	scan_note(s);
}
