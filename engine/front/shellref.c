/*
 * Shell texts: references become variables (language.md section 4). This
 * reads commands, compounds and here-documents; the quoting of their words
 * is shellquote.c's, what their words mean to them shellcmd.c's. Invariant:
 * what sh gets is a function of the workflow text alone.
 */
#include "engine/front/shell_calls.h"

#include <stdlib.h>
#include <string.h>

static void skip_comment(struct shell *sh)
{
	while (more(sh) && peek(sh, 0) != '\n')
		shell_copy(sh, 1);
}

/* A line of an unquoted here-document: as inside double quotes. */
static void heredoc_line(struct shell *sh, struct shell_word *w, size_t end)
{
	char c;

	while (sh->i < end && more(sh)) {
		c = peek(sh, 0);
		if (c == '\\')
			shell_copy(sh, 2);
		else if (c == '$' || c == '`')
			shell_dollar(sh, w, QUOTED);
		else
			shell_copy(sh, 1);
	}
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
			shell_copy(sh, end - sh->i);
			return;
		}
		if (h->quoted) {
			shell_forbid(sh, end, "E314",
				"a quoted here-document takes no values",
				"write the delimiter without quotes");
		} else {
			heredoc_line(sh, &w, end);
		}
		if (w.has_ref && h->code)
			shell_refuse(sh, w.ref_at, w.ref_len, "E313",
				"this value would be a line of a program",
				"give it as an argument or in the environment");
		shell_flow_word(&sh->body, &w);
		if (w.has_ref && h->input)
			shell_input(sh, &sh->body);
		w.has_ref = 0;
		shell_copy(sh, 1);
	}
}

static void newline(struct shell *sh)
{
	size_t i;

	shell_copy(sh, 1);
	for (i = 0; i < sh->heredocs; i++) {
		heredoc_body(sh, &sh->heredoc[i]);
		if (i + 1 < sh->heredocs)
			shell_copy(sh, 1);
	}
	sh->heredocs = 0;
}

/* `<< word` behind the operator. */
static void heredoc(struct shell *sh, struct shell_cmd *cmd, int tabs)
{
	struct shell_heredoc *h;
	struct shell_word w;

	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		shell_copy(sh, 1);
	shell_word_read(sh, &w, PLAIN);
	if (w.has_ref || !w.exact || w.var.n || sh->heredocs == SHELL_HEREDOCS) {
		shell_refuse(sh, w.at, w.end - w.at, "E310", "the delimiter "
			"of a here-document is a plain word", NULL);
		return;
	}
	h = &sh->heredoc[sh->heredocs++];
	h->delim.n = w.lit_n;
	h->delim.p = arena_strndup(&sh->b->c->arena, w.lit, w.lit_n);
	h->tabs = (uint8_t)tabs;
	h->code = 0;
	/* of a compound, of read, of a function: who reads it is not known */
	h->input = !cmd->started || !cmd->tool ||
		cmd->tool->kind == TOOL_NAMES || str_eq(cmd->name, "exec");
	cmd->fed = 1;
	h->quoted = w.quoted || memchr(sh->s.p + w.at, '\\', w.end - w.at);
}

/* One place between commands. */
struct place {
	struct shell_cmd cmd;
	/* what flows into the command, what it was given, what flows into
	 * the compound around it, what the list prints */
	struct shell_flow pipe, own, outer, printed;
	struct str loop;       /* variable whose words are being read */
	uint32_t blocks;       /* open compounds, … */
	uint32_t outer_at;     /* … of which this one is fed */
	uint8_t in_words;
	uint8_t compound;      /* a `)`, `}`, done, fi or esac came last */
};

static void flows(struct place *p, const struct shell_word *w)
{
	const struct tool *t = p->cmd.tool;

	if (w->name_n && !p->cmd.started)
		return;
	/* date -d VALUE prints a number */
	if (t && t->flags & CLEAN_INPUT && (p->cmd.expect == EXPECT_VALUE ||
			p->cmd.skip || (w->lit_n > 2 &&
			tool_word_kind(t, w->lit, w->lit_n) == WORD_VALUE)))
		return;
	shell_flow_word(&p->own, w);
}

/* `<( … )` or `>( … )` at sh->i. */
static void process(struct shell *sh, struct shell_word *w)
{
	struct shell_flow in = { 0, 0, 0 };
	int reads = peek(sh, 0) == '<';

	memset(w, 0, sizeof(*w));
	w->at = sh->i;
	if (!reads)
		in = sh->any;
	shell_copy(sh, 2);
	shell_substitution(sh, &in);
	w->end = sh->i;
	if (reads && sh->printed.has_ref)
		shell_word_holds(w, sh->printed.ref_at, sh->printed.ref_len,
			1);
}

