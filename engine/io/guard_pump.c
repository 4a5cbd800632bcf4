/*
 * One job from its pipes to its report, on a slot's thread. Order of things:
 * pipes, spawn, read until the first process has exited, end what it left
 * behind, report. Invariant: whatever the child and its descendants do, after
 * the first process's exit this takes at most the grace and a bounded drain.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/io/clock.h"
#include "engine/io/guard_capture.h"
#include "engine/io/guard_side.h"
#include "engine/io/guard_sweep.h"
#include "engine/io/guard_wire.h"

enum {
	IN, OUT, ERR, EXITED,
	PIPE_MAX = 1 << 20,
	LAZY_ROUNDS = 16,
	LAZY_MS = 20,       /* a job this short needs no pidfd */
	LINGER_US = 50000,  /* what is left may end by itself this long */
	DRAIN_US = 200000   /* a pipe held open by nobody we know */
};

struct guard_run {
	struct slot *s;
	struct machine *m;
	struct child *t;
	int fd[4];          /* our ends of the pipes and the pidfd; or -1 */
	size_t fed;         /* of job.in */
	struct capture cap[2];
	struct order order;
	struct lastline line;
	struct guard_report report;
	struct rusage usage;
	uint64_t start_us;
	pid_t pid;
	int status;
	uint32_t rounds;    /* of poll */
	uint8_t exited, no_pidfd;
	uint8_t following;  /* what came before has been sent */
	uint8_t cut[2];     /* the follower gets no more of the stream */
};

struct guard_run *guard_run_new(void)
{
	return mem_zero(sizeof(struct guard_run));
}

