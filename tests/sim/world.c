/*
 * The random world: fates of jobs, answers, disturbances, and what people do
 * when nothing moves any more. All choices come from one generator, so that
 * a seed is a world.
 */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

#include "engine/core/vocab.h"

enum { MAX_STEPS = 30000 };

static const char *const signals[] = { "go", "stop", "answer" };

/* ----------------------------------------------------------------- hooks */
static void make_wait(struct world *w, struct sim_fate *f)
{
	f->waits = 1;
	f->wait_ms = rng_hit(&w->g, 60) ? (int64_t)rng_below(&w->g, 150) : -1;
	if (f->wait_ms < 0 || rng_hit(&w->g, 40))
		f->signal = str_of(signals[rng_below(&w->g, 3)]);
	if (rng_hit(&w->g, 50)) {
		f->when_due = str_of(rng_hit(&w->g, 50) ? "default" : "");
	}
}

static void on_job(void *ud, const struct sim_job *job, struct sim_fate *f)
{
	struct world *w = ud;
	const struct run *r = sim_run(w->sim, job->key);
	uint32_t lane = r->plan->nodes[job->step].lane;
	uint32_t dice = rng_below(&w->g, 100);

	check_begin(w, job);
	f->dur_ms = rng_below(&w->g, lane == LANE_INLINE ? 2 : 60);
	f->stubborn = (uint8_t)rng_hit(&w->g, 30);
	if (rng_hit(&w->g, lane == LANE_WAIT ? 80 : 2)) {
		make_wait(w, f);
		return;
	}
	f->result.out.head = "output";
	f->result.out.len = f->result.out.inline_len = 6;
	if (dice < 72)
		return;
	f->result.outcome = OUTCOME_FAILED;
	f->result.exit_code = (int32_t)rng_below(&w->g, 3);
	f->result.error = str_of("it failed");
	if (dice >= 94)
		f->result.outcome = OUTCOME_LOST;
	else if (dice >= 91)
		f->result.outcome = OUTCOME_REFUSED;
	else if (dice >= 88)
		f->result.error_class = CLASS_CONFIGURATION;
}

/* A fact of the node that was not made: sometimes it is needed, and once
 * made it is there. */
static int wants_fact(struct world *w, const struct run *r,
	const struct action *a, struct sim_answer *x)
{
	const struct plan_node *n = &r->plan->nodes[a->step];
	uint32_t branch = plan_branch_of(r->plan, a->step, ROLE_FACT), id;
	const struct extra *more;

	if (branch == PLAN_NONE || (a->purpose != EVAL_CONDITION &&
			a->purpose != EVAL_ITEMS) || !rng_hit(&w->g, 60))
		return 0;
	if (r->frames[a->frame].dropped)
		return 0;
	more = run_extra(r, run_step(r, a->frame, a->step));
	for (id = more ? more->last_frame : 0; id; id = r->frames[id - 1].prev +
			1)
		if (r->frames[id - 1].branch == branch &&
				!r->frames[id - 1].dropped)
			return 0;
	x->demand = 1;
	x->value = branch - n->branch;
	w->tally->inputs[INPUT_DEMAND]++;
	return 1;
}

static void on_eval(void *ud, uint32_t key, const struct action *a,
	struct sim_answer *x)
{
	static const struct result bad = { .outcome = OUTCOME_FAILED,
		.exit_code = -1, .error = { "no such variable", 16 } };
	static const struct result hit = { .outcome = OUTCOME_OK };
	static const char *const names[] = { "codebase.lines", "git.branch",
		"x" };
	static const char *const values[] = { "12", "\"main\"", "" };
	struct world *w = ud;
	const struct run *r = sim_run(w->sim, key);

