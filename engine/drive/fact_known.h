/*
 * The newest value of each fact in each directory, of whichever run or
 * command asked for it last: for /facts and /explain, never for a decision.
 * Gone when the engine is closed.
 */
#ifndef WF_DRIVE_FACT_KNOWN_H
#define WF_DRIVE_FACT_KNOWN_H

#include "engine/drive/engine_int.h"
#include "engine/facts.h"

/* Copies all. `name` is a root that is measured (`codebase`), or the whole
 * name of a fact that steps make (`git.dirty`). */
void fact_remember(struct engine *e, const char *name, const char *dir,
	const struct engine_fact *f);
/* 1 and *out, borrowed until the next turn of the loop; or 0. */
int fact_known(const struct engine *e, const char *name, const char *dir,
	struct engine_fact *out);
void fact_forget_all(struct engine *e);

#endif
