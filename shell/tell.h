/*
 * Telling of errors, once, at the top: all of a text's, the one of a line,
 * the one that keeps wf from starting. In the form that is asked for: text
 * on standard error, or a document on standard output. Under jsonl the
 * document is an event too, the last one.
 */
#ifndef WF_SHELL_TELL_H
#define WF_SHELL_TELL_H

#include "engine/front/diag.h"
#include "shell/session.h"

struct submission;

/* `said` is the line's own -o, or NULL. Returns the exit status. */
int tell_diags(struct session *s, const struct diags *d, const char *said);
/* At the place of the line. */
int tell_err(struct session *s, const struct submission *sub,
	const struct err *err, int status);
/* Before a session is open, or without any line. */
int tell_start(const struct options *o, const struct err *err, int status);

#endif
