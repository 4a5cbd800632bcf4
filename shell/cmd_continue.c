/*
 * /continue: of this shell, of another that lives, or of a run whose shell
 * has ended, which then goes on here.
 */
#include "engine/tell.h"
#include "shell/errand.h"
#include "shell/run_ref.h"

static int not_paused(struct session *s, const struct run_row *row,
	struct err *err)
{
	enum run_state state = (enum run_state)row->state;
	char brief[ULID_LEN + 1];

	engine_short(s->engine, row->ulid, brief);
	if (state == RUN_SUCCEEDED)
		return err_set(err, ERR_STATE, "run %s has succeeded: there "
			"is nothing to go on with", brief);
	if (state == RUN_WAITING) {
		err_set(err, ERR_STATE, "run %s is not paused: it waits",
			brief);
		return err_help(err, "/answer %s TEXT, when it asks",
			brief);
	}
	if (state == RUN_RUNNING)
		return err_set(err, ERR_STATE, "run %s is running",
			brief);
	err_set(err, ERR_STATE, state == RUN_INTERRUPTED
		? "run %s is %s, not paused" : "run %s has %s",
		brief, state == RUN_CANCELLED ? "been cancelled"
		: run_state_name(state));
	return err_help(err, "/resume %s goes on with it", brief);
}

static int go_on(struct session *s, const struct cmd_args *a,
	const struct run_row *row, struct cmd_out *o)
{
	struct run_verb verb = {.verb = "continue"};
	struct resume_options how = {.tap = 0};
	struct errand_resume r = {.row = row, .how = &how, .sink = o->sink,
		.form = session_form(s, a->output),
		.background = a->line->background};
	int rc;

	if (r.background)
		r.sink = NULL;
	rc = run_tell(s, row, &verb, &o->err);
	if (rc != 0)
		return rc < 0 ? -1 : errand_follow(s, row, &r);
	return errand_resume(s, &r, &o->err);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_row row;
	int rc;

	if (run_row_of(s, a, "run", &row, o) < 0)
		return -1;
	rc = row.state == RUN_PAUSED || row.state == RUN_RUNNING
		? go_on(s, a, &row, o) : not_paused(s, &row, &o->err);
	run_row_release(&row);
	return rc;
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
