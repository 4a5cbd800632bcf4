/*
 * /alias NAME TEXT: /NAME stands for the line TEXT; what follows it is put
 * behind. Without arguments: all of them.
 */
#include "shell/defining.h"

static void one(void *ud, const struct front_def *d)
{
	struct cmd_out *o = ud;

	if (!o->as_json) {
		buf_printf(&o->text, "/alias %.*s %.*s\n", (int)d->name.n,
			d->name.p, (int)d->text.n, d->text.p);
		return;
	}
	json_open(&o->json, '{');
	json_kstr(&o->json, "name", d->name);
	json_kstr(&o->json, "text", d->text);
	json_close(&o->json, '}');
}

static struct str unquoted(struct str s)
{
	if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') &&
			s.p[s.n - 1] == s.p[0])
		return (struct str){s.p + 1, s.n - 2};
	return s;
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
	text = unquoted(text);
	if (!cmd_flag(a, "remove") && (!text.n || (text.p[0] != '/' &&
			text.p[0] != '!')))
		return diag_add(a->diags, "E117", caret(at, name.n),
			"/alias failed /runs status:failed",
			"an alias stands for a line: it begins with / or !");
	defs_alias(&s->defs, name, cmd_flag(a, "remove") ? str_of("") : text);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	static const struct defining how = {"aliases", 1, one, define};

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
