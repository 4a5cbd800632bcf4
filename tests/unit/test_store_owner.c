/* Owners: living and dead ones, taking over, finding and listing runs. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/core/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/tap.h"

struct child {
	pid_t pid;
	int out, hold;
	char ulid[4][ULID_LEN + 1];
};

/* Leaves runs that are running, waiting, paused and ended. */
static void leave_runs(struct fixture *f, int out)
{
	static const int states[] = { RUN_RUNNING, RUN_WAITING, RUN_PAUSED,
		RUN_SUCCEEDED };
	int i;

	fixture_open(f);
	for (i = 0; i < 4; i++) {
		struct run_new n = fixture_run("left");
		struct store_run *r = store_run_new(f->store);
		struct batch *b = batch_new();

		batch_run_new(b, r, &n);
		fixture_event(b, r, 0, 0, 1, "e");
		batch_run_state(b, r,
			&(struct row_state){states[i], 0, 0, 1, 0});
		if (fixture_commit(f, b).status != STORE_COMMITTED)
			_exit(1);
		if (write(out, n.ulid, sizeof(n.ulid)) != sizeof(n.ulid))
			_exit(1);
	}
}

/* A process that owns runs, and a second that inherits the owner's lock, as
 * the guard does, until `hold` is closed. */
static struct child start(struct fixture *f)
{
	struct child c = { .pid = 0 };
	int out[2], hold[2], i;
	char byte;

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(hold, O_CLOEXEC) != 0)
		abort();
	c.pid = fork();
	if (c.pid == 0) {
		close(hold[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		leave_runs(f, out[1]);
		if (fork() == 0) {
			while (read(hold[0], &byte, 1) < 0)
				;
			_exit(0);
		}
		for (;;)
			pause();
	}
	close(out[1]);
	close(hold[0]);
	c.out = out[0];
	c.hold = hold[1];
	for (i = 0; i < 4; i++)
		if (read(c.out, c.ulid[i], ULID_LEN + 1) != ULID_LEN + 1)
			abort();
	return c;
}

static int state_of(struct fixture *f, const char *ulid)
{
	struct run_row row = fixture_find(f, ulid);
	int state = row.state;

	run_row_release(&row);
	return state;
}

static int count_owners(struct fixture *f)
{
	char path[300];
	const struct dirent *e;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/owners", f->dir);
	dir = opendir(path);
	while ((e = readdir(dir)))
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}

static int count_row(void *ud, const struct run_row *r)
{
	(void)r;
	++*(int *)ud;
	return 0;
}

static int count_listed(struct fixture *f, struct run_filter filter)
{
	struct err err;
	int count = 0;

	store_list(f->store, &filter, count_row, &count, &err);
	return count;
}

/* What the system would say had the process id been given anew. */
static void set_start(struct fixture *f, const char *owner, int add)
{
	char path[300], sql[200];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/wf.db", f->dir);
	snprintf(sql, sizeof(sql), "UPDATE owners SET start = start + (%d) "
		"WHERE ulid = '%s'", add, owner);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_close(db) != SQLITE_OK)
		abort();
}

static enum owner_state owner_of(struct fixture *f, const struct run_row *row)
{
	enum owner_state state = OWNER_GONE;
	struct err err;

	is_int(store_owner_state(f->store, row, &state, &err), 0,
		"who owns a run can be read");
	return state;
}

static void test_alive(struct fixture *f, const struct child *c)
{
	struct store_run *r;
	struct run_row row;
	char path[300];
	struct err err;

	is_int(state_of(f, c->ulid[0]), RUN_RUNNING,
		"a run of a living process is running");
	row = fixture_find(f, c->ulid[0]);
	is_int(store_owner_socket(f->store, &row, path, sizeof(path), &err), 1,
		"its owner's socket is known");
	ok(strstr(path, row.owner) && strstr(path, ".sock"),
		"and named by the owner");
	is_int(store_run_adopt(f->store, &row, &r, &err), -1,
		"it cannot be taken over");
	ok(err.code == ERR_BUSY && strstr(err.text, "pid"),
		"because its owner lives, whose process is told");
	is_int(owner_of(f, &row), OWNER_LIVES,
		"an owner whose process is there lives");
	set_start(f, row.owner, 1);
	is_int(owner_of(f, &row), OWNER_LEAVES,
		"unless its process id is another's by now");
	set_start(f, row.owner, -1);
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	is_int(state_of(f, c->ulid[0]), RUN_RUNNING,
		"while its guard is there the run is not given up");
	is_int(owner_of(f, &row), OWNER_LEAVES,
		"but its owner is known to have died");
	is_int(store_run_adopt(f->store, &row, &r, &err), -1,
		"and the run cannot be taken over yet");
	ok(err.code == ERR_BUSY && strstr(err.text, "has died"),
		"which is said");
	run_row_release(&row);
	close(c->hold);
	/* The end of the second process closes the other end of `out`. */
	while (read(c->out, path, sizeof(path)) > 0)
		;
}

