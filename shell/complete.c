/*
 * What may stand at a place is found from what stands before it, without
 * reading the text as a whole: it is not finished, and may never be right.
 */
#include "shell/complete.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/view.h"
#include "shell/annotations.h"
#include "shell/cmd.h"
#include "shell/run_ref.h"
#include "shell/session.h"

enum { RUNS = 20, NAMES = 256 };

struct at {
	struct session *s;
	struct str text;       /* up to the cursor */
	struct str word;       /* its end, to be completed */
	struct matches *out;
};

/* ---------------------------------------------------------------- matches */
static void add(struct at *a, const char *text, const char *about)
{
	struct matches *m = a->out;

	if (strncmp(text, a->word.p, a->word.n) != 0)
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
	m->v[m->count++].about = about && about[0] ? mem_strdup(about) : NULL;
}

static void add_joined(struct at *a, const char *before, const char *text,
	const char *about)
{
	char *whole = mem_printf("%s%s", before, text);

	add(a, whole, about);
	mem_free(whole);
}

void matches_release(struct matches *m)
{
	for (size_t i = 0; i < m->count; i++) {
		mem_free(m->v[i].text);
		mem_free(m->v[i].about);
	}
	free(m->v);
	memset(m, 0, sizeof(*m));
}

/* --------------------------------------------------------------- commands */
static void add_kinds(struct at *a)
{
	const struct vocab *v = a->s->env.vocab;

	for (size_t i = 0; i < v->count; i++)
		add_joined(a, "/", v->kinds[i]->name, v->kinds[i]->summary);
}

static void add_workflows(struct at *a)
{
	for (size_t i = 0; workflow_helps[i].name; i++)
		add_joined(a, "/", workflow_helps[i].name,
			workflow_helps[i].summary);
}

static void add_alias(void *ud, const struct front_def *def)
{
	char *name = mem_strndup(def->name.p, def->name.n);

	add_joined(ud, "/", name, "alias");
	mem_free(name);
}

static void add_defs(struct at *a, const char *before)
{
	const char *names[NAMES];
	size_t n = defs_names(&a->s->defs, names, NAMES);

	for (size_t i = 0; i < n; i++)
		add_joined(a, before, names[i], "definition");
}

static void add_commands(struct at *a)
{
	add_workflows(a);
	add_kinds(a);
	for (size_t i = 0; cmd_list[i]; i++)
		add_joined(a, "/", cmd_list[i]->name, cmd_list[i]->summary);
	add_defs(a, "/");
	defs_each(&a->s->defs, 1, add_alias, a);
}

/* Of /help: names without the slash, and the topics. */
static void add_topics(struct at *a)
{
	for (size_t i = 0; workflow_helps[i].name; i++)
		add(a, workflow_helps[i].name, workflow_helps[i].summary);
	for (size_t i = 0; i < a->s->env.vocab->count; i++)
		add(a, a->s->env.vocab->kinds[i]->name,
			a->s->env.vocab->kinds[i]->summary);
	for (size_t i = 0; cmd_list[i]; i++)
		add(a, cmd_list[i]->name, cmd_list[i]->summary);
}

/* ------------------------------------------------------------------- runs */
static int add_run(void *ud, const struct run_row *r)
{
	struct at *a = ud;
	char age[16];
	struct buf about;

	run_age(r->started_ms, age);
	buf_init(&about);
	buf_printf(&about, "%-11s %4s  ", run_state_name(
		(enum run_state)r->state), age);
	run_title(a->s, r, &about);
	add(a, r->brief, buf_cstr(&about));
	buf_release(&about);
	return 0;
}

static void add_runs(struct at *a)
{
	struct run_filter f = {.state = -1, .brief = 1, .limit = RUNS};
	struct err err = {0};

	if (a->s->no_state.code)
		return;
	add(a, "@last", "the last run");
	store_list(engine_store(a->s->engine), &f, add_run, a, &err);
}

/* RUN. has been typed: its steps. */
static void add_steps_of(struct at *a)
{
	const char *dot = memchr(a->word.p, '.', a->word.n);
	size_t n = dot ? (size_t)(dot - a->word.p) : 0;
	char *name = mem_strndup(a->word.p, n);
	struct err err = {0};
	struct view v;
	struct buf b;

	if (dot && view_open(a->s->engine, name, &v, &err) == 0) {
		buf_init(&b);
		for (uint32_t i = 0; i < v.plan->bodies[0].count; i++) {
			buf_clear(&b);
			buf_printf(&b, "%s.", name);
			run_path(v.run, 0, v.plan->bodies[0].first + i, &b);
			add(a, buf_cstr(&b), NULL);
		}
		buf_release(&b);
		view_release(&v);
	}
	mem_free(name);
}

