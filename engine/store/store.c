/*
 * Opening and closing the state directory. Everything that is made is made
 * with exact modes (directories 0700, files 0600), whatever the umask, and
 * wf.db is never opened by anyone but SQLite: closing any descriptor of it
 * would drop SQLite's locks.
 */
#include "engine/store/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"

enum { OPEN_LOCK_MS = 10000 };

static int way_out(struct err *err)
{
	return err_help(err, "set WF_STATE_DIR to a directory of your own");
}

static int make_dir(int at, const char *path)
{
	if (mkdirat(at, path, 0700) == 0)
		return fchmodat(at, path, 0700, 0);
	return errno == EEXIST ? 0 : -1;
}

/* mkdir -p: all that is missing is made private. */
static int make_path(const char *dir)
{
	char *path = mem_strdup(dir), *p;
	int rc = 0;

	for (p = path + 1; rc == 0 && (p = strchr(p, '/')); p++) {
		*p = '\0';
		rc = make_dir(AT_FDCWD, path);
		*p = '/';
	}
	if (rc == 0)
		rc = make_dir(AT_FDCWD, path);
	free(path);
	return rc;
}

/* Who may write there may also make wf run what he likes. */
int store_check_mode(const char *path, const struct stat *st,
	struct err *err)
{
	int is_dir = S_ISDIR(st->st_mode);

	if (st->st_uid != geteuid()) {
		err_set(err, ERR_STATE, "'%s' belongs to user %u, you are %u",
			path, (unsigned)st->st_uid, (unsigned)geteuid());
		return way_out(err);
	}
	if (!(st->st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	err_set(err, ERR_STATE, "others may write to '%s' (%04o)", path,
		(unsigned)st->st_mode & 07777);
	return err_help(err, "if nobody has: chmod %s '%.160s'",
		is_dir ? "700" : "600", path);
}

static int open_dir(struct store *s, const char *dir, struct err *err)
{
	struct stat st;
	char real[PATH_MAX];

	if (!dir || !dir[0]) {
		err_set(err, ERR_STATE, "no state directory is named");
		return way_out(err);
	}
	if (!s->read_only && make_path(dir) != 0) {
		err_errno(err, ERR_STATE, "make the state directory '%s'", dir);
		return way_out(err);
	}
	s->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0 || !realpath(dir, real)) {
		err_errno(err, ERR_STATE, "open the state directory '%s'", dir);
		return way_out(err);
	}
	s->dir = mem_strdup(real);
	if (fstat(s->dir_fd, &st) != 0)
		return err_errno(err, ERR_STATE, "look at '%s'", dir);
	return store_check_mode(s->dir, &st, err);
}

static int open_folder(struct store *s, const char *name, int *fd,
	struct err *err)
{
	if (!s->read_only && make_dir(s->dir_fd, name) != 0)
		goto bad;
	*fd = openat(s->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		O_NOFOLLOW);
	if (*fd >= 0 || (s->read_only && errno == ENOENT))
		return 0;
bad:
	err_errno(err, ERR_STATE, "open '%s/%s'", s->dir, name);
	return way_out(err);
}

/* Is what lies at wf.db something that SQLite may be given? */
int store_check_file(struct store *s, struct err *err)
{
	char path[PATH_MAX];
	struct stat st, wal;

	if (fstatat(s->dir_fd, "wf.db", &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT && !s->read_only)
			return 0;
		err_errno(err, ERR_STATE, "open '%s/wf.db'", s->dir);
		return way_out(err);
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_STATE, "'%s/wf.db' is not a regular file",
			s->dir);
		return err_help(err, "move it away, or set WF_STATE_DIR to "
			"another directory");
	}
	if (st.st_size == 0 && fstatat(s->dir_fd, "wf.db-wal", &wal,
			AT_SYMLINK_NOFOLLOW) == 0 && wal.st_size > 0) {
		/* SQLite would delete the log. */
		err_set(err, ERR_CORRUPT, "'%s/wf.db' is empty, but its log "
			"wf.db-wal is not", s->dir);
		return err_help(err, "restore wf.db, or move both away to "
			"start anew");
	}
	snprintf(path, sizeof(path), "%s/wf.db", s->dir);
	return store_check_mode(path, &st, err);
}

