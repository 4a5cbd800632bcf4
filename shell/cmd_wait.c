/*
 * /wait: until runs in the background, or another shell's, are over. Its
 * status is the first of theirs that is not 0.
 */
#include <stdlib.h>
#include <string.h>

#include "shell/errand.h"
#include "shell/run_ref.h"
#include "shell/status.h"

enum { LOOK_MS = 100 };

static int is_going(const struct run_row *row)
{
	return row->state == RUN_RUNNING;
}

/* A run that another process owns: looks until it is over. */
static int wait_elsewhere(struct session *s, struct run_row *row,
	struct err *err)
{
	char ulid[ULID_LEN + 1];

	memcpy(ulid, row->ulid, sizeof(ulid));
	while (is_going(row) && !session_pause(s, LOOK_MS)) {
		run_row_release(row);
		memset(row, 0, sizeof(*row));
		if (store_find_run(engine_store(s->engine), str_of(ulid), row,
				err) < 0)
			return -1;
	}
	if (row->state == RUN_WAITING || row->state == RUN_PAUSED)
		return STATUS_WAITING;
	if (row->state == RUN_INTERRUPTED)
		return STATUS_FAILED;
	return row->exit;
}

static int one(struct session *s, struct str name, struct err *err)
{
	struct run_row row;
	int status = -1;

	memset(&row, 0, sizeof(row));
	if (engine_flush(s->engine, err) < 0 || store_find_run(
			engine_store(s->engine), name, &row, err) < 0)
		return -1;
	if (engine_slot(s->engine, row.ulid) != PLAN_NONE)
		status = errands_wait(s, row.ulid);
	else
		status = wait_elsewhere(s, &row, err);
	run_row_release(&row);
	return status;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	int status = 0, first = 0;
	struct str name;

	if (!cmd_arg(a, "runs").p)
		return errands_wait(s, NULL);
	for (size_t i = 0; (name = cmd_nth(a, "runs", i)).p; i++) {
		status = one(s, name, &o->err);
		if (status < 0)
			return cmd_blame(o, name);
		first = first ? first : status;
	}
	return first;
}

static const struct vocab_field args[] = {
	{"runs", 0, CMD_RUN, PLACE_REST, 0,
		"which; else all in the background"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_wait = {
	.name = "wait",
	.summary = "wait for runs in the background",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/wait", "/wait @last",
		"/wait @last @-2", NULL},
	.run = run,
};
