/*
 * What /def, /alias and /fact share. A name is refused when it is a command, or
 * something `env` knows.
 */
#include "shell/defining.h"

static void list(struct session *s, struct cmd_out *o,
	const struct defining *how)
{
	if (o->as_json)
		json_list_open(&o->json, how->list);
	defs_each(&s->defs, how->sort, how->one, o);
	if (o->as_json)
		json_list_close(&o->json);
}

void defining_one(void *out, const struct front_def *d, const char *command)
{
	struct cmd_out *o = out;

	if (!o->as_json) {
		buf_printf(&o->text, "/%s %.*s %.*s\n", command,
			(int)d->name.n, d->name.p, (int)d->text.n, d->text.p);
		return;
	}
	json_open(&o->json, '{');
	json_kstr(&o->json, "name", d->name);
	json_kstr(&o->json, "text", d->text);
	json_close(&o->json, '}');
}

struct str defining_unquoted(struct str s)
{
	if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') &&
			s.p[s.n - 1] == s.p[0])
		return (struct str){s.p + 1, s.n - 2};
	return s;
}

int defining_run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o, const struct defining *how)
{
	if (!cmd_arg(a, "name").p) {
		list(s, o, how);
		return 0;
	}
	if (how->define(s, a) == 0)
		return 0;
	return err_set(&o->err, ERR_SYNTAX, "%s", a->diags->count
		? a->diags->items[a->diags->count - 1].text
		: "the definition cannot be read");
}

int defining_name(const struct cmd_args *a, const struct front_env *env,
	struct str name)
{
	size_t at = (size_t)(name.p - a->diags->source.p);

	if (defs_name(name, a->diags) < 0)
		return -1;
	if (!cmd_find(name) && !front_knows(env, name))
		return 0;
	return diag_add(a->diags, "E212", caret(at, name.n), "choose another "
		"name", "/%.*s is a command already", (int)name.n, name.p);
}
