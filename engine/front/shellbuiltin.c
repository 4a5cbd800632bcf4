/*
 * What the shell's own builtins do with their words: arithmetic, names of
 * variables, operands of [[ and set. Programs are shellcmd.c's; what is known
 * of each variable is kept by shelltaint.c.
 */
#include "engine/front/shell_cmd.h"

struct str shell_named(const struct shell *sh, const struct shell_word *w)
{
	struct str s = w->var.n ? w->var : raw(sh, w);

	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
			s.p[s.n - 1] == s.p[0])
		s = scan_cut(s, 1, s.n - 1);
	return s;
}

/* Text that the shell evaluates, in one of the ways. */
void shell_evaluated(struct shell *sh, const struct shell_word *w, int name)
{
	size_t n, at;

	if (w->has_ref) {
		shell_refuse_math(sh, w->ref_at, w->ref_len);
		return;
	}
	if (name && !memchr(sh->s.p + w->at, '[', w->end - w->at))
		return;
	n = shell_tainted_in(sh, w->at, w->end, &at);
	if (n)
		shell_refuse_math(sh, at, n);
}

static int math_operator(const struct shell_word *w)
{
	return lit_is(w, "-eq") || lit_is(w, "-ne") || lit_is(w, "-lt") ||
		lit_is(w, "-le") || lit_is(w, "-gt") || lit_is(w, "-ge");
}

void shell_cond_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (lit_is(w, "]]")) {
		cmd->tool = NULL;
		return;
	}
	if (math_operator(w)) {
		struct shell_word left = { .at = cmd->last_at, .end =
			cmd->last_end, .has_ref = cmd->last.has_ref, .ref_at =
			cmd->last.ref_at, .ref_len = cmd->last.ref_len };

		shell_evaluated(sh, &left, 0);
		cmd->expect = EXPECT_MATH;
	} else if (lit_is(w, "-v") || lit_is(w, "-R")) {
		cmd->expect = EXPECT_NAME;
	} else if (lit_is(w, "=~") && cmd->last.has_ref) {
		cmd->expect = EXPECT_REGEX;
	}
	cmd->last_at = w->at;
	cmd->last_end = w->end;
	memset(&cmd->last, 0, sizeof(cmd->last));
	shell_flow_word(&cmd->last, w);
}

/* What matched is harmless when only numbers match. */
void shell_regex_word(struct shell *sh, const struct shell_cmd *cmd,
	const struct shell_word *w)
{
	size_t i;

	for (i = w->at; i < w->end; i++)
		if (!strchr("0123456789()[]{}+*?|^$-\"'", sh->s.p[i]) ||
				(i > w->at && sh->s.p[i] == '^'))
			break;
	if (i < w->end || w->has_ref)
		shell_store(sh, str_of("BASH_REMATCH"), cmd->last.ref_at,
			cmd->last.ref_len);
}

static int declares(const struct tool *t)
{
	return strchr("edtlr", t->name[0]) && strncmp(t->name, "read", 4) ?
		1 : strcmp(t->name, "readonly") == 0;
}

static void declared(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	struct str name = w->name_n ? scan_cut(sh->s, w->at, w->at +
		w->name_n) : raw(sh, w);
	unsigned is = (cmd->integer ? NAME_INTEGER : 0u) |
		(cmd->assoc ? NAME_ASSOC : 0u);

	if (w->has_ref && !w->name_n) {
		shell_refuse(sh, w->ref_at, w->ref_len, "E310",
			"this value would name a variable",
			"write the variable's name: NAME=${...}");
		return;
	}
	if (is)
		shell_name_add(sh, name, is);
	if (w->name_n && w->has_ref && cmd->array) {
		shell_refuse(sh, w->ref_at, w->ref_len, "E313", "the shell "
			"would read this value as the words of an array",
			"write NAME=(${...})");
		return;
	}
	if (w->quoted && !cmd->assoc && memchr(name.p, '[', w->end - w->at))
		shell_evaluated(sh, w, 1);
	if (w->name_n)
		shell_assign(sh, w);
	/* local -n r=$1 */
	if (cmd->integer && w->name_n && !w->exact && shell_holds(sh))
		shell_name_add(sh, name, NAME_VALUE);
}

void shell_names_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	const struct tool *t = cmd->tool;
	const struct shell_flow *f = sh->around.has_ref ? &sh->around :
		&sh->input;
	int at;

	if (is_flag(w) && !w->has_ref) {
		cmd->integer |= declares(t) && flag_letter(w, "in", "");
		cmd->assoc |= declares(t) && flag_letter(w, "A", "");
		cmd->array |= declares(t) && flag_letter(w, "aA", "");
		at = flag_letter(w, t->code, "");
		if (at)
			cmd->expect = t->name[0] == 'w' ? EXPECT_NAME :
				EXPECT_CODE;
		else if (w->lit_n == 2 && strchr(t->valued, w->lit[1]))
			cmd->expect = EXPECT_VALUE;
		return;
	}
	if (declares(t)) {
		declared(sh, cmd, w);
	} else if (w->has_ref) {
		shell_refuse(sh, w->ref_at, w->ref_len, "E310",
			"this value would name a variable",
			"write the variable's name");
	} else {
		shell_evaluated(sh, w, 1);
		if (f->has_ref && strchr("rm", t->name[0]))
			shell_store(sh, shell_named(sh, w), f->ref_at,
				f->ref_len);
		cmd->args++;
	}
}

void shell_test_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (lit_is(w, "-v") || lit_is(w, "-R"))
		cmd->expect = EXPECT_NAME;
	else if (w->exact && w->lit_n > 2 && w->lit[0] == '-' &&
			w->lit[1] == 'v')
		cmd->replace = scan_cut(sh->s, w->at + 2, w->end);
	else if (cmd->replace.n && w->has_ref && cmd->tool->name[0] == 'p')
		shell_store(sh, cmd->replace, w->ref_at, w->ref_len);
}

void shell_call_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	uint32_t n = ++cmd->args;

	if (w->has_ref)
		shell_args(sh, w->all_args && sh->args_from ?
			n + sh->args_from - 1 : n);
}

void shell_set_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w)
{
	if (!cmd->ended && (is_flag(w) || lit_is(w, "-"))) {
		cmd->ended = lit_is(w, "--") || lit_is(w, "-");
		return;
	}
	shell_call_word(sh, cmd, w);
}
