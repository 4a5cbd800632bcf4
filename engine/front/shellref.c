/*
 * Shell texts: references become variables (language.md section 4). A
 * scanner of the shell's quoting finds each reference and the place it has
 * in the shell's eyes; outside double quotes it inserts "${WF_Vn}", inside
 * them ${WF_Vn}. Invariant: every other byte is copied, so what sh gets is a
 * function of the workflow text alone. Recursion is bounded by LIMIT_NEST.
 */
#include "engine/front/shell_int.h"

#include <stdio.h>
#include <string.h>

enum context { PLAIN, QUOTED, PATTERN };
enum close { CLOSE_END, CLOSE_PAREN, CLOSE_BACK, CLOSE_CASE, CLOSE_BRACE };

static void list(struct shell *sh, enum close close);
static void word(struct shell *sh, struct shell_word *w, enum context ctx);
static void dollar(struct shell *sh, struct shell_word *w, enum context ctx);

static int more(const struct shell *sh)
{
	return sh->i < sh->s.n;
}

static char peek(const struct shell *sh, size_t ahead)
{
	return sh->i + ahead < sh->s.n ? sh->s.p[sh->i + ahead] : '\0';
}

/* Copies n bytes; the CR of a CRLF is left out. */
static void copy(struct shell *sh, size_t n)
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

static int enter(struct shell *sh)
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

