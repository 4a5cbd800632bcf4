/*
 * Folding events into a run's state: the only mutator, live and in replay.
 * Invariant: what an event does is a function of the state and the event
 * alone; no clock, no scheduler's queue, no configuration.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/run_fact.h"
#include "engine/core/run_int.h"
#include "engine/core/vocab.h"

static void set_state(struct run *r, const struct event *e,
	enum step_state state)
{
	struct step *s = run_step(r, e->frame, e->step);
	const struct plan_node *n = run_node(r, e->step);

	run_count(r, n, s, -1);
	s->state = (uint8_t)state;
	run_count(r, n, s, 1);
}

/* ------------------------------------------------------------- settling */
void run_release(struct run *r, struct frame *f, uint32_t node)
{
	const struct plan_node *n = run_node(r, node);
	uint32_t first = r->plan->bodies[f->body].first, i;
	struct step *s = &f->steps[node - first];

	if (s->state != STEP_WAITING || s->pending)
		return;
	for (i = 0; i < n->need_count; i++)
		if (!step_passed(&f->steps[r->plan->edges[n->need + i] -
				first]))
			return;
	run_count(r, n, s, -1);
	s->state = STEP_READY;
	run_count(r, n, s, 1);
}

static void settle(struct run *r, uint32_t frame, uint32_t node)
{
	const struct plan_node *n = run_node(r, node);
	struct frame *f = &r->frames[frame];
	uint32_t first = r->plan->bodies[f->body].first, i;

	assert(f->left > 0);
	f->left--;
	for (i = 0; i < n->succ_count; i++) {
		uint32_t succ = r->plan->edges[n->succ + i];

		f->steps[succ - first].pending--;
		run_release(r, f, succ);
	}
	run_spare(r, run_step(r, frame, node));
}

static int is_ignored(const struct run *r, uint32_t node)
{
	return r->plan->strategy == STRATEGY_IGNORE ||
		(run_node(r, node)->flags & NODE_IGNORE);
}

/* The composite takes a failure inside of it upon itself. */
static int absorbs(const struct run *r, const struct frame *f)
{
	const struct step *s = run_step(r, f->parent, f->owner);

	return is_ignored(r, f->owner) || run_may_retry(r, s, f->owner) ||
		run_can_fall_back(r, f->parent, f->owner);
}

static void stop_owner(struct run *r, uint32_t frame, uint32_t node)
{
	struct extra *x = run_more(r, run_step(r, frame, node));
	uint32_t id;

	if (x->stopped)
		return;
	x->stopped = 1;
	for (id = x->last_frame; id; id = r->frames[id - 1].prev + 1)
		if (!r->frames[id - 1].closed)
			r->frames[id - 1].stopped = 1;
}

/* A failure for good stops everything up to what absorbs it. */
static void stop_around(struct run *r, uint32_t frame)
{
	for (;;) {
		struct frame *f = &r->frames[frame];
		uint32_t role;

		f->stopped = 1;
		if (frame == 0) {
			r->stopping = 1;
			return;
		}
		role = r->plan->branches[f->branch].role;
		if (plan_role_serves(role))
			return;
		if (absorbs(r, f)) {
			stop_owner(r, f->parent, f->owner);
			return;
		}
		frame = f->parent;
	}
}

static uint8_t status_of(const struct plan_node *n, const struct result *res)
{
	if (res->outcome == OUTCOME_TIMEOUT)
		return 124;
	if (res->outcome == OUTCOME_REFUSED)
		return 4;
	if (!node_is_leaf(n) && res->exit_code > 0 && res->exit_code < 256)
		return (uint8_t)res->exit_code;
	return 1;
}

static void fail(struct run *r, const struct event *e)
{
	struct frame *f = &r->frames[e->frame];

	if (!f->failed) {
		f->failed = 1;
		f->status = status_of(run_node(r, e->step), &e->result);
		f->culprit = e->step + 1;
	}
	if (r->plan->strategy == STRATEGY_STOP ||
	    r->plan->strategy == STRATEGY_ROLLBACK)
		stop_around(r, e->frame);
}

static void remember_done(struct run *r, const struct event *e)
{
	if (r->plan->strategy != STRATEGY_ROLLBACK || e->result.cached ||
	    r->frames[e->frame].undo ||
	    plan_branch_of(r->plan, e->step, ROLE_UNDO) == PLAN_NONE)
		return;
	r->done = run_room(r->done, r->done_count, &r->done_cap,
		sizeof(*r->done));
	r->done[r->done_count++] = (uint64_t)e->frame << 32 | e->step;
}

