/*
 * Finding processes in /proc and ending them. Used by the guard for what a
 * job left behind and at its end, and by the shell when a guard died.
 * Private to the guard's files.
 */
#ifndef WF_IO_GUARD_SWEEP_H
#define WF_IO_GUARD_SWEEP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Every child carries this variable: the path of the jobs it is part of,
 * one "/GUARD.SERIAL/" per nested guard. */
#define SWEEP_VARIABLE "WF_GUARD_JOB"

struct proc {
	pid_t pid, ppid, pgrp, session;
	uint64_t start;   /* ticks since boot */
	char state;
	uint8_t marked;
};
struct procs {
	struct proc *v;   /* by pid */
	size_t n, cap;
};

/* Reads all processes of /proc; an empty list when there is no /proc. */
void procs_read(struct procs *p);
void procs_release(struct procs *p);
struct proc *procs_find(const struct procs *p, pid_t pid); /* may be NULL */
/* Marks what descends from marked processes. */
void procs_spread(struct procs *p);
/* Sends sig (0: none) to the marked, reaps those that are dead children of
 * ours, and returns how many live that we may signal. */
size_t procs_signal(struct procs *p, int sig);

enum proc_environ { ENVIRON_OTHER, ENVIRON_MATCH, ENVIRON_EMPTY };
/* Does SWEEP_VARIABLE in the process's environment contain `needle`? */
enum proc_environ proc_environ(pid_t pid, const char *needle);

/* Now, in the unit of proc.start. */
uint64_t proc_ticks(void);
void sweep_nap(unsigned ms);

#endif
