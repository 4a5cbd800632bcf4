/*
 * The process that a terminal's shell waits for. At a prompt wf works in a
 * child of it: so a person can leave, the terminal is free again, and the
 * child goes on with its runs as it is, without handing anything over. The
 * monitor only waits: it ends as its child does, stops when that stops, and
 * passes on what is sent to it alone.
 */
#ifndef WF_SHELL_MONITOR_H
#define WF_SHELL_MONITOR_H

#include "engine/base/err.h"

/* Before there is any thread. Returns in the child; also when no process
 * could be made, then nobody can leave. */
void monitor_start(void);
/* 1 in a child whose monitor has died: the terminal has gone back to the outer
 * shell. From a signal's handler, too. */
int monitor_is_lost(void);
/* -1: there is none, so nobody can leave. */
int monitor_check(struct err *err);
/* Our own session, without a terminal, and the monitor ends with status 0.
 * Standard input and outputs are /dev/null from then on. -1: we cannot; nothing
 * has happened. */
int monitor_leave(struct err *err);

/* Ctrl-Z, done by whoever caught it: this process stops, and with it the
 * monitor, so that our shell goes on. Not where no shell could make it go on
 * again: then nothing happens. */
void monitor_stop(void);

#endif
