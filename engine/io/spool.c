/*
 * Spools: unnamed files that hold an output until the journal has it, when
 * they become blobs. Invariant: what has been written stays readable, also
 * when the disk is full; nothing here waits for space.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/io/clock.h"
#include "engine/io/file.h"

static int is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* Sealing is allowed, which tells it from files of a tmpfs. */
static int make_in_memory(void)
{
	return memfd_create("spool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static int is_in_memory(int fd)
{
	return fcntl(fd, F_GET_SEALS) == 0;
}

int spool_make(int dir_fd)
{
	char name[40];
	int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && is_full(errno))
		return make_in_memory();
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR &&
		errno != EINVAL))
		return fd;
	/* A file system without O_TMPFILE: the store has to copy this one. */
	snprintf(name, sizeof(name), ".spool-%016llx",
		(unsigned long long)clock_random());
	fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	if (fd >= 0)
		unlinkat(dir_fd, name, 0);
	else if (is_full(errno))
		fd = make_in_memory();
	return fd;
}

static int write_all(int fd, off_t at, const char *p, size_t n)
{
	ssize_t done;

	while (n) {
		done = pwrite(fd, p, n, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The first `len` bytes of the spool, in memory. */
static int copy_to_memory(int from, uint64_t len)
{
	off_t at = 0;
	int fd = make_in_memory(), saved;

	while (fd >= 0 && (uint64_t)at < len) {
		ssize_t n = sendfile(fd, from, &at, (size_t)(len -
			(uint64_t)at));

		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		saved = n < 0 ? errno : EIO;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int spool_write(int *fd, uint64_t at, const void *p, size_t n)
{
	int large = at + n > LIMIT_SPOOL_MEMORY, memory;

	if (large && is_in_memory(*fd)) {
		errno = ENOSPC;
		return -1;
	}
	if (write_all(*fd, (off_t)at, p, n) == 0)
		return 0;
	if (!is_full(errno) || large || is_in_memory(*fd))
		return -1;
	memory = copy_to_memory(*fd, at);
	if (memory < 0)
		return -1;
	close(*fd);
	*fd = memory;
	return write_all(memory, (off_t)at, p, n);
}
