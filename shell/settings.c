/*
 * The table of settings and where each value came from.
 */
#include "shell/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"

const struct setting_kind setting_kinds[SET_COUNT] = {
	[SET_DURABILITY] = {"durability", "word",
		"how a commit reaches the disk", "full|normal",
		{"WF_DURABILITY"}, 1, 0, 0},
	[SET_EDITOR] = {"editor", "command", "for texts with --edit", NULL,
		{"WF_EDITOR", "VISUAL", "EDITOR"}, 0, 0, 0},
	[SET_HEARTBEAT] = {"heartbeat", "duration",
		"under CI, between lines that a run goes on", NULL,
		{"WF_HEARTBEAT"}, 0, 0, 1},
	[SET_KEEP_GOING] = {"keep_going", "word",
		"go on behind a line that failed", "on|off", {NULL}, 0, 0, 0},
	[SET_MAX_PARALLEL] = {"max_parallel", "number",
		"processes at the same time", NULL, {"WF_MAX_PARALLEL"}, 0, 1,
		0},
	[SET_MODEL] = {"model", "name", "of prompts; this wf speaks to none",
		NULL, {"WF_MODEL"}, 0, 0, 0},
	[SET_NOTIFY] = {"notify", "word",
		"at a prompt, when a long run is over or asks",
		"bell|osc9|off", {"WF_NOTIFY"}, 0, 0, 0},
	[SET_NOTIFY_AFTER] = {"notify_after", "duration",
		"how long such a run took", NULL, {"WF_NOTIFY_AFTER"}, 0, 0,
		1},
	[SET_OUTPUT] = {"output", "word", "form of what commands print",
		"text|json|jsonl", {NULL}, 0, 0, 0},
	[SET_PAGER] = {"pager", "command",
		"for long texts; this wf prints them whole", NULL,
		{"WF_PAGER", "PAGER"}, 0, 0, 0},
	[SET_PROGRESS] = {"progress", "word", "lines about running steps",
		"auto|plain|none", {"WF_PROGRESS"}, 0, 0, 0},
	[SET_PROMPT] = {"prompt", "text",
		"of the prompt; wfrc(5) has its escapes", NULL, {"WF_PROMPT"},
		0, 0, 0},
	[SET_STATE_DIR] = {"state_dir", "path", "runs, results, history",
		NULL, {"WF_STATE_DIR"}, 1, 0, 0},
};

const char *origin_name(enum origin o)
{
	static const char *const names[] = {"default", "environment", "flag",
		"set"};

	return names[o];
}

static char *default_state(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (base && base[0] == '/')
		return mem_printf("%s/wf", base);
	return home && home[0] == '/' ? mem_printf("%s/.local/state/wf", home)
		: mem_strdup("");
}

static char *default_of(enum setting_id id)
{
	switch (id) {
	case SET_DURABILITY:
		return mem_strdup("full");
	case SET_EDITOR:
		return mem_strdup("vi");
	case SET_HEARTBEAT:
		return mem_strdup("30s");
	case SET_KEEP_GOING:
		return mem_strdup("off");
	case SET_MAX_PARALLEL:
		return mem_printf("%d", LIMIT_PARALLEL);
	case SET_NOTIFY:
		return mem_strdup("bell");
	case SET_NOTIFY_AFTER:
		return mem_strdup("30s");
	case SET_PAGER:
		return mem_strdup("less");
	case SET_OUTPUT:
		return mem_strdup("text");
	case SET_PROGRESS:
		return mem_strdup("auto");
	case SET_PROMPT:
		return mem_strdup("%s%j%wwf> ");
	case SET_STATE_DIR:
		return default_state();
	case SET_MODEL:
	case SET_COUNT:
		break;
	}
	return mem_strdup("");
}

static int among(const char *choices, struct str value)
{
	while (*choices) {
		size_t n = strcspn(choices, "|");

		if (value.n == n && memcmp(choices, value.p, n) == 0)
			return 1;
		choices += n + (choices[n] == '|');
	}
	return 0;
}

