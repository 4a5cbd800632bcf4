/*
 * Engine benchmarks against SQLite alone, in alternating rounds: runs of
 * in-process steps, one-step runs, chains, and runs that wait. Prints one
 * line per round and a line with the medians; asserts nothing about time.
 *
 *	bench_engine runs N OPEN | one N OPEN | chain N ROUNDS | open N |
 *	strand N STATE_DIR
 */
#include <malloc.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/engine.h"
#include "engine/front/front.h"
#include "engine/io/clock.h"
#include "engine/io/guard.h"
#include "engine/observe.h"
#include "engine/store/store.h"
#include "lua/vm.h"

static char dir[] = "/tmp/wf-bench-XXXXXX";

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_engine: %s: %s\n", what, err ? err->text : "");
	exit(1);
}

static double now_s(void)
{
	return (double)clock_mono_us() / 1e6;
}

static long rss_kib(void)
{
	long size = 0, rss = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &size, &rss) != 2)
		die("statm", NULL);
	fclose(f);
	return rss * (sysconf(_SC_PAGESIZE) / 1024);
}

static struct engine *open_engine(const char *name)
{
	static const struct executor *const more[] = {&exec_lua, NULL};
	char path[256];
	struct engine_options o = {.state_dir = path, .more = more};
	struct engine *e;
	struct err err = {0};

	snprintf(path, sizeof(path), "%s/%s-%llu", dir, name,
		(unsigned long long)clock_mono_us());
	if (engine_open(&e, &o, &err) < 0)
		die("engine_open", &err);
	return e;
}

static struct setup *compile(struct engine *e, const char *text)
{
	struct front_env env = {.vocab = engine_vocab(e)};
	struct lines lines = {.source = str_of(text), .complete = 1};
	struct diags diags;
	struct line line;
	struct plan *plan;
	struct front_flags flags;
	struct words redirect = {0};
	struct setup_options so = {.command = str_of("chain"), .dir = "/tmp"};
	struct setup *s;
	struct err err = {0};
	struct buf out;

	buf_init(&out);
	diags_init(&diags, "bench", 1, lines.source);
	if (line_next(&lines, &line, &diags) == LINE_BAD ||
		front_compile(&env, &line, &plan, &flags, &redirect,
			&diags) < 0) {
		diags_print(&diags, &out);
		fprintf(stderr, "%s", buf_cstr(&out));
		exit(1);
	}
	so.plan = plan;
	so.text = str_of(text);
	if (setup_new(e, &so, &s, &err) < 0)
		die("setup_new", &err);
	plan_drop(plan);
	diags_release(&diags);
	return s;
}

/* ------------------------------------------------------------ many runs */
struct load {
	struct engine *e;
	struct setup *setup;
	uint32_t left, done, total;
};

static void begin(struct load *l)
{
	struct submit_options o = {.forget = 1};
	struct err err = {0};
	uint32_t slot;

	l->left--;
	if (engine_submit(l->e, l->setup, &o, &slot, &err) < 0)
		die("engine_submit", &err);
}

static void on_over(void *ud, uint32_t slot, enum run_state state)
{
	struct load *l = ud;

	(void)slot;
	if (state != RUN_SUCCEEDED)
		die("a run did not succeed", NULL);
	l->done++;
	if (l->left)
		begin(l);
}

static double ours_runs(const char *text, uint32_t n, uint32_t open,
	long *rss)
{
	struct load l = {.left = n, .total = n};
	struct observer o = {.ud = &l, .on_over = on_over};
	double t;

	l.e = open_engine("runs");
	l.setup = compile(l.e, text);
	engine_observe(l.e, &o);
	t = now_s();
	for (uint32_t i = 0; i < open && l.left; i++)
		begin(&l);
	while (l.done < l.total) {
		engine_turn(l.e);
		if (l.done < l.total / 2)
			rss[0] = rss_kib();
	}
	t = now_s() - t;
	rss[1] = rss_kib();
	engine_unobserve(l.e, &o);
	setup_drop(l.setup);
	engine_close(l.e);
	return t;
}

static void sql(sqlite3 *db, const char *text)
{
	char *msg = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &msg) != SQLITE_OK) {
		fprintf(stderr, "bench_engine: sqlite: %s\n", msg);
		exit(1);
	}
}

static sqlite3 *plain_open(void)
{
	char path[256];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/plain-%llu.db", dir,
		(unsigned long long)clock_mono_us());
	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("sqlite3_open", NULL);
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA wal_autocheckpoint=4000;"
		"CREATE TABLE runs(id INTEGER PRIMARY KEY, ulid TEXT, text "
		"TEXT, dir TEXT, plan INT, state INT, exit INT, started INT,"
		"finished INT, first_seq INT, last_seq INT, seed INT);"
		"CREATE TABLE events(seq INTEGER PRIMARY KEY, run INT, frame "
		"INT, step INT, kind INT, t INT, data BLOB);");
	return db;
}