static void has_ref(struct shell_word *w, size_t at, size_t len, int soft)
{
	w->exact = 0;
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

/* Puts the variable for r. */
static void put_ref(struct shell *sh, const struct ref_text *r,
	enum context ctx)
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
static void forbid(struct shell *sh, size_t end, const char *code,
	const char *why, const char *help)
{
	struct ref_text r;

	while (sh->i < end && more(sh)) {
		if (peek(sh, 0) == '\\' && sh->i + 1 < end) {
			copy(sh, 2);
			continue;
		}
		if (peek(sh, 0) == '$' && our_ref(sh, &r)) {
			refuse_ref(sh, &r, code, why, help);
			copy(sh, r.end - sh->i);
			continue;
		}
		copy(sh, 1);
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
	copy(sh, 1);
	forbid(sh, end, "E311", "inside single quotes the shell reads no "
		"value", "end the quotes before it: 'a '${x.output}' b', or "
		"use double quotes");
	copy(sh, 1);
}

/* A variable of the shell's own: `$f` of a loop, tainted ones. */
static void variable(struct shell *sh, struct shell_word *w, size_t at,
	size_t n)
{
	struct str name = scan_cut(sh->s, at, at + n);
	size_t from = sh->i;

	if (w && shell_is_tainted(sh, name))
		has_ref(w, from, at + n - from, 1);
	if (peek(sh, 1) != '{' && ref_loop(sh->b, name) != PLAN_NONE) {
		char help[96];

		snprintf(help, sizeof(help), "write ${%.*s}", (int)n, name.p);
		shell_refuse(sh, from, n + 1, "E309", "the loop's name is no "
			"variable of the shell", help);
	}
}

/* $(( … )), (( … )), $[ … ]: to the close, references and variables that
 * hold one are refused. */
static void math(struct shell *sh, char open, char close, size_t depth)
{
	static const char why[] = "the shell would evaluate this value as "
		"arithmetic";
	static const char help[] = "compute it in a /lua step";
	struct ref_text r;
	size_t n;

	while (more(sh) && depth > 0) {
		char c = peek(sh, 0);

		if (c == '\\' && sh->i + 1 < sh->s.n) {
			copy(sh, 2);
			continue;
		}
		if (c == '$' && our_ref(sh, &r)) {
			refuse_ref(sh, &r, "E312", why, help);
			copy(sh, r.end - sh->i);
			continue;
		}
		n = 0;
		while (scan_word_char(peek(sh, n)))
			n++;
		if (n > 0) {
			if (shell_is_tainted(sh, scan_cut(sh->s, sh->i,
					sh->i + n)))
				shell_refuse(sh, sh->i, n, "E312", why, help);
			copy(sh, n);
			continue;
		}
		depth += c == open;
		depth -= c == close;
		copy(sh, 1);
	}
}

/* The word behind an operator of ${v:-word}; ends before `}`. */
static void param_word(struct shell *sh, struct shell_word *w,
	enum context ctx)
{
	while (more(sh) && peek(sh, 0) != '}') {
		char c = peek(sh, 0);

		if (c == '\\') {
			copy(sh, 2);
		} else if (c == '\'' && ctx == PLAIN) {
			single(sh, w);
		} else if (c == '"') {
			size_t end = scan_shell_quote(sh->s, sh->i);

			end = end == SCAN_NONE ? sh->s.n : end + 1;
			forbid(sh, end, "E317", "quotes inside quotes: no "
				"value can be put here",
				"leave the inner quotes out");
		} else if (c == '$' || c == '`') {
			dollar(sh, w, ctx);
		} else {
			copy(sh, 1);
		}
	}
}

/* ${…} of the shell at sh->i. */
static void param(struct shell *sh, struct shell_word *w, enum context ctx)
{
	size_t n = 0, end;
	char op;

	if (!enter(sh))
		return;
	while (scan_word_char(peek(sh, 2 + n)))
		n++;
	if (n > 0)
		variable(sh, w, sh->i + 2, n);
	copy(sh, 2 + n);
	op = peek(sh, 0) == ':' ? peek(sh, 1) : peek(sh, 0);
	if (n > 0 && op && strchr("-=+?", op)) {
		copy(sh, peek(sh, 0) == ':' ? 2 : 1);
		param_word(sh, w, ctx);
	} else {
		size_t from = sh->i, depth = 1;

		for (end = from; end < sh->s.n && depth; end++) {
			depth += sh->s.p[end] == '{';
			depth -= sh->s.p[end] == '}';
		}
		end -= depth == 0;
		forbid(sh, end, peek(sh, 0) == ':' || peek(sh, 0) == '[' ?
			"E312" : "E315", "the shell would evaluate this value "
			"again", "put it into a variable of its own first, or "
			"use ${x:-...} only");
	}
	copy(sh, 1);
	sh->depth--;
}

/* `…` at sh->i. */
static void back(struct shell *sh)
{
	if (!enter(sh))
		return;
	copy(sh, 1);
	list(sh, CLOSE_BACK);
	copy(sh, 1);
	sh->depth--;
}

/* $( … ) behind its opening. */
static void substitution(struct shell *sh)
{
	if (!enter(sh))
		return;
	list(sh, CLOSE_PAREN);
	copy(sh, 1);
	sh->depth--;
}

/* An expansion at sh->i, which is `$` or a backquote. */
static void dollar(struct shell *sh, struct shell_word *w, enum context ctx)
{
	struct ref_text r;
	size_t n = 0;

	if (peek(sh, 0) == '`') {
		w->exact = 0;
		back(sh);
		return;
	}
	if (our_ref(sh, &r)) {
		has_ref(w, r.at, r.end - r.at, 0);
		put_ref(sh, &r, ctx);
		return;
	}
	if (peek(sh, 1) == '\'' && ctx != QUOTED) {
		w->exact = 0;
		copy(sh, 1);
		single(sh, w);
		return;
	}
	w->exact = 0;
	if (peek(sh, 1) == '(' && peek(sh, 2) == '(') {
		copy(sh, 3);
		math(sh, '(', ')', 2);
	} else if (peek(sh, 1) == '(') {
		copy(sh, 2);
		substitution(sh);
	} else if (peek(sh, 1) == '[') {
		copy(sh, 2);
		math(sh, '[', ']', 1);
	} else if (peek(sh, 1) == '{') {
		param(sh, w, ctx);
	} else {
		while (scan_word_char(peek(sh, 1 + n)))
			n++;
		if (n > 0)
			variable(sh, w, sh->i + 1, n);
		copy(sh, 1 + n);
	}
}

/* "…" at sh->i. */
static void dquote(struct shell *sh, struct shell_word *w, enum context ctx)
{
	w->quoted = 1;
	copy(sh, 1);
	while (more(sh) && peek(sh, 0) != '"') {
		char c = peek(sh, 0);

		if (c == '\\' && sh->i + 1 < sh->s.n) {
			lit_add(w, peek(sh, 1));
			copy(sh, 2);
		} else if (c == '$' || c == '`') {
			if (ctx == PATTERN) {
				struct ref_text r;

				if (c == '$' && our_ref(sh, &r))
					refuse_ref(sh, &r, "E315",
						"this value would be a "
						"pattern", NULL);
			}
			dollar(sh, w, QUOTED);
		} else {
			lit_add(w, c);
			copy(sh, 1);
		}
	}
	copy(sh, 1);
}

static int ends_word(const struct shell *sh)
{
	char c = peek(sh, 0);

	return scan_blank(c) || strchr(";&|<>()", c) != NULL;
}

/* `a[…]=`: the subscript is arithmetic. */
static void subscript(struct shell *sh, struct shell_word *w)
{
	w->exact = 0;
	copy(sh, 1);
	math(sh, '[', ']', 1);
}

static void word(struct shell *sh, struct shell_word *w, enum context ctx)
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
			dollar(sh, w, ctx);
		} else if (c == '\\') {
			lit_add(w, peek(sh, 1));
			copy(sh, 2);
		} else if (c == '[' && name && n > 0 && ctx == PLAIN) {
			subscript(sh, w);
			continue;
		} else {
			lit_add(w, c);
			copy(sh, 1);
		}
		name = name && scan_word_char(c) &&
			!(n == 0 && c >= '0' && c <= '9');
	}
	w->end = sh->i;
}

