/*
 * /def NAME [P[=default]...] TEXT: a step and command of one's own. Without
 * arguments: what is defined.
 */
#include "shell/cmd.h"
#include "shell/session.h"

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

static int list(struct session *s, struct cmd_out *o)
{
	if (o->as_json)
		json_list_open(&o->json, "defs");
	defs_each(&s->defs, 0, one, o);
	if (o->as_json)
		json_list_close(&o->json);
	return 0;
}

static int define(struct session *s, const struct cmd_args *a)
{
	struct str name = cmd_arg(a, "name"), text = cmd_arg(a, "text");
	size_t at;

	if (!name.p)
		return 0;
	at = (size_t)(name.p - a->diags->source.p);
	if (defs_name(name, a->diags) < 0)
		return -1;
	if (cmd_find(name) || vocab_find(s->env.vocab, name.p, name.n) >= 0 ||
			(front_knows(&(struct front_env){
			.vocab = s->env.vocab}, name)))
		return diag_add(a->diags, "E212", caret(at, name.n), NULL,
			"/%.*s is a command of wf", (int)name.n, name.p);
	if (!text.p)
		text = (struct str){name.p + name.n, 0};
	return defs_add(&s->defs, name, text, a->diags);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	if (!cmd_arg(a, "name").p)
		return list(s, o);
	if (define(s, a) == 0)
		return 0;
	return err_set(&o->err, ERR_SYNTAX, "%s", a->diags->count
		? a->diags->items[a->diags->count - 1].text
		: "the definition cannot be read");
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
	.read = define,
};
