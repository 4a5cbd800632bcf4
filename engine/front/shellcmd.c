/*
 * Which words of a command would be read as a program again: code behind
 * `sh -c`, programs of awk, what eval and ssh join. A reference there is an
 * error with a way out (language.md 4). shelltools.c is the knowledge; a
 * program that is not in it takes its words as data.
 */
#include "engine/front/shell_cmd.h"

static const char way_stdin[] = "give the value on standard input, or as an "
	"argument behind the code and use it there as \"$1\"";

static void refuse_code_at(struct shell *sh, const struct shell_flow *f)
{
	shell_refuse(sh, f->ref_at, f->ref_len, "E313",
		"a second interpreter would read this value as a program",
		way_stdin);
}

static void refuse_code(struct shell *sh, const struct shell_word *w)
{
	struct shell_flow f = { 1, w->ref_at, w->ref_len };

	refuse_code_at(sh, &f);
}

static void command_name(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (w->has_ref && !w->all_args)
		shell_refuse(sh, w->ref_at, w->ref_len, "E310",
			"this value would be run as a command",
			"write the command's name, or use /exec with a fixed "
			"program and the value as an argument");
	cmd->started = 1;
	cmd->name = raw(sh, w);
	cmd->tool = w->exact ? tool_find(w->lit, w->lit_n) : NULL;
	/* {sh,-c} is more than one word */
	if (w->exact && !w->quoted && w->lit_n > 1 && w->lit[0] == '{')
		cmd->tool = tool_find("eval", 4);
	/* `$SHELL -c CODE`: it may be any program */
	cmd->inner = w->exact && !w->var.n ? NULL : tool_find("sh", 2);
	cmd->operands = cmd->tool ? cmd->tool->operands : 0;
	cmd->expect = EXPECT_NONE;
	cmd->script = cmd->ended = cmd->skip = 0;
	cmd->args = 0;
	if (cmd->tool && cmd->tool->kind == TOOL_WRAP)
		cmd->xargs |= strcmp(cmd->tool->name, "xargs") == 0;
	if (cmd->replace.n && str_same(cmd->name, cmd->replace))
		cmd->replaced = 1;
	if (lit_is(w, "shift"))
		sh->shifts_seen++;
}

static int begins(struct str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Code was given; `-` and its kind mean standard input. */
static void code_given(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w, struct str code)
{
	cmd->script = 1;
	if (w->has_ref)
		refuse_code(sh, w);
	if (str_eq(code, "-") || str_eq(code, "/dev/stdin") ||
			begins(code, "/dev/fd/") ||
			begins(code, "/proc/self/fd/"))
		cmd->reads = 1;
	if (cmd->replace.n && memmem(code.p, code.n, cmd->replace.p,
			cmd->replace.n))
		cmd->replaced = 1;
}

/* One of the words a tool knows (`--eval`, `EXEC:`). */
static int known_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	enum tool_word kind = tool_word_kind(cmd->tool, w->lit, w->lit_n);
	const char *is = memchr(w->lit, '=', w->lit_n);

	if (kind == WORD_NONE)
		return 0;
	if (kind == WORD_TWO)
		cmd->skip = 2;
	else if (kind == WORD_VALUE)
		cmd->skip = !is;
	else if (kind == WORD_GLUED && !(w->exact && w->lit_n == 2))
		code_given(sh, cmd, w, raw(sh, w));
	else if (!is && w->exact && w->lit[w->lit_n - 1] != ':')
		cmd->expect = EXPECT_CODE;
	else
		code_given(sh, cmd, w, scan_cut(sh->s, w->at + (is ?
			(size_t)(is - w->lit) + 1 : 0), w->end));
	cmd->script |= kind == WORD_CODE;
	return 1;
}

/* -pe: nothing but letters for code behind the first. */
static int only(const struct shell_word *w, int from, const char *letters)
{
	for (; from < w->lit_n; from++)
		if (!strchr(letters, w->lit[from]))
			return 0;
	return 1;
}

/* python3 -m timeit CODE, -mtimeit */
static void evaluator(struct shell_cmd *cmd, struct str module)
{
	static const char *const names[] = { "timeit", "cProfile", "profile",
		"pdb", "trace", "runpy", NULL };
	size_t i;

	if (!cmd->tool || !strchr(cmd->tool->code, 'm'))
		return;
	for (i = 0; names[i]; i++)
		if (str_eq(module, names[i])) {
			cmd->tool = tool_find("eval", 4);
			return;
		}
}

