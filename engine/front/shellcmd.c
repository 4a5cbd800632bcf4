/*
 * Which words of a command would be read as a program again: code behind
 * `sh -c`, programs of awk, what eval and ssh join. A reference there is an
 * error with a way out (language.md 4). The table is the knowledge; a
 * program that is not in it takes its words as data.
 */
#include "engine/front/shell_int.h"

#include <string.h>

static const char way_stdin[] = "give the value on standard input, or as an "
	"argument behind the code and use it there as \"$1\"";

static const struct tool tools[] = {
	/* shells and other interpreters */
	{ "sh", TOOL_CODE, 0, "oO", "c", 1 },
	{ "bash", TOOL_CODE, 0, "oO", "c", 1 },
	{ "dash", TOOL_CODE, 0, "oO", "c", 1 },
	{ "ash", TOOL_CODE, 0, "oO", "c", 1 },
	{ "ksh", TOOL_CODE, 0, "oO", "c", 1 },
	{ "mksh", TOOL_CODE, 0, "oO", "c", 1 },
	{ "zsh", TOOL_CODE, 0, "oO", "c", 1 },
	{ "fish", TOOL_CODE, 0, "", "cC", 1 },
	{ "python", TOOL_CODE, 0, "WX", "cm", 1 },
	{ "python2", TOOL_CODE, 0, "WX", "cm", 1 },
	{ "python3", TOOL_CODE, 0, "WX", "cm", 1 },
	{ "pypy3", TOOL_CODE, 0, "WX", "cm", 1 },
	{ "perl", TOOL_CODE, 0, "", "eE", 1 },
	{ "ruby", TOOL_CODE, 0, "rI", "e", 1 },
	{ "node", TOOL_CODE, 0, "r", "ep", 1 },
	{ "nodejs", TOOL_CODE, 0, "r", "ep", 1 },
	{ "deno", TOOL_ALL, 0, "", "", 1 },
	{ "php", TOOL_CODE, 0, "d", "rRBEfF", 1 },
	{ "lua", TOOL_CODE, 0, "l", "e", 1 },
	{ "luajit", TOOL_CODE, 0, "l", "e", 1 },
	{ "tclsh", TOOL_CODE, 0, "", "", 1 },
	{ "Rscript", TOOL_CODE, 0, "", "e", 1 },
	{ "osascript", TOOL_CODE, 0, "l", "e", 1 },
	{ "gdb", TOOL_ALL, 0, "", "", 1 },
	{ "sqlite3", TOOL_ALL, 0, "", "", 1 },
	{ "psql", TOOL_ALL, 0, "hpUd", "cf", 1 },
	{ "mysql", TOOL_ALL, 0, "huPD", "e", 1 },
	{ "jq", TOOL_PLAIN, 0, "", "", 0 },
	{ "bc", TOOL_PLAIN, 0, "", "", 0 },
	{ "awk", TOOL_FIRST, 0, "Fv", "fe", 0 },
	{ "gawk", TOOL_FIRST, 0, "Fv", "fe", 0 },
	{ "mawk", TOOL_FIRST, 0, "Fv", "fe", 0 },
	{ "nawk", TOOL_FIRST, 0, "Fv", "fe", 0 },
	{ "sed", TOOL_FIRST, 0, "l", "fe", 0 },
	{ "gsed", TOOL_FIRST, 0, "l", "fe", 0 },
	{ "ed", TOOL_PLAIN, 0, "", "", 1 },
	{ "ex", TOOL_ALL, 0, "", "", 1 },
	{ "vi", TOOL_ALL, 0, "", "", 1 },
	{ "vim", TOOL_ALL, 0, "", "", 1 },
	{ "m4", TOOL_PLAIN, 0, "", "", 1 },
	/* what joins its words and gives them to a shell */
	{ "eval", TOOL_ALL, 0, "", "", 0 },
	{ ".", TOOL_ALL, 0, "", "", 0 },
	{ "source", TOOL_ALL, 0, "", "", 0 },
	{ "trap", TOOL_ALL, 0, "", "", 0 },
	{ "alias", TOOL_ALL, 0, "", "", 0 },
	{ "ssh", TOOL_ALL, 0, "bcDEeFIiJLlmOopQRSWw", "", 1 },
	{ "rsh", TOOL_ALL, 0, "", "", 1 },
	{ "mosh", TOOL_ALL, 0, "", "", 1 },
	{ "su", TOOL_ALL, 0, "sgG", "c", 1 },
	{ "runuser", TOOL_ALL, 0, "", "", 1 },
	{ "watch", TOOL_ALL, 0, "", "", 0 },
	{ "parallel", TOOL_ALL, 0, "", "", 1 },
	{ "script", TOOL_ALL, 0, "", "", 1 },
	{ "tmux", TOOL_ALL, 0, "", "", 0 },
	{ "screen", TOOL_ALL, 0, "", "", 0 },
	{ "entr", TOOL_ALL, 0, "", "", 0 },
	{ "at", TOOL_PLAIN, 0, "", "", 1 },
	{ "batch", TOOL_PLAIN, 0, "", "", 1 },
	{ "crontab", TOOL_PLAIN, 0, "", "", 1 },
	/* what runs its words as a command */
	{ "exec", TOOL_WRAP, 0, "a", "", 0 },
	{ "command", TOOL_WRAP, 0, "", "", 0 },
	{ "builtin", TOOL_WRAP, 0, "", "", 0 },
	{ "env", TOOL_WRAP, 0, "uC", "S", 0 },
	{ "nohup", TOOL_WRAP, 0, "", "", 0 },
	{ "nice", TOOL_WRAP, 0, "n", "", 0 },
	{ "ionice", TOOL_WRAP, 0, "cnp", "", 0 },
	{ "time", TOOL_WRAP, 0, "fo", "", 0 },
	{ "timeout", TOOL_WRAP, 1, "ks", "", 0 },
	{ "stdbuf", TOOL_WRAP, 0, "ioe", "", 0 },
	{ "setsid", TOOL_WRAP, 0, "", "", 0 },
	{ "sudo", TOOL_WRAP, 0, "ugphCrtTUD", "", 0 },
	{ "doas", TOOL_WRAP, 0, "uC", "", 0 },
	{ "chroot", TOOL_WRAP, 1, "", "", 0 },
	{ "flock", TOOL_WRAP, 1, "Ew", "c", 0 },
	{ "taskset", TOOL_WRAP, 1, "", "", 0 },
	{ "chrt", TOOL_WRAP, 1, "TPD", "", 0 },
	{ "strace", TOOL_WRAP, 0, "aeoOpsSuEIPX", "", 0 },
	{ "ltrace", TOOL_WRAP, 0, "aeloEsSup", "", 0 },
	{ "valgrind", TOOL_WRAP, 0, "", "", 0 },
	{ "unshare", TOOL_WRAP, 0, "RwSG", "", 0 },
	{ "nsenter", TOOL_WRAP, 0, "tSGrw", "", 0 },
	{ "busybox", TOOL_WRAP, 0, "", "", 0 },
	{ "xargs", TOOL_WRAP, 0, "adEILnPs", "", 0 },
	{ "coproc", TOOL_WRAP, 0, "", "", 0 },
	{ "find", TOOL_FIND, 0, "", "", 0 },
	/* arithmetic and names */
	{ "let", TOOL_MATH, 0, "", "", 0 },
	{ "export", TOOL_NAMES, 0, "", "", 0 },
	{ "readonly", TOOL_NAMES, 0, "", "", 0 },
	{ "declare", TOOL_NAMES, 0, "", "", 0 },
	{ "typeset", TOOL_NAMES, 0, "", "", 0 },
	{ "local", TOOL_NAMES, 0, "", "", 0 },
	{ "unset", TOOL_NAMES, 0, "", "", 0 },
	{ "read", TOOL_NAMES, 0, "pdntNu", "", 0 },
	{ "mapfile", TOOL_NAMES, 0, "dnOsu", "", 0 },
	{ "readarray", TOOL_NAMES, 0, "dnOsu", "", 0 },
	{ "getopts", TOOL_NAMES, 0, "", "", 0 },
	{ "[", TOOL_TEST, 0, "", "", 0 },
	{ "test", TOOL_TEST, 0, "", "", 0 },
	{ "printf", TOOL_TEST, 0, "", "", 0 },
	{ "[[", TOOL_COND, 0, "", "", 0 }
};

