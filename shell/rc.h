/*
 * Start-up scripts: the person's ~/.wfrc, then ./.wfrc of the directory once
 * that is trusted. An error in one is told, and the prompt comes all the
 * same.
 */
#ifndef WF_SHELL_RC_H
#define WF_SHELL_RC_H

#include "shell/session.h"

/* Both, in this order. */
void rc_start(struct session *s);
/* The text of a start-up script: 0, or the status of what is wrong. */
int rc_run(struct session *s, const char *path, struct str text);
/* The .wfrc that a directory, or a file, means: absolute, resolved as far as
 * it exists; owned. */
char *rc_path(const char *said);

#endif
