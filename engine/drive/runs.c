/*
 * Runs that are open in this process: begun, resumed, told to stop, let go.
 * All of it goes through inputs; nothing here decides.
 */
#include "engine/drive/engine_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/drive/adaptive.h"
#include "engine/drive/blobfile.h"
#include "engine/drive/fact_step.h"
#include "engine/drive/facts.h"
#include "engine/drive/live.h"
#include "engine/drive/replay.h"
#include "engine/io/clock.h"
#include "engine/tell.h"
#include "engine/view.h"

struct drive_run *drive_run_at(const struct engine *e, uint32_t slot)
{
	struct drive_run *r;

	if (slot >= e->run_cap)
		return NULL;
	r = &e->run_pages[slot / RUN_PAGE][slot % RUN_PAGE];
	return r->open ? r : NULL;
}

static void add_page(struct engine *e)
{
	size_t count = e->run_cap / RUN_PAGE;

	/* the table of pages doubles: at each power of two */
	if ((count & (count - 1)) == 0)
		e->run_pages = mem_grow(e->run_pages, (count ? count * 2 : 1) *
			sizeof(*e->run_pages));
	e->run_pages[count] = mem_zero(RUN_PAGE * sizeof(struct drive_run));
	e->run_cap += RUN_PAGE;
}

struct drive_run *drive_run_open(struct engine *e, uint32_t slot,
	struct setup *setup)
{
	struct drive_run *r;

	while (slot >= e->run_cap)
		add_page(e);
	r = &e->run_pages[slot / RUN_PAGE][slot % RUN_PAGE];
	assert(!r->open);
	memset(r, 0, sizeof(*r));
	r->open = 1;
	r->setup = setup;
	setup_hold(setup);
	e->open_runs++;
	return r;
}

void drive_runs_free(struct engine *e)
{
	for (uint32_t i = 0; i < e->run_cap; i++) {
		struct drive_run *r = drive_run_at(e, i);

		if (!r)
			continue;
		setup_drop(r->setup);
		live_free(r->live);
		free(r->parent);
	}
	for (size_t i = 0; i < e->run_cap / RUN_PAGE; i++)
		free(e->run_pages[i]);
	free(e->run_pages);
	e->run_pages = NULL;
	e->run_cap = 0;
}

static void close_run(struct engine *e, uint32_t slot)
{
	struct drive_run *r = drive_run_at(e, slot);
	struct run *run = sched_take(e->sched, slot);

	flow_items_forget();
	facts_forget(e, slot);
	fact_step_forget(e, slot);
	adaptive_forget(e, slot);
	blobfile_forget(e->store, r->ulid);
	run_free(run);
	setup_drop(r->setup);
	live_free(r->live);
	free(r->parent);
	r->open = 0;
	e->open_runs--;
}

void drive_run_over(struct engine *e, const struct action *a)
{
	uint32_t slot = a->run;
	struct drive_run *r = drive_run_at(e, slot);
	const struct run *run = sched_run(e->sched, slot);
	enum run_state state = (enum run_state)a->purpose;
	int quiet, ended = state == RUN_SUCCEEDED || state == RUN_FAILED ||
		state == RUN_CANCELLED;

	if (!r || !run)
		return;
	/* Somebody acted since, or a timer did: it does not stand still. */
	if (!ended && (state == RUN_RUNNING || a->attempt != r->asked ||
			run->state == RUN_RUNNING))
		return;
	quiet = r->quiet;
	r->over = state != RUN_WAITING || !engine_has_deadline(run);
	for (struct observer *o = quiet ? NULL : e->observers; o; o = o->next)
		if (o->on_over)
			o->on_over(o->ud, slot, state);
	r = drive_run_at(e, slot); /* an observer may have begun a run */
	if (r && r->forget && run_ended(run) && r->jobs == 0)
		close_run(e, slot);
}

void engine_release(struct engine *e, uint32_t slot)
{
	struct drive_run *r = drive_run_at(e, slot);

	if (!r)
		return;
	if (r->over && run_ended(sched_run(e->sched, slot)) && r->jobs == 0)
		close_run(e, slot);
	else
		r->forget = 1;
}

static const char *env_of(void *ud, const char *name)
{
	return engine_getenv(ud, name);
}

