/*
 * Deaths of the shell and of its guard, and what must be true afterwards.
 *
 *	crash writes  --killer SO [--jobs N] FLOW…   at every journal write
 *	crash moments --killer SO --count N --seed S FLOW…   at random moments
 *	crash rewind  FLOW…                          /resume --from each step
 *
 * Prints TAP. The world is made under $WORLD.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/crash/flow.h"
#include "tests/unit/tap.h"

struct plan_of_test {
	const char *base, *killer, *template;
	unsigned jobs;
	unsigned count;
	uint64_t seed;
	struct flow *all;         /* loaded and referred to */
	const char *flows[64];
	size_t flow_count;
};

static void no_state(struct world *w, const char *keep)
{
	const char *argv[] = { getenv("WF"), "-c", "/echo ready",
		"-c", "/runs purge @last", NULL };

	world_reset(w, NULL);
	if (world_run(w, argv) != 0) {
		note_file("err", w->err);
		bail("wf -c '/echo ready' failed");
	}
	/* A run makes the database; the journal's numbers then do not begin at
	 * nothing. It goes away, for @last is to be the flow's. */
	world_keep(w, keep);
}

/* ---------------------------------------------------- every journal write */
static int one_write(struct world *w, const struct flow *f, unsigned k,
	enum kill_when when, const struct plan_of_test *p)
{
	static const char *const words[] = { "before", "after", "within" };
	char title[64];
	struct trial t;
	int status;

	snprintf(title, sizeof(title), "%s write %u", words[when], k);
	world_reset(w, p->template);
	trial_begin(&t, w, f, k * 3 + when, title);
	memset(w->control, 0, sizeof(*w->control));
	w->control->at = k;
	w->control->when = when;
	status = wait_ms(trial_live(&t, p->killer), 20000);
	if (status == -1)
		trial_fail(&t, "hung");
	if (!world_gone(w, 1000))
		trial_fail(&t, "descendants alive 1 s after the death");
	trial_look(&t);
	t.again = 4;
	t.killer = p->killer;
	return trial_end(&t);
}

static unsigned limit_of(const struct flow *f)
{
	return f->writes + 2;
}

/* Worker i of n takes every n-th write. */
static int some_writes(const struct plan_of_test *p, const struct flow *f,
	unsigned i)
{
	char name[32];
	struct world w;
	int failures = 0;

	snprintf(name, sizeof(name), "w%u", i);
	world_open(&w, p->base, name);
	for (unsigned k = 1 + i; k <= limit_of(f); k += p->jobs) {
		failures += one_write(&w, f, k, KILL_BEFORE, p) != 0;
		failures += one_write(&w, f, k, KILL_AFTER, p) != 0;
		if (k % 5 == 0)
			failures += one_write(&w, f, k, KILL_TORN, p) != 0;
		if (failures > 3)
			break; /* enough to know */
	}
	return failures;
}

static int in_parallel(const struct plan_of_test *p, const struct flow *f,
	int (*work)(const struct plan_of_test *, const struct flow *,
		unsigned))
{
	pid_t pids[16];
	int failures = 0, status;

	notes_keep(p->base);
	for (unsigned i = 0; i < p->jobs; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int n = work(p, f, i);

			fflush(stdout);
			_exit(n > 100 ? 100 : n);
		}
	}
	for (unsigned i = 0; i < p->jobs; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i] ||
			!WIFEXITED(status))
			failures++;
		else
			failures += WEXITSTATUS(status);
	}
	notes_end();
	return failures;
}

static void writes(const struct plan_of_test *p)
{
	for (size_t i = 0; i < p->flow_count; i++) {
		int64_t began = now_us();
		struct world w;
		struct flow f;
		int failures;

		world_open(&w, p->base, "reference");
		flow_load(&f, &w, p->flows[i]);
		flow_refer(&f, &w, p->template, p->killer);
		failures = in_parallel(p, &f, some_writes);
		ok(failures == 0, "%s survives a kill before and after each "
			"of its %u journal writes", f.name, f.writes);
		notes_tell(failures);
		note("%.1f s", (double)(now_us() - began) / 1e6);
	}
}

/* -------------------------------------------------------- random moments */
/* What was struck, of all workers. */
struct strikes {
	uint32_t shells, guards, later;
};
static struct strikes *strikes;

static void count(uint32_t *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_RELAXED);
}

/* Ends the shell or its guard somewhere within the time that a run takes. */
static void strike_somewhere(struct trial *t, pid_t pid)
{
	uint64_t room = (uint64_t)t->flow->took_us + 2000;
	pid_t guard;

	if (t->lives > 1 && (t->lives > 5 || dice(&t->seed, 3) != 0))
		return;
	nap_us((int64_t)dice(&t->seed, room));
	guard = dice(&t->seed, 2) ? guard_of(pid) : 0;
	if (guard && kill(guard, SIGKILL) == 0) {
		t->guard_cut = 1;
		count(&strikes->guards);
	} else if (kill_child(pid)) {
		t->cut = 1;
		count(&strikes->shells);
	} else {
		return; /* it had ended */
	}
	if (t->lives > 1)
		count(&strikes->later);
}

