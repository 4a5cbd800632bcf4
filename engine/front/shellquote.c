/*
 * The shell's quoting: where a reference stands in its eyes. Outside double
 * quotes "${WF_Vn}" is inserted, inside them ${WF_Vn}; every other byte is
 * copied. Recursion (through shell_list) is bounded by shell_enter.
 */
#include "engine/front/shell_calls.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"

/* Copies n bytes; the CR of a CRLF is left out. */
void shell_copy(struct shell *sh, size_t n)
{
	if (n > sh->s.n - sh->i)
		n = sh->s.n - sh->i;
	if (n > 0 && !memchr(sh->s.p + sh->i, '\r', n)) {
		buf_add(sh->out, sh->s.p + sh->i, n);
		sh->i += n;
		return;
	}
	for (; n > 0 && more(sh); n--, sh->i++)
		if (sh->s.p[sh->i] != '\r' || peek(sh, 1) != '\n')
			buf_char(sh->out, sh->s.p[sh->i]);
}

int shell_enter(struct shell *sh)
{
	if (sh->depth < LIMIT_NEST) {
		sh->depth++;
		return 1;
	}
	shell_refuse(sh, sh->i, 1, "E209", "the shell text nests too deeply",
		NULL);
	sh->i = sh->s.n;
	return 0;
}

static void lit_add(struct shell_word *w, char c)
{
	if (!w->exact)
		return;
	if (w->lit_n + 1 < SHELL_WORD)
		w->lit[w->lit_n++] = c;
	else
		w->exact = 0;
}

void shell_word_holds(struct shell_word *w, size_t at, size_t len, int soft)
{
	w->exact = 0;
	w->all_args = 0;
	if (w->has_ref && !w->soft)
		return;
	w->has_ref = 1;
	w->soft = (uint8_t)soft;
	w->ref_at = at;
	w->ref_len = len;
}

/* 1 when one of our references stands at sh->i. */
static int our_ref(struct shell *sh, struct ref_text *r)
{
	return peek(sh, 1) == '{' && ref_scan(sh->s, sh->i, r) &&
		ref_is_ours(sh->b, r);
}

static void refuse_ref(struct shell *sh, const struct ref_text *r,
	const char *code, const char *why, const char *help)
{
	shell_refuse(sh, r->at, r->end - r->at, code, why, help);
}

static void refuse_step(struct shell *sh, const struct ref_text *r)
{
	char help[LIMIT_NAME + 20];

	snprintf(help, sizeof(help), "write ${%.*s.output}", (int)r->name.n,
		r->name.p);
	refuse_ref(sh, r, "E319", "the step's name is no variable of the "
		"shell", help);
}

/* Puts the variable for r. */
static void put_ref(struct shell *sh, const struct ref_text *r,
	enum shell_context ctx)
{
	if (r->spread)
		refuse_ref(sh, r, "E308", "a spread is one argument per line",
			"use /exec, or read ${x.lines} line by line");
	if (ctx == PATTERN)
		refuse_ref(sh, r, "E315", "this value would be a pattern",
			"compare with [ \"$x\" = \"$y\" ] instead");
	sh->refs->ref = mem_more(sh->refs->ref, sh->refs->count,
		&sh->refs->cap, sizeof(*sh->refs->ref));
	sh->refs->ref[sh->refs->count++] = *r;
	buf_printf(sh->out, ctx == QUOTED ? "${WF_V%zu}" : "\"${WF_V%zu}\"",
		sh->refs->count);
	sh->i = r->end;
}

/* References in [sh->i, end) that may not be there; copies all. */
void shell_forbid(struct shell *sh, size_t end, const char *code,
	const char *why, const char *help)
{
	struct ref_text r;

	while (sh->i < end && more(sh)) {
		if (peek(sh, 0) == '\\' && sh->i + 1 < end) {
			shell_copy(sh, 2);
			continue;
		}
		if (peek(sh, 0) == '$' && our_ref(sh, &r)) {
			refuse_ref(sh, &r, code, why, help);
			shell_copy(sh, r.end - sh->i);
			continue;
		}
		shell_copy(sh, 1);
	}
}

/* '…' at sh->i. */
static void single(struct shell *sh, struct shell_word *w)
{
	size_t end = scan_quote(sh->s, sh->i, 1), i;

	if (end == SCAN_NONE)
		end = sh->s.n;
	for (i = sh->i + 1; i < end; i++)
		lit_add(w, sh->s.p[i]);
	w->quoted = 1;
	shell_copy(sh, 1);
	shell_forbid(sh, end, "E311", "inside single quotes the shell reads no "
		"value", "end the quotes before it: 'a '${x.output}' b', or "
		"use double quotes");
	shell_copy(sh, 1);
}

