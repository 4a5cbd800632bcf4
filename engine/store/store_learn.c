/*
 * Reading what decisions taught, on the loop's thread. Every statement is
 * reset before a callback is called or a function returns, as in
 * store_read.c. A store that is open for reading only may be of an earlier
 * schema: then nothing has been learned.
 */
#include "engine/store/inner.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

enum { CHUNK_ROWS = 256, SHOWN = 5, TABLES_SINCE = 2 };

/* 1 when the database has the tables, 0, -1. */
static int has_tables(struct store *s, struct err *err)
{
	struct db *db = reader(s, err);
	sqlite3_stmt *q = NULL;
	int rc, has;

	if (!db)
		return -1;
	if (!s->read_only)
		return 1;
	rc = sqlite3_prepare_v2(db->c, "PRAGMA user_version", -1, &q, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	has = rc == SQLITE_ROW && sqlite3_column_int(q, 0) >= TABLES_SINCE;
	sqlite3_finalize(q);
	return rc == SQLITE_ROW ? has :
		db_err(db, rc, err, "read what was learned");
}

static int failed(struct store *s, int rc, struct err *err)
{
	return db_err(&s->reader, rc, err, "read what was learned");
}

/* 1 and the statement, 0 when there is nothing to be read, -1. */
static int want(struct store *s, enum sql sql, sqlite3_stmt **q,
	struct err *err)
{
	int has = has_tables(s, err);

	if (has <= 0)
		return has;
	*q = db_stmt(&s->reader, sql);
	return *q ? 1 : failed(s, sqlite3_extended_errcode(s->reader.c), err);
}

static char *text_column(sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);

	return mem_strndup(p ? p : "", (size_t)sqlite3_column_bytes(q, i));
}

static void key_column(sqlite3_stmt *q, struct digest *out)
{
	const void *p = sqlite3_column_blob(q, 0);

	memset(out, 0, sizeof(*out));
	if (p && sqlite3_column_bytes(q, 0) == DIGEST_BYTES)
		memcpy(out->b, p, DIGEST_BYTES);
}

/* ----------------------------------------------------------------- sites */
void site_row_release(struct site_row *r)
{
	free(r->text);
	free(r->path);
	free(r->dir);
	free(r->state);
	memset(r, 0, sizeof(*r));
}

static void fill(sqlite3_stmt *q, struct site_row *r)
{
	memset(r, 0, sizeof(*r));
	key_column(q, &r->key);
	r->text = text_column(q, 1);
	r->path = text_column(q, 2);
	r->dir = text_column(q, 3);
	r->upto = sqlite3_column_int64(q, 4);
	r->reset_at = sqlite3_column_int64(q, 5);
	r->frozen = sqlite3_column_int(q, 6) != 0;
	r->count = (uint64_t)sqlite3_column_int64(q, 7);
	r->stored = (uint64_t)sqlite3_column_int64(q, 8);
	r->used_ms = sqlite3_column_int64(q, 9);
	r->fresh = (uint64_t)sqlite3_column_int64(q, 10);
	if (sqlite3_column_type(q, 11) == SQLITE_TEXT)
		r->state = text_column(q, 11);
}

int store_site(struct store *s, const struct digest *key,
	struct site_row *out, struct err *err)
{
	sqlite3_stmt *q;
	int rc = want(s, SQL_SITE, &q, err);

	if (rc <= 0)
		return rc;
	sqlite3_bind_blob(q, 1, key->b, DIGEST_BYTES, SQLITE_STATIC);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		fill(q, out);
	sqlite3_reset(q);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return failed(s, rc, err);
	return rc == SQLITE_ROW;
}

/* All keys in their order, as what is typed of them. */
struct keys {
	char (*v)[DIGEST_HEX + 1];
	size_t count, cap;
};

static int read_keys(struct store *s, struct keys *k, struct err *err)
{
	sqlite3_stmt *q;
	struct digest d;
	int rc = want(s, SQL_SITE_KEYS, &q, err);

	memset(k, 0, sizeof(*k));
	if (rc <= 0)
		return rc;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		key_column(q, &d);
		k->v = mem_more(k->v, k->count, &k->cap, sizeof(*k->v));
		digest_hex(&d, k->v[k->count++]);
	}
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? 0 : failed(s, rc, err);
}

