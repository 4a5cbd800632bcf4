/*
 * What executors may use of the process they are in: given by the driver, one
 * an engine. Executors hold nothing of it after their job.
 */
#ifndef WF_EXEC_HOST_H
#define WF_EXEC_HOST_H

#include <uv.h>

#include "engine/io/guard.h"
#include "engine/io/http.h"
#include "engine/io/work.h"

struct exec_job;

struct exec_host {
	uv_loop_t *loop;
	struct work_pool *workers;
	int spool_dir;         /* for large outputs */
	/* Started at first use; NULL and err when it cannot be. */
	struct guard *(*guard)(struct exec_host *h, struct err *err);
	struct http *(*http)(struct exec_host *h, struct err *err);
	/* Secrets and settings: value of a variable of the shell's
	 * environment as changed by /env, or NULL. */
	const char *(*getenv)(struct exec_host *h, const char *name);
	/* The terminal, for a job with `tty`: name of what the process shall
	 * control, borrowed until terminal_back, which follows. NULL and err:
	 * there is none. At most one job has it. */
	const char *(*terminal)(struct exec_host *h, const struct exec_job *job,
		struct err *err);
	void (*terminal_back)(struct exec_host *h);
	void *lua;             /* state of the lua room */
};

#endif
