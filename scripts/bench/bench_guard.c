/*
 * The guard against make: 1000 processes through two slots and as a chain,
 * with make -j2 and make -j1 of the same in the same round, at a small and a
 * large heap. Prints medians, their ratio, and what a bare loop of spawn and
 * wait takes: no other way of starting the same can be quicker.
 * Usage: bench_guard [ROUNDS]
 */
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/io/guard.h"

extern char **environ;

enum { JOBS = 1000, AHEAD = 64, ROUNDS_MAX = 31 };

struct bench {
	struct guard *g;
	unsigned sent, done, window;
};

static char dir[] = "/tmp/wf-bench.XXXXXX";

static void send_job(struct bench *b)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct guard_job job = { .id = ++b->sent, .argv = argv,
		.inline_max = 8192 };
	struct err err;

	if (guard_job(b->g, &job, &err)) {
		fprintf(stderr, "bench_guard: %s\n", err.text);
		exit(1);
	}
}

static void on_report(void *ud, const struct guard_report *r)
{
	struct bench *b = ud;

	assert(r->end == GUARD_EXITED && r->code == 0);
	b->done++;
	while (b->sent < JOBS && b->sent - b->done < b->window)
		send_job(b);
}

static void on_death(void *ud)
{
	(void)ud;
	fprintf(stderr, "bench_guard: the guard died\n");
	exit(1);
}

static double run_guard(uv_loop_t *loop, struct bench *b, unsigned slots,
	unsigned window)
{
	uint64_t since = clock_mono_us();

	guard_slots(b->g, slots);
	b->sent = b->done = 0;
	b->window = window;
	while (b->sent < window)
		send_job(b);
	while (b->done < JOBS)
		uv_run(loop, UV_RUN_ONCE);
	return (double)(clock_mono_us() - since) / 1000;
}

static double run_make(const char *jobs)
{
	char name[] = "make", quiet[] = "-s", at[] = "-C", how[8];
	char *argv[] = { name, quiet, how, at, dir, NULL };
	uint64_t since = clock_mono_us();
	pid_t pid;
	int status;

	snprintf(how, sizeof(how), "-j%s", jobs);
	if (posix_spawnp(&pid, name, NULL, NULL, argv, environ))
		return 0;
	waitpid(pid, &status, 0);
	return (double)(clock_mono_us() - since) / 1000;
}

/* What the machine gives: vfork, exec and wait, nothing else. */
static void *bare_loop(void *arg)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };
	int i, n = *(int *)arg;
	pid_t pid;

	for (i = 0; i < n; i++) {
		if (posix_spawn(&pid, name, NULL, NULL, argv, environ))
			exit(1);
		waitpid(pid, NULL, 0);
	}
	return NULL;
}

static double run_bare(int threads)
{
	uint64_t since = clock_mono_us();
	pthread_t t[2];
	int i, n = JOBS / threads;

	for (i = 0; i < threads; i++)
		if (pthread_create(&t[i], NULL, bare_loop, &n))
			exit(1);
	for (i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	return (double)(clock_mono_us() - since) / 1000;
}

static void write_makefile(void)
{
	char path[64];
	FILE *f;
	int i;

	if (!mkdtemp(dir))
		exit(1);
	snprintf(path, sizeof(path), "%s/Makefile", dir);
	f = fopen(path, "w");
	if (!f)
		exit(1);
	fprintf(f, "all:");
	for (i = 0; i < JOBS; i++)
		fprintf(f, " t%d", i);
	fprintf(f, "\n.PHONY: all\n");
	for (i = 0; i < JOBS; i++)
		fprintf(f, "t%d:\n\t@/bin/true\n.PHONY: t%d\n", i, i);
	fclose(f);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	return v[n / 2];
}

static void compare(uv_loop_t *loop, struct bench *b, int rounds, int chain)
{
	double ours[ROUNDS_MAX], makes[ROUNDS_MAX], bare[ROUNDS_MAX], a, m;
	unsigned slots = chain ? 1 : 2;
	int i;

	for (i = 0; i < rounds; i++) {
		makes[i] = run_make(chain ? "1" : "2");
		ours[i] = run_guard(loop, b, slots,
			chain ? 1 : slots + AHEAD);
		bare[i] = run_bare((int)slots);
	}
	a = median(ours, rounds);
	m = median(makes, rounds);
	printf("  %s of %d: guard %.0f ms, make -j%u %.0f ms, ratio %.2f; "
		"bare loop %.0f ms\n", chain ? "chain" : "queue", JOBS, a,
		slots, m, m > 0 ? a / m : 0, median(bare, rounds));
	printf("    best rounds: guard %.0f, make %.0f, bare %.0f ms\n",
		ours[0], makes[0], bare[0]);
}

static void at_heap(size_t mib, int rounds)
{
	struct guard_options o = { .slots = 2, .spool_dir = -1,
		.owner_fd = -1 };
	struct guard_calls calls = { .on_report = on_report,
		.on_death = on_death };
	struct bench b = { 0 };
	char *heap = mem_alloc(mib << 20);
	uv_loop_t loop;
	struct err err;
	uint64_t since;

	memset(heap, 1, mib << 20);
	uv_loop_init(&loop);
	calls.ud = &b;
	since = clock_mono_us();
	if (guard_start(&b.g, &loop, &o, &calls, &err)) {
		fprintf(stderr, "bench_guard: %s\n", err.text);
		exit(1);
	}
	printf("heap %zu MiB: guard started in %.1f ms\n", mib,
		(double)(clock_mono_us() - since) / 1000);
	compare(&loop, &b, rounds, 0);
	compare(&loop, &b, rounds, 1);
	since = clock_mono_us();
	guard_end(b.g);
	printf("  ended in %.1f ms\n",
		(double)(clock_mono_us() - since) / 1000);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	free(heap);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 7;
	char path[64];

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	if (rounds < 1 || rounds > ROUNDS_MAX)
		rounds = 7;
	write_makefile();
	at_heap(10, (int)rounds);
	at_heap(1024, (int)rounds);
	snprintf(path, sizeof(path), "%s/Makefile", dir);
	unlink(path);
	rmdir(dir);
	return 0;
}
