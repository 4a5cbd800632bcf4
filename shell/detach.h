/*
 * Leaving a terminal while runs go on: this process stays theirs. Nothing is
 * handed over: it has the loop, the guard's socket and the runs' lock, and
 * only its terminal and its outputs are gone. It ends when they are over.
 */
#ifndef WF_SHELL_DETACH_H
#define WF_SHELL_DETACH_H

#include "shell/session.h"

/* Says how to come back to the runs, then leaves. -1: it stays. */
int detach(struct session *s, struct err *err);

#endif
