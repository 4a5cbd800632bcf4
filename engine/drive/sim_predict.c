/*
 * Predicting a run: the simulator with given durations, where everything
 * succeeds. What the durations are is the caller's affair.
 */
#include <string.h>

#include "engine/drive/sim.h"

struct forecast {
	struct sim *sim;
	const int64_t *dur_ms;
	int64_t *start_ms;
	uint32_t nodes;
};

static void forecast_job(void *ud, const struct sim_job *job,
	struct sim_fate *fate)
{
	struct forecast *f = ud;

	if (job->step < f->nodes)
		fate->dur_ms = f->dur_ms[job->step];
	if (f->start_ms && f->start_ms[job->step] < 0)
		f->start_ms[job->step] = sim_now(f->sim);
}

static void forecast_eval(void *ud, uint32_t key, const struct action *a,
	struct sim_answer *answer)
{
	struct forecast *f = ud;
	const struct run *r = sim_run(f->sim, key);
	const struct plan_node *n = &r->plan->nodes[a->step];
	const struct step *st = run_step(r, a->frame, a->step);
	const struct extra *x = run_extra(r, st);

	answer->value = 1;
	if (a->purpose == EVAL_CACHE || a->purpose == EVAL_CHOICE)
		answer->value = 0;
	if (a->purpose == EVAL_CALL)
		answer->value = n->effect;
	if (a->purpose == EVAL_CONDITION && a->branch != PLAN_NONE &&
	    n->kind == NODE_WHILE && x && x->next_index)
		answer->value = 0;
}

int sim_predict(const struct plan *plan, const int64_t *dur_ms,
	uint32_t slots, int64_t *start_ms, int64_t *total_ms)
{
	struct forecast f = { NULL, dur_ms, start_ms, plan->node_count };
	struct sim_options o;
	struct sim_hooks h;
	uint32_t i, key;
	int rc;

	memset(&o, 0, sizeof(o));
	o.slots = slots;
	memset(&h, 0, sizeof(h));
	h.ud = &f;
	h.job = forecast_job;
	h.eval = forecast_eval;
	for (i = 0; start_ms && i < plan->node_count; i++)
		start_ms[i] = -1;
	f.sim = sim_new(&o, &h);
	/* the run only holds the plan while it lives */
	key = sim_start(f.sim, (struct plan *)(uintptr_t)plan, 0, 0);
	while (sim_next(f.sim))
		;
	rc = run_ended(sim_run(f.sim, key)) ? 0 : -1;
	*total_ms = sim_run(f.sim, key)->finished_ms;
	sim_free(f.sim);
	return rc;
}
