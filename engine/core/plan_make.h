/*
 * Of this room only: how a frozen plan is allocated and what must hold of it
 * before anyone else may see it. Shared by the builder and the decoder.
 */
#ifndef WF_CORE_PLAN_MAKE_H
#define WF_CORE_PLAN_MAKE_H

#include "engine/core/plan.h"

/*
 * A plan with one holder and arrays as long as the counts of *want say, in
 * one allocation. Scalars are copied from *want, the arrays are not filled.
 */
struct plan *plan_new(const struct plan *want);

/* 1 when `at` is the start of a string of the plan, or PLAN_NONE. */
int plan_is_text(const struct plan *p, uint32_t at);

/* How many bodies enclose this one; 0 for body 0. */
uint32_t plan_depth(const struct plan *p, uint32_t body);

/* Fills succ of all nodes and the second half of edges from the first. */
void plan_fill_succ(struct plan *p);

/*
 * 1 when every index, text and enumeration of the arrays is in range (ranges
 * into arrays are the caller's: they are sums of counts). To be asked first.
 */
int plan_in_range(const struct plan *p);

/*
 * Checks what indices alone do not tell: every node has the branches its
 * kind needs, bodies form a tree of bounded depth, needs form no cycle. On
 * failure ERR_PLAN or ERR_LIMIT, and *node is the node at fault or
 * PLAN_NONE.
 */
int plan_check(const struct plan *p, uint32_t *node, struct err *err);

/*
 * References to steps must be to nodes that come before in written order or
 * that are needed, directly or not; never to what encloses them, except from
 * a body run after it (undo, fallback, verify).
 */
int plan_check_refs(const struct plan *p, uint32_t *node, struct err *err);

/*
 * Sets rank[i] for every node so that needs have smaller ranks than what
 * needs them, and returns how many nodes got one: all when there is no
 * cycle, else those on or behind a cycle have PLAN_NONE.
 */
uint32_t plan_rank(const struct plan *p, uint32_t *rank);

#endif
