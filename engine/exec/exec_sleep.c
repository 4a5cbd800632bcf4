/*
 * /sleep DUR: a timer of the core, which keeps its deadline over a restart.
 *
 * No timer of its own: the job is over as soon as it is understood.
 */
#include "engine/exec/exec.h"

#include "engine/base/text.h"

static int check(const struct exec_job *job, struct err *err)
{
	struct str d = exec_field(job, "duration");
	int64_t ms;

	if (!d.p || duration_parse(d, &ms) == -1) {
		err_set(err, ERR_USAGE, "'%.*s' is not a duration", (int)d.n,
			d.p ? d.p : "");
		return err_help(err, "write 500ms, 30s, 5m, 2h or 1d");
	}
	return 0;
}

static void start(struct exec_job *job)
{
	int64_t ms;

	if (duration_parse(exec_field(job, "duration"), &ms) == -1)
		exec_fail(job, CLASS_CONFIGURATION, -1, "not a duration");
	else
		exec_wait(job, ms, NULL, NULL);
}

static const struct vocab_field fields[] = {
	{"duration", 0, FIELD_DURATION, PLACE_POS, 1, "how long: 30s, 5m"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "sleep",
	.summary = "wait; the deadline survives a restart",
	.examples = (const char *const[]){"/sleep 200ms", "/sleep 0.1",
		"/sleep 1s", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_WAIT,
	.effect = EFFECT_PURE,
	.fields = fields,
};

const struct executor exec_sleep = {&kind, check, start, NULL};
