/*
 * Upkeep: what is over the bounds goes, oldest first, in small transactions
 * between which other work gets its turn. Never deleted: pinned runs, runs
 * whose owner lives, waiting and paused ones; an interrupted run goes by age
 * alone; its decisions stay, for they have bounds of their own
 * (store_learn_write.c). A blob goes with the last run that refers to it; its file after the
 * commit, still under the lock, so that nobody can be naming it again.
 */
#include "engine/store/inner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "engine/store/learn_record.h"

enum { SLICE_MS = 20, PASS_MS = 60000, VACUUM_PAGES = 256, FREE_PAGES = 256 };

static sqlite3_stmt *want(struct store *s, enum sql sql, int *rc)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, sql);

	*rc = q ? SQLITE_OK : sqlite3_extended_errcode(s->w.db.c);
	return q;
}

/* Runs a statement whose only parameter is a number, or two. */
static int with_ids(struct store *s, enum sql sql, int64_t a, int64_t b)
{
	int rc;
	sqlite3_stmt *q = want(s, sql, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, a);
	if (sqlite3_bind_parameter_count(q) > 1)
		sqlite3_bind_int64(q, 2, b);
	return db_run(q);
}

static int with_digest(struct store *s, enum sql sql, const struct digest *d)
{
	int rc;
	sqlite3_stmt *q = want(s, sql, &rc);

	if (!q)
		return rc;
	sqlite3_bind_blob(q, 1, d->b, DIGEST_BYTES, SQLITE_STATIC);
	return db_run(q);
}

/* A digest of column 0. */
static int digest_of_row(sqlite3_stmt *q, struct digest *d)
{
	const void *p = sqlite3_column_blob(q, 0);

	if (!p || sqlite3_column_bytes(q, 0) != DIGEST_BYTES)
		return SQLITE_CORRUPT;
	memcpy(d->b, p, DIGEST_BYTES);
	return SQLITE_OK;
}

/* ---------------------------------------------------------------- runs */
struct doomed {
	int64_t id, started_ms, first_seq, last_seq; /* last 0: not closed */
	int state, hidden;
	char ulid[ULID_LEN + 1], owner[ULID_LEN + 1];
};

/* Drops a blob's row if nothing refers to it; its file is for later. */
static int drop_blob(struct store *s, const struct digest *d,
	struct buf *gone)
{
	int rc = with_digest(s, SQL_BLOB_DROP, d);

	if (rc == SQLITE_OK && sqlite3_changes(s->w.db.c) > 0)
		buf_add(gone, d, sizeof(*d));
	return rc;
}

static int drop_refs(struct store *s, int64_t id, struct buf *gone)
{
	int rc, step = SQLITE_DONE;
	sqlite3_stmt *q = want(s, SQL_REFS_OF, &rc);
	struct digest d;
	struct buf refs;
	size_t at;

	if (!q)
		return rc;
	buf_init(&refs);
	sqlite3_bind_int64(q, 1, id);
	while (rc == SQLITE_OK && (step = sqlite3_step(q)) == SQLITE_ROW) {
		rc = digest_of_row(q, &d);
		buf_add(&refs, &d, sizeof(d));
	}
	sqlite3_reset(q);
	if (rc == SQLITE_OK && step != SQLITE_DONE)
		rc = step;
	if (rc == SQLITE_OK && refs.len)
		rc = with_ids(s, SQL_REFS_DROP, id, 0);
	for (at = 0; rc == SQLITE_OK && at < refs.len; at += sizeof(d)) {
		memcpy(&d, refs.data + at, sizeof(d));
		rc = drop_blob(s, &d, gone);
	}
	buf_release(&refs);
	return rc;
}

static int drop_events(struct store *s, const struct doomed *r)
{
	int rc;
	sqlite3_stmt *q = want(s, SQL_EVENTS_DROP, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, r->id);
	sqlite3_bind_int64(q, 2, r->first_seq);
	sqlite3_bind_int64(q, 3, r->last_seq ? r->last_seq : INT64_MAX);
	return db_run(q);
}

static int drop_run(struct store *s, const struct doomed *r,
	struct buf *gone)
{
	int rc = drop_refs(s, r->id, gone);
	sqlite3_stmt *q;

	if (rc == SQLITE_OK)
		rc = drop_events(s, r);
	if (rc == SQLITE_OK)
		rc = with_ids(s, SQL_USAGE_DROP, r->id, 0);
	if (rc == SQLITE_OK && (q = want(s, SQL_CACHE_DROP, &rc))) {
		sqlite3_bind_text(q, 1, r->ulid, -1, SQLITE_TRANSIENT);
		rc = db_run(q);
	}
	if (rc == SQLITE_OK)
		rc = with_ids(s, SQL_RUN_DROP, r->id, 0);
	return rc;
}

