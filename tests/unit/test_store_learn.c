/* What decisions taught: rows, states, resets, bounds, and older databases. */
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/core/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

/* Stand before libc's: the process dies at the write that is counted down
 * to, and does not do it. */
static int writes_left = -1;
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at);

static ssize_t counted_write(int fd, const void *p, size_t n, off_t at)
{
	if (writes_left > 0 && --writes_left == 0)
		raise(SIGKILL);
	return syscall(SYS_pwrite64, fd, p, n, at);
}

#undef pwrite
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return counted_write(fd, p, n, at);
}

#undef pwrite64
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	return counted_write(fd, p, n, at);
}

static int64_t ask(const struct fixture *f, const char *text)
{
	char path[300];
	sqlite3_stmt *q = NULL;
	int64_t v = -1;
	sqlite3 *c;
	int rc;

	snprintf(path, sizeof(path), "%s/wf.db", f->dir);
	if (sqlite3_open(path, &c) != SQLITE_OK ||
	    sqlite3_prepare_v2(c, text, -1, &q, NULL) != SQLITE_OK) {
		note("%s: %s", text, sqlite3_errmsg(c));
	} else {
		rc = sqlite3_step(q);
		v = rc == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
		if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			note("%s: %s", text, sqlite3_errmsg(c));
	}
	sqlite3_finalize(q);
	sqlite3_close(c);
	return v;
}

static struct digest key_of(int n)
{
	struct digest d;

	digest_of(&n, sizeof(n), &d);
	return d;
}

/* A decision of site n. */
static struct decision_new decision_of(int n)
{
	return (struct decision_new){ .key = key_of(n),
		.text = str_of("if a && b {x} else {y}"),
		.site_path = str_of("if1"), .dir = str_of("/tmp/project"),
		.run = "0123456789abcdefghjkmnpqrs", .path = str_of("if1"),
		.at_ms = 1000 + n, .branch = 1, .ok = 1, .ms = 12.5,
		.detail = str_of("{\"c\":[]}") };
}

static void decide(struct fixture *f, int site, int times)
{
	struct decision_new d = decision_of(site);
	struct batch *b = batch_new();

	while (times--)
		batch_decision(b, &d);
	if (fixture_commit(f, b).status != STORE_COMMITTED)
		abort();
}

static struct site_row site_of(struct fixture *f, int n)
{
	struct digest key = key_of(n);
	struct site_row row;
	struct err err;

	memset(&row, 0, sizeof(row));
	if (store_site(f->store, &key, &row, &err) < 0)
		note("%s", err.text);
	return row;
}

static int64_t upto_of(struct fixture *f, int n)
{
	struct site_row row = site_of(f, n);
	int64_t upto = row.upto;

	site_row_release(&row);
	return upto;
}

static int has_state(struct fixture *f, int n, const char *json)
{
	struct site_row row = site_of(f, n);
	int same = json && row.state ? strcmp(row.state, json) == 0 :
		json == row.state;

	if (!same)
		note("state: %s", row.state ? row.state : "none");
	site_row_release(&row);
	return same;
}

struct taken {
	int count, stop_at;
	int64_t first, last;
	int rising, ok;
	char path[80], detail[80];
	double ms, cost;
	int branch;
};

static int take(void *ud, const struct decision *d)
{
	struct taken *t = ud;

	if (!t->count)
		t->first = d->id;
	else
		t->rising += d->id > t->last;
	t->last = d->id;
	t->ok += d->ok;
	t->branch = d->branch;
	t->ms = d->ms;
	t->cost = d->cost;
	snprintf(t->path, sizeof(t->path), "%.*s", (int)d->path.n, d->path.p);
	snprintf(t->detail, sizeof(t->detail), "%.*s", (int)d->detail.n,
		d->detail.p);
	return ++t->count == t->stop_at;
}

static struct taken read_after(struct fixture *f, int site, int64_t after,
	uint32_t max)
{
	struct taken t = { .stop_at = 0 };
	struct digest key = key_of(site);
	struct err err;

	if (store_decisions(f->store, &(struct decision_query){ &key, after,
			max, 0 }, take, &t, &err) != 0)
		note("%s", err.text);
	return t;
}