static void skip_comment(struct shell *sh)
{
	while (more(sh) && peek(sh, 0) != '\n')
		copy(sh, 1);
}

/* The bodies of the here-documents that wait for this newline. */
static void heredoc_body(struct shell *sh, const struct shell_heredoc *h)
{
	struct shell_word w = { .exact = 0 };

	while (more(sh)) {
		size_t end = scan_line(sh->s, sh->i), from = sh->i, to = end;

		while (h->tabs && from < end && sh->s.p[from] == '\t')
			from++;
		if (to > from && sh->s.p[to - 1] == '\r')
			to--;
		if (str_same(scan_cut(sh->s, from, to), h->delim)) {
			copy(sh, end - sh->i);
			return;
		}
		if (h->quoted) {
			forbid(sh, end, "E314", "a quoted here-document takes "
				"no values", "write the delimiter without "
				"quotes");
		} else {
			while (sh->i < end && more(sh)) {
				if (peek(sh, 0) == '\\')
					copy(sh, 2);
				else if (peek(sh, 0) == '$' ||
						peek(sh, 0) == '`')
					dollar(sh, &w, QUOTED);
				else
					copy(sh, 1);
			}
		}
		if (w.has_ref && h->code)
			shell_refuse(sh, w.ref_at, w.ref_len, "E313",
				"this value would be a line of a program",
				"give it as an argument or in the environment");
		w.has_ref = 0;
		copy(sh, 1);
	}
}

static void newline(struct shell *sh)
{
	size_t i;

	copy(sh, 1);
	for (i = 0; i < sh->heredocs; i++) {
		heredoc_body(sh, &sh->heredoc[i]);
		if (i + 1 < sh->heredocs)
			copy(sh, 1);
	}
	sh->heredocs = 0;
}

