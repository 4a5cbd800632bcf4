/*
 * The machine: slots of runs, the one door for inputs, the one place where
 * facts are made, and the loop that does what follows from them.
 * Invariant: when sched_step() returns, all queues but the gates' and the
 * timers' are empty, and a failed input has changed nothing.
 */
#include "engine/core/sched.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/core/sched_int.h"

struct sched *sched_new(void)
{
	struct sched *s = mem_zero(sizeof(*s));

	s->work_end = &s->work;
	pools_init(&s->pools, s);
	return s;
}

void sched_free(struct sched *s)
{
	struct task_block *b, *next;
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->slot_count; i++) {
		struct run *r = s->runs[i] ? s->runs[i]->run : NULL;

		if (!r)
			continue;
		srun_free(s, s->runs[i]);
		run_free(r);
	}
	for (b = s->task_blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	pools_release(&s->pools);
	free(s->runs);
	free(s->free_slots);
	free(s->timers);
	free(s->settled.v);
	free(s->stops.v);
	free(s);
}

struct pools *sched_pools(struct sched *s)
{
	return &s->pools;
}

/* ----------------------------------------------------------------- slots */
struct srun *srun_new(struct sched *s, struct run *run)
{
	uint32_t count = run->plan->bodies[0].count;
	uint32_t room = count <= SRUN_TASKS ? count : 0;
	struct srun *sr = mem_zero(sizeof(*sr) + room * sizeof(struct task *));

	(void)s;
	sr->room = room;
	sr->run = run;
	sr->frames = &sr->root;
	sr->frame_cap = 1;
	sr->timer.kind = TIMER_RUN;
	run->scheduled = 1;
	srun_replan(sr);
	return sr;
}

void srun_replan(struct srun *sr)
{
	if (sr->gate)
		free(sr->gate->queue);
	free(sr->gate);
	sr->gate = NULL;
	if (!sr->run->plan->limit)
		return;
	sr->gate = mem_zero(sizeof(*sr->gate));
	sr->gate->limit = sr->run->plan->limit;
}

void srun_rest(struct sched *s, struct srun *sr)
{
	size_t id;

	timer_stop(s, &sr->timer);
	for (id = sr->frame_count; id-- > 0;)
		sframe_close(s, sr, (uint32_t)id);
	if (sr->frames != &sr->root)
		free(sr->frames);
	sr->frames = &sr->root;
	memset(&sr->root, 0, sizeof(sr->root));
	sr->frame_count = 0;
	sr->frame_cap = 1;
	sr->live = sr->held = 0;
	sr->undo_frame = 0;
	sr->undo_at = 0;
	assert(!sr->asks && !sr->parked && !sr->waiting);
}

void srun_free(struct sched *s, struct srun *sr)
{
	srun_rest(s, sr);
	if (sr->gate) {
		gate_forget(s, sr->gate);
		free(sr->gate);
	}
	sr->run->scheduled = 0;
	free(sr);
}

uint32_t sched_slot(struct sched *s)
{
	size_t cap;

	if (s->free_count)
		return s->free_slots[--s->free_count];
	cap = s->slot_cap;
	s->runs = mem_more(s->runs, s->slot_count, &s->slot_cap,
		sizeof(struct srun *));
	if (cap != s->slot_cap)
		s->free_slots = mem_grow(s->free_slots,
			s->slot_cap * sizeof(*s->free_slots));
	s->runs[s->slot_count] = NULL;
	return (uint32_t)s->slot_count++;
}

uint32_t sched_add(struct sched *s, struct run *run)
{
	uint32_t slot = sched_slot(s);

	run->id = slot;
	s->runs[slot] = srun_new(s, run);
	s->run_count++;
	return slot;
}

static struct srun *find_run(const struct sched *s, uint32_t slot)
{
	return slot < s->slot_count ? s->runs[slot] : NULL;
}

struct run *sched_run(const struct sched *s, uint32_t slot)
{
	struct srun *sr = find_run(s, slot);

	return sr ? sr->run : NULL;
}

struct run *sched_take(struct sched *s, uint32_t slot)
{
	struct srun *sr = find_run(s, slot);
	struct run *r;

