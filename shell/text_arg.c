/*
 * A run's stored plan, a file's, or a text compiled as the line it would be:
 * text that begins with a command is read as that line, else as a chain.
 */
#include "shell/text_arg.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/line_run.h"
#include "shell/params.h"
#include "shell/run_ref.h"
#include "shell/tell.h"
#include "shell/status.h"

/* A command and all of its text: with arrows only when the text is closed,
 * for else the command is the first of several steps. */
static int is_line(struct session *s, const struct line *l,
	struct str source)
{
	struct workflow_arg w;
	struct diags none;
	int arrows = memmem(l->rest.p, l->rest.n, "->", 2) ||
		memmem(l->rest.p, l->rest.n, "\xe2\x86\x92", 3), rc;

	if (!front_knows(&s->env, l->name))
		return 0;
	if (!arrows || vocab_find(s->env.vocab, l->name.p, l->name.n) >= 0)
		return !arrows;
	diags_init(&none, NULL, 1, source);
	rc = workflow_arg_split(&w, l->rest, (size_t)(l->rest.p - source.p),
		&none) == 0 && w.given;
	workflow_arg_release(&w);
	diags_release(&none);
	return rc;
}

static int is_given(struct str word)
{
	const char *eq = memchr(word.p, '=', word.n);

	return eq && is_name((struct str){word.p, (size_t)(eq - word.p)});
}

/* From the word `from` on, only what a file or a definition takes:
 * NAME=value, and any word behind `--`. */
static int all_given(const struct words *w, size_t from)
{
	for (size_t i = from; i < w->count; i++) {
		if (str_eq(w->word[i], "--"))
			return 1;
		if (!is_given(w->word[i]))
			return 0;
	}
	return 1;
}

/* "NAME P=value ...": the line of that definition, without its slash. */
static int is_call(struct session *s, struct str text, size_t at,
	struct str source, struct line *line)
{
	struct diags none;
	struct words w;
	int rc = 0;

	memset(&w, 0, sizeof(w));
	diags_init(&none, NULL, 1, source);
	if (words_split(&w, text, at, &none) == 0 && w.count > 1 &&
			is_name(w.word[0]) && w.word[0].n <= text.n &&
			memcmp(text.p, w.word[0].p, w.word[0].n) == 0 &&
			vocab_find(s->env.vocab, w.word[0].p,
				w.word[0].n) < 0 &&
			front_knows(&s->env, w.word[0]) && all_given(&w, 1)) {
		line->name = (struct str){text.p, w.word[0].n};
		line->rest = str_trim((struct str){text.p + w.word[0].n,
			text.n - w.word[0].n});
		rc = 1;
	}
	words_release(&w);
	diags_release(&none);
	return rc;
}

/* As what a run of it is remembered by. */
static void key_of(const struct submission *sub, struct digest *out)
{
	struct workflow_arg w = {0};
	struct buf normal;

	buf_init(&normal);
	front_normal_text(submission_text(sub, &w), &normal);
	digest_of(normal.data ? normal.data : "", normal.len, out);
	workflow_arg_release(&w);
	buf_release(&normal);
}

/* The line as if typed: the command in front, or /chain. */
static int compile(struct session *s, struct diags *d, struct str text,
	struct text_arg *t)
{
	struct lines l = {.source = d->source, .complete = 1};
	struct line line;

	l.at = (size_t)(text.p - d->source.p);
	memset(&line, 0, sizeof(line));
	line.kind = LINE_COMMAND;
	line.name = str_of("chain");
	line.rest = text;
	line.at = l.at;
	line.len = text.n;
	if (text.p[0] == '/') {
		struct diags quiet;
		struct line typed;
		size_t end = l.at + text.n;

		diags_init(&quiet, d->file, 1, d->source);
		l.source.n = end;
		if (line_next(&l, &typed, &quiet) == LINE_COMMAND &&
				l.at >= end && is_line(s, &typed, d->source))
			line = typed;
		diags_release(&quiet);
	} else {
		is_call(s, text, l.at, d->source, &line);
	}
	key_of(&(struct submission){.line = line, .diags = d}, &t->key);
	return front_compile(&s->env, &line, &t->plan, NULL, &t->redirect, d);
}

