/*
 * Reading the store, on the loop's thread: finding runs, their events, what
 * is known of durations and cached results. Included by store.h. Only what
 * is committed is seen. Callbacks may call the store.
 */
#ifndef WF_STORE_READ_H
#define WF_STORE_READ_H

#include "engine/base/err.h"
#include "engine/store/batch.h"

struct run_row {
	int64_t id;
	char ulid[ULID_LEN + 1], parent[ULID_LEN + 1], owner[ULID_LEN + 1];
	char brief[ULID_LEN + 1]; /* store_short, when it was found by its id,
	                             or asked for; else "" */
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
 * last but one) of all runs, hidden ones too: what a person did last.
 * ERR_NOTFOUND (with the nearest or "ambiguous: …"). */
int store_find_run(struct store *s, struct str name, struct run_row *out,
	struct err *err);
/* The row as it is now: state, owner, times. -1: ERR_NOTFOUND when it has
 * been cleaned up; *row is as it was. */
int store_run_again(struct store *s, struct run_row *row, struct err *err);
/* The shortest prefix that is unique now among the stored ones, at least 6:
 * what people are shown. */
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
	uint8_t brief;         /* rows with their short ids */
	uint32_t limit;        /* 0: 1000 */
};
/* Newest first; stops when fn returns non-zero. */
int store_list(struct store *s, const struct run_filter *f,
	int (*fn)(void *ud, const struct run_row *r), void *ud,
	struct err *err);

/* The plan of a run: appends plan_encode bytes. */
int store_plan(struct store *s, const struct run_row *r, struct buf *out,
	struct err *err);
/* Events of a run in order, from `seq` on; stops when fn returns != 0. What
 * fn is given lives until it returns. */
int store_events(struct store *s, const struct run_row *r, int64_t seq,
	int (*fn)(void *ud, const struct stored_event *e), void *ud,
	struct err *err);

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

#endif