static uint32_t struck(void)
{
	return __atomic_load_n(&strikes->shells, __ATOMIC_RELAXED) +
		__atomic_load_n(&strikes->guards, __ATOMIC_RELAXED);
}

static int some_moments(const struct plan_of_test *p, const struct flow *none,
	unsigned i)
{
	char name[32];
	struct world w;
	int failures = 0;

	(void)none;
	snprintf(name, sizeof(name), "w%u", i);
	world_open(&w, p->base, name);
	for (unsigned n = i; struck() < p->count && failures < 4;
		n += p->jobs) {
		struct trial t;
		char title[64];

		snprintf(title, sizeof(title), "moment %u", n);
		world_reset(&w, p->template);
		trial_begin(&t, &w, &p->all[n % p->flow_count],
			p->seed + n * 1000003ull, title);
		t.strike = strike_somewhere;
		failures += trial_end(&t) != 0;
	}
	return failures;
}

static void moments(struct plan_of_test *p)
{
	struct world w;
	int failures;

	world_open(&w, p->base, "reference");
	strikes = mmap(NULL, sizeof(*strikes), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (strikes == MAP_FAILED)
		bail("no shared memory");
	p->all = mem_zero(p->flow_count * sizeof(*p->all));
	for (size_t i = 0; i < p->flow_count; i++) {
		flow_load(&p->all[i], &w, p->flows[i]);
		flow_refer(&p->all[i], &w, p->template, NULL);
	}
	failures = in_parallel(p, NULL, some_moments);
	ok(failures == 0, "runs survive a death of "
		"the shell or its guard at %u random moments", struck());
	notes_tell(failures);
	note("seed %llu", (unsigned long long)p->seed);
	note("%u shells, %u guards; %u while it was resumed", strikes->shells,
		strikes->guards, strikes->later);
}

/* ---------------------------------------------------------------- rewind */
static int rewind_each(const struct plan_of_test *p, const struct flow *f,
	struct world *w, size_t *steps)
{
	char *ended = mem_printf("%s/ended", p->base);
	char *files = mem_printf("%s/files", p->base);
	struct words paths;
	int failures = 0;

	*steps = 0;
	show_paths(w, &paths);
	world_keep(w, ended);
	dir_remove(files);
	dir_copy(w->work, files);
	for (size_t i = 0; i < paths.n; i++) {
		struct trial t;

		if (strstr(paths.v[i], ".fact["))
			continue; /* refused: it runs when it is asked for */
		++*steps;
		world_reset(w, ended);
		dir_copy(files, w->work);
		trial_begin(&t, w, f, i, paths.v[i]);
		failures += trial_rewind(&t, paths.v[i]) != 0;
	}
	free(paths.text);
	free(ended);
	free(files);
	return failures;
}

static void rewind_all(const struct plan_of_test *p)
{
	for (size_t i = 0; i < p->flow_count; i++) {
		struct world w;
		struct flow f;
		size_t steps;
		int failures;

		world_open(&w, p->base, "reference");
		flow_load(&f, &w, p->flows[i]);
		flow_refer(&f, &w, p->template, NULL);
		notes_keep(p->base);
		failures = rewind_each(p, &f, &w, &steps);
		notes_end();
		ok(failures == 0, "%s goes on from each of its %zu steps: it "
			"and what follows from it run again, nothing else",
			f.name, steps);
		notes_tell(failures);
	}
}

/* ------------------------------------------------------------------ main */
static void take_options(struct plan_of_test *p, int argc, char **argv)
{
	memset(p, 0, sizeof(*p));
	p->base = getenv("WORLD");
	p->killer = option(argc, argv, "--killer", NULL);
	p->count = (unsigned)strtoul(option(argc, argv, "--count", "50"),
		NULL, 10);
	p->seed = strtoull(option(argc, argv, "--seed", "1"), NULL, 10);
	p->jobs = (unsigned)strtoul(option(argc, argv, "--jobs", "1"), NULL,
		10);
	if (!p->base || !getenv("WF") || p->jobs < 1 || p->jobs > 16)
		bail("usage: WORLD=… WF=… crash writes|moments|rewind …");
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0)
			i++;
		else if (p->flow_count < 64)
			p->flows[p->flow_count++] = argv[i];
	}
}

int main(int argc, char **argv)
{
	struct plan_of_test p;
	struct world w;

	setvbuf(stdout, NULL, _IOLBF, 0);
	take_options(&p, argc, argv);
	p.template = mem_printf("%s/template", p.base);
	world_open(&w, p.base, "first");
	no_state(&w, p.template);
	if (argc > 1 && strcmp(argv[1], "writes") == 0)
		writes(&p);
	else if (argc > 1 && strcmp(argv[1], "moments") == 0)
		moments(&p);
	else if (argc > 1 && strcmp(argv[1], "rewind") == 0)
		rewind_all(&p);
	else
		bail("writes, moments or rewind?");
	return done();
}
