/*
 * Pinning and deleting runs, and saying what went and what is left. A run
 * that is open or pinned stays.
 */
#include "shell/purge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/store/store.h"
#include "engine/view.h"

struct left {
	uint64_t runs, pinned;
};

static int count_one(void *ud, const struct run_row *r)
{
	struct left *l = ud;

	l->runs++;
	l->pinned += r->pinned;
	return 0;
}

static int count_left(struct store *st, struct left *l, struct err *err)
{
	struct run_filter all = {.state = -1, .all = 1, .limit = UINT32_MAX};

	return store_list(st, &all, count_one, l, err);
}

static int delete_one(struct session *s, struct str name, struct err *err)
{
	struct store *st = engine_store(s->engine);
	struct run_row row;
	int rc;

	memset(&row, 0, sizeof(row));
	if (store_find_run(st, name, &row, err) < 0)
		return -1;
	if (engine_slot(s->engine, row.ulid) != PLAN_NONE ||
			row.state == RUN_RUNNING) {
		err_set(err, ERR_BUSY, "run %.*s is running", (int)name.n,
			name.p);
		rc = err_help(err, "/cancel %.*s ends it first", (int)name.n,
			name.p);
	} else if (row.pinned) {
		err_set(err, ERR_BUSY, "run %.*s is pinned", (int)name.n,
			name.p);
		rc = err_help(err, "/runs unpin %.*s lets it go", (int)name.n,
			name.p);
	} else {
		rc = store_delete_run(st, &row, err);
	}
	run_row_release(&row);
	return rc;
}

static int delete_named(struct session *s, const struct cmd_args *a,
	uint64_t *gone, struct err *err)
{
	struct str name;

	for (size_t i = 1; (name = cmd_nth(a, "filter", i)).p; i++) {
		if (delete_one(s, name, err) < 0)
			return -1;
		++*gone;
	}
	return 0;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void tell(struct cmd_out *o, uint64_t gone, const struct left *l,
	struct str since)
{
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_kint(&o->json, "deleted", (int64_t)gone);
		json_kint(&o->json, "kept", (int64_t)l->runs);
		json_close(&o->json, '}');
		return;
	}
	buf_printf(&o->text, "deleted %llu run%s, kept %llu",
		(unsigned long long)gone, plural(gone),
		(unsigned long long)l->runs);
	if (l->pinned)
		buf_printf(&o->text, " (%llu pinned)",
			(unsigned long long)l->pinned);
	if (!since.p && gone == 0)
		buf_str(&o->text, ": none is over 30 days or 1000 runs; "
			"see /runs purge --since 7d");
	buf_char(&o->text, '\n');
}

int purge_runs(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct retention r = {.runs = 1000, .hidden_runs = 100,
		.age_ms = (int64_t)30 * 86400 * 1000,
		.blob_bytes = (uint64_t)1 << 30};
	struct store *st = engine_store(s->engine);
	struct str since = cmd_arg(a, "since");
	struct left left = {0};
	struct err uncounted = {0};
	uint64_t gone = 0;
	int rc, named = cmd_nth(a, "filter", 1).p != NULL;

	if (engine_flush(s->engine, &o->err) < 0)
		return -1;
	if (since.p && duration_parse(since, &r.age_ms) < 0)
		return err_set(&o->err, ERR_USAGE, "--since takes 7d");
	if (named && since.p)
		return err_set(&o->err, ERR_USAGE,
			"--since is for a purge that names no runs");
	rc = named ? delete_named(s, a, &gone, &o->err)
		: store_clean(st, &r, &gone, &o->err);
	if (rc == 0)
		rc = count_left(st, &left, &o->err);
	else if (gone && !o->as_json && count_left(st, &left,
			&uncounted) == 0)
		tell(o, gone, &left, since); /* what went before the error */
	if (rc == 0)
		tell(o, gone, &left, named ? str_of("") : since);
	return rc;
}

static int pin_one(struct session *s, struct str name, int on, struct err *err)
{
	struct run_row row;
	int rc;

	memset(&row, 0, sizeof(row));
	if (store_find_run(engine_store(s->engine), name, &row, err) < 0)
		return -1;
	rc = store_pin(engine_store(s->engine), &row, on, err);
	run_row_release(&row);
	return rc;
}

int pin_runs(struct session *s, const struct cmd_args *a, int on,
	struct cmd_out *o)
{
	const char *word = on ? "pinned" : "unpinned";
	struct str name;
	size_t n = 0;

	if (!cmd_nth(a, "filter", 1).p) {
		err_set(&o->err, ERR_USAGE, "which run is to be %s?", word);
		return err_help(&o->err, "/runs %s @last", on ? "pin"
			: "unpin");
	}
	if (engine_flush(s->engine, &o->err) < 0)
		return -1;
	while ((name = cmd_nth(a, "filter", n + 1)).p) {
		if (pin_one(s, name, on, &o->err) < 0)
			return cmd_blame(o, name);
		n++;
	}
	if (!o->as_json) {
		buf_printf(&o->text, "%s %zu run%s\n", word, n, plural(n));
		return 0;
	}
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_kint(&o->json, word, (int64_t)n);
	json_close(&o->json, '}');
	return 0;
}
