/*
 * /history: what was entered at the prompt, oldest first, with the runs that
 * came of it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/view.h"
#include "shell/cmd.h"
#include "shell/history.h"
#include "shell/run_ref.h"
#include "shell/screen.h"
#include "shell/session.h"

enum { SHOWN = 50 };

struct listing {
	struct session *s;
	struct cmd_out *o;
	struct str pattern;
	size_t found, skip;    /* skip: how many of the oldest */
	int columns;
	int printing;          /* else they are counted */
};

static int matches(void *ud, const struct history_entry *e)
{
	const struct listing *l = ud;

	return !l->pattern.n || memmem(e->text.p, e->text.n, l->pattern.p,
		l->pattern.n) != NULL;
}

static void json_row(struct listing *l, const struct history_entry *e)
{
	struct json *j = &l->o->json;

	json_open(j, '{');
	json_kint(j, "t_ms", e->ms);
	json_ktext(j, "run", e->run[0] ? e->run : NULL);
	json_kstr(j, "text", e->text);
	json_close(j, '}');
}

/* A block stands on one line; on a terminal that is one row. */
static void text_row(struct listing *l, const struct history_entry *e)
{
	char age[16] = "", brief[27] = "";
	size_t from = l->o->text.len;

	if (e->ms)
		run_age(e->ms, age);
	if (e->run[0])
		engine_short(l->s->engine, e->run, brief);
	buf_printf(&l->o->text, "%4s  %-8s ", age, brief);
	screen_line(&l->o->text, e->text, !l->columns ? 0
		: l->columns - (int)(l->o->text.len - from) - 1);
	buf_char(&l->o->text, '\n');
}

static int row(void *ud, const struct history_entry *e)
{
	struct listing *l = ud;

	if (!matches(l, e) || l->found++ < l->skip || !l->printing)
		return 0;
	if (l->o->as_json)
		json_row(l, e);
	else
		text_row(l, e);
	return 0;
}

static int list(struct listing *l, const char *path, size_t limit)
{
	struct cmd_out *o = l->o;

	if (hist_each(path, row, l, &o->err) < 0)
		return -1;
	l->skip = l->found > limit ? l->found - limit : 0;
	l->found = 0;
	l->printing = 1;
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_key(&o->json, "history");
		json_open(&o->json, '[');
	}
	if (hist_each(path, row, l, &o->err) < 0)
		return -1;
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	} else if (l->skip && !l->s->options->quiet) {
		session_say(l->s, "%zu older ones are not shown    "
			"/history --limit %zu", l->skip, l->found);
	}
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	const char *dir = setting_get(&s->settings, SET_STATE_DIR);
	struct str said = cmd_arg(a, "limit");
	char *path = mem_printf("%s/history", dir);
	struct listing l = {.s = s, .o = o, .pattern = cmd_arg(a, "pattern"),
		.columns = screen_columns(o->sink->out)};
	int64_t limit = SHOWN;
	int rc;

	if (said.p && number_parse(said, 1, HISTORY_MAX, &limit) < 0) {
		mem_free(path);
		cmd_blame(o, said);
		return err_set(&o->err, ERR_USAGE,
			"--limit is a number from 1 to %d", HISTORY_MAX);
	}
	if (!cmd_flag(a, "delete")) {
		rc = list(&l, path, (size_t)limit);
	} else if (!l.pattern.n) {
		rc = err_set(&o->err, ERR_USAGE,
			"--delete needs the text of what is to go");
		err_help(&o->err, "/history --delete TEXT");
	} else {
		rc = hist_remove(path, matches, &l, &o->err);
		if (rc >= 0)
			session_say(s, rc == 1 ? "%d entry is gone"
				: "%d entries are gone", rc);
		rc = rc < 0 ? -1 : 0;
	}
	mem_free(path);
	return rc;
}

static const struct vocab_field args[] = {
	{"pattern", 0, FIELD_TEXT, PLACE_REST, 0, "a text that stands in it"},
	{"delete", 'd', FIELD_FLAG, PLACE_FLAG, 0,
		"forget all that hold the text"},
	{"limit", 'n', FIELD_NUMBER, PLACE_FLAG, 0,
		"at most so many, the newest; else 50"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_history = {
	.name = "history",
	.summary = "what was entered, and the runs that came of it",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/history", "/history deploy",
		"/history --delete password", NULL},
	.run = run,
};
