/*
 * Bare words at a prompt: `git status` is not what a model is to be told.
 */
#ifndef WF_SHELL_BARE_H
#define WF_SHELL_BARE_H

#include "engine/front/line.h"
#include "shell/session.h"

/* When the line names a program the person is asked whether it is for the
 * shell: 1 it is, -1 no. 0: it names none. */
int bare_is_for_shell(struct session *s, const struct line *line);

#endif
