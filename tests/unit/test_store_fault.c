/*
 * The store over a disk that is full, that fails, that lies under damage, or
 * that loses power: what was told committed is there, and nothing is told
 * that is not so.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

static struct news news_of(struct fixture *f, const struct run_new *n,
	void *tag)
{
	struct batch *b = batch_new();

	fixture_whole(f, b, n, 3);
	store_submit(f->store, b, tag);
	return fixture_news(f);
}

static void reset(void)
{
	fault.write_rc = fault.sync_rc = fault.read_rc = 0;
	fault.times = -1;
	fault.given = 0;
}

static void test_full(struct fixture *f)
{
	struct run_new one = fixture_run("one"), two = fixture_run("two");
	struct retention keep = { 1, 1, 1, 1 };
	struct batch *b = batch_new();
	struct news news;
	uint64_t runs;
	struct err err;

	reset();
	fault.write_rc = SQLITE_FULL;
	news = news_of(f, &one, &one);
	is_int(news.status, STORE_STALLED, "a full disk stalls");
	ok(!news.tag && strstr(news.err.text, "is full") &&
		strstr(news.err.help, "nothing is lost"),
		"and is told with the way out");
	fixture_whole(f, b, &two, 1);
	store_submit(f->store, b, &two);
	is_int(store_flush(f->store, &err), -1,
		"flush does not wait for space");
	ok(strstr(err.text, "is full") != NULL, "and says why");
	is_int(store_clean(f->store, &keep, &runs, &err), -1,
		"other writing is refused meanwhile");
	while (fault.given < 3)
		usleep(1000);
	ok(!store_done(f->store, &news.tag, &news.status, &news.seq, &err),
		"the stall is told once, however often it is tried again");
	fault.write_rc = 0;
	news = fixture_news(f);
	ok(news.status == STORE_COMMITTED && news.tag == &one,
		"with space again the first batch is committed");
	news = fixture_news(f);
	ok(news.status == STORE_COMMITTED && news.tag == &two,
		"then the second");
	ok(fixture_has(f, &one) && fixture_has(f, &two), "both are there");
}

static void test_close_full(struct fixture *f)
{
	struct run_new n = fixture_run("never");

	reset();
	fault.write_rc = SQLITE_FULL;
	is_int(news_of(f, &n, NULL).status, STORE_STALLED,
		"a second stall is told again");
	fixture_close(f);
	reset();
	fixture_open(f);
	ok(!fixture_has(f, &n),
		"closing on a full disk ends, and tells no lie");
}

static void test_write_error(struct fixture *f)
{
	struct run_new before = fixture_run("before"),
		one = fixture_run("one"), two = fixture_run("two");
	struct news news;

	reset();
	is_int(news_of(f, &before, NULL).status, STORE_COMMITTED,
		"without faults it goes on");
	fault.write_rc = SQLITE_IOERR_WRITE;
	news = news_of(f, &one, &one);
	ok(news.status == STORE_FAILED && news.tag == &one,
		"an I/O error fails the batch");
	ok(strstr(news.err.help, "wf doctor") != NULL, "and says what to do");
	reset();
	is_int(news_of(f, &two, NULL).status, STORE_FAILED,
		"after that writing has stopped");
	ok(fixture_has(f, &before), "reading goes on");
	fixture_close(f);
	fixture_open(f);
	ok(fixture_has(f, &before) && !fixture_has(f, &two),
		"after reopening the committed run is there");
	is_int(news_of(f, &two, NULL).status, STORE_COMMITTED,
		"and writing goes on");
}

static void test_sync_error(struct fixture *f)
{
	struct run_new one = fixture_run("one"), two = fixture_run("two");
	struct news news;

	reset();
	fault.sync_rc = SQLITE_IOERR_FSYNC;
	fault.times = 1;
	news = news_of(f, &one, NULL);
	fixture_close(f);
	fixture_open(f);
	ok(news.status == STORE_FAILED || fixture_has(f, &one),
		"after a failed sync only what is there is told committed");
	fault.sync_rc = SQLITE_IOERR_FSYNC;
	fault.times = -1;
	is_int(news_of(f, &two, NULL).status, STORE_FAILED,
		"a disk that never syncs commits nothing");
	reset();
	fixture_close(f);
	fixture_open(f);
}

static void test_corrupt(struct fixture *f)
{
	struct run_new one = fixture_run("one"), two = fixture_run("two");
	struct fixture other = *f;
	struct news news;
	char path[300];
	struct stat st;

	reset();
	/* Another writer makes the first one's cache stale. */
	fixture_open(&other);
	news_of(&other, &one, NULL);
	fault.read_rc = SQLITE_CORRUPT;
	news = news_of(f, &two, NULL);
	is_int(news.status, STORE_FAILED, "damage fails the batch");
	ok(news.err.code == ERR_CORRUPT && strstr(news.err.help, "wf doctor"),
		"is named, and the doctor too");
	reset();
	fixture_close(f);
	snprintf(path, sizeof(path), "%s/wf.db-wal", f->dir);
	ok(stat(path, &st) == 0 && st.st_size > 0, "the log is not deleted");
	fixture_close(&other);
	fixture_open(f);
	ok(fixture_has(f, &one), "what was committed is there");
}

