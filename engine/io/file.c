/*
 * Files: reads with a cap, writes that are there whole or not at all, and
 * spools. Invariant of file_write: at every instant the name shows either the
 * old content or all of the new, and no temporary file stays after an error.
 */
#include "engine/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"

enum { CHUNK = 64 << 10, LINKS_MAX = 40, ROOM_LOOK_MS = 50 };

static char *join(const char *dir, const char *path)
{
	if (!dir || path[0] == '/')
		return mem_strdup(path);
	return mem_printf("%s/%s", dir, path);
}

/* Reads on until the end; calls fn for each piece. Returns 0, 1 when fn
 * said so, -1 and errno. */
static int read_fd(int fd, int (*fn)(void *ud, const char *p, size_t n),
	void *ud)
{
	char *chunk = mem_alloc(CHUNK);
	ssize_t n;
	int rc = 0, saved;

	while (!rc) {
		n = read(fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = (int)n;
			break;
		}
		rc = fn(ud, chunk, (size_t)n);
	}
	saved = errno;
	free(chunk);
	errno = saved;
	return rc;
}

/* A pipe that nobody writes to would hold up even the opening. */
static int open_read(const char *dir, const char *path, int any,
	struct err *err)
{
	char *full = join(dir, path);
	int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		(any ? 0 : O_NONBLOCK));
	struct stat st;

	if (fd < 0) {
		err_errno(err, errno == ENOENT ? ERR_NOTFOUND : ERR_IO,
			"cannot open '%s'", path);
	} else if (!any && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		fd = err_set(err, ERR_IO, "cannot read '%s': not a regular "
			"file", path);
	}
	free(full);
	return fd;
}

struct collect {
	struct buf *out;
	size_t left;
};

static int collect(void *ud, const char *p, size_t n)
{
	struct collect *c = ud;

	if (n > c->left)
		return 1;
	c->left -= n;
	buf_add(c->out, p, n);
	return 0;
}

static int read_whole(int fd, const char *path, size_t cap,
	struct buf *out, struct err *err)
{
	struct collect c = { out, cap };
	size_t before = out->len;
	int rc;

	rc = read_fd(fd, collect, &c);
	if (rc < 0)
		err_errno(err, ERR_IO, "cannot read '%s'", path);
	if (rc > 0)
		err_set(err, ERR_LIMIT, "'%s' is larger than %zu bytes",
			path, cap);
	close(fd);
	if (!rc)
		return 0;
	if (out->data)
		out->data[before] = '\0';
	out->len = before;
	return -1;
}

int file_read(const char *dir, const char *path, size_t cap,
	struct buf *out, struct err *err)
{
	int fd = open_read(dir, path, 0, err);

	return fd < 0 ? -1 : read_whole(fd, path, cap, out, err);
}

int file_read_any(const char *dir, const char *path, size_t cap,
	struct buf *out, struct err *err)
{
	int fd = open_read(dir, path, 1, err);

	return fd < 0 ? -1 : read_whole(fd, path, cap, out, err);
}

struct summing {
	struct digest_state *sum;
	uint64_t len;
};

static int add_sum(void *ud, const char *p, size_t n)
{
	struct summing *s = ud;

	digest_add(s->sum, p, n);
	s->len += n;
	return 0;
}

int file_digest(const char *dir, const char *path, struct digest *out,
	uint64_t *len, struct err *err)
{
	struct summing s = { NULL, 0 };
	struct digest d;
	int fd = open_read(dir, path, 0, err), rc;

	if (fd < 0)
		return -1;
	s.sum = digest_new();
	rc = read_fd(fd, add_sum, &s);
	if (rc)
		err_errno(err, ERR_IO, "cannot read '%s'", path);
	digest_end(s.sum, &d);
	close(fd);
	if (rc)
		return -1;
	*out = d;
	*len = s.len;
	return 0;
}

/* Until a pipe takes more; -1 and errno when told to stop. */
static int wait_for_room(int fd, const struct file_target *t)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (poll(&p, 1, ROOM_LOOK_MS) <= 0) {
		if (!t->stop || !t->stop(t->ud))
			continue;
		errno = ECANCELED;
		return -1;
	}
	return 0;
}

