/*
 * /facts: what conditions may ask for. Alone it lists names; with one it
 * measures now. Facts made by steps (of wf, or by /fact) are shown as a run
 * has read them last, never made: a condition does that.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/facts.h"
#include "engine/io/clock.h"
#include "shell/cmd.h"
#include "shell/fact_known.h"
#include "shell/fact_names.h"
#include "shell/fact_text.h"
#include "shell/screen.h"
#include "shell/session.h"

enum { NAME_COLUMNS = 26 };

struct facts_view {
	struct session *s;
	struct cmd_out *o;
	struct str root, field; /* asked for; both empty: all */
	const struct engine_fact *now; /* measured for it, or NULL */
	struct fact_names names;
	int is_measured;
	int columns;
};

/* ----------------------------------------------------------------- values */
static struct str value_of(const struct engine_fact *f, const char *field)
{
	struct str object, value = {"", 0};

	if (jspan_value(f->value, &object) == 0)
		jspan_find(object, str_of(field), &value);
	return value;
}

static int64_t age_ms(const struct engine_fact *f)
{
	int64_t age = clock_now_ms() - f->at_ms;

	return age > 0 ? age : 0;
}

static void put_age(struct buf *out, const struct engine_fact *f)
{
	fact_age(out, age_ms(f));
}

/* ------------------------------------------------------------------- rows */
static void json_fact(struct json *j, struct str value,
	const struct engine_fact *f)
{
	json_key(j, "value");
	fact_json(j, value);
	json_kint(j, "cost_ms", f->cost_ms);
	json_kint(j, "age_ms", age_ms(f));
}

static void json_row(struct facts_view *v, const char *name,
	const char *field, const char *summary, const struct engine_fact *f)
{
	struct json *j = &v->o->json;

	json_open(j, '{');
	json_ktext(j, "name", name);
	if (f)
		json_fact(j, value_of(f, field), f);
	json_ktext(j, "summary", summary);
	json_close(j, '}');
}

/* "10 (3 s ago): " */
static void put_known(struct buf *out, struct str value,
	const struct engine_fact *f)
{
	fact_text(out, value);
	buf_str(out, " (");
	put_age(out, f);
	buf_str(out, "): ");
}

/* Takes the row; a list is cut at the edge of the screen. */
static void put_row(struct facts_view *v, struct str name, struct buf *row)
{
	struct buf *out = &v->o->text;
	int left = v->columns - NAME_COLUMNS - 1;

	buf_printf(out, "%-*.*s ", NAME_COLUMNS, (int)name.n, name.p);
	screen_line(out, (struct str){row->data, row->len},
		!v->columns ? 0 : left > 4 ? left : 4);
	buf_char(out, '\n');
	buf_release(row);
}

/* Only what was asked for shows what it cost; a list what is known. */
static void text_row(struct facts_view *v, const char *name,
	const char *field, const char *summary, const struct engine_fact *f)
{
	struct buf row;

	buf_init(&row);
	if (!v->now) {
		if (f)
			put_known(&row, value_of(f, field), f);
		buf_str(&row, summary);
	} else {
		fact_text(&row, value_of(f, field));
		if (v->field.n) {
			buf_printf(&row, " (%lld ms, ", (long long)f->cost_ms);
			put_age(&row, f);
			buf_char(&row, ')');
		}
	}
	put_row(v, str_of(name), &row);
}

struct sought {
	const char *name;
	int found;
};

static void seek(void *ud, const struct front_def *d)
{
	struct sought *s = ud;

	s->found |= str_eq(d->name, s->name);
}

/* By a person: /fact security.issues_found … */
static int is_defined(const struct facts_view *v, const char *name)
{
	struct sought s = {name, 0};

	defs_each(&v->s->defs, DEF_FACT, seek, &s);
	return s.found;
}

/* By steps. */
static int is_replaced(const struct facts_view *v, const char *name)
{
	return is_defined(v, name) ||
		fact_known_find(str_of(name), v->s->dir);
}

static void on_field(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct facts_view *v = ud;
	char *name = mem_printf("%s.%s", root, field);
	struct engine_fact known;
	const struct engine_fact *f = v->now;

	if (!f && engine_fact_known(v->s->engine, root, v->s->dir, &known))
		f = &known;
	if ((v->root.n == 0 || str_eq(v->root, root)) &&
			(v->field.n == 0 || str_eq(v->field, field)) &&
			!is_replaced(v, name)) {
		if (v->o->as_json)
			json_row(v, name, field, summary, f);
		else
			text_row(v, name, field, summary, f);
	}
	mem_free(name);
}

/* ROOT, or ROOT.FIELD, or a name without a dot. */
static int is_asked_for(const struct facts_view *v, struct str name)
{
	size_t dot = 0;
	struct str field;

	while (dot < name.n && name.p[dot] != '.')
		dot++;
	field = (struct str){name.p + dot + 1, dot < name.n
		? name.n - dot - 1 : 0};
	name.n = dot;
	return !v->root.n || (str_same(name, v->root) && (!v->field.n ||
		(field.n && str_same(field, v->field))));
}

