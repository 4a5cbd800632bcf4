/*
 * Writing to descriptors and to the sinks of redirections. SIGPIPE is
 * ignored in this process: a reader that is gone is an errno.
 */
#include "shell/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "shell/status.h"

extern char **environ;

void out_init(struct out *o, int fd)
{
	memset(o, 0, sizeof(*o));
	o->fd = fd;
	o->tty = (uint8_t)isatty(fd);
}

int out_own(struct out *o, struct str text)
{
	o->count += text.n;
	if (text.n)
		o->last = text.p[text.n - 1];
	if (o->bottom && o->bottom->lent) {
		buf_add(&o->bottom->held, text.p, text.n);
		return 0;
	}
	if (text.n && o->bottom) {
		if (o->bottom->shown)
			o->bottom->hide(o->bottom->ud); /* writes, too */
		o->bottom->last = o->last = text.p[text.n - 1];
	}
	while (text.n > 0 && !o->error) {
		ssize_t n = write(o->fd, text.p, text.n);

		if (n >= 0) {
			text.p += n;
			text.n -= (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd p = {.fd = o->fd, .events = POLLOUT};

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			o->error = errno;
		}
	}
	return o->error ? -1 : 0;
}

int out_text(struct out *o, const char *text)
{
	return out_own(o, str_of(text));
}

int out_bytes(struct out *o, struct str bytes)
{
	struct buf b;
	int rc;

	if (!o->tty)
		return out_own(o, bytes);
	buf_init(&b);
	gate_add(&o->gate, bytes, &b);
	rc = out_own(o, (struct str){b.data, b.len});
	buf_release(&b);
	return rc;
}

void out_end(struct out *o)
{
	struct buf b;

	if (!o->tty)
		return;
	buf_init(&b);
	gate_end(&o->gate, &b);
	out_own(o, (struct str){b.data, b.len});
	buf_release(&b);
}

/* `sh -c command` reading from a pipe whose other end is *fd. */
static int spawn_reader(struct sink *s, const char *command, int *fd,
	struct err *err)
{
	char sh[] = "sh", c[] = "-c", *text = mem_strdup(command);
	char *argv[] = {sh, c, text, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		mem_free(text);
		return err_errno(err, ERR_IO, "cannot make a pipe");
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
	posix_spawnattr_init(&attr);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGQUIT);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(&s->pid, "/bin/sh", &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	mem_free(text);
	close(ends[0]);
	if (rc == 0) {
		*fd = ends[1];
		return 0;
	}
	close(ends[1]);
	s->pid = 0;
	errno = rc;
	return err_errno(err, ERR_IO, "cannot start sh");
}

static int open_file(const struct words *w, const char *dir, int *fd,
	struct err *err)
{
	char *path = w->out_file.p[0] == '/'
		? mem_strndup(w->out_file.p, w->out_file.n)
		: mem_printf("%s/%.*s", dir, (int)w->out_file.n,
			w->out_file.p);

	*fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC |
		(w->append ? O_APPEND : O_TRUNC), 0666);
	if (*fd < 0)
		err_errno(err, ERR_IO, "cannot write %.*s",
			(int)w->out_file.n, w->out_file.p);
	mem_free(path);
	return *fd < 0 ? -1 : 0;
}

static int wait_for_all(struct sink *s, const char *command, int *fd,
	struct err *err)
{
	*fd = memfd_create("wf-filter", MFD_CLOEXEC);
	if (*fd < 0)
		return err_errno(err, ERR_IO, "no room for the output");
	s->command = mem_strdup(command);
	return 0;
}

char *sink_filter(struct sink *s, int *input)
{
	char *command = s->command;

	if (!command)
		return NULL;
	out_end(&s->own);
	lseek(s->own.fd, 0, SEEK_SET);
	*input = s->own.fd;
	s->out = NULL;
	s->command = NULL;
	return command;
}

int sink_open(struct sink *s, const struct words *redirect,
	struct out *standard, const char *dir, struct err *err)
{
	char *command;
	int fd = -1, rc = 0;

	memset(s, 0, sizeof(*s));
	s->out = standard;
	if (redirect && redirect->out_file.n) {
		rc = open_file(redirect, dir, &fd, err);
	} else if (redirect && redirect->pipe.n) {
		command = mem_strndup(redirect->pipe.p, redirect->pipe.n);
		rc = standard->patient ? wait_for_all(s, command, &fd, err)
			: spawn_reader(s, command, &fd, err);
		mem_free(command);
	}
	if (fd >= 0) {
		out_init(&s->own, fd);
		s->out = &s->own;
	}
	return rc;
}

int sink_close(struct sink *s, struct err *err)
{
	int status = 0, error = 0;

	if (s->out != &s->own)
		return 0;
	mem_free(s->command); /* nobody will read it */
	s->command = NULL;
	out_end(&s->own);
	error = s->own.error;
	if (close(s->own.fd) < 0 && !error)
		error = errno;
	if (s->pid)
		status = status_of_child(s->pid);
	if (s->pid && error == EPIPE)
		error = 0;
	s->out = NULL;
	if (!error)
		return status;
	errno = error;
	err_errno(err, ERR_IO, "cannot write the output");
	return status ? status : 1;
}
