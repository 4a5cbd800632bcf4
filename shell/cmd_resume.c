/*
 * /resume: goes on with a run that stopped, failed, was cancelled, paused or
 * waits. Says first which steps run again although they had begun.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/io/file.h"
#include "shell/bang.h"
#include "shell/doc.h"
#include "shell/errand.h"
#include "shell/line_run.h"
#include "shell/run_ref.h"
#include "shell/tell.h"

struct edit {
	char *text;            /* a whole line or block; owned */
	struct diags diags;
	struct submission sub;
	struct workflow_arg split; /* the line's text without its flags */
};

/* ---------------------------------------------------------------- editing */
static char *edit_file(struct session *s, const char *before,
	struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = mem_printf("%s/wf-edit.XXXXXX", tmp && tmp[0] ? tmp
		: "/tmp");
	int fd = mkostemp(path, O_CLOEXEC), status;
	struct buf b;
	char *text = NULL;

	buf_init(&b);
	if (fd < 0 || write(fd, before, strlen(before)) < 0) {
		err_errno(err, ERR_IO, "cannot write %s", path);
		goto out;
	}
	status = bang_editor(s, setting_get(&s->settings, SET_EDITOR), path, err);
	if (status != 0 && err->code == ERR_NONE)
		err_set(err, ERR_IO, "the editor ended with status %d",
			status);
	else if (status == 0 && file_read(NULL, path, LIMIT_SOURCE, &b,
			err) == 0)
		text = mem_strndup(buf_cstr(&b), b.len);
	if (text && !str_trim(str_of(text)).n) {
		mem_free(text);
		text = NULL;
		err_set(err, ERR_USAGE,
			"the edited text is empty: the run is as it was");
	}
out:
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	buf_release(&b);
	mem_free(path);
	return text;
}

/* The line as typed; --text may be the workflow text alone. */
static char *new_text(struct session *s, const struct cmd_args *a,
	const struct view *v, struct err *err)
{
	struct str said = cmd_arg(a, "text");

	if (!said.p)
		return edit_file(s, plan_text(v->plan, v->plan->source), err);
	if (said.n && said.p[0] == '/')
		return mem_strndup(said.p, said.n);
	return mem_printf("/%s %.*s", v->row->command, (int)said.n, said.p);
}

static int compile(struct session *s, const struct cmd_args *a,
	struct edit *e)
{
	struct lines l = {.source = str_of(e->text), .complete = 1};
	struct line line;

	diags_init(&e->diags, "edited text", 1, l.source);
	if (line_next(&l, &line, &e->diags) != LINE_BAD)
		submission_read(s, &line, &e->diags, &e->sub);
	if (e->diags.errors)
		return tell_diags(s, &e->diags, a->output);
	if (e->sub.plan)
		return 0;
	diag_add(&e->diags, "E103", caret(0, 1), NULL,
		"the edited text is no workflow");
	return tell_diags(s, &e->diags, a->output);
}

/* Steps that had finished and are not taken over: told; their number. */
static size_t changed(struct session *s, const struct view *v,
	struct plan *plan)
{
	const struct plan_body *b = &v->plan->bodies[0];
	const uint32_t *from = NULL;
	uint8_t *keep = view_keep(v, plan, &from), *undone = view_undone(v);
	size_t n = 0;

	for (uint32_t i = b->first; i < b->first + b->count; i++) {
		const char *name = plan_text(v->plan, v->plan->nodes[i].name);
		uint32_t k = 0;

		if (run_step(v->run, 0, i)->state != STEP_SUCCEEDED ||
				undone[i])
			continue;
		while (k < plan->node_count && !(keep[k] && from[k] == i))
			k++;
		if (k < plan->node_count)
			continue;
		session_say(s, "- %s (had finished; changed or gone)", name);
		n++;
	}
	for (uint32_t k = 0; k < plan->bodies[0].count; k++)
		if (!keep[k])
			session_say(s, "+ %s (runs)", plan_text(plan,
				plan->nodes[plan->bodies[0].first + k].name));
	free(undone);
	free(keep);
	free((void *)(uintptr_t)from);
	return n;
}

static int apply_edit(struct session *s, const struct cmd_args *a,
	const struct view *v, struct edit *e, struct cmd_out *o)
{
	int status;

	e->text = new_text(s, a, v, &o->err);
	if (!e->text)
		return -1;
	status = compile(s, a, e);
	if (status != 0)
		return status;
	if (changed(s, v, e->sub.plan) == 0 || cmd_flag(a, "force"))
		return 0;
	err_set(&o->err, ERR_REFUSED,
		"the new text changes steps that have finished");
	return err_help(&o->err, "/resume %s --force takes it all the same: "
		"they run again", v->ulid_short);
}

/* ----------------------------------------------------------------- resume */
/* Whether the shell ended while the step itself ran: one whose @fallback
 * stands in has failed already, and that is recorded. */
static int was_running(const struct step *st, const struct plan_node *n)
{
	return st->state == STEP_RUNNING && node_is_leaf(n) && !(st->flags &
		(STEP_ON_SIGNAL | STEP_ON_TIMER | STEP_FELL_BACK));
}

