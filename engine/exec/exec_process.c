/*
 * Child processes: job to guard, report to outcome.
 *
 * An exit status is a fact and is told as it was, whatever was asked in the
 * meantime; only a process that ended otherwise than with 0 after it was
 * told to end is "cancelled". The error class is read from the status and
 * from the last bytes of standard error; it guides retries, never success.
 */
#include "engine/exec/exec_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

enum { TAIL = 4096, EXIT_TEMPFAIL = 75 };

/* job->state of a process that was told to end. */
static char killed;

int process_check(const struct exec_job *job, struct err *err)
{
	size_t i, total = 0;

	for (i = 0; i < job->arg_count; i++) {
		const struct exec_arg *a = &job->args[i];

		if (a->role != ARG_ENV && a->role != ARG_WORD)
			continue;
		total += a->value.n;
		if (a->value.n > LIMIT_ENV_VALUE || total > LIMIT_ENV_TOTAL) {
			err_set(err, ERR_LIMIT, "a value of %zu bytes is too "
				"large for a command", a->value.n);
			return err_help(err, "read it from standard input or "
				"from ${….file}");
		}
		if (a->value.n && memchr(a->value.p, 0, a->value.n)) {
			err_set(err, ERR_LIMIT,
				"a value holds a NUL byte");
			return err_help(err, "read it from standard input or "
				"from ${….file}");
		}
	}
	return exec_check_path(job, str_of(NULL), err);
}

/* Does the step itself set the variable of "K=V", or of "K"? */
static int is_set_here(const struct exec_job *job, const char *entry)
{
	size_t i, n;

	for (i = 0; i < job->arg_count; i++) {
		const struct exec_arg *arg = &job->args[i];

		if (arg->role != ARG_ENV)
			continue;
		n = strlen(arg->name);
		if (strncmp(entry, arg->name, n) == 0 &&
				(entry[n] == '=' || !entry[n]))
			return 1;
	}
	return 0;
}

/* job->env and over it the values of ARG_ENV, in an arena. */
static const char *const *make_env(const struct exec_job *job,
	struct arena *a)
{
	size_t count = 0, n = 0, i;
	const char **env;

	while (job->env && job->env[count])
		count++;
	env = arena_alloc(a, (count + job->arg_count + 1) * sizeof(*env));
	for (i = 0; i < count; i++)
		if (!is_set_here(job, job->env[i]))
			env[n++] = job->env[i];
	for (i = 0; i < job->arg_count; i++) {
		const struct exec_arg *arg = &job->args[i];

		if (arg->role == ARG_ENV)
			env[n++] = arena_printf(a, "%s=%.*s", arg->name,
				(int)arg->value.n,
				arg->value.n ? arg->value.p : "");
	}
	return env;
}

/* Of an @tty step: 0, or -1 when it cannot have one. */
static int take_terminal(struct exec_job *job, struct guard_job *gj,
	struct err *err)
{
	if (!job->tty)
		return 0;
	gj->tty = job->host->terminal(job->host, job, err);
	job->has_terminal = gj->tty != NULL;
	return gj->tty ? 0 : -1;
}

void process_start(struct exec_job *job, const struct process *p)
{
	struct err err = {0};
	struct guard *g = job->host->guard(job->host, &err);
	struct guard_job gj = {.id = job->id};
	struct arena a;
	struct buf dir;
	int rc = -1;

	arena_init(&a);
	buf_init(&dir);
	if (g && take_terminal(job, &gj, &err) == 0) {
		gj.flags = (job->tap == EXEC_TAP_ALL ? GUARD_TAP : 0u) |
			(job->tap == EXEC_TAP_LINES ? GUARD_LINE_TAP : 0u) |
			(job->direct ? GUARD_DIRECT : 0u) |
			(exec_note(job, "service").p ? GUARD_SERVICE : 0u);
		gj.argv = p->argv;
		gj.or_argv = p->or_argv;
		gj.env = make_env(job, &a);
		gj.dir = exec_dir(job, &dir);
		gj.inline_max = LIMIT_INLINE;
		if (!p->no_input) {
			gj.in_path = job->in_path;
			gj.in = job->in;
		}
		job->report = p->report ? p->report : process_report;
		rc = guard_job(g, &gj, &err);
	}
	arena_release(&a);
	buf_release(&dir);
	if (rc == -1) {
		job->report = NULL;
		exec_fail(job, job->tty && !job->has_terminal
			? CLASS_CONFIGURATION : CLASS_RESOURCE, -1, "%s",
			err.text);
	}
}

void process_kill(struct exec_job *job, int hard)
{
	struct err err = {0};
	struct guard *g = job->host->guard(job->host, &err);

	job->state = &killed;
	if (g)
		guard_kill(g, job->id, hard);
}

/* ----------------------------------------------------------------- outcome */
static int says(const char *text, const char *const *phrases)
{
	for (; *phrases; phrases++)
		if (strstr(text, *phrases))
			return 1;
	return 0;
}

static enum error_class class_of_text(const char *tail)
{
	static const char *const resource[] = {"No space left on device",
		"Cannot allocate memory", "Out of memory", "out of memory",
		"Too many open files", "Disk quota exceeded",
		"Resource temporarily unavailable", NULL};
	static const char *const transient[] = {"Connection refused",
		"Connection reset", "onnection timed out",
		"Network is unreachable", "No route to host",
		"Temporary failure in name resolution",
		"Could not resolve host", "TLS handshake timeout", NULL};

	if (says(tail, resource))
		return CLASS_RESOURCE;
	return says(tail, transient) ? CLASS_TRANSIENT : CLASS_NONE;
}

