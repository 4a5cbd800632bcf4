/* The store in places where it must refuse, or say what is wrong. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

struct report {
	int ok, warn, fail;
	char text[4000];
};

static void take(void *ud, enum check_level level, const char *name,
	const char *text)
{
	struct report *r = ud;
	size_t n = strlen(r->text);

	r->ok += level == CHECK_OK;
	r->warn += level == CHECK_WARN;
	r->fail += level == CHECK_FAIL;
	snprintf(r->text + n, sizeof(r->text) - n, "%d %s: %s\n", level, name,
		text);
}

static struct report doctor(const char *dir)
{
	struct report r = { .ok = 0 };

	store_check(dir, take, &r);
	return r;
}

static void write_file(const struct fixture *f, const char *name,
	const char *bytes, size_t n)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
}

/* Opening fails with that code, and text and help say these. */
static void refused(struct fixture *f, enum err_code code, const char *text,
	const char *help, const char *sentence)
{
	struct err err = { .code = ERR_NONE };
	int rc = store_open(&f->store, &f->options, &err);

	if (!ok(rc == -1 && err.code == code && strstr(err.text, text) &&
			strstr(err.help, help), "%s", sentence))
		note("%d %d '%s' (%s)", rc, err.code, err.text, err.help);
	if (rc == 0)
		fixture_close(f);
}

static void found(const struct fixture *f, const char *text,
	const char *sentence)
{
	struct report r = doctor(f->dir);

	if (!ok(r.fail > 0 && strstr(r.text, text), "%s", sentence))
		note("%s", r.text);
}

static void sql(const struct fixture *f, const char *text)
{
	char path[300];
	sqlite3 *c;

	snprintf(path, sizeof(path), "%s/wf.db", f->dir);
	if (sqlite3_open(path, &c) != SQLITE_OK ||
	    sqlite3_exec(c, text, NULL, NULL, NULL) != SQLITE_OK)
		note("%s: %s", text, sqlite3_errmsg(c));
	sqlite3_close(c);
}

static void test_garbage(void)
{
	struct fixture f;
	char junk[8192];
	struct stat st;
	char path[300];

	fixture_init(&f);
	mkdir(f.dir, 0700);
	memset(junk, 'x', sizeof(junk));
	write_file(&f, "wf.db", junk, sizeof(junk));
	refused(&f, ERR_CORRUPT, "wf.db' is damaged", "move both away",
		"garbage as database is refused as damage");
	found(&f, "is damaged", "the doctor sees the garbage");
	snprintf(path, sizeof(path), "%s/wf.db", f.dir);
	ok(stat(path, &st) == 0 && st.st_size == sizeof(junk),
		"the garbage is left as it was");
	write_file(&f, "wf.db", "", 0);
	write_file(&f, "wf.db-wal", junk, 100);
	refused(&f, ERR_CORRUPT, "its log wf.db-wal is not", "restore wf.db",
		"an empty database beside a log is refused");
	snprintf(path, sizeof(path), "%s/wf.db-wal", f.dir);
	ok(stat(path, &st) == 0 && st.st_size == 100, "its log is not deleted");
	unlink(path);
	fixture_open(&f);
	ok(f.store != NULL, "an empty file alone becomes a database");
	fixture_end(&f);
}

