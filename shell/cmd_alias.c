/*
 * /alias NAME TEXT: /NAME stands for the line TEXT; what follows it is put
 * behind. Without arguments: all of them.
 */
#include "shell/defining.h"

static void one(void *ud, const struct front_def *d)
{
	defining_one(ud, d, "alias");
}

static int define(struct session *s, const struct cmd_args *a)
{
	struct str name = cmd_arg(a, "name"), text = cmd_arg(a, "text");
	size_t at;

	if (!name.p)
		return 0;
	at = (size_t)(name.p - a->diags->source.p);
	if (defining_name(a, &s->env, name) < 0)
		return -1;
	text = defining_unquoted(text);
	if (!cmd_flag(a, "remove") && (!text.n || (text.p[0] != '/' &&
			text.p[0] != '!')))
		return diag_add(a->diags, "E117", caret(at, name.n),
			"/alias failed /runs status:failed",
			"an alias stands for a line: it begins with / or !");
	defs_text(&s->defs, DEF_ALIAS, name,
		cmd_flag(a, "remove") ? str_of("") : text);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	static const struct defining how = {"aliases", DEF_ALIAS, one,
		define};

	return defining_run(s, a, o, &how);
}

static const struct vocab_field args[] = {
	{"name", 0, FIELD_WORD, PLACE_POS, 0, "of the alias"},
	{"text", 0, FIELD_TEXT, PLACE_REST, 0, "the line it stands for"},
	{"remove", 'r', FIELD_FLAG, PLACE_FLAG, 0, "forget it"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_alias = {
	.name = "alias",
	.summary = "a short name for a line",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){
		"/alias failed /runs status:failed",
		"/alias gs '!git status'", "/alias", NULL},
	.run = run,
	.stateless = 1,
	.read = define,
};