static void test_locked_out(struct fixture *f)
{
	struct run_new n = fixture_run("patient");
	struct news news;
	char path[300];
	int fd;

	reset();
	snprintf(path, sizeof(path), "%s/lock", f->dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	flock(fd, LOCK_EX);
	news = news_of(f, &n, NULL);
	is_int(news.status, STORE_STALLED, "a lock held too long stalls");
	ok(strstr(news.err.text, "locked by another process") != NULL,
		"and is told");
	close(fd);
	is_int(fixture_news(f).status, STORE_COMMITTED,
		"when it is free the batch is committed");
	ok(fixture_has(f, &n), "and there");
}

/* --------------------------------------------------------- power losses */
/* Each sector is what was synced last or what was written since. */
static void tear(const char *from, const char *to, const char *name,
	unsigned *seed)
{
	char now[600], synced[600], out[600], a[512], b[512];
	int fa, fb, fo;
	ssize_t na, nb;

	snprintf(now, sizeof(now), "%s/%s", from, name);
	snprintf(synced, sizeof(synced), "%s/%s.durable", from, name);
	snprintf(out, sizeof(out), "%s/%s", to, name);
	fa = open(synced, O_RDONLY | O_CLOEXEC);
	if (fa < 0)
		return;
	fb = open(now, O_RDONLY | O_CLOEXEC);
	fo = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (;;) {
		na = read(fa, a, sizeof(a));
		nb = fb < 0 ? 0 : read(fb, b, sizeof(b));
		if (na <= 0 && nb <= 0)
			break;
		*seed = *seed * 1103515245 + 12345;
		if (na <= 0 || (nb > 0 && (*seed >> 16 & 1))) {
			memcpy(a, b, sizeof(a));
			na = nb;
		}
		if (write(fo, a, (size_t)na) != na)
			abort();
	}
	close(fa);
	if (fb >= 0)
		close(fb);
	close(fo);
}

/* All runs told committed are in the directory as the power loss left it. */
static int survives(struct fixture *f, char (*told)[ULID_LEN + 1], int count,
	unsigned *seed)
{
	struct fixture after;
	struct run_new n = { .seed = 0 };
	int i, missing = 0;

	fixture_init(&after);
	mkdir(after.dir, 0700);
	pthread_mutex_lock(&fault_mutex);
	tear(f->dir, after.dir, "wf.db", seed);
	tear(f->dir, after.dir, "wf.db-wal", seed);
	pthread_mutex_unlock(&fault_mutex);
	fixture_open(&after);
	for (i = 0; i < count; i++) {
		memcpy(n.ulid, told[i], sizeof(n.ulid));
		missing += !fixture_has(&after, &n);
	}
	fixture_end(&after);
	return missing == 0;
}

static void test_power(void)
{
	static char told[100][ULID_LEN + 1];
	struct fixture f;
	unsigned seed = 7;
	int i, lost = 0;

	reset();
	fault.durable = 1;
	fixture_init(&f);
	fixture_open(&f);
	for (i = 0; i < 100; i++) {
		struct run_new n = fixture_run("power");
		struct run_new rest = fixture_run("in flight");
		struct batch *b = batch_new();

		if (news_of(&f, &n, NULL).status != STORE_COMMITTED)
			abort();
		memcpy(told[i], n.ulid, sizeof(n.ulid));
		fixture_whole(&f, b, &rest, 20);
		store_submit(f.store, b, NULL);
		if (i % 5 == 4) {
			/* Half way through the next batch, perhaps. */
			lost += !survives(&f, told, i + 1, &seed);
		}
		fixture_news(&f);
	}
	is_int(lost, 0, "no committed run is lost by 20 power losses");
	fixture_end(&f);
	fault.durable = 0;
}

int main(void)
{
	struct fixture f;

	fault_register();
	reset();
	fixture_init(&f);
	fixture_open(&f);
	test_full(&f);
	test_close_full(&f);
	test_write_error(&f);
	test_sync_error(&f);
	test_corrupt(&f);
	test_locked_out(&f);
	fixture_end(&f);
	test_power();
	return done();
}