void shell_refuse(struct shell *sh, size_t at, size_t len, const char *code,
	const char *why, const char *help)
{
	sh->rc = src_error(sh->b->c, src_at(sh->src, at, len), code, help, "%s",
		why);
}

void shell_taint(struct shell *sh, struct str name)
{
	if (sh->taints < SHELL_NAMES && !shell_is_tainted(sh, name))
		sh->tainted[sh->taints++] = name;
}

int shell_is_tainted(const struct shell *sh, struct str name)
{
	size_t i;

	for (i = 0; i < sh->taints; i++)
		if (str_same(sh->tainted[i], name))
			return 1;
	return 0;
}

/* The tool a word names, by its last path component; python3.11 too. */
static const struct tool *find_tool(const struct shell_word *w)
{
	const char *p = w->lit, *slash;
	size_t n = w->lit_n, i, k;

	if (!w->exact)
		return NULL;
	slash = memrchr(p, '/', n);
	if (slash) {
		n -= (size_t)(slash + 1 - p);
		p = slash + 1;
	}
	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (tools[i].name[0] != p[0])
			continue;
		k = strlen(tools[i].name);
		if (n == k && memcmp(p, tools[i].name, k) == 0)
			return &tools[i];
		if (k < n && p[k] == '.' && k > 3 && p[k + 1] >= '0' &&
				p[k + 1] <= '9' &&
				memcmp(p, tools[i].name, k) == 0)
			return &tools[i];
	}
	return NULL;
}

