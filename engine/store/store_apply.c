/*
 * From records to rows, inside a transaction of the writer. Everything here
 * gives the same rows when it is done again after a rollback: numbers come
 * from the writer's counters, which write_begin() reads afresh. Result codes
 * are SQLite's.
 */
#include "engine/store/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/plan.h"
#include "engine/core/run.h"
#include "engine/store/learn_record.h"

static void bind_str(sqlite3_stmt *q, int at, const char *p, size_t n)
{
	sqlite3_bind_text64(q, at, p ? p : "", n, SQLITE_STATIC, SQLITE_UTF8);
}

/* NULL when empty. */
static void bind_opt(sqlite3_stmt *q, int at, const char *p, size_t n)
{
	if (n)
		bind_str(q, at, p, n);
	else
		sqlite3_bind_null(q, at);
}

static void bind_digest(sqlite3_stmt *q, int at, const struct digest *d)
{
	sqlite3_bind_blob(q, at, d->b, DIGEST_BYTES, SQLITE_STATIC);
}

/* The statement, or NULL and *rc. */
static sqlite3_stmt *want(struct store *s, enum sql sql, int *rc)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, sql);

	if (!q)
		*rc = sqlite3_extended_errcode(s->w.db.c);
	return q;
}

static int find_plan(struct store *s, const struct digest *d, int64_t *id)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_PLAN_FIND, &rc);

	if (!q)
		return rc;
	bind_digest(q, 1, d);
	rc = sqlite3_step(q);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The row of a plan, inserted when it is new. */
static int plan_id(struct store *s, const struct digest *d, const void *body,
	size_t len, int64_t *id)
{
	struct known *slot = &s->w.plans[d->b[0] % KNOWN_SLOTS];
	sqlite3_stmt *q;
	int rc;

	if (slot->id && digest_same(&slot->digest, d)) {
		*id = slot->id;
		return SQLITE_OK;
	}
	rc = find_plan(s, d, id);
	if (rc == SQLITE_OK && *id == 0 && (q = want(s, SQL_PLAN_ADD, &rc))) {
		bind_digest(q, 1, d);
		sqlite3_bind_int(q, 2, PLAN_VERSION);
		sqlite3_bind_blob64(q, 3, body, len, SQLITE_STATIC);
		rc = db_run(q);
		*id = sqlite3_last_insert_rowid(s->w.db.c);
	}
	if (rc == SQLITE_OK) {
		slot->id = *id;
		slot->digest = *d;
	}
	return rc;
}

/* Numbers of a run, and of what its row points to. */
static int number_run(struct store *s, struct batch *b, struct record_new *r)
{
	struct store_run *run = r->h.run;
	int rc = apply_owner(s);

	if (rc == SQLITE_OK)
		rc = plan_id(s, &r->plan_digest, b->buf.data + r->plan_at,
			r->plan_len, &r->plan);
	if (rc != SQLITE_OK)
		return rc;
	r->owner = s->w.owner_id;
	run->id = s->w.next_run++;
	run->last_seq = b->seq + r->first - 1;
	return rc;
}

/* First of all: every record knows then the ids it is written with. */
static int number(struct store *s, struct batch *b)
{
	struct record *r;
	int rc = SQLITE_OK;

	b->seq = s->w.next_seq;
	b->news = b->states = 0;
	for (r = batch_first(b); r && rc == SQLITE_OK; r = batch_next(b, r)) {
		if (r->kind == RECORD_EVENT) {
			r->run->last_seq = s->w.next_seq++;
		} else if (r->kind == RECORD_NEW) {
			rc = number_run(s, b, (struct record_new *)r);
			b->news++;
		} else if (r->kind == RECORD_STATE) {
			b->states++;
		} else if (r->kind == RECORD_DECISION) {
			rc = learn_number(s, (struct record_decision *)r);
		}
	}
	return rc;
}

/* Runs, events, states and decisions: a statement for all of a kind. */
static int apply_tables(struct store *s, const struct batch *b)
{
	int rc = SQLITE_OK;

	s->w.tables.batch = b;
	if (b->news)
		rc = db_do(&s->w.db, SQL_RUNS_ADD);
	if (rc == SQLITE_OK && b->events)
		rc = db_do(&s->w.db, SQL_EVENTS_ADD);
	if (rc == SQLITE_OK && b->states)
		rc = db_do(&s->w.db, SQL_RUN_STATES);
	if (rc == SQLITE_OK && b->decisions)
		rc = db_do(&s->w.db, SQL_DECISIONS_ADD);
	if (rc == SQLITE_OK && b->decisions)
		rc = db_do(&s->w.db, SQL_SITES_USED);
	s->w.tables.batch = NULL;
	return rc;
}

/* A row of which only the last event is new. */
static int apply_last(struct store *s, const struct record_state *r)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q;

	if (r->tail.has_state || !(q = want(s, SQL_RUN_LAST, &rc)))
		return rc;
	sqlite3_bind_int64(q, 1, r->h.run->id);
	sqlite3_bind_int64(q, 2, r->h.run->last_seq);
	return db_run(q);
}

static int apply_plan(struct store *s, const struct record_plan *r)
{
	const char *body = (const char *)(r + 1);
	int64_t plan = 0;
	int rc = plan_id(s, &r->digest, body, r->plan_len, &plan);
	sqlite3_stmt *q;

	if (rc != SQLITE_OK || !(q = want(s, SQL_RUN_PLAN, &rc)))
		return rc;
	sqlite3_bind_int64(q, 1, r->h.run->id);
	sqlite3_bind_int64(q, 2, plan);
	bind_str(q, 3, body + r->plan_len, r->text_len);
	return db_run(q);
}

