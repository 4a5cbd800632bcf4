/*
 * /fg: a run of this session that goes on in the background comes to the
 * front.
 */
#include "engine/base/mem.h"
#include "shell/bang.h"
#include "shell/cmd.h"
#include "shell/errand.h"
#include "shell/run_ref.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_row row = {0};
	const char *ulid = NULL;
	int status;

	if (cmd_arg(a, "run").p) {
		if (run_row_of(s, a, "run", &row, o) < 0)
			return -1;
		ulid = row.ulid;
	}
	if (!ulid && s->at_prompt && bang_stopped(s))
		return bang_continue(s);
	status = errand_to_front(s, ulid, &o->err);
	run_row_release(&row);
	return status;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0,
		"which; else the program that was stopped, or the last run "
		"that went there"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_fg = {
	.name = "fg",
	.summary = "a run in the background comes to the front",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/fg", "/fg @last", "/fg --help",
		NULL},
	.run = run,
};
