/*
 * The names that completion offers, out of the tables that help is made of
 * and of what is recorded.
 */
#include "shell/complete_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/facts.h"
#include "engine/front/yaml_keys.h"
#include "engine/view.h"
#include "shell/annotations.h"
#include "shell/fact_known.h"
#include "shell/help_def.h"
#include "shell/run_ref.h"
#include "shell/screen.h"
#include "shell/topics.h"

/* RUNS: how many are listed; of more those are looked at that begin so. */
enum { RUNS = 20, RUNS_LOOKED_AT = 500, NAMES = 256 };

extern char **environ;

/* ---------------------------------------------------------------- matches */
void comp_add(struct at *a, const char *text, const char *about)
{
	struct matches *m = a->out;

	if (a->word.n && strncmp(text, a->word.p, a->word.n) != 0)
		return;
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->v[i].text, text) == 0)
			return;
	if (m->count == COMPLETE_MAX) {
		m->left_out++;
		return;
	}
	m->v = mem_more(m->v, m->count, &m->cap, sizeof(*m->v));
	m->v[m->count].text = mem_strdup(text);
	m->v[m->count].shown = NULL;
	m->v[m->count++].about = about && about[0] ? mem_strdup(about) : NULL;
}

static void add_joined(struct at *a, const char *before, struct str text,
	const char *after, const char *about)
{
	char *whole = mem_printf("%s%.*s%s", before, (int)text.n, text.p,
		after);

	comp_add(a, whole, about);
	mem_free(whole);
}

void matches_release(struct matches *m)
{
	for (size_t i = 0; i < m->count; i++) {
		mem_free(m->v[i].text);
		mem_free(m->v[i].shown);
		mem_free(m->v[i].about);
	}
	free(m->v);
	memset(m, 0, sizeof(*m));
}

void comp_choices(struct at *a, const char *list)
{
	static const char between[] = "|, ";

	while (list && *list) {
		size_t n = strcspn(list, between);

		if (n)
			add_joined(a, "", (struct str){list, n}, "", NULL);
		list += n;
		list += strspn(list, between);
	}
}

/* --------------------------------------------------------------- commands */
static void add_kinds(struct at *a, const char *before)
{
	const struct vocab *v = a->s->env.vocab;

	for (size_t i = 0; i < v->count; i++)
		add_joined(a, before, str_of(v->kinds[i]->name), "",
			v->kinds[i]->summary);
}

static void add_workflows(struct at *a, const char *before)
{
	for (size_t i = 0; workflow_helps[i].name; i++)
		add_joined(a, before, str_of(workflow_helps[i].name), "",
			workflow_helps[i].summary);
}

static void add_cmds(struct at *a, const char *before)
{
	for (size_t i = 0; cmd_list[i]; i++)
		add_joined(a, before, str_of(cmd_list[i]->name), "",
			cmd_list[i]->summary);
}

void comp_defs(struct at *a, const char *before)
{
	const char *names[NAMES];
	size_t n = defs_names(&a->s->defs, names, NAMES);

	for (size_t i = 0; i < n; i++)
		add_joined(a, before, str_of(names[i]), "", "definition");
}

struct named {
	struct at *a;
	const char *before, *about;
};

static void add_named(void *ud, const struct front_def *def)
{
	const struct named *n = ud;

	add_joined(n->a, n->before, def->name, "", n->about);
}

void comp_aliases(struct at *a, const char *before)
{
	defs_each(&a->s->defs, DEF_ALIAS, add_named,
		&(struct named){a, before, "alias"});
}

void comp_facts(struct at *a)
{
	defs_each(&a->s->defs, DEF_FACT, add_named,
		&(struct named){a, "", "fact"});
}

static void add_measured(void *ud, const char *root, const char *field,
	const char *summary)
{
	char *name = mem_printf("%s.%s", root, field);

	comp_add(ud, root, "all of it");
	comp_add(ud, name, summary);
	mem_free(name);
}

void comp_all_facts(struct at *a)
{
	const struct fact_known *k = NULL;

	engine_facts_each(add_measured, a);
	while ((k = fact_known_next(k, a->s->dir)))
		comp_add(a, k->name, k->summary);
	comp_facts(a);
}

void comp_steps(struct at *a)
{
	add_kinds(a, "/");
	add_workflows(a, "/");
	comp_defs(a, "/");
}

void comp_commands(struct at *a)
{
	add_workflows(a, "/");
	add_kinds(a, "/");
	add_cmds(a, "/");
	comp_defs(a, "/");
	comp_aliases(a, "/");
}

/* With a slash too, as they are typed elsewhere. */
void comp_topics(struct at *a)
{
	const char *before = a->word.n && a->word.p[0] == '/' ? "/" : "";

	add_workflows(a, before);
	add_kinds(a, before);
	add_cmds(a, before);
	comp_defs(a, before);
	for (size_t i = 0; topics[i].name; i++)
		comp_add(a, topics[i].name, topics[i].summary);
	if (a->word.n && a->word.p[0] == '@')
		comp_annotations(a);
	a->out->no_blank = 0;
}