static int at_process(const struct shell *sh)
{
	return (peek(sh, 0) == '<' || peek(sh, 0) == '>') &&
		peek(sh, 1) == '(';
}

/* A redirection at sh->i; what flows in is told to the command. */
static void redirection(struct shell *sh, struct place *p)
{
	struct shell_word w;
	int in = peek(sh, 0) == '<', fd;

	if (at_process(sh)) {
		process(sh, &w);
		flows(p, &w);
		if (p->cmd.started)
			shell_cmd_word(sh, &p->cmd, &w);
		return;
	}
	if (in && peek(sh, 1) == '<' && peek(sh, 2) != '<') {
		int tabs = peek(sh, 2) == '-';

		shell_copy(sh, tabs ? 3 : 2);
		heredoc(sh, &p->cmd, tabs);
		return;
	}
	fd = peek(sh, 1) == '&';
	while (peek(sh, 0) && strchr("<>&|", peek(sh, 0)) && !at_process(sh))
		shell_copy(sh, 1);
	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		shell_copy(sh, 1);
	if (at_process(sh))
		process(sh, &w);
	else if (peek(sh, 0) == '(' || !more(sh))
		return;
	else
		shell_word_read(sh, &w, PLAIN);
	/* bash expands the word of `>&word` twice */
	if (fd && w.has_ref)
		shell_refuse(sh, w.ref_at, w.ref_len, "E310", "the shell "
			"would expand this value again",
			"write > and the file, and 2>&1 behind it");
	if (!in || fd)
		return;
	shell_flow_word(&p->pipe, &w);
	if (fd)
		p->cmd.from_fd = 1;
	shell_cmd_input(sh, &p->cmd, &w);
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
			shell_copy(sh, 1);
		else if (peek(sh, 0) == '#')
			skip_comment(sh);
		else
			return;
	}
}

/* `case` was read: its word, `in`, the arms, `esac`. */
static void case_arms(struct shell *sh, const struct shell_flow *in)
{
	struct shell_word w;

	if (!shell_enter(sh))
		return;
	blanks(sh);
	shell_word_read(sh, &w, PLAIN);
	blanks(sh);
	shell_word_read(sh, &w, PLAIN);
	for (;;) {
		blanks(sh);
		if (!more(sh))
			break;
		if (peek(sh, 0) == '(')
			shell_copy(sh, 1);
		do {
			blanks(sh);
			shell_word_read(sh, &w, PATTERN);
			blanks(sh);
		} while (peek(sh, 0) == '|' && (shell_copy(sh, 1), 1));
		if (is(&w, "esac") || peek(sh, 0) != ')')
			break;
		shell_copy(sh, 1);
		shell_list(sh, CLOSE_CASE, in);
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
		shell_copy(sh, 2);
		shell_math(sh, '(', 2, 0);
		return 0;
	}
	shell_word_read(sh, &w, PLAIN);
	if (w.has_ref)
		shell_refuse(sh, w.ref_at, w.ref_len, "E310",
			"this value would name a variable", NULL);
	*name = scan_cut(sh->s, w.at, w.end);
	blanks(sh);
	if (memcmp(sh->s.p + sh->i, "in", sh->s.n - sh->i < 2 ?
			sh->s.n - sh->i : 2) == 0 &&
			(scan_blank(peek(sh, 2)) || peek(sh, 2) == ';')) {
		shell_copy(sh, 2);
		return 1;
	}
	if (sh->args_from)
		shell_name_add(sh, *name, NAME_VALUE);
	return 0;
}

static void command_begin(struct shell *sh, struct place *p)
{
	size_t first = p->cmd.heredoc_first;

	memset(&p->cmd, 0, sizeof(p->cmd));
	p->cmd.heredoc_first = first;
	p->in_words = 0;
	(void)sh;
}

/* What the command prints, as far as it was given it. */
static void leaves(const struct shell *sh, const struct place *p,
	struct shell_flow *out)
{
	const struct tool *t = p->cmd.tool;

	memset(out, 0, sizeof(*out));
	if (p->cmd.clean || (t && t->flags & CLEAN_ALL))
		return;
	shell_flow_add(out, &p->own);
	if (!t || !(t->flags & CLEAN_INPUT))
		shell_flow_add(out, &p->pipe);
	if (!p->cmd.fed && ((str_eq(p->cmd.name, "cat") && !p->cmd.args) ||
			str_eq(p->cmd.name, "tee")))
		shell_flow_add(out, &sh->input);
}

