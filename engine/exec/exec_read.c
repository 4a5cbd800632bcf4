/*
 * /read PATH: a file's bytes as output.
 *
 * On a worker thread: the file may be slow. A large file goes through a
 * spool, never through memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/exec/exec_task.h"

static int open_file(struct chore *t, const char *path)
{
	struct buf dir;
	struct stat st;
	const char *d;
	int base, fd;

	buf_init(&dir);
	d = exec_dir(t->job, &dir);
	base = open(d, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base == -1) {
		err_errno(&t->error, ERR_IO, "%s", d);
		buf_release(&dir);
		return -1;
	}
	buf_release(&dir);
	fd = openat(base, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	close(base);
	if (fd == -1)
		return err_errno(&t->error, ERR_IO, "%s", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(&t->error, ERR_IO, "%s: not a regular file", path);
}

static void run(struct chore *t)
{
	struct str path = exec_field(t->job, "path");
	char *block = mem_alloc(1 << 16);
	int fd = open_file(t, path.p);
	ssize_t n = fd == -1 ? -1 : 1;

	while (n > 0 && !atomic_load(&t->stop)) {
		n = read(fd, block, 1 << 16);
		if (n < 0)
			err_errno(&t->error, ERR_IO, "%s", path.p);
		if (n > 0 && spool_add(&t->out, block, (size_t)n,
			&t->error) == -1)
			n = -1;
	}
	if (n != 0)
		exec_task_fail(t, class_of_err(&t->error), &t->error);
	if (fd != -1)
		close(fd);
	free(block);
}

static int check(const struct exec_job *job, struct err *err)
{
	struct str path = exec_field(job, "path");

	if (!path.n)
		return err_set(err, ERR_USAGE, "/read needs a path");
	if (exec_check_path(job, path, err) == -1)
		return -1;
	return 0;
}

static void start(struct exec_job *job)
{
	exec_task_submit(exec_task_new(job, run));
}

static const struct vocab_field fields[] = {
	{"path", 0, FIELD_PATH, PLACE_POS, 1, "file to read"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_kind kind = {
	.name = "read",
	.summary = "give the bytes of a file",
	.examples = (const char *const[]){"/read README.md",
		"/read src/main.c", "/read 'a b.txt'", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_WORKER,
	.effect = EFFECT_IDEMPOTENT,
	.fields = fields,
};

const struct executor exec_read = {&kind, check, start, exec_task_kill};
