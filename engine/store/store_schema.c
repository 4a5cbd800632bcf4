/*
 * The schema and its versions. application_id says that a database is ours,
 * user_version which schema it has. Every version ever written must stay
 * readable: a change is a new schema_N in steps[], never an edit of an old
 * one. A store that is open for reading only may have an older one.
 *
 * Events have no index but their seq: a run's are found between first_seq
 * and last_seq of its row, where last_seq NULL means "to the end" (a run that
 * is open, or whose owner died before it could say).
 */
#include "engine/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char schema_1[] =
"CREATE TABLE runs("
" id INTEGER PRIMARY KEY, ulid TEXT NOT NULL, parent TEXT, owner INTEGER,"
" state INTEGER NOT NULL, exit INTEGER, started_ms INTEGER NOT NULL,"
" finished_ms INTEGER, steps INTEGER NOT NULL, failed INTEGER NOT NULL,"
" pinned INTEGER NOT NULL, hidden INTEGER NOT NULL,"
" first_seq INTEGER NOT NULL, last_seq INTEGER, seed INTEGER NOT NULL,"
" plan INTEGER NOT NULL, text_key BLOB NOT NULL, command TEXT NOT NULL,"
" text TEXT NOT NULL, dir TEXT NOT NULL, args TEXT, session TEXT,"
" error_class INTEGER, queued_ms INTEGER, tokens_in INTEGER,"
" tokens_out INTEGER, cost_micro INTEGER) STRICT;"
/* No index on ulid: ids are random, so each would dirty a page of its own;
 * retention keeps the rows few and a prefix is found by looking at all. */