static void refuse_code(struct shell *sh, const struct shell_word *w)
{
	shell_refuse(sh, w->ref_at, w->ref_len, "E313",
		"a second interpreter would read this value as a program",
		way_stdin);
}

static void refuse_math(struct shell *sh, size_t at, size_t len)
{
	shell_refuse(sh, at, len, "E312", "the shell would evaluate this "
		"value as arithmetic", "compute it in a /lua step, or compare "
		"it with [ \"$1\" -gt 0 ] on standard input's number");
}

static void command_name(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (w->has_ref)
		shell_refuse(sh, w->ref_at, w->ref_len, "E310",
			"this value would be run as a command",
			"write the command's name, or use /exec with a fixed "
			"program and the value as an argument");
	cmd->started = 1;
	cmd->tool = find_tool(w);
	cmd->operands = cmd->tool ? cmd->tool->operands : 0;
	cmd->expect = EXPECT_NONE;
	cmd->script = cmd->ended = 0;
}

static int is_flag(const struct shell_word *w)
{
	return w->lit_n > 0 && w->lit[0] == '-' && w->name_n == 0;
}

static int lit_is(const struct shell_word *w, const char *s)
{
	return w->exact && w->lit_n == strlen(s) &&
		memcmp(w->lit, s, w->lit_n) == 0;
}

/* Index in `-abc` of the first letter that is among `letters`, or 0. What
 * stands behind a letter of `valued` is its value. */
static int flag_letter(const struct shell_word *w, const char *letters,
	const char *valued)
{
	int i;

	if (w->lit_n > 1 && w->lit[1] == '-')
		return 0;
	for (i = 1; i < w->lit_n; i++) {
		if (strchr(letters, w->lit[i]))
			return i;
		if (strchr(valued, w->lit[i]))
			return 0;
	}
	return 0;
}

