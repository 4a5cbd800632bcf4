/*
 * Run rows: finding one by what a person types, listing, the latest of a
 * text. A stored "running" is only true while its owner's lock is held; rows
 * leave this file with that corrected.
 */
#include "engine/store/inner.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/core/run.h"

enum { PREFIX_MIN = 6, SHOWN = 5, LIST_DEFAULT = 1000, OWNERS_SEEN = 16,
	MARKS = 4096 };

#define COLUMNS "SELECT r.id, r.ulid, r.parent, o.ulid, r.state, r.exit," \
	" r.started_ms, r.finished_ms, r.steps, r.failed, r.pinned, r.hidden," \
	" r.first_seq, r.last_seq, r.seed, p.digest, r.text_key, r.command," \
	" r.text, r.dir, r.args, r.session FROM runs r" \
	" LEFT JOIN owners o ON o.id = r.owner" \
	" LEFT JOIN plans p ON p.id = r.plan "

/* Which owners are there, asked once in a call. */
struct seen {
	char ulid[OWNERS_SEEN][ULID_LEN + 1];
	int alive[OWNERS_SEEN];
	int count;
};

static int seen_alive(struct store *s, struct seen *seen, const char *ulid)
{
	int i, at;

	for (i = 0; i < seen->count && i < OWNERS_SEEN; i++)
		if (strcmp(seen->ulid[i], ulid) == 0)
			return seen->alive[i];
	at = seen->count++ % OWNERS_SEEN;
	memcpy(seen->ulid[at], ulid, sizeof(seen->ulid[at]));
	seen->alive[at] = owner_alive(s, ulid);
	return seen->alive[at];
}

void run_row_release(struct run_row *r)
{
	free(r->command);
	free(r->text);
	free(r->dir);
	free(r->args);
	free(r->session);
	memset(r, 0, sizeof(*r));
}

static char *text_column(sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);

	return mem_strndup(p ? p : "", (size_t)sqlite3_column_bytes(q, i));
}

static void ulid_column(sqlite3_stmt *q, int i, char out[ULID_LEN + 1])
{
	const unsigned char *p = sqlite3_column_text(q, i);

	snprintf(out, ULID_LEN + 1, "%s", p ? (const char *)p : "");
}

static void digest_column(sqlite3_stmt *q, int i, struct digest *out)
{
	const void *p = sqlite3_column_blob(q, i);

	if (p && sqlite3_column_bytes(q, i) == DIGEST_BYTES)
		memcpy(out->b, p, DIGEST_BYTES);
}

static void fill(struct store *s, struct seen *seen, sqlite3_stmt *q,
	struct run_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = sqlite3_column_int64(q, 0);
	ulid_column(q, 1, r->ulid);
	ulid_column(q, 2, r->parent);
	ulid_column(q, 3, r->owner);
	r->state = sqlite3_column_int(q, 4);
	r->exit = sqlite3_column_int(q, 5);
	r->started_ms = sqlite3_column_int64(q, 6);
	r->finished_ms = sqlite3_column_int64(q, 7);
	r->steps = (uint32_t)sqlite3_column_int64(q, 8);
	r->failed = (uint32_t)sqlite3_column_int64(q, 9);
	r->pinned = sqlite3_column_int(q, 10) != 0;
	r->hidden = sqlite3_column_int(q, 11) != 0;
	r->first_seq = sqlite3_column_int64(q, 12);
	r->last_seq = sqlite3_column_type(q, 13) == SQLITE_NULL ? INT64_MAX :
		sqlite3_column_int64(q, 13);
	r->seed = (uint64_t)sqlite3_column_int64(q, 14);
	digest_column(q, 15, &r->plan_digest);
	digest_column(q, 16, &r->text_key);
	r->command = text_column(q, 17);
	r->text = text_column(q, 18);
	r->dir = text_column(q, 19);
	r->args = text_column(q, 20);
	r->session = text_column(q, 21);
	if (r->state == RUN_RUNNING && !seen_alive(s, seen, r->owner))
		r->state = RUN_INTERRUPTED;
}

static sqlite3_stmt *prepare(struct store *s, const char *sql,
	struct err *err)
{
	struct db *db = reader(s, err);
	sqlite3_stmt *q = NULL;
	int rc;

	if (!db)
		return NULL;
	rc = sqlite3_prepare_v2(db->c, sql, -1, &q, NULL);
	if (rc != SQLITE_OK)
		db_err(db, rc, err, "read the runs");
	return q;
}

