/*
 * The scheduler's door: slots, errors, stale inputs, delays, pools with rates
 * and breakers, names of steps, predictions. What plans do in time is shown
 * by the scripts of tests/sim/golden.
 */
#include "engine/core/sched.h"

#include <stdlib.h>

#include "engine/base/limits.h"
#include "engine/core/build.h"
#include "engine/core/policy.h"
#include "engine/core/vocab.h"
#include "engine/drive/sim.h"

#include "tests/unit/tap.h"

/* A scheduler, its outbox, and a clock. */
struct rig {
	struct sched *s;
	struct outbox out;
	struct err err;
	int64_t now_ms;
};

static void rig_init(struct rig *g)
{
	memset(g, 0, sizeof(*g));
	g->s = sched_new();
	g->now_ms = 1000;
	outbox_init(&g->out);
}

static void rig_release(struct rig *g)
{
	sched_free(g->s);
	outbox_release(&g->out);
}

static int give(struct rig *g, struct input in)
{
	outbox_clear(&g->out);
	in.now_ms = g->now_ms;
	return sched_step(g->s, &in, &g->out, &g->err);
}

static size_t actions(const struct rig *g, enum action_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < g->out.action_count; i++)
		n += g->out.actions[i].kind == kind;
	return n;
}

static size_t events(const struct rig *g, enum event_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < g->out.event_count; i++)
		n += g->out.events[i].kind == kind;
	return n;
}

static const struct action *last_job(const struct rig *g)
{
	size_t i;

	for (i = g->out.action_count; i-- > 0;)
		if (g->out.actions[i].kind == ACTION_JOB)
			return &g->out.actions[i];
	return NULL;
}

