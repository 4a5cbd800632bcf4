/*
 * Composites: which frame opens next, when the node is done, what it came
 * to. composite_look() is called whenever something about the node changed
 * and does the next thing; it keeps no memory of its own beside the run's
 * state and the question that is out.
 */
#include <assert.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/core/policy.h"
#include "engine/core/sched_int.h"

/* --------------------------------------------------------------- results */
static void succeed(struct sched *s, struct task *t)
{
	struct result res;

	memset(&res, 0, sizeof(res));
	task_result(s, t, task_step(t)->attempts, &res, 1);
}

/* The failed frame of this attempt that comes first in item order, or NULL:
 * a culprit alone does not say in which round it was. */
static const struct frame *failed_frame(const struct run *r,
	const struct extra *x)
{
	const struct frame *f, *found = NULL;
	uint32_t id;

	for (id = x->last_frame; id; id = f->prev + 1) {
		f = &r->frames[id - 1];
		if (!f->dropped && f->failed && f->culprit &&
		    (!found || f->index < found->index) &&
		    (r->plan->branches[f->branch].role == ROLE_BODY ||
		     r->plan->branches[f->branch].role == ROLE_FALLBACK))
			found = f;
	}
	return found;
}

/* "item 2: step 't' failed: exit 1", to the depth that a line can hold. */
static void tell_culprit(const struct run *r, const struct frame *f,
	struct result *res, struct buf *text)
{
	const struct plan *p = r->plan;
	uint32_t node = f->culprit - 1, kind = p->nodes[f->owner].kind;
	const struct kept *k = f->steps[node - p->bodies[f->body].first].kept;

	if (kind == NODE_FOR || kind == NODE_MAP || kind == NODE_WHILE)
		buf_printf(text, "%s %lu: ", kind == NODE_WHILE ? "round" :
			"item", (unsigned long)f->index + 1);
	buf_printf(text, "step '%s' failed", plan_text(p,
		p->nodes[node].name));
	if (!k)
		return;
	res->error_class = k->r.error_class;
	if (k->r.error.n && k->r.error.n + text->len < LIMIT_REASON) {
		buf_str(text, ": ");
		buf_add(text, k->r.error.p, k->r.error.n);
	}
}

static void fail_by(struct sched *s, struct task *t, enum outcome outcome)
{
	const struct run *r = t->run->run;
	const struct extra *x = run_extra(r, task_step(t));
	const struct frame *f;
	struct result res;
	struct buf text;

	buf_init(&text);
	memset(&res, 0, sizeof(res));
	res.outcome = (uint8_t)outcome;
	if (outcome == OUTCOME_TIMEOUT) {
		buf_str(&text, "timed out");
		res.error_class = CLASS_TRANSIENT;
		res.exit_code = 124;
	} else {
		f = failed_frame(r, x);
		res.exit_code = x->status;
		if (f)
			tell_culprit(r, f, &res, &text);
	}
	res.error.p = buf_cstr(&text);
	res.error.n = text.len;
	task_result(s, t, task_step(t)->attempts, &res, 0);
	buf_release(&text);
}

/* All frames are closed: what the node came to. 1 when it is settled so. */
static int ends_badly(struct sched *s, struct task *t)
{
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(t->run->run, st);

	if (st->flags & STEP_TIMED_OUT)
		fail_by(s, t, OUTCOME_TIMEOUT);
	else if (x && x->failed)
		fail_by(s, t, OUTCOME_FAILED);
	else if (x && x->cut)
		task_cancel(s, t);
	else
		return 0;
	return 1;
}

/* ---------------------------------------------------------------- frames */
uint32_t frame_open(struct sched *s, struct srun *sr, uint32_t parent,
	uint32_t owner, uint32_t branch, uint32_t index)
{
	const struct run *r = sr->run;
	const struct plan_body *b;
	struct event e;
	uint32_t i;

	if (r->frame_count >= LIMIT_FRAMES ||
	    r->frames[parent].depth >= LIMIT_FRAME_DEPTH)
		return 0;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_FRAME_OPENED;
	e.frame = (uint32_t)r->frame_count;
	e.parent = parent;
	e.step = owner;
	e.branch = branch;
	e.index = index;
	sched_emit(s, sr, &e);
	sframe_open(s, sr, e.frame);
	b = &r->plan->bodies[r->frames[e.frame].body];
	for (i = 0; i < b->count; i++)
		if (r->frames[e.frame].steps[i].state == STEP_READY)
			task_wake(s, sr, e.frame, b->first + i);
	if (!b->count)
		frame_done(s, sr, e.frame);
	return e.frame;
}