	w->tally->evals[a->purpose]++;
	x->dur_ms = rng_below(&w->g, 5);
	if (rng_hit(&w->g, 20)) {
		x->fact = names[rng_below(&w->g, 3)];
		x->fact_value = values[rng_below(&w->g, 3)];
		w->tally->inputs[INPUT_FACT]++;
	}
	if (wants_fact(w, r, a, x))
		return;
	if (rng_hit(&w->g, 3)) {
		x->result = &bad;
		return;
	}
	switch ((enum eval_purpose)a->purpose) {
	case EVAL_CONDITION:
		x->value = rng_hit(&w->g, 60);
		break;
	case EVAL_ITEMS:
		x->value = rng_below(&w->g, 5);
		x->bytes = str_of("[1,2,3,4]");
		break;
	case EVAL_CHOICE:
		x->value = rng_below(&w->g, rng_hit(&w->g, 5) ? 9 :
			r->plan->nodes[a->step].branch_count);
		break;
	case EVAL_CACHE:
		x->value = rng_hit(&w->g, 40);
		x->result = x->value ? &hit : NULL;
		break;
	case EVAL_CALL:
		x->value = EFFECT_PURE + rng_below(&w->g, 3);
		x->bytes = str_of("bash");
		break;
	}
}

static int64_t on_commit(void *ud)
{
	struct world *w = ud;

	return rng_hit(&w->g, 50) ? 0 : rng_below(&w->g, 8);
}

static void on_event(void *ud, uint32_t key, const struct event *e,
	int durable)
{
	struct world *w = ud;

	if (durable)
		check_event(w, key, e);
	else
		watch_event(w, key, e);
	if (!w->trace)
		return;
	printf("# %6lld %s run %u %s frame %u step %d attempt %u status %u "
		"outcome %u value %lld\n", (long long)e->t_ms,
		durable ? "commit" : "event ", key,
		event_name((enum event_kind)e->kind), e->frame, (int)e->step,
		e->attempt, e->status, e->result.outcome,
		(long long)e->value);
}

static void on_action(void *ud, uint32_t key, const struct action *a)
{
	static const char *const names[] = { "job", "kill", "withdraw",
		"eval", "over" };
	struct world *w = ud;

	w->tally->ahead += a->kind == ACTION_JOB && a->ahead;
	if (w->trace)
		printf("# %6lld action run %u %s frame %u step %d attempt %u "
			"ahead %u purpose %u\n", (long long)sim_now(w->sim),
			key, names[a->kind], a->frame, (int)a->step,
			a->attempt, a->ahead, a->purpose);
}

/* ---------------------------------------------------------- disturbances */
static int give(struct world *w, enum input_kind kind, uint32_t key,
	struct input *in)
{
	struct err err;
	struct input blank;
	int rc;

	if (!in) {
		memset(&blank, 0, sizeof(blank));
		in = &blank;
	}
	in->kind = (uint8_t)kind;
	in->run = key;
	rc = sim_give(w->sim, in, &err);
	w->tally->inputs[kind] += rc == 0;
	return rc;
}

static uint32_t some_run(struct world *w)
{
	uint32_t key = rng_below(&w->g, sim_count(w->sim));

	return sim_run(w->sim, key) ? key : PLAN_NONE;
}

static void post_signal(struct world *w, uint32_t key, const char *name,
	uint32_t frame, uint32_t step)
{
	struct input in;

	memset(&in, 0, sizeof(in));
	in.name = str_of(name);
	in.bytes = str_of("yes");
	in.frame = frame;
	in.step = step;
	give(w, INPUT_SIGNAL, key, &in);
}

/* Reports about attempts that never were, or are over. */
static void stale_input(struct world *w, uint32_t key)
{
	static const struct result ok;
	const struct run *r = sim_run(w->sim, key);
	struct input in;

	memset(&in, 0, sizeof(in));
	in.frame = rng_below(&w->g, (uint32_t)r->frame_count + 2);
	in.step = rng_below(&w->g, r->plan->node_count + 2);
	in.attempt = 40 + rng_below(&w->g, 1000);
	in.result = &ok;
	if (rng_hit(&w->g, 50)) {
		give(w, INPUT_JOB_DONE, key, &in);
	} else {
		in.attempt |= UINT32_C(0x80000000);
		in.purpose = (uint8_t)rng_below(&w->g, 5);
		give(w, INPUT_EVAL_DONE, key, &in);
	}
	w->tally->stale++;
}

/* Inputs that cannot be: an error, and nothing changes. */
static void rotten_input(struct world *w, uint32_t key)
{
	static const enum input_kind kinds[] = { INPUT_RESUME, INPUT_RESOLVE,
		INPUT_ADOPT, INPUT_BEGIN, INPUT_EDIT };
	const struct run *r = sim_run(w->sim, key);
	struct input in;

	memset(&in, 0, sizeof(in));
	in.step = 100000;
	in.plan = r->plan;
	if (run_ended(r) || r->state == RUN_INTERRUPTED)
		return;
	if (!give(w, kinds[rng_below(&w->g, 5)], key, &in))
		world_fault(w, "an impossible input was taken");
	w->tally->rotten++;
}

