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

#define PLAN_NONE UINT32_MAX
enum { PLAN_VERSION = 1 };

enum node_kind {
	NODE_STEP,   /* leaf: an executor's job */
	NODE_CALL,   /* leaf whose kind and arguments come from data */
	NODE_BLOCK,  /* one body, run once: labelled group, nested workflow */
	NODE_IF,     /* branches in order; the first whose condition holds */
	NODE_CHOOSE, /* one of the branches, picked by the driver */
	NODE_FOR,    /* one body per element of an array */
	NODE_WHILE,  /* one body again and again while the condition holds */
	NODE_MAP,    /* one body per element of a step's result */
	NODE_JOIN,   /* no work; joins m predecessors with n successors */
	NODE_STAGE,  /* reserved for pipelines: drawn, never started */
	NODE_KINDS
};

enum branch_role {
	ROLE_BODY,     /* branch, loop body, block */
	ROLE_FALLBACK, /* run when the node failed for good */
	ROLE_UNDO,     /* run by rollback after the node had succeeded */
	ROLE_VERIFY    /* asks whether an in-doubt step was done */
};

enum strategy {
	STRATEGY_STOP,     /* no new starts; running ones finish */
	STRATEGY_CONTINUE, /* dependants are skipped, the rest goes on */
	STRATEGY_IGNORE,   /* a failed step counts as succeeded */
	STRATEGY_ROLLBACK, /* undo succeeded steps in reverse order */
	STRATEGY_KINDS
};

enum node_flag {
	NODE_IGNORE = 1,    /* @ignore: failure counts as success */
	NODE_CACHE = 2,     /* @cache: asked before start */
	NODE_TTY = 4,
	NODE_QUIET = 8,     /* made by the front end; hidden from lists */
	NODE_NO_INPUT = 16, /* --parallel: arrows carry no data */
	NODE_SHADOW = 32    /* not listed unless it runs (undo, verify bodies) */
};

struct plan_node {
	uint8_t kind;       /* enum node_kind */
	uint8_t flags;      /* enum node_flag */
	uint8_t lane;       /* enum lane, leaves only */
	uint8_t effect;     /* enum effect, resolved, never EFFECT_DEFAULT */
	uint32_t policy;    /* index in policies */
	uint32_t name;      /* text: label, unique within the plan's body tree */
	uint32_t exec;      /* text: executor kind ("bash"), leaves only */
	uint32_t body;      /* the body that holds this node */
	uint32_t need, need_count; /* edges[]: predecessors, written order */
	uint32_t succ, succ_count; /* edges[]: successors */
	uint32_t arg, arg_count;   /* args[] */
	uint32_t branch, branch_count; /* branches[] */
	uint32_t cond;      /* text: Lua condition of `if:`, or PLAN_NONE */
	uint32_t source;    /* byte offset in the source, for messages */
};

struct plan_body {
	uint32_t first, count; /* nodes */
	uint32_t owner;        /* node, or PLAN_NONE for body 0 */
};

struct plan_branch {
	uint32_t body;
	uint32_t expr;         /* text: condition or items; PLAN_NONE: else */
	uint32_t var;          /* text: loop variable, or PLAN_NONE */
	uint32_t role;         /* enum branch_role */
};

/* Shared by all nodes that say the same; 0 means "not said" everywhere. */
struct plan_policy {
	int64_t timeout_ms;
	int64_t cache_ms;      /* with NODE_CACHE; 0: for ever */
	uint32_t retry;        /* further attempts after the first */
	uint32_t backoff_milli;/* 2000 = doubles each time; 0: 2000 */
	uint32_t delay_ms;     /* before the second attempt; 0: 1000 */
	uint32_t limit;        /* items or members at the same time */
	uint32_t max;          /* rounds of a while; 0: LIMIT_WHILE */
	uint32_t pool;         /* text: pool of @on, or PLAN_NONE */
	uint32_t priority;     /* 1..5, 1 first; 0: 3 */
	uint32_t demand, demand_count; /* demands[]: @uses */
};

struct plan_demand {
	uint32_t pool;         /* text */
	uint32_t units;
};

enum arg_role {
	ARG_FIELD,   /* field `name` of the executor */
	ARG_WORD,    /* positional, in order (PLACE_REST and /exec argv) */
	ARG_ENV,     /* environment variable `name` of the child */
	ARG_NOTE     /* annotation for the executor or the cache: dir, shell,
	                reads, writes, model, agent, env … */
};

struct plan_arg {
	uint32_t name;         /* text; PLAN_NONE for ARG_WORD */
	uint32_t part, part_count; /* parts[] */
	uint32_t role;         /* enum arg_role */
};

/* An argument is the concatenation of its parts. */
struct plan_part {
	uint32_t ref;          /* refs[], or PLAN_NONE: literal text */
	uint32_t text;         /* text: the literal */
};

enum ref_root {
	REF_STEP, REF_PREV, REF_ITEM, REF_INDEX, REF_ARGS, REF_VARS, REF_ENV,
	REF_RUN, REF_SESSION, REF_FACTS, REF_ROOTS
};

struct plan_ref {
	uint32_t root;         /* enum ref_root */
	uint32_t node;         /* REF_STEP: the node; REF_ITEM/INDEX: the loop
	                          node whose item is meant */
	uint32_t field;        /* text: "output", "json.a.b", "P" of args.P */
	uint32_t fallback;     /* text after `:-`, or PLAN_NONE */
	uint32_t spread;       /* 1: `${x.lines...}`, one argument per line */
};

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
	uint32_t limit;        /* nodes at the same time; 0: pool's limit only */
	uint32_t refs_held;    /* runs and callers that hold it; see plan_ref */
	void *block;           /* the one allocation behind all arrays */
};

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
