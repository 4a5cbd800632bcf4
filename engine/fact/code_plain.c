/*
 * Languages whose blocks are lines or words: Python, Lua, shell.
 */
#include <string.h>

#include "engine/fact/code_scan_int.h"

/* ------------------------------------------------------------------ Python */
static int line_ends_open(const char *p, const char *end)
{
	while (end > p && strchr(" \t\r", end[-1]))
		end--;
	return end > p && strchr("([{|,\\", end[-1]);
}

/* `case PATTERN:`, where `case` is no name. `_` is of every other value. */
static int is_case(const struct scan *s)
{
	const char *p = s->l.text.p + s->l.at;
	const char *end = s->l.text.p + s->l.text.n;
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	const char *colon;

	end = nl ? nl : end;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (!s->t.first || s->st.parens || p == end || strchr("=.,:)", *p) ||
			(end - p > 1 && p[1] == '=' && strchr("+-*/%|&^", *p)))
		return 0;
	colon = memchr(p, ':', (size_t)(end - p));
	if (!colon)
		return line_ends_open(p, end);
	return !(*p == '_' && colon == p + 1);
}

/* For `async def`, the line's indent is not that of `def`. */
static void begin_def(struct scan *s)
{
	scan_push(s, BLOCK_FUNCTION);
	s->st.function_at = 1;
}

void scan_indent(struct scan *s)
{
	if (s->t.first)
		s->line_indent = s->t.indent;
	while (s->t.first && !s->st.parens && !s->lost && s->depth &&
			s->t.indent <= scan_top(s)->indent)
		scan_pop(s);
	if (s->t.kind == CODE_SIGN && strchr("([{", s->t.text.p[0]))
		s->st.parens++;
	else if (s->t.kind == CODE_SIGN && strchr(")]}", s->t.text.p[0]))
		s->st.parens -= s->st.parens > 0;
	else if (is_word(s, "def"))
		begin_def(s);
	else if (s->t.kind == CODE_WORD && s->st.function_at) {
		s->out->tests += s->t.text.n > 5 &&
			memcmp(s->t.text.p, "test_", 5) == 0;
		s->st.function_at = 0;
	} else if (scan_is_decision(s) && (!is(s, "case") || is_case(s)))
		scan_decide(s);
}

/* --------------------------------------------------------------------- Lua */
void scan_end(struct scan *s)
{
	static const char *const openers[] = {"do", "then", "repeat", NULL};

	if (s->t.kind != CODE_WORD)
		return;
	if (scan_is_decision(s))
		scan_decide(s);
	if (is(s, "function"))
		scan_push(s, BLOCK_FUNCTION);
	else if (scan_is_one_of(s->t.text, openers) && !s->st.function_at)
		scan_push(s, BLOCK_PLAIN);
	else if (is(s, "end") || is(s, "until"))
		scan_pop(s);
	/* then … elseif … then is one block */
	s->st.function_at = is(s, "elseif") || (s->st.function_at &&
		!is(s, "then"));
}

/* ------------------------------------------------------------------- shell */
/*
 * Words count only where a command may stand. Round brackets are blocks; a
 * closing one that ends a pattern of `case` is none, and is a decision
 * unless the pattern is `*`.
 */
static int begins_commands(const struct scan *s)
{
	static const char *const words[] = {"then", "do", "else", "elif",
		"if", "while", "until", "!", "{", "time", NULL};

	return scan_is_one_of(s->t.text, words);
}

static void pattern(struct scan *s)
{
	if (s->pattern_words == 0 && is_word(s, "esac")) {
		s->pattern = 0;
		s->cases -= s->cases > 0;
		return;
	}
	if (is_sign(s, "(") && s->pattern_words++ > 0)
		s->pattern_depth++;
	else if (is_sign(s, ")") && s->pattern_depth > 0)
		s->pattern_depth--;
	else if (is_sign(s, ")")) {
		if (s->pattern_words != 1 || !str_eq(s->st.last, "*"))
			scan_decide(s);
		s->pattern = 0;
		memset(&s->st, 0, sizeof(s->st));
		s->st.begins = 1;
		return;
	} else {
		s->pattern_words = s->pattern_words == 1 &&
			str_eq(s->st.last, "(") ? 1
			: (uint8_t)(s->pattern_words + 1 > 9 ? 9
			: s->pattern_words + 1);
	}
	s->st.last = s->t.text;
}

