/*
 * Processes as /proc shows them. No look is atomic, so between seeing a
 * process and signalling it nothing is done that is not needed: what forks a
 * successor every few milliseconds and exits is caught only by who is faster.
 * Hence one family is walked, not all of /proc, and who must be sure looks
 * again until there is nobody. Between the two a pid could in theory be used
 * again; the kernel hands pids out in a cycle, so that takes a full turn of
 * pid_max while one family is walked.
 */
#include "engine/io/guard_sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"

enum { ENVIRON_MAX = 4 << 20 };

void sweep_nap(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

uint64_t proc_ticks(void)
{
	struct timespec t;
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	if (clock_gettime(CLOCK_BOOTTIME, &t))
		return 0;
	return (uint64_t)t.tv_sec * hz +
		(uint64_t)t.tv_nsec * hz / 1000000000;
}

/* "PID (name) S PPID PGRP SESSION …": the name may hold anything. */
static int parse_stat(char *text, struct proc *out)
{
	char *at = strrchr(text, ')');
	long ppid, pgrp, session, threads;
	unsigned long long start;
	char state;

	if (!at)
		return -1;
	if (sscanf(at + 1, " %c %ld %ld %ld %*s %*s %*s %*s %*s %*s %*s %*s"
		" %*s %*s %*s %*s %*s %ld %*s %llu", &state, &ppid, &pgrp,
		&session, &threads, &start) != 6)
		return -1;
	/* A first thread that has ended looks dead while others live. */
	if (state == 'Z' && threads > 1)
		state = 'S';
	out->state = state;
	out->ppid = (pid_t)ppid;
	out->pgrp = (pid_t)pgrp;
	out->session = (pid_t)session;
	out->start = start;
	return 0;
}

/* A look that had no means to see is not one that found nobody. */
static void note_error(struct look *l)
{
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		l->failed = 1;
}

static int read_proc(struct look *l, pid_t pid, struct proc *out)
{
	char path[64], text[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		note_error(l);
		return -1;
	}
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	out->pid = pid;
	return parse_stat(text, out);
}

void procs_release(struct procs *p)
{
	free(p->v);
	memset(p, 0, sizeof(*p));
}

static void procs_add(struct procs *p, const struct proc *one)
{
	p->v = mem_more(p->v, p->n, &p->cap, sizeof(*p->v));
	p->v[p->n++] = *one;
}

static void read_all(struct look *l)
{
	struct proc one;
	const struct dirent *e;
	DIR *dir = opendir("/proc");

	if (!dir)
		note_error(l);
	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) &&
			!read_proc(l, (pid_t)strtol(e->d_name, NULL, 10),
			&one))
			procs_add(&l->all, &one);
	if (dir)
		closedir(dir);
}

int sweep_has_lists(void)
{
	return access("/proc/thread-self/children", R_OK) == 0;
}

void look_open(struct look *l, int lists)
{
	memset(l, 0, sizeof(*l));
	l->lists = lists;
	if (!lists)
		read_all(l);
}

void look_close(struct look *l)
{
	procs_release(&l->all);
}

/* The list's text; opened anew each time, for one that several threads read
 * at a time tears. */
static void read_list(struct look *l, const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		note_error(l);
		return;
	}
	do {
		buf_reserve(b, 4096);
		n = read(fd, b->data + b->len, 4096);
		if (n > 0)
			b->len += (size_t)n;
	} while (n > 0);
	close(fd);
	buf_str(b, " "); /* the next list's numbers are others */
}

/* Those of the list that are children of `parent`, or were and just fell to
 * us: a number that now is another process's is left out. */
static void add_list(struct look *l, struct buf *b, pid_t parent,
	struct procs *out)
{
	pid_t self = getpid();
	struct proc one;
	char *at, *end;

	for (at = b->len ? b->data : NULL; at; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (!read_proc(l, pid, &one) && (one.ppid == parent ||
				one.ppid == self))
			procs_add(out, &one);
	}
}

void look_thread(struct look *l, pid_t tid, struct procs *out)
{
	char path[80];
	struct buf b;

	buf_init(&b);
	snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
		(long)tid);
	read_list(l, path, &b);
	add_list(l, &b, getpid(), out);
	buf_release(&b);
}

static void thread_lists(struct look *l, pid_t pid, struct procs *out)
{
	char path[64];
	const struct dirent *e;
	struct buf b;
	DIR *dir;

	buf_init(&b);
	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	if (!dir)
		note_error(l);
	while (dir && (e = readdir(dir))) {
		char list[400];

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(list, sizeof(list), "%s/%s/children", path,
			e->d_name);
		read_list(l, list, &b);
	}
	if (dir)
		closedir(dir);
	add_list(l, &b, pid, out);
	buf_release(&b);
}

void look_children(struct look *l, pid_t pid, struct procs *out)
{
	size_t i;

	if (l->lists) {
		thread_lists(l, pid, out);
		return;
	}
	for (i = 0; i < l->all.n; i++)
		if (l->all.v[i].ppid == pid)
			procs_add(out, &l->all.v[i]);
}

/* 1 when it lived as we looked, and may be signalled by us. */
static int signal_one(const struct proc *p, int sig)
{
	if (p->state == 'Z' || p->state == 'X' || p->state == 'x') {
		if (p->ppid == getpid())
			waitpid(p->pid, NULL, WNOHANG);
		return 0;
	}
	if (p->pid <= 1 || p->pid == getpid())
		return 0;
	if (kill(p->pid, sig))
		return errno == ESRCH;
	if (sig && sig != SIGKILL)
		kill(p->pid, SIGCONT);
	return 1;
}

size_t look_signal(struct look *l, const struct proc *root, int sig)
{
	struct procs line = { NULL, 0, 0 };
	size_t i, live = 0;

	procs_add(&line, root);
	for (i = 0; i < line.n; i++) {
		look_children(l, line.v[i].pid, &line);
		live += signal_one(&line.v[i], sig);
	}
	procs_release(&line);
	return live + (l->failed != 0);
}

static size_t read_environ_of(const char *path, struct buf *b)
{
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	do {
		buf_reserve(b, 16384);
		n = read(fd, b->data + b->len, 16384);
		if (n > 0)
			b->len += (size_t)n;
	} while (n > 0 && b->len < ENVIRON_MAX);
	close(fd);
	b->data[b->len] = '\0';
	return b->len;
}

/* The environment is the threads'; one that has ended shows none. */
static size_t read_environ(pid_t pid, struct buf *b)
{
	char path[64], of_thread[400];
	const struct dirent *e;
	size_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
	n = read_environ_of(path, b);
	if (n)
		return n;
	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	while (dir && !n && (e = readdir(dir))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(of_thread, sizeof(of_thread), "%s/%s/environ", path,
			e->d_name);
		n = read_environ_of(of_thread, b);
	}
	if (dir)
		closedir(dir);
	return n;
}

enum proc_environ proc_environ(pid_t pid, const char *needle)
{
	static const char key[] = SWEEP_VARIABLE "=";
	enum proc_environ out = ENVIRON_OTHER;
	struct buf b;
	size_t at, n;

	buf_init(&b);
	n = read_environ(pid, &b);
	if (n == 0)
		out = ENVIRON_EMPTY;
	for (at = 0; at < n; at += strlen(b.data + at) + 1) {
		if (strncmp(b.data + at, key, sizeof(key) - 1) != 0)
			continue;
		if (strstr(b.data + at, needle))
			out = ENVIRON_MATCH;
	}
	buf_release(&b);
	return out;
}