static void bind_run(sqlite3_stmt *s, int64_t id, const char *text)
{
	int64_t now = clock_now_ms();

	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_text(s, 2, "01kb2m3x4q01kb2m3x4q01kb2m", 26,
		SQLITE_STATIC);
	sqlite3_bind_text(s, 3, text, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 4, "/tmp", -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 5, 1);
	sqlite3_bind_int64(s, 6, now);
	sqlite3_bind_int64(s, 7, id * 4);
	sqlite3_bind_int64(s, 8, now * 7919);
	sqlite3_step(s);
	sqlite3_reset(s);
}

static void bind_event(sqlite3_stmt *s, int64_t run, int64_t step)
{
	static const char data[24] = "data";

	sqlite3_bind_int64(s, 1, run);
	sqlite3_bind_int64(s, 2, 0);
	sqlite3_bind_int64(s, 3, step);
	sqlite3_bind_int64(s, 4, 14);
	sqlite3_bind_int64(s, 5, clock_now_ms());
	sqlite3_bind_blob(s, 6, data, sizeof(data), SQLITE_STATIC);
	sqlite3_step(s);
	sqlite3_reset(s);
}

static void bind_end(sqlite3_stmt *s, int64_t run)
{
	sqlite3_bind_int64(s, 1, run);
	sqlite3_bind_int64(s, 2, clock_now_ms());
	sqlite3_bind_int64(s, 3, (run - 1) * 4);
	sqlite3_step(s);
	sqlite3_reset(s);
}

/* The same rows, `open` runs in a batch, a commit per layer of steps. */
static double plain_runs(const char *text, uint32_t n, uint32_t open,
	uint32_t steps)
{
	sqlite3 *db = plain_open();
	sqlite3_stmt *run, *event, *end;
	double t = now_s();

	sqlite3_prepare_v2(db, "INSERT INTO runs(id,ulid,text,dir,plan,"
		"started,first_seq,seed) VALUES(?,?,?,?,?,?,?,?)", -1, &run,
		NULL);
	sqlite3_prepare_v2(db, "INSERT INTO events(run,frame,step,kind,t,data)"
		" VALUES(?,?,?,?,?,?)", -1, &event, NULL);
	sqlite3_prepare_v2(db, "UPDATE runs SET state=3,exit=0,finished=?2,"
		"last_seq=?3 WHERE id=?1", -1, &end, NULL);
	for (uint32_t at = 0; at < n; at += open) {
		uint32_t to = at + open < n ? at + open : n;

		sql(db, "BEGIN IMMEDIATE");
		for (uint32_t i = at; i < to; i++)
			bind_run(run, i + 1, text);
		sql(db, "COMMIT");
		for (uint32_t step = 1; step <= steps; step++) {
			sql(db, "BEGIN IMMEDIATE");
			for (uint32_t i = at; step < steps && i < to; i++)
				bind_event(event, i + 1, step);
			for (uint32_t i = at; step == steps && i < to; i++) {
				bind_event(event, i + 1, step);
				bind_event(event, i + 1, step);
				bind_end(end, i + 1);
			}
			sql(db, "COMMIT");
		}
	}
	t = now_s() - t;
	sqlite3_finalize(run);
	sqlite3_finalize(event);
	sqlite3_finalize(end);
	sqlite3_close(db);
	return t;
}

static void bench_runs(const char *text, uint32_t n, uint32_t open,
	uint32_t steps)
{
	for (int round = 0; round < 2; round++) {
		long rss[2] = {0, 0};
		double plain = plain_runs(text, n, open, steps);
		double ours = ours_runs(text, n, open, rss);

		printf("%u runs of %u steps, %u open: %.2f s, %.0f runs/s, "
			"%.0f steps/s; sqlite alone %.2f s; ratio %.2f; "
			"rss half %ld KiB end %ld KiB\n", n, steps, open,
			ours, n / ours, n * (double)steps / ours, plain,
			ours / plain, rss[0], rss[1]);
	}
}

/* --------------------------------------------------------------- a chain */
static double ours_chain(uint32_t n)
{
	struct engine *e = open_engine("chain");
	struct buf text;
	struct setup *s;
	struct err err = {0};
	uint32_t slot;
	double t = 0;

	buf_init(&text);
	buf_str(&text, "/chain \"");
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&text, "%s/lua local function f(n) if n < 2 then "
			"return n end return f(n-1) + f(n-2) end return f(10)",
			i ? " -> " : "");
	buf_str(&text, "\"");
	s = compile(e, buf_cstr(&text));
	for (int i = 0; i < 2; i++) { /* the first one warms up */
		t = now_s();
		if (engine_submit(e, s, NULL, &slot, &err) < 0)
			die("engine_submit", &err);
		if (engine_wait(e, slot, NULL, NULL) != RUN_SUCCEEDED)
			die("the chain failed", NULL);
		t = now_s() - t;
		engine_release(e, slot);
	}
	setup_drop(s);
	engine_close(e);
	buf_release(&text);
	return t;
}

