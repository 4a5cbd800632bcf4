/*
 * /runs: recorded runs, newest first; `/runs purge` deletes runs, `/runs pin`
 * keeps them. On a terminal a row is one line of it; elsewhere texts are
 * whole, on one line.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/view.h"
#include "shell/doc.h"
#include "shell/purge.h"
#include "shell/run_ref.h"
#include "shell/screen.h"

enum { SHOWN = 20, LEAST = 50, NARROW = 60, MIDDLE = 100 };

struct listing {
	struct session *s;
	struct cmd_out *o;
	size_t count, limit;
	int columns;           /* 0: no terminal */
	uint8_t more;
};

/* The columns before the text; how wide they are. `until`: how far it took,
 * 0 when that is not known. */
static size_t figures(struct listing *l, const struct run_row *r,
	int64_t until, struct buf *b)
{
	char age[16], took[16] = "";
	size_t from = b->len;

	run_age(r->started_ms, age);
	if (until)
		duration_print((until - r->started_ms) * 1000, took);
	buf_printf(b, "%-8s %-11s ", r->brief,
		run_state_name((enum run_state)r->state));
	if (l->columns && l->columns < LEAST)
		return b->len - from;
	if (l->columns && l->columns < NARROW) {
		buf_printf(b, "%4s  ", age);
		return b->len - from;
	}
	if (r->finished_ms)
		buf_printf(b, "%4d ", r->exit);
	else
		buf_str(b, "   - ");
	buf_printf(b, "%5s %8s ", age, took);
	if (l->columns && l->columns < MIDDLE)
		buf_char(b, ' ');
	else
		buf_printf(b, "%5u %6u  ", r->steps, r->failed);
	return b->len - from;
}

static void heading(struct listing *l)
{
	if (l->columns && l->columns < LEAST)
		buf_str(&l->o->text, "RUN      STATUS      TEXT\n");
	else if (l->columns && l->columns < NARROW)
		buf_str(&l->o->text, "RUN      STATUS       AGE  TEXT\n");
	else
		buf_printf(&l->o->text, "RUN      STATUS      EXIT   AGE     "
			"TOOK %s TEXT\n", l->columns && l->columns < MIDDLE
			? "" : "STEPS FAILED ");
}

static void text_row(struct listing *l, const struct run_row *r,
	int64_t until)
{
	struct buf *b = &l->o->text, title;
	const char *mark = !r->pinned ? "" : l->columns && l->columns < NARROW
		? "  (pin)" : "  (pinned)";
	size_t used;
	int left;

	if (l->count == 0)
		heading(l);
	used = figures(l, r, until, b);
	left = l->columns - (int)used - (int)strlen(mark);
	buf_init(&title);
	run_title(l->s, r, &title);
	screen_line(b, (struct str){title.data, title.len},
		!l->columns ? 0 : left > 4 ? left : 4);
	buf_release(&title);
	buf_printf(b, "%s\n", mark);
}

/* The row of a run that goes on, or was cut off, has no figures yet: the
 * journal has. `until`: when the last of its steps ended. */
static void count_steps(struct listing *l, struct run_row *r, int64_t *until)
{
	struct err err = {0};
	struct view v;

	if (view_open(l->s->engine, r->ulid, &v, &err) < 0)
		return; /* /show tells why */
	r->failed = run_failures(v.run);
	r->steps = r->failed - v.run->counts[STEP_FAILED];
	for (int i = 0; i < STEP_STATES; i++)
		r->steps += v.run->counts[i];
	for (uint32_t f = 0; f < v.run->frame_count; f++) {
		uint32_t n = v.plan->bodies[v.run->frames[f].body].count;

		for (uint32_t i = 0; v.run->frames[f].steps && i < n; i++) {
			const struct kept *k = v.run->frames[f].steps[i].kept;

			if (k && k->end_ms > *until)
				*until = k->end_ms;
		}
	}
	view_release(&v);
}

static int one(void *ud, const struct run_row *stored)
{
	struct listing *l = ud;
	struct run_row row = *stored, *r = &row; /* its texts are borrowed */
	int64_t until = 0;

	if (l->count == l->limit) {
		l->more = 1;
		return 1;
	}
	if (r->state == RUN_RUNNING || r->state == RUN_INTERRUPTED)
		count_steps(l, r, &until);
	if (r->state == RUN_RUNNING)
		until = 0;
	if (r->finished_ms)
		until = r->finished_ms;
	if (l->o->as_json)
		doc_row(&l->o->json, r);
	else
		text_row(l, r, until);
	l->count++;
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
	if (near)
		return err_help(err, "did you mean status:%s?", near);
	return err_help(err, "status: running, waiting, paused, succeeded, "
		"failed, cancelled or interrupted");
}

