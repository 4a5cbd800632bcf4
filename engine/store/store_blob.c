/*
 * Blobs: files named by their SHA-256 in blobs/ab/. A spool gets its name
 * within the transaction that mentions it, so under the lock, where cleaning
 * also happens: a name that a committed row refers to is there, whole.
 */
#include "engine/store/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Space that is missing is waited for; anything else is an I/O error. */
static int fault(struct store *s, const char *what)
{
	s->w.what = what;
	s->w.sys_errno = errno;
	return errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL :
		SQLITE_IOERR;
}

static void blob_name(const struct digest *d, char dir[3],
	char path[DIGEST_HEX + 4])
{
	char hex[DIGEST_HEX + 1];

	digest_hex(d, hex);
	memcpy(dir, hex, 2);
	dir[2] = '\0';
	memcpy(path, hex, 2);
	path[2] = '/';
	memcpy(path + 3, hex, sizeof(hex));
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_parse(const char *hex, struct digest *d)
{
	int i, hi, lo;

	if (strlen(hex) != DIGEST_HEX)
		return -1;
	for (i = 0; i < DIGEST_BYTES; i++) {
		hi = nibble(hex[2 * i]);
		lo = nibble(hex[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return -1;
		d->b[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

int blob_sync(struct store *s, struct batch *b)
{
	const struct record *r;

	if (!b->blobs || s->normal)
		return SQLITE_OK;
	for (r = batch_first(b); r; r = batch_next(b, r)) {
		if (r->kind != RECORD_BLOB)
			continue;
		if (fdatasync(((const struct record_blob *)r)->fd) != 0)
			return fault(s, "write a blob");
	}
	return SQLITE_OK;
}

static int copy_bytes(int from, int to, uint64_t len)
{
	off_t at = 0;

	while ((uint64_t)at < len) {
		ssize_t n = sendfile(to, from, &at, (size_t)(len -
			(uint64_t)at));

		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0) {
			errno = EIO; /* shorter than it was said to be */
			return -1;
		}
	}
	return 0;
}

/* The spool is on another file system, or had a name that was swept after a
 * rollback and cannot be given one again. */
static int link_copy(struct store *s, const struct record_blob *r,
	const char *path)
{
	int fd = openat(s->blobs_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char from[40];
	int rc = -1;

	if (fd < 0)
		return -1;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	if (copy_bytes(r->fd, fd, r->len) == 0 &&
	    (s->normal || fdatasync(fd) == 0))
		rc = linkat(AT_FDCWD, from, s->blobs_fd, path,
			AT_SYMLINK_FOLLOW);
	close(fd);
	return rc;
}

/* Gives the spool a name that is free. */
static int name_spool(struct store *s, const struct record_blob *r,
	const char *path)
{
	char from[40];
	int rc;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", r->fd);
	rc = linkat(AT_FDCWD, from, s->blobs_fd, path, AT_SYMLINK_FOLLOW);
	if (rc != 0 && (errno == EXDEV || errno == ENOENT))
		rc = link_copy(s, r, path);
	return rc;
}

/* Is the file that has the name as good as the spool? Who wrote it may have
 * died before it was on the disk: then another size, or bytes that only the
 * page cache has. */
static int is_whole(struct store *s, const char *path, uint64_t len)
{
	int fd = openat(s->blobs_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		O_NONBLOCK);
	struct stat st;
	int whole;

	if (fd < 0)
		return 0;
	whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		(uint64_t)st.st_size == len &&
		(s->normal || fdatasync(fd) == 0);
	close(fd);
	return whole;
}

static int replace(struct store *s, const struct record_blob *r,
	const char *path)
{
	char temp[DIGEST_HEX + 8];

	snprintf(temp, sizeof(temp), "%s.new", path);
	unlinkat(s->blobs_fd, temp, 0);
	if (name_spool(s, r, temp) != 0 ||
	    renameat(s->blobs_fd, temp, s->blobs_fd, path) != 0)
		return fault(s, "replace a blob");
	return SQLITE_OK;
}

int blob_link(struct store *s, const struct record_blob *r)
{
	char dir[3], path[DIGEST_HEX + 4];
	int rc;

	blob_name(&r->digest, dir, path);
	s->w.dirty[r->digest.b[0]] = 1;
	s->w.any_dirty = 1;
	rc = name_spool(s, r, path);
	if (rc != 0 && errno == ENOENT) {
		if (mkdirat(s->blobs_fd, dir, 0700) != 0 && errno != EEXIST)
			return fault(s, "make a folder of blobs");
		rc = name_spool(s, r, path);
	}
	if (rc != 0 && errno == EEXIST)
		return is_whole(s, path, r->len) ? SQLITE_OK :
			replace(s, r, path);
	return rc == 0 ? SQLITE_OK : fault(s, "name a blob");
}

static int sync_dir(struct store *s, int i)
{
	char dir[4];
	int fd, rc;

	snprintf(dir, sizeof(dir), "%02x", (unsigned)i);
	fd = openat(s->blobs_fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault(s, "open a folder of blobs");
	rc = fsync(fd) == 0 ? SQLITE_OK : fault(s, "sync a folder of blobs");
	close(fd);
	return rc;
}

/* A folder that this process has not used yet may be one that another made
 * and never synced. */
int blob_sync_dirs(struct store *s)
{
	int i, fresh = 0, rc = SQLITE_OK;

	if (!s->w.any_dirty || s->normal)
		return SQLITE_OK;
	for (i = 0; i < 256 && rc == SQLITE_OK; i++) {
		if (!s->w.dirty[i])
			continue;
		fresh |= !s->w.named[i];
		rc = sync_dir(s, i);
	}
	if (rc == SQLITE_OK && fresh && fsync(s->blobs_fd) != 0)
		rc = fault(s, "sync the folder of blobs");
	for (i = 0; i < 256 && rc == SQLITE_OK; i++)
		s->w.named[i] |= s->w.dirty[i];
	return rc;
}

void blob_unlink(struct store *s, const struct digest *d)
{
	char dir[3], path[DIGEST_HEX + 4];

	blob_name(d, dir, path);
	/* One that stays is found as an orphan later. */
	unlinkat(s->blobs_fd, path, 0);
}

int store_blob_path(struct store *s, const struct digest *d, char *path,
	size_t size, struct err *err)
{
	char dir[3], name[DIGEST_HEX + 4];
	int n;

	blob_name(d, dir, name);
	n = snprintf(path, size, "%s/blobs/%s", s->dir, name);
	if (n < 0 || (size_t)n >= size)
		return err_set(err, ERR_LIMIT, "the path of blob %.12s is "
			"too long", name + 3);
	if (faccessat(s->blobs_fd, name, F_OK, 0) == 0)
		return 0;
	return err_set(err, ERR_NOTFOUND, "the output %.12s was cleaned up",
		name + 3);
}