static void command_end(struct shell *sh, struct place *p, int piped)
{
	struct shell_flow out;

	shell_cmd_end(sh, &p->cmd, &p->pipe, &p->own);
	leaves(sh, p, &out);
	memset(&p->own, 0, sizeof(p->own));
	if (!piped) {
		shell_flow_add(&p->printed, &out);
		out = p->outer;
		p->cmd.heredoc_first = sh->heredocs;
	}
	if (!p->compound || !piped)
		p->pipe = out;
	command_begin(sh, p);
	p->cmd.fed = (uint8_t)piped;
}

/* Counts compounds; what flows into one flows into all its commands. */
static void blocks(struct place *p, const struct shell_word *w)
{
	if (is(w, "{") || is(w, "if") || is(w, "while") || is(w, "until") ||
			is(w, "for") || is(w, "select")) {
		p->blocks++;
		if (p->pipe.has_ref && !p->outer.has_ref) {
			p->outer = p->pipe;
			p->outer_at = p->blocks;
		}
	} else if (closes_command(w) && p->blocks > 0) {
		if (p->blocks == p->outer_at)
			memset(&p->outer, 0, sizeof(p->outer));
		p->blocks--;
	}
}

/* grep -c and -q, tr -cd 0-9: what they print is a number. */
static void clean(struct place *p, const struct shell_word *w)
{
	const struct str name = p->cmd.name;
	int i;

	if (str_eq(name, "grep") && w->lit_n > 1 && w->lit[0] == '-' &&
			w->lit[1] != '-' && (memchr(w->lit, 'c', w->lit_n) ||
			memchr(w->lit, 'q', w->lit_n)))
		p->cmd.clean = 1;
	if (!str_eq(name, "tr"))
		return;
	if (is(w, "-cd") || is(w, "-dc")) {
		p->cmd.ended = 1;
		return;
	}
	for (i = 0; i < w->lit_n; i++)
		if (!strchr("0123456789-[]:digt\\n", w->lit[i]))
			return;
	p->cmd.clean = p->cmd.ended && w->exact && w->lit_n > 0;
}

/* NAME=( … ) behind its `=`: an array. */
static void array(struct shell *sh, const struct shell_word *w)
{
	struct str name = scan_cut(sh->s, w->at, w->at + w->name_n);

	size_t from;

	shell_copy(sh, 1);
	from = sh->i;
	shell_list(sh, CLOSE_WORDS, NULL);
	if (!sh->printed.has_ref && sh->s.p[w->at + w->name_n] == '=')
		shell_constant(sh, name, scan_cut(sh->s, from, sh->i));
	if (sh->printed.has_ref && (tool_variable(name) ||
			shell_name_is(sh, name) & NAME_INTEGER))
		shell_store(sh, name, sh->printed.ref_at, sh->printed.ref_len);
	else if (sh->printed.has_ref)
		shell_name_add(sh, name, sh->body.has_ref ? NAME_VALUE :
			NAME_TAIL);
	memset(&sh->body, 0, sizeof(sh->body));
	shell_copy(sh, 1);
}

/* `function NAME`; its body is a command. */
static void function(struct shell *sh)
{
	struct shell_word w;

	blanks(sh);
	shell_word_read(sh, &w, PLAIN);
	shell_name_add(sh, scan_cut(sh->s, w.at, w.end), NAME_FUNCTION);
	blanks(sh);
	if (peek(sh, 0) == '(' && peek(sh, 1) == ')')
		shell_copy(sh, 2);
}

/* The word that begins a command. */
static void first_word(struct shell *sh, struct place *p,
	const struct shell_word *w)
{
	p->compound = (uint8_t)closes_command(w);
	blocks(p, w);
	if (is(w, "case")) {
		case_arms(sh, &p->pipe);
		p->compound = 1;
	} else if (is(w, "for") || is(w, "select")) {
		p->in_words = (uint8_t)for_head(sh, &p->loop);
		if (!p->in_words)
			command_begin(sh, p);
	} else if (is(w, "function")) {
		function(sh);
	} else if (!opens_command(w)) {
		shell_cmd_word(sh, &p->cmd, w);
	}
}

static void process_value(struct shell *sh, struct shell_word *w)
{
	struct shell_word of;

	process(sh, &of);
	if (of.has_ref)
		shell_word_holds(w, of.ref_at, of.ref_len, 1);
	w->exact = 0;
}

