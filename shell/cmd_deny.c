/*
 * /deny: no, in the words of the step's choices.
 */
#include "shell/answering.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct answer answer = {.yes = 0};

	return answer_give(s, a, &answer, o);
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_STEP, PLACE_POS, 0, "RUN or RUN.STEP; else the one that waits"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_deny = {
	.name = "deny",
	.summary = "answer no to a step that asks",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/deny", "/deny @last",
		"/deny @last.ask", NULL},
	.run = run,
};
