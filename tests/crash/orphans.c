/*
 * Escape artists against the guard: however a run ends, nothing that its
 * steps began is alive a second later.
 *
 *	orphans --count N --seed S [--jobs N]
 *
 * Who is alive is told by a lock that every escapee holds (escape.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/buf.h"
#include "engine/base/mem.h"
#include "tests/crash/kit.h"
#include "tests/unit/tap.h"

static const char *const tricks[] = {
	"session", "double", "deaf", "closed", "breeder", "tree", "bare",
	"stopped", "threads", "sibling", "deaf+session+closed+tree",
	"double+deaf+breeder", "session+bare", "deaf+double+bare",
	"closed+double+stopped", "deaf+closed+session+threads"
};
enum { TRICKS = sizeof(tricks) / sizeof(tricks[0]) };

/* A crowd of these starves whoever hunts them. */
static const char *const breeders[] = {
	"breeder", "double+deaf+breeder", "session+breeder", "tree"
};
enum { BREEDERS = sizeof(breeders) / sizeof(breeders[0]), CROWD = 8 };

enum ending {
	END_KILL,        /* kill -9 of the shell */
	END_INT, END_TERM, END_HUP,
	END_GUARD,       /* kill -9 of the guard: the step runs again */
	END_CANCEL,      /* /cancel from another shell */
	END_TIMEOUT,     /* of the step */
	END_LEFTOVERS,   /* the step's first process exits */
	ENDINGS
};

static const char *const ending_names[ENDINGS] = {
	"kill -9 of wf", "SIGINT to wf", "SIGTERM to wf", "SIGHUP to wf",
	"kill -9 of the guard", "/cancel", "a timeout", "the end of its step"
};

struct cell {
	struct world w;
	char cage[WORLD_PATH + 16], ready[WORLD_PATH + 16];
	const char *escape;
	uint64_t seed;
	int breeding;             /* breeders only */
	char said[512];           /* the tricks of this trial */
};