static void read_word(struct shell *sh, struct place *p)
{
	struct shell_word w;
	int start = !p->cmd.started && !p->in_words;

	sh->around = p->pipe;
	shell_word_read(sh, &w, PLAIN);
	if (w.end == w.at) {
		shell_copy(sh, 1);
		return;
	}
	/* the number or {x} before > or < belongs to the redirection */
	if ((peek(sh, 0) == '<' || peek(sh, 0) == '>') && w.exact &&
			!w.quoted && ((w.lit_n == 1 && w.lit[0] >= '0' &&
			w.lit[0] <= '9') || (w.lit_n > 2 && w.lit[0] == '{' &&
			w.lit[w.lit_n - 1] == '}')))
		return;
	/* x=<(…) */
	if (w.name_n && at_process(sh))
		process_value(sh, &w);
	sh->around = p->pipe;
	if (p->in_words) {
		p->compound = 0;
		if (w.has_ref)
			shell_store(sh, p->loop, w.ref_at, w.ref_len);
		return;
	}
	flows(p, &w);
	if (start) {
		first_word(sh, p, &w);
	} else {
		p->compound = 0;
		clean(p, &w);
		shell_cmd_word(sh, &p->cmd, &w);
	}
	if (w.name_n && peek(sh, 0) == '(' && (w.at + w.name_n + 1 == w.end ||
			w.at + w.name_n + 2 == w.end))
		array(sh, &w);
}

/* The words of an array, to its `)`; they are data. sh->printed says that
 * one holds a value, sh->body that the first does. */