static int redirect(struct session *s, struct text_arg *t,
	struct cmd_out *o)
{
	if (!t->redirect.out_file.n && !t->redirect.pipe.n)
		return 0;
	if (sink_open(o->sink, &t->redirect, &s->out, s->dir, &o->err) < 0)
		return -1;
	return 0;
}

/* The words behind the name of a file of YAML, as behind `wf FILE --`. */
static int given_params(struct session *s, const struct cmd_args *a,
	struct text_arg *t)
{
	struct options given = {0};
	const char **args;
	int rc;

	if (t->redirect.count < 2 ||
			!front_is_block_file(t->file.diags.source, t->file.path))
		return 0;
	args = mem_zero(t->redirect.count * sizeof(const char *));
	for (size_t i = 1; i < t->redirect.count; i++)
		if (!str_eq(t->redirect.word[i], "--"))
			args[given.arg_count++] = mem_strndup(
				t->redirect.word[i].p, t->redirect.word[i].n);
	given.args = args;
	mem_free(params_json(&given, &t->file.diags));
	rc = t->file.diags.errors ? tell_diags(s, &t->file.diags, a->output)
		: 0;
	for (size_t i = 0; i < given.arg_count; i++)
		mem_free((void *)(uintptr_t)args[i]);
	mem_free((void *)(uintptr_t)args);
	return rc;
}

/* A word that names a file, and what it is given: its lines. 1: it is none. */
static int open_file(struct session *s, const struct cmd_args *a,
	struct str text, struct text_arg *t, struct cmd_out *o)
{
	struct diags none;
	int rc = 1;

	diags_init(&none, NULL, 1, a->diags->source);
	if (words_split(&t->redirect, text, (size_t)(text.p -
			a->diags->source.p), &none) == 0 &&
			t->redirect.count &&
			text_file_named(t->redirect.word[0]) &&
			all_given(&t->redirect, 1))
		rc = text_file_open(s, t->redirect.word[0], a->output,
			&t->file, &o->err);
	else
		words_release(&t->redirect);
	diags_release(&none);
	if (rc == 0 && o->as_json && t->file.count > 1)
		return err_set(&o->err, ERR_USAGE, "%s holds %zu workflows: "
			"a document shows one", t->file.path, t->file.count);
	if (rc == 0)
		rc = given_params(s, a, t);
	return rc == 0 ? redirect(s, t, o) : rc;
}

int text_arg_open(struct session *s, const struct cmd_args *a,
	const char *name, struct text_arg *t, struct cmd_out *o)
{
	struct str text = cmd_arg(a, name);
	struct diags d;
	int rc;

	memset(t, 0, sizeof(*t));
	rc = open_file(s, a, text, t, o);
	if (rc <= 0 || t->file.path)
		return rc;
	if (cmd_is_run(text) && (text.p[0] == '@' ||
			!front_knows(&s->env, text))) {
		if (run_view(s, a, name, &t->view, o) < 0)
			return -1;
		t->is_run = 1;
		t->plan = t->view.plan;
		return 0;
	}
	diags_init(&d, a->diags->file, a->diags->first_line,
		a->diags->source);
	d.first_col = a->diags->first_col;
	rc = compile(s, &d, text, t);
	if (rc < 0)
		rc = tell_diags(s, &d, a->output);
	else
		rc = redirect(s, t, o);
	diags_release(&d);
	return rc;
}

size_t text_arg_count(const struct text_arg *t)
{
	return t->file.path ? t->file.count : 1;
}

const struct plan *text_arg_plan(const struct text_arg *t, size_t i,
	struct buf *place)
{
	const struct submission *sub = t->file.path ? &t->file.lines[i] : NULL;
	uint32_t line, col;

	if (!sub)
		return t->plan;
	diag_place(&t->file.diags, sub->line.at, &line, &col);
	if (t->file.count > 1)
		buf_printf(place, "%s:%u", t->file.path, line);
	return submission_plan(sub);
}

const struct digest *text_arg_key(const struct text_arg *t, size_t i,
	struct digest *out)
{
	if (t->is_run)
		return &t->view.row->text_key;
	if (!t->file.path)
		return &t->key;
	key_of(&t->file.lines[i], out);
	return out;
}

void text_arg_release(struct text_arg *t)
{
	text_file_release(&t->file);
	if (t->is_run)
		view_release(&t->view);
	else
		plan_drop(t->plan);
	words_release(&t->redirect);
	memset(t, 0, sizeof(*t));
}
