/*
 * The invariants, seen from outside: with the journal's state and with what
 * really runs in the model, never with the scheduler's own queues.
 */
#include <stdio.h>
#include <string.h>

#include "engine/core/vocab.h"
#include "tests/sim/world.h"

void world_fault(void *ud, const char *text)
{
	struct world *w = ud;

	if (!w->fault[0])
		snprintf(w->fault, sizeof(w->fault), "%s", text);
}

/* The @undo or @verify around the frame: asked anew, it is another. */
static uint32_t own_matter(const struct run *r, uint32_t frame)
{
	for (; frame; frame = r->frames[frame].parent) {
		uint32_t role =
			r->plan->branches[r->frames[frame].branch].role;

		if (plan_role_serves(role))
			return frame;
	}
	return 0;
}

/* By path: a group that is tried again has the same steps in new frames. */
static uint64_t step_key(const struct run *r, uint32_t key, uint32_t frame,
	uint32_t step)
{
	struct buf path;
	uint64_t k;

	buf_init(&path);
	run_path(r, frame, step, &path);
	k = hash_bytes(path.data, path.len,
		(uint64_t)own_matter(r, frame) << 32 | key);
	buf_release(&path);
	return k;
}

static uint32_t effect_of(const struct run *r, const struct step *s,
	uint32_t node)
{
	const struct extra *x = run_extra(r, s);

	if (x && (x->decided & 1u << EVAL_CALL))
		return (uint32_t)x->value;
	return r->plan->nodes[node].effect;
}

/* Successors start only after their needs' results are committed. */
static void check_needs(struct world *w, const struct run *r,
	const struct sim_job *job)
{
	const struct plan_node *n = &r->plan->nodes[job->step];
	uint32_t i;

	for (i = 0; i < n->need_count; i++)
		if (!step_passed(run_step(r, job->frame,
				r->plan->edges[n->need + i])))
			world_fault(w, "a step began before its needs");
}

static void check_intent(struct world *w, const struct run *r,
	const struct sim_job *job)
{
	const struct plan_node *n = &r->plan->nodes[job->step];
	const struct step *s = run_step(r, job->frame, job->step);
	int inner = n->lane == LANE_INLINE || n->lane == LANE_WAIT;

	if (s->state == STEP_RUNNING && s->attempts == job->attempt)
		return;
	if (!inner || effect_of(r, s, job->step) == EFFECT_ONCE ||
	    (s->state != STEP_READY && s->state != STEP_RETRYING))
		world_fault(w, "a step began without a committed intent");
}

static void check_once(struct world *w, const struct run *r,
	const struct sim_job *job)
{
	uint64_t k = step_key(r, job->key, job->frame, job->step);

	if (effect_of(r, run_step(r, job->frame, job->step), job->step) !=
			EFFECT_ONCE)
		return;
	if (idmap_find(&w->unknown, k))
		world_fault(w, "a once step began again, outcome unknown");
	idmap_put(&w->unknown, k, w);
}

static uint32_t units_of(const struct run *r, uint32_t node,
	const char *pool)
{
	static const char *const lanes[] = { "slots", "", "workers", "net",
		"" };
	const struct plan_node *n = &r->plan->nodes[node];
	const struct plan_policy *y = &r->plan->policies[n->policy];
	const char *own = lanes[n->lane];
	uint32_t i, units;

	if (y->pool != PLAN_NONE)
		own = plan_text(r->plan, y->pool);
	units = strcmp(own, pool) == 0;
	for (i = 0; i < y->demand_count; i++) {
		const struct plan_demand *d =
			&r->plan->demands[y->demand + i];

		if (strcmp(plan_text(r->plan, d->pool), pool) == 0)
			units += d->units;
	}
	return units;
}

