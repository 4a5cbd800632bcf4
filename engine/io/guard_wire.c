/*
 * Coding of the guard's messages. The reader trusts nothing: a body that is
 * too short or not terminated gives -1, never a read beyond it.
 */
#include "engine/io/guard_wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

size_t wire_open(struct buf *b, enum wire_kind kind)
{
	size_t at = b->len;
	char head[WIRE_HEAD] = { 0 };

	head[4] = (char)kind;
	buf_add(b, head, sizeof(head));
	return at;
}

void wire_close(struct buf *b, size_t at)
{
	size_t n = b->len - at - WIRE_HEAD;
	int i;

	assert(n <= WIRE_BODY_MAX);
	for (i = 0; i < 4; i++)
		b->data[at + i] = (char)(n >> (8 * i));
}

int wire_frame(const char *p, size_t n, struct wire_frame *f)
{
	const unsigned char *u = (const unsigned char *)p;
	uint32_t len;

	if (n < WIRE_HEAD)
		return 0;
	len = (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
		(uint32_t)u[3] << 24;
	if (len > WIRE_BODY_MAX || u[4] < WIRE_HELLO || u[4] > WIRE_FOLLOW)
		return -1;
	if (n - WIRE_HEAD < len)
		return 0;
	f->kind = u[4];
	f->body = (struct str){ p + WIRE_HEAD, len };
	f->size = WIRE_HEAD + (size_t)len;
	return 1;
}

static off_t owner(uint64_t id, int stream)
{
	return (off_t)((id << 1 | (stream != 0)) & INT64_C(0xffffffffff)) + 1;
}

void wire_fd_mark(int fd, uint64_t id, int stream)
{
	lseek(fd, owner(id, stream), SEEK_SET);
}

int wire_fd_claim(int fd, uint64_t id, int stream)
{
	if (lseek(fd, 0, SEEK_CUR) != owner(id, stream))
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1;
}

static size_t count(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

static void put_cstr(struct buf *b, const char *s)
{
	buf_bytes(b, s, s ? strlen(s) + 1 : 0);
}

/* Count + 1, or 0 for no list at all. */
static void put_list(struct buf *b, const char *const *v)
{
	size_t i, n = count(v);

	buf_varint(b, v ? n + 1 : 0);
	for (i = 0; i < n; i++)
		put_cstr(b, v[i]);
}

void wire_job_put(struct buf *b, const struct guard_job *job)
{
	size_t at = wire_open(b, WIRE_JOB);

	buf_varint(b, count(job->argv) + count(job->or_argv) +
		count(job->env) + 3);
	buf_varint(b, job->id);
	buf_varint(b, job->flags);
	buf_varint(b, job->cap);
	buf_varint(b, job->inline_max);
	put_list(b, job->argv);
	put_list(b, job->or_argv);
	put_list(b, job->env);
	put_cstr(b, job->dir);
	put_cstr(b, job->in_path);
	put_cstr(b, job->tty);
	buf_bytes(b, job->in.p, job->in.n);
	wire_close(b, at);
}

/* NULL when empty; sets c->bad when not terminated. */
static const char *get_cstr(struct cursor *c)
{
	struct str s = cursor_bytes(c);

	if (s.n == 0)
		return NULL;
	if (s.p[s.n - 1] != '\0' || memchr(s.p, 0, s.n - 1)) {
		c->bad = 1;
		return NULL;
	}
	return s.p;
}

struct pointers {
	const char **at, **end;
};

static const char *const *get_list(struct cursor *c, struct pointers *room)
{
	uint64_t n = cursor_varint(c);
	const char **list = room->at;

	if (n == 0)
		return NULL;
	if (n > (uint64_t)(room->end - room->at)) {
		c->bad = 1;
		return NULL;
	}
	room->at += n;
	for (uint64_t i = 0; i + 1 < n; i++) {
		list[i] = get_cstr(c);
		if (!list[i])
			c->bad = 1;
	}
	list[n - 1] = NULL;
	return list;
}

int wire_job_get(struct str body, struct guard_job *job, void **mem)
{
	struct pointers room;
	struct cursor c;
	uint64_t slots;
	char *bytes;

	memset(job, 0, sizeof(*job));
	cursor_init(&c, body.p, body.n);
	slots = cursor_varint(&c);
	if (c.bad || slots > body.n + 3)
		return -1;
	*mem = mem_alloc((size_t)slots * sizeof(char *) + body.n + 1);
	room.at = *mem;
	room.end = room.at + slots;
	bytes = (char *)room.end;
	memcpy(bytes, body.p, body.n);
	cursor_init(&c, bytes, body.n);
	cursor_varint(&c);
	job->id = cursor_varint(&c);
	job->flags = (uint32_t)cursor_varint(&c);
	job->cap = cursor_varint(&c);
	job->inline_max = (uint32_t)cursor_varint(&c);
	job->argv = get_list(&c, &room);
	job->or_argv = get_list(&c, &room);
	job->env = get_list(&c, &room);
	job->dir = get_cstr(&c);
	job->in_path = get_cstr(&c);
	job->tty = get_cstr(&c);
	job->in = cursor_bytes(&c);
	if (!c.bad && job->argv && job->argv[0])
		return 0;
	free(*mem);
	*mem = NULL;
	return -1;
}

enum { STREAM_SPOOLED = 1, STREAM_TRUNCATED = 2 };

static void put_stream(struct buf *b, const struct guard_stream *s)
{
	unsigned flags = (s->fd >= 0 ? STREAM_SPOOLED : 0) |
		(s->truncated ? STREAM_TRUNCATED : 0);

	buf_varint(b, flags);
	buf_varint(b, s->len);
	buf_bytes(b, s->bytes.p, s->bytes.n);
	if (s->fd >= 0)
		buf_add(b, s->digest.b, sizeof(s->digest.b));
}

static void get_stream(struct cursor *c, struct guard_stream *s)
{
	unsigned flags = (unsigned)cursor_varint(c);

	s->len = cursor_varint(c);
	s->bytes = cursor_bytes(c);
	s->truncated = (flags & STREAM_TRUNCATED) != 0;
	s->fd = -1;
	if (!(flags & STREAM_SPOOLED))
		return;
	s->fd = WIRE_SPOOLED;
	if ((size_t)(c->end - c->at) < sizeof(s->digest.b)) {
		c->bad = 1;
		return;
	}
	memcpy(s->digest.b, c->at, sizeof(s->digest.b));
	c->at += sizeof(s->digest.b);
}

void wire_report_put(struct buf *b, const struct guard_report *r)
{
	size_t at = wire_open(b, WIRE_REPORT);

	buf_varint(b, r->id);
	buf_varint(b, r->end);
	buf_varint(b, (uint64_t)r->code);
	buf_bytes(b, r->what.p, r->what.n);
	buf_varint(b, (uint64_t)r->start_ms);
	buf_varint(b, r->dur_us);
	buf_varint(b, r->cpu_us);
	buf_varint(b, r->queued_ms);
	buf_varint(b, r->max_rss_kib);
	buf_varint(b, r->leftovers);
	put_stream(b, &r->out);
	put_stream(b, &r->err);
	buf_bytes(b, r->index.p, r->index.n);
	wire_close(b, at);
}

int wire_report_get(struct str body, struct guard_report *r)
{
	struct cursor c;

	memset(r, 0, sizeof(*r));
	cursor_init(&c, body.p, body.n);
	r->id = cursor_varint(&c);
	r->end = (uint8_t)cursor_varint(&c);
	r->code = (int)cursor_varint(&c);
	r->what = cursor_bytes(&c);
	r->start_ms = (int64_t)cursor_varint(&c);
	r->dur_us = cursor_varint(&c);
	r->cpu_us = cursor_varint(&c);
	r->queued_ms = (uint32_t)cursor_varint(&c);
	r->max_rss_kib = (uint32_t)cursor_varint(&c);
	r->leftovers = (uint8_t)cursor_varint(&c);
	get_stream(&c, &r->out);
	get_stream(&c, &r->err);
	r->index = cursor_bytes(&c);
	return c.bad || r->end > GUARD_WITHDRAWN ? -1 : 0;
}