/* The last bytes of standard error, NUL-terminated. */
static void read_tail(const struct guard_stream *s, char out[TAIL + 1])
{
	size_t n = s->bytes.n < TAIL ? s->bytes.n : TAIL, i;
	ssize_t got;

	if (s->fd >= 0) {
		off_t at = s->len > TAIL ? (off_t)(s->len - TAIL) : 0;

		got = pread(s->fd, out, TAIL, at);
		n = got > 0 ? (size_t)got : 0;
	} else if (n) {
		memcpy(out, s->bytes.p + s->bytes.n - n, n);
	}
	out[n] = 0;
	for (i = 0; i < n; i++)
		if (!out[i])
			out[i] = ' ';
}

static enum error_class class_of_exit(int code, const struct guard_report *r)
{
	char tail[TAIL + 1];

	if (code == 126 || code == 127)
		return CLASS_CONFIGURATION;
	if (code == EXIT_TEMPFAIL)
		return CLASS_TRANSIENT;
	/* a shell reports its child's death by the kernel's hand as 137 */
	if (code == 128 + SIGKILL)
		return CLASS_RESOURCE;
	read_tail(&r->err, tail);
	return class_of_text(tail);
}

static const char *signal_name(int sig)
{
	static const struct {
		int sig;
		const char *name;
	} names[] = {{SIGHUP, "HUP"}, {SIGINT, "INT"}, {SIGQUIT, "QUIT"},
		{SIGILL, "ILL"}, {SIGTRAP, "TRAP"}, {SIGABRT, "ABRT"},
		{SIGBUS, "BUS"}, {SIGFPE, "FPE"}, {SIGKILL, "KILL"},
		{SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"},
		{SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
		{SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGSYS, "SYS"}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].sig == sig)
			return names[i].name;
	return NULL;
}

static void of_signal(int sig, struct exec_outcome *o, char *text)
{
	const char *name = signal_name(sig);

	o->exit_code = 128 + sig;
	o->error_class = sig == SIGKILL || sig == SIGXCPU || sig == SIGXFSZ ?
		CLASS_RESOURCE : CLASS_NONE;
	if (name)
		snprintf(text, PROCESS_ERROR, "killed by signal %d (SIG%s)",
			sig, name);
	else
		snprintf(text, PROCESS_ERROR, "killed by signal %d", sig);
}

static void of_errno(const struct guard_report *r, struct exec_outcome *o,
	char *text)
{
	int no_exec = r->end == GUARD_NO_EXEC;
	int spool = !no_exec && str_eq(r->what, "spool");

	o->exit_code = !no_exec ? -1 : r->code == ENOENT ? 127 : 126;
	switch (r->code) {
	case ENOMEM: case EAGAIN: case EMFILE: case ENFILE: case ENOSPC:
	case EDQUOT: case EFBIG:
		o->error_class = CLASS_RESOURCE;
		break;
	default:
		o->error_class = CLASS_CONFIGURATION;
	}
	if (spool && r->code != EFBIG)
		snprintf(text, PROCESS_ERROR, "its output is lost: %s",
			strerror(r->code));
	else if (!no_exec && (r->code == EAGAIN || r->code == EMFILE ||
			r->code == ENFILE || r->code == ENOMEM))
		snprintf(text, PROCESS_ERROR, "no %.*s to be had for %d s: %s",
			(int)r->what.n, r->what.n ? r->what.p : "",
			LIMIT_SPAWN_WAIT_MS / 1000, strerror(r->code));
	else if (!no_exec && r->code == EFBIG)
		snprintf(text, PROCESS_ERROR, "the output is larger than a "
			"file may be here: %s (ulimit -f)", strerror(EFBIG));
	else if (no_exec && r->code == ENOENT)
		snprintf(text, PROCESS_ERROR, "%.*s: command not found",
			(int)r->what.n, r->what.n ? r->what.p : "");
	else
		snprintf(text, PROCESS_ERROR, "%.*s: %s", (int)r->what.n,
			r->what.n ? r->what.p : "", strerror(r->code));
}

static void take_stream(const struct guard_stream *s, struct exec_output *o)
{
	o->bytes = s->bytes;
	o->fd = s->fd;
	o->digest = s->digest;
	o->len = s->len;
	o->truncated = s->truncated;
}

void process_outcome(const struct exec_job *job,
	const struct guard_report *r, struct exec_outcome *o, char *text)
{
	memset(o, 0, sizeof(*o));
	text[0] = 0;
	o->outcome = OUTCOME_FAILED;
	o->exit_code = r->code;
	switch ((enum guard_end)r->end) {
	case GUARD_EXITED:
		if (r->code == 0) {
			o->outcome = OUTCOME_OK;
			break;
		}
		o->error_class = (uint8_t)class_of_exit(r->code, r);
		snprintf(text, PROCESS_ERROR, "exit %d", r->code);
		break;
	case GUARD_SIGNALLED:
		of_signal(r->code, o, text);
		break;
	case GUARD_NO_EXEC:
	case GUARD_FAILED:
		of_errno(r, o, text);
		break;
	case GUARD_WITHDRAWN:
		o->outcome = OUTCOME_CANCELLED;
		o->exit_code = -1;
		break;
	}
	if (o->outcome == OUTCOME_FAILED && job->state == &killed)
		o->outcome = OUTCOME_CANCELLED;
	o->start_ms = r->start_ms;
	o->dur_us = r->dur_us;
	o->queued_ms = r->queued_ms;
	o->error = str_of(text);
	o->index = r->index;
	take_stream(&r->out, &o->out);
	take_stream(&r->err, &o->err);
}

void process_report(struct exec_job *job, const struct guard_report *r)
{
	struct exec_outcome o;
	char text[PROCESS_ERROR];

	process_outcome(job, r, &o, text);
	exec_done(job, &o);
}
