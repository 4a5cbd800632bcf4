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
/* Appends "codebase.files is 12" to a list, once each, while it is short. */
void eval_note(struct buf *read, struct flow_name name,
	const struct value *v);
/* The functions that a node's Lua may call; how many, at most `max`. */
size_t eval_libraries(const struct plan *p, uint32_t node,
	struct vm_library *out, size_t max);
/* nil, false and "" are false. */
int eval_truth(const struct value *v);

#endif