static void check_pools(struct world *w)
{
	const struct sim_job *jobs;
	size_t n = sim_jobs(w->sim, &jobs), i;
	struct pool_view v;
	uint32_t p;

	for (p = 0; !pool_view(sched_pools(sim_sched(w->sim)), p, &v); p++) {
		uint32_t units = 0, users = 0;

		for (i = 0; i < n; i++) {
			uint32_t u = units_of(sim_run(w->sim, jobs[i].key),
				jobs[i].step, v.name);

			units += u;
			users += u > 0;
		}
		if (v.config.limit && units > v.config.limit && users > 1)
			world_fault(w, "a pool's limit was exceeded");
	}
}

static int is_within(const struct run *r, uint32_t frame, uint32_t around)
{
	for (; frame != PLAN_NONE; frame = r->frames[frame].parent) {
		if (frame == around)
			return 1;
		/* an @undo is not a member of the group it undoes */
		if (around && frame && r->frames[frame].undo &&
		    !r->frames[r->frames[frame].parent].undo)
			return 0;
	}
	return 0;
}

static void check_group(struct world *w, const struct run *r, uint32_t key,
	uint32_t frame, uint32_t limit)
{
	const struct sim_job *jobs;
	size_t n = sim_jobs(w->sim, &jobs), i;
	uint32_t in = 0;

	for (i = 0; i < n; i++)
		in += jobs[i].key == key && is_within(r, jobs[i].frame,
			frame);
	if (limit && in > limit)
		world_fault(w, "a limit of a group or a plan was exceeded");
}

static void check_limits(struct world *w, const struct sim_job *job)
{
	const struct run *r = sim_run(w->sim, job->key);
	uint32_t f = job->frame;

	check_group(w, r, job->key, 0, r->plan->limit);
	for (; f != 0; f = r->frames[f].parent) {
		const struct frame *x = &r->frames[f];
		const struct plan_node *n = &r->plan->nodes[x->owner];

		if (n->kind == NODE_BLOCK &&
		    r->plan->branches[x->branch].role == ROLE_BODY)
			check_group(w, r, job->key, f,
				r->plan->policies[n->policy].limit);
		if (x->undo && !r->frames[x->parent].undo)
			break;
	}
}

void check_begin(struct world *w, const struct sim_job *job)
{
	const struct run *r = sim_durable(w->sim, job->key);

	if (job->frame >= r->frame_count || r->frames[job->frame].dropped) {
		world_fault(w, "a job of a frame that is not there");
		return;
	}
	check_needs(w, r, job);
	check_intent(w, r, job);
	check_once(w, r, job);
	check_pools(w);
	check_limits(w, job);
}

static int is_stopped(const struct run *r, uint32_t frame)
{
	for (; frame != PLAN_NONE; frame = r->frames[frame].parent)
		if (r->frames[frame].stopped || r->frames[frame].failed)
			return 1;
	return 0;
}

/* A person had steps run again, whatever became of them. */
static void forget_all(struct world *w)
{
	idmap_release(&w->unknown);
	idmap_init(&w->unknown);
	idmap_release(&w->retried);
	idmap_init(&w->retried);
	memset(w->touched, 1, sizeof(w->touched));
}

static void count_event(struct world *w, const struct event *e)
{
	uint64_t *cells = w->tally->events[e->kind];
	uint32_t cell = 0;

	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_RETRYING)
		cell = e->result.cached ? 6 : e->result.outcome;
	else if (e->kind == EVENT_STEP_SKIPPED ||
		 e->kind == EVENT_STEP_RESOLVED ||
		 e->kind == EVENT_STEP_DECIDED ||
		 e->kind == EVENT_RUN_CANCELLING ||
		 e->kind == EVENT_RUN_FINISHED)
		cell = e->status;
	cells[cell < CELLS ? cell : CELLS - 1]++;
}

/* @retry is kept: never more attempts than it grants, and not fewer when the
 * step has failed by itself. Numbers as pointers: the map holds those. */
