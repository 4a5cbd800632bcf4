/*
 * The simulated world: a clock, a queue of things that will happen, a guard
 * with slots, a journal that commits late. Invariant: no action is carried
 * out before the events of its batch are in the journal; after a crash only
 * the journal counts. Reads no clock and draws no random number: the hooks
 * decide.
 */
#include "engine/drive/sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"

enum what { JOB_ENDS, ANSWER_COMES, BATCH_COMMITS };

struct happening {
	int64_t at_ms;
	uint64_t seq, id;          /* id: job or batch */
	uint8_t what;
	struct input answer;       /* ANSWER_COMES; bytes owned */
	struct result result;
	uint8_t has_result;
	const char *fact, *fact_value;
};

struct job {
	struct sim_job pub;
	uint64_t id, life;
	struct sim_fate fate;
	char *error;
	uint8_t withdrawn;
};

struct entry {
	struct out_event e;
	struct plan *plan;         /* RUN_EDITED: the new one */
};

struct batch {
	uint64_t id;
	struct outbox out;
	struct plan *plan;         /* of an edit in it; held */
};

struct sim_run {
	struct plan *plan;         /* first; held */
	uint32_t slot;
	uint8_t lost, begun;
	struct entry *journal;     /* committed */
	size_t count, cap;
	struct buf data;
	struct run *shadow;        /* all events so far, decoded */
	struct run *durable;       /* committed ones, decoded */
};

struct sim {
	struct sim_options o;
	struct sim_hooks h;
	struct sched *sched;
	int64_t now_ms, commit_ms;
	uint64_t seq, ids, hash;
	struct happening *heap;
	size_t heap_count, heap_cap;
	struct sim_run *runs;
	size_t run_count, run_cap;
	struct job *jobs;          /* open ones, in order of hand-over */
	size_t job_count, job_cap;
	struct sim_job *view;
	struct batch *batches;     /* not committed yet, in order */
	size_t batch_count, batch_cap;
	uint32_t in_slots;
	struct plan *edit;
};

static void fault(struct sim *s, const char *text)
{
	if (!s->h.fault)
		abort();
	s->h.fault(s->h.ud, text);
}

/* ------------------------------------------------------------ happenings */
static int sooner(const struct happening *a, const struct happening *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static struct happening *happen(struct sim *s, enum what what,
	int64_t delay_ms)
{
	struct happening h;
	size_t at, up;

	memset(&h, 0, sizeof(h));
	h.what = (uint8_t)what;
	h.at_ms = s->now_ms + (delay_ms > 0 ? delay_ms : 0);
	h.seq = s->seq++;
	s->heap = mem_more(s->heap, s->heap_count, &s->heap_cap,
		sizeof(*s->heap));
	for (at = s->heap_count++; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!sooner(&h, &s->heap[up]))
			break;
		s->heap[at] = s->heap[up];
	}
	s->heap[at] = h;
	return &s->heap[at];
}

static struct happening take_first(struct sim *s)
{
	struct happening first = s->heap[0];
	struct happening last = s->heap[--s->heap_count];
	size_t at = 0, kid;

	for (;; at = kid) {
		kid = at * 2 + 1;
		if (kid + 1 < s->heap_count &&
		    sooner(&s->heap[kid + 1], &s->heap[kid]))
			kid++;
		if (kid >= s->heap_count || !sooner(&s->heap[kid], &last))
			break;
		s->heap[at] = s->heap[kid];
	}
	s->heap[at] = last;
	return first;
}

static void drop_happening(struct happening *h)
{
	free((void *)(uintptr_t)h->answer.bytes.p);
}

/* ------------------------------------------------------------------ runs */
static uint32_t key_of(const struct sim *s, uint32_t slot)
{
	size_t i;

	for (i = s->run_count; i-- > 0;)
		if (s->runs[i].slot == slot && !s->runs[i].lost)
			return (uint32_t)i;
	assert(0 && "an event of an unknown run");
	return PLAN_NONE;
}

static struct event decode(struct sim *s, const struct out_event *o,
	const struct buf *data)
{
	struct event e;
	struct err err;

	memset(&e, 0, sizeof(e));
	e.kind = o->kind;
	e.frame = o->frame;
	e.step = o->step;
	e.t_ms = o->t_ms;
	if (event_decode(&e, data->data + o->data, o->data_len, &err))
		fault(s, err.text);
	return e;
}

static void fold(struct sim *s, struct run *r, const struct event *e,
	struct plan *plan)
{
	if (!run_accepts(r, e)) {
		fault(s, "replay refuses an event that was made live");
		return;
	}
	run_apply(r, e);
	if (e->kind == EVENT_RUN_EDITED)
		run_replan(r, plan);
}