static int write_all(int fd, const struct file_target *t, struct str s)
{
	ssize_t n;

	while (s.n) {
		n = write(fd, s.p, s.n);
		if (n < 0 && (errno == EINTR || (errno == EAGAIN &&
				!wait_for_room(fd, t))))
			continue;
		if (n < 0)
			return -1;
		s.p += n;
		s.n -= (size_t)n;
	}
	return 0;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The file that a chain of symbolic links ends at; it need not be there. */
static char *resolve(char *path)
{
	char target[PATH_MAX], *dir, *next;
	ssize_t n;
	int i;

	for (i = 0; i < LINKS_MAX; i++) {
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			return path;
		target[n] = '\0';
		dir = directory_of(path);
		next = join(dir, target);
		free(dir);
		free(path);
		path = next;
	}
	return path;
}

/* What the new file inherits. Only the owner may fail to be kept: a file of
 * another user becomes ours, as with every editor. */
static int dress(int fd, const struct stat *old, unsigned mode)
{
	if (!mode && !old)
		return 0;
	if (old && (old->st_uid != geteuid() || old->st_gid != getegid()) &&
		fchown(fd, old->st_uid, old->st_gid))
		mode = mode ? mode : old->st_mode & 0777;
	return fchmod(fd, (mode_t)(mode ? mode : old->st_mode & 07777));
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	if (rc && (errno == EINVAL || errno == ENOTSUP))
		rc = 0; /* some file systems have no such thing */
	close(fd);
	return rc;
}

/* -1 and errno; the temporary file is gone then. */
static int replace(const struct file_target *t, const char *path,
	struct str bytes, const struct stat *old)
{
	char *dir = directory_of(path), *temp;
	int fd, rc, saved;

	temp = mem_printf("%s/.wf-%016llx.tmp", dir,
		(unsigned long long)clock_random());
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		t->mode ? 0600 : 0666);
	rc = fd < 0 ? -1 : dress(fd, old, t->mode);
	rc = rc ? rc : write_all(fd, t, bytes);
	rc = rc ? rc : fsync(fd);
	rc = rc ? rc : rename(temp, path);
	saved = errno;
	if (fd >= 0 && rc)
		unlink(temp);
	if (fd >= 0)
		close(fd);
	if (!rc) {
		rc = sync_dir(dir);
		saved = errno;
	}
	free(temp);
	free(dir);
	errno = saved;
	return rc;
}

/* Devices and pipes cannot be replaced, only written to. */
static int write_into(const struct file_target *t, const char *path,
	struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
		(t->append ? O_APPEND | O_CREAT : 0), t->mode ? t->mode : 0666);
	int rc, saved;

	if (fd < 0)
		return -1;
	rc = write_all(fd, t, bytes);
	if (!rc && fsync(fd) && errno != EINVAL && errno != ENOTSUP)
		rc = -1;
	saved = errno;
	if (close(fd) && !rc)
		return -1;
	errno = saved;
	return rc;
}

static int tell(const struct file_target *t, mode_t type, struct err *err)
{
	int none = errno == ENXIO;

	if (none && S_ISFIFO(type))
		return err_set(err, ERR_IO, "cannot write '%s': nobody reads "
			"this pipe; start its reader first, or wait for one "
			"with /bash 'cat >…'", t->path);
	if (none && S_ISSOCK(type))
		return err_set(err, ERR_IO, "cannot write '%s': is a socket",
			t->path);
	return err_errno(err, ERR_IO, "cannot %s '%s'",
		t->append ? "append to" : "write", t->path);
}

int file_put(const struct file_target *t, struct str bytes, struct err *err)
{
	char *full = join(t->dir, t->path);
	struct stat st = { 0 };
	int rc, there;

	if (!t->append)
		full = resolve(full);
	there = stat(full, &st) == 0;
	if (there && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		rc = -1;
	} else if (t->append || (there && !S_ISREG(st.st_mode))) {
		rc = write_into(t, full, bytes);
	} else {
		rc = replace(t, full, bytes, there ? &st : NULL);
	}
	if (rc)
		tell(t, st.st_mode, err);
	free(full);
	return rc;
}

int file_write(const char *dir, const char *path, struct str bytes,
	unsigned mode, struct err *err)
{
	struct file_target t = { .dir = dir, .path = path, .mode = mode };

	return file_put(&t, bytes, err);
}

int file_append(const char *dir, const char *path, struct str bytes,
	unsigned mode, struct err *err)
{
	struct file_target t = { .dir = dir, .path = path, .mode = mode,
		.append = 1 };

	return file_put(&t, bytes, err);
}
