/*
 * The guard process: a loop that reads the shell's messages, and the end of
 * everything when the shell's end of the socket closes. Descriptors: 3 the
 * socket, 4 the owner's lock (only held), 5 the spool directory. Invariant:
 * this thread never blocks on anything but poll(), and reads the socket
 * itself unless a slot waits on it, so that the shell's death is seen at once
 * (within LEASE_US when that slot just took a job).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/io/guard_side.h"
#include "engine/io/guard_sweep.h"
#include "engine/io/guard_wire.h"

extern char **environ;

enum {
	SOCK = 3, OWNER = 4, SPOOLS = 5,
	READ_CHUNK = 256 << 10,
	END_GRACE_MS = 100   /* between TERM and KILL when the shell died */
};

static const char guard_name[] = "wf-guard";

int guard_is_me(int argc, char **argv)
{
	return argc >= 1 && argv[0] && strcmp(argv[0], guard_name) == 0;
}

__attribute__((noreturn))
static void end_all(struct machine *m, unsigned grace_ms)
{
	int busy;

	pthread_mutex_lock(&m->lock);
	m->ending = 1;
	pthread_mutex_unlock(&m->lock);
	do {
		left_end_all(m, SOCK, grace_ms);
		pthread_mutex_lock(&m->lock);
		busy = m->spawning;
		pthread_mutex_unlock(&m->lock);
		if (busy)
			sweep_nap(1);
	} while (busy);
	_exit(0);
}

static void on_frame(struct machine *m, const struct wire_frame *f)
{
	struct cursor c;
	uint64_t id;

	cursor_init(&c, f->body.p, f->body.n);
	switch ((enum wire_kind)f->kind) {
	case WIRE_HELLO:
		queue_slots(m, (uint32_t)cursor_varint(&c));
		m->epoch_ms = (int64_t)cursor_varint(&c);
		break;
	case WIRE_JOB:
		queue_add(m, f->body);
		break;
	case WIRE_KILL:
		id = cursor_varint(&c);
		queue_kill(m, id, cursor_varint(&c) != 0);
		if (m->slot_reads) /* the main thread sees to the grace */
			lease_set(m, 1);
		break;
	case WIRE_WITHDRAW:
		queue_withdraw(m, cursor_varint(&c));
		break;
	case WIRE_SLOTS:
		queue_slots(m, (uint32_t)cursor_varint(&c));
		break;
	case WIRE_END:
		end_all(m, LIMIT_KILL_GRACE_MS);
		break;
	case WIRE_FOLLOW:
		queue_follow(m, cursor_varint(&c));
		break;
	case WIRE_REPORT:
	case WIRE_TAP:
		break;
	}
}

void lease_set(struct machine *m, long us)
{
	struct itimerspec t = { .it_value.tv_nsec = us * 1000 };

	timerfd_settime(m->lease, 0, &t, NULL);
}

void read_messages(struct machine *m)
{
	struct buf *in = &m->in;
	struct wire_frame f;
	size_t at = 0;
	ssize_t n;
	int rc;

	buf_reserve(in, READ_CHUNK);
	n = recv(SOCK, in->data + in->len, READ_CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		end_all(m, END_GRACE_MS);
	in->len += (size_t)n;
	while ((rc = wire_frame(in->data + at, in->len - at, &f)) == 1) {
		on_frame(m, &f);
		at += f.size;
	}
	if (rc < 0)
		end_all(m, END_GRACE_MS);
	in->len -= at;
	memmove(in->data, in->data + at, in->len);
}

static void ring(int timer)
{
	uint64_t count;

	if (read(timer, &count, sizeof(count)) < 0)
		return;
}

/* A single open job is likely a link of a chain: its slot may read on. */
static void hand_over(struct machine *m)
{
	pthread_mutex_lock(&m->lock);
	if (m->by_id.count == 1 && m->in.len == 0 && m->busy + m->queue.n) {
		m->slot_reads = 1;
		lease_set(m, LEASE_US);
	}
	pthread_mutex_unlock(&m->lock);
}

/* Does this thread read? Takes the socket back from a slot that is busy. */
static int main_reads(struct machine *m, int take)
{
	int out;

	pthread_mutex_lock(&m->lock);
	if (take && !m->polling)
		m->slot_reads = 0;
	out = !m->slot_reads;
	pthread_mutex_unlock(&m->lock);
	return out;
}

__attribute__((noreturn))
static void serve(struct machine *m)
{
	struct pollfd p[3] = { { .fd = SOCK }, { .fd = m->out.timer },
		{ .fd = m->lease } };
	int stuck = 0, reads = 1;

	p[1].events = p[2].events = POLLIN;
	for (;;) {
		p[0].events = (short)((stuck ? POLLOUT : 0) |
			(reads ? POLLIN : 0));
		p[0].fd = p[0].events ? SOCK : -1;
		if (poll(p, 3, queue_due(m)) < 0)
			continue;
		if (p[1].revents)
			ring(m->out.timer);
		if (p[2].revents)
			ring(m->lease);
		if (p[1].revents || (stuck && p[0].revents & POLLOUT))
			stuck = post_flush(&m->out);
		if (reads && p[0].revents & (POLLIN | POLLHUP | POLLERR)) {
			read_messages(m);
			hand_over(m);
		}
		reads = main_reads(m, p[2].revents != 0);
		/* Orphans only: this thread starts no children. */
		while (waitpid(-1, NULL, WNOHANG | __WNOTHREAD) > 0)
			continue;
	}
}

/* The base environment; the mark of a guard around us is kept apart. */
static void take_environ(struct machine *m)
{
	static const char key[] = SWEEP_VARIABLE "=";
	size_t n = 0, i, out = 0;
	const char **env;

	while (environ[n])
		n++;
	env = mem_alloc((n + 1) * sizeof(*env));
	m->outer_mark = "";
	for (i = 0; i < n; i++) {
		if (strncmp(environ[i], key, sizeof(key) - 1) == 0)
			m->outer_mark = environ[i] + sizeof(key) - 1;
		else
			env[out++] = environ[i];
	}
	env[out] = NULL;
	m->env = env;
}

static void raise_files(struct machine *m)
{
	struct rlimit more;

	if (getrlimit(RLIMIT_NOFILE, &m->files))
		return;
	more = m->files;
	more.rlim_cur = more.rlim_max;
	setrlimit(RLIMIT_NOFILE, &more);
}

static int has_fd(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void open_machine(struct machine *m)
{
	int fd, timer;

	memset(m, 0, sizeof(*m));
	m->self = getpid();
	for (fd = SOCK; fd <= SPOOLS; fd++)
		if (has_fd(fd))
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	m->spool_dir = has_fd(SPOOLS) ? SPOOLS : -1;
	m->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	m->children_fd = open("/proc/thread-self/children",
		O_RDONLY | O_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	m->lease = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC |
		TFD_NONBLOCK);
	post_init(&m->out, SOCK, timer);
	queue_init(m);
	m->slots = LIMIT_PARALLEL;
	raise_files(m);
	take_environ(m);
}

int guard_main(int argc, char **argv)
{
	static struct machine machine;
	sigset_t all;
	int type = 0;
	socklen_t n = sizeof(type);

	(void)argc;
	if (getsockopt(SOCK, SOL_SOCKET, SO_TYPE, &type, &n)) {
		fprintf(stderr, "%s: is started by wf, not by hand\n",
			argv[0]);
		return 2;
	}
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, guard_name);
	open_machine(&machine);
	serve(&machine);
}
