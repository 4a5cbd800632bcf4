/*
 * Nothing outlives what it must not outlive: the end of a step, of the guard,
 * of the shell, by whatever way a process tried to get away from it.
 */
#include "engine/io/guard.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/io/clock.h"
#include "tests/unit/guard_host.h"
#include "tests/unit/guard_seen.h"
#include "tests/unit/tap.h"

static int count_marked(const char *name)
{
	char path[300], text[65536];
	struct dirent *e;
	DIR *d = opendir("/proc");
	int n = 0, fd;
	ssize_t got;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (got > 0 && memmem(text, (size_t)got, name, strlen(name)))
			n++;
	}
	if (d)
		closedir(d);
	return n;
}

/* Ways to escape; each starts one process whose arguments hold $MARK. */
static const struct {
	const char *name, *text;
} escapes[] = {
	{ "a background process", "sleep $MARK & echo up" },
	{ "one that ignores TERM",
		"sh -c 'trap \"\" TERM; sleep '$MARK'; sleep '$MARK & echo up" },
	{ "one under nohup", "nohup sleep $MARK >/dev/null 2>&1 & echo up" },
	{ "one in its own session",
		"setsid sleep $MARK >/dev/null 2>&1 </dev/null & echo up" },
	{ "one that holds the pipe in its own session",
		"setsid sleep $MARK & echo up" },
	{ "a double fork in its own session",
		"(setsid sh -c 'sleep '$MARK' & exit' >/dev/null 2>&1 &) ; "
		"echo up" },
	{ "one that ignores TERM in its own session",
		"setsid sh -c 'trap \"\" TERM HUP; sleep '$MARK'; sleep '$MARK "
		">/dev/null 2>&1 & echo up" },
	{ "one with an empty environment in its own session",
		"m=$MARK; env -i setsid sleep $m >/dev/null 2>&1 & echo up" },
	{ "a stopped one", "sh -c 'kill -STOP $$; sleep '$MARK & echo up" }
};
enum { ESCAPES = sizeof(escapes) / sizeof(escapes[0]) };

/* Each escape's marker is a number of seconds no one else sleeps. */
static void marker(char *out, size_t n, size_t i)
{
	snprintf(out, n, "7%05ld%03zu", (long)getpid() % 100000, i);
}

static struct guard_job escape_job(size_t i, char *env, size_t n,
	const char **list)
{
	struct guard_job job = shell_job(300 + i, escapes[i].text);
	char mark[32];

	marker(mark, sizeof(mark), i);
	snprintf(env, n, "MARK=%s", mark);
	list[0] = env;
	list[1] = NULL;
	job.env = list;
	return job;
}

static void test_leftovers(void)
{
	const char *list[2];
	char env[64], mark[32];
	struct seen *s;
	size_t i;

	for (i = 0; i < ESCAPES; i++) {
		struct guard_job job = escape_job(i, env, sizeof(env), list);

		submit(&job);
		run_all();
		s = &w.seen[300 + i];
		marker(mark, sizeof(mark), i);
		ok(count_marked(mark) == 0, "%s is ended with its step",
			escapes[i].name);
		ok(s->code == 0 && s->leftovers &&
			!strcmp(buf_cstr(&s->out), "up\n"),
			"and the report says so");
	}
	s = sh(1, "exec 3>&1; { sleep .01; echo late >&3; } & echo up");
	is_str(buf_cstr(&s->out), "up\nlate\n",
		"what ends by itself at once may finish");
	is_int(s->leftovers, 0, "and had not to be ended");
}

/* This program as a step: makes a child of its own parent, and exits. */
static int be_sibling(void)
{
	if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0))
		return 0;
	setsid();
	close(1);
	close(2);
	sleep(60);
	return 0;
}

static void test_sibling(void)
{
	char self[300], name[40] = "sibling-";
	const char *argv[] = { self, name, NULL };
	struct guard_job job = shell_job(1, "");
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	marker(name + strlen(name), sizeof(name) - strlen(name), 9);
	job.argv = argv;
	submit(&job);
	run_all();
	ok(!count_marked(name) && w.seen[1].leftovers,
		"a sibling of its first process ends with the step");
}

/* A grandchild that writes for ever out of its group. */
static void test_writer(void)
{
	struct guard_job job = shell_job(1,
		"env -i setsid yes & sleep .2; echo up >&2");
	struct seen *s = &w.seen[1];

	job.cap = 100000;
	submit(&job);
	run_all();
	ok(s->end == GUARD_EXITED && s->leftovers,
		"an escaped writer does not hold its step");
	if (s->out_fd >= 0)
		close(s->out_fd);
}

/* One of a job's group whose parent gave up group and environment, so that
 * it could be any job's. */
static void below_a_stray(const char *const *env)
{
	struct guard_job job = shell_job(310, "m=$MARK; "
		"sh -c 'sleep '9$m' & exec env -i setsid sleep 1000' "
		">/dev/null 2>&1 & sleep .05; echo up");
	char mark[40] = "9";

	job.env = env;
	submit(&job);
	while (!w.seen[310].count)
		turn();
	marker(mark + 1, sizeof(mark) - 1, 7);
	ok(!count_marked(mark) && w.seen[310].leftovers,
		"a step's group ends with it, whoever is its parent");
}

