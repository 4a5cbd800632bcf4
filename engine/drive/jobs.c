/*
 * Jobs: attempts handed to executors. Arguments are resolved here, results
 * become inputs here. Every job ends exactly once, in job_end().
 */
#include "engine/drive/engine_int.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/drive/blobfile.h"
#include "engine/drive/cachekey.h"
#include "engine/drive/live.h"
#include "engine/drive/order.h"
#include "engine/drive/step_env.h"
#include "engine/io/clock.h"
#include "engine/io/file.h"

static uint64_t job_key(uint32_t slot, uint32_t frame, uint32_t step)
{
	return (uint64_t)slot << 42 ^ (uint64_t)frame << 21 ^ step;
}

static struct job *job_at(const struct engine *e, const struct action *a)
{
	struct job *j = idmap_find(&e->by_key,
		job_key(a->run, a->frame, a->step));

	return j && j->attempt == a->attempt ? j : NULL;
}

static void forget_joined(struct job *j)
{
	if (j->joined)
		unlink(j->joined);
	free(j->joined);
	j->joined = NULL;
}

static void job_free(struct job *j)
{
	struct engine *e = j->e;
	struct drive_run *r = drive_run_at(e, j->slot);

	forget_joined(j);
	idmap_take(&e->jobs, j->x.id);
	if (idmap_find(&e->by_key, job_key(j->slot, j->frame, j->step)) == j)
		idmap_take(&e->by_key, job_key(j->slot, j->frame, j->step));
	if (r) {
		r->jobs--;
		if (r->forget && r->over && r->jobs == 0)
			engine_release(e, j->slot);
	}
	arena_release(&j->arena);
	buf_release(&j->half[0]);
	buf_release(&j->half[1]);
	free(j);
}

void jobs_each(struct engine *e, void (*fn)(struct job *j, void *ud),
	void *ud)
{
	size_t count = e->jobs.count;
	uint64_t *ids = idmap_keys(&e->jobs);

	for (size_t i = 0; i < count; i++) {
		struct job *j = idmap_find(&e->jobs, ids[i]);

		if (j)
			fn(j, ud);
	}
	free(ids);
}

/* ---------------------------------------------------------------- results */
void tick_keep_output(struct engine *e, struct drive_run *r,
	struct exec_output *o, struct datum *d)
{
	struct tick_blob *b;
	int fd = o->fd > 0 ? o->fd : -1;

	memset(d, 0, sizeof(*d));
	d->truncated = o->truncated;
	d->len = fd >= 0 ? o->len : o->bytes.n;
	d->head = o->bytes.p;
	d->inline_len = (uint32_t)(o->bytes.n < LIMIT_INLINE ? o->bytes.n
		: LIMIT_INLINE);
	if (fd < 0 && o->bytes.n <= LIMIT_INLINE)
		return;
	d->inline_len = d->inline_len < 512 ? d->inline_len : 512;
	d->digest = &o->digest;
	if (fd < 0) {
		digest_of(o->bytes.p, o->bytes.n, &o->digest);
		fd = spool_make(store_spool_dir(e->store));
		if (fd < 0 || spool_write(&fd, 0, o->bytes.p,
				o->bytes.n) < 0) {
			d->truncated = 1;
			d->digest = NULL;
			d->len = d->inline_len;
			if (fd >= 0)
				close(fd);
			return;
		}
	}
	e->tick->blobs = mem_more(e->tick->blobs, e->tick->blob_count,
		&e->tick->blob_cap, sizeof(*e->tick->blobs));
	b = &e->tick->blobs[e->tick->blob_count++];
	b->store = r->store;
	b->fd = fd;
	b->digest = o->digest;
	b->len = d->len;
}

/* The spool took only a part: tick_keep_output says so by truncating. */
static int is_lost(const struct exec_output *o, const struct datum *d)
{
	return d->truncated && !o->truncated;
}

static void drop_output(const struct exec_output *o)
{
	if (o->fd > 0)
		close(o->fd);
}

/* Meta of the executor, with the order and times of both streams when they
 * say more than that it began. */
static struct str meta_of(struct job *j, const struct exec_outcome *o)
{
	cJSON *doc;
	char *text;
	struct str meta = o->meta;

	if (!order_matters(o->index))
		return meta;
	doc = meta.n ? cJSON_ParseWithLength(meta.p, meta.n)
		: cJSON_CreateObject();
	if (!doc)
		return meta;
	order_to_json(o->index, doc);
	text = cJSON_PrintUnformatted(doc);
	meta.n = strlen(text);
	meta.p = arena_strndup(&j->arena, text, meta.n);
	cJSON_free(text);
	cJSON_Delete(doc);
	return meta;
}