	assert(sr && !sr->jobs);
	r = sr->run;
	srun_free(s, sr);
	s->runs[slot] = NULL;
	s->run_count--;
	s->free_slots[s->free_count++] = slot;
	return r;
}

/* ----------------------------------------------------------------- facts */
void sched_touch(struct sched *s, struct srun *sr)
{
	if (sr->touched)
		return;
	sr->touched = 1;
	sr->touched_next = s->touched;
	s->touched = sr;
}

void sched_emit(struct sched *s, struct srun *sr, struct event *e)
{
	struct outbox *o = s->out;
	struct out_event *x;

	e->t_ms = s->now_ms;
	o->events = mem_more(o->events, o->event_count, &o->event_cap,
		sizeof(*o->events));
	x = &o->events[o->event_count++];
	x->run = sr->run->id;
	x->frame = e->frame;
	x->step = e->step;
	x->kind = e->kind;
	x->t_ms = e->t_ms;
	x->data = o->data.len;
	/* first: what the event borrows may go when it is applied */
	event_encode(e, &o->data);
	x->data_len = o->data.len - x->data;
	run_apply(sr->run, e);
	sched_touch(s, sr);
	s->stats.events++;
}

struct action *sched_act(struct sched *s, struct srun *sr,
	enum action_kind kind)
{
	struct outbox *o = s->out;
	struct action *a;

	o->actions = mem_more(o->actions, o->action_count, &o->action_cap,
		sizeof(*o->actions));
	a = &o->actions[o->action_count++];
	memset(a, 0, sizeof(*a));
	a->kind = (uint8_t)kind;
	a->run = sr->run->id;
	a->branch = a->step = PLAN_NONE;
	return a;
}

/* --------------------------------------------------------- what follows */
static void do_work(struct sched *s)
{
	struct task *t = s->work;

	s->work = t->work_next;
	if (!s->work)
		s->work_end = &s->work;
	t->in_work = 0;
	if (t->run) {
		sched_touch(s, t->run);
		task_look(s, t);
		return;
	}
	t->next = s->spare;
	s->spare = t;
}

static void do_gate(struct sched *s)
{
	struct gate *g = s->dirty;

	s->dirty = g->dirty_next;
	g->dirty = 0;
	gate_drain(s, g);
}

static void do_touched(struct sched *s)
{
	struct srun *sr = s->touched;

	s->touched = sr->touched_next;
	sr->touched = 0;
	run_wind_up(s, sr);
}

static int take_mark(struct marks *m, struct mark *out)
{
	if (m->at == m->count)
		return 0;
	*out = m->v[m->at++];
	return 1;
}

void sched_drain(struct sched *s)
{
	struct mark m;

	for (;;) {
		if (take_mark(&s->settled, &m))
			on_settled(s, &m);
		else if (take_mark(&s->stops, &m))
			on_stop(s, &m);
		else if (s->work)
			do_work(s);
		else if (s->dirty && !s->halted)
			do_gate(s);
		else if (s->touched)
			do_touched(s);
		else
			break;
	}
}

/* ---------------------------------------------------------------- inputs */
static int on_pause(struct sched *s, struct srun *sr)
{
	struct event e;

	if (run_ended(sr->run) || sr->run->paused)
		return 0;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_PAUSED;
	e.step = PLAN_NONE;
	sched_emit(s, sr, &e);
	return 0;
}

static void go_on(struct sched *s)
{
	size_t i;

	s->halted = 0;
	for (i = 0; i < s->slot_count; i++) {
		if (!s->runs[i])
			continue;
		sched_touch(s, s->runs[i]);
		unpark(s, s->runs[i]);
	}
}

static int on_continue(struct sched *s, struct srun *sr)
{
	struct event e;

	if (!sr) {
		go_on(s);
		return 0;
	}
	if (!sr->run->paused)
		return 0;
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_CONTINUED;
	e.step = PLAN_NONE;
	sched_emit(s, sr, &e);
	unpark(s, sr);
	return 0;
}

