/*
 * /write PATH: the input becomes the file, whole or not at all.
 *
 * Gives no output. --append adds instead; a repeated attempt then adds
 * again, as every appending does.
 */
#include "engine/base/mem.h"
#include "engine/exec/exec_task.h"
#include "engine/io/file.h"

static int mode_of(const struct exec_job *job, unsigned *mode)
{
	struct str s = exec_field(job, "mode");
	size_t i;

	*mode = 0;
	if (!s.p)
		return 0;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7' || i == 5)
			return -1;
		*mode = *mode * 8 + (unsigned)(s.p[i] - '0');
	}
	return *mode == 0 || *mode > 07777 ? -1 : 0;
}

static int check(const struct exec_job *job, struct err *err)
{
	struct str path = exec_field(job, "path"), m;
	unsigned mode;

	if (!path.n)
		return err_set(err, ERR_USAGE, "/write needs a path");
	if (exec_check_path(job, path, err) == -1)
		return -1;
	m = exec_field(job, "mode");
	if (mode_of(job, &mode) == -1)
		return err_set(err, ERR_USAGE, "'%.*s' is not an octal mode",
			(int)m.n, m.p);
	return 0;
}

static int stopped(void *ud)
{
	struct chore *t = ud;

	return atomic_load(&t->stop);
}

static void run(struct chore *t)
{
	struct exec_job *job = t->job;
	struct mapping m = {job->in, NULL};
	struct file_target to = {.path = exec_field(job, "path").p,
		.append = (uint8_t)exec_flag(job, "append"),
		.stop = stopped, .ud = t};
	struct buf b;
	int rc = 0;

	buf_init(&b);
	to.dir = exec_dir(job, &b);
	mode_of(job, &to.mode);
	if (atomic_load(&t->stop))
		rc = err_set(&t->error, ERR_TIMEOUT, "ended before it began");
	if (rc == 0 && job->in_path)
		rc = mapping_open(&m, job->in_path, &t->error);
	if (rc == 0)
		rc = file_put(&to, m.bytes, &t->error);
	if (rc == -1)
		exec_task_fail(t, class_of_err(&t->error), &t->error);
	mapping_release(&m);
	buf_release(&b);
}

static void start(struct exec_job *job)
{
	exec_task_submit(exec_task_new(job, run));
}

static const struct vocab_field fields[] = {
	{"append", 'a', FIELD_FLAG, PLACE_FLAG, 0, "add at the end"},
	{"mode", 'm', FIELD_MODE, PLACE_FLAG, 0, "octal mode, as 644"},
	{"path", 0, FIELD_PATH, PLACE_POS, 1, "file to write"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "write",
	.summary = "write the input to a file, whole or not at all",
	.examples = (const char *const[]){"/write out.txt",
		"/write log.txt --append", "/write run.sh --mode 755", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_WORKER,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_write = {&kind, check, start, exec_task_kill};