/* Takes the first row of q and finalizes: 1, 0 none, -1. */
static int take_one(struct store *s, sqlite3_stmt *q, struct run_row *out,
	struct err *err)
{
	struct seen seen = { .count = 0 };
	int rc = sqlite3_step(q);

	if (rc == SQLITE_ROW)
		fill(s, &seen, q, out);
	sqlite3_finalize(q);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	return db_err(&s->reader, rc, err, "read the runs");
}

/* ------------------------------------------------------------- finding */
static int find_nth(struct store *s, struct str name, struct run_row *out,
	struct err *err)
{
	struct str digits = { name.p + 2, name.n - 2 };
	int64_t nth = 1;
	sqlite3_stmt *q;
	int rc;

	if (!str_eq(name, "@last") && (name.n < 3 || name.p[1] != '-' ||
			number_parse(digits, 1, 1000000, &nth) != 0)) {
		err_set(err, ERR_NOTFOUND, "no run is called '%.*s'",
			(int)name.n, name.p);
		return err_help(err, "@last is the newest, @-2 the one before");
	}
	q = prepare(s, COLUMNS "ORDER BY r.id DESC LIMIT 1 OFFSET ?1", err);
	if (!q)
		return -1;
	sqlite3_bind_int64(q, 1, nth - 1);
	rc = take_one(s, q, out, err);
	if (rc != 0)
		return rc > 0 ? 0 : -1;
	if (nth > 1)
		return err_set(err, ERR_NOTFOUND,
			"there are not that many runs");
	err_set(err, ERR_NOTFOUND, "there is no run yet");
	return err_help(err, "/bash date makes one");
}

static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* The nearest stored ulid before (or after) `key`; out[0] = 0: none. */
static int neighbour(struct store *s, const char *key, int after,
	char out[ULID_LEN + 1])
{
	sqlite3_stmt *q = prepare(s, after ?
		"SELECT min(ulid) FROM runs WHERE ulid > ?1" :
		"SELECT max(ulid) FROM runs WHERE ulid < ?1", NULL);
	int rc;

	out[0] = '\0';
	if (!q)
		return -1;
	sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		ulid_column(q, 0, out);
	sqlite3_finalize(q);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* Those that share the first characters of `key`, all that a short id of it
 * could be taken for, in the order of their ids; few. */
#define ALIKE "WHERE r.ulid >= ?1 AND r.ulid < ?1 || '~' ORDER BY r.ulid"

static void shorten(const char *ulid, const char *near, char *out)
{
	size_t n = common(ulid, near) + 1;

	if (n > strlen(out))
		snprintf(out, ULID_LEN + 1, "%.*s", (int)n, ulid);
}

void store_short(struct store *s, const char *ulid, char out[ULID_LEN + 1])
{
	sqlite3_stmt *q = prepare(s, "SELECT r.ulid FROM runs r " ALIKE, NULL);
	char near[ULID_LEN + 1];
	int rc = SQLITE_ERROR;

	snprintf(out, ULID_LEN + 1, "%.*s", PREFIX_MIN, ulid);
	if (q)
		sqlite3_bind_text(q, 1, ulid, PREFIX_MIN, SQLITE_STATIC);
	while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		ulid_column(q, 0, near);
		if (strcmp(near, ulid) != 0)
			shorten(ulid, near, out);
	}
	sqlite3_finalize(q);
	if (rc != SQLITE_DONE)
		snprintf(out, ULID_LEN + 1, "%s", ulid);
}

static int not_found(struct store *s, const char *key, struct err *err)
{
	char before[ULID_LEN + 1], after[ULID_LEN + 1];
	const char *near;

	neighbour(s, key, 0, before);
	neighbour(s, key, 1, after);
	near = common(key, before) >= common(key, after) ? before : after;
	err_set(err, ERR_NOTFOUND, "no run begins with '%s'", key);
	if (common(key, near) + 2 >= PREFIX_MIN)
		return err_help(err, "the nearest is %s", near);
	return err_help(err, "/runs lists them");
}

static int ambiguous(struct run_row *rows, int count, const char *key,
	struct err *err)
{
	struct buf list;
	int i;

