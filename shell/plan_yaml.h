/*
 * A run's workflow as YAML, for /show --yaml and /save.
 */
#ifndef WF_SHELL_PLAN_YAML_H
#define WF_SHELL_PLAN_YAML_H

#include "engine/front/front.h"

/* YAML stands as it is, a text as YAML that makes the same plan: 1. What YAML
 * cannot say is its line, with its flags, for a .wf file: 0. */
int plan_yaml(const struct front_env *env, const struct plan *p,
	struct buf *out);
/* 1 when the plan was made from a YAML block; *flagged: flags stand above
 * it, so that it is a line of a script and no file of YAML. */
int plan_is_yaml(const struct plan *p, int *flagged);

#endif
