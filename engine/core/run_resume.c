/*
 * The facts that reach over a whole run: resumed, rewound. Both put steps
 * back to where they may begin again and then count everything anew.
 * Invariant: a step that succeeded is only put back when it was undone, or
 * stands behind one that is put back by a rewind.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/run_fact.h"
#include "engine/core/run_int.h"
#include "engine/core/vocab.h"

static int is_unsure(const struct run *r, const struct step *s)
{
	const struct extra *x = run_extra(r, s);

	return x && x->unsure;
}

/* It knows its way: an `else` is taken without a decision of its own. */
static int has_decided(const struct run *r, const struct step *s)
{
	const struct extra *x = run_extra(r, s);
	uint32_t id;

	if (s->flags & STEP_DECIDED)
		return 1;
	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1)
		if (!r->frames[id - 1].dropped && r->plan->branches[
				r->frames[id - 1].branch].role == ROLE_BODY)
			return 1;
	return 0;
}

/* A loop of which it is not known whether it goes on. */
static int failed_to_ask(const struct run *r, const struct step *s,
	uint32_t node)
{
	const struct extra *x = run_extra(r, s);

	return run_node(r, node)->kind == NODE_WHILE &&
		!(x && x->decided & DECIDED_ROUND);
}

/* Frames that serve the step; what it has decided by stays. */
static void drop_role(struct run *r, struct step *s, int all)
{
	const struct extra *x = run_extra(r, s);
	int decided = has_decided(r, s);
	uint32_t id;

	if (all) {
		run_drop_frames(r, s);
		return;
	}
	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1) {
		const struct frame *f = &r->frames[id - 1];
		uint32_t role = r->plan->branches[f->branch].role;

		if (role != ROLE_BODY && !(role == ROLE_FACT && f->closed &&
				decided))
			run_drop_frame(r, id - 1);
	}
}

/* To the beginning; attempts go on counting, but not for @retry. */
static void reset(struct run *r, uint32_t frame, uint32_t node, int forget)
{
	struct step *s = run_step(r, frame, node);
	struct extra *x;

	free(s->kept);
	s->kept = NULL;
	s->state = STEP_WAITING;
	s->skip = s->verdict = 0;
	s->flags &= forget ? 0 : STEP_DECIDED;
	if (forget || !has_decided(r, s) || failed_to_ask(r, s, node))
		run_facts_stale(r, frame, node);
	if (s->attempts)
		run_more(r, s)->lapsed = s->attempts;
	if (!s->more)
		return;
	x = &r->extras[s->more - 1];
	x->failed = 0;
	x->stopped = x->cut = x->status = 0;
	x->decided &= (uint8_t)~(DECIDED_CAUSE | DECIDED_ROUND);
	if (!forget)
		return;
	x->decided = 0;
	x->next_index = 0;
	x->value = 0;
	x->unsure = 0;
	run_forget_bytes(x);
}

static void recount(struct run *r)
{
	size_t id;

	memset(r->counts, 0, sizeof(r->counts));
	r->running = r->waits = r->doubts = r->moving = 0;
	for (id = 0; id < r->frame_count; id++) {
		const struct frame *f = &r->frames[id];
		const struct plan_body *b = &r->plan->bodies[f->body];
		uint32_t i;

		for (i = 0; !f->dropped && i < b->count; i++)
			run_count(r, run_node(r, b->first + i), &f->steps[i],
				1);
	}
}

/* pending, left and the marks of a frame follow from its steps. */
static void refresh(struct run *r, struct frame *f)
{
	const struct plan_body *b = &r->plan->bodies[f->body];
	uint32_t i, k;

	f->left = 0;
	f->failed = f->cut = f->status = 0;
	f->culprit = 0;
	for (i = 0; i < b->count; i++) {
		const struct plan_node *n = run_node(r, b->first + i);
		struct step *s = &f->steps[i];

		s->pending = 0;
		for (k = 0; k < n->need_count; k++)
			s->pending += !step_settled(&f->steps[
				r->plan->edges[n->need + k] - b->first]);
		if (s->state == STEP_READY && s->pending)
			s->state = STEP_WAITING;
		f->left += !step_settled(s);
		if (s->state == STEP_FAILED && !(s->flags & STEP_IGNORED)) {
			f->failed = f->status = 1;
			f->culprit = b->first + i + 1;
		}
		f->cut |= s->state == STEP_CANCELLED ||
			(s->state == STEP_SKIPPED && s->skip == SKIP_STOPPED);
	}
	if (!f->failed)
		f->stopped = 0;
	f->closed = f->parent != PLAN_NONE && f->left == 0;
	for (i = 0; i < b->count; i++)
		run_release(r, f, b->first + i);
}

