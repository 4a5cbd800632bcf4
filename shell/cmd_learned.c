/*
 * /learned: the places in workflows that decide, and what they have learned;
 * of one, what it knows and its last decisions. --reset has them begin anew,
 * --freeze has one stay as it is.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/learn.h"
#include "engine/view.h"
#include "shell/learned_doc.h"
#include "shell/run_ref.h"
#include "shell/screen.h"

enum { SHOWN = 18, DECISIONS = 10, NARROW = 60, PATH = 20 };

struct listing {
	struct cmd_out *o;
	size_t count, limit;
	int columns;           /* 0: no terminal */
};

/* ------------------------------------------------------------------ a list */
static const char *how_it_is(const struct site_row *r)
{
	return r->frozen ? "frozen" : r->upto > r->reset_at ? "learns" : "new";
}

static void text_row(struct listing *l, const struct site_row *r)
{
	struct buf *b = &l->o->text;
	int narrow = l->columns && l->columns < NARROW, left;
	size_t from;
	char age[16];

	if (!l->count)
		buf_printf(b, "SITE     DECISIONS  LAST STATE   %*s TEXT\n",
			narrow ? -4 : -PATH, "PATH");
	from = b->len;
	run_age(r->used_ms, age);
	buf_printf(b, "%-8s %9llu %5s %-6s  ", r->brief,
		(unsigned long long)r->count, age, how_it_is(r));
	if (!narrow) {
		size_t path = b->len;

		screen_line(b, str_of(r->path), PATH);
		while (b->len - path <= PATH)
			buf_char(b, ' ');
	}
	left = l->columns - (int)(b->len - from);
	screen_line(b, str_of(r->text), !l->columns ? 0 : left > 4 ? left : 4);
	buf_char(b, '\n');
}

static int one_of(void *ud, const struct site_row *r)
{
	struct listing *l = ud;

	if (l->o->as_json) {
		json_open(&l->o->json, '{');
		learned_doc_site(&l->o->json, r);
		json_close(&l->o->json, '}');
	} else if (l->count < l->limit) {
		text_row(l, r);
	}
	l->count++;
	return 0;
}

/* -n, or what it is without; 0 and the blame when it is no number. */
static size_t limit_of(const struct cmd_args *a, struct cmd_out *o,
	size_t usual)
{
	struct str said = cmd_arg(a, "limit");
	int64_t n = (int64_t)usual;

	if (said.p && number_parse(said, 1, 1000000, &n) < 0) {
		err_set(&o->err, ERR_USAGE,
			"--limit takes a number from 1 to 1000000");
		cmd_blame(o, said);
		return 0;
	}
	return (size_t)n;
}

static int list(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct listing l = {.o = o, .limit = limit_of(a, o, SHOWN),
		.columns = screen_columns(o->sink->out)};

	if (!l.limit)
		return -1;
	if (o->as_json)
		json_list_open(&o->json, "sites");
	if (store_sites(engine_store(s->engine), one_of, &l, &o->err) < 0)
		return -1;
	if (o->as_json)
		json_list_close(&o->json);
	else if (!l.count && !s->options->quiet)
		session_say(s, "nothing has been learned yet: workflows with "
			"--adaptive learn    /flow --help");
	else if (l.count > l.limit && !s->options->quiet)
		session_say(s, "%zu more are not shown    /learned -n %zu",
			l.count - l.limit, l.count);
	return 0;
}

/* --------------------------------------------------------------- one of them */
struct telling {
	struct session *s;
	struct cmd_out *o;
	const struct site_row *site;
	size_t count, limit;
	uint8_t before_reset;
};

/* The id of a run as people see it, "gone" when it is. */
static void run_name(struct session *s, const char *ulid, struct buf *b)
{
	struct run_row row;
	struct err err = {0};

	if (store_find_run(engine_store(s->engine), str_of(ulid), &row,
			&err) < 0) {
		buf_str(b, "gone");
		return;
	}
	buf_str(b, row.brief);
	run_row_release(&row);
}

