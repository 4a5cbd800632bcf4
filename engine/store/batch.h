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
	struct str dir, args;  /* directory; JSON array or object of arguments */
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
void batch_event(struct batch *b, struct store_run *r, uint32_t frame,
	uint32_t step, uint8_t kind, int64_t t_ms, const void *data,
	size_t len);                        /* copies */
/* State of the run row: enum run_state, exit, finished_ms (0: not yet),
 * counts for lists. */
void batch_run_state(struct batch *b, struct store_run *r, int state,
	int exit, int64_t finished_ms, uint32_t steps, uint32_t failed);
/* RUN_EDITED: the run row points to another plan from now on. */
void batch_run_plan(struct batch *b, struct store_run *r, const void *plan,
	size_t len, const struct digest *digest, struct str text);
void batch_pin(struct batch *b, struct store_run *r, int pinned);
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
void batch_cache(struct batch *b, const struct digest *key, struct str leaf,
	struct str parts, const void *result, size_t len,
	int64_t expires_ms, const char *run);
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
