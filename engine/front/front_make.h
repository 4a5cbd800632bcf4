/*
 * Inside the front end: the verbs of front_int.h, shared by text and YAML.
 * A YAML step is node = unit_compile(…), then annot_begin, annot_set for
 * each further key, annot_end; a list of steps is a series (order_open with
 * series = 1) whose arrows are made with arrow_add.
 */
#ifndef WF_FRONT_FRONT_MAKE_H
#define WF_FRONT_FRONT_MAKE_H

#include "engine/front/front_int.h"

/* A node, its name entered in the space (E211 when taken, E212 reserved).
 * `name` may be empty: named at the end after exec or kind. Sets source. */
uint32_t node_new(struct front_ctx *c, struct spot s, enum node_kind kind,
	struct str name, const struct src *src, size_t off);
/* A body of `owner` with its branch; text NULL: no condition, no variable.
 * The spot inside: same space, one deeper (too deep: depth is LIMIT_NEST + 1
 * and nothing may be added; test spot_ok, report E209). `series`: whether
 * its members follow each other. */
struct branch_text {
	struct str expr, var;  /* empty: none */
};
struct spot body_open(struct front_ctx *c, struct spot s, uint32_t owner,
	enum branch_role role, const struct branch_text *text, int series);
/* Deeper in the same body: one member of s.order, itself a series or set. */
struct spot order_open(struct front_ctx *c, struct spot s, int series);
/* A new space of names within s, reached from outside as `owner`.name; when
 * `def` is given it sees no outer names and `args` are those of `owner`. It
 * is parallel when c->flags are. */
struct spot space_open(struct front_ctx *c, struct spot s, uint32_t owner,
	const struct front_def *def);
int spot_ok(struct spot s);

/* b follows a: an edge, or an arrow kept for parallel_arrows(). */
void arrow_add(struct front_ctx *c, uint32_t need, uint32_t node);
/* b needs a, whatever arrows mean. Edges reach the builder at the end, so
 * that the inputs of a node stand in written order. */
void edge_add(struct front_ctx *c, uint32_t need, uint32_t node);
/* The same without data: b has a reference to a. */
void after_add(struct front_ctx *c, uint32_t need, uint32_t node);
int front_failed(const struct front_ctx *c); /* this text has an error */
/* All last nodes of a before all first of b; over 64 through a JOIN. */
void frag_connect(struct front_ctx *c, struct spot s, const struct frag *a,
	const struct frag *b);
void frag_node(struct frag *f, uint32_t node);   /* of one node */
void ids_add(struct ids *v, uint32_t id);

/* Workflow text in src[from, to) compiled at s (text_sequence in swarm and
 * pipeline mode too). Fills *out, empty on error. */
int sequence_compile(struct front_ctx *c, struct spot s,
	const struct src *src, size_t from, size_t to, struct frag *out);

/* A step, nested workflow or definition call: `/command text`. */
struct unit {
	struct str name;       /* label, or empty */
	struct str command;    /* without slash; "" : plain words, rule 2.7 */
	const struct src *src; /* argument text is src[from, to) */
	size_t from, to;
	const struct src *place; /* where the unit stands: place[at]; NULL: in
	                          src */
	size_t at;
	const struct src *word; /* the command as it stands, when that is not
	                          at the place; or NULL */
	uint8_t as_is;         /* YAML params: quotes stay; workflow text of a
	                          workflow command needs none */
	const struct src *flags; /* before it: flags[flags_from, flags_to);
	                          NULL: looked for in the text itself */
	size_t flags_from, flags_to;
	const struct src *const *argv; /* list params: one word each; or NULL */
	size_t argc;
	uint8_t whole;         /* all of a line: the flags of a definition are
	                          those of the run */
};
uint32_t unit_compile(struct front_ctx *c, struct spot s,
	const struct unit *u);

/* Annotations of one node, words or YAML keys alike. */
struct annot {
	uint32_t node;
	struct spot spot;
	struct plan_policy policy;
	uint8_t any;
	uint64_t seen;         /* a key given twice is an error */
};
void annot_begin(struct front_ctx *c, struct annot *a, struct spot s,
	uint32_t node);
/* key at src[key_at]; value is src[from, to) (quotes already removed); no
 * value: from == to and has_value == 0. E220 unknown key, E221 value. */
struct annot_word {
	struct str key;
	const struct src *src;
	size_t key_at;
	const struct src *value; /* NULL: none given */
};
int annot_set(struct front_ctx *c, struct annot *a,
	const struct annot_word *w);
/* One that was set, of a context that records. */
struct said_word {
	uint32_t node;
	struct str key;
	const struct src *value; /* NULL: none */
};
void annot_end(struct front_ctx *c, struct annot *a);
/* 1 when `key` is an annotation word (for YAML's list of allowed keys). */
int annot_known(struct str key);
/* NULL-terminated, for did-you-mean. */
const char *const *annot_keys(void);

/* Keeps an argument whose text may hold references. name: "text", "dir". */
void arg_text(struct front_ctx *c, struct spot s, uint32_t node,
	enum arg_role role, const char *name, const struct src *text);
/* A condition text: checks its references and orders the node after the
 * steps it names. Returns the text handle for node.cond; for a branch the
 * same text also goes to body_open. */
uint32_t cond_compile(struct front_ctx *c, struct spot s, uint32_t node,
	const struct src *text);
/* node starts after the step called `name` (depends_on, @needs); resolved at
 * the end; E302 unknown, E303 cycle. */
void need_add(struct front_ctx *c, struct spot s, uint32_t node,
	struct str name, const struct src *src);

void front_ctx_init(struct front_ctx *c, const struct front_env *env,
	struct diags *diags, struct front_flags *flags);
void front_ctx_release(struct front_ctx *c);
/* What front_compile does, in a context of the caller's. Sets its flags. */
int front_read(struct front_ctx *c, const struct line *line,
	struct plan **out, struct words *redirect);
/* Names, arguments, references, arrows; then build_end. */
int front_finish(struct front_ctx *c, const struct line *line,
	struct plan **out);

/* Nearest of NULL-terminated candidates as "did you mean 'x'?" in the
 * arena, or NULL. `quote`: text around the word, e.g. "/%s". */
const char *suggest(struct front_ctx *c, struct str word,
	const char *const *candidates);

/* ---- written by the YAML half ---- */
/* The YAML text of /command: compiled at s. Sets c->flags and, for swarm and
 * pipeline, its notes. */
int yaml_compile(struct front_ctx *c, struct spot s, struct str command,
	const struct src *text);
/* Decides for every arrow of c->arrows: build_edge, or dropped. Called by
 * front_finish after references have made their edges. */
void parallel_arrows(struct front_ctx *c);

#endif