static void test_kinds(void)
{
	struct fixture f;
	char path[300];
	struct err err;

	fixture_init(&f);
	mkdir(f.dir, 0700);
	snprintf(path, sizeof(path), "%s/wf.db", f.dir);
	mkdir(path, 0700);
	refused(&f, ERR_STATE, "is not a regular file", "WF_STATE_DIR",
		"a directory as database is refused");
	rmdir(path);
	if (symlink("/dev/null", path) != 0)
		abort();
	refused(&f, ERR_STATE, "is not a regular file", "WF_STATE_DIR",
		"a symbolic link as database is refused");
	unlink(path);
	rmdir(f.dir);
	fixture_end(&f);
	fixture_init(&f);
	close(open(f.dir, O_CREAT | O_WRONLY, 0600));
	refused(&f, ERR_STATE, "Not a directory", "WF_STATE_DIR",
		"a file as state directory is refused");
	found(&f, "Not a directory", "the doctor sees that");
	unlink(f.dir);
	if (symlink("nowhere", f.dir) != 0)
		abort();
	refused(&f, ERR_STATE, "state", "WF_STATE_DIR",
		"a dangling link as state directory is refused");
	unlink(f.dir);
	snprintf(path, sizeof(path), "%s.real", f.dir);
	mkdir(path, 0700);
	if (symlink(path, f.dir) != 0)
		abort();
	ok(store_open(&f.store, &f.options, &err) == 0,
		"a link to a directory is followed");
	ok(f.store && strstr(store_dir(f.store), ".real"),
		"and the directory is known by its real name");
	fixture_close(&f);
	f.options.dir = "";
	refused(&f, ERR_STATE, "no state directory", "WF_STATE_DIR",
		"no directory at all is refused");
	fixture_end(&f);
}

static void test_versions(void)
{
	struct fixture f;

	fixture_init(&f);
	fixture_open(&f);
	fixture_close(&f);
	sql(&f, "PRAGMA user_version=7");
	refused(&f, ERR_STATE, "newer wf", "use the newer wf",
		"a newer schema is refused");
	found(&f, "newer wf", "the doctor sees the newer schema");
	sql(&f, "PRAGMA user_version=1; PRAGMA application_id=99");
	refused(&f, ERR_STATE, "another program", "WF_STATE_DIR",
		"a database of another program is refused");
	found(&f, "another program", "the doctor sees the other program");
	fixture_end(&f);
	fixture_init(&f);
	mkdir(f.dir, 0700);
	sql(&f, "CREATE TABLE t(x)");
	refused(&f, ERR_STATE, "another program", "WF_STATE_DIR",
		"so is one without any mark");
	fixture_end(&f);
}

/* Drops root for the rest of the process, so that modes count. */
static int as_nobody(void)
{
	return geteuid() != 0 || seteuid(65534) == 0;
}

static void test_unwritable(void)
{
	struct fixture f;
	uid_t me = geteuid();
	char parent[300];

	fixture_init(&f);
	snprintf(parent, sizeof(parent), "%.*s",
		(int)(strrchr(f.dir, '/') - f.dir), f.dir);
	chmod(parent, 0755);
	mkdir(f.dir, 0700);
	if (me == 0 && chown(f.dir, 65534, 0) == 0)
		refused(&f, ERR_STATE, "belongs to user 65534", "WF_STATE_DIR",
			"a directory of somebody else's is refused");
	if (as_nobody()) {
		chmod(f.dir, 0555);
		refused(&f, ERR_STATE, "Permission denied", "WF_STATE_DIR",
			"a directory that cannot be written is refused");
		/* Where even the way there is closed it says only why. */
		found(&f, faccessat(AT_FDCWD, f.dir, R_OK, AT_EACCESS) == 0 ?
			"cannot be written" : "Permission denied",
			"the doctor sees that");
	}
	if (me == 0 && seteuid(me) != 0)
		abort();
	chmod(f.dir, 0755);
	fixture_end(&f);
}

