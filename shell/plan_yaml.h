/*
 * A run's workflow as YAML, for /show --yaml and /save.
 */
#ifndef WF_SHELL_PLAN_YAML_H
#define WF_SHELL_PLAN_YAML_H

#include "engine/core/plan.h"

/* A text that is YAML already stands as it is; a one-line text becomes the
 * one step of a chain. */
void plan_yaml(const struct plan *p, const char *text, struct buf *out);
/* 1 when the plan was made from a YAML block. */
int plan_is_yaml(const struct plan *p);

#endif
