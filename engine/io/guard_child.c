/*
 * Starting a child: everything is prepared before the vfork, because between
 * vfork and exec the child runs in our memory on our stack, and may only make
 * system calls. The guard blocks all signals and has no handlers, so clearing
 * the mask is all the child needs. Errors come back through that memory.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/io/guard_side.h"
#include "engine/io/guard_sweep.h"

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin";

enum stage { STAGE_START, STAGE_TTY, STAGE_DIR, STAGE_EXEC };

struct image {
	const char *const *files;   /* candidates for argv[0] */
	char *const *argv, *const *env;
	const char *dir, *tty;
	const int *fd;
	const struct rlimit *files_limit; /* or NULL */
	enum stage stage;
	int error;
};

static int same_key(const char *a, const char *b)
{
	while (*a == *b && *a && *a != '=') {
		a++;
		b++;
	}
	return *a == '=' && (*b == '=' || !*b);
}

static int overridden(const char *entry, const char *const *add)
{
	for (; *add; add++)
		if ((*add)[0] == entry[0] && same_key(entry, *add))
			return 1;
	return 0;
}

static size_t count(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

/* Base environment, the job's additions, PWD when the directory is ours to
 * say, and the mark by which what it leaves behind is known. */
static const char **make_env(struct slot *s, const struct child *t)
{
	static const char *const none[] = { NULL };
	const char *const *add = t->job.env ? t->job.env : none;
	const char *const *base;
	const char **out, *pwd = NULL;
	size_t n = 0;

	out = arena_alloc(&s->arena, (count(s->m->env) + count(add) + 3) *
		sizeof(*out));
	if (t->job.dir && !overridden("PWD=", add))
		pwd = arena_printf(&s->arena, "PWD=%s", t->job.dir);
	for (base = s->m->env; *base; base++) {
		if (overridden(*base, add))
			continue;
		if (!pwd || strncmp(*base, "PWD=", 4) != 0)
			out[n++] = *base;
	}
	for (; *add; add++)
		if (strchr(*add, '='))
			out[n++] = *add;
	if (pwd)
		out[n++] = pwd;
	out[n++] = arena_printf(&s->arena, SWEEP_VARIABLE "=%s%s",
		s->m->outer_mark, t->mark);
	out[n] = NULL;
	return out;
}

static const char *find_path(const char *const *env)
{
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return default_path;
}

/* Looking is cheaper than an execve() that fails, ten times a step with a
 * long PATH. The last one stays, so that there is one to fail. */
static void drop_missing(const char **file)
{
	const char **kept = file;

	for (; *file; file++)
		if (!file[1] || **file != '/' || access(*file, F_OK) == 0 ||
			errno != ENOENT)
			*kept++ = *file;
	*kept = NULL;
}

/* Files that argv[0] may mean, as execvp would try them. */
static const char **candidates(struct slot *s, const char *name,
	const char *path)
{
	const char **out, *end;
	size_t n = 2, i;

	for (i = 0; path[i]; i++)
		n += path[i] == ':';
	out = arena_alloc(&s->arena, (n + 1) * sizeof(*out));
	if (strchr(name, '/') || !name[0]) {
		out[0] = name;
		return out;
	}
	for (n = 0;; path = end + 1) {
		end = strchr(path, ':');
		if (!end)
			end = path + strlen(path);
		out[n++] = arena_printf(&s->arena, "%.*s%s%s",
			(int)(end - path), path, end > path ? "/" : "", name);
		if (!*end)
			break;
	}
	drop_missing(out);
	return out;
}

static int goes_on(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES ||
		error == ENAMETOOLONG || error == ELOOP;
}

/* The first terminal that a new session's leader opens is its own. */
static int take_terminal(const char *name)
{
	int i, fd = open(name, O_RDWR);

	for (i = 0; fd >= 0 && i < 3; i++)
		if (dup2(fd, i) < 0)
			return -1;
	if (fd > 2)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/* Runs in the child, in our memory: system calls only. */
__attribute__((noreturn, noinline))
static void child_main(struct image *im)
{
	const char *const *file;
	sigset_t none;
	int i, denied = 0;

	setsid();
	im->stage = STAGE_START;
	for (i = 0; i < 3; i++)
		if (dup2(im->fd[i], i) < 0)
			goto fail;
	im->stage = STAGE_TTY;
	if (im->tty && take_terminal(im->tty) < 0)
		goto fail;
	if (im->files_limit)
		setrlimit(RLIMIT_NOFILE, im->files_limit);
	im->stage = STAGE_DIR;
	if (im->dir && chdir(im->dir))
		goto fail;
	im->stage = STAGE_EXEC;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (file = im->files; *file; file++) {
		execve(*file, im->argv, im->env);
		denied |= errno == EACCES;
		if (!goes_on(errno))
			goto fail;
	}
	if (denied)
		errno = EACCES;
fail:
	im->error = errno;
	_exit(127);
}

/* The cast takes away a const that execve() honours without saying so. */
static char *const *exec_vector(const char *const *v)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = v };

	return u.out;
}

static int start(struct slot *s, struct image *im, struct spawn *sp)
{
	struct machine *m = s->m;
	pid_t pid;

	pthread_mutex_lock(&m->lock);
	m->spawning++;
	if (m->ending) {
		m->spawning--;
		pthread_mutex_unlock(&m->lock);
		im->error = ECANCELED;
		im->stage = STAGE_START;
		return -1;
	}
	pthread_mutex_unlock(&m->lock);
	pid = vfork();
	if (pid == 0)
		child_main(im);
	if (pid < 0) {
		im->error = errno;
		im->stage = STAGE_START;
	} else if (im->error) {
		waitpid(pid, NULL, 0);
	}
	sp->pid = pid;
	pthread_mutex_lock(&m->lock);
	m->spawning--;
	pthread_mutex_unlock(&m->lock);
	return im->error ? -1 : 0;
}

static int start_as(struct slot *s, struct image *im,
	const char *const *argv, struct spawn *sp)
{
	const char *path = find_path((const char *const *)im->env);

	im->files = (const char *const *)candidates(s, argv[0], path);
	im->argv = exec_vector(argv);
	im->error = 0;
	return start(s, im, sp);
}

int spawn_task(struct slot *s, struct child *t, struct spawn *sp)
{
	const struct guard_job *job = &t->job;
	struct rlimit now;
	struct image im = { .dir = job->dir, .tty = job->tty, .fd = sp->fd };

	im.env = exec_vector((const char *const *)make_env(s, t));
	if (!getrlimit(RLIMIT_NOFILE, &now) &&
		now.rlim_cur != s->m->files.rlim_cur)
		im.files_limit = &s->m->files;
	if (!start_as(s, &im, job->argv, sp))
		return 0;
	if (im.stage == STAGE_EXEC && job->or_argv && job->or_argv[0] &&
		!start_as(s, &im, job->or_argv, sp))
		return 0;
	sp->error = im.error;
	sp->end = im.stage == STAGE_EXEC ? GUARD_NO_EXEC : GUARD_FAILED;
	sp->what = im.stage == STAGE_EXEC ? job->argv[0] :
		im.stage == STAGE_DIR ? job->dir :
		im.stage == STAGE_TTY ? job->tty : "process";
	return -1;
}
