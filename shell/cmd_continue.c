/*
 * /continue: of this shell, or of another that lives.
 */
#include "shell/run_ref.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_verb verb = {.verb = "continue"};
	struct run_row row;
	int rc;

	if (run_row_of(s, a, "run", &row, o) < 0)
		return -1;
	rc = run_tell(s, &row, &verb, &o->err);
	if (rc == 0) {
		rc = err_set(&o->err, ERR_STATE, "run %.8s is %s", row.ulid,
			run_state_name((enum run_state)row.state));
		err_help(&o->err, "/resume %.8s goes on with it", row.ulid);
	}
	run_row_release(&row);
	return rc < 0 ? -1 : 0;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_continue = {
	.name = "continue",
	.summary = "go on with a paused run",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/continue", "/continue @last",
		"/continue --help", NULL},
	.run = run,
};
