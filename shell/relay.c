/*
 * Opening the pty and passing bytes. The person's terminal is raw meanwhile;
 * lines of wf's own wait until it is back.
 */
#include "shell/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/view.h"
#include "shell/errand_int.h"
#include "shell/interactive.h"

/* Of what a step has shown when it is over: more than a pty holds. */
enum { CHUNK = 16 << 10, NAME_CAP = 64, LAST_CHUNKS = 16 };

struct relay {
	struct session *s;
	struct engine_terminal hook;
	char name[NAME_CAP];   /* of the pty's other end */
	int pty, tty;          /* -1: not lent */
	int other;             /* the pty's other end: kept open, since else
	                          it has ended before the step has it */
	struct termios mode;   /* of the terminal, when it was lent */
	uv_poll_t *from_tty, *from_pty;
	uv_signal_t *resized;
	struct buf typed;      /* not yet taken by the step */
	char last;             /* byte it has shown, when that tells where the
	                          cursor is; 0 */
	struct bottom plain;   /* where nothing else holds lines back */
	struct bottom *bottom;
};

static void on_closed(uv_handle_t *h)
{
	free(h);
}

static void write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		struct pollfd wait = {.fd = fd, .events = POLLOUT};
		ssize_t put = write(fd, p, n);

		if (put >= 0)
			p += put, n -= (size_t)put;
		else if (errno == EAGAIN)
			poll(&wait, 1, -1);
		else if (errno != EINTR)
			return; /* the terminal is gone: HUP says so */
	}
}

/* Behind a sequence of its own the cursor may be anywhere. */
static void note_last(struct relay *r, struct str shown)
{
	const char *line = memrchr(shown.p, '\n', shown.n);
	size_t n = line ? (size_t)(shown.p + shown.n - line) : shown.n;

	r->last = memchr(shown.p + shown.n - n, '\033', n) ? '\0' :
		shown.p[shown.n - 1] == '\r' ? '\n' : shown.p[shown.n - 1];
}

/* 0 when there is no more for now. */
static int pass_shown(struct relay *r)
{
	char bytes[CHUNK];
	ssize_t n = read(r->pty, bytes, sizeof(bytes));

	if (n > 0) {
		write_all(r->tty, bytes, (size_t)n);
		note_last(r, (struct str){bytes, (size_t)n});
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		uv_poll_stop(r->from_pty); /* nobody has the other end */
	}
	return n > 0;
}

