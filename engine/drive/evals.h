/*
 * Evaluations that the core asks for: conditions, items, choices, look-ups in
 * the cache. The answer goes back as an input.
 */
#ifndef WF_DRIVE_EVALS_H
#define WF_DRIVE_EVALS_H

#include "engine/drive/engine_int.h"

void eval_start(struct engine *e, const struct action *a);
/* It failed: `what` names what was asked. */
void eval_fail(struct engine *e, const struct action *a, const char *what,
	const struct err *err);

#endif
