/*
 * Lines that come one by one: piped standard input, and the plain prompt. A
 * line runs as soon as it is whole; while none comes, runs in the background
 * go on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "shell/errand.h"
#include "shell/line_run.h"
#include "shell/plain_text.h"
#include "shell/script.h"
#include "shell/status.h"
#include "shell/tell.h"

struct watch;

struct stream {
	struct session *s;
	int fd;
	struct watch *watch;   /* NULL: fd is always ready */
	const char *name, *prompt;
	struct buf text;
	size_t done;           /* bytes of text that have been run */
	size_t checked;        /* bytes of text known to be UTF-8 */
	uint32_t line;         /* line of text[done], from 1 */
	uint8_t eof, refused;
};

/*
 * The loop watches fd through an epoll descriptor of our own: libuv makes
 * what it watches non-blocking, and fd is shared with whoever gave it to us.
 */
struct watch {
	uv_poll_t poll;
	int fd;
	uint8_t ready;
};

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct watch *w = p->data;

	(void)status, (void)events;
	w->ready = 1;
	uv_poll_stop(p);
}

/* NULL for what cannot be waited for: files are always ready. */
static struct watch *watch_new(struct session *s, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int own = epoll_create1(EPOLL_CLOEXEC);
	struct watch *w;

	if (own < 0 || epoll_ctl(own, EPOLL_CTL_ADD, fd, &ev) < 0) {
		if (own >= 0)
			close(own);
		return NULL;
	}
	w = mem_zero(sizeof(*w));
	w->fd = own;
	w->poll.data = w;
	uv_poll_init(engine_loop(s->engine), &w->poll, own);
	return w;
}

static void on_closed(uv_handle_t *h)
{
	struct watch *w = h->data;

	close(w->fd);
	free(w);
}

static void watch_free(struct watch *w)
{
	if (w)
		uv_close((uv_handle_t *)&w->poll, on_closed);
}

/* Waits until fd can be read, turning the loop meanwhile. */
static void wait_readable(struct stream *st)
{
	uv_loop_t *loop = engine_loop(st->s->engine);

	uv_run(loop, UV_RUN_NOWAIT);
	errands_reap(st->s);
	if (!st->watch)
		return;
	st->watch->ready = 0;
	uv_poll_start(&st->watch->poll, UV_READABLE, on_readable);
	while (!st->watch->ready && !session_stopped(st->s)) {
		uv_run(loop, UV_RUN_ONCE);
		errands_reap(st->s);
	}
	uv_poll_stop(&st->watch->poll);
}

/* INT at the prompt: what was typed so far is gone, as the terminal has
 * dropped it too. */
static void forget(struct stream *st)
{
	st->s->interrupts = 0;
	buf_clear(&st->text);
	st->done = st->checked = 0;
	out_text(&st->s->err, "\n");
}

static int read_more(struct stream *st, struct err *err)
{
	char chunk[65536];
	ssize_t n;

	if (st->done > 0) {
		memmove(st->text.data, st->text.data + st->done,
			st->text.len - st->done + 1);
		st->text.len -= st->done;
		st->checked -= st->done < st->checked ? st->done
			: st->checked;
		st->done = 0;
	}
	wait_readable(st);
	if (st->s->signal)
		return 0;
	if (st->s->interrupts) {
		forget(st);
		return 0;
	}
	n = read(st->fd, chunk, sizeof(chunk));
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return err_errno(err, ERR_IO, "cannot read %s", st->name);
	if (n == 0)
		st->eof = 1;
	buf_add(&st->text, chunk, (size_t)n);
	if (st->text.len > LIMIT_SOURCE)
		return err_set(err, ERR_LIMIT, "a text of more than %d MiB",
			LIMIT_SOURCE >> 20);
	return 0;
}

/* What is whole so far: up to the last newline. */
static struct str whole(const struct stream *st)
{
	struct str s = {st->text.data + st->done, st->text.len - st->done};
	const char *nl;

	if (st->eof || !s.n)
		return s;
	nl = memrchr(s.p, '\n', s.n);
	s.n = nl ? (size_t)(nl - s.p) + 1 : 0;
	return s;
}

static void consume(struct stream *st, size_t n)
{
	for (size_t i = 0; i < n; i++)
		st->line += st->text.data[st->done + i] == '\n';
	st->done += n;
}