static void test_dead(struct fixture *f, const struct child *c)
{
	struct run_filter open_only = { .state = -1, .open_only = 1 },
		lost = { .state = RUN_INTERRUPTED },
		running = { .state = RUN_RUNNING };
	struct run_row row;
	char path[300];
	struct err err;

	is_int(state_of(f, c->ulid[0]), RUN_INTERRUPTED,
		"a running run without owner is interrupted");
	is_int(state_of(f, c->ulid[1]), RUN_WAITING, "a waiting run waits on");
	is_int(state_of(f, c->ulid[2]), RUN_PAUSED, "a paused run stays so");
	is_int(state_of(f, c->ulid[3]), RUN_SUCCEEDED,
		"an ended run has ended");
	row = fixture_find(f, c->ulid[1]);
	is_int(store_owner_socket(f->store, &row, path, sizeof(path), &err), 0,
		"a waiting run has no living owner then");
	is_int(owner_of(f, &row), OWNER_GONE, "it is gone");
	run_row_release(&row);
	is_int(count_listed(f, open_only), 3, "three are listed as open");
	is_int(count_listed(f, lost), 1, "one as interrupted");
	is_int(count_listed(f, running), 0, "none as running");
}

static int nothing(void *ud, const struct stored_event *e)
{
	(void)e;
	++*(int *)ud;
	return 0;
}

static void test_adopt(struct fixture *f, const struct child *c)
{
	struct run_row row = fixture_find(f, c->ulid[0]);
	struct store_run *r = NULL;
	struct batch *b;
	struct err err;
	int count = 0;

	is_int(store_run_adopt(f->store, &row, &r, &err), 0,
		"an interrupted run can be taken over");
	run_row_release(&row);
	row = fixture_find(f, c->ulid[0]);
	is_str(row.owner, store_owner(f->store), "then it is ours");
	is_int(row.state, RUN_RUNNING, "and runs again");
	run_row_release(&row);
	b = batch_new();
	fixture_event(b, r, 0, 0, 2, "more");
	batch_run_state(b, r, &(struct row_state){RUN_SUCCEEDED, 0, 5, 1, 0});
	batch_run_close(b, r);
	fixture_commit(f, b);
	row = fixture_find(f, c->ulid[0]);
	store_events(f->store, &row, 0, nothing, &count, &err);
	is_int(count, 2, "its events go on where they were");
	is_int(row.state, RUN_SUCCEEDED, "and it can end");
	run_row_release(&row);
}

static void test_sweep(struct fixture *f, const struct child *c)
{
	struct store_run *r;
	struct run_row row;
	struct batch *b;
	struct err err;
	int i;

	is_int(count_owners(f), 2, "an owner that open runs name is kept");
	for (i = 1; i < 3; i++) {
		row = fixture_find(f, c->ulid[i]);
		store_run_adopt(f->store, &row, &r, &err);
		run_row_release(&row);
		b = batch_new();
		batch_run_state(b, r,
			&(struct row_state){RUN_CANCELLED, 1, 5, 1, 0});
		batch_run_close(b, r);
		fixture_commit(f, b);
	}
	fixture_close(f);
	is_int(count_owners(f), 1, "an owner without open runs leaves nothing");
	fixture_open(f);
	b = batch_new();
	batch_duration(b, "x", 1, 1);
	fixture_commit(f, b);
	/* Upkeep comes when the writer has been idle. */
	for (i = 0; i < 5000 && count_owners(f) > 1; i++)
		usleep(2000);
	is_int(count_owners(f), 1, "the idle writer removes the dead one's");
}

static void refuse(struct fixture *f, const char *name, const char *text,
	const char *help, const char *sentence)
{
	struct run_row row;
	struct err err = { .code = ERR_NONE };
	int rc = store_find_run(f->store, str_of(name), &row, &err);

	if (!ok(rc == -1 && err.code == ERR_NOTFOUND &&
			strstr(err.text, text) && strstr(err.help, help),
			"%s", sentence))
		note("%d '%s' (%s)", rc, err.text, err.help);
	if (rc == 0)
		run_row_release(&row);
}

