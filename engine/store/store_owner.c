/*
 * Owners: a process that owns runs holds flock on owners/<ulid>.lock, and
 * its guard inherits the descriptor. Only the lock tells whether an owner is
 * there: pids and times are for messages. A file that nobody locks and no
 * open run names is removed. Probing takes the lock shared, so that two that
 * look at the same time do not see each other.
 */
#include "engine/store/inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"

static void lock_name(const char *ulid, char out[ULID_LEN + 6])
{
	snprintf(out, ULID_LEN + 6, "%.*s.lock", ULID_LEN, ulid);
}

/* Between making the file and locking it another process may sweep it. */
int owner_make(struct store *s, struct err *err)
{
	char name[ULID_LEN + 6];
	struct stat st;
	int tries;

	for (tries = 0; tries < 100; tries++) {
		ulid_make(s->owner);
		lock_name(s->owner, name);
		s->owner_fd = openat(s->owners_fd, name, O_RDWR | O_CREAT |
			O_EXCL | O_CLOEXEC, 0600);
		if (s->owner_fd < 0 && errno == EEXIST)
			continue;
		if (s->owner_fd < 0)
			return err_errno(err, ERR_STATE,
				"make '%s/owners/%s'", s->dir, name);
		if (fchmod(s->owner_fd, 0600) == 0 &&
		    flock(s->owner_fd, LOCK_EX) == 0 &&
		    fstat(s->owner_fd, &st) == 0 && st.st_nlink == 1)
			return 0;
		close(s->owner_fd);
		s->owner_fd = -1;
	}
	return err_set(err, ERR_STATE, "lock '%s/owners/%s'", s->dir, name);
}

/* 1 locked by a living process, 0 free (then *fd holds it shared), -1 no
 * such file. */
