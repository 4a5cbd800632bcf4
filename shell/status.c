/*
 * Exit statuses.
 */
#include "shell/status.h"

#include <errno.h>
#include <sys/wait.h>

const char status_table[] =
	"  0      succeeded\n"
	"  1      failed\n"
	"  2      usage or syntax: nothing of the text ran\n"
	"  3      continue_on_failure: some steps failed, some succeeded\n"
	"  4      refused: permission, trust, budget\n"
	"  75     waits for a person: /answer\n"
	"  124    a step or the run timed out\n"
	"  126    a program cannot be executed\n"
	"  127    a program was not found\n"
	"  128+n  ended by signal n\n"
	"  129 130 143  wf itself was ended by HUP, INT, TERM; its runs are\n"
	"         interrupted and can be resumed\n"
	"\n"
	"A line that is one process step passes that process's own status.\n"
	"Of a workflow the first step that failed decides: 1, 4 or 124.\n";

int status_of_err(const struct err *err)
{
	switch (err->code) {
	case ERR_USAGE:
	case ERR_SYNTAX:
	case ERR_PLAN:
		return STATUS_USAGE;
	case ERR_REFUSED:
		return STATUS_REFUSED;
	case ERR_TIMEOUT:
		return 124;
	case ERR_NONE:
	case ERR_NOTFOUND:
	case ERR_STATE:
	case ERR_IO:
	case ERR_LIMIT:
	case ERR_CORRUPT:
	case ERR_BUSY:
		break;
	}
	return STATUS_FAILED;
}

int status_of_run(const struct run *r)
{
	switch ((enum run_state)r->state) {
	case RUN_WAITING:
	case RUN_PAUSED:
		return STATUS_WAITING;
	case RUN_SUCCEEDED:
	case RUN_FAILED:
	case RUN_CANCELLED:
		return r->exit;
	case RUN_RUNNING:
	case RUN_INTERRUPTED:
	case RUN_STATES:
		break;
	}
	return STATUS_FAILED;
}

int status_of_child(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
		: WEXITSTATUS(status);
}

const char *err_code_name(enum err_code code)
{
	static const char *const names[] = {"none", "usage", "syntax", "plan",
		"refused", "notfound", "state", "io", "limit", "timeout",
		"corrupt", "busy"};

	return (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code]
		: "io";
}