/* `<< word` behind the operator. */
static void heredoc(struct shell *sh, int tabs)
{
	struct shell_heredoc *h;
	struct shell_word w;

	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		copy(sh, 1);
	word(sh, &w, PLAIN);
	if (w.has_ref || !w.exact || sh->heredocs == SHELL_HEREDOCS) {
		shell_refuse(sh, w.at, w.end - w.at, "E310", "the delimiter "
			"of a here-document is a plain word", NULL);
		return;
	}
	h = &sh->heredoc[sh->heredocs++];
	h->delim.n = w.lit_n;
	h->delim.p = arena_strndup(&sh->b->c->arena, w.lit, w.lit_n);
	h->tabs = (uint8_t)tabs;
	h->code = 0;
	h->quoted = w.quoted || memchr(sh->s.p + w.at, '\\', w.end - w.at);
}

/* A redirection at sh->i; what flows in is told to the command. */
static void redirection(struct shell *sh, struct shell_cmd *cmd)
{
	struct shell_word w;
	int in = peek(sh, 0) == '<';

	if ((in || peek(sh, 0) == '>') && peek(sh, 1) == '(') {
		copy(sh, 2);
		substitution(sh);
		return;
	}
	if (in && peek(sh, 1) == '<' && peek(sh, 2) != '<') {
		int tabs = peek(sh, 2) == '-';

		copy(sh, tabs ? 3 : 2);
		heredoc(sh, tabs);
		return;
	}
	while (peek(sh, 0) && strchr("<>&|", peek(sh, 0)))
		copy(sh, 1);
	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		copy(sh, 1);
	if (peek(sh, 0) == '(' || !more(sh))
		return;
	word(sh, &w, PLAIN);
	if (in)
		shell_cmd_input(sh, cmd, &w);
}

static int is(const struct shell_word *w, const char *s)
{
	return w->exact && !w->quoted && w->lit_n == strlen(s) &&
		memcmp(w->lit, s, w->lit_n) == 0;
}

/* Words behind which a command begins. */
static int opens_command(const struct shell_word *w)
{
	static const char *const words[] = {
		"if", "then", "elif", "else", "while", "until", "do", "{",
		"!", "fi", "done", "}", "esac", NULL
	};
	int i;

	for (i = 0; words[i]; i++)
		if (is(w, words[i]))
			return 1;
	return 0;
}

static void blanks(struct shell *sh)
{
	for (;;) {
		if (peek(sh, 0) == '\n' && more(sh))
			newline(sh);
		else if (more(sh) && scan_blank(peek(sh, 0)))
			copy(sh, 1);
		else if (peek(sh, 0) == '#')
			skip_comment(sh);
		else
			return;
	}
}

/* `case` was read: its word, `in`, the arms, `esac`. */
static void case_arms(struct shell *sh)
{
	struct shell_word w;

	if (!enter(sh))
		return;
	blanks(sh);
	word(sh, &w, PLAIN);
	blanks(sh);
	word(sh, &w, PLAIN);
	for (;;) {
		blanks(sh);
		if (!more(sh))
			break;
		if (peek(sh, 0) == '(')
			copy(sh, 1);
		do {
			blanks(sh);
			word(sh, &w, PATTERN);
			blanks(sh);
		} while (peek(sh, 0) == '|' && (copy(sh, 1), 1));
		if (is(&w, "esac") || peek(sh, 0) != ')')
			break;
		copy(sh, 1);
		list(sh, CLOSE_CASE);
	}
	sh->depth--;
}

static int closes_command(const struct shell_word *w)
{
	return is(w, "}") || is(w, "done") || is(w, "fi") || is(w, "esac");
}

