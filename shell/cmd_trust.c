/*
 * /trust: lets ./.wfrc take effect, as it is now.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "shell/cmd.h"
#include "shell/interactive.h"
#include "shell/rc.h"
#include "shell/status.h"
#include "shell/trust.h"

static void one(void *ud, const char *path)
{
	struct cmd_out *o = ud;

	if (o->as_json)
		json_text(&o->json, path);
	else
		buf_printf(&o->text, "%s\n", path);
}

static int list(const char *dir, struct cmd_out *o)
{
	int rc;

	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_key(&o->json, "trusted");
		json_open(&o->json, '[');
	}
	rc = trust_each(dir, one, o, &o->err);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	return rc;
}

static int remove_one(struct session *s, const char *dir, const char *path,
	struct cmd_out *o)
{
	int rc = trust_remove(dir, path, &o->err);

	if (rc == 0)
		return err_set(&o->err, ERR_NOTFOUND, "%s is not trusted",
			path);
	if (rc > 0 && !s->options->quiet)
		session_say(s, "%s is trusted no more", path);
	return rc < 0 ? -1 : 0;
}

/* What is to be trusted is shown first: 0 when the person, who has seen it,
 * says yes; in a script whoever wrote that has. */
static int judge(struct session *s, const char *path, struct str text,
	struct cmd_out *o)
{
	struct out *out = o->sink->out;

	if (!o->as_json) {
		out_bytes(out, text);
		if (text.n && text.p[text.n - 1] != '\n')
			out_text(out, "\n");
		out_end(out);
	}
	if (!s->at_prompt || interactive_ask(s, "is this to be run here? "
			"[y/N] ", "ny") == 'y')
		return 0;
	session_say(s, "%s is not trusted", path);
	return STATUS_REFUSED;
}

static int add(struct session *s, const char *dir, const char *path,
	struct cmd_out *o)
{
	struct buf text;
	struct str why;
	int rc;

	buf_init(&text);
	rc = trust_read(dir, path, &text, &why, &o->err);
	if (rc >= TRUST_FOREIGN) {
		err_set(&o->err, ERR_REFUSED, "%s cannot be trusted: %.*s",
			path, (int)why.n, why.p);
		rc = err_help(&o->err, "chmod go-w %s", path);
	} else if (rc >= 0) {
		rc = judge(s, path, (struct str){text.data, text.len}, o);
		if (rc > 0) {
			buf_release(&text);
			return rc;
		}
		rc = trust_add(dir, path, (struct str){text.data, text.len},
			&o->err);
	}
	if (rc >= 0 && !s->options->quiet)
		session_say(s, "%s is trusted as it is now%s", path,
			s->at_prompt ? "; it is run" : "");
	if (rc >= 0 && s->at_prompt)
		rc = rc_run(s, path, (struct str){text.data, text.len});
	buf_release(&text);
	return rc < 0 ? -1 : rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	const char *dir = setting_get(&s->settings, SET_STATE_DIR);
	char *said = cmd_take(a, "path"), *path;
	int rc;

	if (cmd_flag(a, "list")) {
		mem_free(said);
		return list(dir, o);
	}
	path = rc_path(said ? said : s->dir);
	rc = cmd_flag(a, "remove") ? remove_one(s, dir, path, o)
		: add(s, dir, path, o);
	mem_free(path);
	mem_free(said);
	return rc;
}

static const struct vocab_field args[] = {
	{"path", 0, FIELD_PATH, PLACE_POS, 0,
		"a directory or its .wfrc; else this one"},
	{"list", 'l', FIELD_FLAG, PLACE_FLAG, 0, "what is trusted"},
	{"remove", 'r', FIELD_FLAG, PLACE_FLAG, 0, "no more"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_trust = {
	.name = "trust",
	.summary = "let a directory's .wfrc take effect, as it is now",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/trust", "/trust --list",
		"/trust --remove", NULL},
	.run = run,
};
