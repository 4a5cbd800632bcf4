/*
 * /ask TEXT: a person answers, also after a restart: the job becomes a wait
 * for the signal "answer".
 *
 * With a timeout and --default the default is the answer when it is due;
 * without --default the step times out. Whoever posts the answer checks it
 * against the choices.
 */
#include "engine/exec/exec.h"

#include <string.h>

/* 1 when `item` is one of the comma separated words of `list`. */
static int listed(struct str list, struct str item)
{
	while (list.n) {
		const char *c = memchr(list.p, ',', list.n);
		size_t n = c ? (size_t)(c - list.p) : list.n;

		if (str_same(str_trim((struct str){list.p, n}), item))
			return 1;
		n += c != NULL;
		list.p += n;
		list.n -= n;
	}
	return 0;
}

static int check(const struct exec_job *job, struct err *err)
{
	struct str choices = exec_field(job, "choices");
	struct str def = exec_field(job, "default");

	if (!exec_field(job, "text").n)
		return err_set(err, ERR_USAGE, "/ask needs a question");
	if (choices.p && def.p && !listed(choices, def))
		return err_set(err, ERR_USAGE,
			"--default '%.*s' is none of the choices %.*s",
			(int)def.n, def.p, (int)choices.n, choices.p);
	return 0;
}

static void start(struct exec_job *job)
{
	exec_wait(job, job->timeout_ms > 0 ? job->timeout_ms : -1, "answer",
		exec_field(job, "default").p);
}

static const struct vocab_field fields[] = {
	{"choices", 0, FIELD_LIST, PLACE_FLAG, 0, "allowed answers: a,b"},
	{"default", 0, FIELD_WORD, PLACE_FLAG, 0, "the answer at @timeout"},
	{"text", 0, FIELD_TEXT, PLACE_REST, 1, "the question"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "ask",
	.summary = "ask a person; waits for /answer, also after a restart",
	.examples = (const char *const[]){"/ask Which version?",
		"/ask --choices yes,no Deploy now?",
		"/chain \"go: /ask --default no Send? @timeout=1h\"",
		NULL},
	.style = STYLE_PROMPT,
	.lane = LANE_WAIT,
	.effect = EFFECT_PURE,
	.fields = fields,
};

const struct executor exec_ask = {&kind, check, start, NULL};
