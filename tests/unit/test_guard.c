/*
 * The guard seen from the shell: what comes back of a job, and that nothing
 * outlives what it must not outlive. This program is its own guard.
 */
#include "engine/io/guard.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "tests/unit/tap.h"

enum { IDS = 512 };

/* What is kept of one report. */
struct seen {
	int count, end, code, out_fd, err_fd, leftovers, truncated;
	uint64_t out_len, err_len, dur_us, cpu_us;
	struct digest digest;
	struct buf out, err, what, index, tap;
	int taps;
};

struct world {
	uv_loop_t loop;
	struct guard *g;
	struct seen seen[IDS];
	int open, deaths;
	const char *dir;
	int dir_fd;
};

static struct world w;
static char scratch[] = "/tmp/wf-test-guard.XXXXXX";

static void keep(struct buf *b, struct str s)
{
	buf_clear(b);
	buf_add(b, s.p, s.n);
}

static void on_report(void *ud, const struct guard_report *r)
{
	struct seen *s = &w.seen[r->id];

	(void)ud;
	assert(r->id < IDS);
	s->count++;
	s->end = r->end;
	s->code = r->code;
	s->out_fd = r->out.fd;
	s->err_fd = r->err.fd;
	s->leftovers = r->leftovers;
	s->truncated = r->out.truncated;
	s->out_len = r->out.len;
	s->err_len = r->err.len;
	s->dur_us = r->dur_us;
	s->cpu_us = r->cpu_us;
	s->digest = r->out.digest;
	keep(&s->out, r->out.bytes);
	keep(&s->err, r->err.bytes);
	keep(&s->what, r->what);
	keep(&s->index, r->index);
	if (r->err.fd >= 0)
		close(r->err.fd);
	w.open--;
}

static void on_tap(void *ud, uint64_t id, int stream, struct str bytes)
{
	(void)ud;
	(void)stream;
	buf_add(&w.seen[id].tap, bytes.p, bytes.n);
	w.seen[id].taps++;
}

static void on_death(void *ud)
{
	(void)ud;
	w.deaths++;
}

