/*
 * The guard under load: many jobs at once, outputs and inputs larger than any
 * pipe, a shell that does not look. Nothing is lost, mixed up or held up.
 */
#include "engine/io/guard.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/unit/guard_host.h"
#include "tests/unit/guard_seen.h"
#include "tests/unit/tap.h"

static void test_many_spools(void)
{
	int i, good = 0;

	for (i = 0; i < 150; i++) {
		struct guard_job job = shell_job(10 + i,
			"echo $N; head -c 20000 /dev/zero;"
			" head -c 20000 /dev/zero >&2");
		char *env = mem_printf("N=%d", i);
		const char *list[2] = { env, NULL };

		job.env = list;
		submit(&job);
		free(env);
	}
	run_all();
	for (i = 0; i < 150; i++) {
		struct seen *s = &w.seen[10 + i];
		char head[16] = "", want[16];

		snprintf(want, sizeof(want), "%d\n", i);
		if (s->out_fd >= 0 && s->err_fd >= 0 &&
			pread(s->out_fd, head, strlen(want), 0) > 0)
			good += !strcmp(head, want);
		if (s->out_fd >= 0)
			close(s->out_fd);
	}
	is_int(good, 150, "300 spools at once each reach their own report");
}

static void test_concurrent(void)
{
	char path[128], *text;
	int i, good = 0;

	guard_slots(w.g, 200);
	snprintf(path, sizeof(path), "%s/gate", w.dir);
	mkfifo(path, 0600);
	text = mem_printf("echo $WF_N >>%s/here; read x <%s; echo done $WF_N",
		w.dir, path);
	for (i = 0; i < 200; i++) {
		struct guard_job job = shell_job(100 + i, text);
		char *env = mem_printf("WF_N=%d", i);
		const char *list[2] = { env, NULL };

		job.env = list;
		submit(&job);
		free(env);
	}
	guard_flush(w.g);
	is_int(w.open, 200, "200 jobs are open");
	free(text);
	text = mem_printf("while [ $(wc -l <%s/here) -lt 200 ]; do sleep .02;"
		" done; i=0; exec 3>%s; while [ $i -lt 200 ]; do echo x >&3;"
		" i=$((i+1)); done; sleep 60", w.dir, path);
	struct guard_job opener = shell_job(99, text);

	opener.flags = GUARD_DIRECT;
	submit(&opener);
	while (w.open > 1)
		turn();
	for (i = 0; i < 200; i++) {
		char want[32];

		snprintf(want, sizeof(want), "done %d\n", i);
		good += !strcmp(buf_cstr(&w.seen[100 + i].out), want);
	}
	is_int(good, 200, "200 jobs run at the same time, each its own");
	guard_kill(w.g, 99, 1);
	run_all();
	free(text);
	guard_slots(w.g, 4);
}

static void test_limits(void)
{
	size_t n = 9 << 20;
	char *big = mem_zero(n);
	struct guard_job job = shell_job(1, "cat");
	const char *argv[3] = { "echo", big, NULL };
	struct err err = { 0 };
	struct seen *s;

	job.in = (struct str){ big, n };
	ok(guard_job(w.g, &job, &err) == -1 && err.code == ERR_LIMIT,
		"a job that is too large is refused");
	memset(big, 'x', 200000);
	s = run_argv(1, argv);
	ok(s->end == GUARD_NO_EXEC && s->code == E2BIG,
		"an argument over the kernel's limit fails the job");
	free(big);
}

static void test_backpressure(void)
{
	size_t n = 500000;
	char *big = mem_alloc(n);
	int i, good = 0;

	memset(big, 'b', n);
	guard_slots(w.g, 2);
	for (i = 0; i < 40; i++) {
		struct guard_job job = shell_job(10 + i, "cat");

		job.in = (struct str){ big, n };
		job.inline_max = 1000000;
		submit(&job);
	}
	guard_flush(w.g);
	run_all();
	for (i = 0; i < 40; i++)
		good += w.seen[10 + i].out.len == n;
	is_int(good, 40, "20 MB through the socket in both directions arrive");
	free(big);
}

/* Reports arrive although the shell did not look for a while. */
/* One slot, so that the reports come in order; the second's spool comes in
 * the middle of the first's report, which is larger than the socket. */
static void test_lost_spool(void)
{
	struct guard_job a = shell_job(1, "head -c 1200000 /dev/zero | "
		"tr '\\0' a"), b = shell_job(2, "head -c 20000 /dev/zero | "
		"tr '\\0' b"), c = shell_job(3, ">third");
	struct rlimit was, few;
	char path[128], byte = 0;
	int next;

	guard_slots(w.g, 1);
	a.inline_max = 1 << 20;
	c.dir = scratch;
	submit(&a);
	submit(&b);
	submit(&c);
	guard_flush(w.g);
	snprintf(path, sizeof(path), "%s/third", scratch);
	while (access(path, F_OK) < 0)
		usleep(1000);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	next = dup(0);
	close(next);
	few.rlim_cur = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &few);
	uv_run(&w.loop, UV_RUN_NOWAIT);
	setrlimit(RLIMIT_NOFILE, &was);
	run_all();
	ok(w.seen[1].end == GUARD_FAILED && w.seen[1].code == EMFILE &&
		w.seen[1].out_fd == -1,
		"a spool for which there was no descriptor is lost");
	ok(w.seen[2].end == GUARD_EXITED && w.seen[2].out_fd >= 0 &&
		pread(w.seen[2].out_fd, &byte, 1, 0) == 1 && byte == 'b',
		"and the next one is not taken for it");
	is_int((long)lseek(w.seen[2].out_fd, 0, SEEK_CUR), 0,
		"a spool is handed over at its beginning");
	close(w.seen[2].out_fd);
	guard_slots(w.g, 4);
}

static void test_deaf_shell(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		struct guard_job job = shell_job(10 + i,
			"head -c 100000 /dev/zero");

		job.inline_max = 200000;
		submit(&job);
	}
	guard_flush(w.g);
	sleep(1);
	run_all();
	is_int((long long)w.seen[29].out.len, 100000,
		"a shell that was busy gets all reports afterwards");
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "gate", "here", "third",
		NULL };

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	host_open();
	test_many_spools();
	test_concurrent();
	test_limits();
	test_backpressure();
	test_lost_spool();
	test_deaf_shell();
	assert(!host_close());
	assert(!host_remove(names));
	return done();
}
