/*
 * /exec PROG ARG…: one program with exactly these arguments, no shell.
 *
 * A value that came from a reference is one argument, never an option (it
 * may not begin with '-' unless a written `--` stands before it) and never
 * the program's name.
 */
#include "engine/exec/exec_process.h"

#include "engine/base/mem.h"

static int check_word(const struct exec_arg *a, size_t i, int *after,
	struct err *err)
{
	if (a->from_ref && i == 0)
		return err_set(err, ERR_REFUSED,
			"the name of the program comes from a value");
	if (!a->from_ref && str_eq(a->value, "--"))
		*after = 1;
	if (a->from_ref && !*after && a->value.n && a->value.p[0] == '-') {
		err_set(err, ERR_REFUSED, "argument %zu is a value that "
			"begins with '-': it would pass for an option", i);
		return err_help(err, "write -- before it");
	}
	return 0;
}

static int check(const struct exec_job *job, struct err *err)
{
	size_t i, n = 0;
	int after = 0;

	for (i = 0; i < job->arg_count; i++)
		if (job->args[i].role == ARG_WORD &&
			check_word(&job->args[i], n++, &after, err) == -1)
			return -1;
	if (n == 0 || exec_word(job, 0).n == 0)
		return err_set(err, ERR_USAGE, "/exec needs a program");
	return process_check(job, err);
}

static void start(struct exec_job *job)
{
	const char **argv = mem_zero((job->arg_count + 1) * sizeof(*argv));
	struct process p = {.argv = argv};
	size_t i, n = 0;

	for (i = 0; i < job->arg_count; i++)
		if (job->args[i].role == ARG_WORD)
			argv[n++] = job->args[i].value.n ?
				job->args[i].value.p : "";
	process_start(job, &p);
	free(argv);
}

static const struct vocab_field fields[] = {
	{"argv", 0, FIELD_WORD, PLACE_REST, 1, "program and arguments"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "exec",
	.summary = "run a program with exact arguments, without a shell",
	.examples = (const char *const[]){"/exec make -j4",
		"/exec printf '%s\\n' 'a b'", "/exec git log -1 --oneline",
		NULL},
	.style = STYLE_WORDS,
	.lane = LANE_PROCESS,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_exec = {&kind, check, start, process_kill};