/* The first that is not before `text`; count: none. */
static size_t lower(const struct keys *k, const char *text)
{
	size_t from = 0, to = k->count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strcmp(k->v[mid], text) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

static void brief(const struct keys *k, const struct digest *key,
	char out[DIGEST_HEX + 1])
{
	char hex[DIGEST_HEX + 1];
	size_t n = SITE_BRIEF, at;

	digest_hex(key, hex);
	at = lower(k, hex);
	if (at > 0 && common(k->v[at - 1], hex) >= n)
		n = common(k->v[at - 1], hex) + 1;
	if (at + 1 < k->count && common(k->v[at + 1], hex) >= n)
		n = common(k->v[at + 1], hex) + 1;
	memcpy(out, hex, n);
	out[n] = '\0';
}

static int not_found(const struct keys *k, const char *name, size_t at,
	struct err *err)
{
	const char *near = NULL;

	err_set(err, ERR_NOTFOUND, "no site begins with '%s'", name);
	if (!k->count)
		return err_help(err, "nothing has been learned yet");
	if (at < k->count)
		near = k->v[at];
	if (at > 0 && (!near || common(k->v[at - 1], name) >
			common(near, name)))
		near = k->v[at - 1];
	if (common(near, name) + 2 >= SITE_BRIEF)
		return err_help(err, "the nearest is %.12s", near);
	return err_help(err, "/learned lists them");
}

static int ambiguous(const struct keys *k, const char *name, size_t at,
	struct err *err)
{
	size_t n = strlen(name), i;
	struct buf list;

	buf_init(&list);
	for (i = 0; i < SHOWN && at + i < k->count &&
			strncmp(k->v[at + i], name, n) == 0; i++)
		buf_printf(&list, "%s%.*s", i ? ", " : "", (int)n + 6,
			k->v[at + i]);
	err_set(err, ERR_NOTFOUND, "'%s' is ambiguous: %s%s", name,
		buf_cstr(&list), i == SHOWN ? ", …" : "");
	buf_release(&list);
	return err_help(err, "give more characters");
}

/* The key that `name` begins, in *at. */
static int find_key(const struct keys *k, const char *name, size_t *at,
	struct err *err)
{
	size_t n = strlen(name);

	*at = lower(k, name);
	if (*at == k->count || strncmp(k->v[*at], name, n) != 0)
		return not_found(k, name, *at, err);
	if (*at + 1 < k->count && strncmp(k->v[*at + 1], name, n) == 0)
		return ambiguous(k, name, *at, err);
	return 0;
}

/* As typed, in lower case: 0, or -1 when it can be no key. */
static int read_name(struct str name, char out[DIGEST_HEX + 1])
{
	size_t i;

	if (name.n < SITE_BRIEF || name.n > DIGEST_HEX)
		return -1;
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		out[i] = c >= 'A' && c <= 'F' ? (char)(c + 32) : c;
		if (!strchr("0123456789abcdef", out[i]) || !out[i])
			return -1;
	}
	out[i] = '\0';
	return 0;
}

int store_find_site(struct store *s, struct str name, struct site_row *out,
	struct err *err)
{
	char text[DIGEST_HEX + 1];
	struct digest key;
	struct keys k;
	size_t at;
	int rc;

	if (read_name(name, text) != 0) {
		err_set(err, ERR_NOTFOUND, "'%.*s' is not a site",
			(int)(name.n < 40 ? name.n : 40), name.p);
		return err_help(err, "give %d to %d digits of its key, as "
			"/learned shows them", SITE_BRIEF, DIGEST_HEX);
	}
	rc = read_keys(s, &k, err);
	if (rc == 0)
		rc = find_key(&k, text, &at, err);
	if (rc == 0 && digest_parse(k.v[at], &key) == 0) {
		rc = store_site(s, &key, out, err);
		if (rc > 0)
			brief(&k, &key, out->brief);
		else if (rc == 0)
			rc = not_found(&k, text, at, err);
	}
	free(k.v);
	return rc < 0 ? -1 : 0;
}

/* An array of rows; no briefs yet. */
static int read_sites(struct store *s, struct site_row **rows, size_t *count,
	struct err *err)
{
	size_t cap = 0;
	sqlite3_stmt *q;
	int rc = want(s, SQL_SITES, &q, err);

	*rows = NULL;
	*count = 0;
	if (rc <= 0)
		return rc;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		*rows = mem_more(*rows, *count, &cap, sizeof(**rows));
		fill(q, &(*rows)[(*count)++]);
	}
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? 0 : failed(s, rc, err);
}

