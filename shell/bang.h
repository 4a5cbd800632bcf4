/*
 * `!text`: the user's shell, in the foreground, with our descriptors. Its
 * status is the line's.
 */
#ifndef WF_SHELL_BANG_H
#define WF_SHELL_BANG_H

#include "shell/session.h"

int bang_run(struct session *s, struct str text, struct err *err);
/* Runs `sh -c text` with argv[1] = arg; for $EDITOR. */
int bang_editor(const char *command, const char *path, struct err *err);

#endif