static void ulid_column(sqlite3_stmt *q, int i, char out[ULID_LEN + 1])
{
	const unsigned char *p = sqlite3_column_text(q, i);

	snprintf(out, ULID_LEN + 1, "%s", p ? (const char *)p : "");
}

/* The next unpinned run after `id`: SQLITE_ROW, SQLITE_DONE, or the cause. */
static int next_run(struct store *s, int64_t id, struct doomed *r)
{
	int rc;
	sqlite3_stmt *q = want(s, SQL_CLEAN_NEXT, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, id);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW) {
		r->id = sqlite3_column_int64(q, 0);
		ulid_column(q, 1, r->ulid);
		r->state = sqlite3_column_int(q, 2);
		r->started_ms = sqlite3_column_int64(q, 3);
		r->hidden = sqlite3_column_int(q, 4);
		r->first_seq = sqlite3_column_int64(q, 5);
		r->last_seq = sqlite3_column_int64(q, 6);
		ulid_column(q, 7, r->owner);
	}
	sqlite3_reset(q);
	return rc;
}

/* Somebody may still write to it, or a person may go on with it. */
static int is_open(struct store *s, const struct doomed *r)
{
	if (r->state == RUN_WAITING || r->state == RUN_PAUSED)
		return 1;
	if (r->state != RUN_RUNNING && r->last_seq)
		return 0;
	return owner_alive(s, r->owner);
}

static int is_over(const struct clean *c, const struct doomed *r)
{
	if (r->started_ms < c->older_ms)
		return 1;
	if (r->state == RUN_RUNNING)
		return 0;
	return r->id <= (r->hidden ? c->hidden_to : c->shown_to);
}

/* Ends a transaction that deleted: numbers are not given again, and files
 * go while the lock is still held. */
static int end(struct store *s, int rc, struct buf *gone)
{
	struct digest d;
	size_t at;

	if (rc == SQLITE_OK)
		rc = with_ids(s, SQL_FLOORS, s->w.next_seq - 1,
			s->w.next_run - 1);
	rc = write_finish(s, rc);
	for (at = 0; rc == SQLITE_OK && at < gone->len; at += sizeof(d)) {
		memcpy(&d, gone->data + at, sizeof(d));
		blob_unlink(s, &d);
	}
	buf_release(gone);
	lock_give(s->lock_fd);
	return rc;
}