/* 0 when a limit forbids it: then the node has failed. */
static int open_branch(struct sched *s, struct task *t, uint32_t branch,
	uint32_t index)
{
	if (branch >= task_node(t)->branch_count) {
		task_fail(s, t, OUTCOME_FAILED, CLASS_CONFIGURATION,
			str_of("the node has no body"));
		return 0;
	}
	if (frame_open(s, t->run, t->frame, t->node, branch, index))
		return 1;
	task_fail(s, t, OUTCOME_FAILED, CLASS_RESOURCE, str_of(
		t->run->run->frame_count >= LIMIT_FRAMES ?
		"LIMIT_FRAMES: the run has too many frames" :
		"LIMIT_FRAME_DEPTH: frames are nested too deeply"));
	return 0;
}

/* The node's own time begins with its first frame. */
static int open_frame(struct sched *s, struct task *t, uint32_t branch,
	uint32_t index)
{
	int64_t timeout_ms = run_policy(t->run->run, t->node)->timeout_ms;
	int first = task_step(t)->state != STEP_RUNNING;

	if (!open_branch(s, t, branch, index))
		return 0;
	if (first && timeout_ms)
		timer_set(s, &t->timer, s->now_ms + timeout_ms);
	return 1;
}

/* To be tried again, when its needs are (still, or again) there; or settled. */
void resolved(struct sched *s, struct srun *sr, const struct event *e)
{
	const struct run *r = sr->run;
	const struct plan_node *n = run_node(r, e->step);
	const struct step *st = run_step(r, e->frame, e->step);
	uint32_t i, need;

	if (st->state == STEP_READY)
		task_wake(s, sr, e->frame, e->step);
	else if (step_settled(st))
		marks_add(&s->settled, sr, e->frame, e->step);
	for (i = 0; st->state == STEP_WAITING && i < n->need_count; i++) {
		need = r->plan->edges[n->need + i];
		if (step_settled(run_step(r, e->frame, need)))
			marks_add(&s->settled, sr, e->frame, need);
	}
}

static void verified(struct sched *s, struct srun *sr, uint32_t frame)
{
	const struct run *r = sr->run;
	const struct frame *f = &r->frames[frame];
	const struct kept *k;
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = EVENT_STEP_RESOLVED;
	e.frame = f->parent;
	e.step = f->owner;
	e.status = VERDICT_DONE;
	if (f->cut || r->cancelling)
		return;
	if (f->failed) {
		k = run_step(r, frame, f->culprit - 1)->kept;
		if (!k || k->r.outcome != OUTCOME_FAILED ||
		    k->r.exit_code != 1)
			return;
		e.status = VERDICT_RETRY;
	}
	sched_emit(s, sr, &e);
	resolved(s, sr, &e);
}

void frame_done(struct sched *s, struct srun *sr, uint32_t frame)
{
	const struct frame *f = &sr->run->frames[frame];
	uint32_t role = sr->run->plan->branches[f->branch].role;
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = EVENT_FRAME_CLOSED;
	e.frame = frame;
	e.step = PLAN_NONE;
	sched_emit(s, sr, &e);
	sframe_close(s, sr, frame);
	if (role == ROLE_VERIFY)
		verified(s, sr, frame);
	else if (role == ROLE_UNDO)
		sr->undo_frame = 0;
	else
		task_wake(s, sr, f->parent, f->owner);
}

void verify_open(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	const struct run *r = sr->run;
	uint32_t branch = plan_branch_of(r->plan, node, ROLE_VERIFY);
	struct task *t = task_of(sr, frame, node);

	if (branch == PLAN_NONE || run_blocked(r, frame) ||
	    run_step(r, frame, node)->open) {
		if (t)
			task_free(s, t);
		return;
	}
	if (t && task_parks(s, t))
		return;
	if (t)
		task_free(s, t);
	frame_open(s, sr, frame, node, branch - run_node(r, node)->branch, 0);
}

