/*
 * The scheduler's containers: the heap of timers, tasks and their lists,
 * per-frame tables, queues of marks. No decisions here.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/policy.h"
#include "engine/core/sched_int.h"

/* ---------------------------------------------------------------- timers */
static int earlier(const struct timer *a, const struct timer *b)
{
	if (a->when_ms != b->when_ms)
		return a->when_ms < b->when_ms;
	return a->seq < b->seq;
}

static void put_timer(struct sched *s, struct timer *t, size_t at)
{
	s->timers[at] = t;
	t->at = (uint32_t)at + 1;
}

static void sift_timer(struct sched *s, struct timer *t, size_t at)
{
	size_t up, kid;

	for (; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!earlier(t, s->timers[up]))
			break;
		put_timer(s, s->timers[up], at);
	}
	for (;; at = kid) {
		kid = at * 2 + 1;
		if (kid + 1 < s->timer_count &&
		    earlier(s->timers[kid + 1], s->timers[kid]))
			kid++;
		if (kid >= s->timer_count || !earlier(s->timers[kid], t))
			break;
		put_timer(s, s->timers[kid], at);
	}
	put_timer(s, t, at);
}

void timer_set(struct sched *s, struct timer *t, int64_t when_ms)
{
	timer_stop(s, t);
	t->when_ms = when_ms;
	t->seq = s->timer_seq++;
	s->timers = mem_more(s->timers, s->timer_count, &s->timer_cap,
		sizeof(*s->timers));
	s->timer_count++;
	sift_timer(s, t, s->timer_count - 1);
}

void timer_stop(struct sched *s, struct timer *t)
{
	struct timer *last;
	size_t at;

	if (!t->at)
		return;
	at = t->at - 1;
	t->at = 0;
	last = s->timers[--s->timer_count];
	if (last != t)
		sift_timer(s, last, at);
}

/* ----------------------------------------------------------------- tasks */
struct task *task_of(const struct srun *sr, uint32_t frame, uint32_t node)
{
	const struct frame *f = &sr->run->frames[frame];

	assert(frame < sr->frame_count);
	if (!sr->frames[frame].tasks)
		return NULL;
	return sr->frames[frame].tasks[node -
		sr->run->plan->bodies[f->body].first];
}

static void set_task(struct srun *sr, struct task *t, struct task *value)
{
	const struct frame *f = &sr->run->frames[t->frame];

	sr->frames[t->frame].tasks[t->node -
		sr->run->plan->bodies[f->body].first] = value;
}

struct step *task_step(const struct task *t)
{
	return run_step(t->run->run, t->frame, t->node);
}

const struct plan_node *task_node(const struct task *t)
{
	return run_node(t->run->run, t->node);
}

struct event task_event(const struct task *t, enum event_kind kind)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = (uint8_t)kind;
	e.frame = t->frame;
	e.step = t->node;
	return e;
}

static struct task *more_tasks(struct sched *s)
{
	struct task_block *b = mem_alloc(sizeof(*b));
	int i;

	b->next = s->task_blocks;
	s->task_blocks = b;
	for (i = 0; i < TASK_BLOCK; i++) {
		b->tasks[i].next = s->spare;
		s->spare = &b->tasks[i];
	}
	return s->spare;
}

static struct task *task_new(struct sched *s, struct srun *sr,
	uint32_t frame, uint32_t node)
{
	struct task *t = s->spare;

	if (!t)
		t = more_tasks(s);
	s->spare = t->next;
	memset(t, 0, sizeof(*t));
	t->run = sr;
	t->frame = frame;
	t->node = node;
	t->timer.kind = TIMER_STEP;
	t->seq = s->task_seq++;
	t->priority =
		(uint8_t)policy_priority(run_policy(sr->run, node));
	set_task(sr, t, t);
	return t;
}

void task_work(struct sched *s, struct task *t)
{
	if (t->in_work)
		return;
	t->in_work = 1;
	t->work_next = NULL;
	*s->work_end = t;
	s->work_end = &t->work_next;
}

void task_wake(struct sched *s, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	struct task *t = task_of(sr, frame, node);

	if (!t)
		t = task_new(s, sr, frame, node);
	task_work(s, t);
}

