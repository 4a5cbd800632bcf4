/*
 * Reading on the loop's thread. Every statement is reset before a callback
 * is called or a function returns: an open cursor would keep the WAL from
 * being recycled, and the callback may call the store again.
 */
#include "engine/store/inner.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/plan.h"

enum { CHUNK_ROWS = 512, CHUNK_BYTES = 1 << 20 };

struct db *reader(struct store *s, struct err *err)
{
	if (!s->reader.c && db_open(&s->reader, s->dir, DB_READ, err) != 0)
		return NULL;
	return &s->reader;
}

/* The statement on the loop's connection. */
static sqlite3_stmt *want(struct store *s, enum sql sql, struct err *err)
{
	struct db *db = reader(s, err);
	sqlite3_stmt *q = db ? db_stmt(db, sql) : NULL;

	if (db && !q)
		db_err(db, sqlite3_extended_errcode(db->c), err, "read");
	return q;
}

/* 1 a row, 0 none, -1. */
static int row_of(struct store *s, sqlite3_stmt *q, struct err *err)
{
	int rc = sqlite3_step(q);

	if (rc == SQLITE_ROW)
		return 1;
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? 0 : db_err(&s->reader, rc, err, "read");
}

int store_plan(struct store *s, const struct run_row *r, struct buf *out,
	struct err *err)
{
	sqlite3_stmt *q = want(s, SQL_PLAN_BODY, err);
	int rc;

	if (!q)
		return -1;
	sqlite3_bind_int64(q, 1, r->id);
	rc = row_of(s, q, err);
	if (rc > 0) {
		buf_add(out, sqlite3_column_blob(q, 0),
			(size_t)sqlite3_column_bytes(q, 0));
		sqlite3_reset(q);
		return 0;
	}
	return rc < 0 ? -1 : err_set(err, ERR_NOTFOUND,
		"the plan of run %s is gone", r->ulid);
}

/* -------------------------------------------------------------- events */
static uint32_t index_of(sqlite3_stmt *q, int i)
{
	return sqlite3_column_type(q, i) == SQLITE_NULL ? PLAN_NONE :
		(uint32_t)sqlite3_column_int64(q, i);
}

/* Its data follows, padded to 8. */
static void keep_event(sqlite3_stmt *q, struct buf *out)
{
	struct stored_event e;
	const void *data = sqlite3_column_blob(q, 5);

	memset(&e, 0, sizeof(e));
	e.len = (size_t)sqlite3_column_bytes(q, 5);
	e.seq = sqlite3_column_int64(q, 0);
	e.frame = index_of(q, 1);
	e.step = index_of(q, 2);
	e.kind = (uint8_t)sqlite3_column_int(q, 3);
	e.t_ms = sqlite3_column_int64(q, 4);
	buf_add(out, &e, sizeof(e));
	buf_add(out, data, e.len);
	buf_add(out, "\0\0\0\0\0\0\0", -e.len & 7);
}

/* Reads rows into out; 1 when there may be more, 0, -1. */
static int read_chunk(struct store *s, const struct run_row *r, int64_t seq,
	struct buf *out, struct err *err)
{
	sqlite3_stmt *q = want(s, SQL_EVENTS, err);
	int rc, rows = 0;

	if (!q)
		return -1;
	sqlite3_bind_int64(q, 1, r->id);
	sqlite3_bind_int64(q, 2, seq > r->first_seq ? seq : r->first_seq);
	sqlite3_bind_int64(q, 3, r->last_seq);
	while ((rc = row_of(s, q, err)) > 0) {
		keep_event(q, out);
		if (++rows == CHUNK_ROWS || out->len > CHUNK_BYTES)
			break;
	}
	if (rc > 0)
		sqlite3_reset(q);
	return rc;
}

int store_events(struct store *s, const struct run_row *r, int64_t seq,
	int (*fn)(void *ud, const struct stored_event *e), void *ud,
	struct err *err)
{
	struct buf chunk;
	int more;

	buf_init(&chunk);
	do {
		size_t at = 0;
		int stop = 0;

		buf_clear(&chunk);
		more = read_chunk(s, r, seq, &chunk, err);
		while (more >= 0 && !stop && at < chunk.len) {
			struct stored_event *e = (void *)(chunk.data + at);

			e->data = e + 1;
			stop = fn(ud, e);
			seq = e->seq + 1;
			at += sizeof(*e) + ((e->len + 7) & ~(size_t)7);
		}
		if (stop)
			more = 0;
	} while (more > 0);
	buf_release(&chunk);
	return more;
}

/* ------------------------------------------------- durations and cache */
int store_duration(struct store *s, const char *leaf_key,
	struct duration_row *out, struct err *err)
{
	sqlite3_stmt *q = want(s, SQL_DURATION_GET, err);
	int rc;

	if (!q)
		return -1;
	sqlite3_bind_text(q, 1, leaf_key, -1, SQLITE_STATIC);
	rc = row_of(s, q, err);
	if (rc <= 0)
		return rc;
	out->count = (uint64_t)sqlite3_column_int64(q, 0);
	out->mean_us = sqlite3_column_double(q, 1);
	out->last_us = sqlite3_column_double(q, 2);
	sqlite3_reset(q);
	return out->count > 0;
}

void cache_row_release(struct cache_row *c)
{
	free(c->parts);
	free(c->result);
	memset(c, 0, sizeof(*c));
}

static int take_cache(struct store *s, sqlite3_stmt *q, struct cache_row *out,
	struct err *err)
{
	const char *run;
	int rc = row_of(s, q, err);

	if (rc <= 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->parts = mem_strndup((const char *)sqlite3_column_text(q, 0),
		(size_t)sqlite3_column_bytes(q, 0));
	out->result_len = (size_t)sqlite3_column_bytes(q, 1);
	out->result = mem_dup(sqlite3_column_blob(q, 1), out->result_len);
	out->created_ms = sqlite3_column_int64(q, 2);
	out->expires_ms = sqlite3_column_int64(q, 3);
	run = (const char *)sqlite3_column_text(q, 4);
	snprintf(out->run, sizeof(out->run), "%s", run ? run : "");
	sqlite3_reset(q);
	return 1;
}

int store_cache_find(struct store *s, const struct digest *key,
	int64_t now_ms, struct cache_row *out, struct err *err)
{
	sqlite3_stmt *q = want(s, SQL_CACHE_FIND, err);

	if (!q)
		return -1;
	sqlite3_bind_blob(q, 1, key->b, DIGEST_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, now_ms);
	return take_cache(s, q, out, err);
}

int store_cache_last(struct store *s, struct str leaf, struct cache_row *out,
	struct err *err)
{
	sqlite3_stmt *q = want(s, SQL_CACHE_LAST, err);

	if (!q)
		return -1;
	sqlite3_bind_text64(q, 1, leaf.p ? leaf.p : "", leaf.n, SQLITE_STATIC,
		SQLITE_UTF8);
	return take_cache(s, q, out, err);
}