/* The length of `s`, less the lines from the first on that is no text. What
 * was looked at is not looked at again. */
static size_t readable(struct stream *st, struct str s)
{
	size_t from = st->checked > st->done ? st->checked - st->done : 0;
	size_t bad;

	if (from > s.n)
		return s.n;
	bad = from + text_check((struct str){s.p + from, s.n - from});
	st->checked = st->done + bad;
	if (bad == s.n)
		return s.n;
	while (bad > 0 && s.p[bad - 1] != '\n')
		bad--;
	st->checked = st->done + bad;
	return bad;
}

/* The submission that is no text: at a prompt it is gone, else reading
 * ends. */
static int refuse(struct stream *st, struct str s)
{
	size_t bad = text_check(s);
	const char *nl = memchr(s.p + bad, '\n', s.n - bad);
	struct diags d;
	int status;

	diags_init(&d, st->name, st->line, s);
	text_refuse(&d, bad);
	status = tell_diags(st->s, &d, NULL);
	diags_release(&d);
	st->refused = st->prompt == NULL;
	consume(st, nl ? (size_t)(nl - s.p) + 1 : s.n);
	return status;
}

enum { NEED_MORE = -1, AT_END = -2 };

/* The next submission of what is there: its status, or NEED_MORE, AT_END. */
static int one(struct stream *st)
{
	struct str there = whole(st);
	size_t n = readable(st, there);
	struct lines l = {.source = {there.p, n},
		.complete = st->eof && n == there.n,
		.interactive = st->prompt != NULL,
		.typed = st->prompt != NULL};
	struct submission sub;
	struct diags d;
	struct line line;
	enum line_kind kind;
	int status;

	if (n == 0 && there.n)
		return refuse(st, there);
	diags_init(&d, st->name, st->line, l.source);
	kind = line_next(&l, &line, &d);
	if (kind == LINE_END || kind == LINE_MORE) {
		diags_release(&d);
		if (kind == LINE_MORE && n < there.n)
			return refuse(st, there);
		if (kind == LINE_END)
			consume(st, l.source.n);
		if (n < there.n)
			return one(st);
		return st->eof ? AT_END : NEED_MORE;
	}
	if (kind == LINE_BAD) {
		status = tell_diags(st->s, &d, NULL);
	} else {
		status = submission_read(st->s, &line, &d, &sub) < 0
			? tell_diags(st->s, &d, sub.output) : -1;
		if (status < 0 && st->s->options->check)
			status = 0;
		if (status < 0)
			status = submission_run(st->s, &sub);
		submission_release(&sub);
	}
	diags_release(&d);
	consume(st, l.at);
	return status;
}

static void show_prompt(struct stream *st)
{
	st->s->interrupts = 0;
	if (!st->prompt)
		return;
	if (st->s->out.tty && st->s->out.last && st->s->out.last != '\n')
		out_text(&st->s->out, "\n"); /* the prompt begins a line */
	out_text(&st->s->err, st->text.len > st->done ? "  > " : st->prompt);
}

static int keeps_going(const struct stream *st, int status)
{
	return status == 0 || st->prompt || st->s->options->check ||
		strcmp(setting_get(&st->s->settings, SET_KEEP_GOING),
			"on") == 0;
}

int script_stream(struct session *s, int fd, const char *name,
	const char *prompt)
{
	struct stream st = {.s = s, .fd = fd, .name = name, .line = 1,
		.prompt = prompt};
	struct err err = {0};
	int status = 0, first = 0;

	buf_init(&st.text);
	st.watch = watch_new(s, fd);
	if (prompt)
		session_interactive(s);
	while (!s->signal && !s->quit) {
		status = one(&st);
		if (status == AT_END)
			break;
		if (status != NEED_MORE) {
			s->status = status;
			first = first ? first : status;
			if (st.refused || !keeps_going(&st, status))
				break;
			continue;
		}
		show_prompt(&st);
		if (read_more(&st, &err) < 0) {
			session_say(s, "%s", err.text);
			first = first ? first : STATUS_FAILED;
			break;
		}
	}
	watch_free(st.watch);
	buf_release(&st.text);
	if (prompt && !s->quit)
		out_text(&s->err, "\n");
	if (s->quit)
		return s->status;
	if (s->signal)
		return 128 + s->signal;
	return prompt && !err.code ? s->status : first;
}
