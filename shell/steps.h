/*
 * The steps of a run in the order in which they are told: that of the plan,
 * and behind a step what ran for it, round by round.
 */
#ifndef WF_SHELL_STEPS_H
#define WF_SHELL_STEPS_H

#include "engine/core/event.h"
#include "engine/core/run.h"

/* Calls fn for every step of every frame that is read, composites too, but
 * those that are not listed. */
void steps_each(const struct run *r, void (*fn)(void *ud, struct place at),
	void *ud);

/* Of every leaf that runs, or waits for an answer, the event that began it;
 * quiet ones are left out. */
void steps_running(const struct run *r, void (*fn)(void *ud,
	const struct event *e), void *ud);

#endif