static void test_rows(struct fixture *f)
{
	struct decision_new d = decision_of(1);
	struct batch *b = batch_new();
	struct digest key = key_of(1);
	struct taken t = { .stop_at = 2 };
	struct site_row row;
	struct err err;
	int64_t id;

	d.path = str_of("for1[3].if1");
	d.branch = -1;
	d.ok = 0;
	d.cost = 0.25;
	batch_decision(b, &d);
	fixture_commit(f, b);
	decide(f, 2, 1);
	decide(f, 1, 2);
	t = read_after(f, 1, 0, 1);
	ok(t.count == 1 && t.branch == -1 && t.ok == 0 && t.ms == 12.5 &&
		t.cost == 0.25, "a decision is read as it was written");
	is_str(t.path, "for1[3].if1", "with its own path");
	is_str(t.detail, "{\"c\":[]}", "and its detail");
	id = t.last;
	t = read_after(f, 1, 0, 100);
	ok(t.count == 3 && t.rising == 2, "those of a site come in the order "
		"in which they ended");
	t = read_after(f, 1, id, 100);
	is_int(t.count, 2, "after an id there are those behind it");
	is_int(read_after(f, 1, t.last, 100).count, 0, "behind the last none");
	is_int(read_after(f, 99, 0, 100).count, 0,
		"an unknown site has none");
	t = (struct taken){ .stop_at = 2 };
	store_decisions(f->store, &(struct decision_query){ &key, 0, 100, 1 },
		take, &t, &err);
	ok(t.count == 2 && t.first > t.last, "the newest come first, until "
		"the reader has enough");
	row = site_of(f, 1);
	ok(row.count == 3 && row.stored == 3 && row.fresh == 3 &&
		row.used_ms == 1001 && !row.frozen && !row.state,
		"a site counts its decisions");
	ok(strcmp(row.text, "if a && b {x} else {y}") == 0 &&
		strcmp(row.path, "if1") == 0 &&
		strcmp(row.dir, "/tmp/project") == 0,
		"and knows its text, path and directory");
	site_row_release(&row);
	is_int(store_site(f->store, &(struct digest){{0}}, &row, &err), 0,
		"what never decided is no site");
	decide(f, 3, 600);
	t = read_after(f, 3, 0, 1000);
	ok(t.count == 600 && t.rising == 599, "many are read whole");
}

static void test_text(struct fixture *f)
{
	struct decision_new d = decision_of(4);
	struct batch *b = batch_new();
	struct site_row row;
	char text[SITE_TEXT_MAX + 9];

	memset(text, 'x', sizeof(text));
	memcpy(text + SITE_TEXT_MAX - 1, "\xc3\xa4", 2);
	d.text = (struct str){ text, sizeof(text) };
	batch_decision(b, &d);
	fixture_commit(f, b);
	row = site_of(f, 4);
	is_int((long long)strlen(row.text), SITE_TEXT_MAX - 1,
		"a long text is cut, not within a character");
	site_row_release(&row);
}

static int save(struct fixture *f, int site, int64_t upto, int64_t reset_at,
	const char *json)
{
	struct digest key = key_of(site);
	struct site_state state = { upto, reset_at, str_of(json) };
	struct err err;
	int rc = store_site_save(f->store, &key, &state, &err);

	if (rc < 0)
		note("%s", err.text);
	return rc;
}

static void test_state(struct fixture *f)
{
	struct fixture other = *f;
	struct site_state late = { .json = str_of("{\"late\":1}") };
	struct digest key = key_of(10);
	struct batch *b = batch_new();
	int64_t last;

	fixture_open(&other);
	decide(f, 10, 3);
	last = read_after(f, 10, 0, 10).last;
	ok(has_state(f, 10, NULL) && upto_of(f, 10) == 0,
		"a new site has no state");
	is_int(save(f, 10, last, 0, "{\"n\":3}"), 1, "a state is saved");
	ok(has_state(&other, 10, "{\"n\":3}"), "another process sees it");
	is_int(save(&other, 10, last - 1, 0, "{\"n\":2}"), 0,
		"one that has seen less does not replace it");
	ok(has_state(f, 10, "{\"n\":3}") && upto_of(f, 10) == last,
		"it is as it was");
	is_int(save(&other, 10, last, 0, "{\"n\":33}"), 1,
		"one made anew of the same decisions does");
	is_int(save(f, 99, 1, 0, "{}"), 0, "an unknown site takes none");
	decide(f, 10, 1);
	late.upto = last;
	batch_site_state(b, &key, &late);
	late.upto = last - 1;
	late.json = str_of("{}");
	batch_site_state(b, &key, &late);
	fixture_commit(f, b);
	ok(has_state(f, 10, "{\"late\":1}"),
		"a batch saves a state on the same terms");
	fixture_close(&other);
}

