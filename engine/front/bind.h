/*
 * Inside the text half: arguments and their references, once all steps are
 * known.
 */
#ifndef WF_FRONT_BIND_H
#define WF_FRONT_BIND_H

#include "engine/front/text_int.h"

/* Whose argument is being bound. */
struct binder {
	struct front_ctx *c;
	uint32_t node, space;
};

/* `${name.field:-fallback}` as it stands in a text. */
struct ref_text {
	struct str name, field, fallback;
	uint8_t has_fallback, spread;
	size_t at, end;        /* of `$`, behind `}` */
};
/* s.p[at] is `$`: 1 and *r when a well-formed reference stands there. */
int ref_scan(struct str s, size_t at, struct ref_text *r);
/* E307: `${` at `at` is no reference. */
int ref_malformed(struct binder *b, const struct src *src, size_t at);
/* 1 when the shell leaves `${name…}` to us (language.md 3.4). */
int ref_is_ours(const struct binder *b, const struct ref_text *r);
/* The loop around the node whose variable is called so, or PLAN_NONE. */
uint32_t ref_loop(const struct binder *b, struct str name);
/* What it means; orders the steps. 0, or -1 after an error. */
int ref_resolve(struct binder *b, const struct src *src,
	const struct ref_text *r, struct plan_ref *out);
/* `node` starts after `target`, seen from the body that holds both. Why: a
 * value of it is used; a condition of node asks, which may look inside its
 * own loop; node was said to need it, which gives it input too. */
enum ref_use { USE_VALUE, USE_CONDITION, USE_NEED };
int ref_order(struct binder *b, uint32_t target, enum ref_use use,
	struct src_range at);
/* E304 for a field, a piece of src, that the result of `node` cannot have. */
int ref_field(struct binder *b, const struct src *src, struct str field,
	uint32_t node);
/* The step called so, seen from the binder, or PLAN_NONE. */
uint32_t ref_step(const struct binder *b, struct str name);
/* E301 with did-you-mean. */
int ref_unknown(struct binder *b, const struct src *src, size_t off,
	struct str name, const char *code);
/* Orders behind the steps an expression names. */
int ref_condition(struct binder *b, const struct src *src);
/* Do both come in written order? -1 a first, 1 b first, 0 neither. */
int order_compare(const struct front_ctx *c, uint32_t a, uint32_t b);

/* Parts of the argument begun last: literals and references. */
int bind_parts(struct binder *b, const struct src *src, size_t from,
	size_t to);
int bind_shell(struct binder *b, const struct src *src, size_t from,
	size_t to);
int bind_lua(struct binder *b, const struct src *src, size_t from,
	size_t to);
/* Words by the fields of a kind; kind->style is WORDS. */
int bind_words(struct binder *b, const struct pending *p);
/* Only the flags [from, to) before a text. */
int bind_flags(struct binder *b, const struct vocab_kind *kind,
	const struct src *src, size_t from, size_t to);
int bind_def_args(struct binder *b, const struct pending *p);
/* A src in the arena for a word of `up`. */
const struct src *bind_word_src(struct front_ctx *c, const struct src *up,
	const struct arg_word *w);

void names_finish(struct front_ctx *c);
void pending_finish(struct front_ctx *c);

/* One reference of a shell text: shell[at, at + len) names variable n. */
struct shell_refs {
	struct ref_text *ref;  /* owned */
	size_t count, cap;
};
struct buf;
/*
 * Compiles src[from, to): program text for sh to `out`, references in order
 * to *refs; reference i is the variable WF_V<i + 1>. The bytes are a
 * function of the text only. -1 after diagnostics.
 */
int shell_compile(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct shell_refs *refs);

#endif
