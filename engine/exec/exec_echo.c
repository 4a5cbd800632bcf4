/*
 * /echo WORD…: the words, a blank between them, a newline at the end.
 *
 * At once and on the loop; reads no escapes and no options.
 */
#include "engine/exec/exec.h"

static void start(struct exec_job *job)
{
	struct buf b;
	size_t i, n = 0;

	buf_init(&b);
	for (i = 0; i < job->arg_count; i++) {
		if (job->args[i].role != ARG_WORD)
			continue;
		if (n++)
			buf_char(&b, ' ');
		buf_add(&b, job->args[i].value.p, job->args[i].value.n);
	}
	buf_char(&b, '\n');
	exec_ok(job, (struct str){b.data, b.len});
	buf_release(&b);
}

static const struct vocab_field fields[] = {
	{"words", 0, FIELD_WORD, PLACE_REST, 0, "what to say"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "echo",
	.summary = "give the words as output",
	.examples = (const char *const[]){"/echo hello", "/echo 'a  b' c",
		"/echo", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_INLINE,
	.effect = EFFECT_PURE,
	.fields = fields,
};

const struct executor exec_echo = {&kind, NULL, start, NULL};
