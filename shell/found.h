/*
 * What a person finds who comes: runs that were interrupted, and runs that go
 * on in other processes, each with the command that comes back to it. A few
 * lines, once, before the first prompt; it must not make that wait.
 */
#ifndef WF_SHELL_FOUND_H
#define WF_SHELL_FOUND_H

#include "shell/session.h"

void found_say(struct session *s);

#endif