static void job_end(struct exec_job *x, struct exec_outcome *o)
{
	struct job *j = (struct job *)x;
	struct engine *e = j->e;
	struct drive_run *r = drive_run_at(e, j->slot);
	struct input in = {.kind = INPUT_JOB_DONE, .run = j->slot,
		.frame = j->frame, .step = j->step, .attempt = j->attempt};
	struct result res;

	assert(!j->over);
	j->over = 1;
	if (e->closing || !r || !r->store) {
		drop_output(&o->out);
		drop_output(&o->err);
	} else {
		memset(&res, 0, sizeof(res));
		res.outcome = o->outcome;
		res.error_class = o->error_class;
		res.exit_code = o->exit_code;
		res.start_ms = o->start_ms ? o->start_ms : j->began_ms;
		res.dur_us = o->dur_us ? o->dur_us
			: clock_mono_us() - j->began_us;
		res.queued_ms = o->queued_ms;
		res.tokens_in = o->tokens_in;
		res.tokens_out = o->tokens_out;
		res.cost_micro = o->cost_micro;
		res.error = o->error;
		res.meta = meta_of(j, o);
		tick_keep_output(e, r, &o->out, &res.out);
		tick_keep_output(e, r, &o->err, &res.err);
		if (res.outcome == OUTCOME_OK && (is_lost(&o->out, &res.out) ||
				is_lost(&o->err, &res.err))) {
			res.outcome = OUTCOME_FAILED;
			res.error_class = CLASS_RESOURCE;
			res.error = str_of("its output could not be kept: "
				"no space");
		}
		in.result = &res;
		engine_input(e, &in, NULL);
		if (res.outcome == OUTCOME_OK)
			cache_keep(e, j->slot, j->frame, j->step, &res);
	}
	if (!j->starting)
		job_free(j);
}

static void job_waits(struct exec_job *x, int64_t delay_ms, int has_delay,
	const char *signal, const char *when_due)
{
	struct job *j = (struct job *)x;
	struct input in = {.kind = INPUT_JOB_WAITS, .run = j->slot,
		.frame = j->frame, .step = j->step, .attempt = j->attempt};

	assert(!j->over);
	j->over = 1;
	in.due_ms = has_delay ? clock_now_ms() + delay_ms : 0;
	in.name = str_of(signal);
	if (when_due)
		in.bytes = str_of(when_due);
	engine_input(j->e, &in, NULL);
	if (!j->starting)
		job_free(j);
}

static void job_tap(struct exec_job *x, int stream, struct str bytes)
{
	struct job *j = (struct job *)x;

	for (struct observer *o = j->e->observers; o; o = o->next)
		if (o->on_tap)
			o->on_tap(o->ud, j->slot, j->frame, j->step, stream,
				bytes);
}

static void job_fail(struct job *j, enum outcome outcome,
	const struct err *err)
{
	struct exec_outcome o = {.outcome = (uint8_t)outcome,
		.error_class = CLASS_CONFIGURATION, .exit_code = -1};
	char text[sizeof(err->text) + sizeof(err->help) + 16];

	snprintf(text, sizeof(text), err->help[0] ? "%s (%s)" : "%s",
		err->text, err->help);
	o.error = str_of(text);
	job_end(&j->x, &o);
}

/* -------------------------------------------------------------- arguments */
struct arg_list {
	struct exec_arg *v;
	size_t count, cap;
};

static void add_arg(struct arg_list *l, uint8_t role, const char *name,
	struct str value, int from_ref)
{
	l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
	l->v[l->count].role = role;
	l->v[l->count].from_ref = from_ref != 0;
	l->v[l->count].name = name;
	l->v[l->count++].value = value;
}

static struct place place_of(const struct job *j)
{
	return (struct place){j->frame, j->step};
}

/* One element: a string's text, else the JSON as it stands. */
static int spread_one(struct job *j, const struct plan_arg *a, struct str item,
	struct arg_list *list, struct err *err)
{
	struct str v = item;
	struct buf text;

	buf_init(&text);
	if (item.p[0] == '"') {
		if (jspan_text(item, &text) < 0) {
			buf_release(&text);
			return err_set(err, ERR_LIMIT,
				"an element of the list holds a NUL");
		}
		v = (struct str){buf_cstr(&text), text.len};
	}
	v.p = arena_strndup(&j->arena, v.p, v.n);
	add_arg(list, (uint8_t)a->role, NULL, v, 1);
	buf_release(&text);
	return 0;
}

