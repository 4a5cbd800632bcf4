/*
 * What /help tells of names a person gave: definitions, aliases, stored
 * workflows. It shows what they stand for; it never runs or compiles them.
 */
#include "shell/help_def.h"

#include "engine/base/text.h"
#include "shell/session.h"

int help_def_find(struct session *s, struct str name, struct front_def *out)
{
	*out = (struct front_def){.name = name};
	if (defs_find_alias(&s->defs, name, &out->text))
		return HELP_ALIAS;
	return defs_find(&s->defs, name, out) > 0 ? HELP_DEF : HELP_NONE;
}

static void parameters(const struct front_def *d, struct buf *b)
{
	if (!d->param_count)
		return;
	buf_str(b, "\nparameters:\n");
	for (size_t i = 0; i < d->param_count; i++) {
		buf_printf(b, "  %-20.*s ", (int)d->params[i].n,
			d->params[i].p);
		if (d->defaults[i].p)
			buf_printf(b, "'%.*s' unless it is given\n",
				(int)d->defaults[i].n, d->defaults[i].p);
		else
			buf_str(b, "has to be given\n");
	}
}

static void lines(struct str text, struct buf *b)
{
	struct str s = str_trim(text);

	for (size_t i = 0, begins = 1; i < s.n; i++) {
		if (begins)
			buf_str(b, "  ");
		buf_char(b, s.p[i]);
		begins = s.p[i] == '\n';
	}
	buf_char(b, '\n');
}

int help_def(struct session *s, struct str name, struct buf *b)
{
	struct front_def d;
	int kind = help_def_find(s, name, &d);

	if (kind == HELP_NONE)
		return 0;
	buf_printf(b, "/%.*s", (int)name.n, name.p);
	for (size_t i = 0; i < d.param_count; i++)
		buf_printf(b, d.defaults[i].p ? " [%.*s=...]" : " %.*s=...",
			(int)d.params[i].n, d.params[i].p);
	if (kind == HELP_ALIAS)
		buf_str(b, "\nan alias of this session\n");
	else if (d.file)
		buf_printf(b, "\na stored workflow: %s\n", d.file);
	else
		buf_str(b, "\na definition of this session\n");
	parameters(&d, b);
	buf_str(b, "\nstands for:\n");
	lines(d.text, b);
	return 1;
}

void help_def_json(struct session *s, struct str name, struct json *j)
{
	struct front_def d;
	int kind = help_def_find(s, name, &d);

	if (kind == HELP_NONE)
		return;
	json_open(j, '{');
	json_kstr(j, "name", name);
	json_ktext(j, "kind", kind == HELP_ALIAS ? "alias" : "definition");
	json_ktext(j, "file", d.file);
	json_key(j, "params");
	json_open(j, '[');
	for (size_t i = 0; i < d.param_count; i++) {
		json_open(j, '{');
		json_kstr(j, "name", d.params[i]);
		json_key(j, "default");
		if (d.defaults[i].p)
			json_str(j, d.defaults[i]);
		else
			json_null(j);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_kstr(j, "text", d.text);
	json_close(j, '}');
}
