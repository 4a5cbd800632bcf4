/*
 * Exit statuses of lines and of `wf`: the table of shell.md in one place.
 */
#ifndef WF_SHELL_STATUS_H
#define WF_SHELL_STATUS_H

#include <sys/types.h>

#include "engine/base/err.h"
#include "engine/core/run.h"

enum {
	STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2,
	STATUS_REFUSED = 4, STATUS_WAITING = 75
};

int status_of_err(const struct err *err);
/* Of a run that is over or stands still. */
int status_of_run(const struct run *r);
/* Waits for a child: its exit status, or 128 and the signal. */
int status_of_child(pid_t pid);
/* The word for `-o json`: "usage", "notfound", … */
const char *err_code_name(enum err_code code);
/* The table, for /help exit. */
extern const char status_table[];

#endif