/* `${x.lines...}`: one argument for each element. */
static int spread_arg(struct job *j, const struct flow *f,
	const struct plan_arg *a, struct arg_list *list, struct err *err)
{
	struct jspan_walk w = {0};
	struct str item;
	struct buf text;
	int rc;

	buf_init(&text);
	rc = flow_arg(f, place_of(j), a, &text, err);
	if (rc <= 0) {
		buf_release(&text);
		return -1;
	}
	rc = 0;
	if (jspan_value((struct str){buf_cstr(&text), text.len},
			&w.left) < 0 || w.left.p[0] != '[')
		rc = err_set(err, ERR_PLAN, "only a list can be spread");
	while (rc == 0 && jspan_next(&w, NULL, &item))
		rc = spread_one(j, a, item, list, err);
	buf_release(&text);
	return rc;
}

static int one_arg(struct job *j, const struct flow *f,
	const struct plan_arg *a, struct arg_list *list, struct buf *text,
	struct err *err)
{
	const struct plan *p = f->run->plan;
	const struct plan_part *first = &p->parts[a->part];
	int from_ref = a->part_count > 0 && first->ref != PLAN_NONE;
	const char *name = a->name == PLAN_NONE ? NULL : plan_text(p, a->name);
	struct str v;

	if (a->part_count == 1 && !from_ref) { /* literal: the plan's own */
		add_arg(list, (uint8_t)a->role, name,
			str_of(plan_text(p, first->text)), 0);
		return 0;
	}
	if (from_ref && a->part_count == 1 && p->refs[first->ref].spread)
		return spread_arg(j, f, a, list, err);
	buf_clear(text);
	if (flow_arg(f, place_of(j), a, text, err) <= 0)
		return -1;
	v.n = text->len;
	v.p = arena_strndup(&j->arena, buf_cstr(text), text->len);
	add_arg(list, (uint8_t)a->role, name, v, from_ref);
	return 0;
}

static int make_args(struct job *j, const struct flow *f, struct err *err)
{
	const struct plan *p = f->run->plan;
	const struct plan_node *n = &p->nodes[j->step];
	struct arg_list list = {0};
	struct buf text;
	int rc = 0;

	buf_init(&text);
	for (uint32_t i = n->arg; rc == 0 && i < n->arg + n->arg_count; i++)
		rc = one_arg(j, f, &p->args[i], &list, &text, err);
	if (list.count)
		j->x.args = arena_dup(&j->arena, list.v,
			list.count * sizeof(*list.v));
	j->x.arg_count = list.count;
	free(list.v);
	buf_release(&text);
	return rc;
}

/* A blob is a file; what is joined becomes one, for this job alone. */
static int large_input(struct job *j, const struct flow *f,
	const struct pieces *in, struct err *err)
{
	char path[4096];

	if (in->count == 1) {
		if (blobfile_path(f, in, path, sizeof(path), err) < 0)
			return -1;
		j->x.in_path = arena_strndup(&j->arena, path, strlen(path));
		return 0;
	}
	if (!j->joined) {
		if (store_scratch(f->store, path, sizeof(path), err) < 0)
			return -1;
		j->joined = mem_printf("%s/input.%llu", path,
			(unsigned long long)j->x.id);
		joins_add(f->joins, f, j->joined, in);
	}
	j->x.in_path = j->joined;
	return 0;
}

static int make_input(struct job *j, const struct flow *f, struct err *err)
{
	struct pieces in;
	struct buf bytes;
	int rc;

	pieces_init(&in);
	flow_input(f, place_of(j), &in);
	if (in.count == 0) {
		j->x.in = (struct str){"", 0};
		rc = 0;
	} else if (pieces_len(&in) > LIMIT_STDIN_INLINE) {
		rc = large_input(j, f, &in, err);
	} else {
		buf_init(&bytes);
		rc = pieces_read(f, &in, SIZE_MAX, &bytes, err);
		j->x.in.n = bytes.len;
		j->x.in.p = arena_strndup(&j->arena, buf_cstr(&bytes),
			bytes.len);
		buf_release(&bytes);
	}
	pieces_release(&in);
	return rc;
}

static void make_path(struct job *j, const struct run *r)
{
	struct buf path;

	buf_init(&path);
	run_path(r, j->frame, j->step, &path);
	j->x.path = arena_strndup(&j->arena, buf_cstr(&path), path.len);
	buf_release(&path);
}

