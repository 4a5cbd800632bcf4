/*
 * The tick's data: what the loop gathers until its events are committed.
 * Invariant: a tick that was handed to the writer is not touched before the
 * news of it come back. For the files of engine/drive only.
 */
#ifndef WF_DRIVE_TICK_H
#define WF_DRIVE_TICK_H

#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "engine/core/sched.h"

struct engine;
struct cache_parts;
struct store_run;

struct tick_blob {
	struct store_run *store;
	int fd;
	struct digest digest;
	uint64_t len;
};

struct tick_cache {            /* a result to be cached with this batch */
	struct cache_parts *parts; /* owned */
	uint32_t slot;
	struct buf result;         /* encoded event */
	int64_t expires_ms;
};

/* What waits for a commit. */
struct tick {
	struct outbox out;
	struct tick_blob *blobs;
	size_t blob_count, blob_cap;
	struct tick_cache *caches;
	size_t cache_count, cache_cap;
	struct tick *next;
};

/* Durations are for forecasts only: they are written when a run's row is, or
 * when there are many, because each costs the commit it is in a page. What is
 * held when the process dies is lost. */
struct tick_notes {
	struct tick_note {
		char *leaf_key;    /* owned */
		uint64_t dur_us;
		int ok;
	} *v;
	size_t count, cap;
	uint8_t due;
};

/* 0, or an error code of libuv: descriptors are short. */
int tick_init(struct engine *e);
void tick_close(struct engine *e);
void tick_forget(struct engine *e);
/* Tells the scheduler what happened, now; its events join the open tick. */
int engine_input(struct engine *e, struct input *in, struct err *err);
/* Tells the observers that the disk makes us wait; NULL: no longer. */
void tick_stall(struct engine *e, const char *text);
/* Commits what the tick holds; called before the loop sleeps. */
void tick_flush(struct engine *e);
/* Given to the store: wakes the loop from the writer thread. */
void tick_wake(void *engine);

#endif
