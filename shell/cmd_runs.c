/*
 * /runs: recorded runs, newest first; `/runs purge` deletes what is over the
 * bounds of retention, or the runs that are named.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "shell/doc.h"
#include "shell/run_ref.h"

struct listing {
	struct session *s;
	struct cmd_out *o;
	size_t count;
};

/* One line of text, cut to what fits. */
static void brief_text(struct buf *b, const char *text)
{
	size_t n = 0;

	for (; *text && n < 60; text++, n++)
		buf_char(b, *text == '\n' || *text == '\t' ? ' ' : *text);
	while (b->len && utf8_check(b->data, b->len) != b->len)
		b->data[--b->len] = '\0';
	if (*text)
		buf_str(b, "...");
}

static int one(void *ud, const struct run_row *r)
{
	struct listing *l = ud;
	char brief[ULID_LEN + 1], age[16], took[16] = "";
	struct buf text;

	if (l->o->as_json) {
		doc_row(&l->o->json, r);
		return 0;
	}
	if (l->count++ == 0)
		buf_printf(&l->o->text, "%-10s %-11s %4s %5s %8s %5s %6s  "
			"%s\n", "RUN", "STATUS", "EXIT", "AGE", "TOOK",
			"STEPS", "FAILED", "TEXT");
	engine_short(l->s->engine, r->ulid, brief);
	run_age(r->started_ms, age);
	if (r->finished_ms)
		duration_print((r->finished_ms - r->started_ms) * 1000, took);
	buf_init(&text);
	brief_text(&text, r->text ? r->text : "");
	buf_printf(&l->o->text, "%-10s %-11s ", brief,
		run_state_name((enum run_state)r->state));
	if (r->finished_ms)
		buf_printf(&l->o->text, "%4d ", r->exit);
	else
		buf_str(&l->o->text, "   - ");
	buf_printf(&l->o->text, "%5s %8s %5u %6u  /%s %s%s\n", age, took,
		r->steps, r->failed, r->command, buf_cstr(&text),
		r->pinned ? "  (kept)" : "");
	buf_release(&text);
	return 0;
}

static int set_state(struct run_filter *f, struct str word, struct err *err)
{
	struct str name = {word.p + 7, word.n - 7};
	const char *names[RUN_STATES], *near;

	for (int i = 0; i < RUN_STATES; i++) {
		names[i] = run_state_name((enum run_state)i);
		if (str_eq(name, names[i])) {
			f->state = i;
			return 0;
		}
	}
	err_set(err, ERR_USAGE, "no run is ever '%.*s'", (int)name.n, name.p);
	near = text_nearest(name, names, RUN_STATES);
	return near ? err_help(err, "did you mean status:%s?", near) : -1;
}

static int list(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_filter f = {.state = -1};
	struct listing l = {.s = s, .o = o};
	struct str word, since = cmd_arg(a, "since");
	int64_t ms;

	for (size_t i = 0; (word = cmd_nth(a, "filter", i)).p; i++) {
		if (word.n > 7 && memcmp(word.p, "status:", 7) == 0) {
			if (set_state(&f, word, &o->err) < 0)
				return -1;
		} else {
			f.pattern = word;
		}
	}
	if (since.p && duration_parse(since, &ms) == 0)
		f.since_ms = clock_now_ms() - ms;
	if (cmd_arg(a, "limit").p && number_parse(cmd_arg(a, "limit"), 1,
			1000000, &ms) == 0)
		f.limit = (uint32_t)ms;
	f.all = (uint8_t)cmd_flag(a, "all");
	if (engine_flush(s->engine, &o->err) < 0)
		return -1;
	if (o->as_json)
		json_list_open(&o->json, "runs");
	if (store_list(engine_store(s->engine), &f, one, &l, &o->err) < 0) {
		buf_clear(&o->doc);
		return -1;
	}
	if (o->as_json)
		json_list_close(&o->json);
	return 0;
}

static int delete_named(struct session *s, const struct cmd_args *a,
	uint64_t *gone, struct err *err)
{
	struct store *st = engine_store(s->engine);
	struct str name;
	int rc = 0;

	for (size_t i = 1; rc == 0 && (name = cmd_nth(a, "filter", i)).p;
			i++) {
		struct run_row row;

		memset(&row, 0, sizeof(row));
		if (store_find_run(st, name, &row, err) < 0)
			return -1;
		if (engine_slot(s->engine, row.ulid) != PLAN_NONE ||
				row.state == RUN_RUNNING)
			rc = err_set(err, ERR_BUSY, "run %.*s is running",
				(int)name.n, name.p);
		else
			rc = store_delete_run(st, &row, err);
		*gone += rc == 0;
		run_row_release(&row);
	}
	return rc;
}

static int purge(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct retention r = {.runs = 1000, .hidden_runs = 100,
		.age_ms = (int64_t)30 * 86400 * 1000,
		.blob_bytes = (uint64_t)1 << 30};
	struct str since = cmd_arg(a, "since");
	uint64_t gone = 0;
	int rc;

	if (engine_flush(s->engine, &o->err) < 0)
		return -1;
	if (since.p && duration_parse(since, &r.age_ms) < 0)
		return err_set(&o->err, ERR_USAGE, "--since takes 7d");
	rc = cmd_nth(a, "filter", 1).p ? delete_named(s, a, &gone, &o->err)
		: store_clean(engine_store(s->engine), &r, &gone, &o->err);
	if (rc < 0)
		return -1;
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_kint(&o->json, "deleted", (int64_t)gone);
		json_close(&o->json, '}');
	} else {
		buf_printf(&o->text, "%llu runs deleted\n",
			(unsigned long long)gone);
	}
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	return str_eq(cmd_arg(a, "filter"), "purge") ? purge(s, a, o)
		: list(s, a, o);
}

static const struct vocab_field args[] = {
	{"filter", 0, FIELD_WORD, PLACE_REST, 0,
		"status:failed, or text; or: purge [RUN]..."},
	{"since", 0, FIELD_DURATION, PLACE_FLAG, 0,
		"begun within 1d; purge: older than it"},
	{"limit", 'n', FIELD_NUMBER, PLACE_FLAG, 0, "at most so many"},
	{"all", 'a', FIELD_FLAG, PLACE_FLAG, 0,
		"runs of one in-process step too"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_runs = {
	.name = "runs",
	.summary = "list recorded runs, newest first",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/runs",
		"/runs status:failed --since 1d", "/runs purge", NULL},
	.run = run,
};
