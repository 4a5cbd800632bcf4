/*
 * The terminal for a step with @tty: the step controls a terminal of its own
 * (a pty), and bytes go between that and the person's until it ends. So the
 * guard keeps the step, and every key is the step's. What it shows is between
 * it and the person: it is not journalled.
 */
#ifndef WF_SHELL_RELAY_H
#define WF_SHELL_RELAY_H

#include "shell/session.h"

struct relay;

/* Lends to the engine's steps from now on. */
struct relay *relay_new(struct session *s);
/* wf is about to stop, or goes on: while a step has the terminal that is left
 * as it was found, and taken again. */
void relay_pause(struct relay *r);
void relay_go_on(struct relay *r);
/* Takes the terminal back from a step that may still run: wf leaves. */
void relay_end(struct relay *r);
/* NULL is fine. */
void relay_free(struct relay *r);

#endif