/* A flag of a tool that knows code flags; 1 when it was one. */
static int flag_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	int at, plus = t->flags & SHELL && w->lit_n > 0 && w->lit[0] == '+';

	if (known_word(sh, cmd, w))
		return 1;
	if ((!is_flag(w) && !plus) || lit_is(w, "-"))
		return 0;
	if (lit_is(w, "--"))
		return t->kind == TOOL_WRAP || t->kind == TOOL_PLAIN;
	at = plus ? 0 : flag_letter(w, t->code, t->valued);
	if (at && t->flags & SHELL)
		cmd->expect = EXPECT_CODE;
	else if (at && w->exact && only(w, at + 1, t->code))
		cmd->expect = EXPECT_CODE;
	else if (at)
		code_given(sh, cmd, w, scan_cut(sh->s, w->at + (size_t)at + 1,
			w->end));
	else if (w->exact && (w->lit_n == 2 || t->flags & SHELL) &&
			strchr(t->valued, w->lit[w->lit_n - 1]))
		cmd->expect = EXPECT_VALUE;
	else if (t->flags & SHELL && flag_letter(w, "s", "oO"))
		/* code from standard input, operands are its arguments */
		cmd->ended = 1;
	cmd->script |= at != 0;
	if (at && w->exact && w->lit[at] == 'm' && t->kind == TOOL_CODE)
		evaluator(cmd, (struct str){ w->lit + at + 1,
			(size_t)(w->lit_n - at - 1) });
	return 1;
}

/* A value in a flag that is no code flag. */
static void flag_value(struct shell *sh, const struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	int known = w->lit_n >= 2 && (w->lit[1] == '-' ||
		strchr(t->valued, w->lit[1]));

	if (!w->has_ref || t->kind == TOOL_PLAIN || t->kind == TOOL_CARRY ||
			(t->kind != TOOL_CODE && known))
		return;
	refuse_code(sh, w);
}

static void xargs_flag(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	int at = flag_letter(w, "Ii", "adEJLnPs");

	/* what it reads is a file that a value names */
	if (w->lit_n > 3 && memcmp(w->lit, "--a", 3) == 0 &&
			!memchr(w->lit, '=', w->lit_n))
		cmd->expect = EXPECT_VALUE;
	else if (w->has_ref && w->lit_n > 1 && w->lit[0] == '-' &&
			(w->lit[1] == '-' ? w->lit[2] == 'a' :
			flag_letter(w, "a", "dEIiLnPs")))
		shell_flow_word(&cmd->last, w);
	if (w->lit_n >= 9 && memcmp(w->lit, "--replace", 9) == 0)
		cmd->replace = w->lit_n > 10 ? scan_cut(sh->s, w->at + 10,
			w->end) : str_of("{}");
	if (!at || !is_flag(w))
		return;
	if (w->lit[at] == 'i' && at + 1 == w->lit_n)
		cmd->replace = str_of("{}");
	else if (at + 1 == w->lit_n)
		cmd->expect = EXPECT_REPLACE;
	else
		cmd->replace = scan_cut(sh->s, w->at + (size_t)at + 1, w->end);
}

/* `time {`, `coproc NAME {`: a command begins behind it. What a coprocess
 * reads is written by others: it may be any value. */
static int opens_group(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	size_t i = w->end;
	int coproc = strcmp(cmd->tool->name, "coproc") == 0;

	if (coproc)
		shell_input(sh, &sh->any);
	if (lit_is(w, "{") && (coproc || strcmp(cmd->tool->name, "time") ==
			0)) {
		cmd->started = 0;
		cmd->tool = NULL;
		return 1;
	}
	while (i < sh->s.n && sh->s.p[i] == ' ')
		i++;
	return coproc && i < sh->s.n && (sh->s.p[i] == '{' ||
		sh->s.p[i] == '(');
}