static void crash(struct world *w)
{
	w->tally->crashes++;
	w->halted = 0;
	if (w->trace)
		printf("# crash\n");
	sim_crash(w->sim);
}

/* Any step of the run, also one within a composite. */
static int rewind_to(struct world *w, uint32_t key)
{
	const struct run *r = sim_run(w->sim, key);
	const struct plan_body *b;
	struct input in;
	uint32_t f = 0;

	memset(&in, 0, sizeof(in));
	if (rng_hit(&w->g, 50))
		f = rng_below(&w->g, (uint32_t)r->frame_count);
	if (r->frames[f].dropped)
		f = 0;
	b = &r->plan->bodies[r->frames[f].body];
	if (!b->count)
		return -1;
	in.frame = f;
	in.step = b->first + rng_below(&w->g, b->count);
	if (give(w, INPUT_REWIND, key, &in) < 0)
		return -1;
	w->tally->inner += f != 0;
	return 0;
}

static void disturb(struct world *w)
{
	uint32_t key = some_run(w), dice = rng_below(&w->g, 100);
	struct input in;

	if (key == PLAN_NONE)
		return;
	memset(&in, 0, sizeof(in));
	if (dice < 20) {
		crash(w);
	} else if (dice < 27) {
		in.hard = (uint8_t)rng_hit(&w->g, 30);
		give(w, INPUT_CANCEL, key, &in);
	} else if (dice < 37) {
		give(w, INPUT_PAUSE, key, NULL);
	} else if (dice < 42) {
		give(w, INPUT_CONTINUE, key, NULL);
	} else if (dice < 55) {
		if (!run_ended(sim_run(w->sim, key)))
			post_signal(w, key, signals[rng_below(&w->g, 3)], 0,
				PLAN_NONE);
	} else if (dice < 70) {
		stale_input(w, key);
	} else if (dice < 78) {
		rotten_input(w, key);
	} else if (dice < 85) {
		sim_jump(w->sim, rng_below(&w->g, 400));
		w->tally->jumps++;
	} else if (dice < 92) {
		give(w, INPUT_JOURNAL_FAILED, PLAN_NONE, NULL);
		w->halted = 1;
	} else {
		rewind_to(w, key);
	}
}

/* -------------------------------------------------- when nothing moves */
static void answer_waiting(struct world *w, uint32_t key)
{
	const struct run *r = sim_run(w->sim, key);
	struct input in;
	size_t f;
	uint32_t i;

	for (f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (i = 0; !r->frames[f].dropped && i < b->count; i++) {
			const struct step *s = &r->frames[f].steps[i];
			const struct extra *x = run_extra(r, s);

			if (s->state == STEP_IN_DOUBT && !s->open) {
				memset(&in, 0, sizeof(in));
				in.frame = (uint32_t)f;
				in.step = b->first + i;
				in.verdict = (uint8_t)rng_below(&w->g, 3);
				give(w, INPUT_RESOLVE, key, &in);
				return;
			}
			if (s->state == STEP_RUNNING &&
			    s->flags & STEP_ON_SIGNAL) {
				post_signal(w, key, x->signal, (uint32_t)f,
					b->first + i);
				return;
			}
		}
	}
	world_fault(w, "a run waits for nothing");
}

static void adopt_some(struct world *w, uint32_t key)
{
	static const struct result ok = { .out = { .len = 3, .head = "old",
		.inline_len = 3 } };
	const struct run *r = sim_run(w->sim, key);
	const struct plan_body *b = &r->plan->bodies[0];
	struct input in;
	uint32_t i;

	for (i = 0; i < b->count && rng_hit(&w->g, 60); i++) {
		memset(&in, 0, sizeof(in));
		in.step = b->first + i;
		in.result = &ok;
		give(w, INPUT_ADOPT, key, &in);
	}
}

static void edit(struct world *w, uint32_t key)
{
	struct input in;

	memset(&in, 0, sizeof(in));
	plan_drop(w->plans[key]);
	w->plans[key] = gen_plan(&w->g);
	in.plan = w->plans[key];
	if (give(w, INPUT_EDIT, key, &in))
		return;
	adopt_some(w, key);
	give(w, INPUT_BEGIN, key, NULL);
}

