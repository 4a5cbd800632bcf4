/*
 * What a plan is made of: nodes, bodies, branches, policies, arguments and
 * references, each an element of a flat array of struct plan (plan.h). Plain
 * data; fields that say "text" are offsets for plan_text(), all others are
 * indices into the array that the comment names.
 */
#ifndef WF_CORE_NODE_H
#define WF_CORE_NODE_H

#include <stdint.h>

#define PLAN_NONE UINT32_MAX

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
	ROLE_VERIFY,   /* asks whether an in-doubt step was done */
	ROLE_FACT,     /* makes a value that a condition of the node asks for,
	                  the branch's `var`; run when it is asked for */
	ROLE_KINDS
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
	NODE_SHADOW = 32,   /* not listed unless it runs (@undo, @verify) */
	NODE_AFTER = 64     /* some needs only order: fed < need_count; set
	                       by build_end */
};

struct plan_node {
	uint8_t kind;       /* enum node_kind */
	uint8_t flags;      /* enum node_flag */
	uint8_t lane;       /* enum lane, leaves only */
	uint8_t effect;     /* enum effect, resolved, never EFFECT_DEFAULT */
	uint32_t policy;    /* index in policies */
	uint32_t name;      /* text: label, unique in the plan's body tree */
	uint32_t exec;      /* text: executor kind ("bash"), leaves only */
	uint32_t body;      /* the body that holds this node */
	uint32_t need, need_count; /* edges[]: predecessors, written order */
	uint32_t fed;       /* so many needs, the first, give input; those
	                       behind them only order */
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

#endif