static void array_words(struct shell *sh)
{
	struct shell_flow printed = { 0, 0, 0 }, first = { 0, 0, 0 };
	struct shell_cmd cmd = { .started = 1 };
	struct shell_word w;
	int n = 0;

	while (more(sh) && peek(sh, 0) != ')') {
		size_t i = sh->i;

		blanks(sh);
		if (peek(sh, 0) == ')')
			break;
		if (peek(sh, 0) == '[') {
			shell_copy(sh, 1);
			shell_math(sh, '[', 1, 0);
		}
		if (at_process(sh))
			process(sh, &w);
		else
			shell_word_read(sh, &w, PLAIN);
		shell_cmd_word(sh, &cmd, &w);
		shell_flow_word(&printed, &w);
		if (n++ == 0)
			shell_flow_word(&first, &w);
		if (sh->i == i)
			shell_copy(sh, 1);
	}
	sh->printed = printed;
	sh->body = first;
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

/* `( … )`, or the `()` of a function. */
static void parenthesis(struct shell *sh, struct place *p)
{
	shell_copy(sh, 1);
	if (peek(sh, 0) != ')') {
		shell_substitution(sh, &p->pipe);
		shell_flow_add(&p->printed, &sh->printed);
	} else {
		if (p->cmd.started)
			shell_name_add(sh, p->cmd.name, NAME_FUNCTION);
		shell_copy(sh, 1);
	}
	command_begin(sh, p);
	p->compound = 1;
}

/* An operator or parenthesis; 1 when it ends the list. */
static int operator(struct shell *sh, struct place *p, enum shell_close close)
{
	char c = peek(sh, 0), next = peek(sh, 1);

	if (shell_in_cond(&p->cmd)) {
		shell_copy(sh, 1);
		return 0;
	}
	if (c == ')' && close != CLOSE_END && close != CLOSE_CASE)
		return 1;
	if (c == ';' && close == CLOSE_CASE && (next == ';' || next == '&')) {
		shell_copy(sh, next == ';' && peek(sh, 2) == '&' ? 3 : 2);
		return 1;
	}
	if (c == '(' && next == '(' && !p->cmd.started) {
		shell_copy(sh, 2);
		shell_math(sh, '(', 2, 0);
		return 0;
	}
	if (c == '(') {
		parenthesis(sh, p);
		return 0;
	}
	if (c == '|' && next != '|')
		compound_flows(sh, p);
	shell_copy(sh, 1);
	if ((c == '&' || c == '|') && (next == c || next == '&'))
		shell_copy(sh, 1);
	command_end(sh, p, c == '|' && next != '|');
	return 0;
}

/* One piece of a list at sh->i: blanks, an operator, a word. 1 at its end. */
static int list_piece(struct shell *sh, struct place *p,
	enum shell_close close)
{
	char c = peek(sh, 0);

	if (c == '\n') {
		if (p->cmd.started || p->in_words)
			command_end(sh, p, 0);
		newline(sh);
		shell_flow_add(&p->printed, &sh->body);
		memset(&sh->body, 0, sizeof(sh->body));
		p->cmd.heredoc_first = 0;
	} else if (scan_blank(c)) {
		shell_copy(sh, 1);
	} else if (c == '#') {
		skip_comment(sh);
	} else if (c == '`' && close == CLOSE_BACK) {
		return 1;
	} else if (close == CLOSE_CASE && !p->cmd.started && at_esac(sh)) {
		return 1;
	} else if (strchr(";&|()", c) && !(c == '&' && peek(sh, 1) == '>')) {
		return operator(sh, p, close);
	} else if ((c == '<' || c == '>') && shell_in_cond(&p->cmd)) {
		shell_copy(sh, 1);
	} else if (c == '<' || c == '>' || c == '&') {
		redirection(sh, p);
	} else {
		read_word(sh, p);
	}
	return 0;
}

void shell_list(struct shell *sh, enum shell_close close,
	const struct shell_flow *in)
{
	struct place p = { .in_words = 0 };
	struct shell_flow around = sh->around;
	uint8_t back_before = sh->in_back;

	if (close == CLOSE_WORDS) {
		array_words(sh);
		return;
	}
	p.cmd.heredoc_first = sh->heredocs;
	if (in)
		p.pipe = p.outer = *in;
	sh->in_back = close == CLOSE_BACK ? 1 :
		close == CLOSE_PAREN ? 0 : back_before;
	while (more(sh) && !list_piece(sh, &p, close))
		;
	command_end(sh, &p, 0);
	sh->in_back = back_before;
	sh->around = around;
	sh->printed = p.printed;
}

/* Does the text give its own variable that name: `name=`, `for name`,
 * `read name`? */
static int sets(struct str s, struct str name)
{
	size_t i;

	for (i = 0; i + name.n <= s.n; i++) {
		if (memcmp(s.p + i, name.p, name.n) != 0 ||
				(i > 0 && (scan_word_char(s.p[i - 1]) ||
				strchr("${-./", s.p[i - 1]))))
			continue;
		if (i + name.n < s.n && (s.p[i + name.n] == '=' ||
				s.p[i + name.n] == '+'))
			return 1;
		if (i >= 4 && memcmp(s.p + i - 4, "for ", 4) == 0)
			return 1;
		if (i >= 5 && memcmp(s.p + i - 5, "read ", 5) == 0)
			return 1;
	}
	return 0;
}

int shell_means_step(const struct shell *sh, const struct ref_text *r)
{
	uint32_t node;

	if (r->field.n > 0 || r->spread || r->has_fallback)
		return 0;
	node = ref_step(sh->b, r->name);
	return node != PLAN_NONE && node != sh->b->node &&
		!sets(sh->src->text, r->name);
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
		if (ref_scan(sh->s, i, &r) && (ref_is_ours(sh->b, &r) ||
				shell_means_step(sh, &r)))
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

/* Reads the text once with what is known of its names. */
static void read_text(struct shell *sh, size_t from)
{
	static const struct shell_flow none;

	sh->i = from;
	sh->refs->count = 0;
	sh->heredocs = 0;
	sh->depth = 0;
	sh->in_back = 0;
	sh->changed = 0;
	sh->printed = sh->body = sh->around = none;
	sh->shifts_seen = 0;
	shell_list(sh, CLOSE_END, NULL);
	shell_copy(sh, sh->s.n - sh->i);
	if (sh->refs->count && !sh->any.has_ref) {
		const struct ref_text *r = sh->refs->ref;

		sh->any.has_ref = 1;
		sh->any.ref_at = r->at;
		sh->any.ref_len = r->end - r->at;
		sh->changed = 1;
	}
	if (sh->shifts_seen > sh->shifts && sh->args_from) {
		sh->shifts = sh->shifts_seen;
		sh->changed = 1;
	}
}

int shell_compile(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct shell_refs *refs)
{
	struct shell sh = { .b = b, .src = src, .s = src->text, .i = from,
		.out = out, .refs = refs };
	size_t before = out->len;
	int times = 0;

	sh.s.n = to;
	if (concerns_us(&sh)) {
		do {
			out->len = before;
			read_text(&sh, from);
		} while (sh.changed && !sh.rc && ++times < 12);
		if (sh.changed && !sh.rc)
			shell_refuse(&sh, from, 1, "E501", "a value passes "
				"through too many variables here",
				"make several steps of it");
	}
	shell_copy(&sh, sh.s.n - sh.i);
	free(sh.name);
	return sh.rc;
}
