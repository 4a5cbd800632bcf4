/*
 * The doctor's checks of the guard and the sandbox. Both take some
 * milliseconds: they start what they speak of.
 */
#ifndef WF_SHELL_DOCTOR_WALLS_H
#define WF_SHELL_DOCTOR_WALLS_H

#include "engine/store/store.h"

typedef void check_fn(void *ud, enum check_level level, const char *name,
	const char *text);

/* Starts a guard of its own and runs one job in it. */
void check_guard(check_fn *fn, void *ud);
/* Tries to break out of Lua, and tells what no sandbox holds. */
void check_sandbox(check_fn *fn, void *ud);

#endif