static void mix(struct sim *s, const void *p, size_t n)
{
	s->hash = hash_bytes(p, n, s->hash);
}

static void hash_batch(struct sim *s, const struct outbox *o)
{
	size_t i;

	for (i = 0; i < o->event_count; i++) {
		const struct out_event *e = &o->events[i];
		uint64_t v[4] = { (uint64_t)e->run << 32 | e->frame,
			(uint64_t)e->step << 32 | e->kind,
			(uint64_t)e->t_ms, e->data_len };

		mix(s, v, sizeof(v));
	}
	for (i = 0; i < o->action_count; i++) {
		const struct action *a = &o->actions[i];
		uint32_t v[7] = { a->kind | (uint32_t)a->hard << 8 |
			(uint32_t)a->ahead << 16 |
			(uint32_t)a->purpose << 24, a->run, a->frame, a->step,
			a->attempt, a->branch, 0 };

		mix(s, v, sizeof(v));
	}
	if (o->data.len)
		mix(s, o->data.data, o->data.len);
}

static void shadow_batch(struct sim *s, const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->out.event_count; i++) {
		const struct out_event *o = &b->out.events[i];
		uint32_t key = key_of(s, o->run);
		struct event e = decode(s, o, &b->out.data);

		if (s->h.event)
			s->h.event(s->h.ud, key, &e, 0);
		if (s->runs[key].shadow)
			fold(s, s->runs[key].shadow, &e, b->plan);
	}
	for (i = 0; i < b->out.event_count; i++) {
		uint32_t key = key_of(s, b->out.events[i].run);
		const struct run *live = sched_run(s->sched,
			s->runs[key].slot);

		if (i && b->out.events[i - 1].run == b->out.events[i].run)
			continue;
		if (s->runs[key].shadow &&
		    !run_same(live, s->runs[key].shadow))
			fault(s, "live and replayed state differ");
	}
}

static void submit(struct sim *s, struct batch *b)
{
	int64_t delay = s->h.commit_ms ? s->h.commit_ms(s->h.ud) : 0;

	if (s->now_ms + delay < s->commit_ms)
		delay = s->commit_ms - s->now_ms;
	s->commit_ms = s->now_ms + delay;
	b->id = ++s->ids;
	s->batches = mem_more(s->batches, s->batch_count, &s->batch_cap,
		sizeof(*s->batches));
	s->batches[s->batch_count++] = *b;
	happen(s, BATCH_COMMITS, delay)->id = b->id;
}

static int give(struct sim *s, const struct input *in, struct err *err)
{
	struct batch b;
	int rc;

	memset(&b, 0, sizeof(b));
	outbox_init(&b.out);
	rc = sched_step(s->sched, in, &b.out, err);
	hash_batch(s, &b.out);
	if (in->kind == INPUT_EDIT && rc == 0)
		b.plan = plan_hold(in->plan);
	shadow_batch(s, &b);
	if (b.out.event_count || b.out.action_count)
		submit(s, &b);
	else
		outbox_release(&b.out);
	return rc;
}

int sim_give(struct sim *s, const struct input *in, struct err *err)
{
	struct input copy = *in;

	copy.now_ms = s->now_ms;
	if (in->run != PLAN_NONE) {
		assert(in->run < s->run_count);
		if (s->runs[in->run].lost)
			return err_set(err, ERR_NOTFOUND, "the run is lost");
		copy.run = s->runs[in->run].slot;
	}
	return give(s, &copy, err);
}

uint32_t sim_start(struct sim *s, struct plan *plan, uint64_t seed, int held)
{
	struct sim_run *r;
	struct input in;
	struct err err;
	uint32_t key;

	s->runs = mem_more(s->runs, s->run_count, &s->run_cap,
		sizeof(*s->runs));
	key = (uint32_t)s->run_count++;
	r = &s->runs[key];
	memset(r, 0, sizeof(*r));
	r->plan = plan_hold(plan);
	r->slot = sched_slot(s->sched);
	if (s->o.check) {
		r->shadow = run_new(plan, r->slot);
		r->durable = run_new(plan, r->slot);
	}
	memset(&in, 0, sizeof(in));
	in.kind = INPUT_START;
	in.run = key;
	in.plan = plan;
	in.seed = seed;
	in.held = (uint8_t)held;
	if (sim_give(s, &in, &err))
		fault(s, err.text);
	return key;
}

/* ------------------------------------------------------------------ jobs */
static struct job *find_job(struct sim *s, uint64_t id)
{
	size_t i;