static int on_fact(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	struct event e;

	if (run_ended(sr->run)) {
		s->stats.stale++;
		return 0;
	}
	if (in->bytes.n > LIMIT_INLINE)
		return err_set(err, ERR_LIMIT, "LIMIT_INLINE: the value of a "
			"fact has at most %d bytes", LIMIT_INLINE);
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_FACT_READ;
	e.frame = in->frame;
	e.step = in->step;
	e.name = in->name;
	e.bytes = in->bytes;
	e.value = in->value;
	sched_emit(s, sr, &e);
	return 0;
}

static int dispatch(struct sched *s, struct srun *sr, const struct input *in,
	struct err *err)
{
	switch ((enum input_kind)in->kind) {
	case INPUT_RESUME:
		return on_resume(s, sr, in->held, err);
	case INPUT_JOB_DONE:
		return on_job_done(s, sr, in);
	case INPUT_JOB_WAITS:
		return on_job_waits(s, sr, in);
	case INPUT_EVAL_DONE:
		return on_eval_done(s, sr, in);
	case INPUT_FACT:
		return on_fact(s, sr, in, err);
	case INPUT_DEMAND:
		return on_demand(s, sr, in);
	case INPUT_SIGNAL:
		return on_signal(s, sr, in, err);
	case INPUT_CANCEL:
		if (!sr->live && !run_ended(sr->run) && on_resume(s, sr,
				1, err))
			return -1;
		return on_cancel(s, sr, in);
	case INPUT_PAUSE:
		return on_pause(s, sr);
	case INPUT_CONTINUE:
		return on_continue(s, sr);
	case INPUT_RESOLVE:
		return on_resolve(s, sr, in, err);
	case INPUT_ADOPT:
		return on_adopt(s, sr, in, err);
	case INPUT_BEGIN:
		return on_begin(s, sr, err);
	case INPUT_REWIND:
		return on_rewind(s, sr, in, err);
	case INPUT_EDIT:
		return on_edit(s, sr, in, err);
	case INPUT_START:
	case INPUT_TICK:
	case INPUT_JOURNAL_FAILED:
	case INPUT_KINDS:
		break;
	}
	return err_set(err, ERR_USAGE, "no such input");
}

static int take_input(struct sched *s, const struct input *in,
	struct err *err)
{
	struct srun *sr = find_run(s, in->run);

	if (in->kind == INPUT_START)
		return on_start(s, in, err);
	if (in->kind == INPUT_TICK) {
		on_tick(s);
		return 0;
	}
	if (in->kind == INPUT_JOURNAL_FAILED) {
		s->halted = 1;
		return 0;
	}
	if (in->kind == INPUT_CONTINUE && in->run == PLAN_NONE)
		return on_continue(s, NULL);
	if (sr)
		return dispatch(s, sr, in, err);
	if (in->kind == INPUT_JOB_DONE || in->kind == INPUT_JOB_WAITS ||
	    in->kind == INPUT_EVAL_DONE || in->kind == INPUT_FACT ||
	    in->kind == INPUT_DEMAND) {
		s->stats.stale++;
		return 0;
	}
	return err_set(err, ERR_NOTFOUND, "no run in slot %lu",
		(unsigned long)in->run);
}

int sched_step(struct sched *s, const struct input *in, struct outbox *out,
	struct err *err)
{
	int rc;

	if (in->now_ms > s->now_ms)
		s->now_ms = in->now_ms;
	s->out = out;
	s->stats.inputs++;
	rc = take_input(s, in, err);
	sched_drain(s);
	s->out = NULL;
	return rc;
}

int64_t sched_deadline(const struct sched *s)
{
	return s->timer_count ? s->timers[0]->when_ms : INT64_MAX;
}

void sched_stats(const struct sched *s, struct sched_stats *out)
{
	size_t i;

	*out = s->stats;
	out->runs = s->run_count;
	out->ready = out->running = 0;
	for (i = 0; i < s->slot_count; i++) {
		if (!s->runs[i])
			continue;
		out->ready += s->runs[i]->run->counts[STEP_READY];
		out->running += s->runs[i]->jobs;
	}
}
