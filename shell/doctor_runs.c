/*
 * The doctor's check of unfinished runs. Each is folded from its journal the
 * way a resume does it, in an engine of its own that only reads; runs that
 * are open in a living process are looked at too, as far as they are written.
 */
#include "shell/doctor_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/view.h"

enum { NEWEST = 1000, TELL = 20 };

struct looking {
	check_fn *fn;
	void *ud;
	struct engine *engine;
	char (*ulids)[ULID_LEN + 1];
	size_t count, cap, bad;
};

static int note_run(void *ud, const struct run_row *r)
{
	struct looking *l = ud;

	l->ulids = mem_more(l->ulids, l->count, &l->cap, sizeof(*l->ulids));
	memcpy(l->ulids[l->count++], r->ulid, sizeof(r->ulid));
	return 0;
}

static int is_there(struct looking *l, const char *ulid)
{
	struct run_row row;
	struct err err = {0};

	if (store_find_run(engine_store(l->engine), str_of(ulid), &row,
			&err) < 0)
		return err.code != ERR_NOTFOUND;
	run_row_release(&row);
	return 1;
}

/* A run that has been deleted meanwhile is none that cannot be read. */
static void fold(struct looking *l, const char *ulid)
{
	char text[sizeof(((struct err *)NULL)->text) + 60];
	char brief[ULID_LEN + 1];
	struct err err = {0};
	struct view v;

	if (view_open(l->engine, ulid, &v, &err) == 0) {
		view_release(&v);
		return;
	}
	if (!is_there(l, ulid) || l->bad++ >= TELL)
		return;
	engine_short(l->engine, ulid, brief);
	snprintf(text, sizeof(text), "run %s cannot be read: %s", brief,
		err.text);
	l->fn(l->ud, CHECK_FAIL, "journals", text);
}

static void sum_up(struct looking *l)
{
	char text[80];

	if (l->bad > TELL) {
		snprintf(text, sizeof(text), "%zu more runs cannot be read",
			l->bad - TELL);
		l->fn(l->ud, CHECK_FAIL, "journals", text);
	}
	if (l->bad)
		return;
	snprintf(text, sizeof(text), l->count < NEWEST
		? "%zu unfinished, each can be read"
		: "the newest %zu unfinished, each can be read", l->count);
	l->fn(l->ud, CHECK_OK, "journals", text);
}

int check_runs(const char *dir, check_fn *fn, void *ud, struct err *err)
{
	struct run_filter open_only = {.state = -1, .all = 1, .open_only = 1,
		.limit = NEWEST};
	struct looking l = {.fn = fn, .ud = ud};
	struct engine_options o = {.read_only = 1};
	char *db = mem_printf("%s/wf.db", dir);
	char *whole = access(db, F_OK) == 0 ? realpath(dir, NULL) : NULL;
	int rc = 0;

	o.state_dir = whole;
	if (whole)
		rc = engine_open(&l.engine, &o, err);
	if (whole && rc == 0) {
		rc = store_list(engine_store(l.engine), &open_only, note_run,
			&l, err);
		for (size_t i = 0; rc == 0 && i < l.count; i++)
			fold(&l, l.ulids[i]);
		if (rc == 0)
			sum_up(&l);
		engine_close(l.engine);
	}
	free(l.ulids);
	free(whole);
	free(db);
	return rc;
}
