/*
 * What the files of the store share. A struct db is a connection and belongs
 * to one thread at a time; everything of struct writer belongs to the writer
 * thread once it runs; what both threads touch is under store.mutex.
 */
#ifndef WF_STORE_INNER_H
#define WF_STORE_INNER_H

#include <pthread.h>

#include "engine/store/clean.h"
#include "engine/store/db.h"
#include "engine/store/linger.h"
#include "engine/store/record.h"
#include "engine/store/table.h"

enum {
	WAIT_LOCK_MS = 2000,     /* for the lock file, before it is a stall */
	RETRY_MS = 1000,         /* between tries while stalled */
	IDLE_MS = 200,           /* then checkpoint and upkeep */
	WAL_PAGES = 16 << 8,     /* 16 MiB: checkpoint without waiting */
	GROUP_BYTES = 8 << 20,   /* batches of one transaction */
	KNOWN_SLOTS = 256        /* remembered ids of plans, and of sites */
};

/* --- store_queue.c: between the threads */
struct call { /* work for the writer thread that the caller waits for */
	struct item item;
	int (*fn)(struct store *s, void *arg, struct err *err);
	void *arg;
	struct err *err;
	int result, done;
};
/* Runs fn on the writer thread, in order with the batches. fn takes the lock
 * itself by write_begin(). */
int writer_call(struct store *s, int (*fn)(struct store *s, void *arg,
	struct err *err), void *arg, struct err *err);
int queue_start(struct store *s, struct err *err);  /* starts the thread */
void queue_stop(struct store *s);        /* drains, ends the thread */
/* Next work: a call alone, or a chain of batches; NULL: closing. Waits at
 * most wait_ms (-1: for ever), then returns NULL and *late = 1. */
struct item *queue_take(struct store *s, int64_t wait_ms, int *late);
/* Upkeep may begin (with work waiting only when `busy`): 1. Then it must be
 * ended. Not after a flush, until something is submitted again. */
int queue_upkeep_begin(struct store *s, int busy);
void queue_upkeep_end(struct store *s);
void queue_publish(struct store *s, struct batch *list, int status);
void queue_call_done(struct store *s, struct call *call, int result);
void queue_stalled(struct store *s, const struct err *err);
/* Waits before the next try; 0 when closing. Calls are refused meanwhile. */
int queue_stall_wait(struct store *s);
void queue_resumed(struct store *s);
void queue_failed(struct store *s, const struct err *err);

/* --- store_writer.c */
int writer_setup(struct store *s, struct err *err);
void *writer_main(void *store);
/* Begins a transaction under the lock, counters read. SQLITE_OK, SQLITE_BUSY
 * when the lock is taken, or the cause. */
int write_begin(struct store *s);
/* Commits when rc is SQLITE_OK, else rolls back; the lock is kept. Returns
 * the rc that counts. */
int write_finish(struct store *s, int rc);
/* The same, and gives the lock back. */
int write_end(struct store *s, int rc);

struct known { /* the row of a digest */
	struct digest digest;
	int64_t id;
};
struct writer {
	struct db db;
	int64_t data_version;
	int64_t next_seq, next_run;
	int known;               /* the three above are right */
	int64_t owner_id;        /* row of this process; 0: none yet */
	int owner_new;           /* made in the open transaction */
	int wal_pages;           /* in the WAL, not checkpointed */
	int64_t wal_wide;        /* bytes of the WAL file, as far as known */
	uint32_t commits;        /* of this process */
	int checkpoint_at;       /* pages that bring the next one */
	struct clean clean;
	int64_t clean_after_ms, sliced_ms; /* monotonic */
	int clean_due;
	int64_t opened_run;      /* next_run when first read */
	const char *what;        /* object of a failure that is not SQLite's */
	int sys_errno;
	uint8_t dirty[256], any_dirty; /* blobs' folders to sync, then commit */
	uint8_t named[256];      /* those whose own name is on the disk */
	struct known plans[KNOWN_SLOTS], sites[KNOWN_SLOTS];
	struct batch_tables tables;
};

/* --- store_wal.c: after a commit, under the lock: room for the next ones */
void wal_widen(struct store *s);

/* --- store_apply.c: records to rows, within a transaction */
int apply_batch(struct store *s, struct batch *b);
int apply_owner(struct store *s);

/* --- store.c: may what lies at wf.db be given to SQLite? */
int store_check_file(struct store *s, struct err *err);

/* --- store_blob.c */
int blob_sync(struct store *s, struct batch *b);   /* before the lock */
int blob_link(struct store *s, const struct record_blob *r); /* within */
int blob_sync_dirs(struct store *s);               /* before the commit */
void blob_unlink(struct store *s, const struct digest *d);
int digest_parse(const char *hex, struct digest *d);   /* 0, or -1 */

/* --- store_owner.c */
int owner_make(struct store *s, struct err *err);
void owner_end(struct store *s);         /* under the lock, writer */
void owner_sweep(struct store *s);       /* files nobody needs; writer */
/* Is the owner's process, or its guard, there? */
int owner_alive(struct store *s, const char *ulid);
void owner_boot(char out[64]);           /* of this start of the machine */
int64_t owner_ticks(int64_t pid); /* its start; -1 dead, 0 not known */

/* --- store_read.c: the connection of the loop thread */
struct db *reader(struct store *s, struct err *err);

struct store {
	char *dir;
	int dir_fd, blobs_fd, owners_fd, lock_fd, owner_fd;
	char owner[ULID_LEN + 1];
	uint8_t normal, read_only, threaded, scratch;
	struct retention keep;
	void (*wake)(void *ud);
	void *ud;
	struct db reader;        /* loop thread */
	struct store_run *free_runs;
	struct store_run **slabs;
	size_t slab_count, slab_cap;
	struct writer w;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work, news; /* for the writer; for flush and calls */
	struct linger linger;
	/* under mutex */
	struct item *queue, **queue_end;
	struct batch *done, **done_end;
	struct batch stall_news;
	size_t pending;          /* batches without news */
	uint8_t told, closing, stalled, stall_told, failed, sleeping;
	uint8_t quiet, upkeep;   /* none may begin; one is under way */
	struct err trouble;      /* of the stall or failure */
};

#endif
