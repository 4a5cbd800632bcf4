/*
 * The tick: inputs go to the scheduler as they come; before the loop sleeps,
 * the events they caused go to the writer as one batch. When it is durable
 * they are published and the actions of the batch are carried out. The loop
 * never waits for a disk.
 */
#include "engine/drive/engine_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/drive/adaptive.h"
#include "engine/drive/cachekey.h"
#include "engine/drive/evals.h"
#include "engine/drive/fact_step.h"
#include "engine/drive/sites.h"
#include "engine/io/clock.h"

enum { NOTES_MOST = 64, LOOK_MS = 60000, TICK_KEPT = 512 << 10 };

static struct tick *tick_new(struct engine *e)
{
	struct tick *t = e->spare;

	if (t) {
		e->spare = t->next;
		t->next = NULL;
		return t;
	}
	t = mem_zero(sizeof(*t));
	outbox_init(&t->out);
	return t;
}

/* What a burst needed is not kept for the rest of the session. */
static int is_swollen(const struct outbox *o)
{
	return o->event_cap * sizeof(*o->events) +
		o->action_cap * sizeof(*o->actions) + o->data.cap > TICK_KEPT;
}

static void tick_recycle(struct engine *e, struct tick *t)
{
	if (is_swollen(&t->out)) {
		outbox_release(&t->out);
		outbox_init(&t->out);
	}
	outbox_clear(&t->out);
	t->blob_count = t->cache_count = 0;
	t->next = e->spare;
	e->spare = t;
}

static void tick_free(struct tick *t)
{
	while (t) {
		struct tick *next = t->next;

		outbox_release(&t->out);
		free(t->blobs);
		free(t->caches);
		free(t);
		t = next;
	}
}

static void arm_timer(struct engine *e);

int engine_input(struct engine *e, struct input *in, struct err *err)
{
	in->now_ms = clock_now_ms();
	return sched_step(e->sched, in, &e->tick->out, err);
}

static void new_row(struct engine *e, struct batch *b, struct drive_run *r,
	const struct out_event *ev)
{
	struct run_new n;
	struct setup *s = r->setup;
	const struct run *run = sched_run(e->sched, ev->run);

	memset(&n, 0, sizeof(n));
	memcpy(n.ulid, r->ulid, sizeof(n.ulid));
	n.parent = str_of(r->parent);
	n.command = str_of(s->command);
	n.text = str_of(s->text);
	n.text_key = s->text_key;
	n.dir = str_of(s->dir);
	n.args = str_of(s->record);
	n.session = str_of(s->session);
	n.plan = s->encoded.data;
	n.plan_len = s->encoded.len;
	n.plan_digest = s->plan_digest;
	n.started_ms = ev->t_ms;
	n.seed = run->seed;
	n.pinned = r->pinned;
	n.hidden = !r->pinned && s->plan->node_count == 1 &&
		s->plan->nodes[0].kind == NODE_STEP &&
		s->plan->nodes[0].lane == LANE_INLINE;
	batch_run_new(b, r->store, &n);
	if (s->input_fd >= 0) {
		batch_blob(b, r->store, s->input_fd, s->input.digest,
			s->input.len);
		s->input_fd = -1;
	} else if (s->input.digest) {
		batch_blob_ref(b, r->store, s->input.digest);
	}
	r->row_state = RUN_RUNNING;
}

static void row_state(struct batch *b, struct drive_run *r,
	const struct run *run)
{
	struct row_state row = {.state = run->state, .exit = run->exit,
		.finished_ms = run->finished_ms,
		.failed = run_failures(run)};

	for (int i = 0; i < STEP_STATES; i++)
		row.steps += i == STEP_FAILED ? row.failed : run->counts[i];
	batch_run_state(b, r->store, &row);
	r->row_state = run->state;
}

/* A result of another run: its blobs are kept as long as this run too. */
static void refer(struct batch *b, struct drive_run *r,
	const struct result *res)
{
	if (res->out.digest)
		batch_blob_ref(b, r->store, res->out.digest);
	if (res->err.digest)
		batch_blob_ref(b, r->store, res->err.digest);
}

static void note_duration(struct engine *e, const char *leaf_key,
	const struct result *res)
{
	struct tick_notes *n = &e->notes;
	struct tick_note *note;

	n->v = mem_more(n->v, n->count, &n->cap, sizeof(*n->v));
	note = &n->v[n->count++];
	note->leaf_key = mem_strdup(leaf_key);
	note->dur_us = res->dur_us;
	note->ok = res->outcome == OUTCOME_OK;
	n->due |= n->count >= NOTES_MOST;
}

