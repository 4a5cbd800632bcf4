/*
 * The lock file: flock for exclusion between processes, never held across a
 * wait for anything but the disk. A process that waits shows it by a shared
 * OFD lock on byte 0, which vanishes with the process; the one that gives the
 * lock back sees it and steps aside for a moment, else a busy writer would
 * take the lock again before the waiting one wakes.
 */
#include "engine/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { POLL_US = 50, POLL_SLOW_US = 1000, ASIDE_US = 250 };

int64_t mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_us(long us)
{
	struct timespec t = { 0, us * 1000 };

	nanosleep(&t, NULL);
}

/* Made with its exact mode, whatever the umask. */
int lock_open(int dir_fd, const char *dir, struct err *err)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(dir_fd, "lock", flags | O_CREAT | O_EXCL, 0600);

	if (fd >= 0 && fchmod(fd, 0600) != 0) {
		close(fd);
		fd = -1;
	} else if (fd < 0 && errno == EEXIST) {
		fd = openat(dir_fd, "lock", flags);
	}
	if (fd < 0)
		return err_errno(err, ERR_STATE, "open '%s/lock'", dir);
	return fd;
}

static void show_waiting(int fd, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_len = 1 };

	/* Only politeness depends on it. */
	(void)fcntl(fd, F_OFD_SETLK, &l);
}

static int others_wait(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_len = 1 };

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

static int try_lock(int fd)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			return 1;
		if (errno != EINTR)
			return -1;
	}
	return 0;
}

int lock_take(int fd, int64_t wait_ms)
{
	int rc = try_lock(fd);
	int64_t start, waited = 0;

	if (rc <= 0)
		return rc;
	start = mono_ms();
	show_waiting(fd, F_RDLCK);
	while (rc == 1 && waited < wait_ms) {
		pause_us(waited < 50 ? POLL_US : POLL_SLOW_US);
		rc = try_lock(fd);
		waited = mono_ms() - start;
	}
	show_waiting(fd, F_UNLCK);
	return rc;
}

void lock_give(int fd)
{
	flock(fd, LOCK_UN);
	if (others_wait(fd))
		pause_us(ASIDE_US);
}
