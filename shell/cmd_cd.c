/*
 * /cd: the directory of the runs that follow. `-` is the one before.
 */
#include <stdlib.h>

#include "engine/base/mem.h"
#include "shell/cmd.h"
#include "shell/session.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *out)
{
	char *dir = cmd_take(a, "dir");
	const char *to = dir ? dir : getenv("HOME");
	int rc = -1, back = dir && dir[0] == '-' && !dir[1];

	if (back)
		to = s->old_dir;
	if (!to)
		err_set(&out->err, ERR_NOTFOUND, back
			? "there is no directory before" : "HOME is not set");
	else
		rc = session_cd(s, to, &out->err);
	mem_free(dir);
	if (rc == 0 && out->as_json) {
		json_open(&out->json, '{');
		json_kint(&out->json, "v", 1);
		json_ktext(&out->json, "dir", s->dir);
		json_close(&out->json, '}');
	} else if (rc == 0 && back) {
		buf_printf(&out->text, "%s\n", s->dir);
	}
	return rc;
}

static const struct vocab_field args[] = {
	{"dir", 0, FIELD_PATH, PLACE_POS, 0,
		"where to; home without it, - for the one before"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_cd = {
	.name = "cd",
	.summary = "change the directory of the runs that follow",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/cd /", "/cd", "/cd .", NULL},
	.run = run,
	.stateless = 1,
};
