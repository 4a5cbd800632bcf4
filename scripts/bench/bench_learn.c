/*
 * Decisions through the store against plain SQLite that inserts the same rows
 * into the same schema in the same groups, in alternating rounds.
 *
 *	bench_learn [-r ROUNDS] [-n DECISIONS] [DIRECTORY]
 *
 * A group is a batch of the store, a transaction of SQLite, both synced.
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

#include "engine/store/store.h"

enum { GROUP = 1000, SITES = 100, IN_FLIGHT = 4 };

static const char run_id[] = "0123456789abcdefghjkmnpqrs";
static const char detail[] = "{\"c\":[{\"b\":0,\"v\":true,\"o\":[{\"i\":0,"
	"\"v\":true,\"ms\":83.2},{\"i\":2,\"v\":false,\"ms\":0.1}],\"t\":[]}]}";
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
	fprintf(stderr, "bench_learn: %s: %s\n", what, why);
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

static struct digest keys[SITES];

static void fill(struct decision_new *d, int i)
{
	*d = (struct decision_new){ .key = keys[i % SITES],
		.text = str_of("/flow --adaptive \"if a && b then /echo 1\""),
		.site_path = str_of("if1"), .dir = str_of("/home/me/project"),
		.run = run_id, .path = str_of("for1[3].if1"),
		.at_ms = 1700000000000 + i, .branch = i % 3, .ok = i % 7 != 0,
		.ms = 12.5, .detail = str_of(detail) };
}

/* `count` of them; returns the seconds it took. */
static double with_store(const char *dir, int count)
{
	struct store_options o = { .dir = dir, .wake = wake };
	struct decision_new d;
	struct store *s;
	struct err err;
	int i = 0, flying = 0;
	double from;

	if (store_open(&s, &o, &err) != 0)
		die(err.text, err.help);
	from = now();
	while (i < count) {
		struct batch *b = batch_new();
		int k;

		for (k = 0; k < GROUP; k++) {
			fill(&d, i++);
			batch_decision(b, &d);
		}
		store_submit(s, b, NULL);
		if (++flying == IN_FLIGHT) {
			await(s);
			flying--;
		}
	}
	while (flying--)
		await(s);
	from = now() - from;
	store_close(s);
	return from;
}

/* --------------------------------------------------------- plain SQLite */
static void sql(sqlite3 *c, const char *text)
{
	if (sqlite3_exec(c, text, NULL, NULL, NULL) != SQLITE_OK)
		die(text, sqlite3_errmsg(c));
}

static int copy_schema(void *ud, int n, char **v, char **names)
{
	(void)n;
	(void)names;
	if (v[0] && strncmp(v[1], "sqlite_", 7) != 0)
		sql(ud, v[0]);
	return 0;
}

static sqlite3_stmt *prepare(sqlite3 *c, const char *text)
{
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(c, text, -1, &q, NULL) != SQLITE_OK)
		die(text, sqlite3_errmsg(c));
	return q;
}

static void step(sqlite3_stmt *q)
{
	if (sqlite3_step(q) != SQLITE_DONE)
		die("insert", sqlite3_errmsg(sqlite3_db_handle(q)));
	sqlite3_reset(q);
}

static void bind(sqlite3_stmt *q, int at, struct str s)
{
	sqlite3_bind_text(q, at, s.p, (int)s.n, SQLITE_STATIC);
}

static void add_sites(sqlite3 *c)
{
	sqlite3_stmt *q = prepare(c, "INSERT INTO sites(id, key, text, path,"
		" dir, used_ms) VALUES(?1, ?2, ?3, ?4, ?5, 0)");
	struct decision_new d;
	int i;

	for (i = 0; i < SITES; i++) {
		fill(&d, i);
		sqlite3_bind_int(q, 1, i + 1);
		sqlite3_bind_blob(q, 2, d.key.b, DIGEST_BYTES, SQLITE_STATIC);
		bind(q, 3, d.text);
		bind(q, 4, d.site_path);
		bind(q, 5, d.dir);
		step(q);
	}
	sqlite3_finalize(q);
}

