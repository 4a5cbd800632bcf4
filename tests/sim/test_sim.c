/*
 * Random worlds: test_sim [--seeds N] [--from S] [--trace SEED]. Each seed is
 * a world; each world is run to its end under all invariants. What no world
 * ever showed is a failure too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"
#include "tests/unit/tap.h"

static struct tally seen;

static void need(uint64_t count, const char *what, const char *which)
{
	if (!count)
		ok(0, "%s %s was seen", what, which);
	else
		note("%10llu %s %s", (unsigned long long)count, what, which);
}

static const char *cell_name(uint32_t kind, uint32_t cell)
{
	static const char *const skips[] = { "", "need", "condition",
		"stopped" };
	static const char *const verdicts[] = { "retry", "skip", "done" };
	static const char *const evals[] = { "condition", "items", "choice",
		"cache", "call" };

	switch (kind) {
	case EVENT_STEP_FINISHED:
		return cell == 6 ? "cached" : outcome_name(cell);
	case EVENT_STEP_RETRYING:
		return outcome_name(cell);
	case EVENT_STEP_SKIPPED:
		return skips[cell];
	case EVENT_STEP_RESOLVED:
		return verdicts[cell];
	case EVENT_STEP_DECIDED:
		return evals[cell];
	case EVENT_RUN_FINISHED:
		return run_state_name(cell);
	case EVENT_RUN_CANCELLING:
		return cell ? "hard" : "soft";
	default:
		return "";
	}
}

/* Bits of the cells that a complete set of worlds shows. */
static uint32_t cells_of(uint32_t kind)
{
	switch (kind) {
	case EVENT_STEP_FINISHED:
		return 1 << OUTCOME_OK | 1 << OUTCOME_FAILED |
			1 << OUTCOME_TIMEOUT | 1 << OUTCOME_REFUSED | 1 << 6;
	case EVENT_STEP_RETRYING:
		return 1 << OUTCOME_FAILED | 1 << OUTCOME_TIMEOUT;
	case EVENT_STEP_SKIPPED:
		return 1 << SKIP_NEED | 1 << SKIP_CONDITION |
			1 << SKIP_STOPPED;
	case EVENT_STEP_RESOLVED:
		return 7;
	case EVENT_STEP_DECIDED:
		return 1 << EVAL_CONDITION | 1 << EVAL_ITEMS |
			1 << EVAL_CHOICE | 1 << EVAL_CALL;
	case EVENT_RUN_FINISHED:
		return 1 << RUN_SUCCEEDED | 1 << RUN_FAILED |
			1 << RUN_CANCELLED;
	case EVENT_RUN_CANCELLING:
		return 3;
	case EVENT_STAGE_CHECKPOINT:
		return 0;
	default:
		return 1;
	}
}

static void table(void)
{
	static const char *const inputs[] = { "start", "resume", "job_done",
		"job_waits", "eval_done", "tick", "signal", "cancel", "pause",
		"continue", "resolve", "adopt", "begin", "rewind", "edit",
		"fact", "demand", "journal_failed" };
	static const char *const breaks[BREAKS] = { "open", "half-open",
		"close", "open again" };
	uint32_t k, c;

	for (k = 1; k < EVENT_KINDS; k++)
		for (c = 0; c < CELLS; c++)
			if (cells_of(k) & 1u << c)
				need(seen.events[k][c], event_name(k),
					cell_name(k, c));
	for (k = 0; k < INPUT_KINDS; k++)
		if (k != INPUT_JOB_WAITS && k != INPUT_TICK)
			need(seen.inputs[k], "input", inputs[k]);
	for (k = 0; k < NODE_KINDS; k++)
		need(seen.kinds[k], "node of kind", "");
	need(seen.crashes, "crashes", "");
	need(seen.jumps, "clock jumps", "");
	need(seen.ahead, "jobs handed ahead", "");
	need(seen.stale, "stale inputs", "");
	need(seen.rated, "starts that waited for their rate", "");
	need(seen.refused, "starts that an open breaker refused", "");
	for (k = 0; k < BREAKS; k++)
		need(seen.breaks[k], "breakers that", breaks[k]);
	need(seen.inner, "rewinds to a step within a composite", "");
	need(seen.rotten, "impossible inputs", "");
	need(seen.evals[EVAL_CACHE], "questions to the cache", "");
}

static uint64_t number(const char *s)
{
	return s ? strtoull(s, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	uint64_t seeds = 20000, from = 1, i, failed = 0;
	int trace = 0, k;
	static struct world w;

	for (k = 1; k < argc; k++) {
		if (!strcmp(argv[k], "--seeds"))
			seeds = number(argv[++k]);
		else if (!strcmp(argv[k], "--from"))
			from = number(argv[++k]);
		else if (!strcmp(argv[k], "--trace")) {
			from = number(argv[++k]);
			seeds = trace = 1;
		}
	}
	for (i = from; i < from + seeds && failed < 10; i++) {
		if (!world_run(&w, i, &seen, trace))
			continue;
		failed++;
		note("seed %llu: %s", (unsigned long long)i, w.fault);
	}
	ok(!failed, "every world keeps every invariant");
	if (!trace && seeds >= 1000)
		table();
	note("steps %llu", (unsigned long long)seen.steps);
	note("trace hash %016llx of seeds %llu to %llu",
		(unsigned long long)seen.hash, (unsigned long long)from,
		(unsigned long long)(from + seeds - 1));
	return done();
}
