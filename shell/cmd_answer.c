/*
 * /answer RUN[.STEP] TEXT: what a step that asks is told.
 */
#include "shell/answering.h"

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct answer answer = {.text = cmd_arg(a, "text")};
	struct str t = answer.text;

	if (t.n > 1 && (t.p[0] == '"' || t.p[0] == '\'') &&
			t.p[t.n - 1] == t.p[0])
		answer.text = (struct str){t.p + 1, t.n - 2};
	return answer_give(s, a, &answer, o);
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_STEP, PLACE_POS, 1, "RUN, or RUN.STEP of several"},
	{"text", 0, FIELD_TEXT, PLACE_REST, 1, "the answer"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_answer = {
	.name = "answer",
	.summary = "answer a step that asks; its run goes on",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/answer @last yes",
		"/answer @last.ask version 2", "/answer @last 'a  b'", NULL},
	.run = run,
};
