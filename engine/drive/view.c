/*
 * Views of stored runs, and the bytes of any run. A view is a replay beside
 * the live run: it never changes what it shows.
 */
#include "engine/view.h"

#include <stdlib.h>
#include <string.h>

#include "engine/drive/engine_int.h"
#include "engine/drive/replay.h"

/* What a view's bytes need beyond its run. */
struct viewed {
	const struct run *run;
	struct setup *setup;
	char ulid[ULID_LEN + 1];
	struct viewed *next;
};

static void remember(struct engine *e, const struct view *v,
	struct setup *setup)
{
	struct viewed *w = mem_zero(sizeof(*w));

	w->run = v->run;
	w->setup = setup;
	memcpy(w->ulid, v->row->ulid, sizeof(w->ulid));
	w->next = e->views;
	e->views = w;
}

int view_open(struct engine *e, const char *name, struct view *out,
	struct err *err)
{
	struct run_row *row = mem_zero(sizeof(*row));
	struct replayed r = {0};
	struct setup *setup;

	memset(out, 0, sizeof(*out));
	if (store_find_run(e->store, str_of(name), row, err) < 0) {
		free(row);
		return -1;
	}
	out->engine = e;
	out->row = row;
	if (replay_run(e, row, &r, err) < 0 ||
		setup_of_row(e, row, r.plan, &setup, err) < 0) {
		replay_release(&r);
		view_release(out);
		return -1;
	}
	out->plan = r.plan;
	out->run = r.run;
	out->seq = r.seq;
	if (!row->brief[0])
		engine_short(e, row->ulid, row->brief);
	out->ulid_short = mem_strdup(row->brief);
	remember(e, out, setup);
	return 0;
}

void view_release(struct view *v)
{
	struct viewed **at;

	if (!v->engine)
		return;
	for (at = &v->engine->views; *at && v->run; at = &(*at)->next) {
		struct viewed *w = *at;

		if (w->run != v->run)
			continue;
		*at = w->next;
		setup_drop(w->setup);
		free(w);
		break;
	}
	flow_items_forget();
	if (v->run)
		run_free(v->run);
	plan_drop(v->plan);
	run_row_release(v->row);
	free(v->row);
	free(v->ulid_short);
	memset(v, 0, sizeof(*v));
}

int view_follow(struct view *v, const struct view_hook *hook,
	struct err *err)
{
	struct replayed r = {v->plan, v->run, v->seq};
	int rc;

	if (store_run_again(v->engine->store, v->row, err) < 0)
		return -1;
	rc = replay_more(v->engine, v->row, &r, hook, err);
	if (v->seq != r.seq)
		flow_items_forget();
	v->seq = r.seq;
	return rc;
}

uint8_t *view_keep(const struct view *v, struct plan *plan,
	const uint32_t **from)
{
	return replay_keep(v->run, plan, from);
}

int view_setup(const struct view *v, struct setup **out, struct err *err)
{
	return setup_of_row(v->engine, v->row, v->plan, out, err);
}

static const char *env_of(void *ud, const char *name)
{
	return engine_getenv(ud, name);
}

int flow_of_run(struct engine *e, const struct run *r, struct flow *f,
	struct err *err)
{
	if (drive_run_at(e, r->id) && sched_run(e->sched, r->id) == r) {
		drive_flow(e, r->id, f);
		return 0;
	}
	for (const struct viewed *w = e->views; w; w = w->next) {
		if (w->run != r)
			continue;
		memset(f, 0, sizeof(*f));
		f->run = r;
		f->store = e->store;
		f->ulid = w->ulid;
		f->dir = w->setup->dir;
		f->session = w->setup->session;
		f->args = w->setup->args;
		f->vars = e->vars;
		f->getenv = env_of;
		f->ud = e;
		f->input = &w->setup->input;
		return 0;
	}
	return err_set(err, ERR_NOTFOUND, "the run is not open");
}

static void stream_pieces(const struct flow *f, const struct output_of *of,
	struct pieces *out)
{
	const struct plan *p = f->run->plan;
	const struct step *s;

	if (of->at.node == PLAN_NONE) {
		flow_run_output(f, out);
		return;
	}
	s = run_step(f->run, of->at.frame, of->at.node);
	if (of->stream == 2 || (node_is_leaf(&p->nodes[of->at.node]) &&
			!step_passed(s))) {
		if (s->kept)
			pieces_datum(out, of->stream == 2 ? &s->kept->r.err
				: &s->kept->r.out);
		return;
	}
	flow_output(f, of->at, out);
}

int engine_output(struct engine *e, const struct output_of *of, size_t cap,
	struct buf *out, uint64_t *total, struct err *err)
{
	struct pieces p;
	struct flow f;
	int rc;

	if (flow_of_run(e, of->run, &f, err) < 0)
		return -1;
	pieces_init(&p);
	stream_pieces(&f, of, &p);
	if (total)
		*total = pieces_len(&p);
	rc = pieces_read(&f, &p, cap, out, err);
	pieces_release(&p);
	return rc;
}

size_t engine_iterations(const struct run *r, uint32_t frame, uint32_t step,
	uint32_t **frames)
{
	*frames = NULL;
	return flow_frames(r, (struct place){frame, step}, ROLE_BODY, frames);
}

int engine_frame_output(struct engine *e, const struct run *r,
	uint32_t frame, size_t cap, struct buf *out, struct err *err)
{
	struct pieces p;
	struct flow f;
	int rc;

	if (flow_of_run(e, r, &f, err) < 0)
		return -1;
	pieces_init(&p);
	flow_frame_output(&f, frame, &p);
	rc = pieces_read(&f, &p, cap, out, err);
	pieces_release(&p);
	return rc;
}

int engine_output_fd(struct engine *e, const struct output_of *of, int fd,
	struct err *err)
{
	struct pieces p;
	struct flow f;
	int rc;

	if (flow_of_run(e, of->run, &f, err) < 0)
		return -1;
	pieces_init(&p);
	stream_pieces(&f, of, &p);
	rc = pieces_write(&f, &p, fd, err);
	pieces_release(&p);
	return rc;
}

void engine_short(struct engine *e, const char *ulid, char *out)
{
	store_short(e->store, ulid, out);
}

int64_t engine_predict(void *engine, const char *leaf_key)
{
	struct engine *e = engine;
	struct duration_row d = {0};
	struct err err = {0};

	if (!e->store ||
		store_duration(e->store, leaf_key, &d, &err) <= 0 ||
		d.count == 0)
		return -1;
	return (int64_t)(d.mean_us / 1000.0 + 0.5);
}

static struct setup *setup_of_run(struct engine *e, const struct run *r)
{
	if (drive_run_at(e, r->id) && sched_run(e->sched, r->id) == r)
		return drive_run_at(e, r->id)->setup;
	for (const struct viewed *w = e->views; w; w = w->next)
		if (w->run == r)
			return w->setup;
	return NULL;
}

int64_t engine_usual(struct engine *e, const struct run *r, struct place at)
{
	struct setup *setup = setup_of_run(e, r);

	return setup ? engine_predict(e, setup_leaf_key(setup, at.node)) : -1;
}
