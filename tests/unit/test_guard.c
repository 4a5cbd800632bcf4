/*
 * The guard seen from the shell: what comes back of a job. Its ends and what
 * must not outlive them: test_guard_orphans.c; many and large ones:
 * test_guard_load.c. This program is its own guard.
 */
#include "engine/io/guard.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/unit/guard_host.h"
#include "tests/unit/guard_seen.h"
#include "tests/unit/tap.h"

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

int main(int argc, char **argv)
{
	static const char *const names[] = { "in.txt", "fifo", NULL };

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	host_open();
	test_output();
	test_order();
	test_spool();
	test_input();
	test_surroundings();
	test_no_exec();
	test_kill();
	test_withdraw();
	test_taps();
	is_int(host_close(), 0, "the loop has nothing left");
	is_int(host_remove(names), 0, "spools leave no names behind");
	return done();
}
