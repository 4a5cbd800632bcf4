/*
 * Opening the terminal and giving it back. There is one terminal a process,
 * and handlers of signals need it: it is kept here, too.
 */
#include "shell/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct term *mine;

/* By name, since /dev/tty is missing where there is no controlling one. */
static int open_one(int flags)
{
	const char *name = ttyname(0);
	int fd = name ? open(name, flags | O_NOCTTY | O_CLOEXEC) : -1;

	return fd >= 0 ? fd : open("/dev/tty", flags | O_CLOEXEC);
}

int term_open(struct term *t, struct err *err)
{
	int out;

	memset(t, 0, sizeof(*t));
	t->fd = open_one(O_RDWR);
	out = t->fd < 0 ? -1 : open_one(O_WRONLY);
	if (out < 0 || tcgetattr(t->fd, &t->usual) < 0) {
		err_errno(err, ERR_IO, "cannot open the terminal");
		if (out >= 0)
			close(out);
		if (t->fd >= 0)
			close(t->fd);
		return -1;
	}
	t->in = fdopen(t->fd, "r");
	t->out = fdopen(out, "w");
	if (!t->in || !t->out)
		abort();
	setvbuf(t->out, NULL, _IOFBF, 1 << 16);
	mine = t;
	return 0;
}

/* Never waits: neither for output that a person has stopped, nor, from behind
 * the foreground, for being in it. */
void term_give_back(void)
{
	static const char off[] = "\033[?2004l\033[?25h";
	struct pollfd p = {.events = POLLOUT};
	int error = errno;
	sigset_t ttou, old;
	ssize_t n = 0;

	if (!mine)
		return;
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	tcflow(mine->fd, TCOON);
	tcsetattr(mine->fd, TCSANOW, &mine->usual);
	p.fd = fileno(mine->out);
	if (!term_is_dumb() && poll(&p, 1, 0) == 1 && (p.revents & POLLOUT))
		n = write(p.fd, off, sizeof(off) - 1);
	(void)n;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = error;
}

void term_let_go(void)
{
	const struct term *t = mine;
	int error = errno, null;

	if (!t)
		return;
	if (tcgetpgrp(t->fd) == getpgrp())
		term_give_back();
	mine = NULL;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 1; null >= 0 && fd < 3; fd++)
		if (isatty(fd))
			dup2(null, fd);
	if (null >= 0) {
		dup2(null, t->fd);
		dup2(null, fileno(t->out));
		close(null);
	}
	errno = error;
}

void term_close(struct term *t)
{
	if (mine != t)
		return;
	mine = NULL;
	fclose(t->out);
	fclose(t->in);
}

void term_size(const struct term *t, int *rows, int *columns)
{
	struct winsize w;

	*rows = 24;
	*columns = 80;
	if (ioctl(t->fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
		*rows = w.ws_row;
		*columns = w.ws_col;
	}
}

int term_is_dumb(void)
{
	const char *name = getenv("TERM");

	return !name || !name[0] || strcmp(name, "dumb") == 0;
}
