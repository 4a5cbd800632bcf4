/*
 * Facts that a person has defined, as bodies of the nodes whose conditions
 * name them, and facts that references of steps name. A part of
 * cond_compile() and of pending_finish().
 */
#ifndef WF_FRONT_COND_FACTS_H
#define WF_FRONT_COND_FACTS_H

#include "engine/front/front_make.h"

struct ref_text;

struct node_fact {
	uint32_t node;
	struct str name;       /* borrowed from the definition, or the text */
	const struct src *src; /* a reference there asks for it; NULL: it has
	                          a body */
	size_t at;
	uint8_t optional;      /* it has a fallback */
};

/* A body with role ROLE_FACT for each fact that the condition `text` of
 * `node` names and that has none yet. What is wrong in it is told at the
 * condition. */
void cond_facts(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *text);
/* The fact that a name of an expression, at src->text[at], stands for: 0, or
 * -1 with E301 when there is none. What no fact could be called is 0 too. */
int fact_check(struct front_ctx *c, const struct src *src, size_t at);
/* `${facts.NAME}` of a step, at src->text[at]: read before the step starts,
 * by a condition that is added to it. */
void fact_ref(struct front_ctx *c, uint32_t node, const struct src *src,
	const struct ref_text *r);
/* Adds those conditions, and the bodies of facts that they name: when all
 * references there are have been bound. 1: there are more of them now. */
int fact_refs_finish(struct front_ctx *c);

#endif