static int long_code(const struct shell_word *w)
{
	static const char *const words[] = {
		"--eval", "--print", "--command", "--expression", "--source",
		"--split-string", "--file", "--init-file", "--rcfile", NULL
	};
	int i;

	for (i = 0; words[i]; i++)
		if (lit_is(w, words[i]))
			return 1;
	return 0;
}

/* A flag of a tool that knows code flags; 1 when it was one. */
static int code_flag(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	int at = flag_letter(w, t->code, t->valued);

	if (!is_flag(w) || lit_is(w, "-") || lit_is(w, "--"))
		return 0;
	if (w->has_ref && !(t->kind == TOOL_FIRST && w->lit_n >= 2 &&
			strchr(t->valued, w->lit[1])))
		refuse_code(sh, w);
	if (long_code(w)) {
		cmd->expect = EXPECT_CODE;
		cmd->script = 1;
	} else if (at) {
		/* `-e code`, `-ne code`; in `-ecode` it is used up, while
		 * the letters of a shell's `-ce` all are flags */
		if (at + 1 == w->lit_n || t->valued[0] == 'o')
			cmd->expect = EXPECT_CODE;
		cmd->script = 1;
	} else if (w->lit_n == 2 && strchr(t->valued, w->lit[1])) {
		cmd->expect = EXPECT_VALUE;
	} else if (t->valued[0] == 'o' && flag_letter(w, "s", "oO")) {
		/* code from standard input, operands are its arguments */
		cmd->ended = 1;
	}
	return 1;
}

static void wrap_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;

	if (is_flag(w) && !lit_is(w, "--")) {
		if (w->has_ref)
			refuse_code(sh, w);
		if (strcmp(t->name, "xargs") == 0 && w->lit_n > 1 &&
				(w->lit[1] == 'I' || w->lit[1] == 'i'))
			cmd->substitutes = 1;
		if (flag_letter(w, t->code, t->valued) || long_code(w))
			cmd->expect = EXPECT_CODE;
		else if (w->lit_n == 2 && strchr(t->valued, w->lit[1]))
			cmd->expect = EXPECT_VALUE;
		return;
	}
	if (lit_is(w, "--") || w->name_n)
		return;
	if (cmd->operands) {
		cmd->operands--;
		return;
	}
	command_name(sh, cmd, w);
}

static void find_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	(void)sh;
	if (lit_is(w, "-exec") || lit_is(w, "-execdir") ||
			lit_is(w, "-ok") || lit_is(w, "-okdir")) {
		cmd->started = 0;
		cmd->substitutes = 1;
	}
}

static int math_operator(const struct shell_word *w)
{
	return lit_is(w, "-eq") || lit_is(w, "-ne") || lit_is(w, "-lt") ||
		lit_is(w, "-le") || lit_is(w, "-gt") || lit_is(w, "-ge");
}

static void cond_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (lit_is(w, "]]")) {
		cmd->tool = NULL;
		return;
	}
	if (math_operator(w)) {
		if (cmd->last_ref_len)
			refuse_math(sh, cmd->last_ref_at, cmd->last_ref_len);
		cmd->expect = EXPECT_MATH;
	} else if (lit_is(w, "-v") || lit_is(w, "-R")) {
		cmd->expect = EXPECT_MATH;
	}
	cmd->last_ref_at = w->ref_at;
	cmd->last_ref_len = w->has_ref ? w->ref_len : 0;
}

static void names_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const char *name = cmd->tool->name;
	int declares = strchr("erdtl", name[0]) && strcmp(name, "read");

	if (is_flag(w) && !w->has_ref) {
		if (declares && flag_letter(w, "in", ""))
			cmd->integer = 1;
		if (w->lit_n == 2 && strchr(cmd->tool->valued, w->lit[1]) &&
				w->lit[1])
			cmd->expect = EXPECT_VALUE;
		return;
	}
	if (!w->has_ref)
		return;
	if (cmd->integer)
		refuse_math(sh, w->ref_at, w->ref_len);
	else if (!w->name_n || !declares)
		shell_refuse(sh, w->ref_at, w->ref_len, "E310",
			"this value would name a variable",
			"write the variable's name: NAME=${...}");
	else {
		struct str n = { sh->s.p + w->at, w->name_n };

		shell_taint(sh, n);
	}
}