/* `count` steps side by side, or one after the other. */
static struct plan *steps(uint32_t count, int chained, enum lane lane,
	const struct plan_policy *policy)
{
	struct builder *b = build_new();
	struct build_options o;
	struct plan *p = NULL;
	struct err err;
	uint32_t i, node = 0, where, text;

	for (i = 0; i < count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%u", i);
		text = build_text(b, str_of(name));
		node = build_node(b, 0, NODE_STEP, text);
		text = build_text(b, str_of("bash"));
		build_at(b, node)->exec = text;
		build_at(b, node)->lane = (uint8_t)lane;
		build_at(b, node)->effect = EFFECT_IDEMPOTENT;
		if (chained && i)
			build_edge(b, node - 1, node);
		if (policy) {
			struct plan_policy y = *policy;

			y.pool = build_text(b, str_of("p"));
			build_policy(b, node, &y);
		}
	}
	memset(&o, 0, sizeof(o));
	o.command = str_of("chain");
	if (build_end(b, &o, &p, &where, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	build_free(b);
	return p;
}

static uint32_t start(struct rig *g, struct plan *p)
{
	uint32_t slot = sched_slot(g->s);

	give(g, (struct input){ .kind = INPUT_START, .run = slot, .plan = p,
		.seed = 7 });
	return slot;
}

static int finish(struct rig *g, uint32_t run, uint32_t step,
	uint32_t attempt, enum outcome outcome)
{
	struct result r;

	memset(&r, 0, sizeof(r));
	r.outcome = (uint8_t)outcome;
	r.exit_code = outcome == OUTCOME_OK ? 0 : 1;
	return give(g, (struct input){ .kind = INPUT_JOB_DONE, .run = run,
		.step = step, .attempt = attempt, .result = &r });
}

static void test_delays(void)
{
	struct plan_policy p;
	int64_t d, low = INT64_MAX, high = 0;
	uint32_t i;

	memset(&p, 0, sizeof(p));
	for (i = 0; i < 1000; i++) {
		d = policy_retry_delay(&p, i, 0, 0, 1);
		low = d < low ? d : low;
		high = d > high ? d : high;
	}
	ok(low >= 800 && high <= 1200,
		"the first delay is one second, give or take a fifth");
	ok(low < 820 && high > 1180, "the jitter uses its whole width");
	is_int(policy_retry_delay(&p, 5, 1, 2, 3),
		policy_retry_delay(&p, 5, 1, 2, 3),
		"the same numbers give the same delay");
	d = policy_retry_delay(&p, 5, 1, 2, 3);
	ok(d >= 3200 && d <= 4800, "the third delay has doubled twice");
	ok(policy_retry_delay(&p, 1, 0, 0, 60000) <= LIMIT_RETRY_DELAY_MS,
		"no delay is over the cap");
	p.delay_ms = UINT32_MAX;
	p.backoff_milli = UINT32_MAX;
	ok(policy_retry_delay(&p, 1, 0, 0, 60000) <= LIMIT_RETRY_DELAY_MS,
		"the largest numbers do not overflow");
	p.delay_ms = 100;
	p.backoff_milli = 1000;
	d = policy_retry_delay(&p, 1, 0, 0, 1000000000);
	ok(d >= 80 && d <= 120, "a backoff of 1 keeps the delay");
}

static void test_door(void)
{
	struct plan *p = steps(2, 1, LANE_PROCESS, NULL);
	struct sched_stats st;
	struct rig g;
	uint32_t run;

	rig_init(&g);
	is_int(give(&g, (struct input){ .kind = INPUT_CANCEL, .run = 9 }),
		-1, "an input for no run is an error");
	run = start(&g, p);
	is_int((long long)actions(&g, ACTION_JOB), 1,
		"a start hands over the first step");
	is_int(give(&g, (struct input){ .kind = INPUT_START, .run = run,
		.plan = p }), -1, "a slot in use takes no other run");
	is_int(give(&g, (struct input){ .kind = INPUT_RESUME, .run = run }),
		-1, "a run that is open cannot be resumed");
	is_int(give(&g, (struct input){ .kind = INPUT_BEGIN, .run = run }),
		-1, "a run that was not held cannot begin");
	is_int(give(&g, (struct input){ .kind = INPUT_RESOLVE, .run = run }),
		-1, "a verdict on a step that is not in doubt is an error");
	is_int((long long)g.out.event_count, 0,
		"a refused input makes no event");
	is_int(finish(&g, run, 0, 2, OUTCOME_OK), 0,
		"a stale report is no error");
	finish(&g, run, 77, 1, OUTCOME_OK);
	sched_stats(g.s, &st);
	is_int((long long)st.stale, 2, "stale reports are counted");
	is_int((long long)g.out.event_count, 0, "and make no event");
	finish(&g, run, 0, 1, OUTCOME_OK);
	finish(&g, run, 0, 1, OUTCOME_FAILED);
	is_int((long long)g.out.event_count, 0,
		"the first result of an attempt wins");
	finish(&g, run, 1, 1, OUTCOME_OK);
	is_int((long long)actions(&g, ACTION_RUN_OVER), 1,
		"the end of a run is told once");
	run_free(sched_take(g.s, run));
	is_int(sched_slot(g.s), run, "the slot of a taken run is used again");
	rig_release(&g);
	plan_drop(p);
}

static void test_unknown_signal(void)
{
	struct plan *p = steps(1, 0, LANE_WAIT, NULL);
	char big[LIMIT_INLINE + 1];
	struct rig g;
	uint32_t run;

	rig_init(&g);
	run = start(&g, p);
	memset(big, 'x', sizeof(big));
	is_int(give(&g, (struct input){ .kind = INPUT_SIGNAL, .run = run,
		.step = PLAN_NONE, .name = str_of("go"),
		.bytes = { big, sizeof(big) } }), -1,
		"a signal that is too long is refused");
	ok(strstr(g.err.text, "LIMIT_INLINE") != NULL,
		"and the message names the limit");
	finish(&g, run, 0, 1, OUTCOME_OK);
	is_int(give(&g, (struct input){ .kind = INPUT_SIGNAL, .run = run,
		.step = PLAN_NONE, .name = str_of("go") }), -1,
		"a run that is over takes no signal");
	rig_release(&g);
	plan_drop(p);
}

static void configure(struct rig *g, struct pool_config c)
{
	struct pools *p = sched_pools(g->s);

	pool_configure(p, pool_get(p, str_of("p")), &c);
}

static void test_rate(void)
{
	struct plan_policy y = { .retry = 0 };
	struct plan *p = steps(3, 0, LANE_PROCESS, &y);
	struct rig g;

	rig_init(&g);
	configure(&g, (struct pool_config){ .per_minute = 2 });
	start(&g, p);
	is_int((long long)actions(&g, ACTION_JOB), 2,
		"a rate lets so many start in a minute");
	is_int(sched_deadline(g.s), 61000,
		"and the next when the minute of the first is over");
	g.now_ms = 61000;
	give(&g, (struct input){ .kind = INPUT_TICK, .run = PLAN_NONE });
	is_int((long long)actions(&g, ACTION_JOB), 1,
		"then it starts by itself");
	rig_release(&g);
	plan_drop(p);
}

static enum breaker_state breaker(const struct rig *g)
{
	struct pools *p = sched_pools(g->s);
	struct pool_view v;

	pool_view(p, pool_get(p, str_of("p")), &v);
	return v.breaker;
}

static void test_breaker(void)
{
	struct plan_policy y = { .retry = 0 };
	struct plan *p = steps(1, 0, LANE_PROCESS, &y);
	struct rig g;
	int i;

	rig_init(&g);
	configure(&g, (struct pool_config){ .limit = 4,
		.breaker_failures = 2, .breaker_recovery_ms = 500 });
	for (i = 0; i < 2; i++)
		finish(&g, start(&g, p), 0, 1, OUTCOME_FAILED);
	is_int(breaker(&g), BREAKER_OPEN,
		"failures one after the other open the breaker");
	start(&g, p);
	ok(!actions(&g, ACTION_JOB) && events(&g, EVENT_RUN_FINISHED) == 1,
		"an open breaker fails a step without starting it");
	g.now_ms += 500;
	i = (int)start(&g, p);
	is_int((long long)actions(&g, ACTION_JOB), 1,
		"after the recovery time one step is let through");
	start(&g, p);
	is_int((long long)actions(&g, ACTION_JOB), 0, "and only one");
	finish(&g, (uint32_t)i, 0, 1, OUTCOME_OK);
	is_int(breaker(&g), BREAKER_CLOSED, "its success closes the breaker");
	rig_release(&g);
	plan_drop(p);
}

static void test_across_runs(void)
{
	struct plan *p = steps(1, 0, LANE_PROCESS, NULL);
	struct pool_config c = { .limit = 1 };
	struct rig g;
	uint32_t a, b;

	rig_init(&g);
	pool_configure(sched_pools(g.s), 0, &c);
	a = start(&g, p);
	b = start(&g, p);
	is_int((long long)actions(&g, ACTION_JOB), 0,
		"the slots are shared by all runs");
	finish(&g, a, 0, 1, OUTCOME_OK);
	ok(last_job(&g) && last_job(&g)->run == b,
		"a slot given back by one run goes to another");
	rig_release(&g);
	plan_drop(p);
}

static void test_names(void)
{
	struct run *r;
	struct plan *p = steps(2, 1, LANE_PROCESS, NULL);
	char a[33], b[33];
	uint32_t frame, node;

	r = run_new(p, 0);
	is_int(run_find(r, str_of("s1"), &frame, &node), 0,
		"a step is found by its name");
	ok(frame == 0 && node == 1, "and it is the right one");
	is_int(run_find(r, str_of("nobody"), &frame, &node), -1,
		"an unknown name is not found");
	run_free(r);
	run_key(str_of("p"), str_of("u"), str_of("a.b"), a);
	run_key(str_of("pu"), str_of(""), str_of("a.b"), b);
	ok(strlen(a) == 32 && strcmp(a, b) != 0,
		"the key of a step keeps its parts apart");
	plan_drop(p);
}

static void test_predict(void)
{
	struct plan *p = steps(4, 0, LANE_PROCESS, NULL);
	struct plan *chain = steps(3, 1, LANE_PROCESS, NULL);
	int64_t dur[4] = { 10, 10, 10, 10 }, at[4], total;

	is_int(sim_predict(p, dur, 2, at, &total), 0, "a plan is predicted");
	is_int(total, 20, "four steps on two slots take two rounds");
	ok(at[0] == 0 && at[3] == 10, "and each has its start");
	sim_predict(chain, dur, 8, NULL, &total);
	is_int(total, 30, "a chain takes the sum of its steps");
	plan_drop(p);
	plan_drop(chain);
}

static void test_long_plan(void)
{
	struct plan *p = steps(20000, 1, LANE_PROCESS, NULL);
	struct rig g;
	uint32_t run;

	rig_init(&g);
	run = start(&g, p);
	finish(&g, run, 0, 1, OUTCOME_FAILED);
	is_int((long long)events(&g, EVENT_STEP_SKIPPED), 19999,
		"a failure skips a long chain without recursion");
	ok(run_ended(sched_run(g.s, run)), "and ends the run");
	rig_release(&g);
	plan_drop(p);
}

int main(void)
{
	test_delays();
	test_door();
	test_unknown_signal();
	test_rate();
	test_breaker();
	test_across_runs();
	test_names();
	test_predict();
	test_long_plan();
	return done();
}
