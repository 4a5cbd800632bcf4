/*
 * A connection with its prepared statements, and the lock file. A struct db
 * belongs to one thread at a time. Result codes are SQLite's extended ones.
 */
#ifndef WF_STORE_DB_H
#define WF_STORE_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "engine/base/err.h"

enum {
	SCHEMA_VERSION = 2,
	APPLICATION_ID = 0x77664a31 /* "wfJ1" */
};

enum sql {
#define X(name, text) SQL_##name,
#include "engine/store/sql_list.h"
#undef X
	SQL_COUNT
};
struct db {
	sqlite3 *c;
	sqlite3_stmt *stmts[SQL_COUNT];
};
enum db_mode { DB_WRITE, DB_READ, DB_LOOK /* read-only store */ };
int db_open(struct db *db, const char *dir, enum db_mode mode,
	struct err *err);
void db_close(struct db *db);
/* Prepared once; NULL with the cause in the connection. */
sqlite3_stmt *db_stmt(struct db *db, enum sql sql);
/* Steps a statement that gives no row, and resets: SQLITE_OK or the cause. */
int db_run(sqlite3_stmt *stmt);
int db_do(struct db *db, enum sql sql);
int db_exec(struct db *db, const char *sql);
/* Fills err from a result code; returns -1. */
int db_err(struct db *db, int rc, struct err *err, const char *what);
int is_corrupt(int rc);

/* --- store_lock.c: the lock file. 0 taken, 1 not within the time, -1 */
int lock_open(int dir_fd, const char *dir, struct err *err);
int lock_take(int fd, int64_t wait_ms);
void lock_give(int fd);

/* --- store_schema.c: makes or checks the schema, under the lock */
int schema_ready(struct db *db, int read_only, const char *dir,
	struct err *err);

int64_t wall_ms(void);           /* epoch */
int64_t mono_ms(void);

/* Is it ours, and nobody else's to write? -1 with the way out. */
struct stat;
int store_check_mode(const char *path, const struct stat *st,
	struct err *err);

#endif