	buf_init(&list);
	for (i = 0; i < count && i < SHOWN; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", rows[i].ulid);
	err_set(err, ERR_NOTFOUND, "'%s' is ambiguous: %s%s", key,
		buf_cstr(&list), count > SHOWN ? ", …" : "");
	buf_release(&list);
	return err_help(err, "give more characters");
}

/* The rows whose ids begin with `key`, up to one more than is shown: their
 * number, or -1. The only one of them gets its short id. */
static int take_alike(struct store *s, const char *key, struct run_row *rows,
	struct err *err)
{
	sqlite3_stmt *q = prepare(s, COLUMNS ALIKE, err);
	struct seen seen = { .count = 0 };
	char last[ULID_LEN + 1] = "", near[ULID_LEN + 1];
	size_t n = strlen(key);
	int count = 0, rc;

	if (!q)
		return -1;
	sqlite3_bind_text(q, 1, key, PREFIX_MIN, SQLITE_STATIC);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW && count <= SHOWN) {
		ulid_column(q, 1, near);
		if (count == 1)
			shorten(rows[0].ulid, near, rows[0].brief);
		if (strncmp(near, key, n) == 0) {
			fill(s, &seen, q, &rows[count++]);
			snprintf(rows[count - 1].brief, ULID_LEN + 1, "%.*s",
				PREFIX_MIN, near);
			shorten(near, last, rows[count - 1].brief);
		}
		memcpy(last, near, sizeof(last));
	}
	sqlite3_finalize(q);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		db_err(&s->reader, rc, err, "read the runs");
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? count : -1;
}

static int find_prefix(struct store *s, const char *key, struct run_row *out,
	struct err *err)
{
	struct run_row rows[SHOWN + 1];
	int count, rc, i;

	count = take_alike(s, key, rows, err);
	if (count == 1) {
		*out = rows[0];
		return 0;
	}
	rc = count < 0 ? -1 : count == 0 ? not_found(s, key, err)
		: ambiguous(rows, count, key, err);
	for (i = 0; i < count; i++)
		run_row_release(&rows[i]);
	return rc;
}

int store_find_run(struct store *s, struct str name, struct run_row *out,
	struct err *err)
{
	char key[ULID_LEN + 1];
	size_t i;

	if (name.n && name.p[0] == '@')
		return find_nth(s, name, out, err);
	if (name.n < PREFIX_MIN || name.n > ULID_LEN) {
		err_set(err, ERR_NOTFOUND, "'%.*s' is not a run",
			(int)(name.n < 40 ? name.n : 40), name.p);
		return err_help(err, "give %d to %d characters of its id, or "
			"@last", PREFIX_MIN, ULID_LEN);
	}
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		key[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	key[i] = '\0';
	return find_prefix(s, key, out, err);
}

int store_run_again(struct store *s, struct run_row *row, struct err *err)
{
	sqlite3_stmt *q = prepare(s, COLUMNS "WHERE r.id = ?1", err);
	struct run_row now;
	int rc;

	if (!q)
		return -1;
	sqlite3_bind_int64(q, 1, row->id);
	rc = take_one(s, q, &now, err);
	if (rc == 0)
		return err_set(err, ERR_NOTFOUND, "run %.6s is there no more",
			row->ulid);
	if (rc < 0)
		return -1;
	memcpy(now.brief, row->brief, sizeof(now.brief));
	run_row_release(row);
	*row = now;
	return 0;
}

int store_latest(struct store *s, const struct digest *text_key,
	const char *dir, struct run_row *out, struct err *err)
{
	sqlite3_stmt *q = prepare(s, COLUMNS "WHERE r.text_key = ?1 AND"
		" r.dir = ?2 AND r.hidden = 0 ORDER BY r.id DESC LIMIT 1", err);

	if (!q)
		return -1;
	sqlite3_bind_blob(q, 1, text_key->b, DIGEST_BYTES, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, dir, -1, SQLITE_STATIC);
	return take_one(s, q, out, err);
}

/* ------------------------------------------------------------- listing */
/* An interrupted run is stored as a running one. */
static sqlite3_stmt *list_query(struct store *s, const struct run_filter *f,
	struct err *err)
{
	struct buf sql;
	sqlite3_stmt *q;

