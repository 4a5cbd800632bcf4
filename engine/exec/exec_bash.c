/*
 * /bash TEXT: shell text, by `sh -c` (or bash, with @shell=bash); a text of
 * plain words runs without the shell (engine/io/direct.h).
 *
 * The bytes given to the shell are a function of the workflow's text only:
 * values travel in the environment. This file never joins a value and a
 * text.
 */
#include <string.h>

#include "engine/exec/exec_process.h"
#include "engine/io/direct.h"

static int check(const struct exec_job *job, struct err *err)
{
	struct str text = exec_field(job, "text"), sh;

	if (!text.p)
		return err_set(err, ERR_USAGE, "/bash needs a text");
	if (memchr(text.p, 0, text.n))
		return err_set(err, ERR_REFUSED, "shell text holds a NUL byte");
	sh = exec_note(job, "shell");
	if (sh.p && !str_eq(sh, "bash") && !str_eq(sh, "sh"))
		return err_set(err, ERR_USAGE,
			"@shell=%.*s: sh and bash are known", (int)sh.n, sh.p);
	return process_check(job, err);
}

static void start(struct exec_job *job)
{
	struct str text = exec_field(job, "text");
	int bash = str_eq(exec_note(job, "shell"), "bash");
	const char *argv[] = {bash ? "bash" : "sh", "-c", text.p, NULL};
	struct process p = {.argv = argv};
	struct direct d = {0};

	if (!bash && direct_words(text, &d)) {
		p.argv = d.argv;
		p.or_argv = argv;
	}
	process_start(job, &p);
	direct_release(&d);
}

static const struct vocab_field fields[] = {
	{"text", 0, FIELD_TEXT, PLACE_REST, 1, "shell text"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "bash",
	.summary = "run shell text; its input is standard input",
	.examples = (const char *const[]){"/bash make -j4",
		"/bash 'ls | wc -l'", "/bash grep -c TODO < notes.txt", NULL},
	.style = STYLE_SHELL,
	.lane = LANE_PROCESS,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_bash = {&kind, check, start, process_kill};
