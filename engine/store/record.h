/*
 * A batch in memory: one growing buffer of records, each a multiple of 8
 * bytes, written by the loop thread and read by the writer. Nothing in it
 * points into itself; offsets count from the start of the buffer.
 *
 * Of one run a batch holds at most one record for its row (NEW or STATE),
 * patched in place by later calls, so that a run that begins and ends in one
 * batch costs one INSERT.
 */
#ifndef WF_STORE_RECORD_H
#define WF_STORE_RECORD_H

#include "engine/store/store.h"

enum record_kind {
	RECORD_NEW, RECORD_STATE, RECORD_EVENT, RECORD_PLAN,
	RECORD_BLOB, RECORD_BLOB_REF, RECORD_DURATION, RECORD_CACHE,
	RECORD_USAGE, RECORD_BREAKER, RECORD_DECISION, RECORD_SITE
};

struct record {
	uint32_t kind;
	uint32_t extra;        /* by kind: a flag or a small number */
	size_t size;           /* of all, multiple of 8 */
	struct store_run *run; /* may be NULL */
};

/* No event of the run in this batch. */
#define NO_INDEX UINT32_MAX

/* What a run row is at the end of the batch. */
struct tail {
	struct row_state is;
	uint32_t last;         /* index of its last event, or NO_INDEX */
	uint8_t has_state, closed;
};

enum { NEW_TEXTS = 6 };
struct record_new {
	struct record h;
	struct tail tail;
	int64_t started_ms;
	uint64_t seed;
	struct digest text_key, plan_digest;
	size_t plan_at, plan_len;
	uint32_t first;        /* index of the next event of the batch */
	uint8_t pinned, hidden;
	char ulid[ULID_LEN + 1];
	int64_t plan, owner;   /* rows they are in; the writer's notes */
	uint32_t len[NEW_TEXTS]; /* parent command text dir args session,
	                            which follow */
};
struct record_state {
	struct record h;
	struct tail tail;
};
struct record_event { /* h.extra: kind */
	struct record h;
	int64_t t_ms;
	uint32_t frame, step;
	size_t len;
};
struct record_plan {
	struct record h;
	struct digest digest;
	size_t plan_len, text_len;
};
struct record_blob {
	struct record h;
	struct digest digest;
	uint64_t len;
	int fd;
};
struct record_duration { /* h.extra: ok */
	struct record h;
	uint64_t dur_us;
	size_t key_len;
};
struct record_cache {
	struct record h;
	struct digest key;
	int64_t expires_ms;
	size_t leaf_len, parts_len, len;
	char run[ULID_LEN + 1];
};
struct record_usage {
	struct record h;
	uint32_t frame, step, attempt;
	uint32_t len[4];       /* model agent pool worker */
	uint64_t tokens_in, tokens_out, cost_micro;
};
struct record_breaker { /* h.extra: state */
	struct record h;
	int64_t opened_ms;
	uint32_t failures;
	size_t pool_len;
};

/* A run as the two threads see it. Lives in slabs of the store. */
struct store_run {
	struct store_run *next;   /* free, or closed by a batch */
	/* loop thread */
	uint64_t serial;          /* batch that the next two are about */
	size_t at;                /* its NEW or STATE record; SIZE_MAX none */
	uint32_t last;            /* index of its last event, or NO_INDEX */
	/* writer thread */
	int64_t id;               /* 0: not inserted yet */
	int64_t last_seq;
};

/* What travels through the writer's queue. */
struct item {
	struct item *next;
	int is_call;              /* struct call, else struct batch */
};

struct batch {
	struct item item;
	struct buf buf;
	uint64_t serial;
	uint32_t events, blobs, refs, decisions;
	uint32_t news, states;    /* counted by the writer */
	size_t plan_at, plan_len; /* last plan copied, and whose it is */
	struct digest plan_digest;
	struct store_run *closed;
	/* once committed */
	void *tag;
	int64_t seq;
	int status;
};

/* The records in order: NULL after the last. */
struct record *batch_first(const struct batch *b);
struct record *batch_next(const struct batch *b, const struct record *r);
/* Appends a record of `fixed` bytes, zeroed, with room for `more` behind. */
void *batch_add(struct batch *b, enum record_kind kind,
	struct store_run *run, size_t fixed, size_t more);
/* Frees the records and closes the spools; what store_done needs stays. */
void batch_strip(struct batch *b);
void batch_free(struct batch *b);

#endif