	buf_init(&sql);
	buf_str(&sql, COLUMNS "WHERE 1");
	if (f->open_only)
		buf_printf(&sql, " AND r.state < %d", RUN_SUCCEEDED);
	if (f->state >= 0)
		buf_printf(&sql, " AND r.state = %d",
			f->state == RUN_INTERRUPTED ? RUN_RUNNING : f->state);
	if (f->since_ms)
		buf_str(&sql, " AND r.started_ms >= ?1");
	if (f->pattern.n)
		buf_str(&sql, " AND instr(lower(r.text), lower(?2)) > 0");
	if (!f->all)
		buf_str(&sql, " AND r.hidden = 0");
	buf_str(&sql, " ORDER BY r.id DESC");
	q = prepare(s, sql.data, err);
	buf_release(&sql);
	if (!q)
		return NULL;
	if (f->since_ms)
		sqlite3_bind_int64(q, 1, f->since_ms);
	if (f->pattern.n)
		sqlite3_bind_text64(q, 2, f->pattern.p, f->pattern.n,
			SQLITE_TRANSIENT, SQLITE_UTF8);
	return q;
}

struct rows {
	struct run_row *row;
	size_t count, cap;
};

static int collect(struct store *s, const struct run_filter *f,
	struct rows *rows, struct err *err)
{
	size_t limit = f->limit ? f->limit : LIST_DEFAULT;
	struct seen seen = { .count = 0 };
	sqlite3_stmt *q = list_query(s, f, err);
	struct run_row *r;
	int rc = SQLITE_DONE;

	if (!q)
		return -1;
	while (rows->count < limit && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		rows->row = mem_more(rows->row, rows->count, &rows->cap,
			sizeof(*rows->row));
		r = &rows->row[rows->count];
		fill(s, &seen, q, r);
		if (f->state >= 0 && r->state != f->state)
			run_row_release(r);
		else
			rows->count++;
	}
	sqlite3_finalize(q);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return db_err(&s->reader, rc, err, "list the runs");
}

static int by_ulid(const void *a, const void *b)
{
	const struct run_row *const *x = a, *const *y = b;

	return strcmp((*x)->ulid, (*y)->ulid);
}

/* `near` is a neighbour of some of the sorted rows: those on both sides of
 * where it stands. */
static void tell_apart(struct run_row **rows, size_t n, const char *near)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (strcmp(rows[mid]->ulid, near) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from > 0)
		shorten(rows[from - 1]->ulid, near, rows[from - 1]->brief);
	if (from < n && strcmp(rows[from]->ulid, near) == 0)
		from++;
	if (from < n)
		shorten(rows[from]->ulid, near, rows[from]->brief);
}

/* Ids that a short one could be taken for have the same mark. */
static unsigned mark_of(const char *ulid)
{
	unsigned h = 0;

	for (int i = 0; i < PREFIX_MIN; i++)
		h = h * 31 + (unsigned char)ulid[i];
	return h % MARKS;
}

/* Ids are in no order in the table: one look at all of them, however many
 * rows there are. */
static void shorten_all(struct store *s, const struct rows *rows)
{
	struct run_row **sorted = mem_alloc((rows->count + 1) *
		sizeof(*sorted));
	sqlite3_stmt *q = prepare(s, "SELECT ulid FROM runs", NULL);
	uint8_t marks[MARKS] = { 0 };
	int rc = SQLITE_ERROR;

	for (size_t i = 0; i < rows->count; i++) {
		sorted[i] = &rows->row[i];
		marks[mark_of(sorted[i]->ulid)] = 1;
		snprintf(sorted[i]->brief, ULID_LEN + 1, "%.*s", PREFIX_MIN,
			sorted[i]->ulid);
	}
	qsort(sorted, rows->count, sizeof(*sorted), by_ulid);
	while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		const void *near = sqlite3_column_text(q, 0);

		if (near && sqlite3_column_bytes(q, 0) == ULID_LEN &&
				marks[mark_of(near)])
			tell_apart(sorted, rows->count, near);
	}
	sqlite3_finalize(q);
	for (size_t i = 0; rc != SQLITE_DONE && i < rows->count; i++)
		memcpy(sorted[i]->brief, sorted[i]->ulid, ULID_LEN + 1);
	free(sorted);
}

int store_list(struct store *s, const struct run_filter *f,
	int (*fn)(void *ud, const struct run_row *r), void *ud,
	struct err *err)
{
	struct rows rows = { NULL, 0, 0 };
	int rc = collect(s, f, &rows, err);
	size_t i;

	if (rc == 0 && f->brief)
		shorten_all(s, &rows);
	for (i = 0; rc == 0 && i < rows.count; i++)
		if (fn(ud, &rows.row[i]) != 0)
			break;
	for (i = 0; i < rows.count; i++)
		run_row_release(&rows.row[i]);
	free(rows.row);
	return rc;
}
