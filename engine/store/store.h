/*
 * The store: one SQLite database and a folder of blobs in the state
 * directory. Writing happens on one writer thread, in transactions that
 * take whatever batches are queued (group commit), each under flock on one
 * lock file, because several shells share the directory. Reading happens on
 * the caller's thread through a connection of its own.
 *
 * A batch is committed whole or not at all, in order of submission.
 */
#ifndef WF_STORE_STORE_H
#define WF_STORE_STORE_H

#include "engine/base/digest.h"
#include "engine/base/buf.h"
#include "engine/base/err.h"

struct store;
struct store_run;   /* an open run as the writer knows it */
struct batch;

enum { ULID_LEN = 26 };

struct retention;
struct store_options {
	const char *dir;       /* state directory; made 0700 when missing */
	const struct retention *retention; /* copied; NULL: the defaults */
	uint8_t normal;        /* durability normal instead of full */
	uint8_t read_only;     /* no writer; nothing is created */
	/* Called from the writer thread when store_done() has news. */
	void (*wake)(void *ud);
	void *ud;
};

/* Opens, creating or migrating the schema. ERR_STATE with a way out for a
 * newer schema, an unwritable path, a database that is not ours;
 * ERR_CORRUPT for a damaged one. */
int store_open(struct store **out, const struct store_options *options,
	struct err *err);
/* Commits what is queued, then closes. NULL is fine. */
void store_close(struct store *s);
const char *store_dir(const struct store *s);
/* O_PATH or directory descriptor where spools are made (same file system
 * as blobs/); borrowed. */
int store_spool_dir(const struct store *s);
/* Descriptor of this process's owner lock file, to be inherited by the
 * guard; -1 in read-only mode. Its ulid names owners/<ulid>.lock and .sock */
int store_owner_fd(const struct store *s);
const char *store_owner(const struct store *s);

/* ------------------------------------------------------------- writing */
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
 * the run of the event that follows it in the batch. */
void batch_blob(struct batch *b, int fd, const struct digest *digest,
	uint64_t len);
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

/* Queues the batch (takes it). `tag` comes back from store_done. */
void store_submit(struct store *s, struct batch *b, void *tag);

enum store_status {
	STORE_COMMITTED,  /* durable as configured */
	STORE_STALLED,    /* disk full or locked out: kept, tried again each
	                     second; told once per stall, tag = NULL */
	STORE_FAILED      /* I/O error or corruption: writing has stopped */
};
/* Takes the next news in order; 1, or 0 when there is none. For
 * STORE_COMMITTED *seq is the journal seq of the batch's first event (0
 * when it had none) and its events are numbered from there. */
int store_done(struct store *s, void **tag, enum store_status *status,
	int64_t *seq, struct err *err);
/* Waits until everything submitted is committed, or failed; for exits and
 * for Ctrl-Z. */
int store_flush(struct store *s, struct err *err);

/* ------------------------------------------------------------- reading */
struct run_row {
	int64_t id;
	char ulid[ULID_LEN + 1], parent[ULID_LEN + 1], owner[ULID_LEN + 1];
	char *command, *text, *dir, *args, *session; /* owned */
	int state, exit;       /* as stored: a running run whose owner is gone
	                          is given as RUN_INTERRUPTED */
	int64_t started_ms, finished_ms;
	uint32_t steps, failed;
	uint8_t pinned, hidden;
	int64_t first_seq, last_seq; /* last INT64_MAX: not closed */
	uint64_t seed;
	struct digest plan_digest, text_key;
};
void run_row_release(struct run_row *r);

/* RUN as typed: unique prefix of at least 6, full ulid, "@last", "@-2" (the
 * last but one) of the runs that are not hidden.
 * ERR_NOTFOUND (with the nearest or "ambiguous: …"). */
int store_find_run(struct store *s, struct str name, struct run_row *out,
	struct err *err);
