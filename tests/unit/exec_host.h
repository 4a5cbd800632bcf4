/*
 * A host for executors in tests: a real loop, guard, workers and HTTP, a
 * temporary directory with a small tree of files, and one trial per job that
 * records how it ended.
 */
#ifndef WF_TESTS_EXEC_HOST_H
#define WF_TESTS_EXEC_HOST_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/exec/exec.h"
#include "lua/vm.h"

struct trial {
	struct exec_job job;
	int ends;
	uint8_t outcome, error_class, waited, has_when_due, spooled;
	int exit_code, tapped;
	int64_t delay_ms;
	uint64_t out_len;
	struct digest digest;
	struct buf out, meta;
	char error[400], signal[64], when_due[64];
};

static struct {
	struct exec_host host;
	uv_loop_t loop;
	uv_timer_t beat;       /* see trial_turn */
	struct guard *guard;
	struct http *http;
	char dir[4096];
	const char *path;      /* PATH as executors see it */
	struct trial *open[64];
	uint64_t next_id;
} H;

static struct trial *host_trial(uint64_t id)
{
	return H.open[id % 64] && H.open[id % 64]->job.id == id ?
		H.open[id % 64] : NULL;
}

static void host_report(void *ud, const struct guard_report *r)
{
	struct trial *t = host_trial(r->id);

	(void)ud;
	if (t)
		exec_report(&t->job, r);
	else if (r->out.fd > 0)
		close(r->out.fd);
}

static void host_tap(void *ud, uint64_t id, int stream, struct str bytes)
{
	struct trial *t = host_trial(id);

	(void)ud;
	if (t)
		exec_tap(&t->job, stream, bytes);
}

static void host_death(void *ud)
{
	(void)ud;
	printf("Bail out! the guard died\n");
	exit(1);
}

static struct guard *host_get_guard(struct exec_host *h, struct err *err)
{
	struct guard_options o = {.slots = 2, .owner_fd = -1};
	struct guard_calls calls = {NULL, host_report, host_tap, host_death};

	o.spool_dir = h->spool_dir;
	if (!H.guard)
		guard_start(&H.guard, h->loop, &o, &calls, err);
	return H.guard;
}

static struct http *host_get_http(struct exec_host *h, struct err *err)
{
	if (!H.http)
		http_new(&H.http, h->loop, err);
	return H.http;
}

static const char *host_getenv(struct exec_host *h, const char *name)
{
	(void)h;
	return strcmp(name, "PATH") == 0 ? H.path : getenv(name);
}

__attribute__((unused))
static struct guard *host_guard(void)
{
	return H.guard;
}

__attribute__((unused))
static const char *host_dir(void)
{
	return H.dir;
}

__attribute__((unused))
static void host_path(int real)
{
	H.path = real ? getenv("PATH") : "";
}

__attribute__((unused))
static int host_has(const char *program)
{
	char path[4096];
	const char *p = getenv("PATH");

	while (p && *p) {
		size_t n = strcspn(p, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)n, p, program);
		if (access(path, X_OK) == 0)
			return 1;
		p += n + (p[n] == ':');
	}
	return 0;
}

static void host_file(const char *name, const char *bytes, size_t n)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", H.dir, name);
	f = fopen(path, "w");
	fwrite(bytes, 1, n, f);
	fclose(f);
}

static void host_mkdir(const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", H.dir, name);
	mkdir(path, 0700);
}

static void host_beat(uv_timer_t *timer)
{
	(void)timer;
}

static void host_open(void)
{
	const char *tmp = getenv("TMPDIR");
	static const char binary[] = "alpha\0alpha\n";

	snprintf(H.dir, sizeof(H.dir), "%s/exec-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(H.dir)) {
		printf("Bail out! cannot make %s\n", H.dir);
		exit(1);
	}
	host_mkdir("tree");
	host_mkdir("tree/sub");
	host_mkdir("tree/sub/deeper");
	host_file("tree/a.txt", "alpha\n", 6);
	host_file("tree/b.txt", "beta\nalpha again\n", 17);
	host_file("tree/.hidden.txt", "alpha\n", 6);
	host_file("tree/ignored.log", "alpha\n", 6);
	host_file("tree/.gitignore", "*.log\n", 6);
	host_file("tree/data", binary, sizeof(binary) - 1);
	host_file("tree/sub/c.txt", "gamma\na.c\nabc", 13);
	host_file("tree/sub/deeper/d.txt", "delta\n", 6);
	uv_loop_init(&H.loop);
	uv_timer_init(&H.loop, &H.beat);
	uv_timer_start(&H.beat, host_beat, 20, 20);
	H.host.loop = &H.loop;
	H.host.workers = work_pool_new(&H.loop, 2);
	H.host.spool_dir = open(H.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	H.host.guard = host_get_guard;
	H.host.http = host_get_http;
	H.host.getenv = host_getenv;
	H.path = "";
}

static int host_remove(const char *path, const struct stat *st, int flag,
	struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void host_close(void)
{
	guard_end(H.guard);
	if (H.http)
		http_free(H.http);
	work_pool_free(H.host.workers);
	uv_close((uv_handle_t *)&H.beat, NULL);
	uv_run(&H.loop, UV_RUN_DEFAULT);
	uv_loop_close(&H.loop);
	close(H.host.spool_dir);
	nftw(H.dir, host_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* ------------------------------------------------------------------- jobs */
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
	H.open[job->id % 64] = NULL;
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

static void trial_init(struct trial *t, const char *kind)
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
	t->job.host = &H.host;
	t->job.id = ++H.next_id;
	t->job.dir = H.dir;
	t->job.env = env;
	t->job.path = kind;
	t->job.done = trial_done;
	t->job.waits = trial_waits;
	t->job.on_tap = trial_tap;
	H.open[t->job.id % 64] = t;
}

/* Checks, then starts: as the driver does. */
static void trial_start(struct trial *t)
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

/* A job may end in a timer at the start of a turn, which then would block in
 * the poll with nothing more to come: hence the beat. */
static void trial_turn(void)
{
	uv_run(&H.loop, UV_RUN_ONCE);
}

static void trial_wait(struct trial *t)
{
	while (!t->ends)
		trial_turn();
}

/* Lets everything that is ready happen: a second end would show. */
__attribute__((unused))
static void trial_settle(void)
{
	int i;

	for (i = 0; i < 20; i++)
		uv_run(&H.loop, UV_RUN_NOWAIT);
}

__attribute__((unused))
static void trial_run(struct trial *t)
{
	trial_start(t);
	trial_wait(t);
}

static void trial_release(struct trial *t)
{
	H.open[t->job.id % 64] = NULL;
	buf_release(&t->out);
	buf_release(&t->meta);
}

/* The host stops knowing the job; reports about it are dropped. */
__attribute__((unused))
static void trial_forget(struct trial *t)
{
	trial_release(t);
}

#endif
