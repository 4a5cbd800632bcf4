/*
 * What executors get from the engine: the guard and HTTP, started at their
 * first use, worker threads, the environment.
 */
#include "engine/drive/engine_int.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/drive/adaptive.h"
#include "engine/drive/fact_step.h"
#include "engine/drive/facts.h"
#include "engine/drive/live.h"
#include "engine/drive/sites.h"

static struct engine *engine_of(struct exec_host *h)
{
	return (struct engine *)(void *)((char *)h -
		offsetof(struct engine, host));
}

static void on_report(void *ud, const struct guard_report *r)
{
	struct engine *e = ud;
	struct job *j = idmap_find(&e->jobs, r->id);

	e->guards_lost = 0;
	if (j)
		exec_report(&j->x, r);
}

static void on_tap(void *ud, uint64_t id, int stream, struct str bytes)
{
	struct engine *e = ud;
	struct job *j = idmap_find(&e->jobs, id);

	if (j && stream >= 2)
		live_tap(j, stream - 1, bytes);
	else if (j)
		exec_tap(&j->x, stream + 1, bytes); /* 1 stdout, 2 stderr */
}

/* Its job may be what ends the guard, each time anew. What must not be done
 * twice is lost all the same: nobody knows how far it came. */
static void job_lost(struct job *j, void *ud)
{
	const struct engine *e = j->e;
	const struct drive_run *r = drive_run_at(e, j->slot);
	const struct plan_node *n = r ? &r->setup->plan->nodes[j->step] : NULL;
	int once = n && (n->kind == NODE_CALL || n->effect == EFFECT_ONCE);

	(void)ud;
	if (e->guards_lost < LIMIT_GUARDS_LOST || once || !j->x.report)
		exec_lost(&j->x);
	else
		exec_fail(&j->x, CLASS_RESOURCE, -1, "the process that kept "
			"it died, %u times in a row", e->guards_lost);
}

/* The guard died: its jobs are lost; the next job starts a new guard. */
static void on_death(void *ud)
{
	struct engine *e = ud;
	struct guard *dead = e->guard;

	e->guard = NULL;
	e->guards_lost++;
	jobs_each(e, job_lost, NULL);
	guard_end(dead);
}

static struct guard *get_guard(struct exec_host *h, struct err *err)
{
	struct engine *e = engine_of(h);
	struct guard_options o = {.slots = e->slots,
		.spool_dir = store_spool_dir(e->store),
		.owner_fd = store_owner_fd(e->store)};
	struct guard_calls calls = {e, on_report, on_tap, on_death};

	if (!e->guard && guard_start(&e->guard, &e->loop, &o, &calls, err) < 0)
		e->guard = NULL;
	return e->guard;
}

static struct http *get_http(struct exec_host *h, struct err *err)
{
	struct engine *e = engine_of(h);

	if (!e->http && http_new(&e->http, &e->loop, err) < 0)
		e->http = NULL;
	return e->http;
}

static const char *get_terminal(struct exec_host *h,
	const struct exec_job *job, struct err *err)
{
	const struct job *j = (const struct job *)(const void *)job;
	const struct engine *e = engine_of(h);

	if (e->terminal)
		return e->terminal->lend(e->terminal->ud, j->slot, err);
	err_set(err, ERR_STATE, "it wants the terminal, and there is none");
	return NULL;
}

static void terminal_back(struct exec_host *h)
{
	const struct engine *e = engine_of(h);

	if (e->terminal)
		e->terminal->back(e->terminal->ud);
}

void engine_terminal(struct engine *e, const struct engine_terminal *t)
{
	e->terminal = t;
}

static const char *host_getenv(struct exec_host *h, const char *name)
{
	return engine_getenv(engine_of(h), name);
}

int host_init(struct engine *e, const struct engine_options *o,
	struct err *err)
{
	size_t n = 0, more = 0;

	while (exec_list[n])
		n++;
	while (o->more && o->more[more])
		more++;
	e->executors = mem_alloc((n + more + 1) * sizeof(*e->executors));
	e->kinds = mem_alloc((n + more + 1) * sizeof(*e->kinds));
	for (size_t i = 0; i < n + more; i++) {
		e->executors[i] = i < n ? exec_list[i] : o->more[i - n];
		e->kinds[i] = e->executors[i]->kind;
	}
	e->executor_count = n + more;
	e->vocab.kinds = e->kinds;
	e->vocab.count = n + more;
	e->vars = cJSON_CreateObject();
	e->envs = cJSON_CreateObject();
	idmap_init(&e->jobs);
	idmap_init(&e->by_key);
	idmap_init(&e->cache_parts);
	e->host.loop = &e->loop;
	e->host.workers = work_pool_new(&e->loop, 2);
	e->host.spool_dir = -1;
	if (e->store) /* its own: a worker may outlive the store */
		e->host.spool_dir = fcntl(store_spool_dir(e->store),
			F_DUPFD_CLOEXEC, 3);
	e->host.guard = get_guard;
	e->host.http = get_http;
	e->host.getenv = host_getenv;
	e->host.terminal = get_terminal;
	e->host.terminal_back = terminal_back;
	if (e->store && e->host.spool_dir < 0)
		return err_errno(err, ERR_STATE,
			"cannot open the folder for outputs");
	return 0;
}

int host_close(struct engine *e)
{
	int stuck;

	if (e->guard)
		guard_end(e->guard);
	if (e->http)
		http_free(e->http);
	jobs_stop(e);
	facts_stop(e);
	fact_step_forget(e, PLAN_NONE);
	adaptive_forget(e, PLAN_NONE);
	sites_free(e);
	stuck = work_pool_free(e->host.workers);
	e->guard = NULL;
	e->http = NULL;
	if (!stuck) {
		jobs_drop(e);
		facts_free(e);
		if (e->host.spool_dir >= 0)
			close(e->host.spool_dir);
	}
	idmap_release(&e->jobs);
	idmap_release(&e->by_key);
	idmap_release(&e->cache_parts);
	cJSON_Delete(e->vars);
	cJSON_Delete(e->envs);
	free(e->executors);
	free(e->kinds);
	return stuck;
}

static void set_in(cJSON *object, const char *name, const char *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
	if (value)
		cJSON_AddStringToObject(object, name, value);
}

static const char *get_from(const cJSON *object, const char *name)
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(j) ? j->valuestring : NULL;
}

void engine_var(struct engine *e, const char *name, const char *value)
{
	set_in(e->vars, name, value);
}

const char *engine_getvar(const struct engine *e, const char *name)
{
	return get_from(e->vars, name);
}

void engine_each_var(const struct engine *e, void (*fn)(void *ud,
	const char *name), void *ud)
{
	const cJSON *j;

	cJSON_ArrayForEach(j, e->vars)
		fn(ud, j->string);
}

/* The guard's environment is that of its start: what is removed is said to
 * it too. */
void engine_env(struct engine *e, const char *name, const char *value)
{
	set_in(e->envs, name, value);
	if (!value)
		cJSON_AddNullToObject(e->envs, name);
}

const char *engine_getenv(const struct engine *e, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(e->envs, name)
		? get_from(e->envs, name) : getenv(name);
}
