/*
 * The checks of `wf doctor`: they only look. They work on a directory that
 * store_open refuses, and say the way out of what they find. The database is
 * opened by SQLite alone, read-only.
 */
#include "engine/store/inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "engine/core/run.h"

enum {
	LOCK_MS = 1000, LOW_MIB = 256, NO_MIB = 16, WAL_MIB = 64,
	SKEW_MS = 5 * 60 * 1000, YEAR_2024 = 1704067
};

struct check {
	struct store s;        /* only what looking needs */
	void (*fn)(void *ud, enum check_level level, const char *name,
		const char *text);
	void *ud;
};

__attribute__((format(printf, 4, 5)))
static void say(struct check *c, enum check_level level, const char *name,
	const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->fn(c->ud, level, name, text);
}

/* ----------------------------------------------------------- directory */
/* File systems where two machines may write, without shared memory. */
static const char *network_name(int fd)
{
	struct statfs st;

	if (fstatfs(fd, &st) != 0)
		return NULL;
	switch ((unsigned long)st.f_type) {
	case 0x6969:
		return "NFS";
	case 0xff534d42:
	case 0xfe534d42:
	case 0x517b:
		return "SMB";
	case 0x01021997:
		return "9p";
	default:
		return NULL;
	}
}

/* What store_open refuses fails; what others may only read is warned of. */
static int check_mode(struct check *c, const char *path,
	const struct stat *st)
{
	struct err err = {0};

	if (store_check_mode(path, st, &err) < 0)
		say(c, CHECK_FAIL, "modes", "%s; %s", err.text, err.help);
	else if (st->st_mode & 077)
		say(c, CHECK_WARN, "modes", "others may read '%s' (%04o): "
			"chmod %s it", path, (unsigned)st->st_mode & 07777,
			S_ISDIR(st->st_mode) ? "700" : "600");
	else
		return 0;
	return 1;
}

/* The directory is not there: could it be? */
static void check_missing(struct check *c, const char *dir)
{
	char path[PATH_MAX], *slash;

	snprintf(path, sizeof(path), "%s", dir);
	while ((slash = strrchr(path, '/')) && slash > path &&
	    faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) != 0)
		*slash = '\0';
	if (slash == path)
		path[1] = '\0';
	if (!slash || faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0)
		say(c, CHECK_OK, "state", "'%s' does not exist yet; the first "
			"run makes it", dir);
	else
		say(c, CHECK_FAIL, "state", "'%s' cannot be made in '%s': %s; "
			"set WF_STATE_DIR to a directory of your own", dir,
			path, strerror(errno));
}

static void check_modes(struct check *c, const struct stat *st)
{
	static const char *const files[] = { "wf.db", "wf.db-wal",
		"wf.db-shm", "lock" };
	int bad = check_mode(c, c->s.dir, st);
	char path[PATH_MAX];
	struct stat f;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", c->s.dir, files[i]);
		if (fstatat(c->s.dir_fd, files[i], &f,
				AT_SYMLINK_NOFOLLOW) == 0)
			bad |= check_mode(c, path, &f);
	}
	if (!bad)
		say(c, CHECK_OK, "modes", "private to you");
}