/* 1 when a person did something about the run. */
static int after_end(struct world *w, uint32_t key)
{
	uint32_t dice = rng_below(&w->g, 100);

	if (w->resumed[key]++ >= 2 || dice < 40)
		return 0;
	if (dice < 50) {
		edit(w, key);
		return 1;
	}
	if (dice < 70)
		rewind_to(w, key);
	if (sim_run(w->sim, key)->state == RUN_SUCCEEDED && dice >= 70)
		return 0;
	give(w, INPUT_RESUME, key, NULL);
	return 1;
}

static int look_after(struct world *w)
{
	uint32_t key;
	int acted = 0;

	if (w->halted) {
		w->halted = 0;
		give(w, INPUT_CONTINUE, PLAN_NONE, NULL);
		return 1;
	}
	for (key = 0; key < sim_count(w->sim); key++) {
		const struct run *r = sim_run(w->sim, key);

		if (!r)
			continue;
		if (run_ended(r)) {
			acted |= after_end(w, key);
		} else if (r->state == RUN_INTERRUPTED) {
			give(w, INPUT_RESUME, key, NULL);
			acted = 1;
		} else if (r->state == RUN_PAUSED) {
			give(w, INPUT_CONTINUE, key, NULL);
			acted = 1;
		} else if (r->state == RUN_WAITING) {
			answer_waiting(w, key);
			acted = 1;
		}
	}
	return acted;
}

static void set_up(struct world *w)
{
	struct sim_options o;
	struct sim_hooks h;

	memset(&o, 0, sizeof(o));
	o.slots = 1 + rng_below(&w->g, 4);
	o.ahead = rng_hit(&w->g, 60) ? 1 + rng_below(&w->g, 6) : 0;
	o.start_ms = 1000000;
	o.check = 1;
	memset(&h, 0, sizeof(h));
	h.ud = w;
	h.job = on_job;
	h.eval = on_eval;
	h.commit_ms = on_commit;
	h.event = on_event;
	h.action = on_action;
	h.pools = watch_configure;
	h.fault = world_fault;
	w->sim = sim_new(&o, &h);
}

static void start_runs(struct world *w)
{
	uint32_t i, n = 1 + rng_below(&w->g, WORLD_RUNS);

	for (i = 0; i < n; i++) {
		int held = rng_hit(&w->g, 15);
		uint32_t k, key;

		w->plans[i] = gen_plan(&w->g);
		for (k = 0; k < w->plans[i]->node_count; k++)
			w->tally->kinds[w->plans[i]->nodes[k].kind]++;
		key = sim_start(w->sim, w->plans[i], w->seed + i, held);
		w->tally->inputs[INPUT_START]++;
		if (held) {
			adopt_some(w, key);
			give(w, INPUT_BEGIN, key, NULL);
		}
	}
}

static void live(struct world *w)
{
	int steps = 0;

	while (!w->fault[0]) {
		if (w->trouble && rng_hit(&w->g, 6)) {
			w->trouble--;
			disturb(w);
		}
		if (++steps > MAX_STEPS)
			world_fault(w, "a world does not end");
		if (!sim_next(w->sim) && !look_after(w))
			break;
		watch_look(w);
	}
	w->tally->steps += (uint64_t)steps;
}

int world_run(struct world *w, uint64_t seed, struct tally *t, int trace)
{
	uint32_t i;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->g.state = hash_bytes(&seed, sizeof(seed), 1) | 1;
	w->tally = t;
	w->trace = trace;
	w->trouble = rng_below(&w->g, 12);
	idmap_init(&w->unknown);
	idmap_init(&w->retried);
	watch_choose(w);
	set_up(w);
	start_runs(w);
	live(w);
	if (!w->fault[0])
		check_end(w);
	i = (uint32_t)(sim_hash(w->sim) >> 32) ^ (uint32_t)sim_hash(w->sim);
	t->hash = hash_bytes(&i, sizeof(i), t->hash);
	sim_free(w->sim);
	idmap_release(&w->unknown);
	idmap_release(&w->retried);
	for (i = 0; i < WORLD_RUNS; i++)
		plan_drop(w->plans[i]);
	return w->fault[0] ? -1 : 0;
}