/* Marks `node` and what follows from it in the body. */
static void mark(const struct run *r, const struct plan_body *b,
	uint8_t *marks, uint32_t node)
{
	uint32_t *stack, n = 0, i;

	if (marks[node - b->first])
		return;
	stack = mem_alloc(b->count * sizeof(*stack));
	marks[node - b->first] = 1;
	stack[n++] = node;
	while (n) {
		const struct plan_node *at = run_node(r, stack[--n]);

		for (i = 0; i < at->succ_count; i++) {
			uint32_t succ = r->plan->edges[at->succ + i];

			if (marks[succ - b->first])
				continue;
			marks[succ - b->first] = 1;
			stack[n++] = succ;
		}
	}
	free(stack);
}

/* -------------------------------------------------------------- resuming */
static int wants_again(const struct step *s)
{
	if (s->state == STEP_FAILED)
		return !(s->flags & STEP_IGNORED);
	if (s->state == STEP_SKIPPED)
		return s->skip == SKIP_NEED || s->skip == SKIP_STOPPED;
	return s->state == STEP_CANCELLED;
}

static void reopen(struct run *r, uint32_t frame, uint32_t rule);

/* The attempt that goes on is the first that counts for @retry. */
static void count_as_first(const struct step *s, struct extra *x)
{
	x->lapsed = s->attempts ? (uint16_t)(s->attempts - 1) : 0;
}

/* The composite goes on with the frames it has. */
static void reopen_composite(struct run *r, struct step *s, uint32_t rule)
{
	struct extra *x = run_more(r, s);
	uint32_t id, open = 0, any = 0;

	for (id = x->last_frame; id; id = r->frames[id - 1].prev + 1) {
		if (r->frames[id - 1].dropped)
			continue;
		any = 1;
		reopen(r, id - 1, rule);
		open += !r->frames[id - 1].closed;
	}
	x = run_more(r, s);
	x->failed = 0;
	x->stopped = x->cut = x->status = 0;
	x->started_ms = r->started_ms;
	s->flags &= (uint8_t)~(STEP_TIMED_OUT | STEP_FELL_BACK);
	s->open = (uint16_t)open;
	if (any)
		s->state = STEP_RUNNING;
}

/* The @fallback that goes on by itself, or NULL: a `once` step was cut off
 * in it, which a person must decide about, or it was rewound into: the step
 * it stands in for has failed already, and is not tried once more. Under
 * RESUME_TRIES_AGAIN it was. */
static struct frame *torn_fallback(struct run *r, struct step *s,
	uint32_t node, uint32_t rule)
{
	const struct extra *x = run_extra(r, s);
	uint32_t id;

	if (!(s->flags & STEP_FELL_BACK) ||
	    ((step_settled(s) || rule == RESUME_TRIES_AGAIN) &&
			!run_unsure(r, s, node)))
		return NULL;
	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1)
		if (!r->frames[id - 1].dropped &&
		    r->plan->branches[r->frames[id - 1].branch].role ==
				ROLE_FALLBACK)
			return &r->frames[id - 1];
	return NULL;
}

static void reopen_fallback(struct run *r, struct step *s, struct frame *f,
	uint32_t rule)
{
	struct extra *x;

	s->flags &= STEP_DECIDED | STEP_FELL_BACK;
	s->state = STEP_RUNNING;
	reopen(r, (uint32_t)(f - r->frames), rule);
	s->open = !f->closed;
	x = run_more(r, s);
	x->failed = 0;
	x->stopped = x->cut = x->status = 0;
	x->lapsed = s->attempts;
}

static void reopen_leaf(struct run *r, uint32_t frame, uint32_t node)
{
	struct step *s = run_step(r, frame, node);
	int unsure = is_unsure(r, s);

	if (wants_again(s) || (s->flags & STEP_FELL_BACK &&
			!step_settled(s))) {
		drop_role(r, s, 1);
		reset(r, frame, node, 0);
		if (unsure)
			s->state = STEP_IN_DOUBT;
	} else if (s->state == STEP_IN_DOUBT) {
		drop_role(r, s, 1);
	}
}

static void reopen_step(struct run *r, struct frame *f, uint32_t node,
	uint32_t rule)
{
	struct step *s = &f->steps[node - r->plan->bodies[f->body].first];
	struct frame *torn;

	if (s->state == STEP_READY && s->open)
		drop_role(r, s, 1); /* a fact, which is asked for anew */
	torn = step_passed(s) ? NULL : torn_fallback(r, s, node, rule);
	if (torn) {
		reopen_fallback(r, s, torn, rule);
	} else if (node_is_leaf(run_node(r, node))) {
		reopen_leaf(r, (uint32_t)(f - r->frames), node);
	} else if (wants_again(s)) {
		drop_role(r, s, 0);
		reset(r, (uint32_t)(f - r->frames), node, 0);
		reopen_composite(r, s, rule);
		if (s->state == STEP_RUNNING)
			count_as_first(s, run_more(r, s));
	} else if (s->state == STEP_RUNNING) {
		drop_role(r, s, 0);
		reopen_composite(r, s, rule);
	}
}

