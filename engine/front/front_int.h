/*
 * Inside the front end: what the text half and the YAML half share. A
 * compilation has two halves in time. While a text is read, nodes, bodies,
 * edges and policies are made at once, arguments are only kept (`pending`).
 * front_finish() then gives unnamed nodes their names, reads the arguments
 * and resolves their references, because a reference may name a later step.
 *
 * Every function that can fail returns -1 (or PLAN_NONE) after it has added
 * a diagnostic. Reading goes on behind an error, so that all are shown.
 */
#ifndef WF_FRONT_FRONT_INT_H
#define WF_FRONT_FRONT_INT_H

#include "engine/base/limits.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/core/build.h"
#include "engine/front/codes.h"
#include "engine/front/front.h"

struct front_ctx;
struct pending;
struct pending_need;

/* A text and where it stands. Lives as long as the compilation: make it in
 * ctx->arena. `cut` lists, ascending, the offsets in `text` of bytes before
 * which one source byte (a backslash) was dropped. */
struct src {
	struct str text;
	const struct src *up;  /* text it was taken from; NULL: diags->source */
	size_t at;             /* offset of text.p[0] there */
	const uint32_t *cut;
	uint32_t cut_count;
	uint8_t fixed;         /* 1: every offset means `at` (folded YAML, the
	                          text of a /def) */
	size_t span;           /* fixed: bytes of a caret there; 0: one */
	const char *note;      /* "in /deploy: ", begins messages; or NULL */
};
size_t src_place(const struct src *s, size_t off); /* diags->source offset */
/* A src in the arena: `text` at source offset `at`; raw == 0: fixed. */
const struct src *src_new(struct front_ctx *c, struct str text, size_t at,
	int raw);
/* Bytes of a src that a message is about. */
struct src_range {
	const struct src *src;
	size_t off, len;
};
struct src_range src_at(const struct src *s, size_t off, size_t len);
/* Adds an error; returns -1. help may be NULL. */
int src_error(struct front_ctx *c, struct src_range at, const char *code,
	const char *help, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

enum text_mode { MODE_FLOW, MODE_SWARM, MODE_PIPELINE };

/* Where nodes are added: passed by value. Get one from ctx->top, body_open,
 * space_open or order_open. */
struct spot {
	uint32_t body;         /* builder handle */
	uint32_t space;        /* names: ctx->spaces */
	uint32_t order;        /* ctx->orders: tells what comes before what */
	uint8_t mode;          /* enum text_mode */
	uint8_t depth;         /* of nesting, <= LIMIT_NEST */
};

/* What the front end knows of a node, by builder handle. */
struct node_info {
	uint32_t body, space, order, index;
	struct str name;       /* empty until named */
	struct str base;       /* the default name's stem; empty: exec, kind */
	const struct vocab_kind *kind; /* leaves; may be NULL */
	uint32_t at;           /* source offset */
	uint8_t node_kind;     /* enum node_kind */
	uint8_t is_step;       /* takes all annotations: written as a step */
	uint32_t inner;        /* space within, or PLAN_NONE */
	struct str var;        /* loops: the variable */
};
struct body_info {
	uint32_t owner, role;
};
/* An order is a tree beside the bodies: members of a series follow each
 * other, members of a set do not. */
struct order_info {
	uint32_t up, index, members;
	uint8_t series, depth;
};
/* A space of unique names: one per workflow text. */
struct space {
	uint32_t up;           /* names it also sees; PLAN_NONE: none */
	uint32_t owner;        /* node it is inside of; PLAN_NONE: none */
	uint32_t block;        /* BLOCK made for a /def: its args; or NONE */
	const struct front_def *def;
	uint8_t parallel;      /* arrows neither order nor carry data */
	uint32_t limit;        /* --limit and --timeout of a definition's */
	int64_t timeout_ms;    /* line: they bind its block; 0: none */
	struct strmap names, counts;
};
struct arrow {
	uint32_t need, node;
};
/* First and last nodes of a piece of workflow text; release it. */
struct ids {
	uint32_t *v, few[2];
	size_t count, cap;
};
struct frag {
	struct ids first, last;
};
void frag_release(struct frag *f);

enum { TEXT_CACHE = 64 };

struct front_ctx {
	const struct front_env *env;
	struct diags *diags;
	struct builder *build;
	struct arena arena;    /* all of one compilation */
	struct front_flags *flags;
	struct spot top;       /* body 0 */
	struct node_info *nodes; size_t node_count, node_cap;
	struct body_info *bodies; size_t body_count, body_cap;
	struct order_info *orders; size_t order_count, order_cap;
	struct space *spaces; size_t space_count, space_cap;
	struct pending *pending; size_t pending_count, pending_cap;
	struct pending_need *needs; size_t need_count, need_cap;
	/* of parallel spaces: arrows, not built until parallel_arrows() */
	struct arrow *arrows; size_t arrow_count, arrow_cap;
	const struct front_def *open_def[LIMIT_NEST]; /* being inlined */
	uint32_t open_defs;
	uint8_t full;          /* LIMIT_NODES was reported */
	uint8_t vague;         /* some step's name could not be read */
	uint8_t part;          /* inside a definition that is a step */
	uint8_t record;        /* annotations are kept in said_words */
	struct said_word *said_words; size_t said_count, said_cap;
	struct node_fact *facts; size_t fact_count, fact_cap;
	size_t errors;         /* in diags before this compilation */
	struct {
		const char *s;
		uint32_t text;
	} said[TEXT_CACHE];    /* see text_of */
	struct arrow *edges;   /* by arrows, needs, references of a parallel
	                          text */
	size_t edge_count, edge_cap;
	struct arrow *after;   /* by references: they order, no more */
	size_t after_count, after_cap;
	struct str command;    /* of a YAML file: its top key; else empty */
};
#include "engine/front/front_make.h"

#endif
