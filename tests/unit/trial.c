/*
 * Trials. A job is known by its id from trial_init until it is done or let go
 * of; ids are never used twice, and at most 64 are open.
 */
#include "tests/unit/trial.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lua/vm.h"
#include "tests/unit/exec_host.h"

static struct trial *open_trials[64];
static uint64_t next_id;

struct trial *trial_of(uint64_t id)
{
	struct trial *t = open_trials[id % 64];

	return t && t->job.id == id ? t : NULL;
}

static void trial_keep(struct trial *t, struct exec_output *o)
{
	buf_add(&t->out, o->bytes.p, o->bytes.n);
	t->spooled = o->fd > 0;
	t->out_len = t->spooled ? o->len : o->bytes.n;
	t->digest = o->digest;
	if (o->fd > 0)
		close(o->fd);
}

static void trial_done(struct exec_job *job, struct exec_outcome *o)
{
	struct trial *t = (struct trial *)job;

	t->ends++;
	t->outcome = o->outcome;
	t->error_class = o->error_class;
	t->exit_code = o->exit_code;
	snprintf(t->error, sizeof(t->error), "%.*s", (int)o->error.n,
		o->error.n ? o->error.p : "");
	buf_add(&t->meta, o->meta.p, o->meta.n);
	trial_keep(t, &o->out);
	if (o->err.fd > 0)
		close(o->err.fd);
	open_trials[job->id % 64] = NULL;
}

static void trial_waits(struct exec_job *job, int64_t delay_ms, int has_delay,
	const char *signal, const char *when_due)
{
	struct trial *t = (struct trial *)job;

	t->ends++;
	t->waited = 1;
	t->outcome = OUTCOME_OK;
	t->delay_ms = has_delay ? delay_ms : -1;
	t->has_when_due = when_due != NULL;
	snprintf(t->signal, sizeof(t->signal), "%s", signal ? signal : "");
	snprintf(t->when_due, sizeof(t->when_due), "%s", when_due ? when_due :
		"");
}

static void trial_tap(struct exec_job *job, int stream, struct str bytes)
{
	struct trial *t = (struct trial *)job;

	(void)stream;
	t->tapped += (int)bytes.n;
}

void trial_init(struct trial *t, const char *kind)
{
	static const char *const env[] = {"FROM_HOST=host",
		"WF_IDEMPOTENCY_KEY=k", NULL};
	size_t i;

	memset(t, 0, sizeof(*t));
	for (i = 0; exec_list[i]; i++)
		if (strcmp(exec_list[i]->kind->name, kind) == 0)
			t->job.executor = exec_list[i];
	if (strcmp(kind, "lua") == 0)
		t->job.executor = &exec_lua;
	t->job.host = exec_host_get();
	t->job.id = ++next_id;
	t->job.dir = exec_host_dir();
	t->job.env = env;
	t->job.path = kind;
	t->job.done = trial_done;
	t->job.waits = trial_waits;
	t->job.on_tap = trial_tap;
	open_trials[t->job.id % 64] = t;
}

void trial_start(struct trial *t)
{
	struct err err = {0};

	if (t->job.executor->check &&
		t->job.executor->check(&t->job, &err) == -1) {
		printf("# refused: %s\n", err.text);
		t->ends = 1;
		t->outcome = OUTCOME_REFUSED;
		return;
	}
	t->job.executor->start(&t->job);
}

void trial_wait(struct trial *t)
{
	while (!t->ends)
		exec_host_turn();
}

void trial_settle(void)
{
	int i;

	for (i = 0; i < 20; i++)
		uv_run(exec_host_get()->loop, UV_RUN_NOWAIT);
}

void trial_run(struct trial *t)
{
	trial_start(t);
	trial_wait(t);
}

void trial_release(struct trial *t)
{
	open_trials[t->job.id % 64] = NULL;
	buf_release(&t->out);
	buf_release(&t->meta);
}

void trial_forget(struct trial *t)
{
	trial_release(t);
}