/* One-step runs, the bulk, pay for neither of these. */
"CREATE INDEX runs_text ON runs(text_key) WHERE hidden = 0;"
"CREATE INDEX runs_open ON runs(state, owner) WHERE state < 3;"
"CREATE TABLE events("
" seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, frame INTEGER,"
" step INTEGER, kind INTEGER NOT NULL, t INTEGER NOT NULL, data BLOB)"
" STRICT;"
"CREATE TABLE plans("
" id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE,"
" version INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
"CREATE TABLE durations("
" key TEXT PRIMARY KEY, n INTEGER NOT NULL, mean REAL NOT NULL,"
" m2 REAL NOT NULL, last REAL NOT NULL, failed INTEGER NOT NULL)"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE cache("
" key BLOB PRIMARY KEY, leaf TEXT NOT NULL, parts TEXT, result BLOB,"
" created INTEGER NOT NULL, expires INTEGER NOT NULL, run TEXT NOT NULL)"
" STRICT;"
"CREATE INDEX cache_leaf ON cache(leaf, created);"
"CREATE INDEX cache_run ON cache(run);"
"CREATE TABLE blobs("
" id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,"
" bytes INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;"
"CREATE TABLE blob_refs("
" digest BLOB NOT NULL, run INTEGER NOT NULL, PRIMARY KEY(digest, run))"
" STRICT, WITHOUT ROWID;"
"CREATE INDEX blob_refs_run ON blob_refs(run);"
"CREATE TABLE owners("
" id INTEGER PRIMARY KEY AUTOINCREMENT, ulid TEXT NOT NULL UNIQUE,"
" boot TEXT NOT NULL, pid INTEGER NOT NULL, start INTEGER NOT NULL,"
" socket TEXT, created INTEGER NOT NULL) STRICT;"
"CREATE TABLE sessions("
" ulid TEXT PRIMARY KEY, owner INTEGER, dir TEXT, started_ms INTEGER)"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE usage("
" run INTEGER NOT NULL, frame INTEGER NOT NULL, step INTEGER NOT NULL,"
" attempt INTEGER NOT NULL, model TEXT, agent TEXT, pool TEXT, worker TEXT,"
" queued_ms INTEGER, tokens_in INTEGER, tokens_out INTEGER,"
" cost_micro INTEGER, PRIMARY KEY(run, frame, step, attempt))"
" STRICT, WITHOUT ROWID;"
"CREATE TABLE breakers("
" pool TEXT PRIMARY KEY, state INTEGER NOT NULL, failures INTEGER NOT NULL,"
" opened_ms INTEGER) STRICT, WITHOUT ROWID;"
/* Numbers once given are not given again, though their rows are gone. */
"CREATE TABLE floors(seq INTEGER NOT NULL, run INTEGER NOT NULL) STRICT;"
"INSERT INTO floors VALUES(0, 0);";

/* What decisions taught. Of a site the newest decisions are kept; `count` is
 * how many there ever were, `stored` how many rows there are. A site's state
 * is made of its decisions behind `reset_at` and up to `upto`; it is the last
 * column, for it is long and seldom read. */
static const char schema_2[] =
"CREATE TABLE sites("
" id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE,"
" text TEXT NOT NULL, path TEXT NOT NULL, dir TEXT NOT NULL,"
" upto INTEGER NOT NULL DEFAULT 0, reset_at INTEGER NOT NULL DEFAULT 0,"
" frozen INTEGER NOT NULL DEFAULT 0, count INTEGER NOT NULL DEFAULT 0,"
" stored INTEGER NOT NULL DEFAULT 0, used_ms INTEGER NOT NULL,"
" state TEXT) STRICT;"
"CREATE TABLE decisions("
" id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL,"
" at_ms INTEGER NOT NULL, branch INTEGER NOT NULL, ok INTEGER NOT NULL,"
" ms REAL NOT NULL, cost REAL NOT NULL, run TEXT NOT NULL,"
" path TEXT NOT NULL, detail TEXT NOT NULL) STRICT;"
"CREATE INDEX decisions_site ON decisions(site);";

/* Step i brings a database of version i to i + 1. */
static const char *const steps[SCHEMA_VERSION] = { schema_1, schema_2 };

static int number_of(struct db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db->c, sql, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		*out = sqlite3_column_int64(stmt, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* All in one transaction: a database has one version or the other. */
static int upgrade(struct db *db, int64_t from)
{
	char end[96];
	int rc = db_exec(db, "BEGIN IMMEDIATE");

	for (; rc == SQLITE_OK && from < SCHEMA_VERSION; from++)
		rc = db_exec(db, steps[from]);
	snprintf(end, sizeof(end), "PRAGMA application_id=%d;"
		"PRAGMA user_version=%d; COMMIT", APPLICATION_ID,
		SCHEMA_VERSION);
	if (rc == SQLITE_OK)
		rc = db_exec(db, end);
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db->c))
		db_exec(db, "ROLLBACK");
	return rc;
}

static int foreign(const char *dir, struct err *err)
{
	err_set(err, ERR_STATE,
		"'%s/wf.db' is a database of another program", dir);
	return err_help(err, "set WF_STATE_DIR to another directory, or move "
		"the file away");
}

static int newer(const char *dir, int64_t version, struct err *err)
{
	err_set(err, ERR_STATE, "'%s/wf.db' was written by a newer wf "
		"(schema %lld, this one knows %d)", dir, (long long)version,
		SCHEMA_VERSION);
	return err_help(err, "use the newer wf, or set WF_STATE_DIR to "
		"another directory");
}

int schema_ready(struct db *db, int read_only, const char *dir,
	struct err *err)
{
	int64_t id = 0, version = 0, tables = 0;
	int rc = number_of(db, "PRAGMA application_id", &id);

	if (rc == SQLITE_OK)
		rc = number_of(db, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK)
		rc = number_of(db, "SELECT count(*) FROM sqlite_schema",
			&tables);
	if (rc != SQLITE_OK)
		return db_err(db, rc, err, "open the database");
	if (id != APPLICATION_ID && (id || version || tables))
		return foreign(dir, err);
	if (version > SCHEMA_VERSION)
		return newer(dir, version, err);
	if (id == APPLICATION_ID && (read_only || version == SCHEMA_VERSION))
		return 0;
	if (read_only)
		return err_set(err, ERR_STATE, "'%s/wf.db' is empty", dir);
	if (id == APPLICATION_ID) {
		rc = version > 0 ? upgrade(db, version) : SQLITE_CORRUPT;
		return rc == SQLITE_OK ? 0 :
			db_err(db, rc, err, "bring the database up to date");
	}
	rc = db_exec(db, "PRAGMA page_size=4096; PRAGMA auto_vacuum=2;"
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
	if (rc == SQLITE_OK)
		rc = upgrade(db, 0);
	return rc == SQLITE_OK ? 0 :
		db_err(db, rc, err, "create the database");
}