/* ------------------------------------------------------------------- runs */
struct runs {
	struct at *a;
	enum comp_runs which;
	size_t count;
};

static int add_run(void *ud, const struct run_row *r)
{
	struct runs *l = ud;
	struct at *a = l->a;
	struct buf about;
	char age[16];

	if (l->which == RUNS_WAITING && r->state != RUN_WAITING)
		return 0;
	if (a->word.n && strncmp(r->brief, a->word.p, a->word.n) != 0)
		return 0;
	run_age(r->started_ms, age);
	buf_init(&about);
	buf_printf(&about, "%-11s %4s  ", run_state_name(
		(enum run_state)r->state), age);
	run_title(a->s, r, &about);
	comp_add(a, r->brief, buf_cstr(&about));
	buf_release(&about);
	return ++l->count == RUNS;
}

void comp_runs(struct at *a, enum comp_runs which)
{
	struct run_filter f = {.state = -1, .brief = 1,
		.open_only = which != RUNS_ALL,
		.limit = a->word.n ? RUNS_LOOKED_AT : RUNS};
	struct runs l = {a, which, 0};
	struct err err = {0};

	if (a->s->no_state.code)
		return;
	if (which == RUNS_ALL)
		comp_add(a, "@last", "the last run");
	store_list(engine_store(a->s->engine), &f, add_run, &l, &err);
}

static int open_run(struct at *a, struct str run, struct view *v)
{
	char *name = mem_strndup(run.p ? run.p : "", run.n);
	struct err err = {0};
	int rc = run.n && !a->s->no_state.code ? view_open(a->s->engine, name,
		v, &err) : -1;

	mem_free(name);
	return rc == 0;
}

void comp_run_steps(struct at *a, struct str run, const char *before)
{
	struct view v;
	struct buf b;

	if (!open_run(a, run, &v))
		return;
	buf_init(&b);
	for (uint32_t i = 0; i < v.plan->bodies[0].count; i++) {
		uint32_t node = v.plan->bodies[0].first + i;

		buf_clear(&b);
		buf_str(&b, before);
		run_path(v.run, 0, node, &b);
		comp_add(a, buf_cstr(&b), NULL);
	}
	buf_release(&b);
	view_release(&v);
}

/* Choices of what the run asks. */
void comp_answers(struct at *a, struct str run)
{
	const char *dot = memchr(run.p ? run.p : "", '.', run.n), *list;
	struct err err = {0};
	struct place at;
	struct view v;
	struct str one;
	struct buf b;

	if (dot)
		run.n = (size_t)(dot - run.p);
	if (!open_run(a, run, &v))
		return;
	buf_init(&b);
	if (engine_asking(v.run, &at, &err) == 0 && engine_question(
			a->s->engine, v.run, at, "choices", &b)) {
		list = buf_cstr(&b);
		while (engine_choice(&list, &one))
			add_joined(a, "", one, "", NULL);
	}
	buf_release(&b);
	view_release(&v);
}

static int add_site(void *ud, const struct site_row *r)
{
	struct at *a = ud;
	struct buf about;

	buf_init(&about);
	buf_printf(&about, "%s  ", r->path);
	screen_line(&about, str_of(r->text), 0);
	comp_add(a, r->brief, buf_cstr(&about));
	buf_release(&about);
	return a->out->count == RUNS;
}

void comp_sites(struct at *a)
{
	struct err err = {0};

	if (!a->s->no_state.code)
		store_sites(engine_store(a->s->engine), add_site, a, &err);
}

/* ---------------------------------------------------------------- settings */
static void add_var(void *ud, const char *name)
{
	add_joined(ud, "vars.", str_of(name), "", "a variable of yours");
}

void comp_settings(struct at *a)
{
	for (int id = 0; id < SET_COUNT; id++)
		if (!setting_kinds[id].fixed)
			comp_add(a, setting_kinds[id].name,
				setting_kinds[id].summary);
	engine_each_var(a->s->engine, add_var, a);
	if (!a->out->count)
		a->out->no_blank = 1;
	comp_add(a, "vars.", "a variable of your own");
}

void comp_setting_values(struct at *a, struct str name)
{
	struct err err = {0};
	int id = setting_find(name, &err);
	const char *now;

	if (id < 0)
		return;
	now = setting_get(&a->s->settings, (enum setting_id)id);
	if (setting_kinds[id].choices)
		comp_choices(a, setting_kinds[id].choices);
	else if (now[0] && !strpbrk(now, " '\"\\"))
		comp_add(a, now, "as it is now");
}

void comp_environment(struct at *a, const char *before)
{
	for (char **e = environ; *e; e++)
		add_joined(a, before, (struct str){*e, strcspn(*e, "=")}, "",
			NULL);
}