static void check_retries(struct world *w, const struct run *r, uint32_t key,
	const struct event *e)
{
	uint64_t k = (uint64_t)key << 56 ^ (uint64_t)e->frame << 28 ^ e->step;
	uint32_t grants = r->plan->policies[
		r->plan->nodes[e->step].policy].retry;
	uintptr_t n = (uintptr_t)idmap_find(&w->retried, k);

	if (e->kind == EVENT_STEP_RETRYING) {
		if (e->result.outcome == OUTCOME_REFUSED)
			world_fault(w, "what was refused was tried again");
		if (++n > grants)
			world_fault(w, "a step was tried more often than it "
				"may be");
		idmap_put(&w->retried, k, (void *)n);
		return;
	}
	/* the hook's own words: a job failed, and nothing stops the run */
	if (n < grants && e->result.outcome == OUTCOME_FAILED &&
	    str_eq(e->result.error, "it failed") && !r->stopping &&
	    !r->cancelling && !r->timed_out && !r->rolling_back &&
	    r->plan->strategy == STRATEGY_CONTINUE &&
	    !run_step(r, e->frame, e->step)->verdict &&
	    effect_of(r, run_step(r, e->frame, e->step), e->step) !=
			EFFECT_ONCE &&
	    !w->resumed[key] && !w->touched[key] && !is_stopped(r, e->frame))
		world_fault(w, "a step was not tried as often as it may be");
}

/* What is put back by a rewind begins like new, but for its attempts. */
static void check_rewound(struct world *w, const struct run *r,
	const struct event *e)
{
	const struct plan_body *b = &r->plan->bodies[
		r->frames[e->frame].body];
	const struct step *s = run_step(r, e->frame, e->step);
	const struct plan_node *n = &r->plan->nodes[e->step];
	const struct extra *x = run_extra(r, s);
	uint32_t i;

	if ((s->state != STEP_WAITING && s->state != STEP_READY) || s->flags ||
	    s->kept || s->open || s->verdict)
		world_fault(w, "a step that was rewound is not at its "
			"beginning");
	if (x && (x->unsure || x->decided || x->next_index || x->failed ||
			x->has_bytes || x->lapsed != s->attempts))
		world_fault(w, "a step that was rewound remembers something");
	for (i = 0; i < n->succ_count; i++) {
		s = &r->frames[e->frame].steps[
			r->plan->edges[n->succ + i] - b->first];
		if (s->state != STEP_WAITING || s->kept)
			world_fault(w, "what follows from a step that was "
				"rewound was not put back");
	}
}

/* What an event says of one step is what its state says then. */
static void check_meaning(struct world *w, const struct run *r,
	const struct event *e)
{
	static const uint8_t by_verdict[] = { STEP_WAITING, STEP_SKIPPED,
		STEP_SUCCEEDED };
	const struct frame *f;
	uint8_t state;

	if (e->kind == EVENT_STEP_RESOLVED) {
		state = run_step(r, e->frame, e->step)->state;
		if (state != by_verdict[e->status] &&
		    !(e->status == VERDICT_RETRY && state == STEP_READY))
			world_fault(w, "a verdict made something else");
	}
	if (e->kind == EVENT_STEP_SKIPPED && r->cancelling &&
	    (e->status == SKIP_NEED || e->status == SKIP_STOPPED))
		world_fault(w, "a step of a cancelled run was skipped");
	if (e->kind == EVENT_FRAME_OPENED) {
		f = &r->frames[e->frame];
		if (r->plan->branches[f->branch].role == ROLE_UNDO &&
		    run_step(r, f->parent, f->owner)->flags & STEP_ADOPTED)
			world_fault(w, "what another run did was undone");
	}
}