/* 1 when there is a directory to look into. */
static int check_dir(struct check *c, const char *dir)
{
	const char *net;
	struct stat st;

	c->s.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->s.dir_fd < 0 && errno == ENOENT &&
	    lstat(dir, &st) != 0) {
		check_missing(c, dir);
		return 0;
	}
	if (c->s.dir_fd < 0) {
		say(c, CHECK_FAIL, "state", "open '%s': %s; set WF_STATE_DIR "
			"to a directory of your own", dir, strerror(errno));
		return 0;
	}
	c->s.owners_fd = openat(c->s.dir_fd, "owners", O_RDONLY | O_DIRECTORY |
		O_CLOEXEC);
	c->s.blobs_fd = openat(c->s.dir_fd, "blobs", O_RDONLY | O_DIRECTORY |
		O_CLOEXEC);
	net = network_name(c->s.dir_fd);
	if (faccessat(c->s.dir_fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
		say(c, CHECK_FAIL, "state", "'%s' cannot be written: %s; set "
			"WF_STATE_DIR to a directory of your own", dir,
			strerror(errno));
	else if (net)
		say(c, CHECK_FAIL, "state", "'%s' is on %s, where the journal "
			"is not safe: set WF_STATE_DIR to a local disk", dir,
			net);
	else
		say(c, CHECK_OK, "state", "%s", dir);
	if (fstat(c->s.dir_fd, &st) == 0)
		check_modes(c, &st);
	return 1;
}

static void check_space(struct check *c)
{
	struct statvfs v;
	uint64_t mib;

	if (fstatvfs(c->s.dir_fd, &v) != 0) {
		say(c, CHECK_WARN, "space", "statvfs: %s", strerror(errno));
		return;
	}
	mib = (uint64_t)v.f_bavail * v.f_frsize >> 20;
	if (mib < NO_MIB || (v.f_files && v.f_favail == 0))
		say(c, CHECK_FAIL, "space", "%llu MiB free: runs pause until "
			"there is more", (unsigned long long)mib);
	else
		say(c, mib < LOW_MIB ? CHECK_WARN : CHECK_OK, "space",
			"%llu MiB free", (unsigned long long)mib);
}

/* The pid that holds flock on the file: as /proc/locks tells. */
static long lock_holder(int fd)
{
	FILE *f = fopen("/proc/locks", "re");
	struct stat st;
	char line[256];
	unsigned long ino;
	long pid = 0, found = 0;

	if (!f || fstat(fd, &st) != 0) {
		if (f)
			fclose(f);
		return 0;
	}
	while (!found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s FLOCK %*s WRITE %ld %*x:%*x:%lu", &pid,
				&ino) == 2 && ino == (unsigned long)st.st_ino)
			found = pid;
	fclose(f);
	return found;
}