/* ------------------------------------------------------- in workflow text */
static int is_label(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* `- name: build` of a block. */
static struct str yaml_label(struct str t, size_t colon)
{
	size_t from = colon + 2, n = 0;

	if (colon < 4 || memcmp(t.p + colon - 4, "name", 4) != 0)
		return (struct str){NULL, 0};
	while (from + n < t.n && is_label(t.p[from + n]))
		n++;
	return (struct str){t.p + from, n};
}

/* Names that stand before a colon and a blank: steps of the text. */
void comp_labels(struct at *a)
{
	struct str t = {a->text.p, (size_t)(a->word.p - a->text.p)};
	int block = t.n && memchr(t.p, '\n', t.n) != NULL;

	for (size_t i = 1; i + 1 < t.n; i++) {
		size_t from = i;
		struct str name;

		if (t.p[i] != ':' || t.p[i + 1] != ' ')
			continue;
		name = yaml_label(t, i);
		while (!name.n && from > 0 && is_label(t.p[from - 1]))
			from--;
		if (!name.n && (block || from == i ||
				(from > 0 && t.p[from - 1] == '/')))
			continue;
		if (!name.n)
			name = (struct str){t.p + from, i - from};
		add_joined(a, "", name, "", "step");
	}
}

/* name. has been typed: what is known of it. */
static void add_fields_of(struct at *a, struct str name)
{
	static const char *const fields[][2] = {
		{"output", "what it wrote"}, {"stdout", NULL},
		{"stderr", NULL}, {"json", "the output, read"},
		{"lines", "the output, a list"}, {"file", "that holds it"},
		{"exit_code", NULL}, {"ok", "whether it succeeded"},
		{"status", NULL}, {"duration_ms", NULL},
		{"attempts", NULL}, {"error", NULL}};
	char *before = mem_printf("%.*s.", (int)name.n, name.p);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add_joined(a, before, str_of(fields[i][0]), "", fields[i][1]);
	mem_free(before);
}

void comp_references(struct at *a)
{
	static const char *const roots[] = {"prev", "item", "index", "args.",
		"vars.", "env.", "run.", "session."};
	const char *dot = memchr(a->word.p, '.', a->word.n);
	struct str root = {a->word.p, dot ? (size_t)(dot - a->word.p) : 0};

	a->out->no_blank = 1;
	comp_facts(a);
	if (!dot) {
		comp_labels(a);
		for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
			comp_add(a, roots[i], NULL);
	} else if (str_eq(root, "vars")) {
		engine_each_var(a->s->engine, add_var, a);
	} else if (str_eq(root, "env")) {
		comp_environment(a, "env.");
	} else if (!str_eq(root, "args") && !str_eq(root, "run") &&
			!str_eq(root, "session")) {
		add_fields_of(a, root);
	}
}

void comp_annotations(struct at *a)
{
	const struct annotation *t;
	const char *name, *meaning;

	for (size_t i = 0; (t = annotation_at(i, &name, &meaning)); i++)
		add_joined(a, "@", str_of(name), strchr(t->word, '=') ? "="
			: "", meaning);
	a->out->no_blank = 1;
}

void comp_annotation_values(struct at *a, struct str name)
{
	if (str_eq(name, "needs"))
		comp_labels(a);
	else if (str_eq(name, "shell"))
		comp_choices(a, "sh bash");
	else if (str_eq(name, "dir") || str_eq(name, "reads") ||
			str_eq(name, "writes"))
		comp_files(a, str_eq(name, "dir"));
	else
		comp_key_values(a, name);
}

/* ----------------------------------------------------------------- blocks */
static const struct ykeys *const blocks[] = {&ykeys_document, &ykeys_chain,
	&ykeys_step, &ykeys_options, &ykeys_flow, &ykeys_condition};

void comp_keys(struct at *a)
{
	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++)
		for (size_t i = 0; i < blocks[b]->count; i++)
			add_joined(a, "", str_of(blocks[b]->keys[i].name),
				":", blocks[b]->keys[i].meaning);
}

void comp_key_values(struct at *a, struct str name)
{
	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++)
		for (size_t i = 0; i < blocks[b]->count; i++) {
			const struct ykey *k = &blocks[b]->keys[i];

			if (!str_eq(name, k->name))
				continue;
			comp_choices(a, k->type == YKEY_BOOL ? "true false"
				: k->choices);
		}
}

/* ------------------------------------------------------------------ flags */
void comp_fields(struct at *a, const struct vocab_field *f)
{
	for (; f && f->name; f++)
		if (f->place == PLACE_FLAG)
			add_joined(a, "--", str_of(f->name), "", f->help);
	comp_add(a, "--help", "what it does, with examples");
	comp_add(a, "--output", "text, json or jsonl");
}

void comp_workflow_flags(struct at *a)
{
	for (size_t i = 0; workflow_flags[i].name; i++)
		add_joined(a, "--", str_of(workflow_flags[i].name), "",
			workflow_flags[i].help);
	comp_add(a, "--help", "what it does, with examples");
	comp_add(a, "--output", "text, json or jsonl");
}
