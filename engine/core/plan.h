/*
 * The plan: a frozen graph in flat arrays that refer to each other by index,
 * so that it can be stored, hashed and shared by any number of runs. A front
 * end writes it once through build.h; a run never changes it.
 *
 * A plan is a tree of bodies. Body 0 is the workflow; a composite node owns
 * further bodies (branches of an `if`, the body of a loop, a group with a
 * label, @undo, @fallback, @verify). The nodes of a body are contiguous and
 * stand in written order; needs and successors always are in the same body.
 */
#ifndef WF_CORE_PLAN_H
#define WF_CORE_PLAN_H

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "engine/core/node.h"

enum { PLAN_VERSION = 2 };

struct plan {
	uint32_t node_count, body_count, branch_count, edge_count;
	uint32_t policy_count, demand_count, arg_count, part_count, ref_count;
	uint32_t text_size;
	struct plan_node *nodes;
	struct plan_body *bodies;
	struct plan_branch *branches;
	uint32_t *edges;
	struct plan_policy *policies;
	struct plan_demand *demands;
	struct plan_arg *args;
	struct plan_part *parts;
	struct plan_ref *refs;
	char *text;            /* NUL-terminated strings; text_len() below */
	/* of the whole workflow */
	uint32_t command;      /* text: "chain" */
	uint32_t source;       /* text: what the user typed */
	uint32_t strategy;     /* enum strategy */
	uint32_t flags;        /* enum plan_flag */
	int64_t timeout_ms;    /* of the whole run; 0: none */
	uint32_t limit;        /* nodes at once; 0: the pool's limit only */
	uint32_t refs_held;    /* runs and callers that hold it; see plan_ref */
	void *block;           /* the one allocation behind all arrays */
};

/* The name of notes (ARG_NOTE) with a function that the node's Lua calls, in
 * two parts: its name and a newline; the file's name, a newline, its text. */
#define LIBRARY_NOTE "functions"

enum plan_flag {
	PLAN_FAIL_FAST = 1,
	PLAN_SAVE_STATE = 2,
	PLAN_PARALLEL = 4,
	PLAN_ADAPTIVE = 8,
	PLAN_LEARNING = 16,
	PLAN_BACKGROUND = 32
};

/* The string at offset `at`, or "" for PLAN_NONE; borrowed from the plan.
 * Strings hold no NUL: front ends refuse it. */
const char *plan_text(const struct plan *p, uint32_t at);

/* Shared ownership: a new plan has one holder. */
struct plan *plan_hold(struct plan *p);
void plan_drop(struct plan *p);        /* frees at the last; NULL is fine */

/* Node of body 0 or of any body below called `name`, first in written order;
 * PLAN_NONE when there is none. Names of outer bodies win. */
uint32_t plan_find(const struct plan *p, struct str name);

/* Branch index of `node` with that role, or PLAN_NONE. */
uint32_t plan_branch_of(const struct plan *p, uint32_t node,
	enum branch_role role);

/* 1 for @undo, @verify and facts: what happens there is not what the node
 * itself came to. */
int plan_role_serves(uint32_t role);

/* What leads to a branch: "when" "else" "or" "each" "while" "do" "fallback"
 * "undo" "verify" "fact". */
const char *plan_branch_word(const struct plan_node *n,
	const struct plan_branch *b);
/* Text of a field's argument as it begins in the plan, or NULL. */
const char *plan_field(const struct plan *p, uint32_t node,
	const char *name);

int node_is_leaf(const struct plan_node *n); /* STEP or CALL */

/* Appends the serialised plan (versioned, checked on reading). */
void plan_encode(const struct plan *p, struct buf *out);
/*
 * Reads what plan_encode wrote: every index is checked, so that any bytes
 * give a valid plan or ERR_CORRUPT. A newer version gives ERR_STATE. The
 * caller owns the plan.
 */
int plan_decode(const void *bytes, size_t n, struct plan **out,
	struct err *err);

/* A stable text of the plan for golden files and `-o json` tests: one line
 * per node, indented by body. */
void plan_dump(const struct plan *p, struct buf *out);

#endif