/* The last frame when it is an @fallback; it is the newest of its owner. */
static const struct frame *fallback_frame(const struct task *t)
{
	const struct run *r = t->run->run;
	const struct extra *x = run_extra(r, task_step(t));
	const struct frame *f;

	if (!x || !x->last_frame)
		return NULL;
	f = &r->frames[x->last_frame - 1];
	return r->plan->branches[f->branch].role == ROLE_FALLBACK &&
		!f->dropped ? f : NULL;
}

void fallback_look(struct sched *s, struct task *t)
{
	const struct run *r = t->run->run;
	const struct frame *f = fallback_frame(t);
	uint32_t branch;

	if (task_step(t)->open)
		return;
	if (f) {
		if (!ends_badly(s, t))
			succeed(s, t);
		return;
	}
	if (run_blocked(r, t->frame)) {
		task_cancel(s, t);
		return;
	}
	if (task_parks(s, t))
		return;
	branch = plan_branch_of(r->plan, t->node, ROLE_FALLBACK);
	open_frame(s, t, branch - task_node(t)->branch, 0);
}

/* ------------------------------------------------------- kinds of nodes */
static uint32_t body_branch(const struct task *t)
{
	return plan_branch_of(t->run->run->plan, t->node, ROLE_BODY) -
		task_node(t)->branch;
}

static void look_once(struct sched *s, struct task *t, uint32_t branch)
{
	if (task_step(t)->state == STEP_RUNNING) {
		succeed(s, t);
		return;
	}
	if (!task_parks(s, t))
		open_frame(s, t, branch, 0);
}

/* Branches of an if or a choose are those with role BODY. */
static uint32_t next_body(const struct task *t, uint32_t from)
{
	const struct plan *p = t->run->run->plan;
	const struct plan_node *n = task_node(t);

	while (from < n->branch_count &&
			p->branches[n->branch + from].role != ROLE_BODY)
		from++;
	return from;
}

static void look_at_if(struct sched *s, struct task *t)
{
	const struct plan *p = t->run->run->plan;
	const struct plan_node *n = task_node(t);
	const struct extra *x = run_extra(t->run->run, task_step(t));

	if (x && (x->decided & 1u << EVAL_CHOICE)) {
		look_once(s, t, (uint32_t)x->value);
		return;
	}
	t->next_branch = next_body(t, t->next_branch);
	if (t->next_branch == n->branch_count) {
		task_skip(s, t, SKIP_CONDITION);
		return;
	}
	/* what an `else` rests on is journalled where it is learned from */
	if (p->branches[n->branch + t->next_branch].expr == PLAN_NONE &&
	    !(p->flags & PLAN_ADAPTIVE))
		look_once(s, t, t->next_branch);
	else
		task_ask(s, t, EVAL_CONDITION, n->branch + t->next_branch);
}

static void look_at_choice(struct sched *s, struct task *t)
{
	const struct extra *x = run_extra(t->run->run, task_step(t));

	if (x && (x->decided & 1u << EVAL_CHOICE))
		look_once(s, t, (uint32_t)x->value);
	else
		task_ask(s, t, EVAL_CHOICE, PLAN_NONE);
}

static void look_at_items(struct sched *s, struct task *t)
{
	const struct run *r = t->run->run;
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(r, st);
	uint32_t limit = policy_items(r->plan, t->node);

	if (!x || !(x->decided & 1u << EVAL_ITEMS)) {
		task_ask(s, t, EVAL_ITEMS, PLAN_NONE);
		return;
	}
	while (x->next_index < x->value && st->open < limit) {
		if (x->stopped || run_blocked(r, t->frame))
			break;
		if (task_parks(s, t))
			return;
		if (!open_frame(s, t, body_branch(t), x->next_index))
			return;
		st = task_step(t);
		x = run_extra(r, st);
	}
	if (st->open)
		return;
	if (x->next_index < x->value)
		task_cut_off(s, t);
	else
		succeed(s, t);
}

static void look_at_while(struct sched *s, struct task *t)
{
	const struct run *r = t->run->run;
	const struct step *st = task_step(t);
	const struct extra *x = run_extra(r, st);
	uint32_t branch = body_branch(t);
	struct buf said;

	if (run_blocked(r, t->frame) || (x && x->stopped)) {
		task_cut_off(s, t);
	} else if (!x || !(x->decided & DECIDED_ROUND)) {
		task_ask(s, t, EVAL_CONDITION, task_node(t)->branch + branch);
	} else if (!x->value) {
		succeed(s, t);
	} else if (x->next_index >= policy_rounds(run_policy(r, t->node))) {
		buf_init(&said);
		buf_printf(&said, "its condition still holds after %u rounds, "
			"all that @max allows", x->next_index);
		task_fail(s, t, OUTCOME_FAILED, CLASS_CONFIGURATION,
			(struct str){said.data, said.len});
		buf_release(&said);
	} else if (!task_parks(s, t)) {
		open_frame(s, t, branch, x->next_index);
	}
}

