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
/* Our own session, without a terminal, and the monitor ends with status 0.
 * Standard input and outputs are /dev/null from then on. -1: we have none,
 * or are not alone; nothing has happened. */
int monitor_leave(struct err *err);

#endif
