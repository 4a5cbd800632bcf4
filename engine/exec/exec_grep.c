/*
 * /grep PATTERN [PATH…]: `path:line:text` of the lines that match, sorted by
 * path. No match is success with empty output and exit_code 1.
 *
 * By ripgrep when it is on PATH, else by exec_grep_walk.c. Both skip hidden
 * and binary files and what .gitignore excludes, and neither reads the
 * step's input. A value that came from a reference is never an option: the
 * pattern stands behind -e, the paths behind --.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/exec/exec_grep.h"
#include "engine/exec/exec_process.h"

static int check(const struct exec_job *job, struct err *err)
{
	struct str p = exec_field(job, "pattern");
	size_t i;

	if (!p.p)
		return err_set(err, ERR_USAGE, "/grep needs a pattern");
	if (memchr(p.p, 0, p.n) || memchr(p.p, '\n', p.n))
		return err_set(err, ERR_USAGE,
			"a pattern is one line without NUL");
	for (i = 0; i < exec_words(job); i++)
		if (exec_check_path(job, exec_word(job, i), err) == -1)
			return -1;
	return exec_check_path(job, str_of(NULL), err);
}

static int has_program(struct exec_job *job, const char *name)
{
	const char *path = job->host->getenv ?
		job->host->getenv(job->host, "PATH") : NULL;
	struct buf b;
	int found = 0;

	buf_init(&b);
	while (path && *path && !found) {
		size_t n = strcspn(path, ":");

		buf_clear(&b);
		buf_add(&b, path, n);
		buf_printf(&b, "/%s", name);
		found = path[0] == '/' && access(b.data, X_OK) == 0;
		path += n + (path[n] == ':');
	}
	buf_release(&b);
	return found;
}

/* The end of what it said itself; all of it is the standard error. */
static void last_words(struct str said, char *text)
{
	size_t from;

	said = str_trim(said);
	for (from = said.n; from > 0 && said.p[from - 1] != '\n';)
		from--;
	said.p += said.n ? from : 0;
	said.n -= from;
	if (said.n > 7 && memcmp(said.p, "error: ", 7) == 0) {
		said.p += 7;
		said.n -= 7;
	}
	snprintf(text, PROCESS_ERROR, "exit 2: %.*s", (int)said.n,
		said.n ? said.p : "");
}

/* Status 1 is "no match". Status 2 with matches means that some file could
 * not be read; without any, that the pattern or a path is wrong. */
static void report(struct exec_job *job, const struct guard_report *r)
{
	struct exec_outcome o;
	char text[PROCESS_ERROR];
	int matched = r->out.len || r->out.bytes.n;

	process_outcome(job, r, &o, text);
	if (r->end == GUARD_EXITED && r->code == 1) {
		o.outcome = OUTCOME_OK;
		o.error = (struct str){NULL, 0};
		o.error_class = CLASS_NONE;
	} else if (r->end == GUARD_EXITED && r->code == 2) {
		o.outcome = matched ? OUTCOME_OK : OUTCOME_FAILED;
		o.exit_code = matched ? 0 : 2;
		o.error_class = matched ? CLASS_NONE : CLASS_CONFIGURATION;
		last_words(r->err.bytes, text);
		o.error = matched ? (struct str){NULL, 0} : str_of(text);
	}
	exec_done(job, &o);
}

/* "." alone is the same as no path: names stand without "./". */
static int only_here(const struct exec_job *job)
{
	return exec_words(job) == 1 && str_eq(exec_word(job, 0), ".");
}

static void by_ripgrep(struct exec_job *job)
{
	static const char *const flags[][2] = {{"ignore-case", "-i"},
		{"word", "-w"}, {"fixed", "-F"}, {"files", "-l"},
		{"count", "-c"}};
	size_t n = only_here(job) ? 0 : exec_words(job), at = 0, i;
	const char **argv = mem_zero((n + 32) * sizeof(*argv));
	struct process p = {.argv = argv, .report = report, .no_input = 1};

	if (n == 0) { /* it would read standard input if that is a pipe */
		argv[at++] = "sh";
		argv[at++] = "-c";
		argv[at++] = "exec rg \"$@\" </dev/null";
	}
	argv[at++] = "rg";
	argv[at++] = "--no-config";
	argv[at++] = "--no-heading";
	argv[at++] = "--with-filename";
	argv[at++] = "--line-number";
	argv[at++] = "--color=never";
	argv[at++] = "--sort=path";
	argv[at++] = "--no-require-git";
	argv[at++] = "--no-ignore-global";
	argv[at++] = "--no-ignore-dot";
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (exec_flag(job, flags[i][0]))
			argv[at++] = flags[i][1];
	argv[at++] = "-e";
	argv[at++] = exec_field(job, "pattern").p;
	argv[at++] = "--";
	for (i = 0; i < n; i++)
		argv[at++] = exec_word(job, i).p;
	process_start(job, &p);
	free(argv);
}

static int fail_path(struct exec_job *job, struct str path, const char *why)
{
	exec_fail(job, CLASS_CONFIGURATION, 2, "%.*s: %s", (int)path.n,
		path.p, why);
	return 1;
}

/* A path that is not there is the user's error, told the same way by both.
 * A pipe would hold up either. */
static int missing_path(struct exec_job *job)
{
	struct buf b;
	size_t i, n = exec_words(job);
	int base, lost = 0;

	buf_init(&b);
	base = open(exec_dir(job, &b), O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < n && !lost; i++) {
		struct str w = exec_word(job, i);
		struct stat st;

		if (fstatat(base, w.p, &st, 0) == -1)
			lost = fail_path(job, w, "no such file or directory");
		else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			lost = fail_path(job, w, "neither a file nor a folder");
	}
	if (base != -1)
		close(base);
	buf_release(&b);
	return lost;
}

static void start(struct exec_job *job)
{
	if (missing_path(job))
		return;
	if (has_program(job, "rg"))
		by_ripgrep(job);
	else
		exec_task_submit(exec_task_new(job, grep_walk));
}

static void end(struct exec_job *job, int hard)
{
	if (job->report)
		process_kill(job, hard);
	else
		exec_task_kill(job, hard);
}

static const struct vocab_field fields[] = {
	{"ignore-case", 'i', FIELD_FLAG, PLACE_FLAG, 0, "small = capital"},
	{"word", 'w', FIELD_FLAG, PLACE_FLAG, 0, "whole words only"},
	{"fixed", 'F', FIELD_FLAG, PLACE_FLAG, 0, "plain text, no pattern"},
	{"files", 'l', FIELD_FLAG, PLACE_FLAG, 0, "names of files only"},
	{"count", 'c', FIELD_FLAG, PLACE_FLAG, 0, "lines per file only"},
	{"pattern", 0, FIELD_WORD, PLACE_POS, 1, "regular expression"},
	{"paths", 0, FIELD_PATH, PLACE_REST, 0, "files, directories"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "grep",
	.summary = "search files; gives path:line:text",
	.examples = (const char *const[]){"/grep TODO src",
		"/grep -iw error", "/grep -F 'a[0]' main.c", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_PROCESS,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_grep = {&kind, check, start, end};
