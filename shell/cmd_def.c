/*
 * /def NAME [P[=default]...] TEXT: a step and command of one's own. Without
 * arguments: what is defined.
 */
#include "shell/defining.h"

static void one(void *ud, const struct front_def *d)
{
	struct cmd_out *o = ud;

	if (o->as_json) {
		json_open(&o->json, '{');
		json_kstr(&o->json, "name", d->name);
		json_key(&o->json, "params");
		json_open(&o->json, '[');
		for (size_t i = 0; i < d->param_count; i++)
			json_str(&o->json, d->params[i]);
		json_close(&o->json, ']');
		json_kstr(&o->json, "text", d->text);
		json_close(&o->json, '}');
		return;
	}
	buf_printf(&o->text, "/def %.*s", (int)d->name.n, d->name.p);
	for (size_t i = 0; i < d->param_count; i++) {
		buf_printf(&o->text, " %.*s", (int)d->params[i].n,
			d->params[i].p);
		if (d->defaults[i].p)
			buf_printf(&o->text, "='%.*s'",
				(int)d->defaults[i].n, d->defaults[i].p);
	}
	buf_printf(&o->text, " {%.*s}\n", (int)d->text.n, d->text.p);
}

static int define(struct session *s, const struct cmd_args *a)
{
	struct str name = cmd_arg(a, "name"), text = cmd_arg(a, "text");
	struct front_env own = {.vocab = s->env.vocab};

	if (!name.p)
		return 0;
	if (defining_name(a, &own, name) < 0)
		return -1;
	if (!text.p)
		text = (struct str){name.p + name.n, 0};
	return defs_add(&s->defs, name, text, a->diags);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	static const struct defining how = {"defs", DEF_STEP, one, define};

	return defining_run(s, a, o, &how);
}

static const struct vocab_field args[] = {
	{"name", 0, FIELD_WORD, PLACE_POS, 0, "of the new command"},
	{"text", 0, FIELD_TEXT, PLACE_REST, 0,
		"parameters, then workflow text: [P[=default]...] TEXT"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_def = {
	.name = "def",
	.summary = "define a step and command; ${args.P} is a parameter",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){
		"/def greet NAME=world '/echo hello ${args.NAME}'",
		"/def build '/bash make'", "/def", NULL},
	.run = run,
	.stateless = 1,
	.read = define,
};
