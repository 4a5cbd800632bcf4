/*
 * Taking a run over, and finding the owner of one. That its owner's lock is
 * free is checked within the transaction that sets the new owner, so of two
 * processes that try, one gets the run.
 */
#include "engine/store/inner.h"

#include <stdio.h>
#include <string.h>

struct adopt {
	int64_t id;
	int64_t last_seq;
	struct store_run *run;
};

/* Is the process dead? Its id may be another's by now. A lock that is held
 * from another start of a machine is held on another machine: not known. */
static int is_dead(sqlite3_stmt *q)
{
	const char *boot = (const char *)sqlite3_column_text(q, 3);
	int64_t pid = sqlite3_column_int64(q, 1), ticks;
	int64_t start = sqlite3_column_int64(q, 2);
	char now[64];

	owner_boot(now);
	if (pid <= 0 || !boot || strcmp(boot, now) != 0)
		return 0;
	ticks = owner_ticks(pid);
	return ticks < 0 || (ticks > 0 && start > 0 && ticks != start);
}

static int is_ours(struct store *s, sqlite3_stmt *q)
{
	const char *owner = (const char *)sqlite3_column_text(q, 0);

	return owner && strcmp(owner, s->owner) == 0;
}

/* Of the row that the statement stands on. */
static enum owner_state judge(struct store *s, sqlite3_stmt *q)
{
	const char *owner = (const char *)sqlite3_column_text(q, 0);

	if (!owner || !owner_alive(s, owner))
		return OWNER_GONE;
	if (is_ours(s, q) || !is_dead(q))
		return OWNER_LIVES;
	/* It may have ended between the two looks, all of it. */
	return owner_alive(s, owner) ? OWNER_LEAVES : OWNER_GONE;
}

static void busy(sqlite3_stmt *q, enum owner_state state, struct err *err)
{
	long long pid = sqlite3_column_int64(q, 1);

	if (state == OWNER_LEAVES) {
		err_set(err, ERR_BUSY, "the shell that had the run open (pid "
			"%lld) has died, and its steps are still being ended",
			pid);
		err_help(err, "try again in a moment");
		return;
	}
	err_set(err, ERR_BUSY, "the run is open in another shell (pid %lld)",
		pid);
	err_help(err, "/wait waits for it, /cancel ends it, /answer answers "
		"it");
}

/* 0 free (or ours), 1 an err is set, or -1 with *rc. Resets q. */
static int check_holder(struct store *s, int64_t id, int *rc,
	struct err *err)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, SQL_RUN_HOLDER);
	enum owner_state state;
	int busy_now = 0;

	*rc = SQLITE_OK;
	if (!q) {
		*rc = sqlite3_extended_errcode(s->w.db.c);
		return -1;
	}
	sqlite3_bind_int64(q, 1, id);
	*rc = sqlite3_step(q);
	if (*rc == SQLITE_ROW) {
		state = judge(s, q);
		busy_now = state != OWNER_GONE && !is_ours(s, q);
		if (busy_now)
			busy(q, state, err);
	} else if (*rc == SQLITE_DONE) {
		busy_now = 1;
		err_set(err, ERR_NOTFOUND, "the run is gone");
	}
	sqlite3_reset(q);
	if (*rc != SQLITE_ROW && *rc != SQLITE_DONE)
		return -1;
	*rc = SQLITE_OK;
	return busy_now;
}

static int set_owner(struct store *s, struct adopt *a)
{
	sqlite3_stmt *q;
	int rc = apply_owner(s);

	if (rc != SQLITE_OK)
		return rc;
	q = db_stmt(&s->w.db, SQL_RUN_OWNER);
	if (!q)
		return sqlite3_extended_errcode(s->w.db.c);
	sqlite3_bind_int64(q, 1, a->id);
	sqlite3_bind_int64(q, 2, s->w.owner_id);
	a->last_seq = s->w.next_seq - 1;
	return db_run(q);
}

static int adopt(struct store *s, void *arg, struct err *err)
{
	struct adopt *a = arg;
	int rc = write_begin(s), held;

	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "take the run over");
	held = check_holder(s, a->id, &rc, err);
	if (held == 0)
		rc = set_owner(s, a);
	rc = write_end(s, rc);
	if (rc != SQLITE_OK)
		return db_err(&s->w.db, rc, err, "take the run over");
	return held == 0 ? 0 : -1;
}

int store_run_adopt(struct store *s, const struct run_row *r,
	struct store_run **out, struct err *err)
{
	struct adopt a = { .id = r->id };

	if (writer_call(s, adopt, &a, err) != 0)
		return -1;
	*out = store_run_new(s);
	(*out)->id = a.id;
	(*out)->last_seq = a.last_seq;
	return 0;
}

int store_owner_state(struct store *s, const struct run_row *r,
	enum owner_state *state, struct err *err)
{
	sqlite3_stmt *q;
	struct db *db;
	int rc;

	*state = OWNER_GONE;
	if (!r->owner[0])
		return 0;
	db = reader(s, err);
	if (!db)
		return -1;
	q = db_stmt(db, SQL_RUN_HOLDER);
	if (!q)
		return db_err(db, SQLITE_ERROR, err, "cannot read the owner");
	sqlite3_bind_int64(q, 1, r->id);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*state = judge(s, q);
	sqlite3_reset(q);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return db_err(db, rc, err, "cannot read the owner");
}

int store_owner_socket(struct store *s, const struct run_row *r, char *path,
	size_t size, struct err *err)
{
	int n;

	if (!owner_alive(s, r->owner))
		return 0;
	n = snprintf(path, size, "%s/owners/%s.sock", s->dir, r->owner);
	if (n >= 0 && (size_t)n < size)
		return 1;
	return err_set(err, ERR_LIMIT, "the path of the owner's socket is too "
		"long");
}
