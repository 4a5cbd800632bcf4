/*
 * Processes as /proc shows them. A scan is not atomic: who must be sure that
 * nobody is left scans until two in a row find nobody. Between scan and
 * signal a pid could in theory be used again; the kernel hands pids out in a
 * cycle, so that takes a full turn of pid_max within milliseconds.
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
	out->marked = 0;
	return 0;
}

static int read_proc(int proc_fd, const char *name, struct proc *out)
{
	char path[64], text[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/stat", name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	out->pid = (pid_t)strtol(name, NULL, 10);
	return parse_stat(text, out);
}

static int by_pid(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

void procs_read(struct procs *p)
{
	struct proc one;
	struct dirent *e;
	DIR *dir = opendir("/proc");

	memset(p, 0, sizeof(*p));
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		if (read_proc(dirfd(dir), e->d_name, &one))
			continue;
		p->v = mem_more(p->v, p->n, &p->cap, sizeof(*p->v));
		p->v[p->n++] = one;
	}
	closedir(dir);
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_pid);
}

void procs_release(struct procs *p)
{
	free(p->v);
	memset(p, 0, sizeof(*p));
}

struct proc *procs_find(const struct procs *p, pid_t pid)
{
	struct proc key = { .pid = pid };

	if (!p->n)
		return NULL;
	return bsearch(&key, p->v, p->n, sizeof(*p->v), by_pid);
}

void procs_spread(struct procs *p)
{
	struct proc *parent;
	int changed = 1;
	size_t i;

	while (changed) {
		changed = 0;
		for (i = 0; i < p->n; i++) {
			if (p->v[i].marked)
				continue;
			parent = procs_find(p, p->v[i].ppid);
			if (!parent || !parent->marked)
				continue;
			p->v[i].marked = 1;
			changed = 1;
		}
	}
}

static int is_dead(const struct proc *p)
{
	return p->state == 'Z' || p->state == 'X' || p->state == 'x';
}

size_t procs_signal(struct procs *p, int sig)
{
	pid_t self = getpid();
	size_t i, live = 0;
	int rc;

	for (i = 0; i < p->n; i++) {
		struct proc *one = &p->v[i];

		if (!one->marked || one->pid == self)
			continue;
		if (is_dead(one)) {
			if (one->ppid == self)
				waitpid(one->pid, NULL, WNOHANG);
			continue;
		}
		rc = kill(one->pid, sig);
		if (rc == 0 && sig && sig != SIGKILL)
			kill(one->pid, SIGCONT);
		live += rc == 0;
	}
	return live;
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
