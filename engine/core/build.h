/*
 * The builder: the only way to make a plan. Front ends open bodies, add
 * nodes, edges, arguments and policies; build_end() checks the whole (no
 * cycle, names unique, references only to nodes that come before or are
 * needed) and freezes it into one allocation. Indices that the builder hands
 * out are its own handles and stay valid until build_end(); the frozen plan
 * is renumbered so that the nodes of a body are contiguous.
 */
#ifndef WF_CORE_BUILD_H
#define WF_CORE_BUILD_H

#include "engine/core/plan.h"

struct builder;

struct builder *build_new(void);
void build_free(struct builder *b);

/* Interns a string (no NUL inside); returns its text handle. */
uint32_t build_text(struct builder *b, struct str s);
/* The string of a handle, borrowed until the next build_text. */
const char *build_string(const struct builder *b, uint32_t text);

/* Opens a body owned by node `owner` (PLAN_NONE: body 0, which exists from
 * the start and is 0). */
uint32_t build_body(struct builder *b, uint32_t owner);

/* Adds a node to `body`. `name` may be PLAN_NONE: then build_end names it
 * after its executor or kind: bash, bash_2, bash_3 in written order. */
uint32_t build_node(struct builder *b, uint32_t body, enum node_kind kind,
	uint32_t name);
/* The node under construction, to set exec, lane, flags, cond, source…
 * Valid until the next build_node. Edge, arg and branch fields are filled
 * by build_end from the calls below: leave them alone. */
struct plan_node *build_at(struct builder *b, uint32_t node);

/* `node` starts after `need`. Both in the same body; doubled edges are
 * kept once. Order of calls is the order of inputs. */
void build_edge(struct builder *b, uint32_t need, uint32_t node);
/* The same without data: `node` gets no input from `need`. */
void build_after(struct builder *b, uint32_t need, uint32_t node);

void build_branch(struct builder *b, uint32_t node, uint32_t body,
	enum branch_role role, uint32_t expr, uint32_t var);

/* Starts an argument of `node`; parts follow until the next build_arg. */
void build_arg(struct builder *b, uint32_t node, enum arg_role role,
	uint32_t name);
void build_part_text(struct builder *b, struct str literal);
/* ref->node is a builder handle (or PLAN_NONE); ref->field and ->fallback
 * are text handles. A REF_STEP reference also orders: see build_edge; the
 * front end calls that itself. */
void build_part_ref(struct builder *b, const struct plan_ref *ref);

/* Interns a policy (equal ones share an index) and sets it on the node. */
void build_policy(struct builder *b, uint32_t node,
	const struct plan_policy *policy);
/* Adds a @uses demand list, to be named by policy.demand; returns its first
 * index. */
uint32_t build_demand(struct builder *b, uint32_t pool, uint32_t units);

struct build_options {
	struct str command, source;
	enum strategy strategy;
	uint32_t flags;      /* enum plan_flag */
	uint32_t limit;
	int64_t timeout_ms;
};

/*
 * Freezes. On success *out is owned by the caller. The builder keeps what it
 * holds: edges and arguments may be added and it may be frozen again, as a
 * look ahead does; it must be freed in any case. On failure: ERR_PLAN, and
 * *where is the source offset of the node at fault.
 */
int build_end(struct builder *b, const struct build_options *options,
	struct plan **out, uint32_t *where, struct err *err);

#endif