static void wrap_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (flag_word(sh, cmd, w)) {
		flag_value(sh, cmd, w);
		if (strcmp(cmd->tool->name, "xargs") == 0)
			xargs_flag(sh, cmd, w);
		return;
	}
	if (w->name_n) {
		if (w->has_ref && tool_variable(scan_cut(sh->s, w->at, w->at +
				w->name_n)))
			shell_assign(sh, w);
		return;
	}
	if (cmd->operands) {
		cmd->operands--;
		return;
	}
	if (opens_group(sh, cmd, w))
		return;
	command_name(sh, cmd, w);
}

/* docker exec NAME sh -c …: where its command begins is not known, so
 * what is known stands for itself. */
static void carry_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t;

	if (flag_word(sh, cmd, w) || !w->exact)
		return;
	t = tool_find(w->lit, w->lit_n);
	if (t && (t->kind == TOOL_CODE || t->kind == TOOL_FIRST ||
			t->flags & CARRIED))
		command_name(sh, cmd, w);
}

static void sub_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t;

	if (flag_word(sh, cmd, w))
		return;
	t = w->exact ? tool_sub(cmd->tool, w->lit, w->lit_n) : NULL;
	cmd->tool = t;
	cmd->ended = 1;
}

static void find_word(struct shell_cmd *cmd, const struct shell_word *w)
{
	if (lit_is(w, "-exec") || lit_is(w, "-execdir") ||
			lit_is(w, "-ok") || lit_is(w, "-okdir")) {
		cmd->started = 0;
		cmd->find = 1;
		cmd->replace = str_of("{}");
	}
}

/* A word behind a flag that takes one. 1 when it was used up. */
static int expected(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	int expect = cmd->expect;

	if (cmd->skip) {
		cmd->skip--;
		return 1;
	}
	/* a second flag in between: sh -c -e CODE */
	if (expect == EXPECT_CODE && cmd->tool && cmd->tool->flags & SHELL &&
			is_flag(w) && !w->has_ref)
		return 1;
	cmd->expect = EXPECT_NONE;
	switch (expect) {
	case EXPECT_CODE:
		code_given(sh, cmd, w, raw(sh, w));
		/* behind -c all words are the program's own */
		if (cmd->tool && cmd->tool->kind == TOOL_CODE)
			cmd->ended = cmd->tool->code[0] == 'c';
		if (w->exact)
			evaluator(cmd, (struct str){ w->lit, w->lit_n });
		break;
	case EXPECT_MATH:
		shell_evaluated(sh, w, 0);
		break;
	case EXPECT_NAME:
		shell_evaluated(sh, w, 1);
		if (cmd->tool && cmd->tool->kind == TOOL_TEST)
			cmd->replace = shell_named(sh, w);
		break;
	case EXPECT_REPLACE:
		cmd->replace = raw(sh, w);
		break;
	case EXPECT_REGEX:
		shell_regex_word(sh, cmd, w);
		break;
	case EXPECT_VALUE:
		if (cmd->xargs)
			shell_flow_word(&cmd->last, w);
		/* ruby -r FILE, php -d auto_prepend_file=FILE */
		if (cmd->tool && cmd->tool->kind == TOOL_CODE && w->has_ref)
			refuse_code(sh, w);
		break;
	default:
		break;
	}
	return expect != EXPECT_NONE;
}

static void interpreter_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (cmd->ended)
		return;
	if (flag_word(sh, cmd, w)) {
		/* perl -e CODE -Mvalue */
		if ((!cmd->script && !cmd->expect && !cmd->skip) ||
				(w->lit_n > 1 && strchr("Mmr", w->lit[1])))
			flag_value(sh, cmd, w);
		return;
	}
	if (lit_is(w, "--"))
		return;
	if (cmd->operands) {
		cmd->operands--;
		return;
	}
	if (cmd->script) {
		cmd->ended = cmd->tool->kind == TOOL_CODE;
		return;
	}
	code_given(sh, cmd, w, raw(sh, w));
	cmd->ended = cmd->tool->kind == TOOL_CODE;
}

/* Of ssh and its kind every word is code; a second operand means that
 * standard input is data. */
static void joined_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	uint8_t script = cmd->script;

	code_given(sh, cmd, w, raw(sh, w));
	if (!is_flag(w))
		cmd->script = cmd->operands++ > 0;
	else if (!flag_letter(w, t->code, t->valued))
		cmd->script = script;
	if (is_flag(w) && w->lit_n == 2 && strchr(t->valued, w->lit[1]))
		cmd->expect = EXPECT_CODE;
}

