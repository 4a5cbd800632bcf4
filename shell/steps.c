/*
 * Walks a run from its first frame down. Frames are sorted by the step they
 * belong to, so that those of one step are found at once and stand by what
 * they are (its body, @verify, @fallback, @undo) and then by round.
 */
#include "shell/steps.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/view.h"

struct child {
	struct place of;       /* the step it was opened for */
	uint32_t role, index, frame;
};

struct walk {
	const struct run *run;
	struct child *children;
	size_t count;
	void (*fn)(void *ud, struct place at);
	void *ud;
};

static int by(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_owner(const struct child *a, const struct child *b)
{
	int d = by(a->of.frame, b->of.frame);

	return d ? d : by(a->of.node, b->of.node);
}

static int compare(const void *pa, const void *pb)
{
	const struct child *a = pa, *b = pb;
	int d = by_owner(a, b);

	d = d ? d : by(a->role, b->role);
	d = d ? d : by(a->index, b->index);
	return d ? d : by(a->frame, b->frame);
}

static uint32_t rank(enum branch_role role)
{
	switch (role) {
	case ROLE_BODY:
		return 0;
	case ROLE_VERIFY:
		return 1;
	case ROLE_FALLBACK:
		return 2;
	case ROLE_UNDO:
		return 3;
	case ROLE_FACT:
		return 4;
	case ROLE_KINDS:
		break;
	}
	return 5;
}

static size_t first_child(const struct walk *w, struct place of)
{
	struct child key = {.of = of};
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_owner(&w->children[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A step that is only listed once it runs. */
static int is_shadow(const struct run *r, struct place at)
{
	return (r->plan->nodes[at.node].flags & NODE_SHADOW) &&
		run_step(r, at.frame, at.node)->state == STEP_WAITING;
}

/* As deep as the plan is nested. */
static void walk_frame(const struct walk *w, uint32_t frame)
{
	const struct run *r = w->run;
	const struct plan_body *b = &r->plan->bodies[r->frames[frame].body];

	for (uint32_t i = 0; r->frames[frame].steps && i < b->count; i++) {
		struct place at = {frame, b->first + i};
		struct child key = {.of = at};
		size_t c = first_child(w, at);

		if (!(r->plan->nodes[at.node].flags & NODE_QUIET) &&
				!is_shadow(r, at))
			w->fn(w->ud, at);
		for (; c < w->count && by_owner(&w->children[c], &key) == 0;
				c++)
			walk_frame(w, w->children[c].frame);
	}
}

void steps_each(const struct run *r, void (*fn)(void *ud, struct place at),
	void *ud)
{
	struct walk w = {r, NULL, 0, fn, ud};

	if (r->frame_count == 0)
		return;
	w.children = mem_zero(r->frame_count * sizeof(*w.children));
	for (uint32_t i = 1; i < r->frame_count; i++) {
		const struct frame *f = &r->frames[i];

		if (f->dropped || !f->steps)
			continue;
		w.children[w.count++] = (struct child){{f->parent, f->owner},
			rank(r->plan->branches[f->branch].role), f->index, i};
	}
	qsort(w.children, w.count, sizeof(*w.children), compare);
	walk_frame(&w, 0);
	free(w.children);
}

struct running {
	const struct run *run;
	void (*fn)(void *ud, const struct event *e);
	void *ud;
};

static void one_running(void *ud, struct place at)
{
	const struct running *w = ud;
	const struct step *st = run_step(w->run, at.frame, at.node);
	const struct plan_node *n = &w->run->plan->nodes[at.node];
	const struct extra *x = run_extra(w->run, st);
	struct event e = {.kind = EVENT_STEP_STARTED, .frame = at.frame,
		.step = at.node, .t_ms = clock_now_ms()};

	if (st->state != STEP_RUNNING || !node_is_leaf(n) ||
			(n->flags & NODE_QUIET))
		return;
	if (x && x->started_ms)
		e.t_ms = x->started_ms;
	if (engine_is_asking(w->run, st)) {
		e.kind = EVENT_STEP_WAITING;
		e.name = str_of("answer");
	}
	w->fn(w->ud, &e);
}

void steps_running(const struct run *r, void (*fn)(void *ud,
	const struct event *e), void *ud)
{
	struct running w = {r, fn, ud};

	steps_each(r, one_running, &w);
}
