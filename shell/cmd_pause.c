/*
 * /pause: running steps finish, nothing new starts.
 */
#include "engine/tell.h"
#include "shell/run_ref.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_verb verb = {.verb = "pause"};
	char brief[ULID_LEN + 1];
	struct run_row row;
	int rc;

	if (run_row_of(s, a, "run", &row, o) < 0)
		return -1;
	rc = run_tell(s, &row, &verb, &o->err);
	if (rc == 0) {
		engine_short(s->engine, row.ulid, brief);
		rc = err_set(&o->err, ERR_STATE, "run %s is not running: "
			"its state is %s", brief,
			run_state_name((enum run_state)row.state));
	}
	run_row_release(&row);
	return rc < 0 ? -1 : 0;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_pause = {
	.name = "pause",
	.summary = "start no further steps of a run until /continue",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/pause", "/pause @last",
		"/pause --help", NULL},
	.run = run,
};
