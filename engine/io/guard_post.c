/*
 * The guard's outbox. Reports may be held for a moment while work waits
 * anyway, so that the shell wakes once for many; taps are dropped when the
 * shell does not keep up. Nothing here blocks: what the socket does not take
 * stays, and the timer wakes the main thread to wait for room. Descriptors
 * travel with the first byte sent after they were queued, hence never later
 * than the report that names them.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "engine/io/guard_side.h"
#include "engine/io/guard_wire.h"

enum {
	POST_HOLD_US = 10000,
	POST_HOLD_BYTES = 256 << 10,
	POST_TAP_MAX = 1 << 20,  /* bytes waiting above which taps drop */
	POST_CUT_MAX = 64        /* streams remembered as cut */
};

void post_init(struct outbox *o, int sock, int timer)
{
	memset(o, 0, sizeof(*o));
	pthread_mutex_init(&o->lock, NULL);
	o->sock = sock;
	o->timer = timer;
}

static void arm(struct outbox *o, long us)
{
	struct itimerspec t = { .it_value.tv_nsec = us * 1000 };

	timerfd_settime(o->timer, 0, &t, NULL);
	o->armed = 1;
}

static void drop_fds(struct outbox *o, size_t n)
{
	size_t i;

	if (!n)
		return;
	for (i = 0; i < n; i++)
		close(o->fds[i]);
	o->fd_n -= n;
	memmove(o->fds, o->fds + n, o->fd_n * sizeof(*o->fds));
	memmove(o->fd_at, o->fd_at + n, o->fd_n * sizeof(*o->fd_at));
}

static ssize_t send_some(struct outbox *o)
{
	union {
		char space[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	size_t fds = o->fd_n, end = o->bytes.len;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	if (fds > WIRE_FDS_MAX) {
		fds = WIRE_FDS_MAX;
		end = o->fd_at[fds];
	}
	iov.iov_base = o->bytes.data + o->sent;
	iov.iov_len = end - o->sent;
	if (fds) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(fds * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(fds * sizeof(int));
		memcpy(CMSG_DATA(c), o->fds, fds * sizeof(int));
	}
	n = sendmsg(o->sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0 && fds)
		drop_fds(o, fds);
	return n;
}

static void flush(struct outbox *o)
{
	ssize_t n;

	o->stuck = 0;
	while (o->sent < o->bytes.len) {
		n = send_some(o);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != ETOOMANYREFS &&
			errno != ENOBUFS)
			o->broken = 1;
		if (n < 0 && o->broken)
			break;
		if (n < 0) {
			o->stuck = errno == EAGAIN;
			arm(o, o->stuck ? 1 : POST_HOLD_US);
			return;
		}
		o->sent += (size_t)n;
	}
	if (o->broken)
		drop_fds(o, o->fd_n);
	buf_clear(&o->bytes);
	o->sent = 0;
}

int post_flush(struct outbox *o)
{
	int stuck;

	pthread_mutex_lock(&o->lock);
	o->armed = 0;
	flush(o);
	stuck = o->stuck;
	pthread_mutex_unlock(&o->lock);
	return stuck;
}

static void add_fd(struct outbox *o, const struct guard_stream *s,
	uint64_t id, int stream, size_t at)
{
	if (s->fd < 0)
		return;
	wire_fd_mark(s->fd, id, stream);
	o->fds = mem_more(o->fds, o->fd_n, &o->fd_cap, sizeof(*o->fds));
	o->fd_at = mem_more(o->fd_at, o->fd_n, &o->at_cap,
		sizeof(*o->fd_at));
	o->fds[o->fd_n] = s->fd;
	o->fd_at[o->fd_n++] = at;
}

/* Sent bytes are dropped only when nothing is left, so that fd_at stays
 * right; under pressure the buffer is moved up. */
static void compact(struct outbox *o)
{
	size_t i;

	if (o->sent < POST_TAP_MAX)
		return;
	o->bytes.len -= o->sent;
	memmove(o->bytes.data, o->bytes.data + o->sent, o->bytes.len);
	for (i = 0; i < o->fd_n; i++)
		o->fd_at[i] -= o->sent;
	o->sent = 0;
}

void post_report(struct outbox *o, const struct guard_report *r, int hold)
{
	size_t at;

	pthread_mutex_lock(&o->lock);
	compact(o);
	at = o->bytes.len;
	wire_report_put(&o->bytes, r);
	add_fd(o, &r->out, r->id, 0, at);
	add_fd(o, &r->err, r->id, 1, at);
	if (!hold || o->bytes.len > POST_HOLD_BYTES)
		flush(o);
	else if (!o->armed)
		arm(o, POST_HOLD_US);
	pthread_mutex_unlock(&o->lock);
}

/*
 * Streams whose tap has lost a part. Nothing more of them is sent, so that
 * what came is always a beginning, which the report's bytes continue.
 */
static uint64_t cut[POST_CUT_MAX];
static size_t cut_count;

static int is_cut(uint64_t key)
{
	size_t i;

	for (i = 0; i < POST_CUT_MAX; i++)
		if (cut[i] == key)
			return 1;
	return 0;
}

/* Under lock. */
static void put_tap(struct outbox *o, uint64_t id, int stream,
	struct str bytes)
{
	size_t at = wire_open(&o->bytes, WIRE_TAP);

	buf_varint(&o->bytes, id);
	buf_varint(&o->bytes, (uint64_t)stream);
	buf_bytes(&o->bytes, bytes.p, bytes.n);
	wire_close(&o->bytes, at);
	flush(o);
}

void post_line(struct outbox *o, uint64_t id, int stream, struct str line)
{
	pthread_mutex_lock(&o->lock);
	if (o->bytes.len - o->sent < POST_TAP_MAX)
		put_tap(o, id, stream, line);
	pthread_mutex_unlock(&o->lock);
}

int post_tap(struct outbox *o, uint64_t id, int stream, struct str bytes)
{
	uint64_t key = id << 2 | (uint64_t)stream;
	int rc = 0;

	pthread_mutex_lock(&o->lock);
	if (is_cut(key)) {
		pthread_mutex_unlock(&o->lock);
		return -1;
	}
	if (o->bytes.len - o->sent >= POST_TAP_MAX) {
		cut[cut_count++ % POST_CUT_MAX] = key;
		rc = -1;
	} else {
		put_tap(o, id, stream, bytes);
	}
	pthread_mutex_unlock(&o->lock);
	return rc;
}