static void reset_undone(struct run *r, struct frame *f)
{
	const struct plan_body *b = &r->plan->bodies[f->body];
	uint8_t *marks = NULL;
	uint32_t i;

	for (i = 0; i < b->count; i++) {
		const struct step *s = &f->steps[i];

		/* an @undo that was cut short counts too */
		if (!(s->flags & STEP_UNDONE) && !(step_settled(s) && s->open))
			continue;
		if (!marks)
			marks = mem_zero(b->count);
		mark(r, b, marks, b->first + i);
	}
	for (i = 0; marks && i < b->count; i++) {
		int unsure;

		if (!marks[i])
			continue;
		unsure = run_unsure(r, &f->steps[i], b->first + i);
		run_drop_frames(r, &f->steps[i]);
		reset(r, (uint32_t)(f - r->frames), b->first + i, !unsure);
		if (unsure)
			f->steps[i].state = STEP_IN_DOUBT;
	}
	free(marks);
}

/* An @undo ran within the composite, or it is itself not complete. */
static void reopen(struct run *r, uint32_t frame, uint32_t rule)
{
	const struct plan_body *b = &r->plan->bodies[r->frames[frame].body];
	uint32_t i;

	reset_undone(r, &r->frames[frame]);
	for (i = 0; i < b->count; i++)
		reopen_step(r, &r->frames[frame], b->first + i, rule);
	r->frames[frame].failed = 0;
	refresh(r, &r->frames[frame]);
}

void run_on_resumed(struct run *r, const struct event *e)
{
	int ended = run_ended(r) || r->state == RUN_INTERRUPTED;
	int again = ended || r->stopping || r->cancelling || r->timed_out;

	r->paused = 0;
	r->resumed_ms = e->t_ms;
	r->deadline_ms = r->plan->timeout_ms ?
		e->t_ms + r->plan->timeout_ms : 0;
	if (!again || (r->rolling_back && !ended)) {
		r->cancelling = 0;
		return;
	}
	r->state = RUN_RUNNING;
	r->cancelling = r->timed_out = r->rolling_back = r->stopping = 0;
	r->exit = 0;
	r->finished_ms = 0;
	reopen(r, 0, e->status);
	recount(r);
}

/* ------------------------------------------------------------- rewinding */
static void rewind_body(struct run *r, uint32_t frame, uint32_t node,
	int itself)
{
	struct frame *f = &r->frames[frame];
	const struct plan_body *b = &r->plan->bodies[f->body];
	uint8_t *marks = mem_zero(b->count);
	uint32_t i;

	mark(r, b, marks, node);
	marks[node - b->first] = (uint8_t)itself;
	for (i = 0; i < b->count; i++) {
		if (!marks[i])
			continue;
		run_drop_frames(r, &f->steps[i]);
		reset(r, frame, b->first + i, 1);
	}
	free(marks);
}

/* The owner of a frame that goes on again, goes on again. */
static void rewind_owner(struct run *r, uint32_t frame)
{
	const struct frame *f = &r->frames[frame];
	struct step *s = run_step(r, f->parent, f->owner);
	uint32_t role = r->plan->branches[f->branch].role, id, open = 0;
	uint32_t kind = run_node(r, f->owner)->kind;
	struct extra *x = run_more(r, s);

	for (id = x->last_frame; id; id = r->frames[id - 1].prev + 1) {
		const struct frame *g = &r->frames[id - 1];

		if (id - 1 > frame && !g->dropped && (kind == NODE_WHILE ||
				r->plan->branches[g->branch].role !=
				ROLE_BODY))
			run_drop_frame(r, id - 1);
		open += !g->closed;
	}
	if (plan_role_serves(role))
		return;
	free(s->kept);
	s->kept = NULL;
	s->state = STEP_RUNNING;
	s->skip = 0;
	s->flags &= STEP_DECIDED | (role == ROLE_FALLBACK ? STEP_FELL_BACK : 0);
	s->open = (uint16_t)open;
	count_as_first(s, x);
	x->failed = 0;
	x->stopped = x->cut = x->status = 0;
	if (kind == NODE_WHILE)
		x->next_index = f->index + 1;
	x->decided &= (uint8_t)~DECIDED_ROUND;
}

void run_on_rewound(struct run *r, const struct event *e)
{
	uint32_t frame = e->frame, node = e->step;

	rewind_body(r, frame, node, 1);
	refresh(r, &r->frames[frame]);
	while (frame != 0) {
		uint32_t parent = r->frames[frame].parent;

		node = r->frames[frame].owner;
		rewind_owner(r, frame);
		rewind_body(r, parent, node, 0);
		refresh(r, &r->frames[parent]);
		frame = parent;
	}
	if (run_ended(r))
		r->state = RUN_INTERRUPTED; /* until it is resumed */
	else if (!r->frames[0].failed)
		r->stopping = 0;
	recount(r);
}