/* The shortest prefix that is unique now, at least 6: what people are shown.
 * A run that is not stored yet is given by its whole ulid. */
void store_short(struct store *s, const char *ulid, char out[ULID_LEN + 1]);
/* Latest run of the same text in the same directory: 1 found, 0 none, -1 */
int store_latest(struct store *s, const struct digest *text_key,
	const char *dir, struct run_row *out, struct err *err);

struct run_filter {
	int state;             /* -1: any */
	int64_t since_ms;      /* 0: any */
	struct str pattern;    /* in text; empty: any */
	uint8_t all;           /* hidden ones too */
	uint8_t open_only;     /* running, waiting, paused, interrupted */
	uint32_t limit;        /* 0: 1000 */
};
/* Newest first; stops when fn returns non-zero. */
int store_list(struct store *s, const struct run_filter *f,
	int (*fn)(void *ud, const struct run_row *r), void *ud,
	struct err *err);

/* The plan of a run: appends plan_encode bytes. */
int store_plan(struct store *s, const struct run_row *r, struct buf *out,
	struct err *err);
/* Events of a run in order, from `seq` on; stops when fn returns != 0. */
int store_events(struct store *s, const struct run_row *r, int64_t seq,
	int (*fn)(void *ud, int64_t seq, uint32_t frame, uint32_t step,
		uint8_t kind, int64_t t_ms, const void *data, size_t len),
	void *ud, struct err *err);

/* Path of a blob (may not exist any more: ERR_NOTFOUND "cleaned up"). */
int store_blob_path(struct store *s, const struct digest *d, char *path,
	size_t size, struct err *err);

struct duration_row {
	uint64_t count;
	double mean_us, last_us;
};
/* 1 found, 0 no history, -1 */
int store_duration(struct store *s, const char *leaf_key,
	struct duration_row *out, struct err *err);

struct cache_row {
	char *parts;           /* owned: JSON of what made the key */
	void *result;          /* owned: encoded event of the result */
	size_t result_len;
	int64_t created_ms, expires_ms;
	char run[ULID_LEN + 1];
};
void cache_row_release(struct cache_row *c);
/* Fresh entry with that key: 1, 0, -1. */
int store_cache_find(struct store *s, const struct digest *key,
	int64_t now_ms, struct cache_row *out, struct err *err);
/* Newest entry of the same leaf, whatever its key: for /why. */
int store_cache_last(struct store *s, struct str leaf, struct cache_row *out,
	struct err *err);

/* ------------------------------------------------------ owners, upkeep */
/*
 * Takes over an interrupted (or ended) run for this process: checks under
 * the lock that its owner's lock is free, sets the owner, and returns a
 * handle. ERR_BUSY names pid and socket of a living owner.
 */
int store_run_adopt(struct store *s, const struct run_row *r,
	struct store_run **out, struct err *err);
/* Socket path of a run's living owner: 1, 0 no living owner, -1. */
int store_owner_socket(struct store *s, const struct run_row *r, char *path,
	size_t size, struct err *err);

struct retention {
	uint32_t runs, hidden_runs; /* 1000, 100 */
	int64_t age_ms;             /* 30 days */
	uint64_t blob_bytes;        /* 1 GiB */
};
/* Deletes what is over the bounds, pinned and open runs never; also run by
 * the writer when idle. Returns the number of runs deleted in *runs. */
int store_clean(struct store *s, const struct retention *r, uint64_t *runs,
	struct err *err);
int store_delete_run(struct store *s, const struct run_row *r,
	struct err *err);

enum check_level { CHECK_OK, CHECK_WARN, CHECK_FAIL };
/* Checks for `wf doctor`, also on a directory that cannot be opened. */
void store_check(const char *dir,
	void (*fn)(void *ud, enum check_level level, const char *name,
		const char *text), void *ud);

/* A fresh ULID (Crockford base 32, lower case), monotonic in a process. */
void ulid_make(char out[ULID_LEN + 1], int64_t now_ms);

#endif