/* Into the batch with them; NULL: nowhere. */
static void give_notes(struct tick_notes *n, struct batch *b)
{
	for (size_t i = 0; i < n->count; i++) {
		if (b)
			batch_duration(b, n->v[i].leaf_key, n->v[i].dur_us,
				n->v[i].ok);
		free(n->v[i].leaf_key);
	}
	n->count = 0;
	n->due = 0;
}

/* Durations are recorded of steps that are worth predicting. */
static void note_result(struct engine *e, struct batch *b,
	struct drive_run *r, const struct out_event *ev)
{
	const struct plan_node *n = &r->setup->plan->nodes[ev->step];
	int timed = node_is_leaf(n) && n->lane != LANE_INLINE &&
		n->lane != LANE_WAIT && ev->kind == EVENT_STEP_FINISHED;
	struct event full = {.kind = ev->kind};

	if (!timed && !(n->flags & NODE_CACHE) &&
		ev->kind != EVENT_STEP_ADOPTED)
		return;
	if (event_decode(&full, e->tick->out.data.data + ev->data,
			ev->data_len, NULL) < 0)
		abort(); /* we encoded it ourselves */
	if (full.result.cached || ev->kind == EVENT_STEP_ADOPTED)
		refer(b, r, &full.result);
	else if (timed)
		note_duration(e, setup_leaf_key(r->setup, ev->step),
			&full.result);
}

/* A step that decided, in a workflow that learns. */
static void note_decision(struct engine *e, struct batch *b,
	struct drive_run *r, const struct out_event *ev)
{
	const struct plan *p = r->setup->plan;
	struct event full = {.kind = ev->kind};
	uint32_t kind;

	if (!(p->flags & PLAN_LEARNING) || !e->policy.call ||
	    (ev->kind != EVENT_STEP_FINISHED && ev->kind != EVENT_STEP_SKIPPED))
		return;
	kind = p->nodes[ev->step].kind;
	if (kind != NODE_IF && kind != NODE_CHOOSE)
		return;
	if (event_decode(&full, e->tick->out.data.data + ev->data,
			ev->data_len, NULL) < 0)
		abort(); /* we encoded it ourselves */
	if (ev->kind == EVENT_STEP_FINISHED || full.status == SKIP_CONDITION)
		adaptive_settled(e, b, r, ev, &full);
}

static void batch_one(struct engine *e, struct batch *b,
	const struct out_event *ev)
{
	struct drive_run *r = drive_run_at(e, ev->run);
	const struct run *run = sched_run(e->sched, ev->run);
	const char *data = e->tick->out.data.data;
	struct stored_event stored = {.t_ms = ev->t_ms, .frame = ev->frame,
		.step = ev->step, .kind = ev->kind,
		.data = data ? data + ev->data : "", .len = ev->data_len};

	assert(r && r->store && run);
	if (ev->kind == EVENT_RUN_STARTED) {
		new_row(e, b, r, ev);
		return;
	}
	if (ev->kind == EVENT_RUN_EDITED)
		batch_run_plan(b, r->store, r->setup->encoded.data,
			r->setup->encoded.len, &r->setup->plan_digest,
			str_of(r->setup->text));
	batch_event(b, r->store, &stored);
	if (ev->kind == EVENT_STEP_FINISHED || ev->kind == EVENT_STEP_ADOPTED)
		note_result(e, b, r, ev);
	note_decision(e, b, r, ev);
	if (ev->kind == EVENT_RUN_FINISHED) {
		e->notes.due = 1;
		row_state(b, r, run);
		batch_run_close(b, r->store);
		r->store = NULL;
	} else if (r->row_state != run->state && !run_ended(run)) {
		e->notes.due = 1;
		row_state(b, r, run);
	}
}

static void batch_caches(struct engine *e, struct batch *b)
{
	struct tick *t = e->tick;

	for (size_t i = 0; i < t->cache_count; i++) {
		struct tick_cache *c = &t->caches[i];
		struct drive_run *r = drive_run_at(e, c->slot);
		struct cache_new n = {.key = &c->parts->key,
			.leaf = str_of(c->parts->leaf),
			.parts = str_of(c->parts->json),
			.result = {c->result.data, c->result.len},
			.expires_ms = c->expires_ms,
			.run = r ? r->ulid : ""};

		batch_cache(b, &n);
		buf_release(&c->result);
		cache_parts_free(c->parts);
	}
}

