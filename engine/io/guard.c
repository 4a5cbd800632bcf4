/*
 * The shell's side of the guard: starts it, queues messages to it, hands its
 * reports to the caller from the loop. Invariants: `jobs` counts jobs without
 * a report; after the socket's end `dead` is set, everything that fell to us
 * has been ended, and no callback but on_death comes any more. While few
 * descriptors are free no report is read: those read have to be stored first,
 * and what does not fit is dropped by the kernel. Nothing here
 * waits for the guard, except guard_end() and the burial of a dead one.
 */
#include "engine/io/guard.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/io/guard_sweep.h"
#include "engine/io/guard_wire.h"

extern char **environ;

enum {
	READ_CHUNK = 256 << 10,
	JOB_MAX = 8 << 20,        /* bytes of one job's message */
	LAUNCH_TRIES = 50,        /* when there is no room for a process: */
	LAUNCH_NAP_MS = 20,       /* the loop stands still meanwhile */
	FIRST_FREE_FD = 10,
	FDS_KEPT_FREE = 2 * WIRE_FDS_MAX,
	FDS_LOOK_MS = 5,          /* while there are fewer, */
	FDS_LOOKS = 1000,         /* but then there may never be more */
	FALLEN_LOOKS = 400,       /* for what a dead guard left, at most */
	FALLEN_EMPTY = 12,        /* in a row that find nothing */
	END_SLACK_MS = 1000       /* beyond the grace, for guard_end */
};

struct guard {
	uv_poll_t poll;
	uv_prepare_t prepare;
	uv_timer_t look;
	struct guard_calls calls;
	int sock;
	pid_t pid;
	uint64_t start_ticks;
	struct buf out;
	size_t out_at;
	struct buf in;
	int *fds;                 /* received, not yet claimed */
	size_t fd_n, fd_cap;
	int fd_peak;              /* highest number received */
	size_t jobs;
	unsigned looks;           /* while holding */
	uint8_t dead, ended, writing, holding, handles;
};

/* ---- starting ---- */

struct launch {
	const char *exe;
	char *const *env;
	int fd[6];                /* what becomes 0 to 5; -1: closed */
	int error;
};

/* Runs in the child of a vfork, in our memory: system calls only. */
__attribute__((noreturn, noinline))
static void launch_child(struct launch *l)
{
	static char name[] = "wf-guard";
	static char *const argv[] = { name, NULL };
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	int i;

	for (i = 1; i < NSIG; i++)
		sigaction(i, &dfl, NULL);
	for (i = 0; i < 6; i++) {
		if (l->fd[i] < 0)
			close(i);
		else if (l->fd[i] != i)
			dup2(l->fd[i], i);
	}
	syscall(SYS_close_range, 6u, ~0u, 0u);
	execve(l->exe, argv, l->env);
	l->error = errno;
	_exit(127);
}

static pid_t launch(struct launch *l)
{
	sigset_t all, old;
	pid_t pid;

	/* No handler of ours may run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = vfork();
	if (pid == 0)
		launch_child(l);
	if (pid < 0)
		l->error = errno;
	else if (l->error)
		waitpid(pid, NULL, 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return l->error ? -1 : pid;
}

static int high(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
}

static char *const *exec_vector(const char *const *v)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = v };

	return v ? u.out : environ;
}

static pid_t start(const struct guard_options *o, int sock, struct err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), i;
	struct launch l = { .exe = o->exe ? o->exe : "/proc/self/exe",
		.env = exec_vector(o->env) };
	pid_t pid = -1;

	l.fd[0] = l.fd[1] = high(null);
	l.fd[2] = 2;
	l.fd[3] = high(sock);
	l.fd[4] = high(o->owner_fd);
	l.fd[5] = high(o->spool_dir);
	if (l.fd[0] < 0 || l.fd[3] < 0 || (o->owner_fd >= 0 && l.fd[4] < 0) ||
	    (o->spool_dir >= 0 && l.fd[5] < 0))
		l.error = EMFILE; /* it would die at once, and again */
	else
		pid = launch(&l);
	for (i = 0; i < LAUNCH_TRIES && pid < 0 && (l.error == EAGAIN ||
			l.error == ENOMEM); i++) {
		sweep_nap(LAUNCH_NAP_MS);
		l.error = 0;
		pid = launch(&l);
	}
	for (i = 3; i < 6; i++)
		if (l.fd[i] >= 0)
			close(l.fd[i]);
	if (l.fd[0] >= 0)
		close(l.fd[0]);
	if (null >= 0)
		close(null);
	errno = l.error;
	if (pid < 0)
		err_errno(err, ERR_IO, "cannot start the guard '%s'", l.exe);
	return pid;
}

