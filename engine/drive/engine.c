/*
 * The façade's frame: opening, closing, waiting. One engine owns one loop;
 * everything but the writer thread and the workers happens on it.
 */
#include "engine/drive/engine_int.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/io/clock.h"

static void set_pools(struct engine *e)
{
	struct pools *p = sched_pools(e->sched);
	struct pool_config slots = {.limit = e->slots,
		.ahead = LIMIT_AHEAD};
	struct pool_config net = {.limit = 64};
	struct pool_config workers = {.limit = 64};

	pool_configure(p, 0, &slots);
	pool_configure(p, 1, &workers);
	pool_configure(p, 2, &net);
}

static void close_handle(uv_handle_t *h, void *ud)
{
	(void)ud;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void close_loop(struct engine *e)
{
	uv_walk(&e->loop, close_handle, NULL);
	uv_run(&e->loop, UV_RUN_DEFAULT);
	uv_loop_close(&e->loop);
}

static int open_loop(struct engine *e, struct err *err)
{
	int rc = uv_loop_init(&e->loop);

	if (rc == 0) {
		rc = tick_init(e);
		if (rc == 0)
			return 0;
		close_loop(e);
		tick_close(e);
	}
	return err_set(err, ERR_IO, "cannot make a loop of events: %s",
		uv_strerror(rc));
}

int engine_open(struct engine **out, const struct engine_options *o,
	struct err *err)
{
	struct engine *e = mem_zero(sizeof(*e));
	struct store_options so = {.dir = o->state_dir,
		.normal = o->durability_normal, .read_only = o->read_only,
		.wake = tick_wake, .ud = e};
	char id[ULID_LEN + 1];

	if (open_loop(e, err) < 0) {
		free(e);
		return -1;
	}
	e->sched = sched_new();
	if (o->state_dir && store_open(&e->store, &so, err) < 0) {
		close_loop(e);
		tick_close(e);
		sched_free(e->sched);
		free(e);
		return -1;
	}
	ulid_make(id);
	e->session = mem_strdup(id);
	e->state_dir = mem_strdup(o->state_dir ? o->state_dir : "");
	e->project = o->project ? mem_strdup(o->project) : NULL;
	e->slots = o->slots ? o->slots : LIMIT_PARALLEL;
	if (o->lua) {
		e->lua = *o->lua;
		e->has_lua = 1;
	}
	set_pools(e);
	if (host_init(e, o, err) < 0) {
		engine_close(e);
		return -1;
	}
	*out = e;
	return 0;
}

void engine_close(struct engine *e)
{
	struct err err = {0};
	int stuck;

	if (!e)
		return;
	tick_flush(e);
	if (e->store)
		store_flush(e->store, &err);
	e->closing = 1;
	owner_close(e);
	stuck = host_close(e);
	if (e->store)
		tick_forget(e);
	store_close(e->store);
	if (!stuck) /* it reads plans and folders */
		drive_runs_free(e);
	close_loop(e);
	sched_free(e->sched);
	tick_close(e);
	flow_items_forget();
	free(e->session);
	free(e->state_dir);
	free(e->project);
	if (!stuck)
		free(e);
}

const struct vocab *engine_vocab(const struct engine *e)
{
	return &e->vocab;
}

struct uv_loop_s *engine_loop(struct engine *e)
{
	return &e->loop;
}

struct store *engine_store(struct engine *e)
{
	return e->store;
}

void engine_pool(struct engine *e, const char *name, uint32_t limit)
{
	struct pools *p = sched_pools(e->sched);
	uint32_t pool = pool_get(p, str_of(name));
	struct pool_view v;

	pool_view(p, pool, &v);
	v.config.limit = limit;
	pool_configure(p, pool, &v.config);
	if (pool != 0)
		return;
	e->slots = limit;
	if (e->guard)
		guard_slots(e->guard, limit);
}

void engine_observe(struct engine *e, struct observer *o)
{
	o->next = e->observers;
	e->observers = o;
}

void engine_unobserve(struct engine *e, struct observer *o)
{
	struct observer **at = &e->observers;

	while (*at && *at != o)
		at = &(*at)->next;
	if (*at)
		*at = o->next;
}

void engine_turn(struct engine *e)
{
	uv_run(&e->loop, UV_RUN_ONCE);
}

enum run_state engine_wait(struct engine *e, uint32_t slot,
	int (*until)(void *ud), void *ud)
{
	struct drive_run *r = drive_run_at(e, slot);

	while (r && r->open && !r->over && !e->failed) {
		if (until && until(ud))
			break;
		engine_turn(e);
		r = drive_run_at(e, slot);
	}
	if (!r || !sched_run(e->sched, slot))
		return RUN_INTERRUPTED;
	return sched_run(e->sched, slot)->state;
}

int engine_flush(struct engine *e, struct err *err)
{
	tick_flush(e);
	if (e->failed) {
		*err = e->store_err;
		return -1;
	}
	return store_flush(e->store, err);
}
