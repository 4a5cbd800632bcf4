/*
 * The store on a real file system that is full: a small tmpfs in a mount
 * namespace of this process's own. Skipped where that is not allowed.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

static char junk[310];

static int say(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ok;

	if (fd < 0)
		return 0;
	ok = write(fd, text, strlen(text)) > 0;
	close(fd);
	return ok;
}

/* An ordinary user becomes root of a user namespace. */
static int enter(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[40];

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0;
	if (unshare(CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
	    !say("/proc/self/setgroups", "deny"))
		return 0;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!say("/proc/self/uid_map", map))
		return 0;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return say("/proc/self/gid_map", map);
}

/* A private tmpfs at dir. */
static int mount_small(const char *dir)
{
	return enter() &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("tmpfs", dir, "tmpfs", 0, "size=8m,nr_inodes=64") == 0;
}

/* Takes all the bytes that are left. */
static void fill_bytes(void)
{
	static const char block[4096];
	int fd = open(junk, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

/* Takes all the inodes that are left; returns how many. */
static int fill_inodes(int *fds, int size)
{
	char path[330];
	int n = 0;

	while (n < size) {
		snprintf(path, sizeof(path), "%s%d", junk, n);
		fds[n] = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fds[n] < 0)
			break;
		close(fds[n++]);
	}
	return n;
}

static void test_bytes(struct fixture *f)
{
	struct run_new first = fixture_run("first"),
		second = fixture_run("second");
	struct batch *b = batch_new();
	struct news news;

	fixture_whole(f, b, &first, 3);
	is_int(fixture_commit(f, b).status, STORE_COMMITTED,
		"with space a batch is committed");
	fill_bytes();
	b = batch_new();
	fixture_whole(f, b, &second, 20000);
	news = fixture_commit(f, b);
	is_int(news.status, STORE_STALLED, "without space it stalls");
	ok(fixture_has(f, &first) && !fixture_has(f, &second),
		"what was committed can be read");
	unlink(junk);
	is_int(fixture_news(f).status, STORE_COMMITTED,
		"with space again it is committed");
	ok(fixture_has(f, &second), "and there");
}

static void test_inodes(struct fixture *f)
{
	struct run_new n = fixture_run("blob");
	struct store_run *r = store_run_new(f->store);
	struct batch *b = batch_new();
	struct digest d;
	char path[330];
	int fds[100], count, fd;
	struct err err;

	fd = openat(store_spool_dir(f->store), ".", O_TMPFILE | O_RDWR |
		O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "bytes", 5) != 5)
		abort();
	count = fill_inodes(fds, 100);
	digest_of("bytes", 5, &d);
	batch_run_new(b, r, &n);
	batch_blob(b, r, fd, &d, 5);
	fixture_event(b, r, 0, 0, 1, "e");
	batch_run_close(b, r);
	is_int(fixture_commit(f, b).status, STORE_STALLED,
		"a blob that cannot be named for want of space stalls");
	ok(!fixture_has(f, &n), "its run is not there without it");
	while (count-- > 0) {
		snprintf(path, sizeof(path), "%s%d", junk, count);
		unlink(path);
	}
	is_int(fixture_news(f).status, STORE_COMMITTED,
		"with space again both are committed");
	ok(fixture_has(f, &n) && store_blob_path(f->store, &d, path,
		sizeof(path), &err) == 0, "and there");
}

int main(void)
{
	struct fixture f;
	char parent[300];

	fixture_init(&f);
	snprintf(parent, sizeof(parent), "%.*s",
		(int)(strrchr(f.dir, '/') - f.dir), f.dir);
	if (!mount_small(parent)) {
		ok(1, "# SKIP no mount namespace");
		fixture_end(&f);
		return done();
	}
	snprintf(junk, sizeof(junk), "%s/junk", parent);
	fixture_open(&f);
	test_bytes(&f);
	test_inodes(&f);
	fixture_close(&f);
	umount2(parent, MNT_DETACH);
	fixture_end(&f);
	return done();
}