/* A loop whose items have not all begun and may still. */
static int has_items_left(const struct task *t)
{
	const struct run *r = t->run->run;
	const struct extra *x = run_extra(r, task_step(t));
	uint32_t kind = task_node(t)->kind;

	return (kind == NODE_FOR || kind == NODE_MAP) && x &&
		x->next_index < x->value && !x->stopped &&
		!run_blocked(r, t->frame);
}

void composite_look(struct sched *s, struct task *t)
{
	const struct step *st = task_step(t);
	uint32_t kind = task_node(t)->kind;
	int items = kind == NODE_FOR || kind == NODE_MAP;

	if (st->open && !items)
		return;
	if (!st->open && (st->state == STEP_RUNNING ||
			st->flags & STEP_TIMED_OUT) && !has_items_left(t) &&
	    ends_badly(s, t))
		return;
	switch ((enum node_kind)kind) {
	case NODE_BLOCK:
		look_once(s, t, body_branch(t));
		break;
	case NODE_IF:
		look_at_if(s, t);
		break;
	case NODE_CHOOSE:
		look_at_choice(s, t);
		break;
	case NODE_FOR:
	case NODE_MAP:
		look_at_items(s, t);
		break;
	case NODE_WHILE:
		look_at_while(s, t);
		break;
	case NODE_JOIN:
		succeed(s, t);
		break;
	case NODE_STAGE:
		task_fail(s, t, OUTCOME_REFUSED, CLASS_CONFIGURATION, str_of(
			"this wf has no streams between stages, so a pipeline "
			"does not run; /explain and /graph show it, /chain "
			"or /bash 'a | b' runs its steps"));
		break;
	case NODE_STEP:
	case NODE_CALL:
	case NODE_KINDS:
		assert(0 && "a leaf is no composite");
	}
}

/* --------------------------------------------------------------- answers */
/* The question comes again when the fact is made. */
void fact_open(struct sched *s, struct task *t, int64_t branch)
{
	const struct plan_node *n = task_node(t);

	if (branch < 0 || branch >= n->branch_count ||
	    t->run->run->plan->branches[n->branch + (uint32_t)branch].role !=
			ROLE_FACT) {
		task_fail(s, t, OUTCOME_FAILED, CLASS_CONFIGURATION,
			str_of("the node has no such fact"));
		return;
	}
	if (!task_parks(s, t))
		open_branch(s, t, (uint32_t)branch, 0);
}

static void decide(struct sched *s, struct task *t, const struct input *in,
	uint32_t purpose, int64_t value)
{
	struct event e = task_event(t, EVENT_STEP_DECIDED);

	e.status = purpose;
	e.value = value;
	e.bytes = in->bytes;
	sched_emit(s, t->run, &e);
	task_work(s, t);
}

static int is_body(const struct task *t, int64_t branch)
{
	const struct plan_node *n = task_node(t);

	return branch >= 0 && branch < n->branch_count &&
		t->run->run->plan->branches[n->branch + (uint32_t)branch].role
		== ROLE_BODY;
}

void composite_answer(struct sched *s, struct task *t,
	const struct input *in)
{
	uint32_t kind = task_node(t)->kind;

	if (kind == NODE_IF && in->value) {
		decide(s, t, in, EVAL_CHOICE, t->next_branch);
	} else if (kind == NODE_IF) {
		t->next_branch++;
		task_work(s, t);
	} else if (kind == NODE_CHOOSE && !is_body(t, in->value)) {
		task_fail(s, t, OUTCOME_FAILED, CLASS_CONFIGURATION,
			str_of("the choice is none of the branches"));
	} else if (in->purpose == EVAL_ITEMS &&
		   (in->value < 0 || in->value > LIMIT_ITEMS)) {
		task_fail(s, t, OUTCOME_FAILED, CLASS_RESOURCE,
			str_of("LIMIT_ITEMS: too many items"));
	} else {
		decide(s, t, in, in->purpose, in->value);
	}
}