/* A variable of the shell's own: `$f` of a loop, those that hold a value. */
static void variable(struct shell *sh, struct shell_word *w, size_t at,
	size_t n)
{
	struct str name = scan_cut(sh->s, at, at + n);
	size_t from = sh->i;

	if (w && shell_is_tainted(sh, name)) {
		int first = !w->has_ref;

		shell_word_holds(w, from, at + n - from, 1);
		w->all_args = first && !(shell_name_is(sh, name) &
			NAME_VALUE) && sh->s.p[at] > '9';
	}
	if (peek(sh, 1) != '{' && ref_loop(sh->b, name) != PLAN_NONE) {
		char help[96];

		snprintf(help, sizeof(help), "write ${%.*s}", (int)n, name.p);
		shell_refuse(sh, from, n + 1, "E309", "the loop's name is no "
			"variable of the shell", help);
	}
}

/* `$@`, `${*}` at sh->i. As a command, "$@" is $1 and its words. */
static void all_args(struct shell *sh, struct shell_word *w)
{
	int first = !w->has_ref;

	if (!sh->args_from)
		return;
	shell_word_holds(w, sh->i, 2, 1);
	w->all_args = first && sh->args_from > 1 + sh->shifts;
}

/* What `$(` or a backquote in arithmetic prints. */
static void math_substitution(struct shell *sh)
{
	struct shell_word w = { .exact = 0 };

	shell_dollar(sh, &w, QUOTED);
	if (w.has_ref)
		shell_refuse_math(sh, w.ref_at, w.ref_len);
}

/* $(( … )), (( … )), $[ … ]: to the close, references and variables that
 * hold one are refused. */
void shell_math(struct shell *sh, char open, size_t depth, int keys)
{
	char close = open == '(' ? ')' : ']';
	struct ref_text r;
	size_t n, at;

	while (more(sh) && depth > 0) {
		char c = peek(sh, 0);

		if (c == '\\' && sh->i + 1 < sh->s.n) {
			shell_copy(sh, 2);
			continue;
		}
		if (c == '$' && our_ref(sh, &r)) {
			refuse_ref(sh, &r, "E312", "the shell would evaluate "
				"this value as arithmetic",
				"compute it in a /lua step");
			shell_copy(sh, r.end - sh->i);
			continue;
		}
		if (c == '`' || (c == '$' && peek(sh, 1) == '(' &&
				peek(sh, 2) != '(')) {
			if (c == '`' && sh->depth && sh->in_back)
				return;
			math_substitution(sh);
			continue;
		}
		n = 0;
		while (scan_word_char(peek(sh, n)))
			n++;
		if (n > 0) {
			if (!keys && shell_tainted_in(sh, sh->i, sh->i + n,
					&at))
				shell_refuse_math(sh, sh->i, n);
			shell_copy(sh, n);
			continue;
		}
		depth += c == open;
		depth -= c == close;
		shell_copy(sh, 1);
	}
}

/* The word behind an operator of ${v:-word}; ends before `}`. */
static void param_word(struct shell *sh, struct shell_word *w,
	enum shell_context ctx)
{
	while (more(sh) && peek(sh, 0) != '}') {
		char c = peek(sh, 0);

		if (c == '\\') {
			shell_copy(sh, 2);
		} else if (c == '\'' && ctx == PLAIN) {
			single(sh, w);
		} else if (c == '"') {
			size_t end = scan_shell_quote(sh->s, sh->i);

			end = end == SCAN_NONE ? sh->s.n : end + 1;
			shell_forbid(sh, end, "E317", "quotes inside quotes: "
				"no value can be put here",
				"leave the inner quotes out");
		} else if (c == '$' || c == '`') {
			shell_dollar(sh, w, ctx);
		} else {
			shell_copy(sh, 1);
		}
	}
}

/* Behind the `]` that closes a subscript. */
static size_t subscript_end(const struct shell *sh, size_t at)
{
	const char *close = memchr(sh->s.p + at, ']', sh->s.n - at);

	return close ? (size_t)(close - sh->s.p) : sh->s.n;
}

/* `${!x}`: the value of x would be a name, whose subscript is evaluated;
 * `${!x@}` and `${!x[@]}` list names and keys. */
static void indirect(struct shell *sh, struct shell_word *w)
{
	size_t n = 0, at = sh->i + 3;
	char next;

	while (scan_word_char(peek(sh, 3 + n)))
		n++;
	next = peek(sh, 3 + n);
	if (next == '[')
		next = peek(sh, 4 + n);
	if (n > 0 && next != '@' && next != '*' &&
			shell_is_tainted(sh, scan_cut(sh->s, at, at + n)))
		shell_refuse(sh, sh->i, n + 4, "E312", "the shell would read "
			"this value as a name and evaluate it",
			"use a case for the names that may come");
	else if (n > 0 && peek(sh, 3 + n) == '[' && (n = shell_tainted_in(sh,
			at + n, subscript_end(sh, at + n), &at)) > 0)
		shell_refuse_math(sh, at, n);
	else if (next != '@' && next != '*' && shell_holds(sh))
		shell_word_holds(w, sh->i, 3, 1);
}