static void start(uint32_t slots, int owner_fd)
{
	struct guard_options o = { .slots = slots, .spool_dir = w.dir_fd,
		.owner_fd = owner_fd };
	struct guard_calls c = { .on_report = on_report, .on_tap = on_tap,
		.on_death = on_death };
	struct err err;

	if (guard_start(&w.g, &w.loop, &o, &c, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

static void turn(void)
{
	uv_run(&w.loop, UV_RUN_ONCE);
}

static void run_all(void)
{
	while (w.open > 0 && !w.deaths)
		turn();
}

static void finish(void)
{
	guard_end(w.g);
	w.g = NULL;
	uv_run(&w.loop, UV_RUN_DEFAULT);
}

static struct seen *reset(uint64_t id)
{
	struct seen *s = &w.seen[id];

	buf_release(&s->out);
	buf_release(&s->err);
	buf_release(&s->what);
	buf_release(&s->index);
	buf_release(&s->tap);
	memset(s, 0, sizeof(*s));
	return s;
}

static void submit(struct guard_job *job)
{
	struct err err;

	reset(job->id);
	if (!job->inline_max)
		job->inline_max = 8192;
	if (guard_job(w.g, job, &err)) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	w.open++;
}

/* A job of `sh -c text`; the caller may change it before submit(). */
static struct guard_job shell_job(uint64_t id, const char *text)
{
	static const char *argv[IDS][4];
	struct guard_job job = { .id = id, .argv = argv[id] };

	argv[id][0] = "sh";
	argv[id][1] = "-c";
	argv[id][2] = text;
	argv[id][3] = NULL;
	return job;
}

static struct seen *sh(uint64_t id, const char *text)
{
	struct guard_job job = shell_job(id, text);

	submit(&job);
	run_all();
	return &w.seen[id];
}

static struct seen *run_argv(uint64_t id, const char *const *argv)
{
	struct guard_job job = { .id = id, .argv = argv };

	submit(&job);
	run_all();
	return &w.seen[id];
}

static void test_output(void)
{
	struct seen *s = sh(1, "echo out; echo err >&2; exit 3");

	is_int(s->end, GUARD_EXITED, "a job that exits is reported as exited");
	is_int(s->code, 3, "the exit status comes back");
	is_str(buf_cstr(&s->out), "out\n", "standard output comes inline");
	is_str(buf_cstr(&s->err), "err\n", "standard error comes apart");
	is_int(s->leftovers, 0, "a tidy job leaves nothing");
	ok(s->dur_us > 0 && s->dur_us < 60000000, "it has a duration");
	s = sh(1, "echo via >/dev/stderr; echo more >/dev/stdout; echo end");
	is_str(buf_cstr(&s->err), "via\n", "/dev/stderr can be opened again");
	is_str(buf_cstr(&s->out), "more\nend\n",
		"/dev/stdout can be opened again without losing data");
	s = sh(1, "kill -SEGV $$");
	is_int(s->end, GUARD_SIGNALLED, "death by signal is told apart");
	is_int(s->code, SIGSEGV, "with the signal's number");
	s = sh(1, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
	ok(s->cpu_us > 0, "processor time is counted");
}

static void test_order(void)
{
	struct seen *s = sh(1, "echo a; sleep .05; echo bb >&2; sleep .05;"
		" echo ccc");
	struct cursor c;
	uint64_t v[9];
	int i;

	cursor_init(&c, s->index.data, s->index.len);
	for (i = 0; i < 9; i++)
		v[i] = cursor_varint(&c);
	ok(!c.bad && c.at == c.end && v[0] == 0 && v[1] == 2 && v[3] == 1 &&
		v[4] == 3 && v[6] == 0 && v[7] == 4,
		"the index gives both streams in the order they were written");
	ok(v[2] <= v[5] && v[5] < v[8], "with times that do not go back");
}

static uint64_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
}

static void digest_fd(int fd, struct digest *d)
{
	struct digest_state *sum = digest_new();
	char chunk[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		digest_add(sum, chunk, (size_t)n);
		at += n;
	}
	digest_end(sum, d);
}

static void test_spool(void)
{
	struct guard_job job = shell_job(2,
		"echo head; head -c 10000000 /dev/zero | tr '\\0' x");
	struct seen *s = &w.seen[2];
	struct digest d;
	char path[64];

	submit(&job);
	run_all();
	ok(s->out_fd >= 0, "a large output comes as a spool");
	is_int((long long)s->out_len, 10000005, "with its length");
	is_int((long long)file_size(s->out_fd), 10000005,
		"and all of it in the file");
	digest_fd(s->out_fd, &d);
	ok(digest_same(&d, &s->digest), "the digest is that of the file");
	ok(s->out.len == 8192 && !memcmp(s->out.data, "head\nxxx", 8),
		"the report has its head");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->out_fd);
	ok(!linkat(AT_FDCWD, path, w.dir_fd, "blob", AT_SYMLINK_FOLLOW),
		"a spool can be given a name");
	unlinkat(w.dir_fd, "blob", 0);
	close(s->out_fd);
	job = shell_job(2, "head -c 300000 /dev/zero; echo end >&2");
	job.cap = 100000;
	submit(&job);
	run_all();
	is_int((long long)s->out_len, 100000, "output stops at the cap");
	ok(s->truncated && s->end == GUARD_EXITED && s->code == 0,
		"what is above is drained and said to be cut");
	is_str(buf_cstr(&s->err), "end\n", "the other stream is whole");
	close(s->out_fd);
	s = sh(3, "head -c 8192 /dev/zero");
	ok(s->out_fd == -1 && s->out.len == 8192,
		"an output of just the limit stays inline");
}

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

static void test_input(void)
{
	size_t n = 3000000;
	char *big = mem_alloc(n);
	char path[128];
	struct guard_job job = shell_job(1, "cat");
	struct seen *s = &w.seen[1];
	FILE *f;

	job.in = str_of("hello");
	submit(&job);
	run_all();
	is_str(buf_cstr(&s->out), "hello", "bytes reach standard input");
	s = sh(1, "cat; wc -c </dev/stdin");
	is_str(buf_cstr(&s->out), "0\n", "without input there is none");
	memset(big, 'y', n);
	job = shell_job(1, "wc -c");
	job.in = (struct str){ big, n };
	submit(&job);
	run_all();
	is_str(buf_cstr(&s->out), "3000000\n",
		"input larger than a pipe arrives whole");
	job = shell_job(1, "exec <&-; echo fine");
	job.in = (struct str){ big, n };
	submit(&job);
	run_all();
	is_str(buf_cstr(&s->out), "fine\n",
		"a child that reads nothing ends all the same");
	free(big);
	snprintf(path, sizeof(path), "%s/in.txt", w.dir);
	f = fopen(path, "w");
	assert(f);
	fputs("from a file\n", f);
	fclose(f);
	job = shell_job(1, "cat");
	job.in_path = path;
	submit(&job);
	run_all();
	is_str(buf_cstr(&s->out), "from a file\n", "a file can be the input");
	job.in_path = "/nonexistent/in";
	submit(&job);
	run_all();
	ok(s->end == GUARD_FAILED && s->code == ENOENT, "a missing one fails");
	is_str(buf_cstr(&s->what), "/nonexistent/in", "and is named");
}

static void test_surroundings(void)
{
	static const char *const env[] = { "WF_A=one two", "HOME=/h", NULL };
	static const char *const fds[] = { "ls", "/proc/self/fd", NULL };
	struct guard_job job = shell_job(1, "echo \"$WF_A|$HOME|$PWD\"; pwd");
	struct seen *s = &w.seen[1];

	job.env = env;
	job.dir = w.dir;
	submit(&job);
	run_all();
	ok(strstr(buf_cstr(&s->out), "one two|/h|") != NULL,
		"variables are added and replaced");
	ok(strstr(buf_cstr(&s->out), w.dir) != NULL, "the directory is set");
	job.dir = "/nonexistent";
	submit(&job);
	run_all();
	ok(s->end == GUARD_FAILED && s->code == ENOENT,
		"a missing directory fails the job");
	is_str(buf_cstr(&s->what), "/nonexistent", "and is named");
	s = run_argv(1, fds);
	is_str(buf_cstr(&s->out), "0\n1\n2\n3\n",
		"a child has no descriptors but its three (and ls's own)");
	s = sh(1, "exec 3<>/dev/tty");
	ok(s->code != 0, "a child has no controlling terminal");
	s = sh(1, "ps -o pid=,pgid=,sid= -p $$ | awk '{print $1==$2, $1==$3}'");
	is_str(buf_cstr(&s->out), "1 1\n", "a child leads its own session");
	s = sh(1, "trap '' USR1; trap; grep -E 'Sig(Blk|Ign)' "
		"/proc/self/status | awk '{print $2}'");
	ok(strstr(buf_cstr(&s->out), "0000000000000000") != NULL,
		"no signal is blocked in a child");
	s = sh(1, "ps -o comm= -p $PPID");
	is_str(buf_cstr(&s->out), "wf-guard\n", "the guard is named wf-guard");
}

static void test_no_exec(void)
{
	static const char *const missing[] = { "no-such-program-x", NULL };
	static const char *const or_sh[] = { "sh", "-c", "no-such-program-x",
		NULL };
	static const char *const etc[] = { "/etc/passwd", NULL };
	struct guard_job job = { .id = 1, .argv = missing };
	struct seen *s = run_argv(1, missing);

	ok(s->end == GUARD_NO_EXEC && s->code == ENOENT,
		"a program that is not there is told apart");
	is_str(buf_cstr(&s->what), "no-such-program-x", "and is named");
	job.or_argv = or_sh;
	submit(&job);
	run_all();
	ok(s->end == GUARD_EXITED && s->code == 127 && s->err.len > 0,
		"the second command is run in its place");
	s = run_argv(1, etc);
	ok(s->end == GUARD_NO_EXEC && s->code == EACCES,
		"a file that is no program is told apart");
}

static void test_kill(void)
{
	struct guard_job job = shell_job(1, "echo on; exec sleep 100");
	struct seen *s = &w.seen[1];

	job.flags = GUARD_TAP;
	submit(&job);
	while (!s->taps)
		turn();
	guard_kill(w.g, 1, 0);
	run_all();
	ok(s->end == GUARD_SIGNALLED && s->code == SIGTERM,
		"a killed job gets TERM first");
	job = shell_job(1, "trap '' TERM; echo on; while :; do sleep .1; done");
	job.flags = GUARD_TAP;
	submit(&job);
	while (!s->taps)
		turn();
	guard_kill(w.g, 1, 0);
	run_all();
	ok(s->end == GUARD_SIGNALLED && s->code == SIGKILL,
		"one that ignores TERM gets KILL after the grace");
	ok(s->dur_us >= 2000000, "not before");
	job = shell_job(1, "trap '' TERM; echo on; while :; do sleep .1; done");
	job.flags = GUARD_TAP;
	submit(&job);
	while (!s->taps)
		turn();
	guard_kill(w.g, 1, 1);
	run_all();
	ok(s->code == SIGKILL && s->dur_us < 2000000,
		"a hard kill is KILL now");
	guard_kill(w.g, 1, 1);
	guard_kill(w.g, 77, 0);
	s = sh(1, "echo still");
	is_str(buf_cstr(&s->out), "still\n", "unknown jobs cannot be killed");
}

static void test_withdraw(void)
{
	struct guard_job job = shell_job(1, "echo on; read x");
	struct guard_job next = shell_job(2, "echo never");
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/fifo", w.dir);
	mkfifo(path, 0600);
	guard_slots(w.g, 1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	job.in_path = path;
	job.flags = GUARD_TAP;
	submit(&job);
	submit(&next);
	while (!w.seen[1].taps)
		turn();
	guard_withdraw(w.g, 2);
	guard_withdraw(w.g, 1);
	while (!w.seen[2].count)
		turn();
	is_int(w.seen[2].end, GUARD_WITHDRAWN, "a queued job can be withdrawn");
	is_int(w.seen[1].count, 0, "a begun one cannot");
	submit(&next);
	guard_kill(w.g, 2, 0);
	while (!w.seen[2].count)
		turn();
	is_int(w.seen[2].end, GUARD_WITHDRAWN, "killing a queued one is that");
	next.flags = GUARD_DIRECT;
	submit(&next);
	while (!w.seen[2].count)
		turn();
	is_str(buf_cstr(&w.seen[2].out), "never\n",
		"a direct job does not wait for a slot");
	ok(write(fd, "x\n", 2) == 2, "the first is let go");
	run_all();
	is_int(w.seen[1].code, 0, "and ends well");
	close(fd);
	guard_slots(w.g, 4);
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
	is_int((long long)guard_open_jobs(w.g), 200, "200 jobs are open");
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

static void test_taps(void)
{
	struct guard_job job = shell_job(1, "i=0; while [ $i -lt 3000 ]; do "
		"i=$((i+1)); echo line $i; done; sleep .3; echo last");
	struct seen *s = &w.seen[1];

	job.flags = GUARD_LINE_TAP;
	job.inline_max = 100000;
	submit(&job);
	run_all();
	ok(s->taps >= 1 && s->taps <= 2 + (int)(s->dur_us / 100000),
		"last lines come at most ten a second");
	ok(strstr(buf_cstr(&s->tap), "line 3000") != NULL,
		"and the last line of a burst is among them");
	job = shell_job(1, "printf one; printf two");
	job.flags = GUARD_TAP;
	submit(&job);
	run_all();
	is_str(buf_cstr(&s->tap), "onetwo", "a tap brings the output as bytes");
}

/* ---- what is left behind ---- */

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
	is_int(guard_job(w.g, &job, &err), -1, "a dead guard takes no jobs");
	ok(err.code == ERR_IO && err.text[0], "and says why");
	finish();
	w.deaths = w.open = 0;
	start(4, -1);
	s = sh(1, "echo again");
	is_str(buf_cstr(&s->out), "again\n", "a new guard works");
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

static void remove_all(void)
{
	static const char *const names[] = { "in.txt", "fifo", "gate", "here",
		"stray", "lock" };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", scratch, names[i]);
		unlink(path);
	}
	is_int(rmdir(scratch), 0, "spools leave no names behind");
}

int main(int argc, char **argv)
{
	uint64_t i;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	assert(mkdtemp(scratch));
	w.dir = scratch;
	w.dir_fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uv_loop_init(&w.loop);
	start(4, -1);
	test_output();
	test_order();
	test_spool();
	test_many_spools();
	test_input();
	test_surroundings();
	test_no_exec();
	test_kill();
	test_withdraw();
	test_concurrent();
	test_taps();
	test_leftovers();
	test_writer();
	test_stray();
	test_service();
	test_end();
	test_kill_9();
	test_guard_death();
	test_limits();
	test_backpressure();
	test_deaf_shell();
	finish();
	for (i = 0; i < IDS; i++)
		reset(i);
	is_int(uv_loop_close(&w.loop), 0, "the loop has nothing left");
	close(w.dir_fd);
	remove_all();
	return done();
}