void check_event(struct world *w, uint32_t key, const struct event *e)
{
	const struct run *r = sim_durable(w->sim, key);
	int known = 0;

	count_event(w, e);
	check_meaning(w, r, e);
	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_RETRYING)
		check_retries(w, r, key, e);
	if (e->kind == EVENT_RUN_REWOUND)
		check_rewound(w, r, e);
	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_RETRYING)
		known = e->result.outcome != OUTCOME_TIMEOUT;
	if (e->kind == EVENT_STEP_RESOLVED || e->kind == EVENT_STEP_WAITING)
		known = 1;
	if (known)
		idmap_take(&w->unknown, step_key(r, key, e->frame, e->step));
	/* counts survive a crash; a run that was to end gets new ones */
	if ((e->kind == EVENT_RUN_RESUMED && w->halting[key]) ||
	    e->kind == EVENT_STEP_RESOLVED) {
		memset(w->touched, 1, sizeof(w->touched));
		idmap_release(&w->retried);
		idmap_init(&w->retried);
	}
	w->halting[key] = (uint8_t)(e->kind != EVENT_RUN_RESUMED &&
		(w->halting[key] || r->stopping || r->cancelling ||
		r->timed_out || run_ended(r)));
	if (e->kind == EVENT_RUN_REWOUND || e->kind == EVENT_RUN_EDITED)
		w->touched[key] = 1;
	if (e->kind == EVENT_RUN_REWOUND || e->kind == EVENT_RUN_EDITED ||
	    (e->kind == EVENT_STEP_RESOLVED &&
	     !node_is_leaf(&r->plan->nodes[e->step])))
		forget_all(w);
}

static void dump(const struct world *w, const struct run *r)
{
	struct buf b;
	size_t id;
	uint32_t i;

	if (!w->trace)
		return;
	buf_init(&b);
	plan_dump(r->plan, &b);
	printf("%s\nstate %d moving %u waits %u\n", buf_cstr(&b), r->state,
		r->moving, r->waits);
	for (id = 0; id < r->frame_count; id++) {
		const struct frame *f = &r->frames[id];

		printf("frame %zu of %d branch %d left %u closed %u failed %u "
			"stopped %u dropped %u\n", id, (int)f->owner,
			(int)f->branch, f->left, f->closed, f->failed,
			f->stopped, f->dropped);
		for (i = 0; !f->dropped &&
				i < r->plan->bodies[f->body].count; i++)
			printf("  step %u %s flags %u open %u pending %u\n",
				r->plan->bodies[f->body].first + i,
				step_state_name(f->steps[i].state),
				f->steps[i].flags, f->steps[i].open,
				f->steps[i].pending);
	}
	buf_release(&b);
}

static void check_run(struct world *w, const struct run *r)
{
	size_t id;
	uint32_t i, count[STEP_STATES] = { 0 };

	if (!run_ended(r)) {
		dump(w, r);
		world_fault(w, "a run does not end");
		return;
	}
	for (id = 0; id < r->frame_count; id++) {
		const struct frame *f = &r->frames[id];
		const struct plan_body *b = &r->plan->bodies[f->body];

		for (i = 0; !f->dropped && i < b->count; i++) {
			const struct step *s = &f->steps[i];

			if (!step_settled(s) && r->state != RUN_CANCELLED) {
				dump(w, r);
				world_fault(w, "a run ended before a step");
			}
			if (node_is_leaf(&r->plan->nodes[b->first + i]))
				count[s->state]++;
		}
	}
	if (memcmp(count, r->counts, sizeof(count)) != 0)
		world_fault(w, "the counts of a run are wrong");
	if ((r->state == RUN_SUCCEEDED) != (r->exit == 0))
		world_fault(w, "state and exit status disagree");
}

void check_end(struct world *w)
{
	uint32_t key, p;
	struct pool_view v;

	for (key = 0; key < sim_count(w->sim); key++)
		if (sim_run(w->sim, key))
			check_run(w, sim_run(w->sim, key));
	for (p = 0; !pool_view(sched_pools(sim_sched(w->sim)), p, &v); p++)
		if (v.held)
			world_fault(w, "a pool is held after the end");
}
