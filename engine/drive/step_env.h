/*
 * What a step's process sees beside its own environment.
 */
#ifndef WF_DRIVE_STEP_ENV_H
#define WF_DRIVE_STEP_ENV_H

#include "engine/base/mem.h"
#include "engine/drive/engine_int.h"

/* WF_* and what /env has set: "K=V", or "K" to remove; NULL-terminated, in
 * the arena. `path` is the step's. */
const char *const *step_env(struct engine *e, const struct flow *f,
	const char *path, uint32_t attempt, struct arena *a);

#endif