static void test_reset(struct fixture *f)
{
	struct digest key = key_of(20);
	struct site_row row;
	uint64_t count = 0;
	struct err err;
	int64_t last;

	decide(f, 20, 4);
	last = read_after(f, 20, 0, 10).last;
	save(f, 20, last - 2, 0, "{\"n\":2}");
	is_int(store_site_reset(f->store, &key, &count, &err), 0,
		"a site is reset");
	is_int((long long)count, 1, "one");
	row = site_of(f, 20);
	ok(!row.state && row.upto == last && row.reset_at == last &&
		row.count == 4 && row.fresh == 0,
		"its state begins anew, behind all it decided");
	site_row_release(&row);
	is_int(read_after(f, 20, 0, 10).count, 4,
		"the decisions stay as a record");
	decide(f, 20, 1);
	is_int(save(f, 20, last + 100, 0, "{\"n\":5}"), 0,
		"a process that has not seen the reset does not undo it");
	row = site_of(f, 20);
	is_int((long long)row.fresh, 1, "decisions since are counted");
	is_int(read_after(f, 20, row.upto, 10).count, 1, "and to be learned");
	is_int(save(f, 20, row.upto + 1, row.reset_at, "{\"n\":1}"), 1,
		"what is learned of them is saved");
	site_row_release(&row);
	save(f, 10, 1 << 20, 0, "{\"n\":9}");
	is_int(store_site_reset(f->store, &(struct digest){{0}}, &count,
		&err), 0, "to reset what is not there is no error");
	is_int((long long)count, 0, "and does nothing");
	store_site_reset(f->store, NULL, &count, &err);
	is_int((long long)count, ask(f, "SELECT count(*) FROM sites"),
		"all can be reset");
	is_int(ask(f, "SELECT count(*) FROM sites WHERE state NOT NULL"), 0,
		"then none has a state");
}

static void test_freeze(struct fixture *f)
{
	struct digest key = key_of(30);
	struct site_row row;
	struct err err;
	int64_t last;

	decide(f, 30, 1);
	last = read_after(f, 30, 0, 10).last;
	save(f, 30, last, 0, "{\"n\":1}");
	is_int(store_site_freeze(f->store, &key, 1, &err), 0,
		"a site is frozen");
	decide(f, 30, 1);
	is_int(save(f, 30, last + 1, 0, "{\"n\":2}"), 0,
		"its state stays what it is");
	row = site_of(f, 30);
	ok(row.frozen && row.count == 2, "its decisions are recorded");
	site_row_release(&row);
	is_int(store_site_freeze(f->store, &key, 0, &err), 0, "thawed");
	is_int(save(f, 30, last + 1, 0, "{\"n\":2}"), 1, "it learns again");
	is_int(store_site_freeze(f->store, &(struct digest){{0}}, 1, &err),
		-1, "what is not there cannot be frozen");
	is_int(err.code, ERR_NOTFOUND, "and that is said");
}

static void find(struct fixture *f, const char *name, const char *brief,
	const char *text, const char *sentence)
{
	struct site_row row;
	struct err err = { .code = ERR_NONE };
	int rc = store_find_site(f->store, str_of(name), &row, &err);
	int good = rc == 0 ? text == NULL && strcmp(row.brief, brief) == 0 :
		err.code == ERR_NOTFOUND && text && strstr(err.text, text) &&
		strstr(err.help, brief);

	if (!ok(good, "%s", sentence))
		note("%d '%s' '%s' '%s'", rc, rc ? "" : row.brief, err.text,
			err.help);
	if (rc == 0)
		site_row_release(&row);
}

struct listed {
	int count, falling, states;
	int64_t last_ms;
	char shared[DIGEST_HEX + 1];
};

static int list_one(void *ud, const struct site_row *r)
{
	struct listed *l = ud;

	l->falling += l->count && r->used_ms <= l->last_ms;
	l->states += r->state != NULL;
	l->last_ms = r->used_ms;
	if (r->key.b[0] == 0xab && r->key.b[4] == 1)
		memcpy(l->shared, r->brief, sizeof(l->shared));
	l->count++;
	return 0;
}