static void add_decision(sqlite3_stmt *q, int i)
{
	struct decision_new d;

	fill(&d, i);
	sqlite3_bind_int(q, 1, i % SITES + 1);
	sqlite3_bind_int64(q, 2, d.at_ms);
	sqlite3_bind_int(q, 3, d.branch);
	sqlite3_bind_int(q, 4, d.ok);
	sqlite3_bind_double(q, 5, d.ms);
	sqlite3_bind_double(q, 6, d.cost);
	bind(q, 7, str_of(d.run));
	bind(q, 8, d.path);
	bind(q, 9, d.detail);
	step(q);
}

/* The schema is that of the database in `model`. */
static sqlite3 *plain_open(const char *dir, const char *model)
{
	char path[4200];
	sqlite3 *from, *c;

	snprintf(path, sizeof(path), "%s/wf.db", model);
	if (sqlite3_open(path, &from) != SQLITE_OK)
		die(path, "open");
	snprintf(path, sizeof(path), "%s/plain.db", dir);
	if (sqlite3_open_v2(path, &c, SQLITE_OPEN_READWRITE |
			SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
			SQLITE_OK)
		die(path, "open");
	sql(c, "PRAGMA auto_vacuum=2; PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
		"PRAGMA wal_autocheckpoint=4096");
	sqlite3_exec(from, "SELECT sql, name FROM sqlite_schema", copy_schema,
		c, NULL);
	sqlite3_close(from);
	add_sites(c);
	return c;
}

/* Each group also brings its sites up to date, as the store does. */
static double with_sqlite(const char *dir, const char *model, int count)
{
	sqlite3 *c = plain_open(dir, model);
	sqlite3_stmt *add = prepare(c, "INSERT INTO decisions(site, at_ms,"
		" branch, ok, ms, cost, run, path, detail) VALUES(?1, ?2, ?3,"
		" ?4, ?5, ?6, ?7, ?8, ?9)");
	sqlite3_stmt *used = prepare(c, "UPDATE sites SET count = count + ?2,"
		" stored = stored + ?2, used_ms = ?3 WHERE id = ?1");
	double from = now();
	int i = 0, k;

	while (i < count) {
		sql(c, "BEGIN IMMEDIATE");
		for (k = 0; k < GROUP; k++)
			add_decision(add, i++);
		for (k = 1; k <= SITES; k++) {
			sqlite3_bind_int(used, 1, k);
			sqlite3_bind_int(used, 2, GROUP / SITES);
			sqlite3_bind_int64(used, 3, 1700000000000 + i);
			step(used);
		}
		sql(c, "COMMIT");
	}
	from = now() - from;
	sqlite3_finalize(add);
	sqlite3_finalize(used);
	sqlite3_close(c);
	return from;
}

static int remove_one(const char *path, const struct stat *st, int flag,
	struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void one_round(int round, int count)
{
	char ours[4100], theirs[4100];
	double a, b;

	snprintf(ours, sizeof(ours), "%s/store%d", base, round);
	snprintf(theirs, sizeof(theirs), "%s/plain%d", base, round);
	if (mkdir(ours, 0700) != 0 || mkdir(theirs, 0700) != 0)
		die(base, "mkdir");
	a = with_store(ours, count);
	b = with_sqlite(theirs, ours, count);
	printf("decisions: store %.0f/s, plain %.0f/s, ratio %.2f"
		"   goal >= 100000/s\n", count / a, count / b, a / b);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int c, rounds = 3, count = 300000, i;
	const char *tmp = getenv("TMPDIR");

	while ((c = getopt(argc, argv, "r:n:")) != -1) {
		if (c == 'r')
			rounds = (int)strtol(optarg, NULL, 10);
		else if (c == 'n')
			count = (int)strtol(optarg, NULL, 10);
		else
			return 2;
	}
	if (argc > optind)
		tmp = argv[optind];
	snprintf(base, sizeof(base), "%s/bench-learn.XXXXXX",
		tmp ? tmp : "/tmp");
	if (!mkdtemp(base))
		die(base, "mkdtemp");
	for (i = 0; i < SITES; i++)
		digest_of(&i, sizeof(i), &keys[i]);
	wake_fd = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < rounds; i++)
		one_round(i, count);
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
