/*
 * A run's stored plan, or a text compiled as the line it would be: text that
 * begins with a command is read as that line, else as a chain.
 */
#include "shell/text_arg.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "shell/line_run.h"
#include "shell/run_ref.h"
#include "shell/tell.h"
#include "shell/status.h"

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
				l.at >= end && front_knows(&s->env,
				typed.name) && !memmem(text.p, text.n, "->",
				2) && !memmem(text.p, text.n, "\xe2\x86\x92",
				3))
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

int text_arg_open(struct session *s, const struct cmd_args *a,
	const char *name, struct text_arg *t, struct cmd_out *o)
{
	struct str text = cmd_arg(a, name);
	struct diags d;
	int rc;

	memset(t, 0, sizeof(*t));
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

void text_arg_release(struct text_arg *t)
{
	if (t->is_run)
		view_release(&t->view);
	else
		plan_drop(t->plan);
	words_release(&t->redirect);
	memset(t, 0, sizeof(*t));
}
