/*
 * A preloaded object that ends the process it lives in at a chosen write to
 * the state directory. It counts pwrite, write, fdatasync, fsync, ftruncate,
 * linkat, renameat and unlink on the journal's files in a control file shared
 * with the harness, and at the one that was asked for it raises SIGKILL:
 * before the call (15 ms later, as if the disk were slow), after it, or in the
 * middle of it (half the bytes).
 *
 * It takes itself out of the environment at once, so that nothing that the
 * process starts is counted; the guard is only when the control file asks.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/crash/control.h"

static struct control *control;
static char state[512];
static size_t state_len;

static int is_guard(void)
{
	char name[64];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);

	if (fd >= 0)
		close(fd);
	name[n > 0 ? n : 0] = '\0';
	return strcmp(name, "wf-guard") == 0;
}

__attribute__((constructor))
static void begin(void)
{
	const char *path = getenv(CONTROL_VARIABLE);
	const char *dir = getenv("WF_STATE_DIR");
	int guard = is_guard(), fd;

	if (path && dir && strlen(dir) < sizeof(state)) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			void *p = mmap(NULL, sizeof(*control),
				PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

			control = p == MAP_FAILED ? NULL : p;
			close(fd);
		}
		state_len = strlen(dir);
		memcpy(state, dir, state_len + 1);
	}
	if (control && control->in_guard && !guard)
		control = NULL;
	else
		unsetenv("LD_PRELOAD");
	if (control && guard && !control->in_guard)
		control = NULL;
}

static int is_ours(int fd)
{
	char link[32], path[sizeof(state) + 64];
	ssize_t n;

	if (!control)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < (ssize_t)state_len || memcmp(path, state, state_len) != 0)
		return 0;
	return path[state_len] == '/';
}

__attribute__((noreturn))
static void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* As if the disk were slow: whoever goes on without waiting for this write is
 * given the time to be caught. */
static void linger(void)
{
	struct timespec t = { 0, 15000000 };

	nanosleep(&t, NULL);
}

/* 1 when this write is the one, and it must happen first. */
static int strike(int counts)
{
	uint32_t n;

	if (!counts)
		return 0;
	n = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
	if (n != control->at)
		return 0;
	if (control->when == KILL_BEFORE) {
		linger();
		die();
	}
	return 1;
}

static void *next(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (!f)
		abort();
	return f;
}

/* POSIX wants a function pointer from a void pointer; ISO C does not. */
#define NEXT(var, name) \
	do { \
		void *found_ = next(name); \
		memcpy(&(var), &found_, sizeof(var)); \
	} while (0)

static size_t part(size_t n, int hit)
{
	return hit && control->when == KILL_TORN ? n / 2 : n;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at);
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t (*real)(int, const void *, size_t, off64_t), rc;
	int hit = strike(is_ours(fd));

	NEXT(real, "pwrite64");
	rc = real(fd, p, part(n, hit), at);
	if (hit)
		die();
	return rc;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t), rc;
	int hit = strike(is_ours(fd));

	NEXT(real, "write");
	rc = real(fd, p, part(n, hit));
	if (hit)
		die();
	return rc;
}

static int on_fd(const char *name, int fd)
{
	int (*real)(int), rc, hit = strike(is_ours(fd));

	NEXT(real, name);
	rc = real(fd);
	if (hit)
		die();
	return rc;
}

int fdatasync(int fd)
{
	return on_fd("fdatasync", fd);
}

int fsync(int fd)
{
	return on_fd("fsync", fd);
}

int ftruncate64(int fd, off64_t n);
int ftruncate64(int fd, off64_t n)
{
	int (*real)(int, off64_t), rc, hit = strike(is_ours(fd));

	NEXT(real, "ftruncate64");
	rc = real(fd, n);
	if (hit)
		die();
	return rc;
}

int ftruncate(int fd, off_t n)
{
	return ftruncate64(fd, n);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	int (*real)(int, const char *, int, const char *, int), rc;
	int hit = strike(control != NULL);

	NEXT(real, "linkat");
	rc = real(from_fd, from, to_fd, to, flags);
	if (hit)
		die();
	return rc;
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	int (*real)(int, const char *, int, const char *), rc;
	int hit = strike(control != NULL);

	NEXT(real, "renameat");
	rc = real(from_fd, from, to_fd, to);
	if (hit)
		die();
	return rc;
}

int unlink(const char *path)
{
	int (*real)(const char *), rc, hit = strike(control &&
		strncmp(path, state, state_len) == 0);

	NEXT(real, "unlink");
	rc = real(path);
	if (hit)
		die();
	return rc;
}