/* ------------------------------------------------------------------ flags */
static void add_fields(struct at *a, const struct vocab_field *f)
{
	for (; f && f->name; f++)
		if (f->place == PLACE_FLAG)
			add_joined(a, "--", f->name, f->help);
	add(a, "--help", "what it does, with examples");
	add(a, "--output", "text, json or jsonl");
}

static void add_workflow_flags(struct at *a)
{
	for (size_t i = 0; workflow_flags[i].name; i++)
		add_joined(a, "--", workflow_flags[i].name,
			workflow_flags[i].help);
	add(a, "--help", "what it does, with examples");
}

static int is_flag(struct str w)
{
	return w.n > 0 && w.p[0] == '-';
}

/* "a|b|c" or "a, b, c". */
static void add_choices(struct at *a, const char *list, const char *between)
{
	while (*list) {
		size_t n = strcspn(list, between);
		char *one = mem_strndup(list, n);

		if (n)
			add(a, one, NULL);
		mem_free(one);
		list += n;
		list += strspn(list, between);
	}
}

/* ---------------------------------------------------------------- settings */
static void add_settings(struct at *a)
{
	for (int id = 0; id < SET_COUNT; id++)
		if (!setting_kinds[id].fixed)
			add(a, setting_kinds[id].name,
				setting_kinds[id].summary);
	add(a, "vars.", "a variable of your own");
}

static void add_setting_values(struct at *a, struct str name)
{
	struct err err = {0};
	int id = setting_find(name, &err);

	if (id >= 0 && setting_kinds[id].choices)
		add_choices(a, setting_kinds[id].choices, "|");
}

/* ------------------------------------------------------- in workflow text */
static int is_label(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Names that stand before a colon and a blank: steps of the text. */
static void add_labels(struct at *a, const char *before)
{
	struct str t = a->text;

	for (size_t i = 1; i + 1 < t.n; i++) {
		size_t from = i;
		char *name;

		if (t.p[i] != ':' || (t.p[i + 1] != ' ' && t.p[i + 1] != '\n'))
			continue;
		while (from > 0 && is_label(t.p[from - 1]))
			from--;
		if (from == i || (from > 0 && t.p[from - 1] == '/'))
			continue;
		name = mem_strndup(t.p + from, i - from);
		add_joined(a, before, name, "step");
		mem_free(name);
	}
}

static void add_references(struct at *a)
{
	static const char *const roots[] = {"prev", "item", "index", "args.",
		"vars.", "env.", "run.", "session."};

	add_labels(a, "");
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		add(a, roots[i], NULL);
	a->out->no_blank = 1;
}

static void add_annotations(struct at *a)
{
	const char *name, *meaning;

	for (size_t i = 0; annotation_at(i, &name, &meaning); i++)
		add_joined(a, "@", name, meaning);
	a->out->no_blank = 1;
}

/* Whether the text has opened a ${ that is not closed. */
static int in_reference(struct str t)
{
	for (size_t i = t.n; i > 1; i--) {
		if (t.p[i - 1] == '}' || t.p[i - 1] == ' ')
			return 0;
		if (t.p[i - 1] == '{' && t.p[i - 2] == '$')
			return 1;
	}
	return 0;
}

/* What stands before the word ends in: an arrow, an opening, a comma, a
 * label: an item begins. */
static int begins_item(struct str before)
{
	static const char *const ends[] = {"->", "\xe2\x86\x92", "[", "(", ",",
		"\"", "'", "{", " then", " else", " do", " or", ": "};
	int blank = before.n && before.p[before.n - 1] == ' ';
	struct str s = str_trim(before);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct str t = ends[i][0] == ':' ? before : s;
		size_t n = strlen(ends[i]);

		if (ends[i][0] == ' ' && !blank)
			continue;
		if (t.n >= n && memcmp(t.p + t.n - n, ends[i], n) == 0)
			return 1;
	}
	return 0;
}

static void in_workflow(struct at *a, struct str before, int opened)
{
	if (a->word.n && a->word.p[0] == '@') {
		add_annotations(a);
	} else if (begins_item(before) || !opened) {
		add_kinds(a);
		add_workflows(a);
		if (a->word.n && a->word.p[0] != '/')
			add_defs(a, "");
		else if (!a->word.n)
			add_defs(a, "");
	} else {
		a->out->is_files = 1;
	}
}

