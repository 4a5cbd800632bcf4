/* Blobs, retention and what goes with a run that is deleted. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

static const struct retention keep_all = { 1000000, 1000000,
	INT64_C(1) << 50, UINT64_C(1) << 40 };

/* Stands before libc's: which file was synced last, and which before. */
static ino_t synced[64];
static unsigned syncs;

static void note_sync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		synced[syncs++ % 64] = st.st_ino;
}

int fdatasync(int fd)
{
	note_sync(fd);
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	note_sync(fd);
	return (int)syscall(SYS_fsync, fd);
}

static int was_synced(const char *path)
{
	struct stat st;
	unsigned i;

	for (i = 0; stat(path, &st) == 0 && i < 64 && i < syncs; i++)
		if (synced[i] == st.st_ino)
			return 1;
	return 0;
}

static int64_t ask(struct fixture *f, const char *text)
{
	char path[300];
	sqlite3_stmt *q = NULL;
	int64_t v = -1;
	sqlite3 *c;

	snprintf(path, sizeof(path), "%s/wf.db", f->dir);
	if (sqlite3_open(path, &c) != SQLITE_OK ||
	    sqlite3_prepare_v2(c, text, -1, &q, NULL) != SQLITE_OK ||
	    sqlite3_step(q) != SQLITE_ROW)
		note("%s: %s", text, sqlite3_errmsg(c));
	else
		v = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(c);
	return v;
}

