/*
 * /edit: a text in the editor; what it leaves stands at the next prompt.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/view.h"
#include "shell/cmd.h"
#include "shell/editor.h"
#include "shell/interactive.h"
#include "shell/run_ref.h"
#include "shell/session.h"

/* The text of a run as it was typed. */
static int of_run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o, struct buf *text)
{
	struct view v;

	if (run_view(s, a, "run", &v, o) < 0)
		return -1;
	buf_str(text, plan_text(v.plan, v.plan->source));
	view_release(&v);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct buf before, after;
	int rc;

	if (!s->at_prompt) {
		err_set(&o->err, ERR_USAGE, "there is no prompt to edit for");
		return err_help(&o->err, "/resume RUN --edit edits a run");
	}
	buf_init(&before);
	buf_init(&after);
	rc = of_run(s, a, o, &before);
	if (rc < 0 && o->err.code == ERR_NOTFOUND && !cmd_arg(a, "run").p) {
		memset(&o->err, 0, sizeof(o->err)); /* no run yet: a new text */
		rc = 0;
	}
	if (rc == 0)
		rc = editor_run(s, (struct str){before.data, before.len},
			&after, &o->err);
	while (after.len && after.data[after.len - 1] == '\n')
		after.data[--after.len] = '\0';
	if (rc == 0)
		interactive_type(s, buf_cstr(&after));
	buf_release(&before);
	buf_release(&after);
	return rc;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "whose text; else the last one's"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_edit = {
	.name = "edit",
	.summary = "the text of a run in the editor, then at the prompt",
	.group = "session",
	.args = args,
	.examples = (const char *const[]){"/edit", "/edit @-2",
		"/edit --help", NULL},
	.run = run,
};