/* Of one that a step makes, as a run has read it. */
static int step_known(const struct facts_view *v, struct str name,
	struct engine_fact *out)
{
	char *text = mem_strndup(name.p, name.n);
	int known = engine_fact_known(v->s->engine, text, v->s->dir, out);

	mem_free(text);
	return known;
}

static void step_text(struct facts_view *v, struct str name, struct str said,
	const struct engine_fact *f)
{
	struct buf row;

	buf_init(&row);
	if (f)
		put_known(&row, f->value, f);
	buf_add(&row, said.p, said.n);
	put_row(v, name, &row);
}

/* One that a step makes: `summary` NULL: its text says what it is. */
static void step_row(struct facts_view *v, struct str name, struct str text,
	const char *summary)
{
	struct json *j = &v->o->json;
	struct str said = summary && !v->field.n ? str_of(summary) : text;
	struct engine_fact known, *f = NULL;

	if (!is_asked_for(v, name))
		return;
	if (step_known(v, name, &known))
		f = &known;
	if (!v->o->as_json) {
		step_text(v, name, said, f);
		return;
	}
	json_open(j, '{');
	json_kstr(j, "name", name);
	if (f)
		json_fact(j, f->value, f);
	if (summary)
		json_ktext(j, "summary", summary);
	json_kstr(j, "text", text);
	json_close(j, '}');
}

static void on_defined(void *ud, const struct front_def *d)
{
	step_row(ud, d->name, d->text, NULL);
}

/* Those that come with wf, where their program is. */
static void step_rows(struct facts_view *v)
{
	const struct fact_known *k = NULL;

	while ((k = fact_known_next(k, v->s->dir)))
		if (!is_defined(v, k->name))
			step_row(v, str_of(k->name), str_of(k->text),
				k->summary);
	defs_each(&v->s->defs, DEF_FACT, on_defined, v);
}

static void show(struct facts_view *v)
{
	struct cmd_out *o = v->o;

	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "dir", v->s->dir);
		json_key(&o->json, "facts");
		json_open(&o->json, '[');
	} else if (!v->field.n) {
		buf_printf(&o->text, "in %s", v->s->dir);
		if (v->now) {
			buf_printf(&o->text, ": %lld ms, ",
				(long long)v->now->cost_ms);
			put_age(&o->text, v->now);
		}
		buf_char(&o->text, '\n');
	}
	engine_facts_each(on_field, v);
	step_rows(v);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
}

/* ---------------------------------------------------------------- measure */
static int unknown(struct facts_view *v, struct str name)
{
	const char *near = text_nearest(name, v->names.list, v->names.count);

	err_set(&v->o->err, ERR_NOTFOUND, "no fact is called '%.*s'",
		(int)name.n, name.p);
	if (near)
		err_help(&v->o->err, "did you mean %s?", near);
	else
		err_help(&v->o->err, "/facts lists them");
	return cmd_blame(v->o, name);
}

static void is_measured_root(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct facts_view *v = ud;

	(void)summary;
	v->is_measured |= str_eq(v->root, root) &&
		(!v->field.n || str_eq(v->field, field));
}

/* Those of /fact are not measured here; 0 with nothing in *out. */
static int measure(struct facts_view *v, struct engine_fact *out)
{
	struct engine_fact_ask ask = {.dir = v->s->dir,
		.until = session_stopped, .ud = v->s};
	char *root;
	int rc;

	engine_facts_each(is_measured_root, v);
	if (!v->is_measured)
		return 0;
	root = mem_strndup(v->root.p, v->root.n);
	ask.root = root;
	rc = engine_fact_now(v->s->engine, &ask, out, &v->o->err);
	if (rc == 0)
		v->now = out;
	mem_free(root);
	return rc;
}

static int view(struct facts_view *v, struct str name)
{
	const char *dot = name.n ? memchr(name.p, '.', name.n) : NULL;
	struct engine_fact now;

	if (name.n && !fact_names_has(&v->names, name))
		return unknown(v, name);
	v->root = name;
	if (dot) {
		v->root.n = (size_t)(dot - name.p);
		v->field = (struct str){dot + 1, name.n - v->root.n - 1};
	}
	if (name.n && measure(v, &now) < 0)
		return -1;
	show(v);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct facts_view *v = mem_zero(sizeof(*v));
	int rc;

	v->s = s;
	v->o = o;
	v->columns = screen_columns(o->sink->out);
	fact_names_open(s, &v->names);
	rc = view(v, cmd_arg(a, "name"));
	fact_names_release(&v->names);
	mem_free(v);
	return rc;
}

static const struct vocab_field args[] = {
	{"name", 0, FIELD_WORD, PLACE_POS, 0,
		"ROOT or ROOT.FIELD: measures it here, now; what "
		"steps make is shown as a run has read it last"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_facts = {
	.name = "facts",
	.summary = "list what conditions may ask for; measure it",
	.group = "workflows",
	.args = args,
	.examples = (const char *const[]){"/facts", "/facts codebase",
		"/facts -o json security.issues_found", NULL},
	.run = run,
	.stateless = 1,
};