/* --------------------------------------------------------------- signals */
static int signal_fits(const struct signal *g, const struct run *r,
	const struct event *e)
{
	const struct extra *x = run_extra(r, run_step(r, e->frame, e->step));

	if (g->taken || !x->signal || strcmp(g->name, x->signal) != 0)
		return 0;
	if (g->step != PLAN_NONE && g->step != e->step)
		return 0;
	if (g->step == PLAN_NONE && (g->frame == 0 || g->frame == PLAN_NONE))
		return 1;
	return g->frame == e->frame;
}

static void take_signal(struct run *r, const struct event *e)
{
	size_t i;

	for (i = 0; i < r->signal_count; i++) {
		struct signal *g = &r->signals[i];

		if (!signal_fits(g, r, e))
			continue;
		g->taken = 1;
		r->signals_taken++;
		free(g->name);
		free(g->bytes);
		g->name = g->bytes = NULL;
		g->bytes_len = 0;
		return;
	}
}

static void squeeze_signals(struct run *r)
{
	uint32_t i, n = 0;

	for (i = 0; i < r->signal_count; i++)
		if (!r->signals[i].taken)
			r->signals[n++] = r->signals[i];
	r->signal_count = n;
	r->signals_taken = 0;
}

static void on_signal(struct run *r, const struct event *e)
{
	struct signal *g;

	if (r->signals_taken * 2 > r->signal_count)
		squeeze_signals(r);
	r->signals = run_room(r->signals, r->signal_count, &r->signal_cap,
		sizeof(*r->signals));
	g = &r->signals[r->signal_count++];
	memset(g, 0, sizeof(*g));
	g->name = mem_strndup(e->name.p ? e->name.p : "", e->name.n);
	g->bytes = mem_dup(e->bytes.p, e->bytes.n);
	g->bytes_len = e->bytes.n;
	g->frame = e->frame;
	g->step = e->step;
}

/* ----------------------------------------------------------------- steps */
static void on_started(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	free(s->kept);
	s->kept = NULL;
	s->attempts = (uint16_t)e->attempt;
	run_more(r, s)->started_ms = e->t_ms;
	run_more(r, s)->unsure = 0;
	set_state(r, e, STEP_RUNNING);
}

static void on_waiting(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);
	const struct plan_node *n = run_node(r, e->step);
	struct extra *x = run_more(r, s);

	run_count(r, n, s, -1);
	if (s->attempts < e->attempt)
		s->attempts = (uint16_t)e->attempt;
	s->state = STEP_RUNNING;
	if (e->name.n)
		s->flags |= STEP_ON_SIGNAL;
	if (e->due_ms)
		s->flags |= STEP_ON_TIMER;
	run_count(r, n, s, 1);
	if (!x->started_ms)
		x->started_ms = e->t_ms;
	x->due_ms = e->due_ms;
	run_forget_bytes(x);
	if (e->name.n)
		x->signal = mem_strndup(e->name.p, e->name.n);
	x->has_bytes = e->bytes.p != NULL;
	if (e->bytes.n)
		x->bytes = mem_dup(e->bytes.p, e->bytes.n);
	x->bytes_len = e->bytes.n;
}

static void clear_wait(struct step *s)
{
	s->flags &= (uint8_t)~(STEP_TIMED_OUT | STEP_ON_SIGNAL |
		STEP_ON_TIMER);
}

/* A `once` job was cut off: whether it was done is not known. */
static void note_unsure(struct run *r, struct step *s, uint32_t node)
{
	if (node_is_leaf(run_node(r, node)) && s->state == STEP_RUNNING &&
	    !(s->flags & (STEP_ON_SIGNAL | STEP_ON_TIMER | STEP_FELL_BACK)) &&
	    run_effect(r, s, node) == EFFECT_ONCE)
		run_more(r, s)->unsure = 1;
}

/* What the frames of an attempt came to is forgotten. */
static void clear_frames(struct extra *x)
{
	x->failed = 0;
	x->stopped = x->cut = x->status = 0;
}

