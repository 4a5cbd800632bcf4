/*
 * Taking a run over, and finding the owner of one. That its owner's lock is
 * free is checked within the transaction that sets the new owner, so of two
 * processes that try, one gets the run.
 */
#include "engine/store/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEAVE_MS = 3000 }; /* more than a guard's grace */

struct adopt {
	int64_t id;
	int64_t last_seq;
	struct store_run *run;
};

static int busy(sqlite3_stmt *q, struct err *err)
{
	err_set(err, ERR_BUSY, "the run is open in another shell (pid %lld)",
		(long long)sqlite3_column_int64(q, 1));
	return err_help(err, "/wait waits for it, /cancel ends it, /answer "
		"answers it");
}

/* 0 free (or ours), 1 an err is set, or -1 with *rc. Resets q. */
static int check_holder(struct store *s, int64_t id, int *rc,
	struct err *err)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, SQL_RUN_HOLDER);
	const char *owner;
	int busy_now = 0;

	*rc = SQLITE_OK;
	if (!q) {
		*rc = sqlite3_extended_errcode(s->w.db.c);
		return -1;
	}
	sqlite3_bind_int64(q, 1, id);
	*rc = sqlite3_step(q);
	if (*rc == SQLITE_ROW) {
		owner = (const char *)sqlite3_column_text(q, 0);
		if (owner && strcmp(owner, s->owner) != 0 &&
		    owner_alive(s, owner))
			busy_now = 1;
		if (busy_now)
			busy(q, err);
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

/* The process, or -1 when it is not known. */
static int64_t owner_pid(struct store *s, const char *ulid)
{
	struct err err = {0};
	struct db *db = reader(s, &err);
	sqlite3_stmt *q = db ? db_stmt(db, SQL_OWNER_PID) : NULL;
	int64_t pid = -1;

	if (!q)
		return -1;
	sqlite3_bind_text(q, 1, ulid, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(q) == SQLITE_ROW)
		pid = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return pid;
}

/* Gone, or dead and not waited for. */
static int is_dead(int64_t pid)
{
	char path[40], stat[512];
	const char *end;
	ssize_t n;
	int fd;

	if (pid <= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	end = strrchr(stat, ')');
	return n < 0 || (end && (end[2] == 'Z' || end[2] == 'X'));
}

/* An owner that has died leaves its lock to its guard, which gives it back
 * when it has ended the steps: a moment. 1 when the owner is still there. */
static int owner_stays(struct store *s, const char *ulid)
{
	struct timespec pause = { 0, 10 * 1000000L };
	int64_t pid, until = mono_ms() + LEAVE_MS;

	if (!owner_alive(s, ulid))
		return 0;
	if (strcmp(ulid, s->owner) == 0)
		return 1;
	pid = owner_pid(s, ulid);
	while (is_dead(pid) && mono_ms() < until) {
		nanosleep(&pause, NULL);
		if (!owner_alive(s, ulid))
			return 0;
	}
	return 1;
}

int store_run_adopt(struct store *s, const struct run_row *r,
	struct store_run **out, struct err *err)
{
	struct adopt a = { .id = r->id };

	owner_stays(s, r->owner);

	if (writer_call(s, adopt, &a, err) != 0)
		return -1;
	*out = store_run_new(s);
	(*out)->id = a.id;
	(*out)->last_seq = a.last_seq;
	return 0;
}

int store_owner_socket(struct store *s, const struct run_row *r, char *path,
	size_t size, struct err *err)
{
	int n;

	if (!owner_stays(s, r->owner))
		return 0;
	n = snprintf(path, size, "%s/owners/%s.sock", s->dir, r->owner);
	if (n >= 0 && (size_t)n < size)
		return 1;
	return err_set(err, ERR_LIMIT, "the path of the owner's socket is too "
		"long");
}