/* What stands behind the name of `${name…}`, [from, to), evaluates values:
 * a subscript, an offset, @P, a substitution. */
static void evaluates(struct shell *sh, struct str name, size_t to)
{
	size_t from = sh->i, end = to, at, n = 0;
	const char *close = memchr(sh->s.p + from, ']', to - from);
	struct str rest = scan_cut(sh->s, from, to);
	int keys = (shell_name_is(sh, name) & NAME_ASSOC) != 0;

	if (rest.n >= 2 && memcmp(rest.p + rest.n - 2, "@P", 2) == 0 &&
			shell_is_tainted(sh, name)) {
		shell_refuse(sh, from - name.n, name.n, "E313", "the shell "
			"would expand this value as a prompt", "leave @P out");
		return;
	}
	if (peek(sh, 0) == '[' && close)
		end = (size_t)(close - sh->s.p);
	if ((peek(sh, 0) == '[' && !keys) || peek(sh, 0) == ':' ||
			memchr(rest.p, '`', rest.n) ||
			memmem(rest.p, rest.n, "$(", 2))
		n = shell_tainted_in(sh, from, end, &at);
	if (n)
		shell_refuse_math(sh, at, n);
}

/* To the `}` of `${name…}`, where nothing of ours can be put. */
static void param_rest(struct shell *sh, struct str name)
{
	size_t end = sh->i, depth = 1;
	char c = peek(sh, 0);

	for (; end < sh->s.n && depth; end++) {
		depth += sh->s.p[end] == '{';
		depth -= sh->s.p[end] == '}';
	}
	end -= depth == 0;
	if (end > sh->i && name.n)
		evaluates(sh, name, end);
	else if (end >= sh->i + 3 && sh->args_from &&
			memcmp(sh->s.p + end - 2, "@P", 2) == 0)
		shell_refuse(sh, sh->i, end - sh->i, "E313", "the shell would "
			"expand this value as a prompt", "leave @P out");
	shell_forbid(sh, end, c == ':' || c == '[' ? "E312" : "E315",
		"the shell would evaluate this value again", "put it into a "
		"variable of its own first, or use ${x:-...} only");
}

/* ${…} of the shell at sh->i. */
static void param(struct shell *sh, struct shell_word *w,
	enum shell_context ctx)
{
	size_t n = 0, before = sh->refs->count;
	struct str name;
	char op;

	if (!shell_enter(sh))
		return;
	while (scan_word_char(peek(sh, 2 + n)))
		n++;
	if (n > 0)
		variable(sh, w, sh->i + 2, n);
	else if (peek(sh, 2) == '!')
		indirect(sh, w);
	else if (peek(sh, 2) == '@' || peek(sh, 2) == '*')
		all_args(sh, w);
	name = scan_cut(sh->s, sh->i + 2, sh->i + 2 + n);
	shell_copy(sh, 2 + n);
	op = peek(sh, 0) == ':' ? peek(sh, 1) : peek(sh, 0);
	if (n > 0 && op && strchr("-=+?", op)) {
		shell_copy(sh, peek(sh, 0) == ':' ? 2 : 1);
		param_word(sh, w, ctx);
		if (op == '=' && (sh->refs->count > before || w->has_ref))
			shell_store(sh, name, w->ref_at, w->ref_len);
	} else {
		param_rest(sh, name);
	}
	shell_copy(sh, 1);
	sh->depth--;
}

/* `…` at sh->i. */
static void back(struct shell *sh)
{
	if (!shell_enter(sh))
		return;
	shell_copy(sh, 1);
	shell_list(sh, CLOSE_BACK, &sh->around);
	shell_copy(sh, 1);
	sh->depth--;
}

/* $( … ) behind its opening. */
void shell_substitution(struct shell *sh, const struct shell_flow *in)
{
	if (!shell_enter(sh))
		return;
	shell_list(sh, CLOSE_PAREN, in);
	shell_copy(sh, 1);
	sh->depth--;
}

/* The word holds what the substitution printed. */
static void printed(struct shell *sh, struct shell_word *w)
{
	const struct shell_flow *f = &sh->printed;

	if (f->has_ref)
		shell_word_holds(w, f->ref_at, f->ref_len, 1);
}