static void on_finished(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);
	const struct plan_node *n = run_node(r, e->step);
	int fall_back = e->result.outcome != OUTCOME_OK &&
		run_can_fall_back(r, e->frame, e->step);

	if (e->result.outcome == OUTCOME_TIMEOUT)
		note_unsure(r, s, e->step);
	run_keep(s, &e->result, e->t_ms); /* may borrow from the signal */
	if ((s->flags & STEP_ON_SIGNAL) && e->result.outcome == OUTCOME_OK)
		take_signal(r, e);
	run_count(r, n, s, -1);
	if (s->attempts < e->attempt)
		s->attempts = (uint16_t)e->attempt;
	clear_wait(s);
	if (e->result.outcome == OUTCOME_OK) {
		s->state = STEP_SUCCEEDED;
	} else if (fall_back) {
		s->flags |= STEP_FELL_BACK;
		s->state = STEP_RUNNING;
		clear_frames(run_more(r, s));
	} else {
		s->state = STEP_FAILED;
		if (is_ignored(r, e->step))
			s->flags |= STEP_IGNORED;
	}
	run_count(r, n, s, 1);
	if (s->state == STEP_SUCCEEDED)
		remember_done(r, e);
	if (s->state == STEP_FAILED && !(s->flags & STEP_IGNORED))
		fail(r, e);
	if (step_settled(s))
		settle(r, e->frame, e->step);
}

static void on_retrying(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);
	struct extra *x = run_more(r, s);

	if (s->attempts < e->attempt)
		s->attempts = (uint16_t)e->attempt;
	run_keep(s, &e->result, e->t_ms);
	if (!node_is_leaf(run_node(r, e->step))) {
		run_count(r, run_node(r, e->step), s, -1);
		run_drop_frames(r, s);
		run_count(r, run_node(r, e->step), s, 1);
		clear_frames(x);
		run_forget_bytes(x);
		x->next_index = 0;
		x->decided &= 1u << EVAL_CONDITION;
		x->value = 1;
	}
	x->due_ms = e->due_ms;
	run_count(r, run_node(r, e->step), s, -1);
	clear_wait(s);
	s->state = STEP_RETRYING;
	run_count(r, run_node(r, e->step), s, 1);
}

static void on_skipped(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	struct extra *x;

	s->skip = (uint8_t)e->status;
	if (e->status == SKIP_NEED) {
		x = run_more(r, s);
		x->value = (int64_t)e->cause;
		x->decided |= DECIDED_CAUSE;
	}
	if (e->status == SKIP_STOPPED)
		r->frames[e->frame].cut = 1;
	set_state(r, e, STEP_SKIPPED);
	settle(r, e->frame, e->step);
}

static void on_cancelled(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	r->frames[e->frame].cut = 1;
	note_unsure(r, s, e->step);
	if (e->attempt)
		run_keep(s, &e->result, e->t_ms);
	run_count(r, run_node(r, e->step), s, -1);
	clear_wait(s);
	s->state = STEP_CANCELLED;
	run_count(r, run_node(r, e->step), s, 1);
	settle(r, e->frame, e->step);
}

static void on_lost(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	if (s->attempts < e->attempt)
		s->attempts = (uint16_t)e->attempt;
	run_more(r, s)->lapsed++;
	run_count(r, run_node(r, e->step), s, -1);
	clear_wait(s);
	s->state = STEP_READY;
	run_count(r, run_node(r, e->step), s, 1);
}

static void on_in_doubt(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	run_count(r, run_node(r, e->step), s, -1);
	clear_wait(s);
	s->state = STEP_IN_DOUBT;
	run_count(r, run_node(r, e->step), s, 1);
}

static void on_resolved(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);
	struct event done;

	s->verdict = (uint8_t)(e->status + 1);
	run_more(r, s)->unsure = 0;
	if (e->status == VERDICT_RETRY) {
		run_more(r, s)->lapsed = s->attempts;
		set_state(r, e, STEP_WAITING);
		run_release(r, &r->frames[e->frame], e->step);
		return;
	}
	if (e->status == VERDICT_SKIP) {
		set_state(r, e, STEP_SKIPPED);
	} else {
		memset(&done, 0, sizeof(done));
		run_keep(s, &done.result, e->t_ms);
		set_state(r, e, STEP_SUCCEEDED);
		remember_done(r, e);
	}
	settle(r, e->frame, e->step);
}

static void on_adopted(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	run_keep(s, &e->result, e->t_ms);
	s->flags |= STEP_ADOPTED;
	set_state(r, e, STEP_SUCCEEDED);
	settle(r, e->frame, e->step);
}