static double plain_chain(uint32_t n)
{
	sqlite3 *db = plain_open();
	sqlite3_stmt *event;
	double t = 0;

	sqlite3_prepare_v2(db, "INSERT INTO events(run,frame,step,kind,t,data)"
		" VALUES(?,?,?,?,?,?)", -1, &event, NULL);
	for (int round = 0; round < 2; round++) {
		t = now_s();
		for (uint32_t i = 0; i < n; i++)
			bind_event(event, 1, i);
		t = now_s() - t;
	}
	sqlite3_finalize(event);
	sqlite3_close(db);
	return t;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void bench_chain(uint32_t n, int rounds)
{
	double ours[64], plain[64];

	rounds = rounds > 64 ? 64 : rounds;
	for (int i = 0; i < rounds; i++) {
		plain[i] = plain_chain(n);
		ours[i] = ours_chain(n);
	}
	qsort(ours, (size_t)rounds, sizeof(*ours), by_value);
	qsort(plain, (size_t)rounds, sizeof(*plain), by_value);
	printf("chain of %u in-process steps: median %.2f ms; %u FULL commits"
		" of sqlite alone %.2f ms; ratio %.2f\n", n,
		ours[rounds / 2] * 1e3, n, plain[rounds / 2] * 1e3,
		ours[rounds / 2] / plain[rounds / 2]);
}

/* --------------------------------------------------------- runs that wait */
/* In use: blocks of the heap, and those large enough for a map of their own. */
static double heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

static void open_more(struct engine *e, struct setup *s, uint32_t n)
{
	struct err err = {0};
	uint32_t slot;

	for (uint32_t i = 0; i < n; i++)
		if (engine_submit(e, s, NULL, &slot, &err) < 0)
			die("engine_submit", &err);
	while (engine_run(e, slot)->running < 1) /* the sleep, on its timer */
		engine_turn(e);
	if (engine_flush(e, &err) < 0)
		die("flush", &err);
}

/* The first n pay for what an engine needs anyhow and for the buffers of a
 * burst, which later ones share; the second n show what a run takes. */
static void bench_open(uint32_t n)
{
	struct engine *e = open_engine("open");
	struct setup *s = compile(e, "/chain \"/echo a -> /sleep 1h -> "
		"/echo b\"");
	double before = heap_bytes(), once;
	long rss = rss_kib();

	open_more(e, s, n);
	once = heap_bytes();
	printf("%u runs open, each waiting after one step: %.0f bytes of heap"
		" each with what the engine and beginning them took (resident"
		" %.0f); ", n, (once - before) / n,
		(double)(rss_kib() - rss) * 1024 / n);
	open_more(e, s, n);
	printf("%.0f each for %u more (goal <= 1024 and the outputs' heads)\n",
		(heap_bytes() - once) / n, n);
	fflush(stdout);
	_exit(0);
}

/* Leaves n runs unfinished in `state`, as a shell that is killed does: prints
 * one of them and dies. */
static void strand(uint32_t n, const char *state)
{
	struct engine_options o = {.state_dir = state};
	struct err err = {0};
	struct engine *e;
	struct setup *s;
	uint32_t slot = 0;

	if (engine_open(&e, &o, &err) < 0)
		die("engine_open", &err);
	s = compile(e, "/chain \"/echo a -> q: /ask Go? -> /echo b\"");
	for (uint32_t i = 0; i < n; i++)
		if (engine_submit(e, s, NULL, &slot, &err) < 0)
			die("engine_submit", &err);
	while (engine_run(e, slot)->state != RUN_WAITING)
		engine_turn(e);
	if (engine_flush(e, &err) < 0)
		die("flush", &err);
	printf("%s\n", engine_ulid(e, slot));
	fflush(stdout);
	raise(SIGKILL);
}

static uint32_t count_of(const char *word)
{
	int64_t n;

	if (number_parse(str_of(word), 1, 100000000, &n) < 0)
		die("not a count", NULL);
	return (uint32_t)n;
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 2 ? count_of(argv[2]) : 0;
	uint32_t m = argc > 3 && argv[3][0] != '/' ? count_of(argv[3]) : 0;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	if (argc < 3 || !mkdtemp(dir)) {
		fprintf(stderr, "usage: bench_engine runs|one|chain|open N "
			"[OPEN]\n");
		return 2;
	}
	if (strcmp(argv[1], "runs") == 0)
		bench_runs("/chain \"/echo one -> /echo two -> /echo three\"",
			n, m ? m : 4096, 3);
	else if (strcmp(argv[1], "one") == 0)
		bench_runs("/echo one", n, m ? m : 128, 1);
	else if (strcmp(argv[1], "chain") == 0)
		bench_chain(n, m ? (int)m : 5);
	else if (strcmp(argv[1], "strand") == 0 && argc > 3)
		strand(n, argv[3]);
	else
		bench_open(n);
	return 0;
}