/* ---- writing ---- */

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch_socket(struct guard *g)
{
	if (!g->dead)
		uv_poll_start(&g->poll, (g->holding ? 0 : UV_READABLE) |
			(g->writing ? UV_WRITABLE : 0), on_poll);
}

static void want_write(struct guard *g, int on)
{
	if (g->writing == on)
		return;
	g->writing = (uint8_t)on;
	watch_socket(g);
}

void guard_flush(struct guard *g)
{
	ssize_t n;

	while (g->out_at < g->out.len) {
		n = send(g->sock, g->out.data + g->out_at,
			g->out.len - g->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			want_write(g, 1);
			return;
		}
		/* A dead guard is noticed by the reader. */
		if (n < 0)
			break;
		g->out_at += (size_t)n;
	}
	buf_clear(&g->out);
	g->out_at = 0;
	want_write(g, 0);
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct guard *g = prepare->data;

	if (g->out.len && !g->writing)
		guard_flush(g);
}

static void put_numbers(struct guard *g, enum wire_kind kind, uint64_t a,
	uint64_t b)
{
	size_t at;

	if (g->dead || g->ended)
		return;
	at = wire_open(&g->out, kind);
	buf_varint(&g->out, a);
	buf_varint(&g->out, b);
	wire_close(&g->out, at);
}

static size_t list_bytes(const char *const *v)
{
	size_t n = 0;

	for (; v && *v; v++)
		n += strlen(*v) + 16;
	return n;
}

int guard_job(struct guard *g, const struct guard_job *job, struct err *err)
{
	size_t n;

	assert(job->argv && job->argv[0]);
	if (g->dead || g->ended)
		return err_set(err, ERR_IO, "the guard is gone");
	n = list_bytes(job->argv) + list_bytes(job->or_argv) +
		list_bytes(job->env) + job->in.n;
	if (n > JOB_MAX)
		return err_set(err, ERR_LIMIT, "arguments, environment and "
			"input of one process: %zu bytes, limit %d", n,
			(int)JOB_MAX);
	wire_job_put(&g->out, job);
	g->jobs++;
	return 0;
}

void guard_kill(struct guard *g, uint64_t id, int hard)
{
	put_numbers(g, WIRE_KILL, id, hard != 0);
}

void guard_withdraw(struct guard *g, uint64_t id)
{
	put_numbers(g, WIRE_WITHDRAW, id, 0);
}

void guard_follow(struct guard *g, uint64_t id)
{
	put_numbers(g, WIRE_FOLLOW, id, 0);
}

void guard_slots(struct guard *g, uint32_t slots)
{
	put_numbers(g, WIRE_SLOTS, slots, 0);
}

/* ---- reading ---- */

/* Processes of the dead guard's jobs fell to us: those that carry its mark,
 * or hide their environment and live in a session that is not ours. A
 * program that the user put in the background from a terminal has an
 * environment, without the mark. */
static int is_fallen(const struct guard *g, const struct proc *p)
{
	enum proc_environ what;
	char mark[32];

	if (p->start < g->start_ticks)
		return 0;
	if (p->state == 'Z') /* to be reaped; it has no environment */
		return p->session != getsid(0);
	snprintf(mark, sizeof(mark), "/%ld.", (long)g->pid);
	what = proc_environ(p->pid, mark);
	return what == ENVIRON_MATCH ||
		(what == ENVIRON_EMPTY && p->session != getsid(0));
}

static size_t end_seen(const struct guard *g, int lists)
{
	struct procs ours = { NULL, 0, 0 };
	struct look l;
	size_t i, live = 0;

	look_open(&l, lists);
	look_children(&l, getpid(), &ours);
	for (i = 0; i < ours.n; i++)
		if (is_fallen(g, &ours.v[i]))
			live += look_signal(&l, &ours.v[i], SIGKILL);
	live += l.failed != 0;
	procs_release(&ours);
	look_close(&l);
	return live;
}