/* A word behind a flag that takes one. 1 when it was used up. */
static int expected(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	int expect = cmd->expect;

	cmd->expect = EXPECT_NONE;
	if (expect == EXPECT_CODE && w->has_ref)
		refuse_code(sh, w);
	if (expect == EXPECT_MATH && w->has_ref)
		refuse_math(sh, w->ref_at, w->ref_len);
	return expect != EXPECT_NONE;
}

static void interpreter_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (cmd->ended || code_flag(sh, cmd, w) || lit_is(w, "--"))
		return;
	if (!cmd->script && w->has_ref)
		refuse_code(sh, w);
	if (lit_is(w, "-"))
		return;
	cmd->script = 1;
	cmd->ended = cmd->tool->kind == TOOL_CODE;
}

/* Of ssh and its kind every word is code; a second operand means that
 * standard input is data. */
static void joined_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;

	if (w->has_ref)
		refuse_code(sh, w);
	if (!is_flag(w))
		cmd->script = cmd->operands++ > 0;
	else if (flag_letter(w, t->code, t->valued))
		cmd->script = 1;
	else if (w->lit_n == 2 && strchr(t->valued, w->lit[1]))
		cmd->expect = EXPECT_CODE;
}

static void tool_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	switch ((enum tool_kind)cmd->tool->kind) {
	case TOOL_PLAIN:
		break;
	case TOOL_WRAP:
		wrap_word(sh, cmd, w);
		break;
	case TOOL_CODE:
	case TOOL_FIRST:
		interpreter_word(sh, cmd, w);
		break;
	case TOOL_ALL:
		joined_word(sh, cmd, w);
		break;
	case TOOL_MATH:
		if (w->has_ref)
			refuse_math(sh, w->ref_at, w->ref_len);
		break;
	case TOOL_NAMES:
		names_word(sh, cmd, w);
		break;
	case TOOL_TEST:
		if (lit_is(w, "-v"))
			cmd->expect = EXPECT_MATH;
		break;
	case TOOL_COND:
		cond_word(sh, cmd, w);
		break;
	case TOOL_FIND:
		find_word(sh, cmd, w);
		break;
	}
}

void shell_cmd_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	struct str name = { sh->s.p + w->at, w->name_n };

	if (!cmd->started && w->name_n) {
		if (w->has_ref)
			shell_taint(sh, name);
		return;
	}
	if (!cmd->started) {
		command_name(sh, cmd, w);
		return;
	}
	if (!cmd->tool || expected(sh, cmd, w))
		return;
	tool_word(sh, cmd, w);
}

int shell_in_cond(const struct shell_cmd *cmd)
{
	return cmd->started && cmd->tool && cmd->tool->kind == TOOL_COND;
}

void shell_cmd_input(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (w->has_ref && cmd->tool && ((cmd->tool->reads_code &&
			!cmd->script) || cmd->substitutes))
		refuse_code(sh, w);
}

void shell_cmd_end(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_pipe *pipe, const struct shell_pipe *own)
{
	const struct tool *t = cmd->tool;
	size_t i;
	int reads = t && t->reads_code && !cmd->script;

	/* xargs -I{} sh -c '… {} …' and find -exec put words into code */
	if (t && t->kind == TOOL_CODE && cmd->substitutes) {
		reads = 1;
		pipe = pipe->has_ref ? pipe : own;
	}
	if (!reads)
		return;
	for (i = cmd->heredoc_first; i < sh->heredocs; i++)
		sh->heredoc[i].code = 1;
	if (pipe->has_ref && !sh->rc)
		shell_refuse(sh, pipe->ref_at, pipe->ref_len, "E313",
			"this value flows into a second interpreter",
			"write it into a file and give the interpreter a "
			"program of your own");
}
