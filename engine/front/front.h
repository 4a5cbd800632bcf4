/*
 * Front ends: text in, plan out. The four commands and single leaf steps
 * compile through one grammar; YAML blocks emit the same plan. Pure: files,
 * history and definitions come through callbacks.
 */
#ifndef WF_FRONT_FRONT_H
#define WF_FRONT_FRONT_H

#include "engine/base/err.h"
#include "engine/core/plan.h"
#include "engine/core/vocab.h"
#include "engine/front/diag.h"
#include "engine/front/line.h"

/* A /def or stored workflow. Strings live as long as the front_env. */
struct front_def {
	struct str name;
	struct str text;       /* workflow text, or YAML when yaml is set */
	uint8_t yaml;
	const char *file;      /* for messages; may be NULL */
	size_t param_count;
	const struct str *params;    /* names */
	const struct str *defaults;  /* .p == NULL: required */
};

enum { FACT_HELP = 280 };
/* What is NULL is not there, or not checked. */
struct front_env {
	const struct vocab *vocab;
	void *ud;
	/* Finds a definition: 1 and *out, or 0. */
	int (*find_def)(void *ud, struct str name, struct front_def *out);
	/* Names of all definitions for did-you-mean: how many, up to max. */
	size_t (*def_names)(void *ud, const char **names, size_t max);
	/* A fact that a person has defined, "NAME" or "ROOT.NAME": 1 and its
	 * name and text, else 0. */
	int (*find_fact)(void *ud, struct str name, struct front_def *out);
	/* 1: others have its root, but it is none; help (FACT_HELP) tells. */
	int (*no_fact)(void *ud, struct str name, char *help);
	/* As above: the file of Lua that defines a function. */
	int (*find_function)(void *ud, struct str name, struct front_def *out);
	/* Mean duration of steps with that key in ms, -1: no history. */
	int64_t (*predict)(void *ud, const char *leaf_key);
	uint32_t slots;        /* for the 20 % rule; 0: LIMIT_PARALLEL */
	/* Reads a condition as it will be evaluated, without evaluating it:
	 * 0, or -1 with the byte offset of what is wrong. */
	int (*check_expr)(void *ud, struct str expr, size_t *at,
		struct err *err);
	/* names of all slash commands of the shell; NULL-terminated */
	const char *const *commands;
};

/* What else was said with a workflow. */
struct front_flags {
	uint8_t save_state, parallel, fail_fast, adaptive, no_learning;
	uint8_t continuous;    /* --continuous, pipelines */
	int8_t strategy;       /* enum strategy, or -1: not said */
	uint32_t limit;        /* --limit N */
	int64_t timeout_ms;    /* --timeout */
	struct str resume_from;/* --resume-from=STEP */
	struct str name;       /* reserved */
};

/*
 * Compiles a LINE_COMMAND or LINE_BLOCK whose name is chain, flow, swarm,
 * pipeline, a leaf kind of the vocabulary or a definition. On success *out
 * is owned by the caller. Offsets in nodes are bytes of diags->source.
 * On failure -1 and at least one error in diags.
 */
int front_compile(const struct front_env *env, const struct line *line,
	struct plan **out, struct front_flags *flags, struct words *redirect,
	struct diags *diags);

/* A whole .yaml file, or a script whose first real line is `chain:` or
 * `/chain:`; 1 when `source` is such a text. It compiles as a LINE_BLOCK
 * whose name and rest are empty and whose body is all of the source. */
int front_is_block_file(struct str source, const char *file);

/* What a file of YAML declares under `params:`. */
struct front_params {
	struct str *names, *defaults; /* a default's .p is NULL: required */
	size_t count;
	size_t at;             /* where the key stands in the text */
	void *owned;
};
/* What is wrong is found when the text is compiled. Release it. */
void front_params_read(struct str yaml, struct front_params *out);
void front_params_release(struct front_params *p);

/* 1 when `text` is several commands, not one that goes on over lines. */
int front_is_script(struct str text);

/* A word of the language, which names no step and no fact. */
int front_is_reserved(struct str name);
/* 1 when `name` can be compiled by front_compile. */
int front_knows(const struct front_env *env, struct str name);

/*
 * The key under which a leaf's durations and cache entries are kept: hex
 * SHA-256 of kind, arguments' templates and notes, names of steps replaced by
 * their own keys. `out` holds DIGEST_HEX + 1.
 */
void front_leaf_key(const struct plan *p, uint32_t node, char *out);

/* The line of a single step, `/bash text`, as workflow text: in braces or
 * quotes when it needs them, without redirections. Appends, 1; or 0 when it
 * is no such line. */
int front_step_text(const struct front_env *env, const struct line *line,
	struct buf *out);

/* A /chain line as YAML with the same plan: appends it, 1; 0 when YAML cannot
 * say it, or the source is no such line. */
int front_yaml(const struct front_env *env, struct str source,
	struct buf *out);

/* Arrows and blanks normalised: what "the same text" means for
 * --resume-from. Appends. */
void front_normal_text(struct str text, struct buf *out);

/* --- explain and graph: pure functions of a plan --- */
struct explain_node {
	uint32_t node;
	int64_t predicted_ms;  /* -1: no history */
	uint8_t parallel;      /* freed from an arrow by --parallel */
	const char *why;       /* "needs build", "arrow kept: both write out/",
	                          …; arena of the explain */
	uint32_t *with;        /* nodes that may run at the same time */
	size_t with_count;
};
struct explain {
	struct explain_node *nodes; /* leaves and composites, plan order */
	size_t count;
	int64_t predicted_ms;  /* of the whole, -1 unknown */
	int64_t *body_ms;      /* of each body of the plan, -1 unknown */
	void *owned;
};
void front_explain(const struct front_env *env, const struct plan *p,
	struct explain *out);
void explain_release(struct explain *e);
/* The names that a condition holds, "a" or "a.b", each once, in its order,
 * words of the language among them; how many, at most `max`. */
size_t front_cond_names(struct str expr, struct str *names, size_t max);

enum graph_form { GRAPH_TREE, GRAPH_DOT, GRAPH_MERMAID };
/* `mark` may give a node's state for colours: NULL for none. */
void front_graph(const struct plan *p, enum graph_form form,
	const char *(*mark)(void *ud, uint32_t node), void *ud,
	struct buf *out);

#endif