static void on_decided(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);
	const struct plan_node *n = run_node(r, e->step);
	struct extra *x = run_more(r, s);
	unsigned own = 1u << EVAL_CONDITION;

	s->flags |= STEP_DECIDED;
	x->value = e->value;
	if (e->status == EVAL_CONDITION && n->kind == NODE_WHILE &&
	    (n->cond == PLAN_NONE || (x->decided & own)))
		x->decided |= DECIDED_ROUND;
	else
		x->decided |= (uint8_t)(1u << e->status);
	if (e->status != EVAL_ITEMS && e->status != EVAL_CALL &&
	    !(e->status == EVAL_CHOICE && r->plan->flags & PLAN_ADAPTIVE))
		return; /* what a choice rests on is learned from at its end */
	run_forget_bytes(x);
	if (e->bytes.n)
		x->bytes = mem_dup(e->bytes.p, e->bytes.n);
	x->bytes_len = e->bytes.n;
}

static void on_timed_out(struct run *r, const struct event *e)
{
	struct step *s = run_step(r, e->frame, e->step);

	s->flags |= STEP_TIMED_OUT;
	if (!node_is_leaf(run_node(r, e->step)))
		stop_owner(r, e->frame, e->step);
}

/* ---------------------------------------------------------------- frames */
static struct frame *add_frame(struct run *r)
{
	struct frame *grown;

	if (r->frame_count == r->frame_cap) {
		struct run_block *b = (struct run_block *)(void *)r;

		r->frame_cap *= 2;
		grown = mem_alloc(r->frame_cap * sizeof(*grown));
		memcpy(grown, r->frames, r->frame_count * sizeof(*grown));
		if (r->frames != &b->root)
			free(r->frames);
		r->frames = grown;
	}
	memset(&r->frames[r->frame_count], 0, sizeof(*grown));
	return &r->frames[r->frame_count++];
}

static void own_frame(struct run *r, const struct event *e, uint32_t id)
{
	struct step *s = run_step(r, e->parent, e->step);
	const struct plan_node *n = run_node(r, e->step);
	struct extra *x = run_more(r, s);
	struct frame *f = &r->frames[id];

	f->prev = x->last_frame ? x->last_frame - 1 : PLAN_NONE;
	x->last_frame = id + 1;
	run_count(r, n, s, -1);
	s->open++;
	if (r->plan->branches[f->branch].role == ROLE_BODY) {
		if (s->state != STEP_RUNNING) {
			s->attempts++;
			x->started_ms = e->t_ms;
			s->state = STEP_RUNNING;
		}
		x->next_index = e->index + 1;
		x->decided &= (uint8_t)~DECIDED_ROUND;
	}
	run_count(r, n, s, 1);
}

static void on_opened(struct run *r, const struct event *e)
{
	struct frame *f = add_frame(r);
	const struct frame *parent = &r->frames[e->parent];
	const struct plan_body *b;
	uint32_t i;

	f->parent = e->parent;
	f->owner = e->step;
	f->branch = run_node(r, e->step)->branch + e->branch;
	f->index = e->index;
	f->body = r->plan->branches[f->branch].body;
	f->depth = (uint8_t)(parent->depth + 1);
	f->undo = parent->undo ||
		r->plan->branches[f->branch].role == ROLE_UNDO;
	b = &r->plan->bodies[f->body];
	f->steps = mem_alloc(b->count * sizeof(*f->steps));
	run_fill(r, f);
	for (i = 0; i < b->count; i++)
		run_release(r, f, b->first + i);
	own_frame(r, e, (uint32_t)(f - r->frames));
}

static void on_closed(struct run *r, const struct event *e)
{
	struct frame *f = &r->frames[e->frame];
	struct step *s = run_step(r, f->parent, f->owner);
	struct extra *x = run_more(r, s);
	uint32_t role = r->plan->branches[f->branch].role;

	f->closed = 1;
	run_count(r, run_node(r, f->owner), s, -1);
	s->open--;
	run_count(r, run_node(r, f->owner), s, 1);
	if (role == ROLE_UNDO)
		s->flags |= STEP_UNDONE;
	if (plan_role_serves(role))
		return;
	if (f->failed && !x->failed++)
		x->status = f->status;
	x->cut |= f->cut;
}

/* ------------------------------------------------------------------- run */
static void on_run_started(struct run *r, const struct event *e)
{
	const struct plan_body *b = &r->plan->bodies[0];
	uint32_t i;

	r->seed = e->seed;
	r->started_ms = e->t_ms;
	r->deadline_ms = e->due_ms;
	for (i = 0; i < b->count; i++)
		run_release(r, r->frames, b->first + i);
}

static void on_run_finished(struct run *r, const struct event *e)
{
	r->state = (uint8_t)e->status;
	r->exit = e->exit;
	r->finished_ms = e->t_ms;
}

