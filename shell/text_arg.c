/*
 * A run's stored plan, a file's, or a text compiled as the line it would be:
 * text that begins with a command is read as that line, else as a chain.
 */
#include "shell/text_arg.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "shell/line_run.h"
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
	}
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

/* One word that names a file: its lines. 1: it is none. */
static int open_file(struct session *s, const struct cmd_args *a,
	struct str text, struct text_arg *t, struct cmd_out *o)
{
	struct diags none;
	int rc = 1;

	diags_init(&none, NULL, 1, a->diags->source);
	if (words_split(&t->redirect, text, (size_t)(text.p -
			a->diags->source.p), &none) == 0 &&
			t->redirect.count == 1 &&
			text_file_named(t->redirect.word[0]))
		rc = text_file_open(s, t->redirect.word[0], a->output,
			&t->file, &o->err);
	else
		words_release(&t->redirect);
	diags_release(&none);
	if (rc == 0 && o->as_json && t->file.count > 1)
		return err_set(&o->err, ERR_USAGE, "%s holds %zu workflows: "
			"a document shows one", t->file.path, t->file.count);
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