void drive_flow(const struct engine *e, uint32_t slot, struct flow *f)
{
	const struct drive_run *r = drive_run_at(e, slot);

	memset(f, 0, sizeof(*f));
	f->run = sched_run(e->sched, slot);
	f->store = e->store;
	f->ulid = r->ulid;
	f->dir = r->setup->dir;
	f->session = r->setup->session;
	f->args = r->setup->args;
	f->vars = e->vars;
	f->getenv = env_of;
	f->ud = (void *)(uintptr_t)e;
	f->input = &r->setup->input;
}

/* A composite keeps no output of its own: what is adopted must carry it. */
static int composite_output(const struct flow *f, uint32_t node,
	struct buf *bytes, struct exec_output *o, struct err *err)
{
	struct pieces p;
	int rc;

	pieces_init(&p);
	flow_output(f, (struct place){0, node}, &p);
	rc = pieces_read(f, &p, LIMIT_INLINE, bytes, err);
	if (rc == 0 && pieces_len(&p) > LIMIT_INLINE) {
		o->fd = blobfile_spool(f, &p, &o->digest, err);
		o->len = pieces_len(&p);
		rc = o->fd < 0 ? -1 : 0;
	}
	pieces_release(&p);
	o->bytes = (struct str){buf_cstr(bytes), bytes->len};
	return rc;
}

static int adopt_one(struct engine *e, struct input *in,
	const struct run *from, uint32_t node, struct err *err)
{
	const struct step *s = run_step(from, 0, node);
	struct flow f = {.run = from, .store = e->store};
	struct exec_output o = {.fd = -1};
	struct result res;
	struct buf bytes;
	int rc = 0;

	if (!s->kept)
		return 0;
	buf_init(&bytes);
	res = s->kept->r;
	if (!node_is_leaf(&from->plan->nodes[node]) && !res.cached) {
		rc = composite_output(&f, node, &bytes, &o, err);
		if (rc == 0)
			tick_keep_output(e, drive_run_at(e, in->run), &o,
				&res.out);
	}
	in->attempt = s->attempts;
	in->result = &res;
	if (rc == 0)
		rc = engine_input(e, in, err);
	buf_release(&bytes);
	return rc;
}

static int adopt_results(struct engine *e, uint32_t slot,
	const struct submit_options *o, const struct plan *p, struct err *err)
{
	struct input in = {.kind = INPUT_ADOPT, .run = slot};

	for (uint32_t i = 0; i < p->node_count; i++) {
		in.step = i;
		if (o->keep[i] && adopt_one(e, &in, o->adopt_from,
				o->keep_node ? o->keep_node[i] : i, err) < 0)
			return -1;
	}
	in.kind = INPUT_BEGIN;
	in.result = NULL;
	return engine_input(e, &in, err);
}

int engine_submit(struct engine *e, struct setup *s,
	const struct submit_options *o, uint32_t *slot, struct err *err)
{
	static const struct submit_options none;
	struct input in = {.kind = INPUT_START};
	struct drive_run *r;

	if (!o)
		o = &none;
	if (e->failed)
		return err_set(err, ERR_STATE, "the journal has failed: %s",
			e->store_err.text);
	if (e->open_runs >= LIMIT_RUNS_OPEN)
		return err_set(err, ERR_LIMIT, "%d runs are open already",
			LIMIT_RUNS_OPEN);
	in.run = sched_slot(e->sched);
	r = drive_run_open(e, in.run, s);
	ulid_make(r->ulid);
	r->parent = o->parent ? mem_strdup(o->parent) : NULL;
	r->pinned = o->pinned;
	r->tap = o->tap;
	r->quiet = o->quiet;
	r->forget = o->forget;
	r->store = store_run_new(e->store);
	in.plan = s->plan;
	in.seed = clock_random();
	in.held = o->adopt_from != NULL;
	*slot = in.run;
	if (engine_input(e, &in, err) < 0)
		return -1;
	if (o->adopt_from)
		return adopt_results(e, in.run, o, s->plan, err);
	return 0;
}

/* Verdicts for all steps in doubt, as asked on the command line. */
static int resolve_all(struct engine *e, uint32_t slot, enum verdict v,
	struct err *err)
{
	const struct run *r = sched_run(e->sched, slot);
	struct input in = {.kind = INPUT_RESOLVE, .run = slot,
		.verdict = (uint8_t)v};
	size_t found = 0;

	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			if (r->frames[f].steps[i].state != STEP_IN_DOUBT)
				continue;
			in.frame = f;
			in.step = b->first + i;
			found++;
			if (engine_input(e, &in, err) < 0)
				return -1;
		}
	}
	return found ? 0 : err_set(err, ERR_NOTFOUND,
		"no step of the run is in doubt");
}