int store_sites(struct store *s,
	int (*fn)(void *ud, const struct site_row *r), void *ud,
	struct err *err)
{
	struct site_row *rows;
	struct keys k;
	size_t count, i;
	int rc, stop = 0;

	rc = read_sites(s, &rows, &count, err);
	if (rc == 0)
		rc = read_keys(s, &k, err);
	for (i = 0; rc == 0 && !stop && i < count; i++) {
		brief(&k, &rows[i].key, rows[i].brief);
		stop = fn(ud, &rows[i]);
	}
	for (i = 0; i < count; i++)
		site_row_release(&rows[i]);
	free(rows);
	if (rc == 0)
		free(k.v);
	return rc;
}

/* ------------------------------------------------------------- decisions */
struct stored { /* a decision in a chunk; its texts follow, padded to 8 */
	struct decision d;
	size_t size;
};

static void keep(sqlite3_stmt *q, struct buf *out)
{
	struct stored r;
	const unsigned char *run = sqlite3_column_text(q, 6);
	const void *path = sqlite3_column_text(q, 7);
	const void *detail = sqlite3_column_text(q, 8);

	memset(&r, 0, sizeof(r));
	r.d.id = sqlite3_column_int64(q, 0);
	r.d.at_ms = sqlite3_column_int64(q, 1);
	r.d.branch = sqlite3_column_int(q, 2);
	r.d.ok = sqlite3_column_int(q, 3);
	r.d.ms = sqlite3_column_double(q, 4);
	r.d.cost = sqlite3_column_double(q, 5);
	snprintf(r.d.run, sizeof(r.d.run), "%s", run ? (const char *)run : "");
	r.d.path.n = (size_t)sqlite3_column_bytes(q, 7);
	r.d.detail.n = (size_t)sqlite3_column_bytes(q, 8);
	r.size = (sizeof(r) + r.d.path.n + r.d.detail.n + 7) & ~(size_t)7;
	buf_add(out, &r, sizeof(r));
	buf_add(out, path, r.d.path.n);
	buf_add(out, detail, r.d.detail.n);
	buf_add(out, "\0\0\0\0\0\0\0", -(r.d.path.n + r.d.detail.n) & 7);
}

/* At most `max` rows into out: their number, or -1. */
static int read_chunk(struct store *s, sqlite3_stmt *q, uint32_t max,
	struct buf *out, struct err *err)
{
	int rc, rows = 0;

	sqlite3_bind_int64(q, 4, max);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		keep(q, out);
		rows++;
	}
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? rows : failed(s, rc, err);
}

/* Tells the chunk; 1 when fn has had enough. *id: the last told. */
static int tell(struct buf *chunk, int (*fn)(void *ud,
	const struct decision *d), void *ud, int64_t *id)
{
	size_t at = 0;
	int stop = 0;

	while (!stop && at < chunk->len) {
		struct stored *r = (void *)(chunk->data + at);

		r->d.path.p = (const char *)(r + 1);
		r->d.detail.p = r->d.path.p + r->d.path.n;
		*id = r->d.id;
		stop = fn(ud, &r->d);
		at += r->size;
	}
	return stop;
}

int store_decisions(struct store *s, const struct decision_query *of,
	int (*fn)(void *ud, const struct decision *d), void *ud,
	struct err *err)
{
	int64_t id = of->newest ? INT64_MAX : of->after;
	uint32_t left = of->max;
	int rc = 0, stop = 0;
	struct buf chunk;

	buf_init(&chunk);
	while (!stop && left) {
		uint32_t n = left < CHUNK_ROWS ? left : CHUNK_ROWS;
		sqlite3_stmt *q;

		rc = want(s, of->newest ? SQL_DECISIONS_LAST : SQL_DECISIONS,
			&q, err);
		if (rc <= 0)
			break;
		buf_clear(&chunk);
		sqlite3_bind_blob(q, 1, of->key->b, DIGEST_BYTES,
			SQLITE_STATIC);
		sqlite3_bind_int64(q, 2, of->newest ? of->after : id);
		sqlite3_bind_int64(q, 3, of->newest ? id : INT64_MAX);
		rc = read_chunk(s, q, n, &chunk, err);
		if (rc < 0)
			break;
		stop = tell(&chunk, fn, ud, &id) || (uint32_t)rc < n;
		left -= n;
	}
	buf_release(&chunk);
	return rc < 0 ? -1 : 0;
}
