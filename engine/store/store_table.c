/*
 * The records of the batch at hand as tables that SQLite reads, so that one
 * statement writes all of a kind: a statement for each row would open the
 * tree, walk down to its end and close it again, twice the work. The tables
 * are read only, known to the writer's connection alone, and have rows only
 * while apply_batch() is at work.
 */
#include "engine/store/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/plan.h"
#include "engine/store/learn_record.h"

struct rows { /* a cursor */
	sqlite3_vtab_cursor base;
	const struct batch *b;
	const struct record *at; /* NULL: after the last */
	int64_t count;           /* rows before this one */
};
struct shape {
	const char *name, *columns;
	enum record_kind kind;
	void (*column)(const struct rows *t, sqlite3_context *to, int i);
};
struct table {
	sqlite3_vtab base;
	const struct batch_table *of;
};

static void give_index(sqlite3_context *to, uint32_t v)
{
	if (v != PLAN_NONE)
		sqlite3_result_int64(to, v);
}

static void give_text(sqlite3_context *to, const char *p, size_t n)
{
	sqlite3_result_text64(to, p, n, SQLITE_STATIC, SQLITE_UTF8);
}

/* Nothing given is NULL. */
static void give_time(sqlite3_context *to, int64_t ms)
{
	if (ms)
		sqlite3_result_int64(to, ms);
}

static void event_column(const struct rows *t, sqlite3_context *to, int i)
{
	const struct record_event *r = (const void *)t->at;

	switch (i) {
	case 0:
		sqlite3_result_int64(to, t->b->seq + t->count);
		return;
	case 1:
		sqlite3_result_int64(to, r->h.run->id);
		return;
	case 2:
		give_index(to, r->frame);
		return;
	case 3:
		give_index(to, r->step);
		return;
	case 4:
		sqlite3_result_int64(to, r->h.extra);
		return;
	case 5:
		sqlite3_result_int64(to, r->t_ms);
		return;
	default:
		if (r->len)
			sqlite3_result_blob64(to, r + 1, r->len,
				SQLITE_STATIC);
	}
}

static void state_column(const struct rows *t, sqlite3_context *to, int i)
{
	const struct record_state *r = (const void *)t->at;
	const struct row_state *is = &r->tail.is;

	switch (i) {
	case 0:
		sqlite3_result_int64(to, r->h.run->id);
		return;
	case 1:
		sqlite3_result_int(to, is->state);
		return;
	case 2:
		sqlite3_result_int(to, is->exit);
		return;
	case 3:
		give_time(to, is->finished_ms);
		return;
	case 4:
		sqlite3_result_int64(to, is->steps);
		return;
	case 5:
		sqlite3_result_int64(to, is->failed);
		return;
	default:
		if (r->tail.closed)
			sqlite3_result_int64(to, r->h.run->last_seq);
	}
}

/* Text i of the record; those that may be NULL are when they are empty. */
static void new_text(const struct record_new *r, sqlite3_context *to, int i)
{
	static const char optional[NEW_TEXTS] = { 1, 0, 0, 0, 1, 1 };
	const char *p = (const char *)(r + 1);
	int k;

	for (k = 0; k < i; k++)
		p += r->len[k];
	if (r->len[i] || !optional[i])
		give_text(to, p, r->len[i]);
}

enum { NEW_PLAIN = 9 }; /* columns of new_number */

static void new_number(const struct record_new *r, sqlite3_context *to, int i)
{
	const struct row_state *is = &r->tail.is;
	const int64_t v[NEW_PLAIN] = { r->h.run->id, r->owner, is->state,
		is->exit, r->started_ms, is->steps, is->failed, r->pinned,
		r->hidden };

	sqlite3_result_int64(to, v[i]);
}

static void new_column(const struct rows *t, sqlite3_context *to, int i)
{
	const struct record_new *r = (const void *)t->at;

	if (i < NEW_PLAIN) {
		new_number(r, to, i);
		return;
	}
	switch (i) {
	case 9:
		give_text(to, r->ulid, ULID_LEN);
		return;
	case 10:
		give_time(to, r->tail.is.finished_ms);
		return;
	case 11:
		sqlite3_result_int64(to, t->b->seq + r->first);
		return;
	case 12:
		if (r->tail.closed)
			sqlite3_result_int64(to, r->h.run->last_seq);
		return;
	case 13:
		sqlite3_result_int64(to, (int64_t)r->seed);
		return;
	case 14:
		sqlite3_result_int64(to, r->plan);
		return;
	case 15:
		sqlite3_result_blob(to, r->text_key.b, DIGEST_BYTES,
			SQLITE_STATIC);
		return;
	default:
		new_text(r, to, i - 16);
	}
}

