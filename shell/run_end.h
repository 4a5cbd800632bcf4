/*
 * What is said when a run is over: the steps that failed with their last
 * lines, and one line about the run with the commands that go on from it.
 */
#ifndef WF_SHELL_RUN_END_H
#define WF_SHELL_RUN_END_H

#include "shell/session.h"

enum run_end_parts {
	RUN_END_SUMMARY = 1,
	RUN_END_TAILS = 2,     /* last lines of the steps that failed */
	RUN_END_NAMES = 4      /* failed steps without such lines, too */
};

/* `parts`: enum run_end_parts. */
void run_end_say(struct session *s, const struct errand *t,
	const struct run *r, unsigned parts);
/* The last lines of one attempt, each behind "  | ". Appends; how many. */
size_t run_end_tail(struct session *s, const struct result *res,
	struct buf *out);
/* At a terminal: says how a step gets it, when this one looked for it. */
void run_end_no_terminal(struct session *s, const struct result *res);
/* A line about a run for the person, on standard error: wrapped to the
 * width of the terminal, and through its gate. */
void run_end_line(struct session *s, struct str text);

#endif
