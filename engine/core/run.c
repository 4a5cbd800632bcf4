/*
 * A run's memory: making, freeing, comparing, counting. What events do to it
 * is in run_apply.c. Invariant: counts, waits and moving always agree with
 * the steps; nobody but the files run*.c writes here.
 */
#include "engine/core/run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/run_fact.h"
#include "engine/core/run_int.h"
#include "engine/core/vocab.h"

const struct plan_node *run_node(const struct run *r, uint32_t node)
{
	assert(node < r->plan->node_count);
	return &r->plan->nodes[node];
}

const struct plan_policy *run_policy(const struct run *r, uint32_t node)
{
	return &r->plan->policies[run_node(r, node)->policy];
}

static const struct plan_body *body_of(const struct run *r,
	const struct frame *f)
{
	return &r->plan->bodies[f->body];
}

/* Whether the step goes on without a person. */
static int moves(const struct plan_node *n, const struct step *s)
{
	if (s->state == STEP_READY || s->state == STEP_RETRYING)
		return s->open == 0; /* else a fact for it is being made */
	if (s->state != STEP_RUNNING)
		return 0;
	if (node_is_leaf(n) && !(s->flags & STEP_FELL_BACK))
		return !(s->flags & STEP_ON_SIGNAL);
	return s->open == 0;
}

void run_count(struct run *r, const struct plan_node *n,
	const struct step *s, int d)
{
	uint32_t by = (uint32_t)d;

	if (node_is_leaf(n)) {
		r->counts[s->state] += by;
		if (s->state == STEP_RUNNING)
			r->running += by;
	}
	if (s->state == STEP_RUNNING && (s->flags & STEP_ON_SIGNAL))
		r->waits += by;
	if (s->state == STEP_IN_DOUBT)
		r->doubts += by;
	if (moves(n, s))
		r->moving += by;
}

void run_fill(struct run *r, struct frame *f)
{
	const struct plan_body *b = body_of(r, f);
	uint32_t i;

	f->left = b->count;
	for (i = 0; i < b->count; i++) {
		const struct plan_node *n = run_node(r, b->first + i);
		struct step *s = &f->steps[i];

		memset(s, 0, sizeof(*s));
		s->pending = n->need_count;
		run_count(r, n, s, 1);
	}
}

struct run *run_new(struct plan *plan, uint32_t id)
{
	size_t count = plan->bodies[0].count;
	struct run_block *b =
		mem_zero(sizeof(*b) + count * sizeof(struct step));
	struct run *r = &b->run;

	r->id = id;
	r->plan = plan_hold(plan);
	r->frames = &b->root;
	r->frame_count = r->frame_cap = 1;
	b->root.parent = b->root.owner = b->root.branch = PLAN_NONE;
	b->root.prev = PLAN_NONE;
	b->root.steps = b->steps;
	run_fill(r, &b->root);
	return r;
}

static int is_inline(const struct run *r, const struct frame *f)
{
	const struct run_block *b = (const struct run_block *)(const void *)r;

	return f->steps == b->steps;
}

static void free_steps(struct run *r, struct frame *f)
{
	uint32_t i, count = f->steps ? body_of(r, f)->count : 0;

	for (i = 0; i < count; i++)
		free(f->steps[i].kept);
	if (!is_inline(r, f))
		free(f->steps);
	f->steps = NULL;
}

static void release_state(struct run *r)
{
	struct run_block *b = (struct run_block *)(void *)r;
	size_t i;

	for (i = 0; i < r->frame_count; i++)
		free_steps(r, &r->frames[i]);
	if (r->frames != &b->root)
		free(r->frames);
	for (i = 0; i < r->extra_count; i++) {
		free(r->extras[i].signal);
		free(r->extras[i].bytes);
	}
	free(r->extras);
	free(r->done);
}

void run_free(struct run *r)
{
	size_t i;

	if (!r)
		return;
	assert(!r->scheduled);
	release_state(r);
	for (i = 0; i < r->signal_count; i++) {
		free(r->signals[i].name);
		free(r->signals[i].bytes);
	}
	free(r->signals);
	run_facts_free(r);
	plan_drop(r->plan);
	free(r);
}

void run_replan(struct run *r, struct plan *plan)
{
	struct frame root;
	uint32_t i;

	release_state(r);
	r->extras = NULL;
	r->done = NULL;
	r->extra_count = r->extra_cap = r->done_count = r->done_cap = 0;
	r->extra_free = 0;
	memset(r->counts, 0, sizeof(r->counts));
	r->running = r->waits = r->doubts = r->moving = 0;
	plan_hold(plan);
	plan_drop(r->plan);
	r->plan = plan;
	memset(&root, 0, sizeof(root));
	root.parent = root.owner = root.branch = root.prev = PLAN_NONE;
	root.steps = mem_zero(plan->bodies[0].count * sizeof(struct step));
	r->frames = mem_alloc(sizeof(root));
	r->frames[0] = root;
	r->frame_count = r->frame_cap = 1;
	run_fill(r, r->frames);
	for (i = 0; i < plan->bodies[0].count; i++)
		run_release(r, r->frames, plan->bodies[0].first + i);
}

