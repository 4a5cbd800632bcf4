/*
 * What front-end tests compile with: a vocabulary with all kinds of the
 * language, and a few definitions. Kinds here lack nothing, whatever the
 * build has executors for.
 */
#ifndef WF_TESTS_FRONT_LANG_H
#define WF_TESTS_FRONT_LANG_H

#include "engine/front/front.h"

/* All of it; borrowed, and good for ever. */
void lang_env(struct front_env *env);

/* Compiles `source` as a YAML file; NULL and the errors in *errors (may be
 * NULL), or the plan. */
struct plan *lang_yaml(const struct front_env *env, struct str source,
	const char *file, struct buf *errors);

#endif