/* SQLite gives its -wal and -shm the mode of the database. */
static int make_file(struct store *s, struct err *err)
{
	int fd = openat(s->dir_fd, "wf.db", O_RDWR | O_CREAT | O_EXCL |
		O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0 || fchmod(fd, 0600) != 0) {
		err_errno(err, ERR_STATE, "make '%s/wf.db'", s->dir);
		return way_out(err);
	}
	close(fd);
	return 0;
}

static int open_locked(struct store *s, struct err *err)
{
	if (store_check_file(s, err) != 0 || make_file(s, err) != 0 ||
	    db_open(&s->w.db, s->dir, DB_WRITE, err) != 0 ||
	    schema_ready(&s->w.db, 0, s->dir, err) != 0 ||
	    writer_setup(s, err) != 0 || owner_make(s, err) != 0)
		return -1;
	return 0;
}

static int open_writer(struct store *s, struct err *err)
{
	int rc;

	s->lock_fd = lock_open(s->dir_fd, s->dir, err);
	if (s->lock_fd < 0)
		return way_out(err);
	rc = lock_take(s->lock_fd, OPEN_LOCK_MS);
	if (rc > 0) {
		err_set(err, ERR_STATE, "'%s/lock' is held by another process",
			s->dir);
		return err_help(err, "look for a stopped wf: ps, fuser "
			"'%.120s/lock'", s->dir);
	}
	if (rc < 0)
		return err_errno(err, ERR_STATE, "lock '%s/lock'", s->dir);
	rc = open_locked(s, err);
	if (rc != 0)
		db_close(&s->w.db);
	lock_give(s->lock_fd);
	return rc == 0 ? queue_start(s, err) : -1;
}

static int open_reader(struct store *s, struct err *err)
{
	if (store_check_file(s, err) != 0 ||
	    db_open(&s->reader, s->dir, DB_LOOK, err) != 0)
		return -1;
	return schema_ready(&s->reader, 1, s->dir, err);
}

int store_open(struct store **out, const struct store_options *options,
	struct err *err)
{
	static const struct retention defaults = { 1000, 100,
		INT64_C(30) * 24 * 60 * 60 * 1000, UINT64_C(1) << 30 };
	struct store *s = mem_zero(sizeof(*s));

	/* One mutex less in every allocation; too late is no harm. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	s->dir_fd = s->blobs_fd = s->owners_fd = s->lock_fd = s->owner_fd = -1;
	s->normal = options->normal;
	s->read_only = options->read_only;
	s->wake = options->wake;
	s->ud = options->ud;
	s->keep = options->retention ? *options->retention : defaults;
	if (open_dir(s, options->dir, err) != 0 ||
	    open_folder(s, "blobs", &s->blobs_fd, err) != 0 ||
	    open_folder(s, "owners", &s->owners_fd, err) != 0 ||
	    (s->read_only ? open_reader(s, err) : open_writer(s, err)) != 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void store_close(struct store *s)
{
	size_t i;

	if (!s)
		return;
	queue_stop(s);
	db_close(&s->reader);
	db_close(&s->w.db);
	close_fd(s->owner_fd);
	close_fd(s->lock_fd);
	close_fd(s->owners_fd);
	close_fd(s->blobs_fd);
	close_fd(s->dir_fd);
	for (i = 0; i < s->slab_count; i++)
		free(s->slabs[i]);
	free(s->slabs);
	free(s->dir);
	free(s);
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

int store_spool_dir(const struct store *s)
{
	return s->blobs_fd;
}

int store_owner_fd(const struct store *s)
{
	return s->owner_fd;
}

const char *store_owner(const struct store *s)
{
	return s->owner;
}