static void begin_pattern(struct scan *s)
{
	s->pattern = 1;
	s->pattern_words = 0;
	s->pattern_depth = 0;
	s->st.last = str_of("");
}

static void open_block(struct scan *s, int is_round)
{
	struct block *b = scan_push(s, s->st.function_at ? BLOCK_FUNCTION
		: BLOCK_PLAIN);

	if (b) {
		b->is_round = (uint8_t)is_round;
		b->around = s->st;
	}
	memset(&s->st, 0, sizeof(s->st));
	s->st.begins = 1;
}

static void close_block(struct scan *s, int is_round)
{
	const struct block *top = scan_top(s);

	if (top && !s->lost && top->is_round != is_round)
		return;
	if (top && is_round)
		s->st = top->around;
	scan_pop(s);
	s->st.function_at = 0;
	s->st.begins = 0;
	s->st.any = 1;
}

/* 1 when the token was a bracket of a block, or of a function's name. */
static int shell_bracket(struct scan *s)
{
	struct statement *st = &s->st;

	if (is_sign(s, "(") && st->any && !st->begins &&
			scan_next_char(s) == ')' && !str_eq(st->last, "=")) {
		st->function_at = 1;
		s->out->tests += st->first.n > 5 &&
			memcmp(st->first.p, "test_", 5) == 0;
		st->arrow = 1; /* its ) follows */
	} else if (is_sign(s, ")") && st->arrow) {
		st->arrow = 0;
	} else if (is_sign(s, "(") || is_sign(s, ")")) {
		if (is(s, "("))
			open_block(s, 1);
		else
			close_block(s, 1);
	} else if (is_sign(s, "{") && (st->begins || st->function_at)) {
		open_block(s, 0);
	} else if (is_sign(s, "}") && st->begins) {
		close_block(s, 0);
	} else {
		return 0;
	}
	return 1;
}

static void shell_word(struct scan *s)
{
	struct statement *st = &s->st;

	if (st->begins && is(s, "function")) {
		st->function_at = 1;
	} else if (st->begins && is(s, "case")) {
		s->cases++;
		st->match_at = 1;
	} else if (is(s, "in") && st->match_at) {
		st->match_at = 0;
		begin_pattern(s);
	} else if (st->begins && is(s, "esac")) {
		s->cases -= s->cases > 0;
	}
	/* bats */
	if (is(s, "test") && str_eq(st->last, "@"))
		s->out->tests++;
}

static int ends_command(const struct scan *s)
{
	static const char *const signs[] = {";", "&&", "||", "|", "&", ";;",
		NULL};

	return s->t.kind == CODE_SIGN && scan_is_one_of(s->t.text, signs);
}

void scan_shell(struct scan *s)
{
	struct statement *st = &s->st;

	if (s->pattern) {
		pattern(s);
		return;
	}
	/* the body may begin on the line behind the name */
	if (s->t.first && !st->function_at && !st->match_at)
		st->begins = 1;
	if (s->t.kind == CODE_SIGN ? scan_is_decision(s)
			: st->begins && scan_is_decision(s))
		scan_decide(s);
	if (shell_bracket(s))
		return;
	if (ends_command(s)) {
		memset(st, 0, sizeof(*st));
		st->begins = 1;
		if (is(s, ";;") && s->cases)
			begin_pattern(s);
		return;
	}
	if (s->t.kind == CODE_WORD)
		shell_word(s);
	if (st->begins)
		st->first = s->t.text;
	st->begins = st->begins && begins_commands(s);
	st->any = 1;
	st->last = s->t.text;
}