static void drop(struct buf *b, size_t n)
{
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

static void watch_pty(struct relay *r);

static void pass_typed(struct relay *r)
{
	ssize_t n = write(r->pty, r->typed.data, r->typed.len);

	if (n > 0)
		drop(&r->typed, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		buf_clear(&r->typed);
	watch_pty(r);
}

static void on_pty(uv_poll_t *h, int status, int events)
{
	struct relay *r = h->data;

	if (events & UV_WRITABLE)
		pass_typed(r);
	if (events & UV_READABLE || status < 0)
		pass_shown(r);
}

static void on_typed(uv_poll_t *h, int status, int events)
{
	struct relay *r = h->data;
	char bytes[CHUNK];
	ssize_t n = read(r->tty, bytes, sizeof(bytes));

	(void)events;
	if (n > 0) {
		buf_add(&r->typed, bytes, (size_t)n);
		pass_typed(r);
	} else if (n == 0 || status < 0 || (errno != EAGAIN && errno != EINTR)) {
		uv_poll_stop(r->from_tty);
	}
}

/* What is typed waits here while the step reads nothing, up to a page. */
static void watch_pty(struct relay *r)
{
	int events = UV_READABLE | (r->typed.len ? UV_WRITABLE : 0);

	uv_poll_start(r->from_pty, events, on_pty);
	if (r->typed.len < CHUNK)
		uv_poll_start(r->from_tty, UV_READABLE, on_typed);
	else
		uv_poll_stop(r->from_tty);
}

static void on_resize(uv_signal_t *h, int sig)
{
	const struct relay *r = h->data;
	struct winsize size;

	(void)sig;
	if (ioctl(r->tty, TIOCGWINSZ, &size) == 0)
		ioctl(r->pty, TIOCSWINSZ, &size);
}

static uv_poll_t *poll_new(struct relay *r, int fd)
{
	uv_poll_t *h = mem_zero(sizeof(*h));

	uv_poll_init(engine_loop(r->s->engine), h, fd);
	h->data = r;
	return h;
}

static void begin(struct relay *r)
{
	r->from_tty = poll_new(r, r->tty);
	r->from_pty = poll_new(r, r->pty);
	r->resized = mem_zero(sizeof(*r->resized));
	uv_signal_init(engine_loop(r->s->engine), r->resized);
	r->resized->data = r;
	uv_signal_start(r->resized, on_resize, SIGWINCH);
	watch_pty(r);
}

/* --------------------------------------------------------------- the pty */
/* Looks and is as large as the person's; -1 and errno. */
static int open_pty(struct relay *r)
{
	struct winsize size;

	r->pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (r->pty < 0 || grantpt(r->pty) < 0 || unlockpt(r->pty) < 0 ||
			ptsname_r(r->pty, r->name, sizeof(r->name)) != 0)
		return -1;
	if (ioctl(r->tty, TIOCGWINSZ, &size) == 0)
		ioctl(r->pty, TIOCSWINSZ, &size);
	r->other = open(r->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (r->other < 0)
		return -1;
	tcsetattr(r->other, TCSANOW, &r->mode);
	return 0;
}

static void close_pty(struct relay *r)
{
	if (r->pty >= 0)
		close(r->pty);
	if (r->other >= 0)
		close(r->other);
	r->pty = r->other = -1;
}

/* ------------------------------------------------------- the person's end */
static void hold_lines(struct relay *r)
{
	struct session *s = r->s;

	r->bottom = s->err.bottom ? s->err.bottom : &r->plain;
	if (r->bottom->shown)
		r->bottom->hide(r->bottom->ud);
	r->bottom->lent = 1;
	if (r->bottom == &r->plain)
		s->err.bottom = s->out.bottom = &r->plain;
}

static void let_lines_go(struct relay *r)
{
	struct session *s = r->s;
	struct buf held = r->bottom->held;

	buf_init(&r->bottom->held);
	r->bottom->lent = 0;
	r->bottom->last = r->last;
	if (r->last && r->last != '\n')
		out_own(&s->err, str_of("\n"));
	if (r->bottom == &r->plain)
		s->err.bottom = s->out.bottom = NULL;
	out_own(&s->err, (struct str){held.data, held.len});
	buf_release(&held);
}

/* -1: there is none that a program could have. */
static int take_tty(struct relay *r)
{
	if (r->s->at_prompt) {
		r->tty = interactive_lend(r->s);
	} else if (isatty(0) && isatty(2)) {
		r->tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	}
	return r->tty >= 0 && tcgetattr(r->tty, &r->mode) == 0 ? 0 : -1;
}

static void give_tty(struct relay *r)
{
	if (r->s->at_prompt)
		interactive_reclaim(r->s);
	else if (r->tty >= 0)
		close(r->tty);
	r->tty = -1;
}

static void make_raw(const struct relay *r)
{
	struct termios raw = r->mode;

	cfmakeraw(&raw);
	tcsetattr(r->tty, TCSADRAIN, &raw);
}

/* ------------------------------------------------------------------ lend */
/* 1: the run's line has the terminal to itself. */
static int is_in_front(struct relay *r, uint32_t slot, struct err *err)
{
	const struct errand *t = errand_find(r->s, slot);
	char id[ULID_LEN + 1];

	if (t && !t->background)
		return 1;
	engine_short(r->s->engine, engine_ulid(r->s->engine, slot), id);
	err_set(err, ERR_STATE, "it wants the terminal, and its run is in the "
		"background");
	err_help(err, "/resume %s runs it in front", id);
	return 0;
}

static const char *lend(void *ud, uint32_t slot, struct err *err)
{
	struct relay *r = ud;

	if (!is_in_front(r, slot, err))
		return NULL;
	hold_lines(r);
	if (take_tty(r) < 0) {
		err_set(err, ERR_STATE, "it wants the terminal, and wf has "
			"none");
	} else if (open_pty(r) < 0) {
		err_errno(err, ERR_IO, "no terminal can be made for it");
	} else {
		r->last = '\n';
		make_raw(r);
		begin(r);
		return r->name;
	}
	close_pty(r);
	give_tty(r);
	let_lines_go(r);
	return NULL;
}

static void back(void *ud)
{
	struct relay *r = ud;

	if (r->pty < 0)
		return;
	for (int i = 0; i < LAST_CHUNKS && pass_shown(r); i++)
		continue;
	uv_close((uv_handle_t *)r->from_tty, on_closed);
	uv_close((uv_handle_t *)r->from_pty, on_closed);
	uv_close((uv_handle_t *)r->resized, on_closed);
	buf_clear(&r->typed);
	close_pty(r);
	tcsetattr(r->tty, TCSADRAIN, &r->mode);
	give_tty(r);
	let_lines_go(r);
}

void relay_pause(struct relay *r)
{
	if (r->pty >= 0)
		tcsetattr(r->tty, TCSANOW, &r->mode);
}

void relay_go_on(struct relay *r)
{
	if (r->pty < 0)
		return;
	make_raw(r);
	on_resize(r->resized, SIGWINCH);
}

void relay_end(struct relay *r)
{
	back(r);
}

struct relay *relay_new(struct session *s)
{
	struct relay *r = mem_zero(sizeof(*r));

	r->s = s;
	r->pty = r->other = r->tty = -1;
	r->hook = (struct engine_terminal){r, lend, back};
	buf_init(&r->typed);
	engine_terminal(s->engine, &r->hook);
	return r;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	back(r);
	engine_terminal(r->s->engine, NULL);
	buf_release(&r->typed);
	buf_release(&r->plain.held);
	free(r);
}
