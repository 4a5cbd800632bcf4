/*
 * A slow disk, to be preloaded: every fsync and fdatasync takes
 * WF_BENCH_FSYNC_MS longer. Only the bench uses it; wf knows nothing of it.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_a_while(void)
{
	const char *said = getenv("WF_BENCH_FSYNC_MS");
	long ms = said ? strtol(said, NULL, 10) : 0;
	struct timespec t = {.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static int call(const char *name, int fd)
{
	void *found = dlsym(RTLD_NEXT, name);
	int (*fn)(int fd);

	*(void **)&fn = found; /* as POSIX says how */
	wait_a_while();
	return fn(fd);
}

int fsync(int fd)
{
	return call("fsync", fd);
}

int fdatasync(int fd)
{
	return call("fdatasync", fd);
}