/* ------------------------------------------------------------------ places */
/* The words of the line before the one to be completed. */
struct before {
	struct str name;       /* of the command */
	struct str last;       /* word */
	size_t words;          /* behind the name, flags not counted */
	int opened;            /* a quote or brace has begun */
};

static void look_before(struct str line, struct before *b)
{
	size_t i = 1;

	memset(b, 0, sizeof(*b));
	while (i < line.n && line.p[i] != ' ' && line.p[i] != '\n' &&
			line.p[i] != '\t')
		i++;
	b->name = (struct str){line.p + 1, i - 1};
	while (i < line.n) {
		size_t from;

		while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\n' ||
				line.p[i] == '\t'))
			i++;
		from = i;
		while (i < line.n && line.p[i] != ' ' && line.p[i] != '\n' &&
				line.p[i] != '\t')
			i++;
		if (i == from)
			break;
		b->last = (struct str){line.p + from, i - from};
		b->words += !is_flag(b->last);
		b->opened |= strchr("\"'{", line.p[from]) != NULL;
	}
}

static void by_type(struct at *a, const struct vocab_field *f)
{
	switch (f->type) {
	case CMD_RUN:
	case CMD_WORKFLOW:
		add_runs(a);
		break;
	case CMD_STEP:
		if (memchr(a->word.p ? a->word.p : "", '.', a->word.n))
			add_steps_of(a);
		else
			add_runs(a);
		break;
	case FIELD_PATH:
		a->out->is_files = 1;
		break;
	case CMD_SETTING:
		add_settings(a);
		break;
	case CMD_TOPIC:
		add_topics(a);
		break;
	default:
		break;
	}
}

static void of_command(struct at *a, const struct cmd *c,
	const struct before *b)
{
	const struct vocab_field *f = c->args;
	size_t i = 0;

	if (is_flag(a->word)) {
		add_fields(a, f);
		return;
	}
	if (f->name && f->type == CMD_SETTING && b->words == 1) {
		add_setting_values(a, b->last);
		return;
	}
	for (; f->name; f++) {
		if (f->place == PLACE_FLAG)
			continue;
		if (i++ == b->words || f->place == PLACE_REST) {
			by_type(a, f);
			return;
		}
	}
}

static void of_kind(struct at *a, const struct vocab_kind *k,
	const struct before *b)
{
	if (is_flag(a->word) && !b->opened)
		add_fields(a, k->fields);
	else
		a->out->is_files = 1;
}

static void of_line(struct at *a, struct str line)
{
	struct str before = {line.p, line.n - a->word.n};
	struct before b;
	const struct cmd *c;
	int kind;

	look_before(before, &b);
	c = cmd_find(b.name);
	kind = vocab_find(a->s->env.vocab, b.name.p, b.name.n);
	if (str_eq(b.last, "--output") || str_eq(b.last, "-o"))
		add_choices(a, "text json jsonl", " ");
	else if (str_eq(b.last, "--on-error"))
		add_choices(a, "stop continue_on_failure ignore rollback", " ");
	else if (c)
		of_command(a, c, &b);
	else if (kind >= 0)
		of_kind(a, a->s->env.vocab->kinds[kind], &b);
	else if (is_flag(a->word) && !b.opened)
		add_workflow_flags(a);
	else
		in_workflow(a, before, b.opened || b.words > 0);
}

/* Where the line that the cursor is in begins: a submission may have many,
 * and only its first line names the command. */
static size_t line_begin(struct str t)
{
	size_t i = 0;

	while (i < t.n && (t.p[i] == ' ' || t.p[i] == '\n' || t.p[i] == '\t'))
		i++;
	return i;
}

void complete(struct session *s, struct str text, size_t at,
	struct matches *out)
{
	struct at a = {.s = s, .text = text, .out = out};
	size_t from = line_begin(text);
	struct str line = {text.p + from, text.n - from};

	memset(out, 0, sizeof(*out));
	a.word = (struct str){text.p + at, text.n - at};
	if (in_reference((struct str){text.p, at}))
		add_references(&a);
	else if (from >= at && (!a.word.n || a.word.p[0] == '/'))
		add_commands(&a);
	else if (line.n && line.p[0] == '!')
		out->is_files = 1;
	else if (line.n && line.p[0] == '/')
		of_line(&a, line);
}
