/*
 * The flow of bytes: what a step gets on standard input, what a composite or
 * a run gives out, what a reference is worth (language.md section 3). Pure
 * reading of a run's state; works on live runs and on views alike.
 */
#ifndef WF_DRIVE_FLOW_H
#define WF_DRIVE_FLOW_H

#include "engine/base/value.h"
#include "engine/core/run.h"

struct cJSON;
struct joins;
struct store;

/* What a run was started with. Borrowed. */
struct flow {
	const struct run *run;
	struct store *store;       /* for blobs */
	const char *ulid, *dir, *session;
	const struct cJSON *args;  /* object or NULL */
	const struct cJSON *vars;  /* object or NULL */
	const char *(*getenv)(void *ud, const char *name);
	void *ud;
	const struct datum *input; /* the run's */
	struct joins *joins;       /* gets the files that a reference names
	                              and that are not there; NULL: they are
	                              made at once */
	uint8_t naming;            /* `.file` is a name of the content only */
};

/* A stretch of content: bytes in memory, or a blob. */
struct piece {
	struct str bytes;
	const struct datum *blob;  /* not NULL: the content is this blob */
};
struct pieces {
	struct piece *v;           /* owned */
	size_t count, cap;
	struct buf *owned;         /* made texts; owned, addresses are stable */
	size_t owned_count, owned_cap;
};
void pieces_init(struct pieces *p);
/* Frees the list and the texts made for it, not what is borrowed. */
void pieces_release(struct pieces *p);
/* Adds what the datum holds (borrowed). */
void pieces_datum(struct pieces *p, const struct datum *d);
/* Bytes of all pieces together. */
uint64_t pieces_len(const struct pieces *p);
/* Copies at most cap bytes to out. */
int pieces_read(const struct flow *f, const struct pieces *p, size_t cap,
	struct buf *out, struct err *err);
/* Writes all to a descriptor, from its offset on; -1 also on a full disk. */
int pieces_write(const struct flow *f, const struct pieces *p, int fd,
	struct err *err);

/* Append: what the step at a place reads, what it gave (nothing when it has
 * no result), what the run gives, what one frame gives. Borrow from the run:
 * valid until it moves. */
void flow_input(const struct flow *f, struct place at, struct pieces *out);
void flow_output(const struct flow *f, struct place at, struct pieces *out);
void flow_run_output(const struct flow *f, struct pieces *out);
void flow_frame_output(const struct flow *f, uint32_t frame,
	struct pieces *out);

/* Frames of a composite in iteration order, superseded ones left out:
 * appends ids to an owned array; returns the count. */
size_t flow_frames(const struct run *r, struct place at, uint32_t role,
	uint32_t **out);

/* Appends the text of item `index` of the loop at a place. 0, or -1 when there
 * is no such item. */
int flow_item(const struct flow *f, struct place at, uint32_t index,
	struct buf *out);
void flow_items_forget(void); /* drops parsed arrays */

/* What a reference asks for: `node` is the step (seen in an enclosing frame,
 * or below one: an array when a loop is between), the loop or the block of
 * the arguments, or PLAN_NONE, as in struct plan_ref. */
struct flow_want {
	enum ref_root root;
	uint32_t node;
	struct str field;      /* empty: the value itself */
};
/* Its value as the step at a place sees it. 1 and *out (strings in
 * `scratch`), 0 when it has none (skipped step, missing field), -1. */
int flow_value(const struct flow *f, struct place at,
	const struct flow_want *want, struct value *out, struct buf *scratch,
	struct err *err);
/* The same of a reference in the plan. */
int flow_ref(const struct flow *f, struct place at,
	const struct plan_ref *ref, struct value *out, struct buf *scratch,
	struct err *err);
/* The value of an argument as text: all parts, references read. 1; 0 and err
 * when a reference without `:-` has no value; -1. */
int flow_arg(const struct flow *f, struct place at,
	const struct plan_arg *arg, struct buf *out, struct err *err);
/* "${build.output}" for messages; appends. */
void flow_ref_name(const struct plan *p, const struct plan_ref *ref,
	struct buf *out);
/* A value by its name as written in a condition: root and field. */
struct flow_name {
	struct str root, field;
};
/* Takes the first word of "a.b.c" off it. */
struct str flow_first_word(struct str *field);
/* "codebase.files": a fact as the run has read it. 1 and *out, 0 it has not. */
int flow_fact(const struct flow *f, struct str name, struct value *out,
	struct buf *scratch);
/* 1 and *out as flow_value(), nil when there is no value; 0 when nothing has
 * that name; -1. */
int flow_get(const struct flow *f, struct place at, struct flow_name name,
	struct value *out, struct buf *scratch, struct err *err);
/* A value as text: strings as they are, JSON as JSON, true, 1.5. */
void value_text(const struct value *v, struct buf *out);

#endif