int setting_set(struct settings *s, enum setting_id id, struct str value,
	enum origin from, struct err *err)
{
	const struct setting_kind *k = &setting_kinds[id];
	int64_t n;

	if (k->fixed && from == FROM_SET) {
		err_set(err, ERR_USAGE, "%s is fixed once wf runs", k->name);
		return err_help(err, "set %s before you start wf", k->env[0]);
	}
	if (k->choices && !among(k->choices, value)) {
		err_set(err, ERR_USAGE, "%s cannot be '%.*s'", k->name,
			(int)value.n, value.p);
		return err_help(err, "one of %s", k->choices);
	}
	if (k->number && number_parse(value, 1, 1024, &n) < 0)
		return err_set(err, ERR_USAGE,
			"%s is a number from 1 to 1024, not '%.*s'", k->name,
			(int)value.n, value.p);
	if (k->duration && (duration_parse(value, &n) < 0 || n < 1)) {
		err_set(err, ERR_USAGE, "%s is a time, not '%.*s'", k->name,
			(int)value.n, value.p);
		return err_help(err, "such as 30s or 2m");
	}
	mem_free(s->v[id].value);
	s->v[id].value = mem_strndup(value.p ? value.p : "", value.n);
	s->v[id].origin = (uint8_t)from;
	return 0;
}

void setting_fix(struct settings *s, enum setting_id id, const char *value)
{
	mem_free(s->v[id].value);
	s->v[id].value = mem_strdup(value);
}

static int from_environment(struct settings *s, enum setting_id id,
	struct err *err)
{
	const struct setting_kind *k = &setting_kinds[id];
	struct err why = {0};

	for (size_t i = 0; i < 3 && k->env[i]; i++) {
		const char *v = getenv(k->env[i]);

		if (!v || !v[0])
			continue;
		if (setting_set(s, id, str_of(v), FROM_ENVIRONMENT, &why) == 0)
			return 0;
		err_set(err, ERR_USAGE, "%s: %s", k->env[i], why.text);
		return why.help[0] ? err_help(err, "%s", why.help) : -1;
	}
	return 0;
}

int settings_init(struct settings *s, const struct options *o,
	struct err *err)
{
	memset(s, 0, sizeof(*s));
	for (int id = 0; id < SET_COUNT; id++) {
		s->v[id].value = default_of((enum setting_id)id);
		s->v[id].usual = mem_strdup(s->v[id].value);
		if (from_environment(s, (enum setting_id)id, err) < 0)
			return -1;
	}
	if (o->durability && setting_set(s, SET_DURABILITY,
			str_of(o->durability), FROM_FLAG, err) < 0)
		return -1;
	if (o->output && setting_set(s, SET_OUTPUT, str_of(o->output),
			FROM_FLAG, err) < 0)
		return -1;
	if (o->quiet)
		setting_set(s, SET_PROGRESS, str_of("none"), FROM_FLAG, err);
	if (o->keep_going)
		setting_set(s, SET_KEEP_GOING, str_of("on"), FROM_FLAG, err);
	return 0;
}

void settings_release(struct settings *s)
{
	for (int id = 0; id < SET_COUNT; id++)
		mem_free(s->v[id].value), mem_free(s->v[id].usual);
	memset(s, 0, sizeof(*s));
}

const char *setting_get(const struct settings *s, enum setting_id id)
{
	return s->v[id].value;
}

int setting_find(struct str name, struct err *err)
{
	const char *names[SET_COUNT], *near;

	for (int id = 0; id < SET_COUNT; id++) {
		names[id] = setting_kinds[id].name;
		if (str_eq(name, names[id]))
			return id;
	}
	err_set(err, ERR_USAGE, "unknown setting '%.*s'", (int)name.n, name.p);
	near = text_nearest(name, names, SET_COUNT);
	if (near)
		return err_help(err, "did you mean '%s'?", near);
	return err_help(err, "/set lists them; your own are /set vars.NAME");
}
