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

static void bind_index(sqlite3_stmt *q, int at, uint32_t v)
{
	if (v == PLAN_NONE)
		sqlite3_bind_null(q, at);
	else
		sqlite3_bind_int64(q, at, v);
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
	struct plan_slot *slot = &s->w.plans[d->b[0] % PLAN_SLOTS];
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

static void bind_tail(sqlite3_stmt *q, const struct tail *t)
{
	sqlite3_bind_int(q, 5, t->is.state);
	sqlite3_bind_int(q, 6, t->is.exit);
	sqlite3_bind_int64(q, 9, t->is.steps);
	sqlite3_bind_int64(q, 10, t->is.failed);
	if (t->is.finished_ms)
		sqlite3_bind_int64(q, 8, t->is.finished_ms);
	else
		sqlite3_bind_null(q, 8);
}

static void bind_texts(sqlite3_stmt *q, const struct record_new *r)
{
	static const int column[NEW_TEXTS] = { 3, 18, 19, 20, 21, 22 };
	static const int optional[NEW_TEXTS] = { 1, 0, 0, 0, 1, 1 };
	const char *p = (const char *)(r + 1);
	int i;

	for (i = 0; i < NEW_TEXTS; i++) {
		if (optional[i])
			bind_opt(q, column[i], p, r->len[i]);
		else
			bind_str(q, column[i], p, r->len[i]);
		p += r->len[i];
	}
}

static int apply_new(struct store *s, const struct batch *b,
	const struct record_new *r)
{
	int64_t plan = 0, base = b->seq;
	struct store_run *run = r->h.run;
	sqlite3_stmt *q;
	int rc = apply_owner(s);

	if (rc == SQLITE_OK)
		rc = plan_id(s, &r->plan_digest, b->buf.data + r->plan_at,
			r->plan_len, &plan);
	if (rc != SQLITE_OK || !(q = want(s, SQL_RUN_NEW, &rc)))
		return rc;
	run->id = s->w.next_run++;
	run->last_seq = base + r->first - 1;
	if (r->tail.last != NO_INDEX)
		run->last_seq = base + r->tail.last;
	sqlite3_bind_int64(q, 1, run->id);
	bind_str(q, 2, r->ulid, ULID_LEN);
	sqlite3_bind_int64(q, 4, s->w.owner_id);
	bind_tail(q, &r->tail);
	sqlite3_bind_int64(q, 7, r->started_ms);
	sqlite3_bind_int(q, 11, r->pinned);
	sqlite3_bind_int(q, 12, r->hidden);
	sqlite3_bind_int64(q, 13, base + r->first);
	if (r->tail.closed)
		sqlite3_bind_int64(q, 14, run->last_seq);
	else
		sqlite3_bind_null(q, 14);
	sqlite3_bind_int64(q, 15, (int64_t)r->seed);
	sqlite3_bind_int64(q, 16, plan);
	bind_digest(q, 17, &r->text_key);
	bind_texts(q, r);
	return db_run(q);
}

static int apply_state(struct store *s, const struct batch *b,
	const struct record_state *r)
{
	const struct tail *t = &r->tail;
	struct store_run *run = r->h.run;
	int rc = SQLITE_OK;
	sqlite3_stmt *q;

	if (t->last != NO_INDEX)
		run->last_seq = b->seq + t->last;
	q = want(s, t->has_state ? SQL_RUN_STATE : SQL_RUN_LAST, &rc);
	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, run->id);
	if (!t->has_state) {
		sqlite3_bind_int64(q, 2, run->last_seq);
		return db_run(q);
	}
	sqlite3_bind_int(q, 2, t->is.state);
	sqlite3_bind_int(q, 3, t->is.exit);
	if (t->is.finished_ms)
		sqlite3_bind_int64(q, 4, t->is.finished_ms);
	else
		sqlite3_bind_null(q, 4);
	sqlite3_bind_int64(q, 5, t->is.steps);
	sqlite3_bind_int64(q, 6, t->is.failed);
	if (t->closed)
		sqlite3_bind_int64(q, 7, run->last_seq);
	else
		sqlite3_bind_null(q, 7);
	return db_run(q);
}

static int apply_event(struct store *s, const struct record_event *r)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_EVENT, &rc);

	if (!q)
		return rc;
	r->h.run->last_seq = s->w.next_seq;
	sqlite3_bind_int64(q, 1, s->w.next_seq++);
	sqlite3_bind_int64(q, 2, r->h.run->id);
	bind_index(q, 3, r->frame);
	bind_index(q, 4, r->step);
	sqlite3_bind_int64(q, 5, r->h.extra);
	sqlite3_bind_int64(q, 6, r->t_ms);
	if (r->len)
		sqlite3_bind_blob64(q, 7, r + 1, r->len, SQLITE_STATIC);
	else
		sqlite3_bind_null(q, 7);
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

static int apply_pin(struct store *s, const struct record *r)
{
	int rc = SQLITE_OK;
	sqlite3_stmt *q = want(s, SQL_RUN_PIN, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, r->run->id);
	sqlite3_bind_int64(q, 2, r->extra);
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

static int apply(struct store *s, const struct batch *b,
	const struct record *r)
{
	assert(!r->run || r->run->id || r->kind == RECORD_NEW ||
		r->kind == RECORD_BLOB || r->kind == RECORD_BLOB_REF);
	switch ((enum record_kind)r->kind) {
	case RECORD_NEW:
		return apply_new(s, b, (const struct record_new *)r);
	case RECORD_STATE:
		return apply_state(s, b, (const struct record_state *)r);
	case RECORD_EVENT:
		return apply_event(s, (const struct record_event *)r);
	case RECORD_PLAN:
		return apply_plan(s, (const struct record_plan *)r);
	case RECORD_PIN:
		return apply_pin(s, r);
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
	}
	abort();
}

int apply_batch(struct store *s, struct batch *b)
{
	const struct record *r;
	int rc = SQLITE_OK;

	b->seq = s->w.next_seq;
	for (r = batch_first(b); r && rc == SQLITE_OK; r = batch_next(b, r))
		rc = apply(s, b, r);
	return rc == SQLITE_OK ? apply_refs(s, b) : rc;
}