static void do_action(struct engine *e, const struct action *a)
{
	switch ((enum action_kind)a->kind) {
	case ACTION_JOB:
		job_start(e, a);
		return;
	case ACTION_KILL:
		job_kill(e, a);
		return;
	case ACTION_WITHDRAW:
		job_withdraw(e, a);
		return;
	case ACTION_EVAL:
		eval_start(e, a);
		return;
	case ACTION_RUN_OVER:
		drive_run_over(e, a);
		return;
	case ACTION_KINDS:
		break;
	}
	abort(); /* a kind that action.h does not know */
}

static void publish_one(struct engine *e, const struct tick *t,
	const struct out_event *ev, int64_t seq)
{
	struct event full = {.kind = ev->kind, .frame = ev->frame,
		.step = ev->step, .t_ms = ev->t_ms};

	if (event_decode(&full, t->out.data.data + ev->data, ev->data_len,
			&e->store_err) < 0)
		abort(); /* we encoded it ourselves */
	for (struct observer *o = e->observers; o; o = o->next)
		if (o->on_event)
			o->on_event(o->ud, ev->run, seq, &full);
}

static void publish(struct engine *e, const struct tick *t, int64_t seq)
{
	for (size_t i = 0; e->observers && i < t->out.event_count; i++) {
		const struct out_event *ev = &t->out.events[i];
		const struct drive_run *r = drive_run_at(e, ev->run);

		if (r && !r->quiet)
			publish_one(e, t, ev, seq);
		seq += ev->kind != EVENT_RUN_STARTED;
	}
}

void tick_stall(struct engine *e, const char *text)
{
	for (struct observer *o = e->observers; o; o = o->next)
		if (o->on_stall)
			o->on_stall(o->ud, text);
}

/* So many results at once are handed over in parts: the writer writes the
 * first while the loop works on the next. */
enum { PART_EVENTS = 2048 };

static void act(struct engine *e, const struct tick *t)
{
	for (size_t i = 0; i < t->out.action_count; i++) {
		do_action(e, &t->out.actions[i]);
		if (e->tick->out.event_count >= PART_EVENTS)
			tick_flush(e);
	}
	for (size_t i = 0; e->making && i < t->out.event_count; i++)
		if (t->out.events[i].kind == EVENT_FRAME_CLOSED)
			fact_step_closed(e, t->out.events[i].run,
				t->out.events[i].frame);
}

static void on_wake(uv_async_t *h)
{
	struct engine *e = h->data;
	enum store_status status;
	struct err err = {0};
	int64_t seq;
	void *tag;

	while (store_done(e->store, &tag, &status, &seq, &err)) {
		struct tick *t = tag;

		if (status != STORE_COMMITTED) {
			e->stalled = 1;
			tick_stall(e, err.text);
			e->failed |= status == STORE_FAILED;
			if (status == STORE_FAILED)
				e->store_err = err;
			if (status == STORE_FAILED && t)
				e->ticks_out--;
			continue;
		}
		e->ticks_out--;
		if (e->stalled) {
			e->stalled = 0;
			tick_stall(e, NULL);
		}
		publish(e, t, seq);
		act(e, t);
		tick_recycle(e, t);
	}
	if (e->guard)
		guard_flush(e->guard);
}

void tick_wake(void *engine)
{
	struct engine *e = engine;

	uv_async_send(&e->wake);
}

/* Runs that are over: in which state once this tick is durable, and after how
 * many requests. By the time that it is, more may have happened. */
static void date_overs(struct engine *e)
{
	for (size_t i = 0; i < e->tick->out.action_count; i++) {
		struct action *a = &e->tick->out.actions[i];
		const struct drive_run *r = drive_run_at(e, a->run);

		if (a->kind != ACTION_RUN_OVER || !r)
			continue;
		a->purpose = sched_run(e->sched, a->run)->state;
		a->attempt = r->asked;
	}
}

/* At the end: what was committed is not told any more, only freed. */
void tick_forget(struct engine *e)
{
	enum store_status status;
	struct err err;
	int64_t seq;
	void *tag;

	while (store_done(e->store, &tag, &status, &seq, &err))
		if (tag)
			tick_recycle(e, tag);
}

