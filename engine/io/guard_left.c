/*
 * What jobs leave behind. A process belongs to an ended job when it is in the
 * job's group or session, or is an orphan that fell to the guard and carries
 * the job's mark in its environment, or descends from one of these. An orphan
 * without any mark is a stray: it is ended as soon as no job is running that
 * began before it, and in any case with the guard.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/io/clock.h"
#include "engine/io/guard_side.h"
#include "engine/io/guard_sweep.h"

static int has_any(int children_fd)
{
	char some[16];

	return children_fd < 0 ||
		pread(children_fd, some, sizeof(some), 0) != 0;
}

/* Orphans fall to the main thread. What a job's first process made its own
 * sibling is its slot's, as the first process was. */
int left_nothing(struct slot *s, struct child *t)
{
	if (kill(-t->pid, 0) == 0 || errno != ESRCH)
		return 0;
	return !has_any(s->children_fd) && !has_any(s->m->children_fd);
}

/* Under lock: could any running job or service have begotten it? */
static int may_be_anyones(struct machine *m, const struct proc *p,
	const struct child *but)
{
	struct child *t;

	for (t = m->running.head; t; t = t->next) {
		if (t == but)
			continue;
		/* one without a pid may just have begun */
		if (!t->pid || p->start >= t->start_ticks)
			return 1;
	}
	return 0;
}

static int is_of_group(const struct child *t, const struct proc *p)
{
	return p->pgrp == t->pid || p->session == t->pid;
}

static int is_ours(struct machine *m, const struct child *t,
	const struct proc *p)
{
	int claimed;

	if (is_of_group(t, p) ||
		proc_environ(p->pid, t->mark) == ENVIRON_MATCH)
		return 1;
	if (m->children_fd < 0)
		return 0;
	/* Dead ones are taken so that they are reaped. */
	if (p->state == 'Z')
		return 1;
	pthread_mutex_lock(&m->lock);
	claimed = may_be_anyones(m, p, t);
	pthread_mutex_unlock(&m->lock);
	return !claimed;
}

/* Orphans of the job, and what is its slot's. Without lists any child of the
 * guard may be one. */
static size_t signal_orphans(struct slot *s, struct child *t, int sig)
{
	struct procs some = { NULL, 0, 0 };
	struct machine *m = s->m;
	struct look l;
	size_t i, own = 0, live = 0;

	look_open(&l, m->children_fd >= 0);
	if (l.lists) {
		look_thread(&l, s->tid, &some);
		own = some.n;
		look_thread(&l, m->self, &some);
	} else {
		look_children(&l, m->self, &some);
	}
	for (i = 0; i < some.n; i++)
		if (i < own || is_ours(m, t, &some.v[i]))
			live += look_signal(&l, &some.v[i], sig);
	live += l.failed != 0;
	procs_release(&some);
	look_close(&l);
	return live;
}

/* Members of the group or session below a process that is not known to be
 * the job's. */
static size_t signal_members(struct child *t, int sig)
{
	struct look l;
	size_t i, live = 0;

	look_open(&l, 0);
	for (i = 0; i < l.all.n; i++)
		if (is_of_group(t, &l.all.v[i]))
			live += look_signal(&l, &l.all.v[i], sig);
	live += l.failed != 0;
	look_close(&l);
	return live;
}

size_t left_signal(struct slot *s, struct child *t, int sig)
{
	size_t live = signal_orphans(s, t, sig);

	if (!live && !left_nothing(s, t))
		live = signal_members(t, sig);
	return live;
}

/* 1 when we have no child at all; then no descendant lives either, since
 * every one of them falls to us. */
static int reap_all(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG);
	while (pid > 0);
	return pid < 0 && errno == ECHILD;
}

static size_t signal_groups(struct machine *m, int sig)
{
	struct child *t;
	size_t live = 0;

	pthread_mutex_lock(&m->lock);
	for (t = m->running.head; t; t = t->next)
		live += t->pid && !t->gone && kill(-t->pid, sig) == 0;
	pthread_mutex_unlock(&m->lock);
	return live;
}

static size_t signal_all(struct machine *m, int sig)
{
	struct procs ours = { NULL, 0, 0 };
	struct look l;
	size_t i, live = 0;

	look_open(&l, m->children_fd >= 0);
	look_children(&l, m->self, &ours);
	for (i = 0; i < ours.n; i++)
		live += look_signal(&l, &ours.v[i], sig);
	live += l.failed != 0;
	/* without /proc: at least what we started */
	if (ours.n == 0 && access("/proc/self/stat", F_OK) < 0)
		live += signal_groups(m, sig);
	procs_release(&ours);
	look_close(&l);
	return live;
}

/* The shell may die while its guard ends politely. */
static int closed(int sock)
{
	char some[256];
	ssize_t n;

	do
		n = recv(sock, some, sizeof(some), MSG_DONTWAIT);
	while (n > 0);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

void left_end_all(struct machine *m, int sock, unsigned grace_ms)
{
	uint64_t since = clock_mono_us(), now;
	unsigned step = 1, hurry_ms = 100, empty = 0;
	int sig = SIGTERM;

	while (!reap_all() && empty < 20) {
		empty = signal_all(m, sig) ? 0 : empty + 1;
		sweep_nap(step);
		if (step < 8)
			step *= 2;
		if (grace_ms > hurry_ms && closed(sock))
			grace_ms = hurry_ms;
		now = clock_mono_us();
		sig = now - since >= grace_ms * 1000u ? SIGKILL : 0;
	}
}