static void on_edited(struct run *r)
{
	r->state = RUN_RUNNING;
	r->cancelling = r->paused = r->timed_out = 0;
	r->rolling_back = r->stopping = 0;
	r->exit = 0;
	r->finished_ms = 0;
}

/* What the run's state follows from, when it has no end state. */
static void derive_state(struct run *r)
{
	if (run_ended(r) || r->state == RUN_INTERRUPTED)
		return;
	r->state = RUN_RUNNING;
	if (r->paused)
		r->state = RUN_PAUSED;
	else if (!r->moving && (r->waits || r->doubts))
		r->state = RUN_WAITING;
}

static void apply_run(struct run *r, const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_RUN_STARTED:
		on_run_started(r, e);
		break;
	case EVENT_RUN_RESUMED:
		run_on_resumed(r, e);
		break;
	case EVENT_RUN_CANCELLING:
		r->cancelling = e->status ? 2 : 1;
		break;
	case EVENT_RUN_PAUSED:
		r->paused = 1;
		break;
	case EVENT_RUN_CONTINUED:
		r->paused = 0;
		break;
	case EVENT_RUN_TIMED_OUT:
		r->timed_out = 1;
		break;
	case EVENT_RUN_FINISHED:
		on_run_finished(r, e);
		break;
	case EVENT_RUN_REWOUND:
		run_on_rewound(r, e);
		break;
	case EVENT_RUN_EDITED:
		on_edited(r);
		break;
	case EVENT_ROLLBACK_STARTED:
		r->rolling_back = 1;
		break;
	case EVENT_SIGNAL_POSTED:
		on_signal(r, e);
		break;
	case EVENT_FRAME_OPENED:
		on_opened(r, e);
		break;
	case EVENT_FRAME_CLOSED:
		on_closed(r, e);
		break;
	case EVENT_FACT_READ:
		run_fact_apply(r, e);
		break;
	case EVENT_STAGE_CHECKPOINT:
	case EVENT_STEP_STARTED: case EVENT_STEP_WAITING:
	case EVENT_STEP_FINISHED: case EVENT_STEP_RETRYING:
	case EVENT_STEP_SKIPPED: case EVENT_STEP_CANCELLED:
	case EVENT_STEP_TIMED_OUT: case EVENT_STEP_LOST:
	case EVENT_STEP_IN_DOUBT: case EVENT_STEP_RESOLVED:
	case EVENT_STEP_ADOPTED: case EVENT_STEP_DECIDED:
	case EVENT_KINDS:
		break;
	}
}

static void apply_step(struct run *r, const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_STARTED:
		on_started(r, e);
		break;
	case EVENT_STEP_WAITING:
		on_waiting(r, e);
		break;
	case EVENT_STEP_FINISHED:
		on_finished(r, e);
		break;
	case EVENT_STEP_RETRYING:
		on_retrying(r, e);
		break;
	case EVENT_STEP_SKIPPED:
		on_skipped(r, e);
		break;
	case EVENT_STEP_CANCELLED:
		on_cancelled(r, e);
		break;
	case EVENT_STEP_TIMED_OUT:
		on_timed_out(r, e);
		break;
	case EVENT_STEP_LOST:
		on_lost(r, e);
		break;
	case EVENT_STEP_IN_DOUBT:
		on_in_doubt(r, e);
		break;
	case EVENT_STEP_RESOLVED:
		on_resolved(r, e);
		break;
	case EVENT_STEP_ADOPTED:
		on_adopted(r, e);
		break;
	case EVENT_STEP_DECIDED:
		on_decided(r, e);
		break;
	case EVENT_RUN_STARTED: case EVENT_RUN_RESUMED:
	case EVENT_RUN_CANCELLING: case EVENT_RUN_PAUSED:
	case EVENT_RUN_CONTINUED: case EVENT_RUN_TIMED_OUT:
	case EVENT_RUN_FINISHED: case EVENT_RUN_REWOUND:
	case EVENT_RUN_EDITED: case EVENT_FRAME_OPENED:
	case EVENT_FRAME_CLOSED: case EVENT_SIGNAL_POSTED:
	case EVENT_ROLLBACK_STARTED: case EVENT_FACT_READ:
	case EVENT_STAGE_CHECKPOINT: case EVENT_KINDS:
		apply_run(r, e);
		break;
	}
}

void run_apply(struct run *r, const struct event *e)
{
	assert(run_accepts(r, e));
	r->applied++;
	apply_step(r, e);
	derive_state(r);
}