struct step *run_step(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct frame *f = &r->frames[frame];
	const struct plan_body *b;

	assert(frame < r->frame_count);
	b = body_of(r, f);
	assert(node >= b->first && node - b->first < b->count);
	return f->steps ? &f->steps[node - b->first] : NULL;
}

void *run_room(void *p, uint32_t count, uint32_t *cap, size_t size)
{
	size_t wide = *cap;

	p = mem_more(p, count, &wide, size);
	assert(wide <= UINT32_MAX);
	*cap = (uint32_t)wide;
	return p;
}

const struct extra *run_extra(const struct run *r, const struct step *s)
{
	return s->more ? &r->extras[s->more - 1] : NULL;
}

struct extra *run_more(struct run *r, struct step *s)
{
	struct extra *x;

	if (s->more)
		return &r->extras[s->more - 1];
	if (r->extra_free) {
		s->more = r->extra_free;
		r->extra_free = r->extras[s->more - 1].next_index;
	} else if (!r->extras) { /* most runs that wait have just one */
		r->extras = mem_alloc(sizeof(*r->extras));
		r->extra_cap = 1;
		s->more = ++r->extra_count;
	} else {
		r->extras = run_room(r->extras, r->extra_count, &r->extra_cap,
			sizeof(*r->extras));
		s->more = ++r->extra_count;
	}
	x = &r->extras[s->more - 1];
	memset(x, 0, sizeof(*x));
	return x;
}

void run_forget_bytes(struct extra *x)
{
	free(x->signal);
	free(x->bytes);
	x->signal = x->bytes = NULL;
	x->bytes_len = 0;
	x->has_bytes = 0;
}

static void give_back(struct run *r, struct step *s)
{
	struct extra *x;

	if (!s->more)
		return;
	x = &r->extras[s->more - 1];
	run_forget_bytes(x);
	memset(x, 0, sizeof(*x));
	x->next_index = r->extra_free;
	r->extra_free = s->more;
	s->more = 0;
}

void run_spare(struct run *r, struct step *s)
{
	const struct extra *x = run_extra(r, s);

	if (x && !x->decided && !x->last_frame && !x->lapsed && !x->unsure)
		give_back(r, s);
}

void run_strip(struct run *r, struct step *s)
{
	give_back(r, s);
	free(s->kept);
	s->kept = NULL;
}

void run_drop_frame(struct run *r, uint32_t frame)
{
	struct frame *f = &r->frames[frame];
	const struct plan_body *b = body_of(r, f);
	uint32_t i;

	for (i = 0; f->steps && i < b->count; i++) {
		struct step *s = &f->steps[i];

		run_count(r, run_node(r, b->first + i), s, -1);
		run_drop_frames(r, s);
		run_strip(r, s);
	}
	free_steps(r, f);
	run_facts_stale(r, frame, PLAN_NONE);
	f->dropped = f->closed = 1;
	f->left = 0;
}

void run_drop_frames(struct run *r, struct step *owner)
{
	uint32_t id;

	if (!owner->more)
		return;
	id = r->extras[owner->more - 1].last_frame;
	while (id) {
		struct frame *f = &r->frames[id - 1];

		run_drop_frame(r, id - 1);
		id = f->prev == PLAN_NONE ? 0 : f->prev + 1;
	}
	r->extras[owner->more - 1].last_frame = 0;
	owner->open = 0;
}

static char *copy_bytes(char **at, const char *p, size_t n)
{
	char *out = *at;

	if (n)
		memcpy(out, p, n);
	out[n] = '\0';
	*at += n + 1;
	return out;
}

static void copy_digest(char **at, struct datum *d)
{
	if (!d->digest)
		return;
	memcpy(*at, d->digest, sizeof(*d->digest));
	d->digest = (const struct digest *)(const void *)*at;
	*at += sizeof(*d->digest);
}

static size_t datum_size(const struct datum *d)
{
	return d->inline_len + 1 + (d->digest ? sizeof(*d->digest) : 0);
}

void run_keep(struct step *s, const struct result *r, int64_t end_ms)
{
	size_t n = r->error.n + 1 + r->meta.n + 1 + datum_size(&r->out) +
		datum_size(&r->err);
	struct kept *k = mem_alloc(sizeof(*k) + n);
	char *at = (char *)(k + 1);

	memcpy(&k->r, r, sizeof(*r));
	k->end_ms = end_ms;
	k->r.error.p = copy_bytes(&at, r->error.p, r->error.n);
	k->r.meta.p = copy_bytes(&at, r->meta.p, r->meta.n);
	k->r.out.head = copy_bytes(&at, r->out.head, r->out.inline_len);
	k->r.err.head = copy_bytes(&at, r->err.head, r->err.inline_len);
	copy_digest(&at, &k->r.out);
	copy_digest(&at, &k->r.err);
	free(s->kept);
	s->kept = k;
}

