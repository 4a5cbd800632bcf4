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

#include "engine/base/err.h"
#include "engine/store/batch.h"
#include "engine/store/read.h"
#include "engine/store/store_learn.h"

struct store;

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

/* Path of a folder of this process alone, for files that its steps need: made
 * by the first call, removed when the process has ended, however it does.
 * From the loop thread only. */
int store_scratch(struct store *s, char *path, size_t size, struct err *err);
int store_has_scratch(const struct store *s);
/* Descriptor of the folder owners/; borrowed. */
int store_owners_dir(const struct store *s);

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

/* ------------------------------------------------------ owners, upkeep */
/*
 * Takes over an interrupted (or ended) run for this process: checks under
 * the lock that its owner's lock is free, sets the owner, and returns a
 * handle. ERR_BUSY names the pid of a living owner.
 */
int store_run_adopt(struct store *s, const struct run_row *r,
	struct store_run **out, struct err *err);
enum owner_state {
	OWNER_GONE,       /* nobody: the run can be taken over */
	OWNER_LIVES,
	OWNER_LEAVES      /* its process is dead, what it left still holds
	                     its lock: its guard, for a moment */
};
/* Of the owner that the run has now; this process is one that lives. Looks
 * once, does not wait. -1: it cannot be read. */
int store_owner_state(struct store *s, const struct run_row *r,
	enum owner_state *state, struct err *err);
/* Socket path of an owner that is not gone: 1, 0 it is gone, -1. */
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
/* ERR_BUSY when it is open or pinned, ERR_NOTFOUND when it is gone. */
int store_delete_run(struct store *s, const struct run_row *r,
	struct err *err);
/* Keeps the run whatever its age, or no more; what is pinned is not hidden. */
int store_pin(struct store *s, const struct run_row *r, int pinned,
	struct err *err);

enum check_level { CHECK_OK, CHECK_WARN, CHECK_FAIL };
/* Checks for `wf doctor`, also on a directory that cannot be opened. */
void store_check(const char *dir,
	void (*fn)(void *ud, enum check_level level, const char *name,
		const char *text), void *ud);

/* A fresh id: 26 characters of a ULID's alphabet, lower case, all of them
 * random (see ulid.c). Safe on any thread and after fork. */
void ulid_make(char out[ULID_LEN + 1]);

#endif
