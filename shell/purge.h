/*
 * /runs purge: deletes runs that are named, or what is over the bounds.
 */
#ifndef WF_SHELL_PURGE_H
#define WF_SHELL_PURGE_H

#include "shell/cmd.h"
#include "shell/session.h"

int purge_runs(struct session *s, const struct cmd_args *a,
	struct cmd_out *o);

#endif
