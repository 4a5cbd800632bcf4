/*
 * Captures, mappings, and tasks on worker threads.
 *
 * A task belongs to the worker from submit to done and to the loop before
 * and after; only `stop` is shared. It is freed before exec_done(), whose
 * outcome therefore borrows from what has been moved out of it.
 */
#include "engine/exec/exec_task.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"

void spool_init(struct spool *c, int spool_dir)
{
	memset(c, 0, sizeof(*c));
	c->spool_dir = spool_dir;
	c->fd = -1;
}

void spool_release(struct spool *c)
{
	struct digest sink;

	buf_release(&c->head);
	if (c->digest)
		digest_end(c->digest, &sink);
	if (c->fd >= 0)
		close(c->fd);
	spool_init(c, -1);
}

static int to_spool(struct spool *c, struct err *err)
{
	c->fd = spool_make(c->spool_dir);
	if (c->fd < 0) {
		c->fd = -1;
		return err_errno(err, ERR_STATE, "cannot make a spool");
	}
	c->digest = digest_new();
	digest_add(c->digest, c->head.data, c->head.len);
	if (spool_write(&c->fd, 0, c->head.data, c->head.len) == -1)
		return err_errno(err, ERR_STATE, "cannot write to a spool");
	return 0;
}

int spool_add(struct spool *c, const void *p, size_t n, struct err *err)
{
	if (n > LIMIT_CAPTURE - c->len) {
		n = (size_t)(LIMIT_CAPTURE - c->len);
		c->truncated = 1;
	}
	if (c->fd < 0 && c->head.len + n <= LIMIT_INLINE) {
		buf_add(&c->head, p, n);
		c->len += n;
		return 0;
	}
	if (c->fd < 0 && to_spool(c, err) == -1)
		return -1;
	digest_add(c->digest, p, n);
	if (spool_write(&c->fd, c->len, p, n) == -1)
		return err_errno(err, ERR_STATE, "cannot write to a spool");
	c->len += n;
	if (c->head.len < LIMIT_INLINE) {
		size_t room = LIMIT_INLINE - c->head.len;

		buf_add(&c->head, p, n < room ? n : room);
	}
	return 0;
}

int spool_save(struct spool *c, const struct file_target *to,
	struct err *err)
{
	struct mapping m = {{c->head.data, c->head.len}, NULL};
	int rc;

	if (c->fd >= 0 && mapping_fd(&m, c->fd, err) == -1)
		return -1;
	rc = file_put(to, m.bytes, err);
	mapping_release(&m);
	return rc;
}

void spool_output(struct spool *c, struct exec_output *o)
{
	o->bytes = (struct str){buf_cstr(&c->head), c->head.len};
	o->fd = c->fd;
	o->len = c->len;
	o->truncated = c->truncated;
	if (c->digest)
		digest_end(c->digest, &o->digest);
	c->digest = NULL;
	c->fd = -1;
}

int mapping_fd(struct mapping *m, int fd, struct err *err)
{
	struct stat st;
	void *p;

	memset(m, 0, sizeof(*m));
	m->bytes.p = "";
	if (fstat(fd, &st) == -1)
		return err_errno(err, ERR_IO, "cannot read a file's size");
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_errno(err, ERR_IO, "cannot map a file");
	m->base = p;
	m->bytes = (struct str){p, (size_t)st.st_size};
	return 0;
}

int mapping_open(struct mapping *m, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	memset(m, 0, sizeof(*m));
	if (fd == -1)
		return err_errno(err, ERR_IO, "%s", path);
	rc = mapping_fd(m, fd, err);
	close(fd);
	return rc;
}

void mapping_release(struct mapping *m)
{
	if (m->base)
		munmap(m->base, m->bytes.n);
	m->base = NULL;
}

/* ------------------------------------------------------------------- tasks */
static void run(struct work *w)
{
	struct chore *t = (struct chore *)w;

	t->run(t);
}

static void finish(struct work *w)
{
	struct chore *t = (struct chore *)w;
	struct exec_job *job = t->job;
	struct spool out = t->out, printed = t->printed;
	struct exec_outcome o = {.exit_code = t->exit_code};
	struct err error = t->error;

	if (t->failed) {
		int stopped = atomic_load(&t->stop);

		o.outcome = stopped ? OUTCOME_CANCELLED : OUTCOME_FAILED;
		o.error_class = t->error_class;
		o.error = str_of(stopped ? "" : error.text);
	}
	if (t->free)
		t->free(t);
	free(t);
	job->state = NULL;
	spool_output(&out, &o.out);
	spool_output(&printed, &o.err);
	exec_done(job, &o);
	spool_release(&out);
	spool_release(&printed);
}

struct chore *exec_task_new(struct exec_job *job, void (*fn)(struct chore *t))
{
	struct chore *t = mem_zero(sizeof(*t));

	t->work.run = run;
	t->work.done = finish;
	t->job = job;
	t->run = fn;
	atomic_init(&t->stop, 0);
	spool_init(&t->out, job->host->spool_dir);
	spool_init(&t->printed, job->host->spool_dir);
	job->state = t;
	return t;
}

void exec_task_submit(struct chore *t)
{
	work_submit(t->job->host->workers, &t->work);
}

void exec_task_kill(struct exec_job *job, int hard)
{
	struct chore *t = job->state;

	(void)hard;
	if (t)
		atomic_store(&t->stop, 1);
}

void exec_task_fail(struct chore *t, enum error_class c, const struct err *err)
{
	t->failed = 1;
	t->exit_code = -1;
	t->error_class = (uint8_t)c;
	if (err != &t->error)
		t->error = *err;
}

enum error_class class_of_err(const struct err *err)
{
	if (err->code == ERR_STATE || err->code == ERR_LIMIT)
		return CLASS_RESOURCE;
	if (strstr(err->text, "No space left") ||
		strstr(err->text, "File too large") ||
		strstr(err->text, "Disk quota") ||
		strstr(err->text, "Cannot allocate"))
		return CLASS_RESOURCE;
	return CLASS_CONFIGURATION;
}
