/*
 * Inside the front end: predicted times from recorded history, for the
 * 20 % rule and /explain. A forecast is a list schedule: ready steps start
 * in written order as slots come free.
 */
#ifndef WF_FRONT_FORECAST_H
#define WF_FRONT_FORECAST_H

#include "engine/front/front.h"
#include "engine/front/key.h"

/* Steps to schedule, numbered 0..count in written order. */
struct jobs {
	size_t count;
	const int64_t *ms;       /* of each; none negative */
	const uint8_t *no_slot;  /* of each: takes no slot; may be NULL */
	size_t edge_count;
	const uint32_t (*edges)[2]; /* {need, job} */
	uint32_t slots;          /* at least 1 */
};
/* Time until all are done. A circle of edges never starts: its steps are
 * left out. */
int64_t jobs_span(const struct jobs *j);

struct forecast {
	const struct front_env *env;
	const struct plan *plan;
	struct keys keys;
	int64_t *ms;             /* per node */
	uint32_t slots;
};
/* Predicts every node of the plan. */
void forecast_init(struct forecast *f, const struct front_env *env,
	const struct plan *p);
void forecast_release(struct forecast *f);
/* A body as a whole, or -1. */
int64_t forecast_body(const struct forecast *f, uint32_t body);
/* Whether a node takes a slot while it runs. */
int forecast_slot(const struct plan *p, uint32_t node);

#endif
