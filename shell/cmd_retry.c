/*
 * /retry: a new run of the same workflow that takes over the results there
 * are and begins with the first step that has none.
 */
#include "shell/errand.h"
#include "shell/run_ref.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct view v;
	int status = -1;

	if (run_view(s, a, "run", &v, o) < 0)
		return -1;
	if (v.row->state == RUN_RUNNING)
		err_set(&o->err, ERR_BUSY, "run %s is running", v.ulid_short);
	else if (v.row->state == RUN_SUCCEEDED)
		err_set(&o->err, ERR_STATE, "nothing of run %s has failed",
			v.ulid_short);
	else
		status = errand_retry(s, &v, o->sink,
			session_form(s, a->output), &o->err);
	view_release(&v);
	return status;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_retry = {
	.name = "retry",
	.summary = "a new run, from the first step that failed; of a loop all "
		"rounds",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/retry", "/retry @last",
		"/retry @last -o json", NULL},
	.run = run,
};