static int filter(const struct cmd_args *a, struct run_filter *f,
	struct cmd_out *o)
{
	struct str word, since = cmd_arg(a, "since"), most;
	struct err *err = &o->err;
	int64_t n;

	for (size_t i = 0; (word = cmd_nth(a, "filter", i)).p; i++) {
		if (word.n >= 7 && memcmp(word.p, "status:", 7) == 0) {
			if (set_state(f, word, err) < 0)
				return cmd_blame(o, word);
		} else if (f->pattern.p) {
			err_set(err, ERR_USAGE, "a second text to look for");
			err_help(err, "/runs 'two words' looks for both in "
				"this order");
			return cmd_blame(o, word);
		} else {
			f->pattern = word;
		}
	}
	if (since.p && duration_parse(since, &n) == 0)
		f->since_ms = clock_now_ms() - n;
	f->all = (uint8_t)cmd_flag(a, "all");
	f->limit = f->all ? UINT32_MAX : SHOWN + 1;
	most = cmd_arg(a, "limit");
	if (!most.p)
		return 0;
	if (number_parse(most, 1, 1000000, &n) < 0) {
		err_set(err, ERR_USAGE,
			"--limit takes a number from 1 to 1000000");
		return cmd_blame(o, most);
	}
	f->limit = (uint32_t)n + 1; /* one more tells that there are more */
	return 0;
}

static int found(void *ud, const struct run_row *r)
{
	(void)r;
	*(int *)ud = 1;
	return 1;
}

static int any_hidden(struct session *s)
{
	struct run_filter f = {.state = -1, .all = 1, .limit = 1};
	struct err err = {0};
	int any = 0;

	return store_list(engine_store(s->engine), &f, found, &any,
		&err) == 0 && any;
}

/* What an empty or a cut list does not say itself. */
static void hint(const struct listing *l, const struct run_filter *f)
{
	if (l->more)
		session_say(l->s, "older runs are not shown    /runs -n N, "
			"/runs --all");
	else if (l->count)
		return;
	else if (f->pattern.n || f->state >= 0 || f->since_ms)
		session_say(l->s, "no run matches%s", f->all ? ""
			: "; runs of one in-process step: /runs --all");
	else if (any_hidden(l->s))
		session_say(l->s, "no runs but those of one in-process step"
			"    /runs --all");
	else
		session_say(l->s, "no runs yet    /chain \"/bash date\"");
}

static int list(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct run_filter f = {.state = -1, .brief = !o->as_json};
	struct listing l = {.s = s, .o = o,
		.columns = screen_columns(o->sink->out)};

	if (filter(a, &f, o) < 0 ||
			engine_flush(s->engine, &o->err) < 0)
		return -1;
	l.limit = f.limit == UINT32_MAX ? UINT32_MAX : f.limit - 1;
	if (o->as_json)
		json_list_open(&o->json, "runs");
	if (store_list(engine_store(s->engine), &f, one, &l, &o->err) < 0) {
		buf_clear(&o->doc);
		return -1;
	}
	if (o->as_json) {
		json_close(&o->json, ']');
		json_kbool(&o->json, "more", l.more);
		json_close(&o->json, '}');
	} else if (!s->options->quiet) {
		hint(&l, &f);
	}
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct str word = cmd_arg(a, "filter");

	if (str_eq(word, "purge"))
		return purge_runs(s, a, o);
	if (str_eq(word, "pin") || str_eq(word, "unpin"))
		return pin_runs(s, a, word.n == 3, o);
	return list(s, a, o);
}

static const struct vocab_field args[] = {
	{"filter", 0, FIELD_WORD, PLACE_REST, 0,
		"status:failed, or text; or: purge [RUN]..., pin RUN..., "
		"unpin RUN..."},
	{"since", 0, FIELD_DURATION, PLACE_FLAG, 0,
		"begun within 1d; purge: older than it"},
	{"limit", 'n', FIELD_NUMBER, PLACE_FLAG, 0, "at most so many, not 20"},
	{"all", 'a', FIELD_FLAG, PLACE_FLAG, 0,
		"all, runs of one in-process step too"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_runs = {
	.name = "runs",
	.summary = "list the newest recorded runs; pin or delete runs",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/runs",
		"/runs status:failed --since 1d", "/runs purge", NULL},
	.run = run,
};
