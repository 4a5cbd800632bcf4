/*
 * The doctor. Checks of the store are the store's own, those of runs stand
 * in doctor_runs.c, those of what keeps steps in, in doctor_walls.c; here is
 * who asks and how it is told.
 */
#include "shell/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/store.h"
#include "shell/doctor_runs.h"
#include "shell/doctor_walls.h"
#include "shell/out.h"
#include "shell/settings.h"
#include "shell/version.h"

struct checking {
	struct buf *text;
	struct json *j;
	int failed;
};

static void one(void *ud, enum check_level level, const char *name,
	const char *text)
{
	static const char *const words[] = {"ok", "warn", "fail"};
	struct checking *c = ud;

	c->failed |= level == CHECK_FAIL;
	if (!c->j) {
		buf_printf(c->text, "%s %s: %s\n", words[level], name, text);
		return;
	}
	json_open(c->j, '{');
	json_ktext(c->j, "level", words[level]);
	json_ktext(c->j, "name", name);
	json_ktext(c->j, "text", text);
	json_close(c->j, '}');
}

/* What cannot be opened has been told of, most likely. */
static void check_state(const char *dir, struct checking *c)
{
	struct err err = {0};

	store_check(dir, one, c);
	if (check_runs(dir, one, c, &err) < 0 && !c->failed)
		one(c, CHECK_FAIL, "journals", err.text);
}

int doctor_check(const char *dir, struct buf *text, struct json *j)
{
	struct checking c = {text, j, 0};

	if (j) {
		json_open(j, '{');
		json_kint(j, "v", 1);
		json_key(j, "checks");
		json_open(j, '[');
	}
	one(&c, CHECK_OK, "version", "wf " WF_VERSION);
	if (dir[0])
		check_state(dir, &c);
	else
		one(&c, CHECK_FAIL, "state",
			"no state directory: set HOME or WF_STATE_DIR");
	check_guard(one, &c);
	check_sandbox(one, &c);
	if (j) {
		json_close(j, ']');
		json_ktext(j, "status", c.failed ? "fail" : "ok");
		json_close(j, '}');
	}
	return c.failed;
}

int doctor_main(const struct options *o)
{
	struct settings s;
	struct err err = {0};
	struct buf text, doc;
	struct json j;
	struct out out;
	int status = 1, as_json = o->output && strcmp(o->output, "text") != 0;

	out_init(&out, 1);
	buf_init(&text);
	buf_init(&doc);
	json_init(&j, &doc);
	if (settings_init(&s, o, &err) < 0) {
		buf_printf(&text, "fail settings: %s\n", err.text);
		as_json = 0;
	} else {
		status = doctor_check(setting_get(&s, SET_STATE_DIR), &text,
			as_json ? &j : NULL);
	}
	buf_char(&doc, '\n');
	out_bytes(&out, as_json ? (struct str){doc.data, doc.len}
		: (struct str){text.data, text.len});
	if (out.error)
		status = 1;
	settings_release(&s);
	buf_release(&text);
	buf_release(&doc);
	return status;
}
