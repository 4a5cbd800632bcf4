/*
 * A connection: how it is opened, its prepared statements, and what SQLite's
 * result codes mean to people. Automatic checkpoints are off on every
 * connection, and only the writer's close may checkpoint: both happen under
 * the lock file.
 */
#include "engine/store/db.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

static const char *const texts[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = text,
#include "engine/store/sql_list.h"
#undef X
};

int is_corrupt(int rc)
{
	return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

int db_err(struct db *db, int rc, struct err *err, const char *what)
{
	const char *text = db->c && (sqlite3_errcode(db->c) & 0xff) ==
		(rc & 0xff) ? sqlite3_errmsg(db->c) : sqlite3_errstr(rc);
	const char *path = db->c ? sqlite3_db_filename(db->c, "main") : NULL;

	if (!path)
		path = "wf.db";
	if (is_corrupt(rc)) {
		err_set(err, ERR_CORRUPT, "%s: '%s' is damaged: %s", what,
			path, text);
		return err_help(err, "run `wf doctor`; keep wf.db and "
			"wf.db-wal together, and move both away to start anew");
	}
	if ((rc & 0xff) == SQLITE_FULL) {
		err_set(err, ERR_STATE, "%s: the disk of '%s' is full", what,
			path);
		return err_help(err, "free some space: what waits is written "
			"then, nothing is lost");
	}
	if ((rc & 0xff) == SQLITE_BUSY) {
		err_set(err, ERR_STATE, "%s: '%s' is locked by another process",
			what, path);
		return err_help(err, "look for a stopped wf or sqlite3 (ps, "
			"fuser) that uses it");
	}
	err_set(err, ERR_STATE, "%s: '%s': %s", what, path, text);
	return err_help(err, "run `wf doctor`");
}

int db_exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->c, sql, NULL, NULL, NULL);
}

static int configure(struct db *db, enum db_mode mode)
{
	static const char always[] = "PRAGMA temp_store=MEMORY;"
		"PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
		"PRAGMA journal_size_limit=-1; PRAGMA wal_autocheckpoint=0;";

	sqlite3_busy_timeout(db->c, 5000);
	sqlite3_db_config(db->c, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->c, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->c, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	if (mode != DB_WRITE) {
		sqlite3_db_config(db->c, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
			NULL);
		return db_exec(db, always);
	}
	return db_exec(db, always);
}

/* A read-only directory without a WAL: nothing can change the file. */
static int open_immutable(struct db *db, const char *dir)
{
	char *uri = mem_printf("file:%s/wf.db?immutable=1", dir);
	int rc;

	sqlite3_close(db->c);
	rc = sqlite3_open_v2(uri, &db->c, SQLITE_OPEN_READONLY |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI,
		NULL);
	free(uri);
	return rc == SQLITE_OK ? configure(db, DB_LOOK) : rc;
}

int db_open(struct db *db, const char *dir, enum db_mode mode,
	struct err *err)
{
	char *path = mem_printf("%s/wf.db", dir);
	int rc;

	memset(db, 0, sizeof(*db));
	rc = sqlite3_open_v2(path, &db->c, (mode == DB_LOOK ?
		SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	free(path);
	if (rc == SQLITE_OK)
		rc = configure(db, mode);
	if (rc == SQLITE_OK && mode == DB_LOOK) {
		rc = db_exec(db, "SELECT 1 FROM sqlite_schema");
		if ((rc & 0xff) == SQLITE_CANTOPEN ||
		    (rc & 0xff) == SQLITE_READONLY)
			rc = open_immutable(db, dir);
	}
	if (rc == SQLITE_OK)
		return 0;
	db_err(db, rc, err, "open the database");
	db_close(db);
	return -1;
}

void db_close(struct db *db)
{
	int i;

	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->stmts[i]);
	sqlite3_close(db->c);
	memset(db, 0, sizeof(*db));
}

sqlite3_stmt *db_stmt(struct db *db, enum sql sql)
{
	if (!db->stmts[sql])
		sqlite3_prepare_v3(db->c, texts[sql], -1,
			SQLITE_PREPARE_PERSISTENT, &db->stmts[sql], NULL);
	return db->stmts[sql];
}

int db_run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		sqlite3_reset(stmt);
		return rc;
	}
	return sqlite3_reset(stmt);
}

int db_do(struct db *db, enum sql sql)
{
	sqlite3_stmt *stmt = db_stmt(db, sql);

	return stmt ? db_run(stmt) : sqlite3_extended_errcode(db->c);
}