static void make_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (flag_word(sh, cmd, w))
		return;
	if (memchr(w->lit, '=', w->lit_n) && w->has_ref)
		shell_refuse(sh, w->ref_at, w->ref_len, "E313", "make would "
			"expand this value and give it to a shell", "set it "
			"before make, NAME=${...} make, and use \"$$NAME\" in "
			"the recipe");
}

/* tar cIf PROGRAM FILE: letters first, then their words in order. */
static void old_tar(struct shell_cmd *cmd, const struct shell_word *w)
{
	int i, before = 0;

	if (cmd->args++ || strcmp(cmd->tool->name, "tar") || is_flag(w))
		return;
	for (i = 0; i < w->lit_n && !strchr("IF", w->lit[i]); i++)
		before += strchr("bfgCKLNTVXH", w->lit[i]) != NULL;
	if (i == w->lit_n || !w->exact)
		return;
	cmd->skip = (uint8_t)before;
	cmd->expect = EXPECT_CODE;
}

static void tool_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	switch ((enum tool_kind)cmd->tool->kind) {
	case TOOL_PLAIN:
		flag_word(sh, cmd, w);
		old_tar(cmd, w);
		break;
	case TOOL_DATA:
		if (cmd->tool->words[0])
			known_word(sh, cmd, w);
		break;
	case TOOL_WRAP:
		wrap_word(sh, cmd, w);
		break;
	case TOOL_CARRY:
		carry_word(sh, cmd, w);
		break;
	case TOOL_CODE:
	case TOOL_FIRST:
		interpreter_word(sh, cmd, w);
		break;
	case TOOL_ALL:
		joined_word(sh, cmd, w);
		break;
	case TOOL_SUB:
		sub_word(sh, cmd, w);
		break;
	case TOOL_MATH:
		shell_evaluated(sh, w, 0);
		break;
	case TOOL_NAMES:
		shell_names_word(sh, cmd, w);
		break;
	case TOOL_SET:
		shell_set_word(sh, cmd, w);
		break;
	case TOOL_MAKE:
		make_word(sh, cmd, w);
		break;
	case TOOL_TEST:
		shell_test_word(sh, cmd, w);
		break;
	case TOOL_COND:
		shell_cond_word(sh, cmd, w);
		break;
	case TOOL_FIND:
		find_word(cmd, w);
		break;
	}
}

/* `sh -c CODE` among the words of a program that nobody knows. */
static void inner_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->inner;
	int at;

	if (t && is_flag(w)) {
		at = flag_letter(w, t->code, t->valued);
		if (at && (t->flags & SHELL || at + 1 == w->lit_n) && w->exact)
			cmd->expect = EXPECT_CODE;
		else if ((at || tool_word_kind(t, w->lit, w->lit_n) ==
				WORD_CODE) && w->has_ref)
			refuse_code(sh, w);
		else if (tool_word_kind(t, w->lit, w->lit_n) == WORD_CODE)
			cmd->expect = EXPECT_CODE;
		return;
	}
	t = w->exact && w->lit_n > 1 ? tool_find(w->lit, w->lit_n) : NULL;
	cmd->inner = t && t->kind == TOOL_CODE ? t : NULL;
}

/* A word of a command that is not in the table. */
static void unknown_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (shell_name_is(sh, cmd->name) & NAME_FUNCTION) {
		/* run eval VALUE */
		if (lit_is(w, "eval") && cmd->args == 0)
			cmd->tool = tool_find("eval", 4);
		shell_call_word(sh, cmd, w);
	} else if (!is_flag(w)) {
		cmd->args++;
	}
	if (str_eq(cmd->name, "shift") && w->lit_n == 1 && w->lit[0] > '1' &&
			w->lit[0] <= '9')
		sh->shifts_seen += (uint32_t)(w->lit[0] - '1');
}

/* $x, "${x[@]}": the words of its value. */
static void split(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	struct shell_word part = *w;
	size_t i = 0, n;

	for (; i < w->var.n; i += n + 1) {
		for (n = 0; i + n < w->var.n && w->var.p[i + n] != ' ';)
			n++;
		if (n == 0)
			continue;
		part.var = scan_cut(w->var, i, i + n);
		memcpy(part.lit, part.var.p, n);
		part.lit_n = (uint8_t)n;
		shell_cmd_word(sh, cmd, &part);
	}
}