	for (i = 0; i < s->job_count; i++)
		if (s->jobs[i].id == id)
			return &s->jobs[i];
	return NULL;
}

static void begin(struct sim *s, struct job *j)
{
	uint64_t id = j->id;

	j->pub.begun = 1;
	s->in_slots += j->pub.queued;
	memset(&j->fate, 0, sizeof(j->fate));
	s->h.job(s->h.ud, &j->pub, &j->fate);
	j->fate.result.start_ms = s->now_ms;
	j->life = s->seq;
	happen(s, JOB_ENDS, j->fate.dur_ms)->id = id;
}

static void fill_slots(struct sim *s)
{
	size_t i;

	for (i = 0; i < s->job_count && s->in_slots < s->o.slots; i++)
		if (!s->jobs[i].pub.begun && s->jobs[i].pub.queued)
			begin(s, &s->jobs[i]);
}

static void report(struct sim *s, struct job *j)
{
	struct job gone = *j;
	struct input in;
	size_t at = (size_t)(j - s->jobs);

	s->in_slots -= j->pub.begun && j->pub.queued;
	memmove(j, j + 1, (--s->job_count - at) * sizeof(*j));
	memset(&in, 0, sizeof(in));
	in.kind = gone.fate.waits ? INPUT_JOB_WAITS : INPUT_JOB_DONE;
	in.run = gone.pub.key;
	in.frame = gone.pub.frame;
	in.step = gone.pub.step;
	in.attempt = gone.pub.attempt;
	if (gone.fate.waits) {
		in.due_ms = gone.fate.wait_ms < 0 ? 0 :
			s->now_ms + gone.fate.wait_ms;
		in.name = gone.fate.signal;
		in.bytes = gone.fate.when_due;
	}
	gone.fate.result.dur_us =
		(uint64_t)(s->now_ms - gone.fate.result.start_ms) * 1000;
	in.result = &gone.fate.result;
	if (s->h.ended)
		s->h.ended(s->h.ud, &gone.pub);
	if (!s->runs[gone.pub.key].lost)
		sim_give(s, &in, NULL);
	fill_slots(s);
}

static void end_now(struct sim *s, struct job *j, enum outcome outcome)
{
	memset(&j->fate, 0, sizeof(j->fate));
	j->fate.result.outcome = (uint8_t)outcome;
	j->fate.result.exit_code = outcome == OUTCOME_CANCELLED ? -1 : 143;
	j->fate.result.start_ms = s->now_ms;
	report(s, j);
}

static struct job *job_of(struct sim *s, uint32_t key, const struct action *a)
{
	size_t i;

	for (i = 0; i < s->job_count; i++) {
		const struct sim_job *p = &s->jobs[i].pub;

		if (p->key == key && p->frame == a->frame &&
		    p->step == a->step && p->attempt == a->attempt)
			return &s->jobs[i];
	}
	return NULL;
}

static int in_queue(const struct run *r, uint32_t node)
{
	const struct plan_node *n = &r->plan->nodes[node];

	return n->lane == 0 &&
		r->plan->policies[n->policy].pool == PLAN_NONE;
}

static void do_job(struct sim *s, uint32_t key, const struct action *a)
{
	const struct run *r = sched_run(s->sched, a->run);
	struct job *j;

	s->jobs = mem_more(s->jobs, s->job_count, &s->job_cap,
		sizeof(*s->jobs));
	j = &s->jobs[s->job_count++];
	memset(j, 0, sizeof(*j));
	j->id = ++s->ids;
	j->pub.key = key;
	j->pub.frame = a->frame;
	j->pub.step = a->step;
	j->pub.attempt = a->attempt;
	j->pub.queued = (uint8_t)in_queue(r, a->step);
	if (j->pub.queued)
		fill_slots(s);
	else
		begin(s, j);
}

static void do_kill(struct sim *s, uint32_t key, const struct action *a)
{
	struct job *j = job_of(s, key, a);

	if (!j)
		return;
	if (!j->pub.begun) {
		end_now(s, j, OUTCOME_CANCELLED);
		return;
	}
	j->pub.killed = 1;
	if (!j->fate.stubborn)
		end_now(s, j, OUTCOME_FAILED);
}

