/*
 * Inside parallel_where_possible: the arrows of one body, seen in a probe of
 * the plan that has the hard edges only (references, depends_on, @needs).
 */
#ifndef WF_FRONT_PARALLEL_H
#define WF_FRONT_PARALLEL_H

#include "engine/front/conflict.h"
#include "engine/front/forecast.h"
#include "engine/front/front_int.h"

enum arrow_fate {
	FATE_FREED,    /* neither orders nor carries data */
	FATE_IMPLIED,  /* the steps are ordered without it */
	FATE_KEPT      /* orders, carries no data; `why` says the reason */
};

/* An arrow, or an order made for a conflict: nodes of the probe. */
struct tie {
	uint32_t need, node;
	uint8_t fate;          /* enum arrow_fate */
	uint8_t made;          /* no arrow was written */
	const char *why;
};

struct ties {
	const struct plan *probe;
	const struct forecast *forecast;
	struct arena *arena;
	uint32_t body;
	struct tie *v;         /* all of one body */
	size_t count, cap;
	/* per node of the body, from its first: */
	uint32_t *mark;        /* round in which it was reached */
	uint32_t *stack;
	uint32_t round;
	uint32_t *head, *next; /* ties by node: index + 1 */
	size_t next_cap;
};

/* Decides every tie; adds ties for conflicts of steps that no arrow joins
 * directly. */
void ties_decide(struct ties *t);

#endif
