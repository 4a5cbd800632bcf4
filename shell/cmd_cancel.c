/*
 * /cancel: no further step starts, running ones are ended; what has finished
 * stays. Twice is once. Works on runs of other shells that live.
 */
#include "engine/tell.h"
#include "shell/errand.h"
#include "shell/run_ref.h"

static int is_over(const struct run_row *row)
{
	return row->state == RUN_SUCCEEDED || row->state == RUN_FAILED ||
		row->state == RUN_CANCELLED;
}

/* Nobody has it open: taken over, and cancelled before anything starts. */
static int cancel_opened(void *ud, uint32_t slot, struct err *err)
{
	struct session *s = ud;

	return engine_cancel(s->engine, slot, 1, err);
}

static int cancel_stored(struct session *s, const struct run_row *row,
	struct cmd_out *o)
{
	struct resume_options how = {.still = 1};
	struct errand_resume r = {.row = row, .how = &how, .sink = o->sink,
		.then = cancel_opened, .ud = s};

	return errand_resume(s, &r, &o->err) < 0 ? -1 : 0;
}

/* Open here: until it has ended; a background run's status counts at the
 * end of the script. */
static void settle(struct session *s, const struct run_row *row,
	struct cmd_out *o)
{
	struct errand_resume r = {.sink = o->sink};

	if (engine_slot(s->engine, row->ulid) == PLAN_NONE)
		return;
	errand_follow(s, row, &r);
	errands_settle(s, row->ulid);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_verb verb = {.verb = cmd_flag(a, "hard") ? "kill"
		: "cancel"};
	char brief[ULID_LEN + 1];
	struct run_row row;
	int rc;

	if (run_row_of(s, a, "run", &row, o) < 0)
		return -1;
	engine_short(s->engine, row.ulid, brief);
	if (row.state == RUN_CANCELLED) {
		session_say(s, "run %s is cancelled already", brief);
		run_row_release(&row);
		return 0;
	}
	if (is_over(&row)) {
		rc = err_set(&o->err, ERR_STATE, "run %s has %s", brief,
			run_state_name((enum run_state)row.state));
	} else {
		rc = run_tell(s, &row, &verb, &o->err);
		if (rc > 0)
			settle(s, &row, o);
		else if (rc == 0)
			rc = cancel_stored(s, &row, o);
	}
	run_row_release(&row);
	return rc < 0 ? -1 : 0;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{"hard", 0, FIELD_FLAG, PLACE_FLAG, 0,
		"kill what runs at once, without TERM first"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_cancel = {
	.name = "cancel",
	.summary = "cancel a run",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/cancel", "/cancel @last",
		"/cancel @last --hard", NULL},
	.run = run,
};
