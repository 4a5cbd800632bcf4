/*
 * Batches: what the loop gathers in a tick to be written whole or not at
 * all. A batch is memory only; store_submit() takes it. Included by store.h.
 *
 * Of one run the calls of a batch may come in any order after
 * batch_run_new(), and batch_run_close() is the last.
 */
#ifndef WF_STORE_BATCH_H
#define WF_STORE_BATCH_H

#include "engine/base/buf.h"
#include "engine/base/digest.h"

struct store;
struct store_run;   /* an open run as the writer knows it */
struct batch;

enum { ULID_LEN = 26 };

struct run_new {
	char ulid[ULID_LEN + 1];
	struct str parent;     /* ulid or empty */
	struct str command;    /* "chain" */
	struct str text;       /* as typed */
	struct digest text_key;/* of the normalised text */
	struct str dir, args;  /* directory; arguments as JSON */
	struct str session;
	const void *plan;      /* plan_encode bytes; stored once per digest */
	size_t plan_len;
	struct digest plan_digest;
	int64_t started_ms;
	uint64_t seed;
	uint8_t pinned, hidden; /* hidden: one in-process step */
};
/* Called on the loop thread; the handle is valid until run_close. */
struct store_run *store_run_new(struct store *s);

struct batch *batch_new(void);
void batch_run_new(struct batch *b, struct store_run *r,
	const struct run_new *n);          /* copies */
/* An event as the journal holds it; `data` is what event_encode() makes. */
struct stored_event {
	int64_t seq;           /* given by the journal: not read by a batch */
	int64_t t_ms;
	uint32_t frame, step;
	uint8_t kind;
	const void *data;      /* borrowed */
	size_t len;
};
void batch_event(struct batch *b, struct store_run *r,
	const struct stored_event *e);     /* copies */
/* How a run stands, as its row says it. */
struct row_state {
	int state, exit;       /* enum run_state */
	int64_t finished_ms;   /* 0: not yet */
	uint32_t steps, failed; /* counts for lists */
};
void batch_run_state(struct batch *b, struct store_run *r,
	const struct row_state *state);
/* RUN_EDITED: the run row points to another plan from now on. */
void batch_run_plan(struct batch *b, struct store_run *r, const void *plan,
	size_t len, const struct digest *digest, struct str text);
/* Last use of the handle; it is freed when the batch is committed. */
void batch_run_close(struct batch *b, struct store_run *r);
/* A spool (O_TMPFILE descriptor, taken) becomes the blob `digest`: fsync,
 * linkat, fsync of the directory, before the commit. It is kept as long as
 * the run, whose batch_run_new may come later in the batch. */
void batch_blob(struct batch *b, struct store_run *r, int fd,
	const struct digest *digest, uint64_t len);
/* The run refers to a blob that exists already (cached, adopted): keeps it
 * as long as the run. */
void batch_blob_ref(struct batch *b, struct store_run *r,
	const struct digest *digest);
void batch_duration(struct batch *b, const char *leaf_key, uint64_t dur_us,
	int ok);
/* A result to be found again by its key. */
struct cache_new {
	const struct digest *key;
	struct str leaf;       /* leaf key of the step */
	struct str parts;      /* JSON of what made the key */
	struct str result;     /* encoded event */
	int64_t expires_ms;
	const char *run;       /* ulid, or empty */
};
void batch_cache(struct batch *b, const struct cache_new *c); /* copies */
/* Tokens and money of a model call (reserved for model steps). */
struct usage_row {
	uint32_t frame, step, attempt;
	const char *model, *agent, *pool, *worker;
	uint64_t tokens_in, tokens_out, cost_micro;
};
void batch_usage(struct batch *b, struct store_run *r,
	const struct usage_row *u);
void batch_breaker(struct batch *b, const char *pool, int state,
	uint32_t failures, int64_t opened_ms);
size_t batch_bytes(const struct batch *b);

#endif