void shell_cmd_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t;

	if (!cmd->started && w->name_n) {
		shell_assign(sh, w);
		return;
	}
	if (w->var.n && memchr(w->var.p, ' ', w->var.n) &&
			(sh->s.p[w->at] != '"' || sh->s.p[w->end - 2] == ']' ||
			sh->s.p[w->end - 3] == ']')) {
		split(sh, cmd, w);
		return;
	}
	if (!cmd->started) {
		command_name(sh, cmd, w);
		return;
	}
	if (cmd->find && (lit_is(w, ";") || lit_is(w, "+"))) {
		cmd->tool = tool_find("find", 4);
		cmd->inner = NULL;
		cmd->expect = EXPECT_NONE;
		return;
	}
	if (expected(sh, cmd, w))
		return;
	t = cmd->tool;
	if (t)
		tool_word(sh, cmd, w);
	else
		unknown_word(sh, cmd, w);
	if (t == cmd->tool && (!t || t->kind == TOOL_PLAIN ||
			t->kind == TOOL_SET || t->kind == TOOL_MAKE))
		inner_word(sh, cmd, w);
}

int shell_in_cond(const struct shell_cmd *cmd)
{
	return cmd->started && cmd->tool && cmd->tool->kind == TOOL_COND;
}

void shell_cmd_input(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	struct shell_flow f = { w->has_ref, w->ref_at, w->ref_len };

	cmd->fed = 1;
	if (!w->has_ref)
		return;
	if (!cmd->started || (t && t->kind == TOOL_NAMES) ||
			str_eq(cmd->name, "exec") ||
			shell_name_is(sh, cmd->name) & NAME_FUNCTION)
		shell_input(sh, &f);
}

/* xargs and find run words of `in`, or put them into code. */
static void substituted(struct shell *sh, const struct shell_cmd *cmd,
	const struct shell_flow *in)
{
	const struct tool *t = cmd->tool;
	int runs = cmd->replaced;

	if (cmd->xargs && t)
		runs |= t->kind == TOOL_ALL || cmd->expect == EXPECT_CODE ||
			((t->kind == TOOL_CODE || t->kind == TOOL_FIRST) &&
			!cmd->script) || (t->kind == TOOL_WRAP &&
			strcmp(t->name, "xargs"));
	if (runs && in->has_ref && !sh->rc)
		refuse_code_at(sh, in);
}

void shell_cmd_end(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_flow *pipe, const struct shell_flow *own)
{
	const struct tool *t = cmd->tool;
	int reads = cmd->reads || (t && t->flags & READS_CODE && !cmd->script);
	size_t i;

	if (cmd->xargs)
		substituted(sh, cmd, cmd->last.has_ref ? &cmd->last :
			pipe->has_ref || cmd->fed ? pipe : &sh->input);
	else if (cmd->find)
		substituted(sh, cmd, own);
	if (pipe->has_ref && ((t && t->kind == TOOL_NAMES) ||
			shell_name_is(sh, cmd->name) & NAME_FUNCTION))
		shell_input(sh, pipe);
	if (t && t->kind == TOOL_NAMES && !cmd->args && (pipe->has_ref ||
			sh->input.has_ref)) {
		if (strcmp(t->name, "read") == 0)
			shell_name_add(sh, str_of("REPLY"), NAME_VALUE);
		else if (strchr("mr", t->name[0]))
			shell_name_add(sh, str_of("MAPFILE"), NAME_VALUE);
	}
	if (t && t->kind == TOOL_NAMES && cmd->script && (pipe->has_ref ||
			sh->input.has_ref))
		shell_args(sh, 1);
	if (!reads)
		return;
	for (i = cmd->heredoc_first; i < sh->heredocs; i++)
		sh->heredoc[i].code = 1;
	if (!pipe->has_ref && t && ((t->kind == TOOL_CODE && !cmd->fed) ||
			cmd->reads || cmd->from_fd))
		pipe = &sh->input;
	if (pipe->has_ref && !sh->rc)
		shell_refuse(sh, pipe->ref_at, pipe->ref_len, "E313",
			"this value flows into a second interpreter",
			"write it into a file and give the interpreter a "
			"program of your own");
}
