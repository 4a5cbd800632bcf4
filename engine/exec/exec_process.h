/*
 * What executors that run a child process share: handing it to the guard,
 * and turning the guard's report into an outcome.
 */
#ifndef WF_EXEC_PROCESS_H
#define WF_EXEC_PROCESS_H

#include "engine/exec/exec.h"

struct process {
	const char *const *argv;    /* NULL-terminated */
	const char *const *or_argv; /* tried when argv[0] is missing; or NULL */
	void (*report)(struct exec_job *job, const struct guard_report *r);
	                            /* NULL: process_report */
	uint8_t no_input;           /* standard input empty */
};

/* Refuses values that cannot travel in an environment (language.md 4):
 * over LIMIT_ENV_VALUE, over LIMIT_ENV_TOTAL together, or holding a NUL. */
int process_check(const struct exec_job *job, struct err *err);
/* Gives the job to the guard, or fails it. Borrows *p until it returns. */
void process_start(struct exec_job *job, const struct process *p);
void process_kill(struct exec_job *job, int hard);

/* Ends the job with what the report says. Takes its descriptors. */
void process_report(struct exec_job *job, const struct guard_report *r);

enum { PROCESS_ERROR = 320 };
/* Fills *o from the report; `text` holds PROCESS_ERROR bytes and must live
 * as long as *o. */
void process_outcome(const struct exec_job *job,
	const struct guard_report *r, struct exec_outcome *o, char *text);

#endif
