/*
 * The writer thread: takes what is queued, writes it in one transaction
 * under the lock file, tells the loop. What cannot be written for want of
 * space or of the lock is kept and tried again; after an I/O error only a
 * look through a new connection may say that a batch is there; corruption
 * ends all writing and nothing is deleted.
 */
#include "engine/store/inner.h"

#include <errno.h>
#include <string.h>

enum {
	CHECKPOINT_AGAIN = 1024, /* pages more, when a reader was in the way */
	BUSY_SLICE_MS = 5000,    /* between slices of upkeep without idling */
	KEEP_WAL_PAGES = 512,    /* a WAL this small outlives its process */
	CLOSE_CLEAN_MS = 50,     /* upkeep at the end of a short process */
	CLOSE_CLEAN_RUNS = 64    /* in a directory, between two of those */
};

enum verdict { WRITTEN, WAIT, BROKEN };

static int on_wal(void *ud, sqlite3 *c, const char *name, int pages)
{
	struct writer *w = ud;

	(void)c;
	(void)name;
	w->wal_pages = pages;
	return SQLITE_OK;
}

static int has_wal(struct db *db)
{
	sqlite3_stmt *q = NULL;
	const unsigned char *mode;
	int wal = 0;

	if (sqlite3_prepare_v2(db->c, "PRAGMA journal_mode", -1, &q, NULL) ==
			SQLITE_OK && sqlite3_step(q) == SQLITE_ROW) {
		mode = sqlite3_column_text(q, 0);
		wal = mode && strcmp((const char *)mode, "wal") == 0;
	}
	sqlite3_finalize(q);
	return wal;
}

int writer_setup(struct store *s, struct err *err)
{
	struct writer *w = &s->w;
	int rc = db_exec(&w->db, s->normal ? "PRAGMA synchronous=NORMAL" :
		"PRAGMA synchronous=FULL");

	if (rc == SQLITE_OK)
		rc = db_exec(&w->db, "PRAGMA cache_size=-1024;"
			"PRAGMA secure_delete=FAST");
	if (rc == SQLITE_OK)
		rc = tables_add(&w->db, &w->tables);
	if (rc != SQLITE_OK)
		return db_err(&w->db, rc, err, "open the database");
	if (!has_wal(&w->db)) {
		err_set(err, ERR_STATE, "the file system of '%s' has no shared "
			"memory for the journal", s->dir);
		return err_help(err, "set WF_STATE_DIR to a local disk");
	}
	sqlite3_wal_hook(w->db.c, on_wal, w);
	w->known = 0;
	w->checkpoint_at = WAL_PAGES;
	w->clean.stage = CLEAN_DONE;
	return 0;
}

/* -------------------------------------------------------- transactions */
static int64_t column(sqlite3_stmt *q, int i)
{
	return sqlite3_column_int64(q, i);
}