void guard_run_free(struct guard_run *r)
{
	buf_release(&r->cap[0].head);
	buf_release(&r->cap[1].head);
	buf_release(&r->order.runs);
	free(r);
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Writes what the pipe takes; ours is non-blocking, the child's end not. */
static void feed(struct guard_run *r)
{
	struct str in = r->t->job.in;
	ssize_t n = 0;

	while (r->fed < in.n) {
		n = write(r->fd[IN], in.p + r->fed, in.n - r->fed);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		r->fed += (size_t)n;
	}
	if (r->fed == in.n || (n < 0 && errno != EAGAIN))
		shut(&r->fd[IN]);
}

static int in_file(struct guard_run *r, struct spawn *sp)
{
	const struct guard_job *job = &r->t->job;
	const char *path = job->in_path;
	int flags;

	if (path[0] != '/' && job->dir)
		path = arena_printf(&r->s->arena, "%s/%s", job->dir, path);
	/* A FIFO without a writer must not hold the slot. */
	sp->fd[IN] = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	sp->what = job->in_path;
	if (sp->fd[IN] < 0)
		return -1;
	flags = fcntl(sp->fd[IN], F_GETFL);
	return fcntl(sp->fd[IN], F_SETFL, flags & ~O_NONBLOCK);
}

static int in_pipe(struct guard_run *r, struct spawn *sp)
{
	int p[2];

	sp->what = "pipe";
	if (pipe2(p, O_CLOEXEC))
		return -1;
	sp->fd[IN] = p[0];
	r->fd[IN] = p[1];
	if (fcntl(p[1], F_SETFL, O_NONBLOCK))
		return -1;
	feed(r);
	return 0;
}

static int open_all(struct guard_run *r, struct spawn *sp)
{
	int i, p[2];

	for (i = OUT; i <= ERR; i++) {
		sp->what = "pipe";
		if (pipe2(p, O_CLOEXEC))
			return -1;
		r->fd[i] = p[0];
		sp->fd[i] = p[1];
	}
	if (r->t->job.in_path)
		return in_file(r, sp);
	if (r->t->job.in.n)
		return in_pipe(r, sp);
	sp->fd[IN] = r->m->null_fd;
	return 0;
}

static void set_end(struct guard_run *r, enum guard_end end, int code,
	const char *what)
{
	r->report.end = (uint8_t)end;
	r->report.code = code;
	r->report.what = str_of(what);
}

static void begin(struct guard_run *r)
{
	struct child *t = r->t;

	pthread_mutex_lock(&r->m->lock);
	t->pid = r->pid;
	if (t->stop != STOP_NONE)
		kill_group(t, t->stop == STOP_HARD ? SIGKILL : SIGTERM);
	pthread_mutex_unlock(&r->m->lock);
}

static int try_start(struct guard_run *r, struct spawn *sp)
{
	int i, rc;

	*sp = (struct spawn){ .fd = { -1, -1, -1 }, .end = GUARD_FAILED };
	r->fed = 0;
	rc = open_all(r, sp);
	if (rc)
		sp->error = errno;
	/* Before the process: a descendant's start is never earlier. */
	r->t->start_ticks = proc_ticks();
	if (!rc)
		rc = spawn_task(r->s, r->t, sp);
	for (i = 0; i < 3; i++) {
		if (sp->fd[i] != r->m->null_fd)
			shut(&sp->fd[i]);
		if (rc)
			shut(&r->fd[i]);
	}
	return rc;
}

/* Of processes, memory or descriptors there may be enough again soon. */
static int is_scarce(const struct spawn *sp)
{
	return sp->error == EAGAIN || (sp->end == GUARD_FAILED &&
		(sp->error == ENOMEM || sp->error == EMFILE ||
		sp->error == ENFILE));
}

/* 0 when it is not worth waiting on: stopped, ending, or for too long. */
static int wait_for_room(struct guard_run *r, unsigned *nap)
{
	int goes_on;

	pthread_mutex_lock(&r->m->lock);
	goes_on = r->t->stop == STOP_NONE && !r->m->ending;
	pthread_mutex_unlock(&r->m->lock);
	if (!goes_on || clock_mono_us() - r->start_us >
			(uint64_t)LIMIT_SPAWN_WAIT_MS * 1000)
		return 0;
	sweep_nap(*nap);
	if (*nap < 100)
		*nap *= 2;
	return 1;
}

static int start(struct guard_run *r)
{
	struct spawn sp;
	unsigned nap = 2;
	int rc;

	while ((rc = try_start(r, &sp)) && is_scarce(&sp) &&
			wait_for_room(r, &nap))
		continue;
	if (rc) {
		set_end(r, sp.end, sp.error, sp.what);
		return -1;
	}
	r->pid = sp.pid;
	begin(r);
	return 0;
}

enum { TO_FOLLOWER = 2 }; /* beside the stream's number */

/* Without a gap from its beginning: the owner counts the bytes. */
static void tell_follower(struct guard_run *r, int stream, struct str bytes)
{
	if (!r->cut[stream] && post_tap(&r->m->out, r->t->job.id,
			stream | TO_FOLLOWER, bytes) < 0)
		r->cut[stream] = 1;
}

/* All that is kept of a stream, for who follows from now on. */
static void catch_up(struct guard_run *r, int stream)
{
	const struct capture *c = &r->cap[stream];
	struct str all = { buf_cstr(&c->head), c->head.len };
	char part[4096];
	uint64_t at = 0;
	ssize_t n;

	if (c->fd < 0 && all.n)
		tell_follower(r, stream, all);
	while (c->fd >= 0 && at < c->len) {
		n = pread(c->fd, part, sizeof(part), (off_t)at);
		if (n <= 0) {
			r->cut[stream] = 1;
			return;
		}
		tell_follower(r, stream, (struct str){ part, (size_t)n });
		at += (uint64_t)n;
	}
}

static void begin_following(struct guard_run *r)
{
	r->following = 1;
	catch_up(r, 0);
	catch_up(r, 1);
}

/* Somebody follows, this job or one that was here before. */
static void woken(struct guard_run *r)
{
	uint64_t count;

	if (read(r->s->wake, &count, sizeof(count)) < 0)
		return; /* nothing is lost: the next round looks again */
}

static void take(struct guard_run *r, int which)
{
	int stream = which - OUT;
	ssize_t n = read(r->fd[which], r->s->chunk, SLOT_CHUNK);
	struct str got;
	size_t kept;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		shut(&r->fd[which]);
		return;
	}
	got = (struct str){ r->s->chunk, (size_t)n };
	if (!r->following && atomic_load(&r->t->follow))
		begin_following(r);
	kept = capture_add(&r->cap[stream], got.p, got.n, r->m->spool_dir);
	order_add(&r->order, stream, kept,
		(clock_mono_us() - r->start_us) / 1000);
	/* what is not kept is not told: the tap stays a beginning of it */
	if (r->t->job.flags & GUARD_TAP && kept)
		post_tap(&r->m->out, r->t->job.id, stream,
			(struct str){ got.p, kept });
	if (r->following && kept)
		tell_follower(r, stream, (struct str){ got.p, kept });
	if (r->t->job.flags & GUARD_LINE_TAP)
		lastline_add(&r->line, stream, got.p, got.n);
}

/* Sends the last line when due; returns ms until it is, or -1. */
static int tap_line(struct guard_run *r)
{
	uint64_t now, due;

	if (!r->line.fresh)
		return -1;
	now = clock_mono_us();
	due = r->line.sent_us + LINE_TAP_US;
	if (now < due)
		return (int)((due - now) / 1000) + 1;
	r->line.sent_us = now;
	r->line.fresh = 0;
	post_line(&r->m->out, r->t->job.id, r->line.stream,
		(struct str){ r->line.text, r->line.n });
	return -1;
}