/* ------------------------------------------------------------ joined files */
/* Large inputs are joined on a worker thread; the job begins anew after it,
 * and finds its files. Who ends the job before leaves the worker alone. */
struct joining {
	struct work work;
	struct job *job;           /* NULL: it has ended */
	struct engine *e;
	char run[ULID_LEN + 1];
	struct joins need;
	char *private;             /* the job's input among them, or NULL */
	atomic_int stop;
	int rc;
	struct err err;
};

static void job_go(struct job *j);
static void job_park(struct job *j, const char *why);
static int is_full(const struct err *err);
static void job_settle(struct job *j);

static void join_run(struct work *w)
{
	struct joining *g = (struct joining *)w;

	g->rc = joins_write(&g->need, &g->stop, &g->err);
}

static void join_failed(struct job *j, const struct err *err)
{
	forget_joined(j);
	if (is_full(err)) {
		job_park(j, err->text);
		return;
	}
	j->starting = 1;
	job_fail(j, OUTCOME_FAILED, err);
	j->starting = 0;
	job_settle(j);
}

/* Of a job that has ended. What others of its run may share goes with the
 * run, or now, when that has been closed. */
static void join_forget(const struct joining *g)
{
	if (g->private)
		unlink(g->private);
	if (engine_slot(g->e, g->run) == PLAN_NONE)
		joins_unlink(&g->need);
}

static void join_done(struct work *w)
{
	struct joining *g = (struct joining *)w;
	struct job *j = g->job;

	if (j) {
		j->joining = NULL;
		if (g->rc < 0 && !j->e->closing)
			join_failed(j, &g->err);
		else if (!j->e->closing)
			job_go(j);
	} else {
		join_forget(g);
	}
	free(g->private);
	joins_release(&g->need);
	free(g);
}

static void join_start(struct job *j, struct joins *need)
{
	struct joining *g = mem_zero(sizeof(*g));

	g->work.run = join_run;
	g->work.done = join_done;
	g->job = j;
	g->e = j->e;
	memcpy(g->run, drive_run_at(j->e, j->slot)->ulid, sizeof(g->run));
	g->need = *need;
	g->private = j->joined ? mem_strdup(j->joined) : NULL;
	atomic_init(&g->stop, 0);
	j->joining = g;
	j->held = 1;
	work_submit(j->e->host.workers, &g->work);
}

/* ------------------------------------------------------------------ start */
/* 0; 1: it goes on when its files are made; -1. */
static int prepare(struct job *j, struct err *err)
{
	struct joins need = {0};
	struct flow f;
	const struct plan_node *n;

	drive_flow(j->e, j->slot, &f);
	f.joins = &need;
	n = &f.run->plan->nodes[j->step];
	j->x.dir = f.dir;
	j->x.timeout_ms = f.run->plan->policies[n->policy].timeout_ms;
	make_path(j, f.run);
	if (make_args(j, &f, err) < 0 || make_input(j, &f, err) < 0) {
		if (need.count)
			forget_joined(j);
		joins_release(&need);
		return -1;
	}
	if (n->lane == LANE_PROCESS || n->lane == LANE_WORKER)
		j->x.env = step_env(j->e, &f, j->x.path, j->attempt,
			&j->arena);
	if (n->lane != LANE_INLINE)
		owner_listen(j->e);
	if (need.count == 0)
		return 0;
	join_start(j, &need);
	return 1;
}

static struct job *job_new(struct engine *e, const struct action *a)
{
	struct job *j = mem_zero(sizeof(*j));
	struct drive_run *r = drive_run_at(e, a->run);

	j->e = e;
	j->slot = a->run;
	j->frame = a->frame;
	j->step = a->step;
	j->attempt = a->attempt;
	j->began_ms = clock_now_ms();
	j->began_us = clock_mono_us();
	arena_init(&j->arena);
	j->x.id = ++e->next_job;
	j->ahead = a->ahead;
	j->x.host = &e->host;
	j->x.tap = r->tap;
	j->x.done = job_end;
	j->x.on_tap = job_tap;
	j->x.waits = job_waits;
	j->starting = 1;
	r->jobs++;
	idmap_put(&e->jobs, j->x.id, j);
	idmap_put(&e->by_key, job_key(j->slot, j->frame, j->step), j);
	return j;
}

