/*
 * Facts that a person has defined, as bodies of the nodes whose conditions
 * name them. A part of cond_compile().
 */
#ifndef WF_FRONT_COND_FACTS_H
#define WF_FRONT_COND_FACTS_H

#include "engine/front/front_make.h"

struct node_fact {
	uint32_t node;
	struct str name;       /* borrowed from the definition */
};

/* A body with role ROLE_FACT for each fact that the condition `text` of
 * `node` names and that has none yet. What is wrong in it is told at the
 * condition. */
void cond_facts(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *text);

#endif