static int probe(struct store *s, const char *ulid, int *fd)
{
	char name[ULID_LEN + 6];

	lock_name(ulid, name);
	*fd = openat(s->owners_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? -1 : 1;
	if (flock(*fd, LOCK_SH | LOCK_NB) == 0)
		return 0;
	close(*fd);
	return 1;
}

int owner_alive(struct store *s, const char *ulid)
{
	int fd, rc;

	if (!ulid[0])
		return 0;
	if (s->owner[0] && strcmp(ulid, s->owner) == 0)
		return 1;
	rc = probe(s, ulid, &fd);
	if (rc == 0)
		close(fd);
	return rc > 0;
}

static void read_line(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

void owner_boot(char out[64])
{
	read_line("/proc/sys/kernel/random/boot_id", out, 64);
}

/* Field 22 of its stat; the second may hold anything, the third is its
 * state. */
int64_t owner_ticks(int64_t pid)
{
	char path[40], stat[1024];
	const char *p;
	int field;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	errno = 0;
	read_line(path, stat, sizeof(stat));
	p = strrchr(stat, ')');
	if (!p)
		return errno == ENOENT || errno == ESRCH ? -1 : 0;
	if (p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X'))
		return -1;
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoll(p, NULL, 10) : 0;
}

int apply_owner(struct store *s)
{
	char boot[64], *sock;
	sqlite3_stmt *q;
	int rc;

	if (s->w.owner_id)
		return SQLITE_OK;
	q = db_stmt(&s->w.db, SQL_OWNER_ADD);
	if (!q)
		return sqlite3_extended_errcode(s->w.db.c);
	owner_boot(boot);
	sock = mem_printf("%s/owners/%s.sock", s->dir, s->owner);
	sqlite3_bind_text(q, 1, s->owner, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, getpid());
	sqlite3_bind_int64(q, 4, owner_ticks(getpid()));
	sqlite3_bind_text(q, 5, sock, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 6, wall_ms());
	rc = db_run(q);
	free(sock);
	if (rc == SQLITE_OK) {
		s->w.owner_id = sqlite3_last_insert_rowid(s->w.db.c);
		s->w.owner_new = 1;
	}
	return rc;
}

static void remove_files(struct store *s, const char *ulid)
{
	char name[ULID_LEN + 6];

	snprintf(name, sizeof(name), "%.*s.sock", ULID_LEN, ulid);
	unlinkat(s->owners_fd, name, 0);
	lock_name(ulid, name);
	unlinkat(s->owners_fd, name, 0);
}

/* Does an open run name it? SQLITE_ROW, SQLITE_DONE, or the cause. */
static int named(struct store *s, const char *ulid)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, SQL_OWNER_OPEN);
	int rc;

	if (!q)
		return sqlite3_extended_errcode(s->w.db.c);
	sqlite3_bind_text(q, 1, ulid, -1, SQLITE_TRANSIENT);
	rc = sqlite3_step(q);
	sqlite3_reset(q);
	return rc;
}

/* Drops row and files unless an open run names it. Within a transaction; the
 * files go before the commit: a row without its file is only an owner that
 * is not there, which is true. */
static int drop(struct store *s, const char *ulid)
{
	sqlite3_stmt *q;
	int rc = named(s, ulid);

	if (rc != SQLITE_DONE)
		return rc == SQLITE_ROW ? SQLITE_OK : rc;
	q = db_stmt(&s->w.db, SQL_OWNER_DROP);
	if (!q)
		return sqlite3_extended_errcode(s->w.db.c);
	sqlite3_bind_text(q, 1, ulid, -1, SQLITE_TRANSIENT);
	rc = db_run(q);
	if (rc == SQLITE_OK)
		remove_files(s, ulid);
	return rc;
}

/* ----------------------------------------------------------------- scratch */
static void scratch_name(const char *ulid, char out[ULID_LEN + 3])
{
	snprintf(out, ULID_LEN + 3, "%.*s.d", ULID_LEN, ulid);
}

/* Made each time: somebody may have tidied up. */
int store_scratch(struct store *s, char *path, size_t size, struct err *err)
{
	char name[ULID_LEN + 3];
	int n;

	scratch_name(s->owner, name);
	if (mkdirat(s->owners_fd, name, 0700) != 0 &&
		!(errno == EEXIST && s->scratch))
		return err_errno(err, ERR_STATE, "make '%s/owners/%s'",
			s->dir, name);
	s->scratch = 1;
	n = snprintf(path, size, "%s/owners/%s", s->dir, name);
	return n > 0 && (size_t)n < size ? 0 : err_set(err, ERR_LIMIT,
		"the path of '%.100s…/owners/%s' is too long", s->dir, name);
}

int store_has_scratch(const struct store *s)
{
	return s->scratch;
}

int store_owners_dir(const struct store *s)
{
	return s->owners_fd;
}

static void remove_scratch(struct store *s, const char *name)
{
	int fd = openat(s->owners_fd, name, O_RDONLY | O_DIRECTORY |
		O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (e = readdir(dir)))
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	unlinkat(s->owners_fd, name, AT_REMOVEDIR);
}

static int is_named(const char *name, const char *ending,
	char ulid[ULID_LEN + 1])
{
	if (strlen(name) != ULID_LEN + strlen(ending) ||
	    strcmp(name + ULID_LEN, ending) != 0)
		return 0;
	memcpy(ulid, name, ULID_LEN);
	ulid[ULID_LEN] = '\0';
	return 1;
}

/* Not under the lock: who has gone does not come back under its ulid, and
 * to remove large files takes time. */
static void sweep_scratch(struct store *s, DIR *dir)
{
	char ulid[ULID_LEN + 1];
	const struct dirent *e;

	while ((e = readdir(dir)))
		if (is_named(e->d_name, ".d", ulid) && !owner_alive(s, ulid))
			remove_scratch(s, e->d_name);
	rewinddir(dir);
}

/* The row stays for a later sweep: a commit would cost more than the rest of
 * closing. */
void owner_end(struct store *s)
{
	char name[ULID_LEN + 3];

	scratch_name(s->owner, name);
	if (s->scratch)
		remove_scratch(s, name);
	if (!s->w.owner_id || named(s, s->owner) == SQLITE_DONE)
		remove_files(s, s->owner);
}

static int sweep_one(struct store *s, const char *ulid)
{
	int fd, rc;

	if (strcmp(ulid, s->owner) == 0 || (rc = probe(s, ulid, &fd)) > 0)
		return SQLITE_OK;
	if (rc < 0)
		return drop(s, ulid);
	rc = drop(s, ulid);
	close(fd);
	return rc;
}

static int sweep_rows(struct store *s)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, SQL_OWNERS);
	struct buf ulids;
	size_t at;
	int rc;

	if (!q)
		return sqlite3_extended_errcode(s->w.db.c);
	buf_init(&ulids);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		const char *ulid = (const char *)sqlite3_column_text(q, 0);

		if (ulid && strlen(ulid) == ULID_LEN)
			buf_add(&ulids, ulid, ULID_LEN + 1);
	}
	sqlite3_reset(q);
	rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
	for (at = 0; rc == SQLITE_OK && at < ulids.len; at += ULID_LEN + 1)
		rc = sweep_one(s, ulids.data + at);
	buf_release(&ulids);
	return rc;
}

void owner_sweep(struct store *s)
{
	char ulid[ULID_LEN + 1];
	int fd = openat(s->owners_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int rc;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	sweep_scratch(s, dir);
	rc = write_begin(s);
	if (rc == SQLITE_OK) {
		rc = sweep_rows(s);
		while (rc == SQLITE_OK && (e = readdir(dir)))
			if (is_named(e->d_name, ".lock", ulid))
				rc = sweep_one(s, ulid);
		write_end(s, rc);
	}
	closedir(dir);
}
