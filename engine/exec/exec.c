/*
 * What all executors share: ending a job, and reading its arguments.
 *
 * Every way out of a job goes through exec_done() or exec_wait(), once. This
 * file holds no state and knows no kind of step.
 */
#include "engine/exec/exec.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/base/limits.h"

/* What comes after must not take a part of an output for all of it. */
static void refuse_cut(struct exec_outcome *o, char *text, size_t cap)
{
	if (!o->out.truncated || o->outcome != OUTCOME_OK)
		return;
	snprintf(text, cap, "output over %d MiB (cut): write it to a file "
		"and pass the file's name", LIMIT_CAPTURE >> 20);
	o->outcome = OUTCOME_FAILED;
	o->error_class = CLASS_RESOURCE;
	o->error = str_of(text);
}

void exec_done(struct exec_job *job, struct exec_outcome *o)
{
	char text[120];

	assert(job->done);
	refuse_cut(o, text, sizeof(text));
	if (job->has_terminal)
		job->host->terminal_back(job->host);
	job->has_terminal = 0;
	job->done(job, o);
}

void exec_ok(struct exec_job *job, struct str out)
{
	struct exec_outcome o = {.outcome = OUTCOME_OK};

	o.out.bytes = out;
	exec_done(job, &o);
}

void exec_fail(struct exec_job *job, enum error_class c, int exit_code,
	const char *fmt, ...)
{
	struct exec_outcome o = {.outcome = OUTCOME_FAILED};
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o.error_class = (uint8_t)c;
	o.exit_code = exit_code;
	o.error = str_of(text);
	exec_done(job, &o);
}

void exec_tap(struct exec_job *job, int stream, struct str bytes)
{
	if (job->on_tap && job->tap && bytes.n)
		job->on_tap(job, stream, bytes);
}

void exec_wait(struct exec_job *job, int64_t delay_ms, const char *signal,
	const char *when_due)
{
	assert(job->waits);
	job->waits(job, delay_ms, delay_ms >= 0, signal, when_due);
}

void exec_report(struct exec_job *job, const struct guard_report *r)
{
	if (job->report)
		job->report(job, r);
}

void exec_lost(struct exec_job *job)
{
	struct exec_outcome o = {.outcome = OUTCOME_LOST, .exit_code = -1};

	if (!job->report)
		return;
	o.error_class = CLASS_TRANSIENT;
	o.error = str_of("the process that kept it died");
	exec_done(job, &o);
}

static struct str find(const struct exec_job *job, enum arg_role role,
	const char *name)
{
	size_t i;

	for (i = 0; i < job->arg_count; i++) {
		const struct exec_arg *a = &job->args[i];

		if (a->role == role && a->name && strcmp(a->name, name) == 0)
			return a->value;
	}
	return (struct str){NULL, 0};
}

struct str exec_field(const struct exec_job *job, const char *name)
{
	return find(job, ARG_FIELD, name);
}

struct str exec_note(const struct exec_job *job, const char *name)
{
	return find(job, ARG_NOTE, name);
}

int exec_flag(const struct exec_job *job, const char *name)
{
	return find(job, ARG_FIELD, name).p != NULL;
}

size_t exec_words(const struct exec_job *job)
{
	size_t i, n = 0;

	for (i = 0; i < job->arg_count; i++)
		n += job->args[i].role == ARG_WORD;
	return n;
}

struct str exec_word(const struct exec_job *job, size_t i)
{
	size_t k;

	for (k = 0; k < job->arg_count; k++)
		if (job->args[k].role == ARG_WORD && i-- == 0)
			return job->args[k].value;
	return (struct str){NULL, 0};
}

int exec_check_path(const struct exec_job *job, struct str path,
	struct err *err)
{
	struct str d = exec_note(job, "dir");

	if ((path.n && memchr(path.p, 0, path.n)) ||
		(d.n && memchr(d.p, 0, d.n)))
		return err_set(err, ERR_REFUSED, "a path holds a NUL byte");
	return 0;
}

const char *exec_dir(const struct exec_job *job, struct buf *b)
{
	struct str d = exec_note(job, "dir");

	if (!d.n)
		return job->dir;
	if (d.p[0] == '/')
		return d.p;
	buf_clear(b);
	buf_printf(b, "%s/", job->dir);
	buf_add(b, d.p, d.n);
	return b->data;
}