static void say_again(struct session *s, const struct view *v)
{
	const struct run *r = v->run;
	struct buf path;

	buf_init(&path);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct plan_node *n =
				&r->plan->nodes[b->first + i];

			if (!was_running(&r->frames[f].steps[i], n))
				continue;
			buf_clear(&path);
			run_path(r, f, b->first + i, &path);
			session_say(s, n->effect == EFFECT_ONCE
				? "%s was running when its shell ended: it "
				"is not known whether it was done"
				: "%s runs again: it was running when its "
				"shell ended", buf_cstr(&path));
		}
	}
	buf_release(&path);
}

static int has_doubt(const struct run *r)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];
			const struct plan_node *n =
				&r->plan->nodes[b->first + i];

			if (st->state == STEP_IN_DOUBT || (was_running(st, n)
					&& n->effect == EFFECT_ONCE))
				return 1;
		}
	}
	return 0;
}

static int set_verdict(const struct cmd_args *a, const struct view *v,
	struct resume_options *how, struct err *err)
{
	static const char *const words[] = {"retry", "skip", "done"};
	struct str said = cmd_arg(a, "in-doubt");

	if (!said.p)
		return 0;
	for (uint8_t i = 0; i < 3; i++) {
		if (!str_eq(said, words[i]))
			continue;
		how->in_doubt = has_doubt(v->run) ? i + 1 : 0;
		return 0;
	}
	return err_set(err, ERR_USAGE, "--in-doubt is retry, skip or done");
}

/* What the run is remembered by from now on: as every run without its
 * command, unless that is another one than before. */
static struct str kept_text(const struct view *v, struct edit *e)
{
	const char *command = plan_text(e->sub.plan, e->sub.plan->command);

	if (strcmp(command, v->row->command) != 0)
		return str_of(e->text);
	return submission_text(&e->sub, &e->split);
}

/* It stays as it is recorded, and is told as /show tells it. */
static int nothing_left(struct session *s, const struct view *v,
	struct cmd_out *o)
{
	struct lost lost = {0};
	struct doc_of of = {.engine = s->engine, .run = v->run,
		.ulid = v->row->ulid, .parent = v->row->parent,
		.command = v->row->command, .text = v->row->text,
		.lost = &lost};

	if (o->as_json) {
		doc_run(&o->json, &of);
		return lost_tell(s, &lost);
	}
	session_say(s, "run %s has succeeded: nothing to resume    /resume %s "
		"--from STEP runs from a step on", v->ulid_short,
		v->ulid_short);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct resume_options how = {.tap = 0};
	struct errand_resume r = {.how = &how, .sink = o->sink,
		.form = session_form(s, a->output),
		.background = a->line->background};
	char *from = cmd_take(a, "from");
	struct edit e;
	struct view v;
	int status = -1, alive;

	memset(&e, 0, sizeof(e));
	if (run_view(s, a, "run", &v, o) < 0) {
		mem_free(from);
		return -1;
	}
	how.from = from;
	r.row = v.row;
	if (set_verdict(a, &v, &how, &o->err) < 0) {
		cmd_blame(o, cmd_arg(a, "in-doubt"));
		goto out;
	}
	if (v.row->state == RUN_SUCCEEDED && !from && !cmd_flag(a, "edit") &&
			!cmd_arg(a, "text").p) {
		status = nothing_left(s, &v, o);
		goto out;
	}
	alive = engine_elsewhere(s->engine, v.row, &o->err);
	if (alive < 0)
		goto out;
	if (cmd_flag(a, "edit") || cmd_flag(a, "text")) {
		status = apply_edit(s, a, &v, &e, o);
		if (status != 0)
			goto out;
		how.plan = e.sub.plan;
		how.text = kept_text(&v, &e);
	}
	if (!alive)
		say_again(s, &v);
	if (r.background)
		r.sink = NULL;
	status = errand_resume(s, &r, &o->err);
	if (status < 0 && from && (o->err.code == ERR_NOTFOUND ||
			o->err.code == ERR_USAGE))
		cmd_blame(o, cmd_arg(a, "from"));
out:
	workflow_arg_release(&e.split);
	submission_release(&e.sub);
	diags_release(&e.diags);
	mem_free(e.text);
	mem_free(from);
	view_release(&v);
	return status;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{"from", 0, FIELD_WORD, PLACE_FLAG, 0,
		"this step and what follows it run again"},
	{"edit", 'e', FIELD_FLAG, PLACE_FLAG, 0,
		"edit the text first, with $VISUAL or $EDITOR"},
	{"text", 0, FIELD_WORD, PLACE_FLAG, 0, "go on with this text"},
	{"force", 0, FIELD_FLAG, PLACE_FLAG, 0,
		"although finished steps change"},
	{"in-doubt", 0, FIELD_WORD, PLACE_FLAG, 0,
		"retry, skip or done: for steps in doubt"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_resume = {
	.name = "resume",
	.summary = "go on with a run that has stopped",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/resume", "/resume @last",
		"/resume @last --in-doubt retry", NULL},
	.run = run,
};
