/*
 * -o jsonl: the events of the foreground run as JSON lines on standard
 * output. The last line is always run.finished with status and exit.
 */
#ifndef WF_SHELL_OBSERVE_JSONL_H
#define WF_SHELL_OBSERVE_JSONL_H

#include "shell/session.h"

struct jsonl *jsonl_new(struct session *s);
void jsonl_free(struct jsonl *j);
/* Tells of the errand's run from now on, into its sink; borrows t until the
 * end. */
void jsonl_begin(struct jsonl *j, const struct errand *t);
/* An event of its run that no engine here publishes. */
void jsonl_event(struct jsonl *j, const struct event *e);
/* The last line, whatever happened; tells of no run any more. */
void jsonl_end(struct jsonl *j, const char *status, int exit);

#endif