static void do_eval(struct sim *s, uint32_t key, const struct action *a)
{
	struct sim_answer answer;
	struct happening *h;

	memset(&answer, 0, sizeof(answer));
	s->h.eval(s->h.ud, key, a, &answer);
	h = happen(s, ANSWER_COMES, answer.dur_ms);
	h->answer.kind = answer.demand ? INPUT_DEMAND : INPUT_EVAL_DONE;
	h->answer.run = key;
	h->answer.frame = a->frame;
	h->answer.step = a->step;
	h->answer.attempt = a->attempt;
	h->answer.purpose = a->purpose;
	h->answer.value = answer.value;
	h->fact = answer.fact;
	h->fact_value = answer.fact_value;
	if (answer.bytes.p) {
		h->answer.bytes.p = mem_dup(answer.bytes.p, answer.bytes.n);
		h->answer.bytes.n = answer.bytes.n;
	}
	if (answer.result) {
		h->result = *answer.result;
		h->has_result = 1;
	}
}

static void act(struct sim *s, const struct action *a)
{
	uint32_t key = key_of(s, a->run);
	struct job *j;

	if (s->h.action)
		s->h.action(s->h.ud, key, a);
	switch ((enum action_kind)a->kind) {
	case ACTION_JOB:
		do_job(s, key, a);
		break;
	case ACTION_KILL:
		do_kill(s, key, a);
		break;
	case ACTION_WITHDRAW:
		j = job_of(s, key, a);
		if (j && !j->pub.begun)
			end_now(s, j, OUTCOME_CANCELLED);
		break;
	case ACTION_EVAL:
		do_eval(s, key, a);
		break;
	case ACTION_RUN_OVER:
	case ACTION_KINDS:
		break;
	}
}

/* ---------------------------------------------------------------- commits */
static void write_down(struct sim *s, const struct batch *b,
	const struct out_event *o)
{
	uint32_t key = key_of(s, o->run);
	struct sim_run *r = &s->runs[key];
	struct entry *x;
	struct event e;

	r->journal = mem_more(r->journal, r->count, &r->cap,
		sizeof(*r->journal));
	x = &r->journal[r->count++];
	x->e = *o;
	x->e.data = r->data.len;
	x->plan = o->kind == EVENT_RUN_EDITED ? plan_hold(b->plan) : NULL;
	buf_add(&r->data, b->out.data.data + o->data, o->data_len);
	if (!r->durable && !s->h.event)
		return;
	e = decode(s, o, &b->out.data);
	if (r->durable)
		fold(s, r->durable, &e, b->plan);
	if (s->h.event)
		s->h.event(s->h.ud, key, &e, 1);
}

static void drop_batch(struct batch *b)
{
	outbox_release(&b->out);
	plan_drop(b->plan);
}

static void commit(struct sim *s, uint64_t id)
{
	struct batch b = s->batches[0];
	size_t i;

	assert(s->batch_count && b.id == id);
	memmove(s->batches, s->batches + 1,
		--s->batch_count * sizeof(*s->batches));
	for (i = 0; i < b.out.event_count; i++)
		write_down(s, &b, &b.out.events[i]);
	for (i = 0; i < b.out.action_count; i++)
		act(s, &b.out.actions[i]);
	drop_batch(&b);
}

/* ------------------------------------------------------------------ time */
int64_t sim_next_ms(const struct sim *s)
{
	int64_t timer = sched_deadline(s->sched);
	int64_t at = s->heap_count ? s->heap[0].at_ms : INT64_MAX;

	return timer < at ? timer : at;
}

static void tick(struct sim *s)
{
	struct input in;

	memset(&in, 0, sizeof(in));
	in.kind = INPUT_TICK;
	in.run = PLAN_NONE;
	in.now_ms = s->now_ms;
	give(s, &in, NULL);
}

static void give_fact(struct sim *s, const struct happening *h)
{
	struct input in = h->answer;

	if (!h->fact)
		return;
	in.kind = INPUT_FACT;
	in.name = str_of(h->fact);
	in.bytes = str_of(h->fact_value);
	sim_give(s, &in, NULL);
}

int sim_next(struct sim *s)
{
	int64_t at = sim_next_ms(s), timer = sched_deadline(s->sched);
	struct happening h;
	struct job *j;

	if (at == INT64_MAX)
		return 0;
	if (at > s->now_ms)
		s->now_ms = at;
	if (timer <= s->now_ms && (!s->heap_count ||
			timer <= s->heap[0].at_ms)) {
		tick(s);
		return 1;
	}
	h = take_first(s);
	switch ((enum what)h.what) {
	case JOB_ENDS:
		j = find_job(s, h.id);
		if (j)
			report(s, j);
		break;
	case ANSWER_COMES:
		h.answer.result = h.has_result ? &h.result : NULL;
		if (s->runs[h.answer.run].lost)
			break;
		give_fact(s, &h);
		sim_give(s, &h.answer, NULL);
		break;
	case BATCH_COMMITS:
		commit(s, h.id);
		break;
	}
	drop_happening(&h);
	return 1;
}

