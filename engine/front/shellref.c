/*
 * Shell texts: references become variables (language.md section 4). This
 * reads commands, compounds and here-documents; the quoting of their words
 * is shellquote.c's, what their words mean to them shellcmd.c's. Invariant:
 * what sh gets is a function of the workflow text alone.
 */
#include "engine/front/shell_int.h"

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
static void heredoc(struct shell *sh, int tabs)
{
	struct shell_heredoc *h;
	struct shell_word w;

	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		shell_copy(sh, 1);
	shell_word_read(sh, &w, PLAIN);
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
		shell_copy(sh, 2);
		shell_substitution(sh);
		return;
	}
	if (in && peek(sh, 1) == '<' && peek(sh, 2) != '<') {
		int tabs = peek(sh, 2) == '-';

		shell_copy(sh, tabs ? 3 : 2);
		heredoc(sh, tabs);
		return;
	}
	while (peek(sh, 0) && strchr("<>&|", peek(sh, 0)))
		shell_copy(sh, 1);
	while (peek(sh, 0) == ' ' || peek(sh, 0) == '\t')
		shell_copy(sh, 1);
	if (peek(sh, 0) == '(' || !more(sh))
		return;
	shell_word_read(sh, &w, PLAIN);
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
			shell_copy(sh, 1);
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
		shell_list(sh, CLOSE_CASE);
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
		shell_math(sh, '(', ')', 2);
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

	shell_word_read(sh, &w, PLAIN);
	if (w.end == w.at) {
		shell_copy(sh, 1);
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
			shell_copy(sh, 1);
			shell_list(sh, CLOSE_WORDS);
			shell_copy(sh, 1);
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
		shell_math(sh, '(', ')', 2);
		return 0;
	}
	if (c == '(') {
		shell_copy(sh, 1);
		if (peek(sh, 0) != ')')
			shell_substitution(sh);
		else
			shell_copy(sh, 1);
		command_begin(sh, p);
		p->compound = 1;
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

void shell_list(struct shell *sh, enum shell_close close)
{
	struct place p = { .in_words = 0 };
	uint8_t back_before = sh->in_back;
	char c;

	p.cmd.heredoc_first = sh->heredocs;
	sh->in_back = close == CLOSE_BACK ? 1 :
		close == CLOSE_PAREN ? 0 : back_before;
	/* the words of an array are data */
	p.cmd.started = close == CLOSE_WORDS;
	while (more(sh)) {
		c = peek(sh, 0);
		if (c == '\n') {
			if (p.cmd.started || p.in_words)
				command_end(sh, &p, 0);
			newline(sh);
			p.cmd.heredoc_first = 0;
			p.cmd.started = close == CLOSE_WORDS;
		} else if (scan_blank(c)) {
			shell_copy(sh, 1);
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
			shell_copy(sh, 1);
		} else if (c == '<' || c == '>' || c == '&') {
			redirection(sh, &p.cmd);
		} else {
			read_word(sh, &p);
		}
	}
	command_end(sh, &p, 0);
	sh->in_back = back_before;
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

int shell_compile(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct shell_refs *refs)
{
	struct shell sh = { .b = b, .src = src, .s = src->text, .i = from,
		.out = out, .refs = refs };

	sh.s.n = to;
	if (concerns_us(&sh))
		shell_list(&sh, CLOSE_END);
	shell_copy(&sh, sh.s.n - sh.i);
	return sh.rc;
}