static void decision_column(const struct rows *t, sqlite3_context *to, int i)
{
	const struct record_decision *r = (const void *)t->at;
	const char *texts = (const char *)(r + 1);

	switch (i) {
	case 0:
		sqlite3_result_int64(to, r->site);
		return;
	case 1:
		sqlite3_result_int64(to, r->at_ms);
		return;
	case 2:
		sqlite3_result_int(to, r->branch);
		return;
	case 3:
		sqlite3_result_int64(to, r->h.extra);
		return;
	case 4:
		sqlite3_result_double(to, r->ms);
		return;
	case 5:
		sqlite3_result_double(to, r->cost);
		return;
	case 6:
		give_text(to, r->run, strlen(r->run));
		return;
	case 7:
		give_text(to, texts, r->len[DECISION_PATH]);
		return;
	default:
		give_text(to, texts + r->len[DECISION_PATH],
			r->len[DECISION_DETAIL]);
	}
}

static const struct shape shapes[BATCH_TABLES] = {
	{ "batch_new", "id, owner, state, exit, started_ms, steps, failed,"
		" pinned, hidden, ulid, finished_ms, first_seq, last_seq,"
		" seed, plan, text_key, parent, command, text, dir, args,"
		" session", RECORD_NEW, new_column },
	{ "batch_event", "seq, run, frame, step, kind, t, data",
		RECORD_EVENT, event_column },
	{ "batch_state", "run, state, exit, finished_ms, steps, failed,"
		" last_seq", RECORD_STATE, state_column },
	{ "batch_decision", "site, at_ms, branch, ok, ms, cost, run, path,"
		" detail", RECORD_DECISION, decision_column },
};

/* ------------------------------------------------- what SQLite calls */
static int connect_table(sqlite3 *c, void *aux, int argc,
	const char *const *argv, sqlite3_vtab **out, char **msg)
{
	const struct batch_table *of = aux;
	char sql[256];
	struct table *t;
	int rc;

	(void)argc;
	(void)argv;
	(void)msg;
	snprintf(sql, sizeof(sql), "CREATE TABLE x(%s)",
		shapes[of->shape].columns);
	rc = sqlite3_declare_vtab(c, sql);
	if (rc != SQLITE_OK)
		return rc;
	t = mem_zero(sizeof(*t));
	t->of = of;
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

/* Always all of it, and before any other table of the statement. */
static int plan_table(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = 1;
	info->estimatedRows = 1;
	return SQLITE_OK;
}

static int open_rows(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct rows *rows = mem_zero(sizeof(*rows));

	(void)t;
	*out = &rows->base;
	return SQLITE_OK;
}

static int close_rows(sqlite3_vtab_cursor *c)
{
	free(c);
	return SQLITE_OK;
}

/* From r on, the next record of the table's kind. */
static void settle_on(struct rows *rows, const struct record *r)
{
	const struct table *t = (const void *)rows->base.pVtab;
	uint32_t kind = shapes[t->of->shape].kind;

	while (r && (r->kind != kind || (kind == RECORD_STATE &&
			!((const struct record_state *)r)->tail.has_state)))
		r = batch_next(rows->b, r);
	rows->at = r;
}

static int first_row(sqlite3_vtab_cursor *c, int n, const char *name,
	int argc, sqlite3_value **argv)
{
	struct rows *rows = (void *)c;
	const struct table *t = (const void *)c->pVtab;

	(void)n;
	(void)name;
	(void)argc;
	(void)argv;
	rows->b = *t->of->batch;
	rows->count = 0;
	settle_on(rows, rows->b ? batch_first(rows->b) : NULL);
	return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *c)
{
	struct rows *rows = (void *)c;

	rows->count++;
	settle_on(rows, batch_next(rows->b, rows->at));
	return SQLITE_OK;
}

static int no_row(sqlite3_vtab_cursor *c)
{
	return !((struct rows *)(void *)c)->at;
}

static int column_of(sqlite3_vtab_cursor *c, sqlite3_context *to, int i)
{
	const struct table *t = (const void *)c->pVtab;

	shapes[t->of->shape].column((const void *)c, to, i);
	return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
	*out = ((struct rows *)(void *)c)->count;
	return SQLITE_OK;
}

int tables_add(struct db *db, struct batch_tables *t)
{
	static const sqlite3_module module = { /* no xCreate: always there */
		.xConnect = connect_table, .xBestIndex = plan_table,
		.xDisconnect = disconnect_table, .xOpen = open_rows,
		.xClose = close_rows, .xFilter = first_row, .xNext = next_row,
		.xEof = no_row, .xColumn = column_of, .xRowid = row_number };
	int i, rc = SQLITE_OK;

	for (i = 0; i < BATCH_TABLES && rc == SQLITE_OK; i++) {
		t->of[i].shape = i;
		t->of[i].batch = &t->batch;
		rc = sqlite3_create_module_v2(db->c, shapes[i].name,
			&module, &t->of[i], NULL);
	}
	return rc;
}
