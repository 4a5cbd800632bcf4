/*
 * Capture of a child's output. Invariant: head holds the first
 * min(len, inline_max) bytes, and when fd >= 0 the spool holds all len of
 * them and `sum` has digested them. After an error of the spool nothing more
 * is kept, but the caller goes on draining the pipe.
 */
#include "engine/io/guard_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/io/file.h"

enum { ORDER_MAX = 64 << 10, ORDER_MERGE_MS = 10, NAP_MS = 20 };

void capture_start(struct capture *c, uint64_t cap, uint32_t inline_max)
{
	buf_clear(&c->head);
	c->len = 0;
	c->cap = cap;
	c->inline_max = inline_max;
	c->fd = -1;
	c->sum = NULL;
	c->truncated = 0;
	c->error = 0;
}

static int spool_add(struct capture *c, uint64_t at, const char *p,
	size_t n)
{
	if (spool_write(&c->fd, at, p, n)) {
		c->error = errno;
		return -1;
	}
	digest_add(c->sum, p, n);
	return 0;
}

/* Descriptors come back as reports are sent; the child waits at its pipe. */
static int make_patiently(int spool_dir)
{
	struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };
	int fd = spool_make(spool_dir), i;

	for (i = 0; fd < 0 && (errno == EMFILE || errno == ENFILE) &&
			i < LIMIT_SPAWN_WAIT_MS / NAP_MS; i++) {
		nanosleep(&nap, NULL);
		fd = spool_make(spool_dir);
	}
	return fd;
}

static int spool_open(struct capture *c, int spool_dir)
{
	c->fd = make_patiently(spool_dir);
	if (c->fd < 0) {
		c->error = errno;
		return -1;
	}
	c->sum = digest_new();
	return spool_add(c, 0, c->head.data, c->head.len);
}

static int keep(struct capture *c, const char *p, size_t n, int spool_dir)
{
	size_t room = c->inline_max - c->head.len;

	if (c->fd < 0 && n <= room) {
		buf_add(&c->head, p, n);
		return 0;
	}
	if (c->fd < 0 && spool_open(c, spool_dir))
		return -1;
	if (spool_add(c, c->len, p, n))
		return -1;
	if (room)
		buf_add(&c->head, p, n < room ? n : room);
	return 0;
}

size_t capture_add(struct capture *c, const char *p, size_t n, int spool_dir)
{
	uint64_t room = c->cap - c->len;

	if (c->error)
		return 0;
	if (n > room) {
		n = (size_t)room;
		c->truncated = 1;
	}
	if (n == 0 || keep(c, p, n, spool_dir))
		return 0;
	c->len += n;
	return n;
}

void capture_end(struct capture *c, struct guard_stream *s)
{
	s->len = c->len;
	s->bytes = (struct str){ buf_cstr(&c->head), c->head.len };
	s->fd = c->fd;
	s->truncated = c->truncated;
	if (c->sum)
		digest_end(c->sum, &s->digest);
	c->sum = NULL;
	c->fd = -1;
	if (!c->error || s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
}

void order_start(struct order *o)
{
	struct buf keep_memory = o->runs;

	memset(o, 0, sizeof(*o));
	o->runs = keep_memory;
	buf_clear(&o->runs);
}

static void order_put(struct order *o, int stream, uint64_t n, uint64_t ms)
{
	buf_varint(&o->runs, (uint64_t)stream);
	buf_varint(&o->runs, n);
	buf_varint(&o->runs, ms);
}

void order_add(struct order *o, int stream, size_t n, uint64_t ms)
{
	if (n == 0)
		return;
	if (o->open && o->stream == stream &&
		ms - o->ms < ORDER_MERGE_MS) {
		o->len += n;
		return;
	}
	if (o->runs.len > ORDER_MAX) {
		o->late[stream] += n;
		return;
	}
	if (o->open)
		order_put(o, o->stream, o->len, o->ms);
	o->open = 1;
	o->stream = (uint8_t)stream;
	o->len = n;
	o->ms = ms;
}

struct str order_end(struct order *o)
{
	int i;

	if (o->open)
		order_put(o, o->stream, o->len, o->ms);
	for (i = 0; i < 2; i++)
		if (o->late[i])
			order_put(o, i, o->late[i], o->ms);
	return (struct str){ buf_cstr(&o->runs), o->runs.len };
}

static int is_end(char c)
{
	return c == '\n' || c == '\r';
}

static void append(struct lastline *l, const char *p, size_t n)
{
	size_t room;

	if (l->whole) {
		l->n = 0;
		l->whole = 0;
	}
	room = sizeof(l->text) - l->n;
	if (n > room)
		n = room;
	memcpy(l->text + l->n, p, n);
	l->n += n;
}

/* A progress bar's carriage return ends a line too. */
void lastline_add(struct lastline *l, int stream, const char *p, size_t n)
{
	size_t end, from;
	int ended = n && is_end(p[n - 1]);

	if (l->stream != stream)
		l->whole = 1;
	l->stream = (uint8_t)stream;
	for (end = n; end && is_end(p[end - 1]);)
		end--;
	for (from = end; from && !is_end(p[from - 1]);)
		from--;
	if (from)
		l->whole = 1;
	if (end > from) {
		append(l, p + from, end - from);
		l->fresh = 1;
	}
	if (ended)
		l->whole = 1;
}
