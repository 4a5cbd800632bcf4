/*
 * Inside the YAML half: one function per kind of block, and the pieces they
 * share. All return -1 (or PLAN_NONE) after an error and go on behind it.
 */
#ifndef WF_FRONT_YAML_BUILD_H
#define WF_FRONT_YAML_BUILD_H

#include "engine/front/yaml_read.h"

/* The four blocks: `node` is the map beneath the command's key. */
int yaml_chain(const struct ytree *t, struct spot s, uint32_t node);
int yaml_flow(const struct ytree *t, struct spot s, uint32_t node);
int yaml_swarm(const struct ytree *t, struct spot s, uint32_t node);
int yaml_pipeline(const struct ytree *t, struct spot s, uint32_t node);

/* Makes the step written as the map `node`; *depends is set when it names
 * its predecessors itself. */
uint32_t yaml_step(const struct ytree *t, struct spot s, uint32_t node,
	int *depends);

/* Splits "/grep security" into the name and the rest; E407 when there is no
 * slash. */
int yaml_command(const struct ytree *t, uint32_t node, struct str *name,
	struct str *rest);

/* A slice of a scalar's value as a text. */
const struct src *yaml_slice(const struct ytree *t, uint32_t node,
	struct str slice);

/* Sets the annotation `key` from its checked value; YNODE_NONE: nothing. */
int yaml_annot(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t value);

/* Keeps the value as arguments called `name`, one per item of a list;
 * YNODE_NONE: none. */
void yaml_args(const struct ytree *t, struct spot s, uint32_t node,
	enum arg_role role, const char *name, uint32_t value);

/* 1 when more may stand inside `in`; else 0 after E209 at `node`. */
int yaml_deeper(const struct ytree *t, struct spot in, uint32_t node);

/* E225 when `value` of an option is given, not as false, and the workflow is
 * a step: what only a whole run can have must not be lost there. */
int yaml_of_run(const struct ytree *t, uint32_t value, const char *key);

/* `params` of a file that is run, YNODE_NONE: none: what ${args.NAME} may
 * name. */
int yaml_params(const struct ytree *t, struct spot s, uint32_t params);

/* Whether what is written at `s` is the whole run, not a step of it. */
int yaml_is_top(struct spot s);

#endif
