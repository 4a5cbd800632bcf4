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
};
struct procs {
	struct proc *v;
	size_t n, cap;
};
void procs_release(struct procs *p);

/* One look at the machine's processes. */
struct look {
	struct procs all; /* without lists: everything at the time of opening */
	int lists;
	int failed;       /* no descriptor or memory: somebody may be unseen */
};

/* Does the kernel list children (/proc/PID/task/TID/children)? */
int sweep_has_lists(void);
/* Without lists all of /proc is read. Without /proc it shows nobody. */
void look_open(struct look *l, int lists);
void look_close(struct look *l);
/* Appends the children of a process. */
void look_children(struct look *l, pid_t pid, struct procs *out);
/* Appends the children of one thread of ours; needs lists. */
void look_thread(struct look *l, pid_t tid, struct procs *out);
/* Sends sig (0: none) to a process and all its descendants, each as soon as
 * its children are known; reaps dead children of ours. Returns how many lived
 * when looked at that may be signalled, and one more if the look failed. */
size_t look_signal(struct look *l, const struct proc *root, int sig);

enum proc_environ { ENVIRON_OTHER, ENVIRON_MATCH, ENVIRON_EMPTY };
/* Does SWEEP_VARIABLE in the process's environment contain `needle`? */
enum proc_environ proc_environ(pid_t pid, const char *needle);

/* Now, in the unit of proc.start. */
uint64_t proc_ticks(void);
void sweep_nap(unsigned ms);

#endif
