/*
 * Progress in plain lines on standard error: one per change of state, no
 * colour, no cursor motion; under CI a sign of life every 30 s. At the end
 * the last lines of the steps that failed, and one line about the run.
 */
#ifndef WF_SHELL_OBSERVE_PLAIN_H
#define WF_SHELL_OBSERVE_PLAIN_H

#include "shell/session.h"

struct progress *progress_new(struct session *s);
void progress_free(struct progress *p);
/* Whether there is a live view, which wants the last lines of steps. */
int progress_is_live(const struct progress *p);
void progress_output(struct progress *p, uint32_t slot, struct place at,
	struct str bytes);
/* What happens to a run that no engine here tells of, another process's: an
 * event, and its end, or that it stands still. */
void progress_event(struct progress *p, const struct errand *t,
	const struct event *e);
void progress_over(struct progress *p, struct errand *t);
/* The run has come from the background or another process, or goes on
 * there. */
void progress_front(struct progress *p, const struct errand *t);
void progress_leave(struct progress *p, uint32_t slot);

#endif