void sim_jump(struct sim *s, int64_t ms)
{
	s->now_ms += ms;
}

/* ----------------------------------------------------------------- crash */
static struct run *replay(struct sim *s, const struct sim_run *r)
{
	struct run *run = run_new(r->plan, r->slot);
	size_t i;

	for (i = 0; i < r->count; i++) {
		struct event e = decode(s, &r->journal[i].e, &r->data);

		fold(s, run, &e, r->journal[i].plan);
	}
	return run;
}

static void forget_all(struct sim *s)
{
	size_t i;

	for (i = 0; i < s->heap_count; i++)
		drop_happening(&s->heap[i]);
	for (i = 0; i < s->batch_count; i++)
		drop_batch(&s->batches[i]);
	s->heap_count = s->batch_count = s->job_count = 0;
	s->in_slots = 0;
	s->commit_ms = s->now_ms;
	sched_free(s->sched);
}

static void set_up(struct sim *s)
{
	struct pool_config c;

	s->sched = sched_new();
	memset(&c, 0, sizeof(c));
	c.limit = s->o.slots;
	c.ahead = s->o.ahead;
	pool_configure(sched_pools(s->sched), 0, &c);
	if (s->h.pools)
		s->h.pools(s->h.ud, sched_pools(s->sched));
}

static void bring_back(struct sim *s, uint32_t key)
{
	struct sim_run *r = &s->runs[key];
	struct run *run;

	if (r->lost || !r->count) {
		r->lost = 1;
		return;
	}
	run = replay(s, r);
	r->slot = sched_add(s->sched, run);
	if (!s->o.check)
		return;
	run_free(r->shadow);
	r->shadow = replay(s, r);
	if (!run_same(run, r->durable))
		fault(s, "replaying twice gives two states");
}

void sim_crash(struct sim *s)
{
	struct input in;
	struct err err;
	uint32_t i;

	forget_all(s);
	set_up(s);
	for (i = 0; i < s->run_count; i++)
		s->runs[i].slot = PLAN_NONE;
	for (i = 0; i < s->run_count; i++)
		bring_back(s, i);
	for (i = 0; i < s->run_count; i++) {
		if (s->runs[i].lost || run_ended(sim_run(s, i)))
			continue;
		memset(&in, 0, sizeof(in));
		in.kind = INPUT_RESUME;
		in.run = i;
		if (sim_give(s, &in, &err))
			fault(s, err.text);
	}
}

/* ----------------------------------------------------------------- views */
struct sim *sim_new(const struct sim_options *o, const struct sim_hooks *h)
{
	struct sim *s = mem_zero(sizeof(*s));

	s->o = *o;
	if (!s->o.slots)
		s->o.slots = 10;
	s->h = *h;
	s->now_ms = s->commit_ms = o->start_ms;
	set_up(s);
	return s;
}

void sim_free(struct sim *s)
{
	size_t i, k;

	if (!s)
		return;
	forget_all(s);
	for (i = 0; i < s->run_count; i++) {
		struct sim_run *r = &s->runs[i];

		for (k = 0; k < r->count; k++)
			plan_drop(r->journal[k].plan);
		free(r->journal);
		buf_release(&r->data);
		run_free(r->shadow);
		run_free(r->durable);
		plan_drop(r->plan);
	}
	free(s->runs);
	free(s->heap);
	free(s->jobs);
	free(s->view);
	free(s->batches);
	free(s);
}

struct sched *sim_sched(struct sim *s)
{
	return s->sched;
}

int64_t sim_now(const struct sim *s)
{
	return s->now_ms;
}

const struct run *sim_run(const struct sim *s, uint32_t key)
{
	return s->runs[key].lost ? NULL :
		sched_run(s->sched, s->runs[key].slot);
}

const struct run *sim_durable(const struct sim *s, uint32_t key)
{
	return s->runs[key].durable;
}

uint32_t sim_count(const struct sim *s)
{
	return (uint32_t)s->run_count;
}

uint64_t sim_hash(const struct sim *s)
{
	return s->hash;
}

size_t sim_jobs(const struct sim *s, const struct sim_job **out)
{
	struct sim *own = (struct sim *)(uintptr_t)s;
	size_t i, n = 0;

	own->view = mem_grow(own->view, (s->job_count + 1) *
		sizeof(*own->view));
	for (i = 0; i < s->job_count; i++)
		if (s->jobs[i].pub.begun)
			own->view[n++] = s->jobs[i].pub;
	*out = own->view;
	return n;
}