static void test_find(struct fixture *f)
{
	struct decision_new d = decision_of(0);
	struct listed l = { .count = 0 };
	struct batch *b = batch_new();
	struct err err;
	uint8_t i;

	for (i = 1; i <= 2; i++) {
		memset(&d.key, 0, sizeof(d.key));
		memcpy(d.key.b, "\xab\xcd\xef\x12", 4);
		d.key.b[4] = i;
		batch_decision(b, &d);
	}
	fixture_commit(f, b);
	find(f, "abcdef1201", "abcdef1201", NULL, "a site is found by a prefix");
	find(f, "ABCDEF1202000000", "abcdef1202", NULL, "in capitals too");
	find(f, "abcdef", "more characters", "'abcdef' is ambiguous: "
		"abcdef120100, abcdef120200", "of two it is said which");
	find(f, "abcde", "6 to 64 digits", "'abcde' is not a site",
		"less than six digits are too few");
	find(f, "", "6 to 64 digits", "'' is not a site", "so is nothing");
	find(f, "@last..", "6 to 64 digits", "is not a site",
		"what is no key is told");
	find(f, "abcdef13", "the nearest is abcdef1202",
		"no site begins with 'abcdef13'", "the nearest is named");
	find(f, "abcdef120100000000000000000000000000000000000000000000000000"
		"000000", "6 to 64 digits", "is not a site",
		"no key is that long");
	store_sites(f->store, list_one, &l, &err);
	ok(l.count == ask(f, "SELECT count(*) FROM sites") &&
		l.falling == l.count - 1, "sites are listed, the last used "
		"first");
	is_int(l.states, 0, "without their states");
	is_str(l.shared, "abcdef1201", "with what is unique of their keys");
}

static void test_run_deleted(struct fixture *f)
{
	struct run_new n = fixture_run("decides");
	struct decision_new d = decision_of(40);
	struct batch *b = batch_new();
	struct run_row row;
	struct err err;

	d.run = n.ulid;
	fixture_whole(f, b, &n, 2);
	batch_decision(b, &d);
	fixture_commit(f, b);
	row = fixture_find(f, n.ulid);
	is_int(store_delete_run(f->store, &row, &err), 0,
		"a run that decided is deleted");
	run_row_release(&row);
	is_int(read_after(f, 40, 0, 10).count, 1, "its decision stays");
}

/* ---------------------------------------------------------------- bounds */
static void clean(struct fixture *f)
{
	uint64_t runs;
	struct err err;

	if (store_clean(f->store, f->options.retention, &runs, &err) != 0)
		note("%s", err.text);
}

static void test_bounds(struct fixture *f)
{
	struct fixture other = *f;
	struct site_row row;
	struct digest key = key_of(1);
	struct taken t;
	struct err err;
	int64_t first;
	int i;

	fixture_open(&other);
	decide(f, 1, 1);
	decide(f, 2, LIMIT_DECISIONS);
	clean(f);
	is_int(read_after(f, 2, 0, 9999).count, LIMIT_DECISIONS,
		"up to the bound no decision goes");
	first = read_after(f, 2, 0, 1).first;
	decide(f, 2, 6000);
	clean(f);
	t = read_after(f, 2, 0, 9999);
	ok(t.count == LIMIT_DECISIONS && t.first == first + 6000,
		"beyond it the oldest go, the newest stay");
	row = site_of(f, 2);
	ok(row.count == LIMIT_DECISIONS + 6000 &&
		row.stored == LIMIT_DECISIONS,
		"how many there were is still known");
	site_row_release(&row);
	store_site_freeze(f->store, &key, 1, &err);
	for (i = 3; i < LIMIT_SITES + 4; i++)
		decide(f, i, 1);
	is_int(ask(f, "SELECT count(*) FROM sites"), LIMIT_SITES + 3,
		"there are too many sites");
	decide(&other, 2, 1);
	clean(f);
	is_int(ask(f, "SELECT count(*) FROM sites"), LIMIT_SITES,
		"as many stay as are allowed");
	row = site_of(f, 1);
	is_int(row.count, 1, "a frozen one among them, though it is the "
		"oldest");
	site_row_release(&row);
	ok(read_after(f, 2, 0, 9).count == 0 &&
		read_after(f, 4, 0, 9).count == 0,
		"those not used for longest go, with their decisions");
	is_int(read_after(f, 5, 0, 9).count, 1, "others keep theirs");
	is_int(ask(f, "SELECT count(*) FROM decisions WHERE site NOT IN "
		"(SELECT id FROM sites)"), 0, "no decision is without a site");
	decide(&other, 2, 1);
	is_int(read_after(f, 2, 0, 9).count, 1, "a process that knew a site "
		"before it went makes it anew");
	fixture_close(&other);
}

/* ----------------------------------------------------------- all or none */
enum { WHOLE_EVENTS = 50, WHOLE_DECISIONS = 200 };

static void commit_and_exit(struct fixture *f, int kill_at)
{
	struct run_new n = fixture_run("whole");
	struct decision_new d = decision_of(1);
	struct batch *b = batch_new();
	struct digest key = key_of(1);
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fixture_open(f);
	fixture_whole(f, b, &n, WHOLE_EVENTS);
	for (i = 0; i < WHOLE_DECISIONS; i++) {
		d.key = key_of(i % 20);
		d.run = n.ulid;
		batch_decision(b, &d);
	}
	batch_site_state(b, &key, &(struct site_state){ INT64_MAX, 0,
		str_of("{\"all\":1}") });
	writes_left = kill_at;
	_exit(fixture_commit(f, b).status != STORE_COMMITTED);
}

