/*
 * /set: the table of settings, and variables (vars.NAME) that references and
 * conditions read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/cmd.h"
#include "shell/screen.h"
#include "shell/session.h"

enum { WIDE = 110 };

static void json_row(struct session *s, int id, struct cmd_out *o)
{
	const struct setting_kind *k = &setting_kinds[id];

	json_ktext(&o->json, "name", k->name);
	json_ktext(&o->json, "value", s->settings.v[id].value);
	json_ktext(&o->json, "type", k->choices ? k->choices : k->type);
	json_ktext(&o->json, "default", s->settings.v[id].usual);
	json_ktext(&o->json, "origin", origin_name(s->settings.v[id].origin));
	json_ktext(&o->json, "summary", k->summary);
}

static void text_row(struct session *s, int id, struct cmd_out *o)
{
	const struct setting_kind *k = &setting_kinds[id];

	const struct setting *v = &s->settings.v[id];
	int columns = screen_columns(o->sink->out), narrow, left;
	size_t from = o->text.len;
	struct buf last;

	narrow = columns && columns < WIDE;
	buf_printf(&o->text, "%-13s %-*s %-12s ", k->name, narrow ? 10 : 22,
		v->value[0] ? v->value : "-", origin_name(v->origin));
	if (!narrow)
		buf_printf(&o->text, "%-16s ", k->choices ? k->choices
			: k->type);
	left = columns - (int)(o->text.len - from);
	buf_init(&last);
	buf_str(&last, k->summary);
	if (strcmp(v->value, v->usual) != 0)
		buf_printf(&last, " (default %s)", v->usual[0] ? v->usual
			: "-");
	screen_line(&o->text, (struct str){last.data, last.len},
		!columns ? 0 : left > 4 ? left : 4);
	buf_char(&o->text, '\n');
	buf_release(&last);
}

static int list(struct session *s, struct cmd_out *o)
{
	if (!o->as_json) {
		for (int id = 0; id < SET_COUNT; id++)
			text_row(s, id, o);
		return 0;
	}
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_key(&o->json, "settings");
	json_open(&o->json, '[');
	for (int id = 0; id < SET_COUNT; id++) {
		json_open(&o->json, '{');
		json_row(s, id, o);
		json_close(&o->json, '}');
	}
	json_close(&o->json, ']');
	json_close(&o->json, '}');
	return 0;
}

static void show_var(struct cmd_out *o, const char *name, const char *value)
{
	if (!o->as_json) {
		buf_printf(&o->text, "%s\n", value);
		return;
	}
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_ktext(&o->json, "name", name);
	json_ktext(&o->json, "value", value);
	json_close(&o->json, '}');
}

static void show(struct session *s, int id, struct cmd_out *o)
{
	if (!o->as_json) {
		buf_printf(&o->text, "%s\n", s->settings.v[id].value);
		return;
	}
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_row(s, id, o);
	json_close(&o->json, '}');
}

static int set_var(struct session *s, const struct cmd_args *a,
	const char *full, struct cmd_out *o)
{
	char *value = cmd_take(a, "value");
	const char *name = full + 5, *now;
	int rc = 0;

	if (!is_name(str_of(name))) {
		rc = err_set(&o->err, ERR_USAGE, "'%s' is no name", name);
	} else if (cmd_flag(a, "unset")) {
		engine_var(s->engine, name, NULL);
	} else if (value) {
		engine_var(s->engine, name, value);
	} else if ((now = engine_getvar(s->engine, name))) {
		show_var(o, full, now);
	} else {
		rc = err_set(&o->err, ERR_NOTFOUND, "%s is not set", full);
		err_help(&o->err, "/set %s VALUE", full);
	}
	mem_free(value);
	return rc;
}

/* What takes effect at once. */
static void apply(struct session *s, enum setting_id id)
{
	if (id != SET_MAX_PARALLEL)
		return;
	s->env.slots = (uint32_t)atoll(setting_get(&s->settings, id));
	engine_pool(s->engine, "slots", s->env.slots);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct str name = cmd_arg(a, "name"), value = cmd_arg(a, "value");
	char *full;
	int id, rc;

	if (!name.p)
		return list(s, o);
	if (name.n > 5 && memcmp(name.p, "vars.", 5) == 0) {
		full = mem_strndup(name.p, name.n);
		rc = set_var(s, a, full, o);
		free(full);
		return rc;
	}
	id = setting_find(name, &o->err);
	if (id < 0)
		return -1;
	if (!value.p) {
		show(s, id, o);
		return 0;
	}
	rc = setting_set(&s->settings, (enum setting_id)id, value, FROM_SET,
		&o->err);
	if (rc < 0)
		cmd_blame(o, setting_kinds[id].fixed ? name : value);
	else
		apply(s, (enum setting_id)id);
	return rc;
}

static const struct vocab_field args[] = {
	{"name", 0, CMD_SETTING, PLACE_POS, 0, "a setting, or vars.NAME"},
	{"value", 0, FIELD_WORD, PLACE_POS, 0, "its new value"},
	{"unset", 'u', FIELD_FLAG, PLACE_FLAG, 0, "forget a variable"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_set = {
	.name = "set",
	.summary = "show or change settings and variables",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/set", "/set max_parallel 4",
		"/set vars.target release", NULL},
	.run = run,
	.stateless = 1,
};
