/*
 * Inside of scripted worlds: shared by script.c and script_plan.c.
 */
#ifndef WF_TESTS_SIM_SCRIPT_INT_H
#define WF_TESTS_SIM_SCRIPT_INT_H

#include "engine/core/build.h"
#include "engine/drive/sim.h"
#include "tests/sim/script.h"

enum { SCRIPT_MAX = 256 };

struct script {
	struct builder *b;
	struct build_options options;
	struct sim_options sim_options;
	const char *names[SCRIPT_MAX];
	uint32_t named, bodies[64], depth, cond;
	char *jobs[SCRIPT_MAX], *evals[SCRIPT_MAX], *acts[SCRIPT_MAX];
	uint8_t used[SCRIPT_MAX], answered[SCRIPT_MAX];
	uint32_t job_count, eval_count, act_count;
	int64_t commit_ms;
	int held;
	struct sim *sim;
	struct plan *plan;
	struct script_result *out;
	struct result bad;
};

void script_wrong(struct script *s, const char *what, const char *which);
/* 1 when the line is about the plan. */
int script_plan_line(struct script *s, const char *verb, char *rest);

#endif
