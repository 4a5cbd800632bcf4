/*
 * Facts that a person has defined by steps (/fact): bodies with the role
 * ROLE_FACT of the node whose condition asks. A body is run when the fact is
 * first needed; what it gives out is told to the run as an input, and is the
 * fact's value for the rest of the run.
 */
#ifndef WF_DRIVE_FACT_STEP_H
#define WF_DRIVE_FACT_STEP_H

#include "engine/drive/engine_int.h"

/* What has to come before the value of a fact is known. */
struct fact_need {
	uint32_t branch;       /* of the node, relative; PLAN_NONE: nothing */
	uint32_t frame;        /* in which it has ended; 0: it is to be run */
};

/* Value of a fact for the step at a place: 1 and *out (strings in `scratch`);
 * 0: no fact has that name; -1 and need: it must be made first
 * (fact_step_make), or err: it has failed. */
struct fact_step_ask {
	const struct flow *flow;
	struct place at;
	struct flow_name name;
	struct fact_need need;
};
int fact_step_get(struct fact_step_ask *ask, struct value *out,
	struct buf *scratch, struct err *err);
/* Runs its body, or tells the run what that gave: 1, the question can be
 * asked again at once; 0, it comes again by itself; -1 and err. */
int fact_step_make(struct engine *e, const struct action *a,
	const struct fact_need *need, struct err *err);

/* Asks again, for those who wait for a fact that another makes, when the
 * frame of its body has closed, durably. */
void fact_step_closed(struct engine *e, uint32_t slot, uint32_t frame);
/* The run is over in this process, or (PLAN_NONE) all are. */
void fact_step_forget(struct engine *e, uint32_t slot);

/* A value as Lua gets it from JSON; strings in `scratch`. */
void fact_value(struct str json, struct value *out, struct buf *scratch);

#endif
