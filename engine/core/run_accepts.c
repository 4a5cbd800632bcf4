/*
 * Which events can follow a state. The scheduler asserts it; replay of a
 * journal, which may hold anything, asks first. Invariant: an event accepted
 * here can be applied without touching anything out of bounds.
 */
#include <assert.h>

#include "engine/base/limits.h"
#include "engine/core/run_int.h"

static int has_step(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct plan_body *b;

	if (frame >= r->frame_count || r->frames[frame].dropped)
		return 0;
	b = &r->plan->bodies[r->frames[frame].body];
	return node >= b->first && node - b->first < b->count;
}

static int in_state(const struct step *s, unsigned mask)
{
	return (1u << s->state & mask) != 0;
}

enum {
	WAITING = 1 << STEP_WAITING,
	READY = 1 << STEP_READY,
	RUNNING = 1 << STEP_RUNNING,
	RETRYING = 1 << STEP_RETRYING,
	IN_DOUBT = 1 << STEP_IN_DOUBT,
	ACTIVE = READY | RUNNING | RETRYING
};

static int accepts_opened(const struct run *r, const struct event *e)
{
	const struct plan_node *n;
	const struct step *s;
	uint32_t role;

	if (e->frame != r->frame_count || e->frame >= LIMIT_FRAMES ||
	    !has_step(r, e->parent, e->step) ||
	    r->frames[e->parent].depth >= LIMIT_FRAME_DEPTH)
		return 0;
	n = run_node(r, e->step);
	s = run_step(r, e->parent, e->step);
	if (e->branch >= n->branch_count || s->open == UINT16_MAX)
		return 0;
	role = r->plan->branches[n->branch + e->branch].role;
	if (role == ROLE_BODY)
		return in_state(s, ACTIVE) && !node_is_leaf(n);
	if (role == ROLE_FALLBACK)
		return s->state == STEP_RUNNING && (s->flags & STEP_FELL_BACK);
	if (role == ROLE_UNDO)
		return s->state == STEP_SUCCEEDED;
	if (role == ROLE_FACT)
		return in_state(s, ACTIVE);
	return s->state == STEP_IN_DOUBT;
}

static int accepts_closed(const struct run *r, const struct event *e)
{
	const struct frame *f;

	if (e->frame == 0 || e->frame >= r->frame_count)
		return 0;
	f = &r->frames[e->frame];
	return !f->closed && !f->dropped && f->left == 0 &&
		run_step(r, f->parent, f->owner)->open > 0;
}

static int accepts_step(const struct run *r, const struct event *e)
{
	const struct step *s;

	if (!has_step(r, e->frame, e->step) || e->attempt >= UINT16_MAX)
		return 0;
	s = run_step(r, e->frame, e->step);
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_STARTED:
		return in_state(s, READY | RETRYING) && e->attempt > 0;
	case EVENT_STEP_WAITING:
		return in_state(s, ACTIVE);
	case EVENT_STEP_FINISHED:
		return in_state(s, ACTIVE) && s->open == 0 &&
			e->result.outcome < OUTCOME_KINDS;
	case EVENT_STEP_RETRYING:
		return in_state(s, ACTIVE) && s->open == 0;
	case EVENT_STEP_SKIPPED:
		return in_state(s, WAITING | READY | RETRYING) &&
			s->open == 0 && e->status <= SKIP_BRANCH;
	case EVENT_STEP_CANCELLED:
		return in_state(s, WAITING | ACTIVE) && s->open == 0;
	case EVENT_STEP_TIMED_OUT:
	case EVENT_STEP_LOST:
		return in_state(s, ACTIVE);
	case EVENT_STEP_IN_DOUBT:
		return in_state(s, ACTIVE) &&
			node_is_leaf(run_node(r, e->step));
	case EVENT_STEP_RESOLVED:
		return s->state == STEP_IN_DOUBT && s->open == 0 &&
			e->status <= VERDICT_DONE;
	case EVENT_STEP_ADOPTED:
		return in_state(s, WAITING | READY);
	case EVENT_STEP_DECIDED:
		return in_state(s, ACTIVE) && e->status <= EVAL_CALL;
	default:
		return 0;
	}
}

int run_accepts(const struct run *r, const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_RUN_STARTED:
		return r->applied == 0;
	case EVENT_RUN_RESUMED:
	case EVENT_RUN_EDITED:
	case EVENT_RUN_CANCELLING:
	case EVENT_RUN_PAUSED:
	case EVENT_RUN_CONTINUED:
	case EVENT_RUN_TIMED_OUT:
	case EVENT_ROLLBACK_STARTED:
	case EVENT_SIGNAL_POSTED:
	case EVENT_FACT_READ:
	case EVENT_STAGE_CHECKPOINT:
		return r->applied > 0;
	case EVENT_RUN_FINISHED:
		return r->applied > 0 && !run_ended(r) &&
			(e->status == RUN_SUCCEEDED ||
			e->status == RUN_FAILED ||
			e->status == RUN_CANCELLED);
	case EVENT_RUN_REWOUND:
		return r->applied > 0 && has_step(r, e->frame, e->step);
	case EVENT_FRAME_OPENED:
		return accepts_opened(r, e);
	case EVENT_FRAME_CLOSED:
		return accepts_closed(r, e);
	case EVENT_STEP_STARTED:
	case EVENT_STEP_WAITING:
	case EVENT_STEP_FINISHED:
	case EVENT_STEP_RETRYING:
	case EVENT_STEP_SKIPPED:
	case EVENT_STEP_CANCELLED:
	case EVENT_STEP_TIMED_OUT:
	case EVENT_STEP_LOST:
	case EVENT_STEP_IN_DOUBT:
	case EVENT_STEP_RESOLVED:
	case EVENT_STEP_ADOPTED:
	case EVENT_STEP_DECIDED:
		return r->applied > 0 && accepts_step(r, e);
	case EVENT_KINDS:
		break;
	}
	return 0;
}