static int is_empty(const char *cage)
{
	int fd = open(cage, O_RDWR | O_CLOEXEC), rc;

	rc = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Milliseconds until nobody was alive, or -1 after `ms`. */
static int emptied(const char *cage, int ms)
{
	int64_t began = now_us();

	while (!is_empty(cage)) {
		if (now_us() - began > (int64_t)ms * 1000)
			return -1;
		nap_us(2000);
	}
	return (int)((now_us() - began) / 1000);
}

static const char *pick(struct cell *c)
{
	return c->breeding ? breeders[dice(&c->seed, BREEDERS)] :
		tricks[dice(&c->seed, TRICKS)];
}

static void make_text(struct cell *c, enum ending end, struct buf *b)
{
	unsigned n = 1 + (unsigned)dice(&c->seed, 4);

	c->said[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		size_t at = strlen(c->said);

		snprintf(c->said + at, sizeof(c->said) - at, " %s",
			pick(c));
	}
	buf_printf(b, "/chain { a: /bash %s%s%s%s", end == END_GUARD ?
		"test \"$WF_ATTEMPT\" -gt 1 || exec " : "", c->escape, c->said,
		end == END_LEFTOVERS ? "" : " wait");
	if (end == END_TIMEOUT)
		buf_str(b, " @timeout=100ms");
	buf_str(b, " -> b: /bash echo after }");
}

static int await_ready(struct cell *c)
{
	int64_t until = now_us() + 10000000;
	struct lines l;
	size_t n = 0;

	while (!n && now_us() < until) {
		lines_read(&l, c->ready);
		n = l.n;
		lines_free(&l);
		if (!n)
			nap_us(1000);
	}
	return n != 0;
}

static void cancel(struct cell *c)
{
	struct world other = c->w;
	const char *argv[] = { getenv("WF"), "-c", "/cancel @last", NULL };

	snprintf(other.out, sizeof(other.out), "%s/out2", c->w.dir);
	snprintf(other.err, sizeof(other.err), "%s/err2", c->w.dir);
	if (world_run(&other, argv) != 0)
		note_file("cancel", other.err);
}

static void end_it(struct cell *c, enum ending end, pid_t pid)
{
	static const int signals[] = { SIGKILL, SIGINT, SIGTERM, SIGHUP };

	if (end <= END_HUP)
		kill(pid, signals[end]);
	else if (end == END_GUARD)
		kill(guard_of(pid), SIGKILL);
	else if (end == END_CANCEL)
		cancel(c);
}

/* The exit status that wf must end with. */
static int is_right(enum ending end, int status)
{
	switch (end) {
	case END_KILL:
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	case END_INT:
		return WIFEXITED(status) && WEXITSTATUS(status) == 130;
	case END_TERM:
		return WIFEXITED(status) && WEXITSTATUS(status) == 143;
	case END_HUP:
		return WIFEXITED(status) && WEXITSTATUS(status) == 129;
	case END_CANCEL:
		return WIFEXITED(status) && WEXITSTATUS(status) != 0;
	case END_TIMEOUT:
		return WIFEXITED(status) && WEXITSTATUS(status) == 124;
	case END_LEFTOVERS:
	case END_GUARD:
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	case ENDINGS:
		break;
	}
	return 0;
}

/* Ended by a signal that can be caught: the run can be gone on with. */
static int is_interrupted(struct cell *c)
{
	const char *argv[] = { getenv("WF"), "-o", "json", "-c", "/show @last",
		NULL };
	char *text;
	int found;

	world_run(&c->w, argv);
	text = file_read(c->w.out, NULL);
	found = strstr(text, "\"status\":\"interrupted\"") != NULL;
	free(text);
	return found;
}

/* A process that has ended loses its environment before its locks. */
static int gets_interrupted(struct cell *c)
{
	int64_t until = now_us() + 1000000;

	while (!is_interrupted(c)) {
		if (now_us() > until) {
			note_file("show", c->w.out);
			return 0;
		}
	}
	return 1;
}

/* 1 wrong. Patience: TERM first, KILL after two seconds, where the run goes
 * on; nothing of that when the shell is dead. */
static int one(struct cell *c, enum ending end)
{
	const char *argv[] = { getenv("WF"), "-c", NULL, NULL };
	int status, took, bad = 0;
	struct buf text;
	pid_t pid;

	world_reset(&c->w, NULL);
	unlink(c->cage); /* whoever still holds the last one */
	file_write(c->cage, "");
	unlink(c->ready);
	buf_init(&text);
	make_text(c, end, &text);
	argv[2] = buf_cstr(&text);
	pid = world_start(&c->w, argv, NULL);
	bad = !await_ready(c);
	bad |= is_empty(c->cage);
	nap_us((int64_t)dice(&c->seed, 8000));
	end_it(c, end, pid);
	if (end != END_KILL)
		status = wait_ms(pid, 8000);
	else if (waitpid(pid, &status, 0) != pid)
		status = -1;
	took = emptied(c->cage, 1000);
	bad |= took < 0 || status == -1 || !is_right(end, status);
	if (bad) {
		printf("# %s:%s: %s, wait status %x, empty after %d ms\n",
			ending_names[end], c->said, took < 0 ? "someone lives" :
			"all are gone", (unsigned)status, took);
		note_file("err", c->w.err);
		note_file("out", c->w.out);
	}
	/* The guard too; a bare one carries no mark, it holds the cage. */
	if (!world_gone(&c->w, 1000))
		bad = 1;
	if (end <= END_HUP && !gets_interrupted(c))
		bad = 1;
	buf_release(&text);
	return bad;
}

static void open_cell(struct cell *c, const char *name, uint64_t seed)
{
	world_open(&c->w, getenv("WORLD"), name);
	snprintf(c->cage, sizeof(c->cage), "%s/cage", c->w.dir);
	snprintf(c->ready, sizeof(c->ready), "%s/ready", c->w.dir);
	setenv("CAGE", c->cage, 1);
	setenv("READY", c->ready, 1);
	c->escape = getenv("ESCAPE");
	c->seed = seed;
	if (!c->escape)
		bail("ESCAPE is not set");
}

static int trials(enum ending end, unsigned count, uint64_t seed, unsigned i,
	int breeding)
{
	struct cell c;
	char name[32];
	int failures = 0;

	memset(&c, 0, sizeof(c));
	snprintf(name, sizeof(name), "o%u", i);
	open_cell(&c, name, seed * 31 + i + (uint64_t)end * 7919);
	c.breeding = breeding;
	for (unsigned n = 0; n < count && failures < 4; n++)
		failures += one(&c, end);
	return failures;
}

static void run_all(enum ending end, unsigned count, unsigned jobs,
	uint64_t seed, int breeding)
{
	unsigned share = (count + jobs - 1) / jobs;
	int failures = 0, status;
	pid_t pids[16];

	notes_keep(getenv("WORLD"));
	for (unsigned i = 0; i < jobs; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			status = trials(end, share, seed, i, breeding);
			fflush(stdout);
			_exit(status);
		}
	}
	for (unsigned i = 0; i < jobs; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i] ||
			!WIFEXITED(status))
			failures++;
		else
			failures += WEXITSTATUS(status);
	}
	notes_end();
	ok(failures == 0, "of %u %s none is alive 1 s after %s",
		share * jobs, breeding ? "in a crowd that breeds" :
		"escape artists", ending_names[end]);
	notes_tell(failures);
}

int main(int argc, char **argv)
{
	unsigned count = (unsigned)strtoul(option(argc, argv, "--count", "50"),
		NULL, 10);
	unsigned jobs = (unsigned)strtoul(option(argc, argv, "--jobs", "2"),
		NULL, 10);
	uint64_t seed = strtoull(option(argc, argv, "--seed", "1"), NULL, 10);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!getenv("WORLD") || !getenv("WF") || jobs < 1 || jobs > 8)
		bail("WORLD and WF must be set, jobs 1 to 8");
	for (int end = 0; end < ENDINGS; end++)
		run_all((enum ending)end, end == END_KILL ? count :
				count / (end == END_GUARD ? 5 : 20),
			end == END_KILL ? jobs : jobs * 2, seed, 0);
	run_all(END_KILL, count / 10, CROWD, seed, 1);
	run_all(END_GUARD, count / 10, CROWD, seed, 1);
	run_all(END_CANCEL, count / 10, CROWD, seed, 1);
	note("seed %llu", (unsigned long long)seed);
	return done();
}