static void decision_text(struct telling *t, const struct decision *d)
{
	struct buf *b = &t->o->text;
	char age[16], took[16], branch[16] = "none";

	if (!t->count)
		buf_str(b, "\nBRANCH RESULT     TOOK   AGE RUN\n");
	if (d->id <= t->site->reset_at && !t->before_reset) {
		t->before_reset = 1;
		buf_str(b, "before it was reset:\n");
	}
	run_age(d->at_ms, age);
	duration_print((int64_t)(d->ms * 1000), took);
	if (d->branch >= 0)
		snprintf(branch, sizeof(branch), "%d", d->branch + 1);
	buf_printf(b, "%-6s %-6s %8s %5s ", branch, d->ok ? "ok" : "failed",
		took, age);
	run_name(t->s, d->run, b);
	if (!str_eq(d->path, t->site->path)) {
		buf_char(b, ' ');
		screen_line(b, d->path, 0);
	}
	buf_char(b, '\n');
}

static int decision(void *ud, const struct decision *d)
{
	struct telling *t = ud;

	if (t->o->as_json)
		learned_doc_decision(&t->o->json, d);
	else
		decision_text(t, d);
	t->count++;
	return 0;
}

static int each_decision(struct telling *t)
{
	const struct decision_query of = {.key = &t->site->key,
		.max = (uint32_t)t->limit, .newest = 1};

	return store_decisions(engine_store(t->s->engine), &of, decision, t,
		&t->o->err);
}

static int site_json(struct telling *t)
{
	struct json *j = &t->o->json;
	const char *state = t->site->state;
	int rc;

	json_open(j, '{');
	json_kint(j, "v", 1);
	learned_doc_site(j, t->site);
	json_key(j, "state");
	json_raw(j, str_of(state ? state : "null"));
	json_key(j, "last");
	json_open(j, '[');
	rc = each_decision(t);
	json_close(j, ']');
	json_close(j, '}');
	return rc;
}

/* Each line of `text`, indented; what a terminal would obey is gone. */
static void add_indented(struct buf *b, struct str text)
{
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		buf_str(b, "  ");
		screen_row(b, (struct str){text.p, n}, INT32_MAX);
		buf_char(b, '\n');
		n += end != NULL;
		text = (struct str){text.p + n, text.n - n};
	}
}

static int site_text(struct telling *t)
{
	const struct site_row *r = t->site;
	struct cmd_out *o = t->o;
	int columns = screen_columns(o->sink->out);
	struct buf known;
	int rc = 0;

	buf_printf(&o->text, "%s  ", r->brief);
	screen_line(&o->text, str_of(r->path), 0);
	buf_str(&o->text, "  in ");
	screen_line(&o->text, str_of(r->dir), 0);
	buf_str(&o->text, "\n  ");
	screen_line(&o->text, str_of(r->text), columns ? columns - 2 : 0);
	buf_printf(&o->text, "\n  %llu decision%s", (unsigned long long)
		r->count, r->count == 1 ? "" : "s");
	if (r->reset_at)
		buf_printf(&o->text, ", %llu since it was reset",
			(unsigned long long)r->fresh);
	buf_str(&o->text, r->frozen ? ", frozen\n" : "\n");
	buf_init(&known);
	if (r->state)
		rc = engine_tell_state(t->s->engine, str_of(r->state), &known,
			&o->err);
	if (known.len)
		buf_char(&o->text, '\n');
	add_indented(&o->text, (struct str){known.data, known.len});
	buf_release(&known);
	return rc < 0 ? -1 : each_decision(t);
}

/* ------------------------------------------------------------- what changes */
/* What was done to how many: as a document; 1 when it is to be said. */
static int told(struct session *s, struct cmd_out *o, const char *what,
	uint64_t count)
{
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_kint(&o->json, what, (int64_t)count);
		json_close(&o->json, '}');
	}
	return !o->as_json && !s->options->quiet;
}

static int reset(struct session *s, const struct site_row *r,
	struct cmd_out *o)
{
	uint64_t count;