static int spool(struct fixture *f, const char *text)
{
	int fd = openat(store_spool_dir(f->store), ".", O_TMPFILE | O_RDWR |
		O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	return fd;
}

/* One run with that many blobs of the texts. */
static struct run_new with_blobs(struct fixture *f, const char *const *texts,
	int count)
{
	struct run_new n = fixture_run("blobs");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct digest d;
	int i;

	n.started_ms = INT64_C(1) << 50;
	for (i = 0; i < count; i++) {
		digest_of(texts[i], strlen(texts[i]), &d);
		batch_blob(b, r, spool(f, texts[i]), &d, strlen(texts[i]));
	}
	batch_run_new(b, r, &n);
	fixture_event(b, r, 0, 0, 1, "e");
	batch_run_state(b, r, &(struct row_state){RUN_SUCCEEDED, 0, 2, 1, 0});
	batch_run_close(b, r);
	if (fixture_commit(f, b).status != STORE_COMMITTED)
		abort();
	return n;
}

static int has_blob(struct fixture *f, const char *text, char *path,
	size_t size)
{
	struct digest d;
	struct err err;

	digest_of(text, strlen(text), &d);
	if (store_blob_path(f->store, &d, path, size, &err) == 0)
		return 1;
	return err.code == ERR_NOTFOUND ? 0 : -1;
}

static void delete(struct fixture *f, const struct run_new *n)
{
	struct run_row row;
	struct err err;

	if (store_find_run(f->store, str_of(n->ulid), &row, &err) != 0 ||
	    store_delete_run(f->store, &row, &err) != 0)
		note("%s", err.text);
	run_row_release(&row);
}

static void test_blobs(struct fixture *f)
{
	static const char *const texts[] = { "first", "second" };
	char path[300], bytes[16] = "";
	struct run_new one, two;
	struct stat st;
	int fd;

	one = with_blobs(f, texts, 2);
	two = with_blobs(f, texts, 1);
	is_int(has_blob(f, "first", path, sizeof(path)), 1,
		"a spool has become a blob");
	fd = open(path, O_RDONLY);
	ok(read(fd, bytes, sizeof(bytes)) == 5 && strcmp(bytes, "first") == 0,
		"with the same bytes");
	ok(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600,
		"and it is private");
	close(fd);
	is_int(ask(f, "SELECT count(*) FROM blobs"), 2,
		"equal bytes are one blob");
	is_int(has_blob(f, "third", path, sizeof(path)), 0,
		"what was never written is not found");
	delete(f, &one);
	is_int(has_blob(f, "second", path, sizeof(path)), 0,
		"a blob goes with the only run that refers to it");
	is_int(has_blob(f, "first", path, sizeof(path)), 1,
		"but not while another run does");
	delete(f, &two);
	is_int(has_blob(f, "first", path, sizeof(path)), 0,
		"it goes with the last one");
	is_int(ask(f, "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) "
		"FROM events) + (SELECT count(*) FROM blobs) + (SELECT "
		"count(*) FROM blob_refs)"), 0,
		"nothing of deleted runs is left");
	with_blobs(f, texts, 1);
	is_int(ask(f, "SELECT seq FROM events"), 3,
		"numbers of deleted events are not given again");
}

static void test_torn_blob(struct fixture *f)
{
	static const char *const texts[] = { "torn" };
	char path[300];
	struct stat st;
	int fd;

	with_blobs(f, texts, 1);
	has_blob(f, "torn", path, sizeof(path));
	if (truncate(path, 1) != 0)
		abort();
	with_blobs(f, texts, 1);
	ok(stat(path, &st) == 0 && st.st_size == 4,
		"a blob that is too short is replaced");
	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	with_blobs(f, texts, 1);
	ok(stat(path, &st) == 0 && st.st_size == 4, "so is an empty one");
}

/* Left by a process that died between naming its spool and the commit. */
static void test_unsynced_blob(struct fixture *f)
{
	static const char *const texts[] = { "unsynced", "second one" };
	char path[300], copy[320], folder[300];
	int fd;

	with_blobs(f, texts, 2);
	has_blob(f, "unsynced", path, sizeof(path));
	snprintf(copy, sizeof(copy), "%s.copy", path);
	fd = open(copy, O_CREAT | O_WRONLY, 0600);
	if (write(fd, "unsynced", 8) != 8 || rename(copy, path) != 0)
		abort();
	close(fd);
	syncs = 0;
	with_blobs(f, texts, 1);
	ok(was_synced(path), "a blob that is there is synced before a commit "
		"names it anew");
	snprintf(folder, sizeof(folder), "%s/blobs", f->dir);
	fixture_close(f);
	fixture_open(f);
	syncs = 0;
	with_blobs(f, texts, 2);
	ok(was_synced(folder), "and so is the folder of blobs, which another "
		"process may have changed");
}

static void test_reference(struct fixture *f)
{
	static const char *const texts[] = { "shared" };
	struct run_new one = with_blobs(f, texts, 1), two = fixture_run("ref");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct digest d;
	char path[300];

	digest_of("shared", 6, &d);
	batch_run_new(b, r, &two);
	batch_blob_ref(b, r, &d);
	batch_run_state(b, r, &(struct row_state){RUN_SUCCEEDED, 0, 2, 0, 0});
	batch_run_close(b, r);
	fixture_commit(f, b);
	delete(f, &one);
	is_int(has_blob(f, "shared", path, sizeof(path)), 1,
		"a run that adopted a result keeps its blob");
	delete(f, &two);
	is_int(has_blob(f, "shared", path, sizeof(path)), 0,
		"until it goes too");
}

static void add(struct fixture *f, const char *text, int64_t started_ms,
	int state, int flags)
{
	struct run_new n = fixture_run(text);
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();

	n.started_ms = started_ms;
	n.pinned = flags & 1;
	n.hidden = flags >> 1 & 1;
	batch_run_new(b, r, &n);
	fixture_event(b, r, 0, 0, 1, "e");
	batch_run_state(b, r, &(struct row_state){state, 0, 2, 1, 0});
	if (state >= RUN_SUCCEEDED)
		batch_run_close(b, r);
	fixture_commit(f, b);
}

static void purge(struct fixture *f, struct retention keep,
	uint64_t want, const char *sentence)
{
	uint64_t runs = 0;
	struct err err;

	if (store_clean(f->store, &keep, &runs, &err) != 0)
		note("%s", err.text);
	is_int((long long)runs, (long long)want, sentence);
}

static void test_depth(struct fixture *f)
{
	const int64_t now = INT64_C(1) << 50;
	struct retention keep = keep_all;
	int i;

	add(f, "old", 1000, RUN_SUCCEEDED, 0);
	add(f, "old pinned", 1000, RUN_SUCCEEDED, 1);
	keep.age_ms = 1000;
	purge(f, keep, 1, "what is too old is deleted");
	is_int(ask(f, "SELECT count(*) FROM runs WHERE text = 'old pinned'"),
		1, "unless it is pinned");
	keep = keep_all;
	add(f, "pinned", now, RUN_SUCCEEDED, 1);
	add(f, "waiting", now, RUN_WAITING, 0);
	add(f, "running", now, RUN_RUNNING, 0);
	for (i = 0; i < 10; i++)
		add(f, "shown", now, RUN_FAILED, 0);
	for (i = 0; i < 10; i++)
		add(f, "hidden", now, RUN_SUCCEEDED, 2);
	purge(f, keep, 0, "nothing is deleted within the bounds");
	keep.runs = 4;
	keep.hidden_runs = 3;
	purge(f, keep, 13, "what is deeper than its bound is deleted");
	is_int(ask(f, "SELECT count(*) FROM runs WHERE text = 'shown'"), 4,
		"the newest stay");
	is_int(ask(f, "SELECT count(*) FROM runs WHERE text = 'hidden'"), 3,
		"hidden runs have a depth of their own");
	is_int(ask(f, "SELECT count(*) FROM runs WHERE text IN ('pinned', "
		"'waiting', 'running')"), 3,
		"pinned, waiting and running ones are never deleted");
	is_int(ask(f, "SELECT count(*) FROM plans WHERE id NOT IN "
		"(SELECT plan FROM runs)"), 0, "plans go with their runs");
}

static void test_blob_bytes(struct fixture *f)
{
	static const char *const a[] = { "aaaaaaaaaa" },
		*const b[] = { "bbbbbbbbbb" };
	struct retention keep = keep_all;
	struct run_row row;
	struct run_new n;
	struct err err;
	char path[300];

	n = with_blobs(f, a, 1);
	with_blobs(f, b, 1);
	keep.blob_bytes = 10;
	purge(f, keep, 0, "too many bytes of blobs delete no run");
	is_int(has_blob(f, "aaaaaaaaaa", path, sizeof(path)), 0,
		"but the oldest blob");
	is_int(has_blob(f, "bbbbbbbbbb", path, sizeof(path)), 1,
		"and no more than need be");
	is_int(store_find_run(f->store, str_of(n.ulid), &row, &err), 0,
		"its run is still there");
	run_row_release(&row);
}

static void test_orphans(struct fixture *f)
{
	char path[400], kept[400];
	static const char *const texts[] = { "kept" };
	int i, fd;

	with_blobs(f, texts, 1);
	has_blob(f, "kept", kept, sizeof(kept));
	snprintf(path, sizeof(path), "%s", kept);
	for (i = 0; i < 60; i++)
		path[strlen(path) - 1 - (size_t)i] = '0';
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	purge(f, keep_all, 0, "a sweep of the blobs deletes no run");
	ok(access(path, F_OK) != 0, "a file that no row names is removed");
	ok(access(kept, F_OK) == 0, "others are not");
}

static void test_shrink(struct fixture *f)
{
	struct run_new n = fixture_run("big");
	struct batch *b = batch_new();
	int64_t before, after;

	fixture_whole(f, b, &n, 200000);
	fixture_commit(f, b);
	before = ask(f, "PRAGMA page_count");
	delete(f, &n);
	purge(f, keep_all, 0, "the rest of the pass finds no run");
	after = ask(f, "PRAGMA page_count");
	ok(after < before / 2, "the database gives freed space back");
}

static void test_busy(struct fixture *f)
{
	struct run_new n = fixture_run("open");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct run_row row;
	struct err err;

	batch_run_new(b, r, &n);
	fixture_commit(f, b);
	store_find_run(f->store, str_of(n.ulid), &row, &err);
	is_int(store_delete_run(f->store, &row, &err), -1,
		"an open run of a living owner is not deleted");
	is_int(err.code, ERR_BUSY, "because it is busy");
	run_row_release(&row);
}

int main(void)
{
	struct fixture f;

	fixture_init(&f);
	f.options.retention = &keep_all;
	fixture_open(&f);
	test_blobs(&f);
	test_torn_blob(&f);
	test_unsynced_blob(&f);
	test_reference(&f);
	test_blob_bytes(&f);
	test_orphans(&f);
	test_busy(&f);
	test_shrink(&f);
	fixture_end(&f);
	fixture_init(&f);
	f.options.retention = &keep_all;
	fixture_open(&f);
	test_depth(&f);
	fixture_end(&f);
	return done();
}
