/*
 * Bare words at a prompt: `git status` is not what a model is to be told.
 */
#ifndef WF_SHELL_BARE_H
#define WF_SHELL_BARE_H

#include "engine/front/line.h"
#include "shell/session.h"

/* 1 when the line names a program and the person, who is asked, says that it
 * is for the shell. */
int bare_is_for_shell(struct session *s, const struct line *line);

#endif
