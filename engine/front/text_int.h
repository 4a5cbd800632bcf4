/*
 * Inside the text half: reading workflow text, and arguments that wait for
 * the end of reading. The YAML half does not include this.
 */
#ifndef WF_FRONT_TEXT_INT_H
#define WF_FRONT_TEXT_INT_H

#include "engine/front/arg.h"
#include "engine/front/front_int.h"
#include "engine/front/scan.h"

/* ---- workflow text being read: [at, s.n) of src ---- */
enum stop_word {
	STOP_ELIF = 1, STOP_ELSE = 2, STOP_END = 4, STOP_OR = 8,
	STOP_PAST = 16 /* none: the `else` of an `if` has been, another is wrong */
};
struct text {
	struct front_ctx *c;
	const struct src *src;
	struct str s;          /* src->text, cut at the end of the piece */
	size_t at;
};
/* What surrounds an item. */
struct around {
	struct spot spot;
	uint8_t stops;         /* enum stop_word: they end a sequence here */
	char close;            /* ']' or ')': ends it too; 0 */
	uint8_t comma;         /* members are separated by commas */
	uint8_t in_group;      /* swarm: a word is an agent */
	size_t member;         /* where the member began */
	size_t arrow;          /* out: first arrow of the sequence; SCAN_NONE */
};
enum { MAX_ANNOTS = 32 };
struct annot_at {
	struct str key;
	size_t key_at;         /* of `@` */
	size_t from, to;       /* value, quotes included; from == 0: none */
};
/* The words of a step up to what ends it. */
struct extent {
	size_t from, to;       /* the text, blanks trimmed */
	size_t end;            /* at the arrow, comma, keyword, bracket, end */
	uint8_t whole;         /* '"', '\'' or '{' when that is all of it */
	uint8_t bad;           /* an error was reported */
	struct annot_at annot[MAX_ANNOTS];
	int annots;
};

/* Length of an arrow at i, or 0. */
size_t text_arrow(struct str s, size_t i);
/* The stop word at i among `stops`, its length to *n; 0: none. */
int text_stop(struct str s, size_t i, int stops, size_t *n);
/* Finds the extent of a step's text that begins at `from`. */
void text_extent(struct text *t, const struct around *a, size_t from,
	const struct vocab_kind *kind, int plain, struct extent *e);
/* Annotations behind a closed unit. */
void text_annots(struct text *t, const struct around *a, struct extent *e);
/* Content of a whole text: a src in the arena. */
const struct src *text_content(struct text *t, const struct extent *e,
	size_t *from, size_t *to);
/* E201 at t->at, unless the text ends in an error already reported. */
void text_missing(struct text *t, const char *what);

void text_sequence(struct text *t, struct around *a, struct frag *out);
/* if, for, while, choose: t->at is behind the keyword. */
uint32_t text_construct(struct text *t, const struct around *a,
	struct str word, struct str label, size_t at, struct extent *e);
/* A step: command, ! or words. */
uint32_t text_step(struct text *t, const struct around *a, struct str label,
	size_t at, struct extent *e);
/* Unit of words in swarm or pipeline text. */
uint32_t team_unit(struct text *t, const struct around *a, struct str label,
	size_t at, struct extent *e);
void text_apply(struct text *t, const struct around *a, uint32_t node,
	const struct extent *e);

/* Puts nodes [first, now) of a's body into a BLOCK. */
uint32_t text_wrap(struct text *t, const struct around *a, size_t first,
	struct str label, size_t at);

/* Workflow commands and definitions. */
int unit_known(struct front_ctx *c, struct str command);
const struct vocab_kind *unit_kind(struct front_ctx *c, struct str command);
int unit_unknown(struct front_ctx *c, const struct src *src, size_t off,
	struct str name);
int def_find(struct front_ctx *c, struct str name, struct front_def **out);
const char *suggest_step(struct front_ctx *c, struct str word);
/* The text in which the unit stands, at u->at. */
static inline const struct src *unit_where(const struct unit *u)
{
	return u->place ? u->place : u->src;
}
uint32_t call_def(struct front_ctx *c, struct spot s, const struct unit *u,
	const struct front_def *def);
/* The BLOCK of a nested workflow or definition, and the spot inside it. */
uint32_t unit_block(struct front_ctx *c, struct spot s, const struct unit *u,
	const struct front_def *def, struct spot *in);
enum text_mode mode_of(struct str command);
/* Reads all words as flags of a workflow. */
int flags_read(struct front_flags *f, const struct words *w,
	struct diags *d);
/* Where the flags of a text command end. */
size_t leaf_flags_end(const struct vocab_kind *kind, struct str s,
	size_t from);

/* ---- arguments that wait ---- */
enum pending_kind {
	PENDING_LEAF, PENDING_TEXT, PENDING_COND, PENDING_ARGS
};
/* A name in depends_on or @needs: apart, for a text may hold many. */
struct pending_need {
	uint32_t node, space;
	const struct src *src;
	struct str word;       /* a piece of src */
};
struct pending {
	uint8_t kind;          /* enum pending_kind */
	uint8_t role;          /* TEXT: enum arg_role */
	uint8_t as_is;
	uint32_t node, space;
	const struct vocab_kind *leaf;
	const char *name;      /* TEXT */
	const struct src *src;
	size_t from, to;
	const struct src *flags; /* LEAF: flags before the text; may be NULL */
	size_t flags_from, flags_to;
	const struct src *const *argv;
	size_t argc;
	const struct front_def *def; /* ARGS */
};
struct pending *pending_add(struct front_ctx *c, enum pending_kind kind,
	struct spot s, uint32_t node);
/* build_text of a string constant: looked up once. */
uint32_t text_of(struct front_ctx *c, const char *s);
/* No use in reading on: too many errors or nodes. */
int front_hopeless(const struct front_ctx *c);
void edges_finish(struct front_ctx *c);
const uint32_t *ids_list(const struct ids *v);

#endif