static int is_full(const struct err *err)
{
	return strstr(err->text, strerror(ENOSPC)) ||
		strstr(err->text, strerror(EDQUOT));
}

static void job_begin(struct job *j)
{
	const struct drive_run *r = drive_run_at(j->e, j->slot);
	const struct plan *p = r->setup->plan;
	const struct executor *x = r->setup->executors[j->step];
	struct err err = {0};
	int rc = x ? prepare(j, &err) : 0;

	if (!x) {
		err_set(&err, ERR_PLAN, "no such kind of step here: %s",
			plan_text(p, p->nodes[j->step].exec));
		job_fail(j, OUTCOME_FAILED, &err);
	} else if (rc < 0) {
		if (is_full(&err))
			job_park(j, err.text);
		else
			job_fail(j, OUTCOME_FAILED, &err);
	} else if (rc == 0) {
		j->x.executor = x;
		j->x.tty = !!(p->nodes[j->step].flags & NODE_TTY);
		j->x.direct = !j->ahead && p->policies[
			p->nodes[j->step].policy].pool != PLAN_NONE;
		if (x->check && x->check(&j->x, &err) < 0)
			job_fail(j, OUTCOME_REFUSED, &err);
		else
			x->start(&j->x);
		live_job(j);
	}
}

/* ------------------------------------------------------ no room for input */
enum { ROOM_MS = 500 };

static void unpark(struct job *j)
{
	j->parked = 0;
	if (--j->e->parked == 0) {
		uv_timer_stop(&j->e->room);
		if (!j->e->stalled)
			tick_stall(j->e, NULL);
	}
}

/* Begun, or over, or neither: then it waits for files or for room. */
static void job_settle(struct job *j)
{
	if (j->held)
		return;
	if (j->parked)
		unpark(j);
	if (j->over)
		job_free(j);
}

static void job_go(struct job *j)
{
	arena_release(&j->arena);
	arena_init(&j->arena);
	j->starting = 1;
	j->held = 0;
	job_begin(j);
	j->starting = 0;
	job_settle(j);
}

void job_start(struct engine *e, const struct action *a)
{
	if (drive_run_at(e, a->run) && !e->closing)
		job_go(job_new(e, a));
}

static void try_again(struct job *j, void *ud)
{
	(void)ud;
	if (j->parked && !j->joining)
		job_go(j);
}

static void on_room(uv_timer_t *h)
{
	jobs_each(h->data, try_again, NULL);
}

static void job_park(struct job *j, const char *why)
{
	char text[600];

	j->held = 1;
	if (j->parked) /* again */
		return;
	j->parked = 1;
	if (j->e->parked++)
		return;
	uv_timer_start(&j->e->room, on_room, ROOM_MS, ROOM_MS);
	snprintf(text, sizeof(text), "the disk is full: the input of a step: "
		"%s", why);
	if (!j->e->stalled)
		tick_stall(j->e, text);
}

static void join_leave(struct job *j)
{
	atomic_store(&j->joining->stop, 1);
	j->joining->job = NULL;
	j->joining = NULL;
}

/* It never began. */
static void job_drop_held(struct job *j)
{
	struct exec_outcome o = {.outcome = OUTCOME_CANCELLED,
		.exit_code = -1};

	if (j->joining)
		join_leave(j);
	if (j->parked)
		unpark(j);
	job_end(&j->x, &o);
}

void job_kill(struct engine *e, const struct action *a)
{
	struct job *j = job_at(e, a);

	if (j && j->held)
		job_drop_held(j);
	else if (j && j->x.executor && j->x.executor->kill)
		j->x.executor->kill(&j->x, a->hard);
}

void job_withdraw(struct engine *e, const struct action *a)
{
	struct job *j = job_at(e, a);

	if (j && j->held)
		job_drop_held(j);
	else if (j && e->guard)
		guard_withdraw(e->guard, j->x.id);
}

/* What computes or copies is told to end: nobody waits for it any more. */
static void stop(struct job *j, void *ud)
{
	(void)ud;
	if (j->joining)
		join_leave(j);
	else if (j->x.executor && j->x.executor->kill &&
			j->x.executor->kind->lane == LANE_WORKER)
		j->x.executor->kill(&j->x, 1);
}

void jobs_stop(struct engine *e)
{
	jobs_each(e, stop, NULL);
}

static void drop(struct job *j, void *ud)
{
	(void)ud;
	job_free(j);
}

void jobs_drop(struct engine *e)
{
	assert(e->closing);
	jobs_each(e, drop, NULL);
}