static void check_lock(struct check *c)
{
	int fd = openat(c->s.dir_fd, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int rc;

	if (fd < 0) {
		if (errno != ENOENT)
			say(c, CHECK_FAIL, "lock", "open '%s/lock': %s",
				c->s.dir, strerror(errno));
		return;
	}
	rc = lock_take(fd, LOCK_MS);
	if (rc > 0)
		say(c, CHECK_FAIL, "lock", "process %ld has held it for over a "
			"second: is it stopped?", lock_holder(fd));
	else if (rc < 0)
		say(c, CHECK_FAIL, "lock", "flock: %s", strerror(errno));
	else
		say(c, CHECK_OK, "lock", "free");
	if (rc == 0)
		lock_give(fd);
	close(fd);
}

/* ------------------------------------------------------------ database */
static int64_t number(struct check *c, const char *sql)
{
	sqlite3_stmt *q;
	int64_t v = -1;

	if (sqlite3_prepare_v2(c->s.reader.c, sql, -1, &q, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return v;
}

/* Every row of it, to its last column, can be read. */
static int is_readable(struct check *c, const char *table)
{
	sqlite3_stmt *q;
	char sql[80];
	int rc;

	snprintf(sql, sizeof(sql), "SELECT * FROM %s", table);
	rc = sqlite3_prepare_v2(c->s.reader.c, sql, -1, &q, NULL);
	if (rc != SQLITE_OK)
		return 0;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW)
		sqlite3_column_blob(q, sqlite3_column_count(q) - 1);
	sqlite3_finalize(q);
	return rc == SQLITE_DONE;
}

/* Plan and events of the run can be read. */
static int is_run_readable(sqlite3_stmt *q, int64_t id)
{
	int rc;

	sqlite3_bind_int64(q, 1, id);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW)
		sqlite3_column_blob(q, 0);
	sqlite3_reset(q);
	return rc == SQLITE_DONE;
}

static void tell_damaged_runs(struct check *c)
{
	static const char one[] = "SELECT p.body FROM runs r JOIN plans p ON "
		"p.id = r.plan WHERE r.id = ?1 UNION ALL SELECT e.data FROM "
		"runs r JOIN events e ON e.seq BETWEEN r.first_seq AND "
		"ifnull(r.last_seq, 9e18) AND e.run = r.id WHERE r.id = ?1";
	enum { NAMED = 5 };
	sqlite3_stmt *all = NULL, *q = NULL;
	int64_t runs = 0, bad = 0;
	struct buf names;

	buf_init(&names);
	if (sqlite3_prepare_v2(c->s.reader.c, "SELECT id, ulid FROM runs", -1,
			&all, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(c->s.reader.c, one, -1, &q, NULL) ==
			SQLITE_OK)
		while (sqlite3_step(all) == SQLITE_ROW) {
			runs++;
			if (is_run_readable(q, sqlite3_column_int64(all, 0)))
				continue;
			if (bad++ < NAMED)
				buf_printf(&names, " %s", (const char *)
					sqlite3_column_text(all, 1));
		}
	sqlite3_finalize(all);
	sqlite3_finalize(q);
	if (bad)
		say(c, CHECK_FAIL, "damage", "%lld of %lld runs cannot be read:"
			"%s%s", (long long)bad, (long long)runs,
			buf_cstr(&names), bad > NAMED ? " …" : "");
	else
		say(c, CHECK_WARN, "damage", "all %lld runs that are listed "
			"can be read", (long long)runs);
	buf_release(&names);
}

/* What is damaged, and what can be done: nothing here changes a file. */
static void tell_damage(struct check *c)
{
	static const char *const tables[] = { "runs", "events", "plans",
		"durations", "cache", "blobs", "blob_refs", "owners" };
	struct buf bad;
	size_t i;

	buf_init(&bad);
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (!is_readable(c, tables[i]))
			buf_printf(&bad, " %s", tables[i]);
	say(c, CHECK_FAIL, "damage", bad.len ? "unreadable in part:%s" :
		"all tables can be read; an index or free space is damaged%s",
		buf_cstr(&bad));
	buf_release(&bad);
	tell_damaged_runs(c);
	say(c, CHECK_FAIL, "rescue", "end every wf, then start anew beside it:"
		" mv '%.200s' '%.200s.damaged'; what can be read is still "
		"shown by: WF_STATE_DIR='%.200s.damaged' wf; never part wf.db "
		"from its wf.db-wal", c->s.dir, c->s.dir, c->s.dir);
}

static void check_integrity(struct check *c)
{
	sqlite3_stmt *q = NULL;
	const char *text;
	struct buf line;
	size_t i;
	int rc = sqlite3_prepare_v2(c->s.reader.c, "PRAGMA quick_check(3)", -1,
		&q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) :
		sqlite3_errmsg(c->s.reader.c);
	if (rc == SQLITE_ROW && text && strcmp(text, "ok") == 0) {
		say(c, CHECK_OK, "integrity", "the database is whole");
		sqlite3_finalize(q);
		return;
	}
	buf_init(&line);
	buf_str(&line, text ? text : "no answer");
	for (i = 0; i < line.len; i++)
		if (line.data[i] == '\n')
			line.data[i] = ';';
	say(c, CHECK_FAIL, "integrity", "wf.db is damaged: %s",
		buf_cstr(&line));
	buf_release(&line);
	sqlite3_finalize(q);
	tell_damage(c);
}

/* "17 runs", or that they cannot be counted. */
static void add_count(struct check *c, const char *table, struct buf *out)
{
	char sql[80];
	int64_t n;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	n = number(c, sql);
	if (n < 0)
		buf_printf(out, ", %s that cannot be counted", table);
	else
		buf_printf(out, ", %lld %s", (long long)n, table);
}

/* 1 when the database can be asked further. */
static int check_database(struct check *c)
{
	struct buf counts;
	struct stat st;
	struct err err;

	if (fstatat(c->s.dir_fd, "wf.db", &st, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT) {
		say(c, CHECK_OK, "database", "there is none yet");
		return 0;
	}
	if (store_check_file(&c->s, &err) != 0 ||
	    db_open(&c->s.reader, c->s.dir, DB_LOOK, &err) != 0 ||
	    schema_ready(&c->s.reader, 1, c->s.dir, &err) != 0) {
		say(c, CHECK_FAIL, "database", "%s; %s", err.text, err.help);
		return 0;
	}
	buf_init(&counts);
	add_count(c, "runs", &counts);
	add_count(c, "events", &counts);
	say(c, CHECK_OK, "database", "schema %lld%s, %lld MiB",
		(long long)number(c, "PRAGMA user_version"),
		buf_cstr(&counts), (long long)st.st_size >> 20);
	buf_release(&counts);
	if (fstatat(c->s.dir_fd, "wf.db-wal", &st, 0) == 0 &&
	    st.st_size >> 20 > WAL_MIB)
		say(c, CHECK_WARN, "database", "wf.db-wal has %lld MiB: a "
			"reader keeps it from being recycled",
			(long long)st.st_size >> 20);
	check_integrity(c);
	return 1;
}

static void check_owners(struct check *c)
{
	int64_t open = 0, lost = 0;
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(c->s.reader.c, "SELECT o.ulid, count(*) FROM "
			"runs r LEFT JOIN owners o ON o.id = r.owner WHERE "
			"r.state = 0 GROUP BY 1", -1, &q, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *ulid = (const char *)sqlite3_column_text(q, 0);
		int64_t n = sqlite3_column_int64(q, 1);

		open += n;
		if (!ulid || !owner_alive(&c->s, ulid))
			lost += n;
	}
	sqlite3_finalize(q);
	if (lost)
		say(c, CHECK_WARN, "runs", "%lld interrupted: /runs "
			"status:interrupted lists them, /resume goes on",
			(long long)lost);
	else
		say(c, CHECK_OK, "runs", "%lld running", (long long)open);
}

static int64_t count_missing(struct check *c)
{
	sqlite3_stmt *q;
	int64_t missing = 0;

	if (sqlite3_prepare_v2(c->s.reader.c, "SELECT lower(hex(digest)) FROM "
			"blobs", -1, &q, NULL) != SQLITE_OK)
		return 0;
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *hex = (const char *)sqlite3_column_text(q, 0);
		char path[DIGEST_HEX + 8];

		snprintf(path, sizeof(path), "%.2s/%.64s", hex, hex);
		missing += faccessat(c->s.blobs_fd, path, F_OK, 0) != 0;
	}
	sqlite3_finalize(q);
	return missing;
}

static int64_t count_orphans(struct check *c)
{
	sqlite3_stmt *q = db_stmt(&c->s.reader, SQL_BLOB_KNOWN);
	int64_t orphans = 0;
	struct digest d;
	int i, fd;

	for (i = 0; q && i < 256; i++) {
		const struct dirent *e;
		char name[4];
		DIR *dir;

		snprintf(name, sizeof(name), "%02x", (unsigned)i);
		fd = openat(c->s.blobs_fd, name, O_RDONLY | O_DIRECTORY |
			O_CLOEXEC);
		dir = fd < 0 ? NULL : fdopendir(fd);
		while (dir && (e = readdir(dir))) {
			if (digest_parse(e->d_name, &d) != 0)
				continue;
			sqlite3_bind_blob(q, 1, d.b, DIGEST_BYTES,
				SQLITE_STATIC);
			orphans += sqlite3_step(q) != SQLITE_ROW;
			sqlite3_reset(q);
		}
		if (dir)
			closedir(dir);
		else if (fd >= 0)
			close(fd);
	}
	return orphans;
}

static void check_blobs(struct check *c)
{
	int64_t missing, orphans, count;

	if (c->s.blobs_fd < 0)
		return;
	count = number(c, "SELECT count(*) FROM blobs");
	if (count < 0) {
		say(c, CHECK_FAIL, "blobs", "they cannot be counted");
		return;
	}
	missing = count_missing(c);
	orphans = count_orphans(c);
	if (missing)
		say(c, CHECK_FAIL, "blobs", "%lld outputs have no file any "
			"more: their runs cannot show or resume them",
			(long long)missing);
	else
		say(c, CHECK_OK, "blobs", "%lld, %lld MiB%s",
			(long long)count, (long long)number(c, "SELECT "
				"ifnull(sum(bytes), 0) FROM blobs") >> 20,
			orphans ? "; left-overs of a crash go when wf is idle" :
			"");
}

static void check_clock(struct check *c)
{
	int64_t now = wall_ms(), newest = -1;

	if (c->s.reader.c)
		newest = number(c, "SELECT started_ms FROM runs ORDER BY id "
			"DESC LIMIT 1");
	if (now / 1000000 < YEAR_2024)
		say(c, CHECK_WARN, "clock", "it is before 2024: set it");
	else if (newest > now + SKEW_MS)
		say(c, CHECK_WARN, "clock", "it is %lld s behind the newest "
			"run: timers of stored runs wait longer",
			(long long)(newest - now) / 1000);
	else
		say(c, CHECK_OK, "clock", "sane");
}

void store_check(const char *dir,
	void (*fn)(void *ud, enum check_level level, const char *name,
		const char *text), void *ud)
{
	struct check c = { .fn = fn, .ud = ud };
	int *fds[] = { &c.s.dir_fd, &c.s.owners_fd, &c.s.blobs_fd };
	size_t i;

	for (i = 0; i < 3; i++)
		*fds[i] = -1;
	c.s.dir = (char *)(uintptr_t)dir;
	if (check_dir(&c, dir)) {
		check_space(&c);
		check_lock(&c);
		if (check_database(&c)) {
			check_owners(&c);
			check_blobs(&c);
		}
	}
	check_clock(&c);
	db_close(&c.s.reader);
	for (i = 0; i < 3; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
}
