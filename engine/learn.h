/*
 * What runs have taught, in words. The rows are read and changed by
 * engine/store/store_learn.h; what a state means only the policy knows that
 * made it. It is Lua, given by whoever links it.
 */
#ifndef WF_LEARN_H
#define WF_LEARN_H

#include "engine/base/buf.h"
#include "engine/engine.h"

struct engine_policy {
	void *ud;
	/* Calls the policy's function: an object of JSON in, one out, appended.
	 * `ud` outlives the engine. */
	int (*call)(void *ud, const char *name, struct str in,
		struct buf *out, struct err *err);
};
/* Copies; NULL: there is none. */
void engine_set_policy(struct engine *e, const struct engine_policy *p);

/* A state for a person: lines, each with its newline, appended. By the
 * policy's `tell`; without a policy the numbers as they stand. -1: it is
 * damaged, or the policy fails. */
int engine_tell_state(struct engine *e, struct str state, struct buf *out,
	struct err *err);

#endif