/* Actions that no event stands behind need no commit. With events on their
 * way they wait for those, as an empty batch. */
static void act_now(struct engine *e)
{
	struct tick *t = e->tick;

	e->tick = tick_new(e);
	for (size_t i = 0; i < t->out.action_count; i++)
		do_action(e, &t->out.actions[i]);
	tick_recycle(e, t);
}

static void submit(struct engine *e)
{
	struct tick *t = e->tick;
	struct batch *b = batch_new();

	for (size_t i = 0; i < t->blob_count; i++)
		batch_blob(b, t->blobs[i].store, t->blobs[i].fd,
			&t->blobs[i].digest, t->blobs[i].len);
	for (size_t i = 0; i < t->out.event_count; i++)
		batch_one(e, b, &t->out.events[i]);
	batch_caches(e, b);
	sites_save(e, b);
	if (e->notes.due)
		give_notes(&e->notes, b);
	e->tick = tick_new(e);
	e->ticks_out++;
	store_submit(e->store, b, t);
}

/* A first step without effects may run before its run is durable: its result
 * then shares the commit of the run's beginning. */
static int may_run_early(const struct engine *e, const struct action *a)
{
	const struct drive_run *r = drive_run_at(e, a->run);
	const struct plan_node *n;

	if (a->kind != ACTION_JOB || a->frame != 0 || !r)
		return 0;
	n = &r->setup->plan->nodes[a->step];
	return n->lane == LANE_INLINE && n->effect == EFFECT_PURE &&
		n->need_count == 0;
}

static void run_early(struct engine *e)
{
	struct outbox *out = &e->tick->out;
	size_t count = out->action_count, kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct action a = out->actions[i];

		if (may_run_early(e, &a))
			do_action(e, &a); /* may add to the outbox */
		else
			out->actions[kept++] = a;
	}
	if (kept == count)
		return;
	memmove(out->actions + kept, out->actions + count,
		(out->action_count - count) * sizeof(*out->actions));
	out->action_count -= count - kept;
}

void tick_flush(struct engine *e)
{
	run_early(e);
	date_overs(e);
	while (e->tick->out.event_count == 0 &&
		e->tick->out.action_count > 0 && !e->ticks_out) {
		act_now(e);
		date_overs(e);
	}
	if (e->tick->out.event_count + e->tick->out.action_count > 0 &&
		!e->failed)
		submit(e);
	arm_timer(e);
}

static void on_prepare(uv_prepare_t *h)
{
	tick_flush(h->data);
}

static void arm_timer(struct engine *e);

static void on_timer(uv_timer_t *h)
{
	struct engine *e = h->data;
	struct input in = {.kind = INPUT_TICK, .run = PLAN_NONE};

	e->timer_at = INT64_MAX;
	if (sched_deadline(e->sched) <= clock_now_ms())
		engine_input(e, &in, NULL);
	else
		arm_timer(e);
}

/* Looks again now and then: the loop's clock stands while the machine
 * sleeps, that of deadlines does not. */
static void arm_timer(struct engine *e)
{
	int64_t at = sched_deadline(e->sched), now, delay;

	if (at == e->timer_at)
		return;
	e->timer_at = at;
	if (at == INT64_MAX) {
		uv_timer_stop(&e->timer);
		return;
	}
	now = clock_now_ms();
	delay = at > now ? at - now : 0;
	delay = delay < LOOK_MS ? delay : LOOK_MS;
	uv_update_time(&e->loop);
	uv_timer_start(&e->timer, on_timer, (uint64_t)delay, 0);
}

int tick_init(struct engine *e)
{
	int rc;

	e->tick = tick_new(e);
	e->timer_at = INT64_MAX;
	uv_timer_init(&e->loop, &e->room);
	e->room.data = e;
	uv_prepare_init(&e->loop, &e->prepare);
	e->prepare.data = e;
	uv_prepare_start(&e->prepare, on_prepare);
	uv_unref((uv_handle_t *)&e->prepare);
	uv_timer_init(&e->loop, &e->timer);
	e->timer.data = e;
	rc = uv_async_init(&e->loop, &e->wake, on_wake);
	e->wake.data = e;
	return rc;
}

void tick_close(struct engine *e)
{
	give_notes(&e->notes, NULL);
	free(e->notes.v);
	tick_free(e->tick);
	tick_free(e->spare);
	e->tick = e->spare = NULL;
}