static int apply_blob(struct store *s, const struct record_blob *r)
{
	int rc = blob_link(s, r);
	sqlite3_stmt *q;

	if (rc != SQLITE_OK || !(q = want(s, SQL_BLOB_ADD, &rc)))
		return rc;
	bind_digest(q, 1, &r->digest);
	sqlite3_bind_int64(q, 2, (int64_t)r->len);
	sqlite3_bind_int64(q, 3, wall_ms());
	return db_run(q);
}

/* References are last: their run may have come after the blob. */
static int apply_refs(struct store *s, const struct batch *b)
{
	const struct record *r;
	int rc = SQLITE_OK;

	for (r = b->refs ? batch_first(b) : NULL; r && rc == SQLITE_OK;
			r = batch_next(b, r)) {
		sqlite3_stmt *q;

		if ((r->kind != RECORD_BLOB && r->kind != RECORD_BLOB_REF) ||
		    !r->run || !(q = want(s, SQL_BLOB_REF, &rc)))
			continue;
		assert(r->run->id);
		bind_digest(q, 1, &((const struct record_blob *)r)->digest);
		sqlite3_bind_int64(q, 2, r->run->id);
		rc = db_run(q);
	}
	return rc;
}

static int apply_duration(struct store *s, const struct record_duration *r)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_DURATION, &rc);

	if (!q)
		return rc;
	bind_str(q, 1, (const char *)(r + 1), r->key_len);
	sqlite3_bind_double(q, 2, (double)r->dur_us);
	sqlite3_bind_int64(q, 3, r->h.extra);
	return db_run(q);
}

static int apply_cache(struct store *s, const struct record_cache *r)
{
	const char *p = (const char *)(r + 1);
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_CACHE, &rc);

	if (!q)
		return rc;
	bind_digest(q, 1, &r->key);
	bind_str(q, 2, p, r->leaf_len);
	bind_str(q, 3, p + r->leaf_len, r->parts_len);
	sqlite3_bind_blob64(q, 4, p + r->leaf_len + r->parts_len, r->len,
		SQLITE_STATIC);
	sqlite3_bind_int64(q, 5, wall_ms());
	sqlite3_bind_int64(q, 6, r->expires_ms);
	bind_str(q, 7, r->run, strlen(r->run));
	return db_run(q);
}

static int apply_usage(struct store *s, const struct record_usage *r)
{
	const char *p = (const char *)(r + 1);
	int rc = SQLITE_OK, i;
	sqlite3_stmt *q = want(s, SQL_USAGE, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, r->h.run->id);
	sqlite3_bind_int64(q, 2, r->frame);
	sqlite3_bind_int64(q, 3, r->step);
	sqlite3_bind_int64(q, 4, r->attempt);
	for (i = 0; i < 4; i++) {
		bind_opt(q, 5 + i, p, r->len[i]);
		p += r->len[i];
	}
	sqlite3_bind_int64(q, 9, (int64_t)r->tokens_in);
	sqlite3_bind_int64(q, 10, (int64_t)r->tokens_out);
	sqlite3_bind_int64(q, 11, (int64_t)r->cost_micro);
	return db_run(q);
}

static int apply_breaker(struct store *s, const struct record_breaker *r)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_BREAKER, &rc);

	if (!q)
		return rc;
	bind_str(q, 1, (const char *)(r + 1), r->pool_len);
	sqlite3_bind_int64(q, 2, r->h.extra);
	sqlite3_bind_int64(q, 3, r->failures);
	sqlite3_bind_int64(q, 4, r->opened_ms);
	return db_run(q);
}

static int apply(struct store *s, const struct record *r)
{
	assert(!r->run || r->run->id || r->kind == RECORD_BLOB ||
		r->kind == RECORD_BLOB_REF);
	switch ((enum record_kind)r->kind) {
	case RECORD_NEW:
	case RECORD_EVENT:
	case RECORD_DECISION:
		return SQLITE_OK;
	case RECORD_STATE:
		return apply_last(s, (const struct record_state *)r);
	case RECORD_PLAN:
		return apply_plan(s, (const struct record_plan *)r);
	case RECORD_BLOB:
		return apply_blob(s, (const struct record_blob *)r);
	case RECORD_BLOB_REF:
		return SQLITE_OK;
	case RECORD_DURATION:
		return apply_duration(s, (const struct record_duration *)r);
	case RECORD_CACHE:
		return apply_cache(s, (const struct record_cache *)r);
	case RECORD_USAGE:
		return apply_usage(s, (const struct record_usage *)r);
	case RECORD_BREAKER:
		return apply_breaker(s, (const struct record_breaker *)r);
	case RECORD_SITE:
		return learn_state(s, (const struct record_site *)r);
	}
	abort();
}

int apply_batch(struct store *s, struct batch *b)
{
	const struct record *r;
	int rc = number(s, b);

	if (rc == SQLITE_OK)
		rc = apply_tables(s, b);
	for (r = batch_first(b); r && rc == SQLITE_OK; r = batch_next(b, r))
		rc = apply(s, r);
	return rc == SQLITE_OK ? apply_refs(s, b) : rc;
}