/* --from: one place. A name alone may stand in every round of a loop. */
static int find_from(const struct run *r, const char *from,
	struct place *at, struct err *err)
{
	size_t n = run_places(r, str_of(from), at);
	struct buf path;
	uint32_t f;

	if (!n)
		return err_set(err, ERR_NOTFOUND,
			"the run has no step '%s'", from);
	if (n < 2)
		return 0;
	buf_init(&path);
	run_path(r, at->frame, at->node, &path);
	err_set(err, ERR_USAGE, "there are %zu steps '%s'", n, from);
	for (f = at->frame; r->frames[f].parent != 0;)
		f = r->frames[f].parent;
	err_help(err, "one of them is %s; --from %s runs all again",
		buf_cstr(&path), plan_text(r->plan,
		r->plan->nodes[r->frames[f].owner].name));
	buf_release(&path);
	return -1;
}

static int go_on(struct engine *e, uint32_t slot,
	const struct resume_options *o, struct err *err)
{
	struct input in = {.kind = INPUT_RESUME, .run = slot};
	struct place at;

	if (o->from) {
		in.kind = INPUT_REWIND;
		if (find_from(sched_run(e->sched, slot), o->from, &at,
				err) < 0)
			return -1;
		in.frame = at.frame;
		in.step = at.node;
		if (engine_input(e, &in, err) < 0)
			return -1;
		in.kind = INPUT_RESUME;
	}
	in.held = o->still;
	if (engine_input(e, &in, err) < 0)
		return -1;
	if (o->in_doubt)
		return resolve_all(e, slot, o->in_doubt - 1, err);
	return 0;
}

/* --edit: the new plan, then what stays of the old results. */
static int edit_plan(struct engine *e, uint32_t slot,
	const struct resume_options *o, const struct run *old,
	struct err *err)
{
	struct drive_run *r = drive_run_at(e, slot);
	struct input in = {.kind = INPUT_EDIT, .run = slot, .plan = o->plan};
	struct setup_options so = {.plan = o->plan,
		.command = str_of(r->setup->command), .text = o->text,
		.dir = r->setup->dir, .session = str_of(r->setup->session)};
	struct submit_options keep = {.adopt_from = old};
	struct setup *s;
	int rc;

	if (setup_new(e, &so, &s, err) < 0)
		return -1;
	replay_share(s, r->setup);
	keep.keep = replay_keep(old, o->plan, &keep.keep_node);
	rc = engine_input(e, &in, err);
	if (rc == 0) {
		setup_drop(r->setup);
		r->setup = s;
		rc = adopt_results(e, slot, &keep, o->plan, err);
	}
	free((void *)(uintptr_t)keep.keep);
	free((void *)(uintptr_t)keep.keep_node);
	return rc;
}

int engine_resume(struct engine *e, const struct run_row *row,
	const struct resume_options *o, uint32_t *slot, struct err *err)
{
	struct replayed old = {0}, was = {0};
	struct store_run *handle;
	struct setup *setup;
	struct drive_run *r;
	int rc;

	if (store_run_adopt(e->store, row, &handle, err) < 0)
		return -1;
	if (replay_run(e, row, &old, err) < 0 ||
		(o->plan && replay_run(e, row, &was, err) < 0) ||
		setup_of_row(e, row, old.plan, &setup, err) < 0) {
		replay_release(&old);
		replay_release(&was);
		return -1;
	}
	*slot = sched_add(e->sched, old.run);
	old.run = NULL;
	r = drive_run_open(e, *slot, setup);
	setup_drop(setup);
	memcpy(r->ulid, row->ulid, sizeof(r->ulid));
	r->store = handle;
	r->tap = o->tap;
	r->row_state = RUN_STATES;
	rc = o->plan ? edit_plan(e, *slot, o, was.run, err)
		: go_on(e, *slot, o, err);
	replay_release(&old);
	replay_release(&was);
	return rc;
}