static void test_find(struct fixture *f)
{
	static const char *const ids[] = { "01k2aaaaaa0000000000000000",
		"01k2aaaaab0000000000000000", "01k2zzzzzz0000000000000000",
		"01k2zzzzzz0000000000000001" };
	char brief[ULID_LEN + 1];
	struct run_row row;
	struct batch *b = batch_new();
	struct err err;
	int i;

	refuse(f, "@last", "there is no run yet", "", "@last needs a run");
	for (i = 0; i < 4; i++) {
		struct run_new n = fixture_run(i < 2 ? "early" : "late");

		memcpy(n.ulid, ids[i], ULID_LEN);
		n.hidden = i == 3;
		fixture_whole(f, b, &n, 1);
	}
	fixture_commit(f, b);
	row = fixture_find(f, "01K2AAAAAB");
	is_str(row.ulid, ids[1], "a unique prefix finds its run, in any case");
	run_row_release(&row);
	row = fixture_find(f, "@last");
	is_str(row.ulid, ids[3], "@last is the newest, also a hidden one");
	run_row_release(&row);
	row = fixture_find(f, "@-2");
	is_str(row.ulid, ids[2], "@-2 is the one before");
	run_row_release(&row);
	refuse(f, "01k2aa", ids[0], "more characters",
		"an ambiguous prefix names the runs");
	refuse(f, "01k2aaaaac", "no run begins with", ids[1],
		"an unknown run names the nearest");
	refuse(f, "99999999", "no run begins with", "/runs",
		"or how to list them");
	refuse(f, "01k2", "is not a run", "6 to 26",
		"a prefix must have six characters");
	refuse(f, "@-9", "not that many", "", "@-9 needs nine runs");
	refuse(f, "@x", "@x", "@-2", "@x is nothing");
	store_short(f->store, ids[0], brief);
	is_str(brief, "01k2aaaaaa", "a short id is the shortest unique one");
	store_short(f->store, ids[3], brief);
	is_str(brief, ids[3], "even when that is all of it");
	fixture_whole(f, b = batch_new(), &(struct run_new){
		.ulid = "7zzzzzzzzz0000000000000000", .command = str_of("c"),
		.text = str_of("t"), .dir = str_of("/d") }, 0);
	fixture_commit(f, b);
	store_short(f->store, "7zzzzzzzzz0000000000000000", brief);
	is_str(brief, "7zzzzz", "but never less than six characters");
	is_int(store_latest(f->store, &(struct digest){ { 1 } }, "/d", &row,
		&err), 0, "a text that never ran has no latest run");
}

static int same_brief(void *ud, const struct run_row *r)
{
	struct fixture *f = ud;
	char brief[ULID_LEN + 1];

	store_short(f->store, r->ulid, brief);
	is_str(r->brief, brief, "a listed run has its short id when asked");
	return 0;
}

static void test_list(struct fixture *f)
{
	struct run_filter all = { .state = -1, .all = 1 },
		brief = { .state = -1, .all = 1, .brief = 1 },
		two = { .state = -1, .all = 1, .brief = 1, .limit = 2 },
		shown = { .state = -1 },
		some = { .state = -1, .limit = 2 },
		late = { .state = -1, .pattern = str_of("LAT") },
		later = { .state = -1, .since_ms = 1001 };
	struct run_new n = fixture_run("early");
	struct run_row row;
	struct err err;

	is_int(count_listed(f, all), 5, "all runs can be listed");
	is_int(count_listed(f, shown), 4, "hidden ones are not, by default");
	is_int(count_listed(f, some), 2, "a limit is kept");
	is_int(count_listed(f, late), 1, "a pattern looks into the text");
	is_int(count_listed(f, later), 0, "a time is kept");
	is_int(store_list(f->store, &brief, same_brief, f, &err), 0,
		"of all");
	is_int(store_list(f->store, &two, same_brief, f, &err), 0,
		"and of a few");
	is_int(store_latest(f->store, &n.text_key, "/tmp/project", &row, &err),
		1, "the latest run of a text is found");
	is_str(row.ulid, "01k2aaaaab0000000000000000", "it is the newest");
	run_row_release(&row);
	is_int(store_latest(f->store, &n.text_key, "/elsewhere", &row, &err),
		0, "but not in another directory");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void test_ulid(void)
{
	enum { COUNT = 1000 };
	static char id[COUNT][ULID_LEN + 1];
	int i, good = 1, same = 0;

	for (i = 0; i < COUNT; i++) {
		ulid_make(id[i]);
		good &= strlen(id[i]) == ULID_LEN && id[i][0] <= '7' &&
			strspn(id[i], "0123456789abcdefghjkmnpqrstvwxyz") ==
				ULID_LEN;
	}
	ok(good, "an id has a ULID's length, alphabet and range");
	qsort(id, COUNT, sizeof(id[0]), by_text);
	for (i = 1; i < COUNT; i++)
		same += strncmp(id[i], id[i - 1], 6) == 0;
	ok(same <= 2, "six characters tell a thousand runs apart");
}

int main(void)
{
	struct fixture f;
	struct child c;

	fixture_init(&f);
	c = start(&f);
	fixture_open(&f);
	test_alive(&f, &c);
	test_dead(&f, &c);
	test_adopt(&f, &c);
	test_sweep(&f, &c);
	fixture_end(&f);
	fixture_init(&f);
	fixture_open(&f);
	test_find(&f);
	test_list(&f);
	fixture_end(&f);
	test_ulid();
	return done();
}