/* NAME and `in` of `for` or `select`; 1 when words follow. */
static int for_head(struct shell *sh, struct str *name)
{
	struct shell_word w;

	blanks(sh);
	if (peek(sh, 0) == '(' && peek(sh, 1) == '(') {
		copy(sh, 2);
		math(sh, '(', ')', 2);
		return 0;
	}
	word(sh, &w, PLAIN);
	if (w.has_ref)
		shell_refuse(sh, w.ref_at, w.ref_len, "E310",
			"this value would name a variable", NULL);
	*name = scan_cut(sh->s, w.at, w.end);
	blanks(sh);
	if (memcmp(sh->s.p + sh->i, "in", sh->s.n - sh->i < 2 ?
			sh->s.n - sh->i : 2) == 0 &&
			(scan_blank(peek(sh, 2)) || peek(sh, 2) == ';')) {
		copy(sh, 2);
		return 1;
	}
	return 0;
}

/* One place between commands. */
struct place {
	struct shell_cmd cmd;
	struct shell_pipe pipe, own;
	struct str loop;       /* variable whose words are being read */
	uint8_t in_words;
	uint8_t compound;      /* a `)`, `}`, done, fi or esac came last */
};

static void command_begin(struct shell *sh, struct place *p)
{
	size_t first = p->cmd.heredoc_first;

	memset(&p->cmd, 0, sizeof(p->cmd));
	p->cmd.heredoc_first = first;
	p->in_words = 0;
	(void)sh;
}

static void command_end(struct shell *sh, struct place *p, int piped)
{
	shell_cmd_end(sh, &p->cmd, &p->pipe, &p->own);
	if (piped && !p->pipe.has_ref)
		p->pipe = p->own;
	memset(&p->own, 0, sizeof(p->own));
	if (!piped) {
		memset(&p->pipe, 0, sizeof(p->pipe));
		p->cmd.heredoc_first = sh->heredocs;
	}
	command_begin(sh, p);
}

static void flows(struct place *p, const struct shell_word *w)
{
	if (!w->has_ref || p->own.has_ref || (w->name_n && !p->cmd.started))
		return;
	p->own.has_ref = 1;
	p->own.ref_at = w->ref_at;
	p->own.ref_len = w->ref_len;
}

static void read_word(struct shell *sh, struct place *p)
{
	struct shell_word w;
	int start = !p->cmd.started && !p->in_words;

	word(sh, &w, PLAIN);
	if (w.end == w.at) {
		copy(sh, 1);
		return;
	}
	/* the number before > or < belongs to the redirection */
	if ((peek(sh, 0) == '<' || peek(sh, 0) == '>') && w.lit_n == 1 &&
			w.exact && w.lit[0] >= '0' && w.lit[0] <= '9')
		return;
	p->compound = start && closes_command(&w);
	if (p->in_words) {
		if (w.has_ref)
			shell_taint(sh, p->loop);
		return;
	}
	if (start && is(&w, "case")) {
		case_arms(sh);
		p->compound = 1;
	} else if (start && (is(&w, "for") || is(&w, "select"))) {
		p->in_words = (uint8_t)for_head(sh, &p->loop);
		if (!p->in_words)
			command_begin(sh, p);
	} else if (!start || !opens_command(&w)) {
		flows(p, &w);
		shell_cmd_word(sh, &p->cmd, &w);
		/* NAME=( … ): an array */
		if (w.name_n && peek(sh, 0) == '(' && w.at + w.name_n + 1 ==
				w.end) {
			copy(sh, 1);
			list(sh, CLOSE_BRACE);
			copy(sh, 1);
		}
	}
}

static int at_esac(const struct shell *sh)
{
	return sh->i + 4 <= sh->s.n &&
		memcmp(sh->s.p + sh->i, "esac", 4) == 0 &&
		(sh->i + 4 == sh->s.n || scan_blank(peek(sh, 4)) ||
		strchr(";&|)`", peek(sh, 4)));
}

/* What came before in this text may flow out of a compound command. */
static void compound_flows(struct shell *sh, struct place *p)
{
	const struct ref_text *r = sh->refs->ref;

	if (!p->compound || p->pipe.has_ref || !sh->refs->count)
		return;
	p->pipe.has_ref = 1;
	p->pipe.ref_at = r->at;
	p->pipe.ref_len = r->end - r->at;
}