static int clean_runs(struct store *s, struct clean *c)
{
	int64_t until = mono_ms() + SLICE_MS;
	struct doomed r;
	uint64_t count = 0;
	struct buf gone;
	int rc = write_begin(s), step = SQLITE_ROW;

	if (rc != SQLITE_OK)
		return rc;
	buf_init(&gone);
	while (rc == SQLITE_OK && mono_ms() < until) {
		step = next_run(s, c->at, &r);
		if (step != SQLITE_ROW)
			break;
		if (r.id > c->shown_to && r.id > c->hidden_to &&
		    r.started_ms >= c->older_ms) {
			step = SQLITE_DONE;
			break;
		}
		c->at = r.id;
		if (!is_over(c, &r) || is_open(s, &r))
			continue;
		rc = drop_run(s, &r, &gone);
		count++;
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = step;
	rc = end(s, rc, &gone);
	if (rc == SQLITE_OK)
		c->deleted += count;
	if (rc == SQLITE_OK && step == SQLITE_DONE)
		c->stage = c->deleted ? CLEAN_PLANS : CLEAN_BLOBS;
	return rc;
}

/* Which ids are beyond the depths, counted from the newest. */
static int clean_depths(struct store *s, struct clean *c)
{
	int rc, step;
	uint32_t shown = 0, hidden = 0;
	sqlite3_stmt *q = want(s, SQL_CLEAN_DEPTHS, &rc);

	if (!q)
		return rc;
	c->at = c->shown_to = c->hidden_to = 0;
	while ((step = sqlite3_step(q)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(q, 0);

		if (sqlite3_column_int(q, 1)) {
			if (hidden++ == c->keep.hidden_runs)
				c->hidden_to = id;
		} else if (shown++ == c->keep.runs) {
			c->shown_to = id;
		}
		if (shown > c->keep.runs && hidden > c->keep.hidden_runs)
			break;
	}
	sqlite3_reset(q);
	c->older_ms = wall_ms() - c->keep.age_ms;
	c->stage = CLEAN_LEARNED;
	return step == SQLITE_ROW || step == SQLITE_DONE ? SQLITE_OK : step;
}

static int clean_learned(struct store *s, struct clean *c)
{
	int rc = learn_clean(s, mono_ms() + SLICE_MS);

	if (rc == SQLITE_DONE)
		c->stage = CLEAN_RUNS;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* --------------------------------------------------------------- blobs */
static int number(struct store *s, enum sql sql, int64_t *out)
{
	int rc;
	sqlite3_stmt *q = want(s, sql, &rc);

	if (!q)
		return rc;
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Bytes that must go; a blob without a run always goes. */
static int next_blob(struct store *s, int over, struct digest *d,
	int64_t *bytes)
{
	int rc;
	sqlite3_stmt *q = want(s, over ? SQL_BLOB_OLDEST : SQL_BLOB_UNUSED,
		&rc);

	if (!q)
		return rc;
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW) {
		int bad = digest_of_row(q, d);

		*bytes = sqlite3_column_int64(q, 1);
		rc = bad ? bad : rc;
	}
	sqlite3_reset(q);
	return rc;
}

static int clean_blobs(struct store *s, struct clean *c)
{
	int64_t until = mono_ms() + SLICE_MS, total = 0, bytes = 0;
	struct digest d;
	struct buf gone;
	int rc = write_begin(s), step = SQLITE_ROW, over;

	if (rc != SQLITE_OK)
		return rc;
	buf_init(&gone);
	rc = number(s, SQL_BLOB_BYTES, &total);
	while (rc == SQLITE_OK && mono_ms() < until) {
		over = (uint64_t)total > c->keep.blob_bytes;
		step = next_blob(s, over, &d, &bytes);
		if (step != SQLITE_ROW)
			break;
		rc = with_digest(s, SQL_REF_DROP, &d);
		if (rc == SQLITE_OK)
			rc = drop_blob(s, &d, &gone);
		total -= bytes;
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = step;
	rc = end(s, rc, &gone);
	if (rc == SQLITE_OK && step == SQLITE_DONE)
		c->stage = c->swept ? CLEAN_VACUUM : CLEAN_FILES;
	return rc;
}

/* A file in a folder of blobs that no row names: left by a crash or by a
 * transaction that was rolled back. Under the lock none is on its way in. */
static int orphan(struct store *s, const char *name, int *rc)
{
	size_t n = strlen(name);
	struct digest d;
	sqlite3_stmt *q;

	if (n == DIGEST_HEX + 4 && strcmp(name + DIGEST_HEX, ".new") == 0)
		return 1;
	if (digest_parse(name, &d) != 0 || !(q = want(s, SQL_BLOB_KNOWN, rc)))
		return 0;
	sqlite3_bind_blob(q, 1, d.b, DIGEST_BYTES, SQLITE_STATIC);
	*rc = sqlite3_step(q);
	sqlite3_reset(q);
	if (*rc == SQLITE_ROW) {
		*rc = SQLITE_OK;
		return 0;
	}
	if (*rc != SQLITE_DONE)
		return 0;
	*rc = SQLITE_OK;
	return 1;
}

static int clean_folder(struct store *s, DIR *dir)
{
	const struct dirent *e;
	int rc = write_begin(s);

	if (rc != SQLITE_OK)
		return rc;
	while (rc == SQLITE_OK && (e = readdir(dir)))
		if (orphan(s, e->d_name, &rc))
			unlinkat(dirfd(dir), e->d_name, 0);
	return write_end(s, rc);
}

static int clean_files(struct store *s, struct clean *c)
{
	int64_t until = mono_ms() + SLICE_MS;
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK && c->folder < 256 && mono_ms() < until) {
		char name[4];
		DIR *dir;
		int fd;

		snprintf(name, sizeof(name), "%02x", (unsigned)c->folder++);
		fd = openat(s->blobs_fd, name, O_RDONLY | O_DIRECTORY |
			O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			continue;
		dir = fdopendir(fd);
		if (!dir) {
			close(fd);
			continue;
		}
		rc = clean_folder(s, dir);
		closedir(dir);
	}
	if (c->folder == 256) {
		c->swept = 1;
		c->stage = CLEAN_VACUUM;
	}
	return rc;
}

/* ---------------------------------------------------------- the passes */
static int clean_plans(struct store *s, struct clean *c)
{
	struct buf gone;
	int rc = write_begin(s);

	if (rc != SQLITE_OK)
		return rc;
	buf_init(&gone);
	rc = db_do(&s->w.db, SQL_PLANS_DROP);
	memset(s->w.plans, 0, sizeof(s->w.plans));
	if (rc == SQLITE_OK)
		rc = with_ids(s, SQL_CACHE_EXPIRED, wall_ms(), 0);
	rc = end(s, rc, &gone);
	c->stage = CLEAN_BLOBS;
	return rc;
}

static int clean_vacuum(struct store *s, struct clean *c)
{
	int64_t unused = 0, pages = 0;
	char sql[64];
	int rc = number(s, SQL_PAGES_FREE, &unused);

	if (rc == SQLITE_OK)
		rc = number(s, SQL_PAGES, &pages);
	if (rc != SQLITE_OK || unused < FREE_PAGES || unused < pages / 4) {
		c->stage = CLEAN_DONE;
		return rc;
	}
	rc = write_begin(s);
	if (rc != SQLITE_OK)
		return rc;
	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
		VACUUM_PAGES);
	return write_end(s, db_exec(&s->w.db, sql));
}

static int stage(struct store *s, struct clean *c)
{
	switch (c->stage) {
	case CLEAN_DEPTHS:
		return clean_depths(s, c);
	case CLEAN_LEARNED:
		return clean_learned(s, c);
	case CLEAN_RUNS:
		return clean_runs(s, c);
	case CLEAN_PLANS:
		return clean_plans(s, c);
	case CLEAN_BLOBS:
		return clean_blobs(s, c);
	case CLEAN_FILES:
		return clean_files(s, c);
	case CLEAN_VACUUM:
		return clean_vacuum(s, c);
	case CLEAN_DONE:
		break;
	}
	return SQLITE_OK;
}

int clean_slice(struct store *s)
{
	struct clean *c = &s->w.clean;
	int rc;

	if (c->stage == CLEAN_DONE) {
		c->stage = CLEAN_DEPTHS;
		c->deleted = 0;
		c->keep = s->keep;
		owner_sweep(s);
	}
	rc = stage(s, c);
	s->w.sliced_ms = mono_ms();
	if (rc == SQLITE_OK && c->stage != CLEAN_DONE)
		return 1;
	/* Trouble shows in the next commit; upkeep just comes again later. */
	c->stage = CLEAN_DONE;
	s->w.clean_after_ms = s->w.sliced_ms + PASS_MS;
	return 0;
}

static int clean_all(struct store *s, void *arg, struct err *err)
{
	struct clean *c = arg;
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK && c->stage != CLEAN_DONE)
		rc = stage(s, c);
	return rc == SQLITE_OK ? 0 : db_err(&s->w.db, rc, err, "clean up");
}

int store_clean(struct store *s, const struct retention *r, uint64_t *runs,
	struct err *err)
{
	struct clean c = { .keep = *r };

	if (writer_call(s, clean_all, &c, err) != 0)
		return -1;
	*runs = c.deleted;
	return 0;
}

/* Why there is no run to delete. */
static int not_there(struct store *s, int64_t id, struct err *err)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, SQL_RUN_PINNED);
	int there = 0;

	if (q) {
		sqlite3_bind_int64(q, 1, id);
		there = sqlite3_step(q) == SQLITE_ROW;
		sqlite3_reset(q);
	}
	return there ? err_set(err, ERR_BUSY, "the run is pinned")
		: err_set(err, ERR_NOTFOUND, "the run is gone");
}