/* One batch in a database of its own, the process killed at write `kill_at`.
 * -1: it lived; 0 nothing is there, 1 all is, 2 a part of it. */
static int killed_at(int kill_at)
{
	struct fixture f;
	int status, got = 2;
	int64_t rows, events, states, used;
	pid_t pid;

	fixture_init(&f);
	fixture_open(&f);
	fixture_close(&f);
	pid = fork();
	if (pid == 0)
		commit_and_exit(&f, kill_at);
	waitpid(pid, &status, 0);
	fixture_open(&f);
	rows = ask(&f, "SELECT count(*) FROM decisions");
	events = ask(&f, "SELECT count(*) FROM events");
	states = ask(&f, "SELECT count(*) FROM sites WHERE state NOT NULL");
	used = ask(&f, "SELECT ifnull(sum(count), 0) FROM sites");
	if (rows == WHOLE_DECISIONS && events == WHOLE_EVENTS &&
	    states == 1 && used == rows)
		got = 1;
	else if (rows + events + states + used == 0)
		got = 0;
	else
		note("%d: %d rows, %d events", kill_at, (int)rows, (int)events);
	fixture_end(&f);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return got == 1 ? -1 : 2;
	return got;
}

static void test_killed(void)
{
	int at, got = 0, none = 0, all = 0, parts = 0;

	for (at = 1; got >= 0 && at < 500; at++) {
		got = killed_at(at);
		none += got == 0;
		all += got == 1;
		parts += got == 2;
	}
	note("killed at %d writes: %d times nothing was there, %d times all",
		at - 2, none, all);
	is_int(got, -1, "unharmed the batch is there");
	ok(none > 5, "killed in the middle of it, nothing is there");
	is_int(parts, 0, "decisions are there with the events of their batch, "
		"or not at all");
}

/* ------------------------------------------------------- older databases */
static int list_none(void *ud, const struct site_row *r)
{
	(void)r;
	++*(int *)ud;
	return 0;
}

static void test_older(void)
{
	struct run_new n = fixture_run("older");
	struct batch *b = batch_new();
	struct fixture f;
	struct err err;
	int count = 0;

	fixture_init(&f);
	fixture_open(&f);
	fixture_whole(&f, b, &n, 3);
	fixture_commit(&f, b);
	fixture_close(&f);
	ask(&f, "DROP TABLE decisions");
	ask(&f, "DROP TABLE sites");
	ask(&f, "PRAGMA user_version=1");
	f.options.read_only = 1;
	fixture_open(&f);
	is_int(store_sites(f.store, list_none, &count, &err), 0,
		"in an older database nothing has been learned");
	is_int(read_after(&f, 1, 0, 9).count + count, 0, "as one can read");
	find(&f, "abcdef", "nothing has been learned yet", "no site begins",
		"there is no site to be found");
	fixture_close(&f);
	is_int(ask(&f, "PRAGMA user_version"), 1, "who only reads changes "
		"nothing");
	f.options.read_only = 0;
	fixture_open(&f);
	is_int(ask(&f, "PRAGMA user_version"), 2, "who writes brings it up "
		"to date");
	ok(fixture_has(&f, &n), "what was there stays");
	decide(&f, 1, 2);
	is_int(read_after(&f, 1, 0, 9).count, 2, "and decisions are recorded");
	fixture_close(&f);
	/* As if another table of that name were in the way. */
	ask(&f, "DROP TABLE decisions");
	ask(&f, "PRAGMA user_version=1");
	is_int(store_open(&f.store, &f.options, &err), -1,
		"what cannot be brought up to date is not opened");
	ok(strstr(err.text, "bring the database up to date") != NULL,
		"and it is said");
	is_int(ask(&f, "PRAGMA user_version"), 1, "nothing of it is done");
	fixture_end(&f);
}

int main(void)
{
	struct fixture f;

	fixture_init(&f);
	fixture_open(&f);
	test_rows(&f);
	test_text(&f);
	test_state(&f);
	test_reset(&f);
	test_freeze(&f);
	test_find(&f);
	test_run_deleted(&f);
	fixture_end(&f);
	fixture_init(&f);
	f.options.normal = 1;
	fixture_open(&f);
	test_bounds(&f);
	fixture_end(&f);
	test_killed();
	test_older();
	return done();
}
