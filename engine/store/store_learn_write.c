/*
 * Writing what decisions taught: records into a batch on the loop's thread,
 * rows out of them on the writer's, and upkeep. Whether a state may replace
 * the stored one is asked in the statement that does it, under the lock.
 */
#include "engine/store/inner.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/base/limits.h"
#include "engine/store/learn_record.h"

enum { TRIM_ROWS = 5000 }; /* deleted in one transaction */

/* ------------------------------------------------------------ the batch */
static char *put(char *to, struct str s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

void batch_decision(struct batch *b, const struct decision_new *d)
{
	const struct str text[DECISION_TEXTS] = {
		[DECISION_PATH] = d->path, [DECISION_DETAIL] = d->detail,
		[SITE_TEXT] = utf8_head(d->text,
			SITE_TEXT_MAX), [SITE_PATH] = d->site_path,
		[SITE_DIR] = d->dir };
	struct record_decision *rec;
	size_t bytes = 0;
	char *to;
	int i;

	for (i = 0; i < DECISION_TEXTS; i++)
		bytes += text[i].n;
	rec = batch_add(b, RECORD_DECISION, NULL, sizeof(*rec), bytes);
	rec->h.extra = d->ok != 0;
	rec->key = d->key;
	rec->at_ms = d->at_ms;
	rec->branch = d->branch;
	rec->ms = d->ms;
	rec->cost = d->cost;
	memcpy(rec->run, d->run, strnlen(d->run, ULID_LEN));
	to = (char *)(rec + 1);
	for (i = 0; i < DECISION_TEXTS; i++) {
		rec->len[i] = text[i].n;
		to = put(to, text[i]);
	}
	b->decisions++;
}

void batch_site_state(struct batch *b, const struct digest *key,
	const struct site_state *state)
{
	struct record_site *rec = batch_add(b, RECORD_SITE, NULL,
		sizeof(*rec), state->json.n);

	rec->key = *key;
	rec->upto = state->upto;
	rec->reset_at = state->reset_at;
	rec->len = state->json.n;
	put((char *)(rec + 1), state->json);
}

/* ----------------------------------------------------- in a transaction */
static sqlite3_stmt *want(struct store *s, enum sql sql, int *rc)
{
	sqlite3_stmt *q = db_stmt(&s->w.db, sql);

	*rc = q ? SQLITE_OK : sqlite3_extended_errcode(s->w.db.c);
	return q;
}

static void bind_key(sqlite3_stmt *q, const struct digest *key)
{
	sqlite3_bind_blob(q, 1, key->b, DIGEST_BYTES, SQLITE_STATIC);
}

static int add_site(struct store *s, const struct record_decision *r)
{
	const char *p = (const char *)(r + 1);
	int rc, i;
	sqlite3_stmt *q = want(s, SQL_SITE_ADD, &rc);

	if (!q)
		return rc;
	bind_key(q, &r->key);
	for (i = 0; i < SITE_TEXT; i++)
		p += r->len[i];
	for (; i < DECISION_TEXTS; i++) {
		sqlite3_bind_text64(q, 2 + i - SITE_TEXT, p, r->len[i],
			SQLITE_STATIC, SQLITE_UTF8);
		p += r->len[i];
	}
	sqlite3_bind_int64(q, 5, r->at_ms);
	return db_run(q);
}

/* The row of its site, made when it is the first. */
int learn_number(struct store *s, struct record_decision *r)
{
	struct known *slot = &s->w.sites[r->key.b[0] % KNOWN_SLOTS];
	int rc;
	sqlite3_stmt *q;

	if (slot->id && digest_same(&slot->digest, &r->key)) {
		r->site = slot->id;
		return SQLITE_OK;
	}
	q = want(s, SQL_SITE_FIND, &rc);
	if (!q)
		return rc;
	bind_key(q, &r->key);
	rc = sqlite3_step(q);
	r->site = rc == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	if (rc == SQLITE_DONE) {
		rc = add_site(s, r);
		r->site = sqlite3_last_insert_rowid(s->w.db.c);
	} else if (rc == SQLITE_ROW) {
		rc = SQLITE_OK;
	}
	if (rc == SQLITE_OK) {
		slot->id = r->site;
		slot->digest = r->key;
	}
	return rc;
}

static int put_state(struct store *s, const struct digest *key,
	const struct site_state *state)
{
	int rc;
	sqlite3_stmt *q = want(s, SQL_SITE_STATE, &rc);

	if (!q)
		return rc;
	bind_key(q, key);
	sqlite3_bind_text64(q, 2, state->json.p ? state->json.p : "",
		state->json.n, SQLITE_STATIC, SQLITE_UTF8);
	sqlite3_bind_int64(q, 3, state->upto);
	sqlite3_bind_int64(q, 4, state->reset_at);
	return db_run(q);
}

int learn_state(struct store *s, const struct record_site *r)
{
	const struct site_state state = { r->upto, r->reset_at,
		{ (const char *)(r + 1), r->len } };

	return put_state(s, &r->key, &state);
}

/* ------------------------------------------------- calls of the writer */
struct change {
	const struct digest *key;  /* NULL: all */
	const struct site_state *state;
	enum sql sql;
	int frozen;
	int rows;                  /* changed */
};

static int change_now(struct store *s, struct change *c)
{
	int rc;
	sqlite3_stmt *q;

	if (c->sql == SQL_SITE_STATE)
		return put_state(s, c->key, c->state);
	q = want(s, c->sql, &rc);
	if (!q)
		return rc;
	if (c->key)
		bind_key(q, c->key);
	else
		sqlite3_bind_null(q, 1);
	if (c->sql == SQL_SITE_FREEZE)
		sqlite3_bind_int(q, 2, c->frozen != 0);
	return db_run(q);
}

static int change(struct store *s, void *arg, struct err *err)
{
	struct change *c = arg;
	int rc = write_begin(s);

	if (rc == SQLITE_OK) {
		rc = change_now(s, c);
		c->rows = sqlite3_changes(s->w.db.c);
		rc = write_end(s, rc);
	}
	return rc == SQLITE_OK ? 0 :
		db_err(&s->w.db, rc, err, "write what was learned");
}

int store_site_save(struct store *s, const struct digest *key,
	const struct site_state *state, struct err *err)
{
	struct change c = { .key = key, .state = state,
		.sql = SQL_SITE_STATE };

	return writer_call(s, change, &c, err) == 0 ? c.rows : -1;
}

int store_site_reset(struct store *s, const struct digest *key,
	uint64_t *count, struct err *err)
{
	struct change c = { .key = key, .sql = SQL_SITE_RESET };

	if (writer_call(s, change, &c, err) != 0)
		return -1;
	*count = (uint64_t)c.rows;
	return 0;
}

int store_site_freeze(struct store *s, const struct digest *key, int frozen,
	struct err *err)
{
	struct change c = { .key = key, .sql = SQL_SITE_FREEZE,
		.frozen = frozen };

	if (writer_call(s, change, &c, err) != 0)
		return -1;
	return c.rows ? 0 : err_set(err, ERR_NOTFOUND, "the site is gone");
}

/* --------------------------------------------------------------- upkeep */
static int with_ids(struct store *s, enum sql sql, int64_t a, int64_t b)
{
	int rc;
	sqlite3_stmt *q = want(s, sql, &rc);

	if (!q)
		return rc;
	sqlite3_bind_int64(q, 1, a);
	if (sqlite3_bind_parameter_count(q) > 1)
		sqlite3_bind_int64(q, 2, b);
	return db_run(q);
}

/* The first columns of the first row: SQLITE_ROW, SQLITE_DONE, or the cause.
 * A parameter is `arg`. */
static int ask(struct store *s, enum sql sql, int64_t arg, int64_t out[2])
{
	int rc;
	sqlite3_stmt *q = want(s, sql, &rc);

	if (!q)
		return rc;
	if (sqlite3_bind_parameter_count(q))
		sqlite3_bind_int64(q, 1, arg);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW) {
		out[0] = sqlite3_column_int64(q, 0);
		out[1] = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return rc;
}

/* What is over a bound now, under the lock: SQLITE_ROW, SQLITE_DONE when
 * nothing is, or the cause. Of a site too many rows go in pieces. */
static int trim(struct store *s)
{
	int64_t site[2], sites[2], n;
	int rc = ask(s, SQL_SITE_OVER, LIMIT_DECISIONS, site);

	if (rc == SQLITE_ROW) {
		n = site[1] - LIMIT_DECISIONS;
		n = n < TRIM_ROWS ? n : TRIM_ROWS;
		rc = with_ids(s, SQL_SITE_TRIM, site[0], n);
		if (rc == SQLITE_OK)
			rc = with_ids(s, SQL_SITE_TRIMMED, site[0], n);
		return rc == SQLITE_OK ? SQLITE_ROW : rc;
	}
	if (rc == SQLITE_DONE)
		rc = ask(s, SQL_SITE_COUNT, 0, sites);
	if (rc == SQLITE_ROW && sites[0] <= LIMIT_SITES)
		return SQLITE_DONE;
	if (rc == SQLITE_ROW)
		rc = ask(s, SQL_SITE_OLDEST, 0, site);
	if (rc != SQLITE_ROW)
		return rc;
	memset(s->w.sites, 0, sizeof(s->w.sites));
	rc = with_ids(s, SQL_SITE_DECISIONS_DROP, site[0], 0);
	if (rc == SQLITE_OK)
		rc = with_ids(s, SQL_SITE_DROP, site[0], 0);
	return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* Without the lock: whether it is worth taking. */
static int any_over(struct store *s)
{
	int64_t row[2] = { 0, 0 };

	return ask(s, SQL_SITE_OVER, LIMIT_DECISIONS, row) == SQLITE_ROW ||
		(ask(s, SQL_SITE_COUNT, 0, row) == SQLITE_ROW &&
		 row[0] > LIMIT_SITES);
}

int learn_clean(struct store *s, int64_t until_ms)
{
	int rc, more = SQLITE_ROW;

	if (!any_over(s))
		return SQLITE_DONE;
	rc = write_begin(s);
	if (rc != SQLITE_OK)
		return rc;
	while (more == SQLITE_ROW && mono_ms() < until_ms)
		more = trim(s);
	rc = write_end(s, more == SQLITE_ROW || more == SQLITE_DONE ?
		SQLITE_OK : more);
	return rc == SQLITE_OK ? more : rc;
}