struct pin {
	int64_t id;
	int on;
};

static int pin_run(struct store *s, void *arg, struct err *err)
{
	struct pin *p = arg;
	int rc = write_begin(s), found = 0;
	sqlite3_stmt *q;

	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "pin the run");
	q = db_stmt(&s->w.db, SQL_RUN_PIN);
	rc = q ? SQLITE_OK : sqlite3_extended_errcode(s->w.db.c);
	if (q) {
		sqlite3_bind_int64(q, 1, p->id);
		sqlite3_bind_int(q, 2, p->on != 0);
		rc = db_run(q);
		found = sqlite3_changes(s->w.db.c) > 0;
	}
	rc = write_end(s, rc);
	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "pin the run");
	return found ? 0 : not_there(s, p->id, err);
}

int store_pin(struct store *s, const struct run_row *r, int pinned,
	struct err *err)
{
	struct pin p = { .id = r->id, .on = pinned };

	return writer_call(s, pin_run, &p, err);
}

static int delete_run(struct store *s, void *arg, struct err *err)
{
	struct doomed *r = arg;
	int64_t id = r->id;
	struct buf gone;
	int rc = write_begin(s), step, open = 0;

	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "delete the run");
	buf_init(&gone);
	step = next_run(s, id - 1, r);
	if (step == SQLITE_ROW && r->id == id)
		open = is_open(s, r) && owner_alive(s, r->owner);
	else if (step == SQLITE_ROW || step == SQLITE_DONE)
		r->id = 0;
	else
		rc = step;
	if (rc == SQLITE_OK && r->id && !open)
		rc = drop_run(s, r, &gone);
	rc = end(s, rc, &gone);
	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "delete the run");
	if (open)
		return err_set(err, ERR_BUSY, "the run is still open");
	return r->id ? 0 : not_there(s, id, err);
}

int store_delete_run(struct store *s, const struct run_row *r,
	struct err *err)
{
	struct doomed d = { .id = r->id };

	return writer_call(s, delete_run, &d, err);
}