static void end_fallen(const struct guard *g)
{
	int lists = sweep_has_lists();
	unsigned i, empty = 0;

	/* One look misses what forks and exits all the time. */
	for (i = 0; i < FALLEN_LOOKS && empty < FALLEN_EMPTY; i++) {
		empty = end_seen(g, lists) ? 0 : empty + 1;
		sweep_nap(1);
	}
}

static void close_fds(struct guard *g)
{
	size_t i;

	for (i = 0; i < g->fd_n; i++)
		close(g->fds[i]);
	g->fd_n = 0;
}

static void on_gone(struct guard *g)
{
	uv_poll_stop(&g->poll);
	uv_timer_stop(&g->look);
	g->dead = 1;
	g->jobs = 0;
	buf_clear(&g->out);
	g->out_at = 0;
	close_fds(g);
	kill(g->pid, SIGKILL);
	waitpid(g->pid, NULL, 0);
	end_fallen(g);
	if (g->calls.on_death)
		g->calls.on_death(g->calls.ud);
}

/* 0, or -1 when a descriptor did not arrive (ours ran out). They come in
 * order: the next one is this stream's, or that of one still to come. */
static int claim(struct guard *g, uint64_t id, int stream,
	struct guard_stream *s)
{
	if (s->fd != WIRE_SPOOLED)
		return 0;
	s->fd = -1;
	if (g->fd_n == 0 || wire_fd_claim(g->fds[0], id, stream))
		return -1;
	s->fd = g->fds[0];
	g->fd_n--;
	memmove(g->fds, g->fds + 1, g->fd_n * sizeof(*g->fds));
	return 0;
}

static void on_report(struct guard *g, struct str body)
{
	struct guard_report r;
	int rc = wire_report_get(body, &r);

	assert(rc == 0 && g->jobs > 0);
	rc = claim(g, r.id, 0, &r.out);
	if (claim(g, r.id, 1, &r.err) || rc) {
		r.end = GUARD_FAILED;
		r.code = EMFILE;
		r.what = str_of("spool");
	}
	g->jobs--;
	g->calls.on_report(g->calls.ud, &r);
}

static void on_tap(struct guard *g, struct str body)
{
	struct cursor c;
	uint64_t id;
	int stream;

	cursor_init(&c, body.p, body.n);
	id = cursor_varint(&c);
	stream = (int)cursor_varint(&c);
	if (g->calls.on_tap)
		g->calls.on_tap(g->calls.ud, id, stream, cursor_bytes(&c));
}

static void take_frames(struct guard *g)
{
	struct wire_frame f;
	size_t at = 0;

	while (!g->ended &&
		wire_frame(g->in.data + at, g->in.len - at, &f) == 1) {
		at += f.size;
		if (f.kind == WIRE_REPORT)
			on_report(g, f.body);
		else if (f.kind == WIRE_TAP)
			on_tap(g, f.body);
	}
	g->in.len -= at;
	memmove(g->in.data, g->in.data + at, g->in.len);
}