static int has_exited(struct guard_run *r)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT))
		return 1;
	return info.si_pid == r->pid;
}

/* Most jobs are over before this is called the first time. */
static void watch_exit(struct guard_run *r)
{
	if (r->exited || r->fd[EXITED] >= 0)
		return;
	if (!r->no_pidfd) {
		r->fd[EXITED] = (int)syscall(SYS_pidfd_open, r->pid, 0);
		r->no_pidfd = r->fd[EXITED] < 0;
	}
	if (r->no_pidfd && has_exited(r))
		r->exited = 1;
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Waits up to wait_ms (-1: for something to happen). */
static void pump_once(struct guard_run *r, int wait_ms)
{
	struct pollfd p[5];
	int i, n;

	if (!r->following && atomic_load(&r->t->follow))
		begin_following(r);
	for (i = 0; i < 5; i++) {
		p[i].fd = i < 4 ? r->fd[i] : r->s->wake;
		p[i].events = i == IN ? POLLOUT : POLLIN;
		p[i].revents = 0;
	}
	if (!r->exited && r->fd[EXITED] < 0)
		wait_ms = sooner(wait_ms, LAZY_MS);
	n = poll(p, 5, sooner(wait_ms, tap_line(r)));
	/* A grandchild that never stops writing must not hide the exit. */
	if (n <= 0 || ++r->rounds > LAZY_ROUNDS)
		watch_exit(r);
	if (n <= 0)
		return;
	if (p[4].revents)
		woken(r);
	if (p[IN].revents)
		feed(r);
	for (i = OUT; i <= ERR; i++) {
		if (p[i].revents & POLLIN)
			take(r, i);
		else if (p[i].revents)
			shut(&r->fd[i]);
	}
	if (p[EXITED].revents) {
		r->exited = 1;
		shut(&r->fd[EXITED]);
	}
}

static int piped(const struct guard_run *r)
{
	return r->fd[OUT] >= 0 || r->fd[ERR] >= 0;
}

static void reap(struct guard_run *r)
{
	pid_t got;

	do
		got = wait4(r->pid, &r->status, 0, &r->usage);
	while (got < 0 && errno == EINTR);
	/* Only the ending guard reaps what is not its own. */
	assert(got == r->pid || r->m->ending);
	r->report.dur_us = clock_mono_us() - r->start_us;
	if (WIFSIGNALED(r->status))
		set_end(r, GUARD_SIGNALLED, WTERMSIG(r->status), NULL);
	else
		set_end(r, GUARD_EXITED, WEXITSTATUS(r->status), NULL);
}

/* Reads what the first process left in the pipes, without waiting. Others
 * may still write, so this is bounded by what a pipe can hold. */
static void drain_now(struct guard_run *r)
{
	int chunks = PIPE_MAX / SLOT_CHUNK + 1;
	uint64_t before;

	do {
		before = r->cap[0].len + r->cap[1].len;
		pump_once(r, 0);
	} while (piped(r) && --chunks &&
		before != r->cap[0].len + r->cap[1].len);
}

struct leaving {
	uint64_t since_us, kill_us, alone_us;
	uint8_t termed, empty;
};

/* Which signal is due for what is left, 0 for none. */
static int due_signal(struct guard_run *r, struct leaving *l, uint64_t now)
{
	int stop;

	pthread_mutex_lock(&r->m->lock);
	stop = r->t->stop;
	pthread_mutex_unlock(&r->m->lock);
	if (stop == STOP_HARD || (l->termed && now >= l->kill_us))
		return SIGKILL;
	if (l->termed || (stop == STOP_NONE && now - l->since_us < LINGER_US))
		return 0;
	l->termed = 1;
	l->kill_us = now + LIMIT_KILL_GRACE_MS * 1000;
	return SIGTERM;
}

/* One look at what is left; returns 1 when there is nothing to wait for. */
static int settled(struct guard_run *r, struct leaving *l)
{
	uint64_t now = clock_mono_us();
	int sig = due_signal(r, l, now);
	size_t live = left_signal(r->s, r->t, sig);

	if (live && sig)
		r->report.leftovers = 1;
	if (live) {
		l->alone_us = 0;
		l->empty = 0;
		return 0;
	}
	/* A scan may miss what is born meanwhile. */
	if (l->empty++ == 0 && !left_nothing(r->s, r->t))
		return 0;
	if (!piped(r))
		return 1;
	if (!l->alone_us)
		l->alone_us = now;
	return now - l->alone_us >= DRAIN_US;
}

/* The first process has gone: end the rest of its group and its orphans. */
static void settle(struct guard_run *r)
{
	struct leaving l = { .since_us = clock_mono_us() };
	int step = 1;

	if (left_nothing(r->s, r->t) && !piped(r))
		return;
	drain_now(r);
	while (!settled(r, &l)) {
		if (piped(r))
			pump_once(r, step);
		else
			sweep_nap((unsigned)step);
		if (step < 20)
			step *= 2;
	}
	drain_now(r);
}

static uint64_t micros(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

static void report(struct guard_run *r)
{
	struct guard_report *p = &r->report;
	int i;

	for (i = 0; i < 2; i++) {
		if (r->cap[i].error)
			set_end(r, GUARD_FAILED, r->cap[i].error, "spool");
		capture_end(&r->cap[i], i ? &p->err : &p->out);
	}
	p->index = order_end(&r->order);
	p->cpu_us = micros(r->usage.ru_utime) + micros(r->usage.ru_stime);
	p->max_rss_kib = (uint32_t)r->usage.ru_maxrss;
	task_report(r->m, r->t, p);
}

/* A service's process may still write: keep its pipes flowing. */
static void discard(struct guard_run *r)
{
	struct pollfd p[2];
	int i;

	while (piped(r)) {
		for (i = 0; i < 2; i++) {
			p[i].fd = r->fd[OUT + i];
			p[i].events = POLLIN;
			p[i].revents = 0;
		}
		if (poll(p, 2, -1) < 0)
			continue;
		for (i = 0; i < 2; i++)
			if (p[i].revents && read(p[i].fd, r->s->chunk,
				SLOT_CHUNK) <= 0)
				shut(&r->fd[OUT + i]);
	}
}

static void prepare(struct guard_run *r, struct slot *s, struct child *t)
{
	const struct guard_job *job = &t->job;
	uint64_t cap = job->cap ? job->cap : LIMIT_CAPTURE;
	uint32_t max = job->inline_max;
	int i;

	r->s = s;
	r->m = s->m;
	r->t = t;
	r->fed = 0;
	r->exited = 0;
	r->following = 0;
	memset(r->cut, 0, sizeof(r->cut));
	r->rounds = 0;
	r->pid = 0;
	memset(&r->usage, 0, sizeof(r->usage));
	memset(&r->line, 0, sizeof(r->line));
	memset(&r->report, 0, sizeof(r->report));
	if (max > WIRE_INLINE_MAX)
		max = WIRE_INLINE_MAX;
	for (i = 0; i < 2; i++)
		capture_start(&r->cap[i], cap, max);
	order_start(&r->order);
	for (i = 0; i < 4; i++)
		r->fd[i] = -1;
	r->start_us = clock_mono_us();
	r->report.id = job->id;
	r->report.start_ms = r->m->epoch_ms + clock_boot_ms();
	r->report.queued_ms = (uint32_t)((r->start_us - t->queued_us) / 1000);
}

static void follow(struct guard_run *r)
{
	while (!r->exited && (piped(r) || r->fd[IN] >= 0))
		pump_once(r, -1);
	shut(&r->fd[IN]);
	if (!r->exited && !has_exited(r)) {
		watch_exit(r); /* it has closed its outputs, and goes on */
		while (!r->exited && r->fd[EXITED] >= 0)
			pump_once(r, -1);
	}
	shut(&r->fd[EXITED]);
	reap(r);
	r->exited = 1;
}

/* From now on no signal goes to the group's number. */
static void leave_group(struct guard_run *r)
{
	pthread_mutex_lock(&r->m->lock);
	r->t->gone = 1;
	pthread_mutex_unlock(&r->m->lock);
}

/* Whom queue_follow() wakes, until the task is reported. */
static void take_place(struct machine *m, struct child *t, struct slot *s)
{
	pthread_mutex_lock(&m->lock);
	t->slot = s;
	pthread_mutex_unlock(&m->lock);
}

void guard_run_task(struct slot *s, struct child *t)
{
	struct guard_run *r = s->run;
	int i, service = (t->job.flags & GUARD_SERVICE) != 0;

	prepare(r, s, t);
	take_place(r->m, t, s);
	if (!start(r)) {
		follow(r);
		if (service)
			drain_now(r);
		else
			settle(r);
		if (!service)
			leave_group(r);
	}
	report(r);
	if (service && r->pid && !left_nothing(s, t)) {
		discard(r);
		return; /* the task stays: its group lives on */
	}
	for (i = 0; i < 4; i++)
		shut(&r->fd[i]);
	task_over(r->m, t);
	arena_release(&s->arena);
	arena_init(&s->arena);
}