int step_settled(const struct step *s)
{
	return s->state == STEP_SUCCEEDED || s->state == STEP_FAILED ||
		s->state == STEP_SKIPPED || s->state == STEP_CANCELLED;
}

int step_passed(const struct step *s)
{
	if (s->state == STEP_FAILED)
		return (s->flags & STEP_IGNORED) != 0;
	if (s->state == STEP_SKIPPED)
		return s->skip == SKIP_CONDITION ||
			s->verdict == VERDICT_SKIP + 1;
	return s->state == STEP_SUCCEEDED;
}

int run_failed_inside(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct extra *x = run_extra(r, run_step(r, frame, node));
	const struct frame *f;
	uint32_t id;

	for (id = x ? x->last_frame : 0; id; id = f->prev + 1) {
		f = &r->frames[id - 1];
		if (!f->dropped && f->failed &&
		    r->plan->branches[f->branch].role != ROLE_FACT)
			return 1; /* a fact's failure is told of by who asked */
	}
	return 0;
}

uint32_t run_failures(const struct run *r)
{
	uint32_t n = r->counts[STEP_FAILED], id, i;

	for (id = 0; r->state == RUN_FAILED && id < r->frame_count; id++) {
		const struct frame *f = &r->frames[id];
		const struct plan_body *b = body_of(r, f);

		for (i = 0; f->steps && i < b->count; i++)
			n += !node_is_leaf(run_node(r, b->first + i)) &&
				f->steps[i].state == STEP_FAILED &&
				f->steps[i].kept &&
				!run_failed_inside(r, id, b->first + i);
	}
	return n;
}

int run_ended(const struct run *r)
{
	return r->state == RUN_SUCCEEDED || r->state == RUN_FAILED ||
		r->state == RUN_CANCELLED;
}

int run_can_fall_back(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct step *s = run_step(r, frame, node);

	return !(s->flags & STEP_FELL_BACK) &&
		plan_branch_of(r->plan, node, ROLE_FALLBACK) != PLAN_NONE &&
		!run_blocked(r, frame);
}

int run_blocked(const struct run *r, uint32_t frame)
{
	const struct frame *f = &r->frames[frame];
	int undo = f->undo;

	if (r->cancelling || ((r->stopping || r->timed_out) && !undo))
		return 1;
	for (; f->undo == undo; f = &r->frames[f->parent]) {
		if (f->stopped || f->dropped)
			return 1;
		if (f->parent == PLAN_NONE)
			break;
	}
	return 0;
}

int run_may_retry(const struct run *r, const struct step *s, uint32_t node)
{
	const struct extra *x = run_extra(r, s);
	uint32_t tries = s->attempts - (x ? x->lapsed : 0u);

	if (s->flags & STEP_FELL_BACK)
		return 0;
	return s->attempts < UINT16_MAX - 8 &&
		tries <= run_policy(r, node)->retry;
}

uint32_t run_effect(const struct run *r, const struct step *s, uint32_t node)
{
	const struct extra *x = run_extra(r, s);

	if (x && (x->decided & 1u << EVAL_CALL))
		return (uint32_t)x->value;
	return run_node(r, node)->effect;
}

static int is_out(const struct run *r, const struct step *s, uint32_t node)
{
	return s->state == STEP_RUNNING && node_is_leaf(run_node(r, node)) &&
		!(s->flags & (STEP_ON_SIGNAL | STEP_ON_TIMER |
			STEP_FELL_BACK)) &&
		run_effect(r, s, node) == EFFECT_ONCE;
}

static int frame_unsure(const struct run *r, const struct frame *f)
{
	const struct plan_body *b = body_of(r, f);
	uint32_t i;

	for (i = 0; !f->dropped && i < b->count; i++)
		if (run_unsure(r, &f->steps[i], b->first + i))
			return 1;
	return 0;
}

int run_unsure(const struct run *r, const struct step *s, uint32_t node)
{
	const struct extra *x = run_extra(r, s);
	uint32_t id, role;

	if (is_out(r, s, node) || s->state == STEP_IN_DOUBT)
		return 1;
	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1) {
		role = r->plan->branches[r->frames[id - 1].branch].role;
		if ((role == ROLE_BODY || role == ROLE_FALLBACK) &&
		    frame_unsure(r, &r->frames[id - 1]))
			return 1;
	}
	return x && x->unsure;
}
