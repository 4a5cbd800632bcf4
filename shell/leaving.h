/*
 * Leaving a prompt: nothing that goes on is left without a word. Programs
 * that are stopped are told of once; of runs the person says whether wf waits
 * for them, leaves them, cancels them, or stays.
 */
#ifndef WF_SHELL_LEAVING_H
#define WF_SHELL_LEAVING_H

#include "shell/session.h"

struct leaving_state {
	uint8_t alone;         /* wf has left the terminal, the runs go on */
	uint8_t told;          /* of programs that are stopped */
};

/* After /quit or Ctrl-D, at a prompt: s->quit is 0 when wf stays. */
void leaving_decide(struct session *s, struct leaving_state *l);

#endif
