/*
 * Stored runs back into memory. After an edit of its text a run's state
 * begins at that edit: the steps it kept come as adoptions behind it.
 */
#include "engine/drive/replay.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "engine/base/mem.h"
#include "engine/drive/engine_int.h"
#include "engine/front/front.h"
#include "engine/view.h"

struct replaying {
	struct run *run;
	const struct run_row *row;
	int64_t edited;       /* seq of the last RUN_EDITED, 0: none */
	int64_t seq;          /* of the last event folded */
	const struct view_hook *hook; /* or NULL */
	struct err *err;
	int rc;
};

static int find_edit(void *ud, const struct stored_event *e)
{
	struct replaying *r = ud;

	if (e->kind == EVENT_RUN_EDITED)
		r->edited = e->seq;
	return 0;
}

static int fold(void *ud, const struct stored_event *e)
{
	struct replaying *r = ud;
	struct event ev = {.kind = e->kind, .frame = e->frame,
		.step = e->step, .t_ms = e->t_ms};

	if (e->seq < r->edited)
		return 0;
	if (event_decode(&ev, e->data, e->len, r->err) < 0) {
		r->rc = -1;
		return 1;
	}
	if (!run_accepts(r->run, &ev)) {
		r->rc = err_set(r->err, ERR_CORRUPT, "event %lld (%s) of run "
			"%.6s cannot follow what stands before it",
			(long long)e->seq, event_name(e->kind), r->row->ulid);
		err_help(r->err, "run `wf doctor`");
		return 1;
	}
	run_apply(r->run, &ev);
	r->seq = e->seq;
	if (r->hook)
		r->hook->on_event(r->hook->ud, e->seq, &ev);
	return 0;
}

static int fold_more(void *ud, const struct stored_event *e)
{
	struct replaying *r = ud;

	if (e->kind != EVENT_RUN_EDITED)
		return fold(ud, e);
	r->rc = 1;
	return 1;
}

/* The run row is the RUN_STARTED event. */
static void begin(struct run *run, const struct run_row *row)
{
	struct event ev = {.kind = EVENT_RUN_STARTED, .step = PLAN_NONE};

	ev.t_ms = row->started_ms;
	ev.seed = row->seed;
	if (run->plan->timeout_ms > 0)
		ev.due_ms = row->started_ms + run->plan->timeout_ms;
	run_apply(run, &ev);
}

int replay_run(struct engine *e, const struct run_row *row,
	struct replayed *out, struct err *err)
{
	struct replaying r = {.row = row, .err = err};
	struct buf bytes;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&bytes);
	if (store_plan(e->store, row, &bytes, err) < 0 ||
		plan_decode(bytes.data, bytes.len, &out->plan, err) < 0)
		goto out;
	out->run = r.run = run_new(out->plan, PLAN_NONE);
	begin(r.run, row);
	if (store_events(e->store, row, 0, find_edit, &r, err) < 0 ||
		store_events(e->store, row, 0, fold, &r, err) < 0)
		goto out;
	out->seq = r.seq;
	rc = r.rc;
out:
	buf_release(&bytes);
	if (rc < 0)
		replay_release(out);
	return rc;
}

int replay_more(struct engine *e, const struct run_row *row,
	struct replayed *r, const struct view_hook *hook, struct err *err)
{
	struct replaying more = {.run = r->run, .row = row, .seq = r->seq,
		.hook = hook, .err = err};

	if (store_events(e->store, row, r->seq + 1, fold_more, &more, err) < 0)
		return -1;
	r->seq = more.seq;
	return more.rc;
}

void replay_release(struct replayed *r)
{
	if (r->run)
		run_free(r->run);
	plan_drop(r->plan);
	memset(r, 0, sizeof(*r));
}

static int needs_kept(const struct plan *p, uint32_t node,
	const uint8_t *keep)
{
	const struct plan_node *n = &p->nodes[node];

	for (uint32_t i = 0; i < n->need_count; i++)
		if (!keep[p->edges[n->need + i]])
			return 0;
	return 1;
}

