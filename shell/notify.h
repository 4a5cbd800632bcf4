/*
 * Calling a person back to the terminal when a long run is over: a bell, or
 * a note of the desktop (OSC 9), as /set notify says.
 */
#ifndef WF_SHELL_NOTIFY_H
#define WF_SHELL_NOTIFY_H

#include "engine/core/run.h"
#include "shell/session.h"

/* The run is over, or waits for an answer. Does nothing unless somebody sits at a prompt and it took /set notify_after. */
void notify_over(struct session *s, const struct run *r, const char *ulid);

#endif