/* `$name`, `$1`, `$@`, or a lone `$`. */
static void plain_variable(struct shell *sh, struct shell_word *w)
{
	size_t n = 0;

	while (scan_word_char(peek(sh, 1 + n)))
		n++;
	if (n > 0 && peek(sh, 1) <= '9')
		variable(sh, w, sh->i + 1, 1);
	else if (n > 0)
		variable(sh, w, sh->i + 1, n);
	else if (peek(sh, 1) == '@' || peek(sh, 1) == '*')
		all_args(sh, w);
	shell_copy(sh, 1 + n);
}

/* An expansion at sh->i, which is `$` or a backquote. */
void shell_dollar(struct shell *sh, struct shell_word *w,
	enum shell_context ctx)
{
	struct ref_text r;

	if (peek(sh, 0) == '`') {
		w->exact = 0;
		back(sh);
		printed(sh, w);
		return;
	}
	if (our_ref(sh, &r)) {
		shell_word_holds(w, r.at, r.end - r.at, 0);
		put_ref(sh, &r, ctx);
		return;
	}
	if (peek(sh, 1) == '{' && ref_scan(sh->s, sh->i, &r) &&
			shell_means_step(sh, &r))
		refuse_step(sh, &r);
	if (peek(sh, 1) == '"' && ctx != QUOTED) {
		shell_copy(sh, 1);
		return;
	}
	if (peek(sh, 1) == '\'' && ctx != QUOTED) {
		size_t from = sh->i;

		shell_copy(sh, 1);
		single(sh, w);
		w->exact = w->exact && !memchr(sh->s.p + from, '\\',
			sh->i - from);
		return;
	}
	w->exact = 0;
	if (peek(sh, 1) == '(' && peek(sh, 2) == '(') {
		shell_copy(sh, 3);
		shell_math(sh, '(', 2, 0);
	} else if (peek(sh, 1) == '(') {
		shell_copy(sh, 2);
		shell_substitution(sh, &sh->around);
		printed(sh, w);
	} else if (peek(sh, 1) == '[') {
		shell_copy(sh, 2);
		shell_math(sh, '[', 1, 0);
	} else if (peek(sh, 1) == '{') {
		param(sh, w, ctx);
	} else {
		plain_variable(sh, w);
	}
}

/* "…" at sh->i. */
static void dquote(struct shell *sh, struct shell_word *w,
	enum shell_context ctx)
{
	struct ref_text r;

	w->quoted = 1;
	shell_copy(sh, 1);
	while (more(sh) && peek(sh, 0) != '"') {
		char c = peek(sh, 0);

		if (c == '\\' && sh->i + 1 < sh->s.n) {
			lit_add(w, peek(sh, 1));
			shell_copy(sh, 2);
		} else if (c == '$' || c == '`') {
			if (ctx == PATTERN && our_ref(sh, &r))
				refuse_ref(sh, &r, "E315", "this value would "
					"be a pattern", NULL);
			shell_dollar(sh, w, QUOTED);
		} else {
			lit_add(w, c);
			shell_copy(sh, 1);
		}
	}
	shell_copy(sh, 1);
}

static int ends_word(const struct shell *sh)
{
	char c = peek(sh, 0);

	return scan_blank(c) || strchr(";&|<>()", c) != NULL;
}

/* `a[…]=`: the subscript is arithmetic. */
static void subscript(struct shell *sh, struct shell_word *w)
{
	struct str name = scan_cut(sh->s, w->at, sh->i);

	w->exact = 0;
	shell_copy(sh, 1);
	shell_math(sh, '[', 1, (shell_name_is(sh, name) & NAME_ASSOC) != 0);
}

void shell_word_read(struct shell *sh, struct shell_word *w,
	enum shell_context ctx)
{
	int name = 1;

	memset(w, 0, offsetof(struct shell_word, lit));
	w->at = sh->i;
	w->exact = 1;
	while (more(sh) && !ends_word(sh)) {
		char c = peek(sh, 0);
		size_t n = sh->i - w->at;

		if (name && n > 0 && c == '=')
			w->name_n = n;
		if (name && n > 0 && c == '+' && peek(sh, 1) == '=')
			w->name_n = n;
		if (c == '\'') {
			single(sh, w);
		} else if (c == '"') {
			dquote(sh, w, ctx);
		} else if (c == '$' || c == '`') {
			if (c == '`' && sh->depth && sh->in_back)
				break;
			shell_dollar(sh, w, ctx);
		} else if (c == '\\') {
			lit_add(w, peek(sh, 1));
			shell_copy(sh, 2);
		} else if (c == '[' && name && n > 0 && ctx == PLAIN) {
			subscript(sh, w);
			continue;
		} else {
			lit_add(w, c);
			shell_copy(sh, 1);
		}
		name = name && scan_word_char(c) &&
			!(n == 0 && c >= '0' && c <= '9');
	}
	w->end = sh->i;
	if (!w->exact && !w->has_ref && sh->names)
		shell_resolve(sh, w);
}
