/*
 * /runs purge deletes runs that are named, or what is over the bounds; /runs
 * pin keeps runs whatever their age, /runs unpin no more.
 */
#ifndef WF_SHELL_PURGE_H
#define WF_SHELL_PURGE_H

#include "shell/cmd.h"
#include "shell/session.h"

int pin_runs(struct session *s, const struct cmd_args *a, int on,
	struct cmd_out *o);
int purge_runs(struct session *s, const struct cmd_args *a,
	struct cmd_out *o);

#endif