	if (store_site_reset(engine_store(s->engine), r ? &r->key : NULL,
			&count, &o->err) < 0)
		return -1;
	if (!told(s, o, "reset", count))
		return 0;
	if (r)
		session_say(s, "%s begins anew; what it decided stays as a "
			"record", r->brief);
	else
		session_say(s, count == 1 ? "%llu site begins anew" :
			"%llu sites begin anew", (unsigned long long)count);
	return 0;
}

static int freeze(struct session *s, const struct site_row *r, int on,
	struct cmd_out *o)
{
	if (store_site_freeze(engine_store(s->engine), &r->key, on,
			&o->err) < 0)
		return -1;
	if (!told(s, o, on ? "frozen" : "thawed", 1))
		return 0;
	if (on)
		session_say(s, "%s stays as it is    /learned --thaw %s",
			r->brief, r->brief);
	else
		session_say(s, "%s learns again", r->brief);
	return 0;
}

static int of_site(struct session *s, const struct cmd_args *a,
	struct str name, struct cmd_out *o)
{
	struct telling t = {.s = s, .o = o, .limit = limit_of(a, o,
		DECISIONS)};
	struct site_row r;
	int rc;

	if (!t.limit)
		return -1;
	if (store_find_site(engine_store(s->engine), name, &r, &o->err) < 0)
		return cmd_blame(o, name);
	t.site = &r;
	if (cmd_flag(a, "reset"))
		rc = reset(s, &r, o);
	else if (cmd_flag(a, "freeze") || cmd_flag(a, "thaw"))
		rc = freeze(s, &r, cmd_flag(a, "freeze"), o);
	else
		rc = o->as_json ? site_json(&t) : site_text(&t);
	site_row_release(&r);
	return rc;
}

/* -------------------------------------------------------------- the command */
/* Which flags make sense together. */
static int check(const struct cmd_args *a, struct str site, struct err *err)
{
	int reset_it = cmd_flag(a, "reset"), all = cmd_flag(a, "all");
	int hold = cmd_flag(a, "freeze") + cmd_flag(a, "thaw");

	if (reset_it + hold > 1) {
		err_set(err, ERR_USAGE, "one of --reset, --freeze and --thaw");
		return err_help(err, "/learned --help");
	}
	if (all && (!reset_it || site.p)) {
		err_set(err, ERR_USAGE, "--all goes with --reset alone");
		return err_help(err, "/learned --reset --all");
	}
	if (reset_it && !all && !site.p) {
		err_set(err, ERR_USAGE, "--reset needs a site, or --all");
		return err_help(err, "/learned --reset SITE; /learned lists "
			"them");
	}
	if (hold && !site.p) {
		err_set(err, ERR_USAGE, "--%s needs a site",
			cmd_flag(a, "freeze") ? "freeze" : "thaw");
		return err_help(err, "/learned lists them");
	}
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct str site = cmd_arg(a, "site");
	int rc;

	if (check(a, site, &o->err) < 0 ||
			engine_flush(s->engine, &o->err) < 0)
		return -1;
	if (site.p)
		rc = of_site(s, a, site, o);
	else
		rc = cmd_flag(a, "all") ? reset(s, NULL, o) : list(s, a, o);
	if (rc < 0)
		buf_clear(&o->doc);
	return rc;
}

static const struct vocab_field args[] = {
	{"site", 0, CMD_SITE, PLACE_POS, 0, "which: 6 or more digits of its "
		"key; else all"},
	{"reset", 'r', FIELD_FLAG, PLACE_FLAG, 0,
		"it begins anew; its decisions stay as a record"},
	{"all", 'a', FIELD_FLAG, PLACE_FLAG, 0, "with --reset: every site"},
	{"freeze", 'f', FIELD_FLAG, PLACE_FLAG, 0,
		"it stays as it is, whatever happens"},
	{"thaw", 't', FIELD_FLAG, PLACE_FLAG, 0, "it learns again"},
	{"limit", 'n', FIELD_NUMBER, PLACE_FLAG, 0, "at most so many, not 18 sites or 10 decisions"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_learned = {
	.name = "learned",
	.summary = "what the decisions of workflows have taught them",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/learned", "/learned -o json",
		"/learned --reset --all", NULL},
	.run = run,
};