void task_list(struct task *t, struct task **list)
{
	assert(!t->back);
	t->next = *list;
	if (t->next)
		t->next->back = &t->next;
	t->back = list;
	*list = t;
}

void task_unlist(struct task *t)
{
	if (!t->back)
		return;
	*t->back = t->next;
	if (t->next)
		t->next->back = t->back;
	t->back = NULL;
	t->next = NULL;
}

void task_rest(struct sched *s, struct task *t)
{
	timer_stop(s, &t->timer);
	task_unlist(t);
	if (t->gate)
		gate_leave(s, t->gate, t);
	if (t->holds)
		gates_give(s, t);
	if (t->phase == TASK_HANDED)
		t->run->jobs--;
	if (t->phase == TASK_ASKED)
		t->run->asks--;
	t->phase = TASK_IDLE;
	t->ahead = t->killed = t->withdrawn = 0;
}

void task_free(struct sched *s, struct task *t)
{
	task_rest(s, t);
	set_task(t->run, t, NULL);
	t->run = NULL;
	if (t->in_work)
		return; /* sched_drain puts it by when it comes to it */
	t->next = s->spare;
	s->spare = t;
}

/* ---------------------------------------------------------------- frames */
static struct gate *limit_gate(const struct srun *sr, const struct frame *f)
{
	const struct plan *p = sr->run->plan;
	struct gate *g;
	uint32_t limit;

	if (f->owner == PLAN_NONE || p->nodes[f->owner].kind != NODE_BLOCK ||
	    p->branches[f->branch].role != ROLE_BODY)
		return NULL;
	limit = p->policies[p->nodes[f->owner].policy].limit;
	if (!limit)
		return NULL;
	g = mem_zero(sizeof(*g));
	g->limit = limit;
	return g;
}

void sframe_cover(struct srun *sr, size_t count)
{
	struct sframe *grown;
	size_t cap = sr->frame_cap;

	if (count > cap) {
		while (cap < count)
			cap = cap * 2;
		grown = mem_zero(cap * sizeof(*grown));
		memcpy(grown, sr->frames, sr->frame_count * sizeof(*grown));
		if (sr->frames != &sr->root)
			free(sr->frames);
		sr->frames = grown;
		sr->frame_cap = (uint32_t)cap;
	}
	if (count > sr->frame_count)
		sr->frame_count = (uint32_t)count;
}

struct sframe *sframe_open(struct sched *s, struct srun *sr, uint32_t frame)
{
	const struct frame *f = &sr->run->frames[frame];
	uint32_t count = sr->run->plan->bodies[f->body].count;
	struct sframe *sf;

	(void)s;
	sframe_cover(sr, frame + 1u);
	sf = &sr->frames[frame];
	assert(!sf->tasks);
	if (frame == 0 && count <= sr->room)
		sf->tasks = sr->tasks;
	else
		sf->tasks = mem_zero(count * sizeof(*sf->tasks));
	sf->gate = limit_gate(sr, f);
	sf->swept = 0;
	return sf;
}

void sframe_close(struct sched *s, struct srun *sr, uint32_t frame)
{
	struct sframe *sf = &sr->frames[frame];
	uint32_t i, n;

	if (!sf->tasks)
		return;
	n = sr->run->plan->bodies[sr->run->frames[frame].body].count;
	for (i = 0; i < n; i++)
		if (sf->tasks[i])
			task_free(s, sf->tasks[i]);
	if (sf->tasks != sr->tasks)
		free(sf->tasks);
	sf->tasks = NULL;
	if (!sf->gate)
		return;
	gate_forget(s, sf->gate);
	free(sf->gate);
	sf->gate = NULL;
}

void marks_add(struct marks *m, struct srun *sr, uint32_t frame,
	uint32_t node)
{
	struct mark *k;

	if (m->at == m->count)
		m->at = m->count = 0;
	m->v = mem_more(m->v, m->count, &m->cap, sizeof(*m->v));
	k = &m->v[m->count++];
	k->run = sr;
	k->frame = frame;
	k->node = node;
}