/* ------------------------------------------------------------- requests */
const struct run *engine_run(const struct engine *e, uint32_t slot)
{
	return drive_run_at(e, slot) ? sched_run(e->sched, slot) : NULL;
}

const char *engine_ulid(const struct engine *e, uint32_t slot)
{
	const struct drive_run *r = drive_run_at(e, slot);

	return r ? r->ulid : NULL;
}

uint32_t engine_slot(const struct engine *e, const char *ulid)
{
	for (uint32_t i = 0; i < e->run_cap; i++) {
		const struct drive_run *r = drive_run_at(e, i);

		if (r && strcmp(r->ulid, ulid) == 0)
			return i;
	}
	return PLAN_NONE;
}

/* Gives an input about an open run; it may move again. */
static int ask(struct engine *e, struct input *in, struct err *err)
{
	struct drive_run *r = drive_run_at(e, in->run);

	if (!r)
		return err_set(err, ERR_NOTFOUND, "the run is not open here");
	if (run_ended(sched_run(e->sched, in->run)))
		return err_set(err, ERR_STATE, "the run has ended");
	if (engine_input(e, in, err) < 0)
		return -1;
	r->over = 0;
	r->asked++;
	return 0;
}

int engine_cancel(struct engine *e, uint32_t slot, int hard, struct err *err)
{
	struct input in = {.kind = INPUT_CANCEL, .run = slot,
		.hard = hard != 0};

	return ask(e, &in, err);
}

int engine_pause(struct engine *e, uint32_t slot, int on, struct err *err)
{
	struct input in = {.kind = on ? INPUT_PAUSE : INPUT_CONTINUE,
		.run = slot};

	return ask(e, &in, err);
}

int engine_signal(struct engine *e, uint32_t slot, struct place at,
	const char *name, struct str bytes, struct err *err)
{
	struct input in = {.kind = INPUT_SIGNAL, .run = slot,
		.frame = at.frame, .step = at.node, .name = str_of(name),
		.bytes = bytes};
	const struct run *r = engine_run(e, slot);

	if (r && strcmp(name, "answer") == 0 &&
			engine_choice_check(e, r, at, bytes, err) < 0)
		return -1;
	return ask(e, &in, err);
}

int engine_resolve(struct engine *e, uint32_t slot, const char *path,
	enum verdict v, struct err *err)
{
	struct input in = {.kind = INPUT_RESOLVE, .run = slot,
		.verdict = (uint8_t)v};

	if (!drive_run_at(e, slot))
		return err_set(err, ERR_NOTFOUND, "the run is not open here");
	if (!path) {
		if (resolve_all(e, slot, v, err) < 0)
			return -1;
		drive_run_at(e, slot)->over = 0;
		drive_run_at(e, slot)->asked++;
		return 0;
	}
	if (run_find(sched_run(e->sched, slot), str_of(path), &in.frame,
			&in.step) < 0)
		return err_set(err, ERR_NOTFOUND, "the run has no step '%s'",
			path);
	return ask(e, &in, err);
}

/* ------------------------------------------------------------- answers */
int engine_asking(const struct run *r, struct place *at, struct err *err)
{
	size_t found = 0;

	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *s = &r->frames[f].steps[i];

			if (step_settled(s) || !(s->flags & STEP_ON_SIGNAL))
				continue;
			at->frame = f;
			at->node = b->first + i;
			found++;
		}
	}
	if (found == 1)
		return 0;
	if (found == 0)
		return err_set(err, ERR_STATE, "no step waits for an answer");
	err_set(err, ERR_USAGE, "%zu steps wait for an answer", found);
	return err_help(err, "name one: /answer RUN.STEP TEXT");
}

int engine_answer(struct engine *e, uint32_t slot, const char *path,
	struct str text, struct err *err)
{
	const struct run *r = engine_run(e, slot);
	const struct step *s;
	struct place at = {0, 0};

	if (!r)
		return err_set(err, ERR_NOTFOUND, "the run is not open here");
	if (!path && engine_asking(r, &at, err) < 0)
		return -1;
	if (path && run_find(r, str_of(path), &at.frame, &at.node) < 0)
		return err_set(err, ERR_NOTFOUND, "the run has no step '%s'",
			path);
	s = run_step(r, at.frame, at.node);
	if (step_settled(s))
		return err_set(err, ERR_STATE,
			"the step has been answered already");
	return engine_signal(e, slot, at, "answer", text, err);
}