/* Are fewer free than are to be? Looks only once numbers have been high. */
static int is_scarce(struct guard *g)
{
	int fd[FDS_KEPT_FREE], n = 0, kept;
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most) ||
		(rlim_t)g->fd_peak < most.rlim_cur / 2)
		return 0;
	kept = most.rlim_cur / 4 < FDS_KEPT_FREE ?
		(int)most.rlim_cur / 4 : FDS_KEPT_FREE;
	while (n < kept && (fd[n] = fcntl(g->sock, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	kept -= n;
	while (n > 0)
		close(fd[--n]);
	return kept > 0;
}

static void on_look(uv_timer_t *timer)
{
	struct guard *g = timer->data;

	if (is_scarce(g) && ++g->looks < FDS_LOOKS)
		return;
	uv_timer_stop(timer);
	g->holding = 0;
	watch_socket(g);
}

static void hold(struct guard *g)
{
	g->holding = 1;
	g->looks = 0;
	uv_timer_start(&g->look, on_look, FDS_LOOK_MS, FDS_LOOK_MS);
	watch_socket(g);
}

/* How many came. */
static size_t take_fds(struct guard *g, struct msghdr *msg)
{
	size_t before = g->fd_n, i, n;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		while (g->fd_cap < g->fd_n + n)
			g->fds = mem_more(g->fds, g->fd_cap, &g->fd_cap,
				sizeof(*g->fds));
		memcpy(g->fds + g->fd_n, CMSG_DATA(c), n * sizeof(int));
		g->fd_n += n;
	}
	for (i = before; i < g->fd_n; i++)
		if (g->fds[i] > g->fd_peak)
			g->fd_peak = g->fds[i];
	return g->fd_n - before;
}

static void on_readable(struct guard *g)
{
	union {
		char space[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n;

	buf_reserve(&g->in, READ_CHUNK);
	iov.iov_base = g->in.data + g->in.len;
	iov.iov_len = READ_CHUNK;
	n = recvmsg(g->sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		on_gone(g);
		return;
	}
	if (take_fds(g, &msg) && is_scarce(g))
		hold(g);
	g->in.len += (size_t)n;
	take_frames(g);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct guard *g = poll->data;

	if (!status && events & UV_WRITABLE)
		guard_flush(g);
	if (status || events & UV_READABLE)
		on_readable(g);
}

/* ---- life ---- */

static void on_close(uv_handle_t *handle)
{
	struct guard *g = handle->data;

	if (--g->handles)
		return;
	close(g->sock);
	buf_release(&g->out);
	buf_release(&g->in);
	free(g->fds);
	free(g);
}

static int watch(struct guard *g, uv_loop_t *loop, struct err *err)
{
	int rc = uv_poll_init(loop, &g->poll, g->sock);

	if (rc)
		return err_set(err, ERR_IO, "cannot watch the guard: %s",
			uv_strerror(rc));
	uv_prepare_init(loop, &g->prepare);
	uv_timer_init(loop, &g->look);
	g->poll.data = g->prepare.data = g->look.data = g;
	g->handles = 3;
	uv_poll_start(&g->poll, UV_READABLE, on_poll);
	uv_prepare_start(&g->prepare, on_prepare);
	uv_unref((uv_handle_t *)&g->prepare);
	return 0;
}

int guard_start(struct guard **out, uv_loop_t *loop,
	const struct guard_options *options, const struct guard_calls *calls,
	struct err *err)
{
	struct guard *g;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, ERR_IO, "cannot make the guard's "
			"socket");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	g = mem_zero(sizeof(*g));
	g->calls = *calls;
	g->sock = pair[0];
	g->start_ticks = proc_ticks();
	g->pid = start(options, pair[1], err);
	close(pair[1]);
	if (g->pid < 0 || watch(g, loop, err)) {
		close(pair[0]);
		free(g);
		return -1;
	}
	put_numbers(g, WIRE_HELLO, options->slots, (uint64_t)
		(clock_now_ms() - clock_boot_ms()));
	*out = g;
	return 0;
}

/* Waits for the guard's exit while dropping what it still has to say. */
static void await(struct guard *g)
{
	uint64_t until = clock_mono_us() +
		(LIMIT_KILL_GRACE_MS + END_SLACK_MS) * 1000;
	struct pollfd p = { .fd = g->sock, .events = POLLIN };
	uint64_t now;
	ssize_t n = 1;
	char some[4096];

	while (n && (now = clock_mono_us()) < until) {
		poll(&p, 1, (int)((until - now) / 1000) + 1);
		n = recv(g->sock, some, sizeof(some), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			n = 0;
	}
	/* Still there: a child that even KILL does not end. */
	waitpid(g->pid, NULL, n ? WNOHANG : 0);
}

void guard_end(struct guard *g)
{
	if (!g || g->ended)
		return;
	if (!g->dead) {
		put_numbers(g, WIRE_END, 0, 0);
		guard_flush(g);
		uv_poll_stop(&g->poll);
		if (g->out.len)
			shutdown(g->sock, SHUT_WR);
		await(g);
		close_fds(g);
	}
	g->ended = 1;
	g->jobs = 0;
	uv_close((uv_handle_t *)&g->poll, on_close);
	uv_close((uv_handle_t *)&g->prepare, on_close);
	uv_close((uv_handle_t *)&g->look, on_close);
}