static int mode_of(const struct fixture *f, const char *name)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void test_modes(void)
{
	struct run_new n = fixture_run("x");
	struct batch *b = batch_new();
	struct fixture f;
	struct report r;
	char db[300];
	mode_t old;

	fixture_init(&f);
	old = umask(0);
	fixture_open(&f);
	fixture_whole(&f, b, &n, 1);
	fixture_commit(&f, b);
	umask(0277);
	is_int(mode_of(&f, ""), 0700, "the directory is private");
	is_int(mode_of(&f, "blobs"), 0700, "so are its folders");
	is_int(mode_of(&f, "wf.db"), 0600, "the database is private");
	is_int(mode_of(&f, "wf.db-wal"), 0600, "and its log");
	is_int(mode_of(&f, "wf.db-shm"), 0600, "and its shared memory");
	is_int(mode_of(&f, "lock"), 0600, "and the lock file");
	r = doctor(f.dir);
	if (!ok(r.fail == 0 && r.warn == 0, "the doctor is content"))
		note("%s", r.text);
	chmod(f.dir, 0755);
	r = doctor(f.dir);
	ok(r.warn == 1 && r.fail == 0 && strstr(r.text, "may read"),
		"the doctor warns of a directory that others can read");
	umask(old);
	fixture_close(&f);
	chmod(f.dir, 0770);
	refused(&f, ERR_STATE, "others may write", "chmod 700",
		"a directory that a group can write to is refused");
	found(&f, "others may write", "the doctor says so too");
	chmod(f.dir, 01777);
	refused(&f, ERR_STATE, "others may write", "chmod 700",
		"one that all can write to is refused");
	chmod(f.dir, 0700);
	snprintf(db, sizeof(db), "%s/wf.db", f.dir);
	chmod(db, 0666);
	refused(&f, ERR_STATE, "wf.db' (0666)", "chmod 600",
		"and so is a database that all can write to");
	fixture_end(&f);
	fixture_init(&f);
	umask(0777);
	fixture_open(&f);
	umask(old);
	ok(mode_of(&f, "") == 0700 && mode_of(&f, "wf.db") == 0600,
		"a strict umask does not matter either");
	fixture_end(&f);
}

static void test_locked(void)
{
	struct fixture f;
	char path[300];
	int fd;

	fixture_init(&f);
	fixture_open(&f);
	fixture_close(&f);
	snprintf(path, sizeof(path), "%s/lock", f.dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	flock(fd, LOCK_EX);
	found(&f, "has held it", "the doctor names who holds the lock");
	close(fd);
	fixture_end(&f);
}

static void test_read_only(void)
{
	struct run_new n = fixture_run("x");
	struct batch *b = batch_new();
	struct store_run *adopted;
	struct fixture f;
	struct run_row row;
	struct err err;
	struct report r;

	fixture_init(&f);
	r = doctor(f.dir);
	ok(r.fail == 0 && strstr(r.text, "does not exist yet"),
		"the doctor does not mind that there is nothing yet");
	f.options.read_only = 1;
	refused(&f, ERR_STATE, "No such file", "WF_STATE_DIR",
		"reading does not make a directory");
	f.options.read_only = 0;
	fixture_open(&f);
	fixture_whole(&f, b, &n, 1);
	fixture_commit(&f, b);
	fixture_close(&f);
	f.options.read_only = 1;
	fixture_open(&f);
	is_int(store_find_run(f.store, str_of(n.ulid), &row, &err), 0,
		"a store can be opened for reading only");
	is_int(store_run_adopt(f.store, &row, &adopted, &err), -1,
		"nothing can be taken over then");
	ok(store_owner_fd(f.store) == -1, "and there is no owner");
	run_row_release(&row);
	fixture_end(&f);
}

static void test_damage(void)
{
	struct fixture f;
	struct batch *b;
	char path[300], junk[4096];
	int i, fd;

	fixture_init(&f);
	fixture_open(&f);
	for (i = 0; i < 20; i++) {
		struct run_new n = fixture_run("damage");

		b = batch_new();
		fixture_whole(&f, b, &n, 200);
		fixture_commit(&f, b);
	}
	fixture_close(&f);
	sql(&f, "PRAGMA wal_checkpoint(TRUNCATE)");
	snprintf(path, sizeof(path), "%s/wf.db", f.dir);
	fd = open(path, O_WRONLY);
	memset(junk, 0x55, sizeof(junk));
	for (i = 36; i < 48; i++) /* of events */
		if (pwrite(fd, junk, sizeof(junk), i * 4096) < 0)
			abort();
	close(fd);
	found(&f, "integrity", "the doctor finds damaged pages");
	fixture_end(&f);
}

int main(void)
{
	test_garbage();
	test_kinds();
	test_versions();
	test_unwritable();
	test_modes();
	test_locked();
	test_read_only();
	test_damage();
	return done();
}
