/*
 * Several processes in one state directory, and processes that are killed:
 * contract D5 and D1. The longest wait is told, not judged: a machine may be
 * busy with other things.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

enum { PROCESSES = 4, RUNS = 200, KILLS = 24 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct report {
	int bad;               /* batches that were not committed at once */
	double worst_ms;
};

static void commit(struct fixture *f, struct batch *b, struct report *r)
{
	double start = now_ms();

	r->bad += fixture_commit(f, b).status != STORE_COMMITTED;
	if (now_ms() - start > r->worst_ms)
		r->worst_ms = now_ms() - start;
}

/* A run in two commits: begun, then ended. */
static void run_once(struct fixture *f, const struct run_new *n,
	struct report *r)
{
	struct store_run *run = store_run_new(f->store);
	struct batch *b = batch_new();

	batch_run_new(b, run, n);
	fixture_event(b, run, 0, 0, 1, "begun");
	commit(f, b, r);
	b = batch_new();
	fixture_event(b, run, 0, 0, 2, "ended");
	fixture_event(b, run, 0, 0, 3, "over");
	batch_run_state(b, run, &(struct row_state){RUN_SUCCEEDED, 0, 3, 1, 0});
	batch_run_close(b, run);
	commit(f, b, r);
}

static void work(struct fixture *f, int stops, int out)
{
	struct report r = { .bad = 0 };
	int i;

	fixture_open(f);
	for (i = 0; i < RUNS; i++) {
		struct run_new n = fixture_run("one of many");

		if (stops && i == RUNS / 2)
			raise(SIGSTOP);
		run_once(f, &n, &r);
	}
	fixture_close(f);
	if (write(out, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	_exit(0);
}

struct tally {
	int runs, whole;
	struct fixture *f;
};

static int count_event(void *ud, const struct stored_event *e)
{
	*(int *)ud = *(int *)ud * 10 + e->kind;
	return 0;
}

static int count_run(void *ud, const struct run_row *row)
{
	struct tally *t = ud;
	struct err err;
	int kinds = 0;

	t->runs++;
	if (store_events(t->f->store, row, 0, count_event, &kinds, &err) != 0)
		note("%s", err.text);
	t->whole += row->state == RUN_SUCCEEDED ? kinds == 123 : kinds == 1;
	return 0;
}

static struct tally tally(struct fixture *f)
{
	struct run_filter all = { .state = -1, .all = 1, .limit = 1000000 };
	struct tally t = { .f = f };
	struct err err;

	if (store_list(f->store, &all, count_run, &t, &err) != 0)
		note("%s", err.text);
	return t;
}

static void test_many(void)
{
	struct report r, sum = { .bad = 0 };
	pid_t pid[PROCESSES];
	struct fixture f;
	int out[2], i, status, bad = 0;
	struct tally t;

	fixture_init(&f);
	if (pipe(out) != 0)
		abort();
	for (i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			work(&f, i == 0, out[1]);
		}
	}
	waitpid(pid[0], &status, WUNTRACED);
	ok(WIFSTOPPED(status), "one process is stopped between transactions");
	for (i = 1; i < PROCESSES; i++) {
		waitpid(pid[i], &status, 0);
		bad += status != 0;
	}
	is_int(bad, 0, "the others end meanwhile");
	kill(pid[0], SIGCONT);
	waitpid(pid[0], &status, 0);
	is_int(status, 0, "then it goes on to its end");
	for (i = 0; i < PROCESSES && read(out[0], &r, sizeof(r)) ==
			(ssize_t)sizeof(r); i++) {
		sum.bad += r.bad;
		if (r.worst_ms > sum.worst_ms)
			sum.worst_ms = r.worst_ms;
	}
	is_int(sum.bad, 0, "no process met an error or a stall");
	note("the longest wait for a commit was %.1f ms", sum.worst_ms);
	fixture_open(&f);
	t = tally(&f);
	is_int(t.runs, PROCESSES * RUNS, "all runs are there");
	is_int(t.whole, PROCESSES * RUNS, "each with its events, in order");
	close(out[0]);
	close(out[1]);
	fixture_end(&f);
}

/* ---------------------------------------------------------------- kills */
/* Commits for ever; tells each run once it is committed. */
static void commit_forever(struct fixture *f, int out)
{
	struct report r = { .bad = 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fixture_open(f);
	for (;;) {
		struct run_new n = fixture_run("killed");

		run_once(f, &n, &r);
		if (r.bad || write(out, n.ulid, sizeof(n.ulid)) !=
				(ssize_t)sizeof(n.ulid))
			_exit(1);
	}
}

static int missing(struct fixture *f, char (*told)[ULID_LEN + 1], int count)
{
	struct run_row row;
	struct err err;
	int i, lost = 0;

	for (i = 0; i < count; i++) {
		if (store_find_run(f->store, str_of(told[i]), &row, &err)) {
			lost++;
			continue;
		}
		lost += row.state != RUN_SUCCEEDED;
		run_row_release(&row);
	}
	return lost;
}

/* One of two writers is killed after some runs and a moment more. */
static int kill_one(struct fixture *f, unsigned *seed)
{
	static char told[512][ULID_LEN + 1];
	int out[2], i, count = 0, want;
	pid_t pid[2];

	*seed = *seed * 1103515245 + 12345;
	want = 2 + (int)(*seed >> 16 & 31);
	if (pipe(out) != 0)
		abort();
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			commit_forever(f, out[1]);
	}
	close(out[1]);
	while (count < want && read(out[0], told[count], ULID_LEN + 1) ==
			ULID_LEN + 1)
		count++;
	usleep(*seed >> 8 & 1023);
	kill(pid[0], SIGKILL);
	kill(pid[1], SIGKILL);
	while (count < 512 && read(out[0], told[count], ULID_LEN + 1) ==
			ULID_LEN + 1)
		count++;
	close(out[0]);
	waitpid(pid[0], NULL, 0);
	waitpid(pid[1], NULL, 0);
	fixture_open(f);
	i = missing(f, told, count);
	return i;
}

static void test_kills(void)
{
	unsigned seed = (unsigned)getpid();
	struct fixture f;
	struct tally t;
	int i, lost = 0;

	note("seed %u", seed);
	fixture_init(&f);
	for (i = 0; i < KILLS; i++) {
		lost += kill_one(&f, &seed);
		if (i + 1 < KILLS)
			fixture_close(&f);
	}
	is_int(lost, 0, "no committed run is lost by kill -9");
	t = tally(&f);
	is_int(t.whole, t.runs, "no run has half a batch");
	ok(t.runs > KILLS, "there were runs to lose");
	fixture_end(&f);
}

int main(void)
{
	test_many();
	test_kills();
	return done();
}