static int same_leaf(const struct plan *a, uint32_t x, const struct plan *b,
	uint32_t y)
{
	char ka[DIGEST_HEX + 1], kb[DIGEST_HEX + 1];

	front_leaf_key(a, x, ka);
	front_leaf_key(b, y, kb);
	return strcmp(ka, kb) == 0;
}

/* The node of body 0 that the frame is within. */
static uint32_t root_of_frame(const struct run *r, uint32_t frame,
	uint32_t node)
{
	while (r->frames[frame].parent != PLAN_NONE) {
		node = r->frames[frame].owner;
		frame = r->frames[frame].parent;
	}
	return node;
}

/* Marks the nodes of body 0 of which something was undone; an @undo that was
 * cut short counts too. */
static void mark_undone(const struct run *r, uint8_t *marks)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct frame *at = &r->frames[f];
		const struct plan_body *b = &r->plan->bodies[at->body];

		for (uint32_t i = 0; !at->dropped && i < b->count; i++) {
			const struct step *s = &at->steps[i];

			if ((s->flags & STEP_UNDONE) ||
					(step_settled(s) && s->open))
				marks[root_of_frame(r, f, b->first + i)] = 1;
		}
	}
}

static int follows_undone(const struct plan *p, uint32_t node,
	const uint8_t *marks)
{
	const struct plan_node *n = &p->nodes[node];

	for (uint32_t i = 0; i < n->need_count; i++)
		if (marks[p->edges[n->need + i]])
			return 1;
	return 0;
}

uint8_t *replay_undone(const struct run *r)
{
	const struct plan_body *b = &r->plan->bodies[0];
	uint8_t *marks = mem_zero(r->plan->node_count + 1);
	int again = 1;

	mark_undone(r, marks);
	while (again) {
		again = 0;
		for (uint32_t i = b->first; i < b->first + b->count; i++) {
			if (marks[i] || !follows_undone(r->plan, i, marks))
				continue;
			marks[i] = 1;
			again = 1;
		}
	}
	return marks;
}

uint8_t *view_undone(const struct view *v)
{
	return replay_undone(v->run);
}

/* Nodes of body 0 in an order in which needs come first: written order, and
 * again until nothing changes, since a reference may point forward. */
uint8_t *replay_keep(const struct run *old, struct plan *plan,
	const uint32_t **from)
{
	uint8_t *keep = mem_zero(plan->node_count + 1);
	uint32_t *map = mem_zero((plan->node_count + 1) * sizeof(*map));
	uint8_t *undone = replay_undone(old);
	const struct plan_body *b = &plan->bodies[0];
	int again = 1;

	while (again) {
		again = 0;
		for (uint32_t i = b->first; i < b->first + b->count; i++) {
			struct str name = str_of(plan_text(plan,
				plan->nodes[i].name));
			uint32_t was = plan_find(old->plan, name);
			const struct step *s;

			if (keep[i] || was == PLAN_NONE ||
				old->plan->nodes[was].body != 0 ||
				undone[was])
				continue;
			s = run_step(old, 0, was);
			if (s->state != STEP_SUCCEEDED || !s->kept ||
				!needs_kept(plan, i, keep) ||
				!same_leaf(old->plan, was, plan, i))
				continue;
			keep[i] = 1;
			map[i] = was;
			again = 1;
		}
	}
	free(undone);
	*from = map;
	return keep;
}

void replay_share(struct setup *to, const struct setup *from)
{
	cJSON_Delete(to->record_json);
	free(to->record);
	free(to->input_bytes);
	to->record = mem_strdup(from->record);
	to->record_json = cJSON_Parse(to->record);
	to->args = cJSON_GetObjectItemCaseSensitive(to->record_json, "args");
	to->input = from->input;
	to->input_digest = from->input_digest;
	if (from->input.digest)
		to->input.digest = &to->input_digest;
	to->input_bytes = NULL;
	if (from->input_bytes) {
		to->input_bytes = mem_dup(from->input_bytes,
			from->input.len + 1);
		to->input.head = to->input_bytes;
	}
}
