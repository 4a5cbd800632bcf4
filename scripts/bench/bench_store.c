/*
 * The store against plain SQLite that inserts the same rows into the same
 * schema in the same batches, in alternating rounds.
 *
 *	bench_store [-r ROUNDS] [-n RUNS] [DIRECTORY]
 *
 * bulk: runs of four events, many a batch, several batches in flight.
 * ping: 1000 batches of two events, each waiting for the one before.
 */
#include <ftw.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "engine/store/store.h"

enum { EVENTS = 4, RUNS_A_BATCH = 1000, IN_FLIGHT = 4, PINGS = 1000,
	DATA = 24 };

static char base[4000];
static int wake_fd;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_store: %s: %s\n", what, why);
	exit(1);
}

static void wake(void *ud)
{
	uint64_t one = 1;

	(void)ud;
	if (write(wake_fd, &one, sizeof(one)) != sizeof(one))
		die("wake", "write");
}

static void await(struct store *s)
{
	struct pollfd p = { wake_fd, POLLIN, 0 };
	enum store_status status;
	struct err err;
	uint64_t count;
	int64_t seq;
	void *tag;

	while (!store_done(s, &tag, &status, &seq, &err)) {
		poll(&p, 1, -1);
		if (read(wake_fd, &count, sizeof(count)) < 0)
			die("wake", "read");
	}
	if (status != STORE_COMMITTED)
		die("commit", err.text);
}

static struct store *open_store(const char *dir)
{
	/* No upkeep in the middle: only writing is compared. */
	struct retention all = { UINT32_MAX, UINT32_MAX, INT64_MAX,
		UINT64_MAX };
	struct store_options o = { .dir = dir, .wake = wake,
		.retention = &all };
	struct store *s;
	struct err err;

	if (store_open(&s, &o, &err) != 0)
		die(err.text, err.help);
	return s;
}

static void fill_new(struct run_new *n, int64_t now_ms)
{
	static const char plan[] = "a plan of three in-process steps, encoded";

	memset(n, 0, sizeof(*n));
	ulid_make(n->ulid);
	n->command = str_of("chain");
	n->text = str_of("write a -> read a -> echo done");
	n->dir = str_of("/home/somebody/project");
	n->plan = plan;
	n->plan_len = sizeof(plan);
	n->started_ms = now_ms;
	n->seed = 12345;
	n->hidden = 1;
}

static void add_run(struct store *s, struct batch *b, int64_t now_ms)
{
	static const char data[DATA];
	struct store_run *r = store_run_new(s);
	struct stored_event e = { .t_ms = now_ms, .data = data, .len = DATA };
	struct row_state end = { RUN_SUCCEEDED, 0, now_ms + 1, 3, 0 };
	struct run_new n;

	fill_new(&n, now_ms);
	batch_run_new(b, r, &n);
	for (e.step = 0; e.step < EVENTS; e.step++) {
		e.kind = (uint8_t)(e.step + 1);
		batch_event(b, r, &e);
	}
	batch_run_state(b, r, &end);
	batch_run_close(b, r);
}

static double bulk_store(struct store *s, int runs)
{
	int64_t now_ms = 1700000000000;
	int i, k, flying = 0;
	double start = now();

	for (i = 0; i < runs; i += RUNS_A_BATCH) {
		struct batch *b = batch_new();

		for (k = 0; k < RUNS_A_BATCH; k++)
			add_run(s, b, now_ms + i / 100);
		store_submit(s, b, NULL);
		if (++flying == IN_FLIGHT) {
			await(s);
			flying--;
		}
	}
	while (flying--)
		await(s);
	return now() - start;
}

static double ping_store(struct store *s)
{
	struct store_run *r = store_run_new(s);
	struct batch *b = batch_new();
	struct stored_event e = { .t_ms = 1, .kind = 1, .data = "0123456789",
		.len = 10 };
	struct run_new n;
	double start;
	int i;

	fill_new(&n, 1700000000000);
	batch_run_new(b, r, &n);
	store_submit(s, b, NULL);
	await(s);
	start = now();
	for (i = 0; i < PINGS; i++) {
		b = batch_new();
		for (e.step = 1; e.step <= 2; e.step++)
			batch_event(b, r, &e);
		store_submit(s, b, NULL);
		await(s);
	}
	return now() - start;
}

/* --------------------------------------------------------- plain SQLite */
struct plain {
	sqlite3 *c;
	sqlite3_stmt *run, *event;
	int64_t seq, id;
};

static void sql(sqlite3 *c, const char *text)
{
	if (sqlite3_exec(c, text, NULL, NULL, NULL) != SQLITE_OK)
		die(text, sqlite3_errmsg(c));
}

static int count_row(void *ud, int n, char **v, char **names)
{
	sqlite3 *to = ud;

	(void)n;
	(void)names;
	if (v[0] && strncmp(v[1], "sqlite_", 7) != 0)
		sql(to, v[0]);
	return 0;
}