/* While another job runs, what cannot be told apart lives on; then not. */
static void test_stray(void)
{
	struct guard_job longer = shell_job(1, "echo on; read x");
	struct guard_job job;
	const char *list[2];
	char env[64], mark[32], path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/stray", w.dir);
	mkfifo(path, 0600);
	fd = open(path, O_RDWR | O_CLOEXEC);
	longer.in_path = path;
	longer.flags = GUARD_TAP;
	submit(&longer);
	while (!w.seen[1].taps)
		turn();
	job = escape_job(7, env, sizeof(env), list);
	submit(&job);
	while (!w.seen[307].count)
		turn();
	below_a_stray(list);
	ok(write(fd, "x\n", 2) == 2, "a job runs beside an unmarked escape");
	run_all();
	close(fd);
	marker(mark, sizeof(mark), 7);
	is_int(count_marked(mark), 0,
		"which is ended when the last job that may own it ends");
}

static void test_service(void)
{
	const char *list[2];
	char env[64], mark[32];
	struct guard_job job = escape_job(0, env, sizeof(env), list);

	job.flags = GUARD_SERVICE;
	submit(&job);
	run_all();
	sh(1, "sleep 0.01 & echo other");
	marker(mark, sizeof(mark), 0);
	is_int(count_marked(mark), 1, "a service outlives its first process");
	finish();
	is_int(count_marked(mark), 0, "and ends with the guard");
	start(4, -1);
}

static void submit_escapes(void)
{
	const char *list[2];
	char env[64];
	size_t i;

	for (i = 0; i < ESCAPES; i++) {
		struct guard_job job = escape_job(i, env, sizeof(env), list);

		job.flags = GUARD_DIRECT | GUARD_SERVICE;
		submit(&job);
	}
}

static int count_all(long pid)
{
	char mark[32];

	snprintf(mark, sizeof(mark), "7%05ld", pid % 100000);
	return count_marked(mark);
}

static void wait_up(void)
{
	while (count_all(getpid()) < ESCAPES)
		usleep(10000);
}

static void test_end(void)
{
	submit_escapes();
	run_all();
	wait_up();
	finish();
	is_int(count_all(getpid()), 0,
		"every kind of escape is over when guard_end returns");
	start(4, -1);
}

/* The shell's process of the next test; killed when it says it is ready. */
static void victim(int ready, int owner)
{
	uv_loop_init(&w.loop);
	w.open = 0;
	start(4, owner);
	close(owner);
	submit_escapes();
	run_all();
	wait_up();
	if (write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		turn();
}

static int lock_is_free(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), rc;

	rc = flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return rc == 0;
}

static void test_kill_9(void)
{
	uint64_t since, gone = 0;
	int ready[2], owner;
	char byte, path[128];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/lock", w.dir);
	owner = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	flock(owner, LOCK_EX);
	if (pipe(ready))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		victim(ready[1], owner);
	close(owner);
	close(ready[1]);
	ok(read(ready[0], &byte, 1) == 1, "a shell has %d escapes running",
		(int)ESCAPES);
	close(ready[0]);
	ok(!lock_is_free(path), "its guard holds the owner's lock");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	since = clock_mono_us();
	while (!gone && clock_mono_us() - since < 5000000) {
		if (count_all(pid) == 0)
			gone = clock_mono_us() - since;
		else
			usleep(5000);
	}
	ok(gone > 0 && gone < 1000000,
		"a second after kill -9 of the shell none is alive");
	note("it took %llu ms", (unsigned long long)gone / 1000);
	while (!lock_is_free(path) && clock_mono_us() - since < 5000000)
		usleep(5000);
	ok(lock_is_free(path), "and then the lock is free");
}

static void test_guard_death(void)
{
	struct guard_job job;
	struct seen *s = sh(1, "echo $PPID");
	pid_t guard = (pid_t)strtol(buf_cstr(&s->out), NULL, 10);
	struct err err = { 0 };
	siginfo_t dead = { 0 };

	submit_escapes();
	run_all();
	wait_up();
	job = shell_job(5, "sleep 1000");
	submit(&job);
	kill(guard, SIGKILL);
	while (!w.deaths)
		turn();
	is_int(w.deaths, 1, "the guard's death is told once");
	is_int(w.seen[5].count, 0, "its jobs get no report");
	is_int(count_all(getpid()), 0, "what fell to the shell has been ended");
	ok(waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		!dead.si_pid, "and reaped");
	is_int(guard_job(w.g, &job, &err), -1, "a dead guard takes no jobs");
	ok(err.code == ERR_IO && err.text[0], "and says why");
	finish();
	w.deaths = w.open = 0;
	start(4, -1);
	s = sh(1, "echo again");
	is_str(buf_cstr(&s->out), "again\n", "a new guard works");
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "stray", "lock", NULL };

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	if (argc == 2 && strncmp(argv[1], "sibling-", 8) == 0)
		return be_sibling();
	host_open();
	test_leftovers();
	test_sibling();
	test_writer();
	test_stray();
	test_service();
	test_end();
	test_kill_9();
	test_guard_death();
	assert(!host_close());
	assert(!host_remove(names));
	return done();
}