/* Another process wrote since: the counters and plan ids are unknown. */
static int read_counters(struct store *s)
{
	struct writer *w = &s->w;
	sqlite3_stmt *q = db_stmt(&w->db, SQL_DATA_VERSION);
	int rc;

	if (!q || (rc = sqlite3_step(q)) != SQLITE_ROW)
		goto bad;
	if (column(q, 0) != w->data_version)
		w->known = 0;
	w->data_version = column(q, 0);
	sqlite3_reset(q);
	if (w->known)
		return SQLITE_OK;
	memset(w->plans, 0, sizeof(w->plans));
	memset(w->sites, 0, sizeof(w->sites));
	q = db_stmt(&w->db, SQL_COUNTERS);
	if (!q || (rc = sqlite3_step(q)) != SQLITE_ROW)
		goto bad;
	w->next_seq = column(q, 0) + 1;
	w->next_run = column(q, 1) + 1;
	if (!w->opened_run)
		w->opened_run = w->next_run;
	w->known = 1;
	return sqlite3_reset(q);
bad:
	if (!q)
		return sqlite3_extended_errcode(w->db.c);
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

static void forget(struct store *s)
{
	struct writer *w = &s->w;

	w->known = 0;
	if (w->owner_new)
		w->owner_id = 0;
	w->owner_new = 0;
}

int write_finish(struct store *s, int rc)
{
	struct writer *w = &s->w;

	if (rc == SQLITE_OK)
		rc = blob_sync_dirs(s);
	if (rc == SQLITE_OK)
		rc = db_do(&w->db, SQL_COMMIT);
	if (rc == SQLITE_OK) {
		w->owner_new = 0;
		return rc;
	}
	if (!w->what)
		w->sys_errno = sqlite3_system_errno(w->db.c);
	if (!sqlite3_get_autocommit(w->db.c))
		db_do(&w->db, SQL_ROLLBACK);
	forget(s);
	return rc;
}

int write_begin(struct store *s)
{
	struct writer *w = &s->w;
	int rc = lock_take(s->lock_fd, WAIT_LOCK_MS);

	w->what = NULL;
	w->sys_errno = 0;
	if (rc != 0) {
		w->what = rc > 0 ? NULL : "lock the state directory";
		w->sys_errno = errno;
		return rc > 0 ? SQLITE_BUSY : SQLITE_IOERR;
	}
	memset(w->dirty, 0, sizeof(w->dirty));
	w->any_dirty = 0;
	rc = db_do(&w->db, SQL_BEGIN);
	if (rc == SQLITE_OK)
		rc = read_counters(s);
	if (rc == SQLITE_OK)
		return rc;
	rc = write_finish(s, rc);
	lock_give(s->lock_fd);
	return rc;
}

int write_end(struct store *s, int rc)
{
	rc = write_finish(s, rc);
	lock_give(s->lock_fd);
	return rc;
}

/* ------------------------------------------------------------ failures */
static enum verdict judge(const struct writer *w, int rc)
{
	int sys = w->sys_errno;

	switch (rc & 0xff) {
	case SQLITE_OK:
		return WRITTEN;
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return WAIT;
	case SQLITE_IOERR:
		/* Space for shared memory; no failed sync is waited out. */
		if (rc != SQLITE_IOERR_FSYNC && rc != SQLITE_IOERR_DIR_FSYNC &&
		    (sys == ENOSPC || sys == EDQUOT))
			return WAIT;
		return BROKEN;
	default:
		return BROKEN;
	}
}

static void explain(struct store *s, int rc, struct err *err)
{
	struct writer *w = &s->w;

	if (!w->what || (rc & 0xff) == SQLITE_FULL) {
		db_err(&w->db, rc, err, w->what ? w->what :
			"write the journal");
		return;
	}
	err_set(err, ERR_STATE, "%s in '%s': %s", w->what, s->dir,
		strerror(w->sys_errno));
	err_help(err, "run `wf doctor`");
}

/* After an I/O error, still under the lock: a new connection sees what a
 * restart would see. If the batch is there, copying it into the database
 * file makes it durable, for a failed sync says nothing about the WAL. */
static int verify(struct store *s, int64_t last_seq)
{
	struct writer *w = &s->w;
	int rc, log = 0, moved = 0;

	sqlite3_db_config(w->db.c, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	db_close(&w->db);
	if (db_open(&w->db, s->dir, DB_WRITE, NULL) != 0)
		return 0;
	if (writer_setup(s, NULL) != 0 || read_counters(s) != SQLITE_OK)
		return 0;
	if (!last_seq || w->next_seq <= last_seq)
		return 0;
	rc = sqlite3_wal_checkpoint_v2(w->db.c, NULL, SQLITE_CHECKPOINT_PASSIVE,
		&log, &moved);
	return rc == SQLITE_OK && log == moved;
}

/* ----------------------------------------------------------- the group */
static struct batch *next_of(const struct batch *b)
{
	return (struct batch *)b->item.next;
}

static int sync_blobs(struct store *s, struct batch *list)
{
	int rc = SQLITE_OK;

	for (; list && rc == SQLITE_OK; list = next_of(list))
		rc = blob_sync(s, list);
	return rc;
}

static int64_t last_seq(const struct batch *list)
{
	int64_t last = 0;

	for (; list; list = next_of(list))
		if (list->events)
			last = list->seq + list->events - 1;
	return last;
}

static int write_group(struct store *s, struct batch *list)
{
	struct batch *b;
	int rc;

	s->w.what = NULL;
	rc = sync_blobs(s, list);
	if (rc != SQLITE_OK)
		return rc;
	rc = write_begin(s);
	if (rc != SQLITE_OK)
		return rc;
	for (b = list; b && rc == SQLITE_OK; b = next_of(b))
		rc = apply_batch(s, b);
	rc = write_finish(s, rc);
	if (rc != SQLITE_OK && !s->w.what && judge(&s->w, rc) == BROKEN &&
	    !is_corrupt(rc) && verify(s, last_seq(list)))
		rc = SQLITE_OK;
	if (rc == SQLITE_OK)
		wal_widen(s);
	lock_give(s->lock_fd);
	return rc;
}

static int all_empty(const struct batch *list)
{
	for (; list; list = next_of(list))
		if (list->buf.len)
			return 0;
	return 1;
}

/* What only the writer needed of a batch goes before the news is told. */
static void strip(struct batch *list)
{
	for (; list; list = next_of(list))
		batch_strip(list);
}

static void commit(struct store *s, struct batch *list)
{
	enum verdict verdict = WRITTEN;
	int rc = SQLITE_OK, stalled = 0;
	struct err err;

	while (!s->failed && !all_empty(list)) {
		rc = write_group(s, list);
		verdict = judge(&s->w, rc);
		if (verdict != WAIT)
			break;
		explain(s, rc, &err);
		queue_stalled(s, &err);
		stalled = 1;
		if (!queue_stall_wait(s))
			break;
	}
	if (verdict == BROKEN)
		explain(s, rc, &err);
	if (verdict != WRITTEN)
		queue_failed(s, &err);
	else if (stalled)
		queue_resumed(s);
	if (mono_ms() >= s->w.clean_after_ms)
		s->w.clean_due = 1;
	strip(list);
	queue_publish(s, list, s->failed ? STORE_FAILED : STORE_COMMITTED);
}

/* --------------------------------------------------------------- idling */
static void checkpoint(struct store *s)
{
	struct writer *w = &s->w;
	int rc, log = 0, moved = 0;
	struct err err;

	w->what = NULL;
	if (lock_take(s->lock_fd, WAIT_LOCK_MS) != 0)
		return;
	rc = sqlite3_wal_checkpoint_v2(w->db.c, NULL, SQLITE_CHECKPOINT_PASSIVE,
		&log, &moved);
	w->sys_errno = sqlite3_system_errno(w->db.c);
	lock_give(s->lock_fd);
	if (rc == SQLITE_OK && log == moved) {
		w->wal_pages = 0;
		w->checkpoint_at = WAL_PAGES;
		return;
	}
	w->checkpoint_at = w->wal_pages + CHECKPOINT_AGAIN;
	if (judge(w, rc) == BROKEN) {
		explain(s, rc, &err);
		queue_failed(s, &err);
	}
}

/* How long to wait for work before the next upkeep; -1: for ever. */
static int64_t patience(const struct store *s)
{
	if (s->failed)
		return -1;
	return s->w.wal_pages || s->w.clean_due ? IDLE_MS : -1;
}

static void idle(struct store *s)
{
	if (s->w.wal_pages && queue_upkeep_begin(s, 0)) {
		checkpoint(s);
		queue_upkeep_end(s);
	}
	while (s->w.clean_due && queue_upkeep_begin(s, 0)) {
		s->w.clean_due = clean_slice(s);
		queue_upkeep_end(s);
	}
}

/* What cannot wait until there is nothing else to do. */
static void upkeep(struct store *s)
{
	struct writer *w = &s->w;
	int full = w->wal_pages >= w->checkpoint_at;
	int due = w->clean_due && mono_ms() - w->sliced_ms > BUSY_SLICE_MS;

	if ((!full && !due) || !queue_upkeep_begin(s, 1))
		return;
	if (full)
		checkpoint(s);
	if (due)
		w->clean_due = clean_slice(s);
	queue_upkeep_end(s);
}

/* A process too short to idle cleans now and then, or nobody would. */
static void clean_at_end(struct store *s)
{
	struct writer *w = &s->w;
	int64_t until = mono_ms() + CLOSE_CLEAN_MS;

	if (!w->clean_due || !w->known || w->next_run / CLOSE_CLEAN_RUNS ==
			w->opened_run / CLOSE_CLEAN_RUNS)
		return;
	while (w->clean_due && mono_ms() < until)
		w->clean_due = clean_slice(s);
}

static void close_all(struct store *s)
{
	struct writer *w = &s->w;
	int locked;

	if (!s->failed) {
		clean_at_end(s);
		owner_end(s);
	}
	locked = lock_take(s->lock_fd, WAIT_LOCK_MS) == 0;
	/* The next process goes on in a small WAL: to copy and delete it now
	 * and make a new one then costs both tens of milliseconds. */
	if (!locked || s->failed || w->wal_pages < KEEP_WAL_PAGES)
		sqlite3_db_config(w->db.c, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
			1, NULL);
	db_close(&s->reader);
	db_close(&w->db);
	if (locked)
		lock_give(s->lock_fd);
}

void *writer_main(void *store)
{
	struct store *s = store;
	struct item *item;
	int late;

	s->w.sliced_ms = mono_ms();
	for (;;) {
		item = queue_take(s, patience(s), &late);
		if (!item && !late)
			break;
		if (item && item->is_call) {
			struct call *call = (struct call *)item;

			queue_call_done(s, call, call->fn(s, call->arg,
				call->err));
		} else if (item) {
			commit(s, (struct batch *)item);
		} else {
			idle(s);
		}
		upkeep(s);
	}
	close_all(s);
	return NULL;
}
