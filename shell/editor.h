/*
 * A text in the person's editor.
 */
#ifndef WF_SHELL_EDITOR_H
#define WF_SHELL_EDITOR_H

#include "shell/session.h"

/* Appends what the editor left of `before`. -1 and err: it could not be run,
 * ended with another status than 0, or the text cannot be read. */
int editor_run(struct session *s, struct str before, struct buf *out,
	struct err *err);

#endif