/* An operator or parenthesis; 1 when it ends the list. */
static int operator(struct shell *sh, struct place *p, enum close close)
{
	char c = peek(sh, 0), next = peek(sh, 1);

	if (shell_in_cond(&p->cmd)) {
		copy(sh, 1);
		return 0;
	}
	if (c == ')' && close != CLOSE_END && close != CLOSE_CASE)
		return 1;
	if (c == ';' && close == CLOSE_CASE && (next == ';' || next == '&')) {
		copy(sh, next == ';' && peek(sh, 2) == '&' ? 3 : 2);
		return 1;
	}
	if (c == '(' && next == '(' && !p->cmd.started) {
		copy(sh, 2);
		math(sh, '(', ')', 2);
		return 0;
	}
	if (c == '(') {
		copy(sh, 1);
		if (peek(sh, 0) != ')')
			substitution(sh);
		else
			copy(sh, 1);
		command_begin(sh, p);
		p->compound = 1;
		return 0;
	}
	if (c == '|' && next != '|')
		compound_flows(sh, p);
	copy(sh, 1);
	if ((c == '&' || c == '|') && (next == c || next == '&'))
		copy(sh, 1);
	command_end(sh, p, c == '|' && next != '|');
	return 0;
}

static void list(struct shell *sh, enum close close)
{
	struct place p = { .in_words = 0 };
	uint8_t back_before = sh->in_back;
	char c;

	p.cmd.heredoc_first = sh->heredocs;
	sh->in_back = close == CLOSE_BACK ? 1 :
		close == CLOSE_PAREN ? 0 : back_before;
	/* the words of an array are data */
	p.cmd.started = close == CLOSE_BRACE;
	while (more(sh)) {
		c = peek(sh, 0);
		if (c == '\n') {
			if (p.cmd.started || p.in_words)
				command_end(sh, &p, 0);
			newline(sh);
			p.cmd.heredoc_first = 0;
			p.cmd.started = close == CLOSE_BRACE;
		} else if (scan_blank(c)) {
			copy(sh, 1);
		} else if (c == '#') {
			skip_comment(sh);
		} else if (c == '`' && close == CLOSE_BACK) {
			break;
		} else if (close == CLOSE_CASE && !p.cmd.started &&
				at_esac(sh)) {
			break;
		} else if (strchr(";&|()", c) && !(c == '&' &&
				peek(sh, 1) == '>')) {
			if (operator(sh, &p, close))
				break;
		} else if ((c == '<' || c == '>') && shell_in_cond(&p.cmd)) {
			copy(sh, 1);
		} else if (c == '<' || c == '>' || c == '&') {
			redirection(sh, &p.cmd);
		} else {
			read_word(sh, &p);
		}
	}
	command_end(sh, &p, 0);
	sh->in_back = back_before;
}

/* Texts that hold nothing of ours are not looked at: they stay what they
 * are, whatever shell they are written for. */
static int concerns_us(struct shell *sh)
{
	struct ref_text r;
	size_t i, n;

	for (i = sh->i; i + 1 < sh->s.n; i++) {
		if (sh->s.p[i] != '$')
			continue;
		if (ref_scan(sh->s, i, &r) && ref_is_ours(sh->b, &r))
			return 1;
		for (n = 0; i + 1 + n < sh->s.n &&
				scan_word_char(sh->s.p[i + 1 + n]);)
			n++;
		if (n && ref_loop(sh->b, scan_cut(sh->s, i + 1, i + 1 + n)) !=
				PLAN_NONE)
			return 1;
	}
	return 0;
}

int shell_compile(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct shell_refs *refs)
{
	struct shell sh = { .b = b, .src = src, .s = src->text, .i = from,
		.out = out, .refs = refs };

	sh.s.n = to;
	if (concerns_us(&sh))
		list(&sh, CLOSE_END);
	copy(&sh, sh.s.n - sh.i);
	return sh.rc;
}