/* The schema is copied from a database that the store made. */
static void plain_open(struct plain *p, const char *dir, const char *model)
{
	char path[4200];
	sqlite3 *from;

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "%s/wf.db", model);
	if (sqlite3_open(path, &from) != SQLITE_OK)
		die(path, "open");
	snprintf(path, sizeof(path), "%s/plain.db", dir);
	if (sqlite3_open_v2(path, &p->c, SQLITE_OPEN_READWRITE |
			SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
			SQLITE_OK)
		die(path, "open");
	sql(p->c, "PRAGMA auto_vacuum=2; PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
		"PRAGMA wal_autocheckpoint=4096");
	sqlite3_exec(from, "SELECT sql, name FROM sqlite_schema", count_row,
		p->c, NULL);
	sqlite3_close(from);
	if (sqlite3_prepare_v2(p->c, "INSERT INTO runs(id, ulid, state, exit,"
			" started_ms, finished_ms, steps, failed, pinned,"
			" hidden, first_seq, last_seq, seed, plan, text_key,"
			" command, text, dir, owner) VALUES(?1, ?2, ?3, 0, ?4,"
			" ?4, 3, 0, 0, 1, ?5, ?6, 12345, 1, ?7, ?8, ?9, ?10,"
			" 1)", -1, &p->run, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(p->c, "INSERT INTO events VALUES(?1, ?2, ?3,"
			" ?4, ?5, ?6, ?7)", -1, &p->event, NULL) != SQLITE_OK)
		die("prepare", sqlite3_errmsg(p->c));
}

static void plain_close(struct plain *p)
{
	sqlite3_finalize(p->run);
	sqlite3_finalize(p->event);
	sqlite3_close(p->c);
}

static void step(sqlite3_stmt *q)
{
	if (sqlite3_step(q) != SQLITE_DONE)
		die("insert", sqlite3_errmsg(sqlite3_db_handle(q)));
	sqlite3_reset(q);
}

static void plain_event(struct plain *p, int64_t run, int i, int64_t t,
	const char *data, int len)
{
	sqlite3_stmt *q = p->event;

	sqlite3_bind_int64(q, 1, ++p->seq);
	sqlite3_bind_int64(q, 2, run);
	sqlite3_bind_int64(q, 3, 0);
	sqlite3_bind_int64(q, 4, i);
	sqlite3_bind_int64(q, 5, i + 1);
	sqlite3_bind_int64(q, 6, t);
	sqlite3_bind_blob(q, 7, data, len, SQLITE_STATIC);
	step(q);
}

static void plain_run(struct plain *p, int64_t now_ms)
{
	static const char data[DATA];
	sqlite3_stmt *q = p->run;
	struct run_new n;
	int i;

	fill_new(&n, now_ms);
	sqlite3_bind_int64(q, 1, ++p->id);
	sqlite3_bind_text(q, 2, n.ulid, ULID_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, RUN_SUCCEEDED);
	sqlite3_bind_int64(q, 4, now_ms);
	sqlite3_bind_int64(q, 5, p->seq + 1);
	sqlite3_bind_int64(q, 6, p->seq + EVENTS);
	sqlite3_bind_blob(q, 7, n.text_key.b, DIGEST_BYTES, SQLITE_STATIC);
	sqlite3_bind_text(q, 8, n.command.p, (int)n.command.n, SQLITE_STATIC);
	sqlite3_bind_text(q, 9, n.text.p, (int)n.text.n, SQLITE_STATIC);
	sqlite3_bind_text(q, 10, n.dir.p, (int)n.dir.n, SQLITE_STATIC);
	step(q);
	for (i = 0; i < EVENTS; i++)
		plain_event(p, p->id, i, now_ms, data, DATA);
}

static double bulk_plain(struct plain *p, int runs)
{
	double start = now();
	int i, k;

	for (i = 0; i < runs; i += RUNS_A_BATCH) {
		sql(p->c, "BEGIN IMMEDIATE");
		for (k = 0; k < RUNS_A_BATCH; k++)
			plain_run(p, 1700000000000 + i / 100);
		sql(p->c, "COMMIT");
	}
	return now() - start;
}

static double ping_plain(struct plain *p)
{
	double start = now();
	int i;

	for (i = 0; i < PINGS; i++) {
		sql(p->c, "BEGIN IMMEDIATE");
		plain_event(p, 1, 1, 1, "0123456789", 10);
		plain_event(p, 1, 2, 1, "0123456789", 10);
		sql(p->c, "COMMIT");
	}
	return now() - start;
}

static void fresh(char *dir, size_t size, const char *name, int round)
{
	snprintf(dir, size, "%s/%s%d", base, name, round);
	if (mkdir(dir, 0700) != 0)
		die(dir, "mkdir");
}

static int remove_one(const char *path, const struct stat *st, int flag,
	struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void one_round(int round, int runs)
{
	char ours[4100], theirs[4100];
	double a, b, c, d;
	struct plain p;
	struct store *s;

	fresh(ours, sizeof(ours), "store", round);
	fresh(theirs, sizeof(theirs), "plain", round);
	s = open_store(ours);
	c = ping_store(s);
	a = bulk_store(s, runs);
	store_close(s);
	plain_open(&p, theirs, ours);
	d = ping_plain(&p);
	b = bulk_plain(&p, runs);
	plain_close(&p);
	printf("bulk: store %.2f s, plain %.2f s, ratio %.2f   "
		"ping: store %.0f us, plain %.0f us, ratio %.2f\n",
		a, b, a / b, c * 1e6 / PINGS, d * 1e6 / PINGS, c / d);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int c, rounds = 3, runs = 450000, i;
	const char *tmp = getenv("TMPDIR");

	while ((c = getopt(argc, argv, "r:n:")) != -1) {
		if (c == 'r')
			rounds = (int)strtol(optarg, NULL, 10);
		else if (c == 'n')
			runs = (int)strtol(optarg, NULL, 10);
		else
			return 2;
	}
	if (argc > optind)
		tmp = argv[optind];
	snprintf(base, sizeof(base), "%s/bench-store.XXXXXX",
		tmp ? tmp : "/tmp");
	if (!mkdtemp(base))
		die(base, "mkdtemp");
	wake_fd = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < rounds; i++)
		one_round(i, runs);
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
