/*
 * Of this room only: what a builder has collected. All arrays grow; indices
 * are the builder's handles. Freezing reads it and gives names, no more: it
 * may be frozen again.
 */
#ifndef WF_CORE_BUILD_MADE_H
#define WF_CORE_BUILD_MADE_H

#include "engine/base/buf.h"
#include "engine/core/build.h"

/* A set of indices found by hash; what they mean is the caller's. */
struct intern_slot {
	uint32_t taken;        /* index + 1, 0: free */
	uint32_t hash;
};

struct intern {
	struct intern_slot *slots;
	size_t cap, count;
};

struct made_body {
	uint32_t owner;
	uint32_t role;         /* enum branch_role; PLAN_NONE: not attached */
};

struct made_branch {
	uint32_t node;
	struct plan_branch b;
};

struct made_edge {
	uint32_t node, need;
	uint32_t after;        /* 1: orders only */
};

struct made_arg {
	uint32_t node;
	struct plan_arg a;
};

struct builder {
	struct plan_node *nodes;
	struct made_body *bodies;
	struct made_branch *branches;
	struct made_edge *edges;
	struct made_arg *args;
	struct plan_part *parts;
	struct plan_ref *refs;
	struct plan_policy *policies;
	struct plan_demand *demands;
	uint8_t has_after;     /* some edge orders only */
	size_t node_count, node_cap, body_count, body_cap;
	size_t branch_count, branch_cap, edge_count, edge_cap;
	size_t arg_count, arg_cap, part_count, part_cap;
	size_t ref_count, ref_cap, policy_count, policy_cap;
	size_t demand_count, demand_cap;
	struct buf text;
	struct intern texts, policy_set;
	uint8_t text_full;     /* strings beyond what an index can reach */
};

/* Names the nodes that have none; fails when two of a scope are the same.
 * *node is the second of them. */
int build_names(struct builder *b, uint32_t *node, struct err *err);

#endif
