/*
 * Reading and running one submission.
 */
#include "shell/line_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/bang.h"
#include "shell/errand.h"
#include "shell/help_def.h"
#include "shell/own_flags.h"
#include "shell/script.h"
#include "shell/status.h"
#include "shell/tell.h"

enum { DEPTH = 16 };

struct alias_line {
	struct buf text;
	struct diags diags;
	struct submission sub;
	char name[160];
};

/* Aliases being read, one within the other. */
static struct {
	struct str name[DEPTH];
	int count;
} reading;

/* ----------------------------------------------------------------- reading */
static const char *nearest_command(struct session *s, struct str name)
{
	const char *names[256];
	size_t n = 0;

	while (s->names[n] && n < 200) {
		names[n] = s->names[n];
		n++;
	}
	n += defs_names(&s->defs, names + n, 256 - n);
	return text_nearest(name, names, n);
}

static int unknown_command(struct session *s, struct submission *sub)
{
	const struct line *l = &sub->line;
	const char *near = nearest_command(s, l->name);
	char help[120];

	snprintf(help, sizeof(help), near ? "did you mean '/%s'?"
		: "/help lists the commands", near);
	return diag_add(sub->diags, "E111", caret(l->at, l->name.n + 1), help,
		"unknown command '/%.*s'", (int)l->name.n, l->name.p);
}

static int read_command(struct session *s, struct submission *sub)
{
	int rc = cmd_parse(sub->cmd, &sub->line, sub->diags, &sub->args);

	sub->output = sub->args.output; /* also for its errors */
	if (rc < 0)
		return -1;
	if (sub->cmd->read && !sub->args.help)
		return sub->cmd->read(s, &sub->args);
	return 0;
}

static int compile(struct session *s, struct submission *sub)
{
	if (str_eq(str_trim(sub->line.rest), "--help") && front_knows(
			&(struct front_env){.vocab = s->env.vocab},
			sub->line.name)) {
		sub->help = 1;
		return 0;
	}
	return own_flags_compile(s, sub);
}

/* An alias that leads back to itself: names the way round. */
static int alias_circle(struct submission *sub)
{
	struct str name = sub->line.name;
	struct buf way;
	int i = 0, rc;

	while (i < reading.count && !str_same(reading.name[i], name))
		i++;
	if (i == reading.count)
		return 0;
	buf_init(&way);
	for (; i < reading.count; i++)
		buf_printf(&way, "/%.*s -> ", (int)reading.name[i].n,
			reading.name[i].p);
	rc = diag_add(sub->diags, "E111", caret(sub->line.at, name.n + 1),
		"give one of them another line", "aliases in a circle: %s/%.*s",
		buf_cstr(&way), (int)name.n, name.p);
	buf_release(&way);
	return rc;
}

/* What is wrong in the line that an alias or definition stands for. */
static int retell(struct submission *sub, const char *what)
{
	const struct diags *d = &sub->alias->diags;
	char place[48] = "";
	uint32_t line, col;

	for (size_t i = 0; i < d->count; i++) {
		const char *inner = d->items[i].text;
		int said = strncmp(inner, "in ", 3) == 0 ||
			strncmp(inner, "aliases in a circle", 19) == 0;

		diag_place(d, d->items[i].at, &line, &col);
		if (sub->alias->sub.line.kind == LINE_BLOCK)
			snprintf(place, sizeof(place), ":%u:%u", line, col);
		diag_add(sub->diags, d->items[i].code,
			caret(sub->line.at, sub->line.name.n + 1),
			d->items[i].help, "%s%s%s%s", said ? "" : what,
			said ? "" : place, said ? "" : ": ", inner);
	}
	return -1;
}

/* Reads the line of sub->alias: `line`, or the first of its text. */
static int read_inner(struct session *s, struct submission *sub,
	struct line *line, const char *what)
{
	struct alias_line *a = sub->alias;
	struct lines l = {.complete = 1};

	if (alias_circle(sub) < 0)
		return -1;
	if (reading.count == DEPTH)
		return diag_add(sub->diags, "E111",
			caret(sub->line.at, sub->line.name.n + 1), NULL,
			"more than %d aliases within each other", DEPTH);
	reading.name[reading.count++] = sub->line.name;
	snprintf(a->name, sizeof(a->name), "%s: /%.*s",
		sub->diags->file ? sub->diags->file : "wf",
		(int)sub->line.name.n, sub->line.name.p);
	l.source = (struct str){a->text.data, a->text.len};
	diags_init(&a->diags, a->name, 1, l.source);
	if (line->kind || line_next(&l, line, &a->diags) != LINE_BAD)
		submission_read(s, line, &a->diags, &a->sub);
	reading.count--;
	return a->diags.errors ? retell(sub, what) : 0;
}

/* The text of an alias with the line's own arguments behind it. */
static int read_alias(struct session *s, struct submission *sub,
	struct str text)
{
	struct line line = {0};
	struct buf *b;

	sub->alias = mem_zero(sizeof(*sub->alias));
	b = &sub->alias->text;
	buf_add(b, text.p, text.n);
	if (sub->line.rest.n) {
		buf_char(b, ' ');
		buf_add(b, sub->line.rest.p, sub->line.rest.n);
	}
	if (sub->line.background)
		buf_str(b, " &");
	return read_inner(s, sub, &line, "in the alias");
}

/* A definition that is a line of a workflow: 1 when it is none. */
static int read_stored(struct session *s, struct submission *sub)
{
	struct alias_line *a = mem_zero(sizeof(*a));
	struct line line;
	char what[80];

	if (!defs_line(&s->defs, &sub->line, &a->text, &line)) {
		buf_release(&a->text);
		free(a);
		return 1;
	}
	sub->alias = a;
	snprintf(what, sizeof(what), "in %.*s", (int)sub->line.name.n,
		sub->line.name.p);
	return read_inner(s, sub, &line, what);
}

const char *line_own_word(struct str text)
{
	static const char *const words[][2] = {{"exit", "quit"},
		{"quit", "quit"}, {"help", "help"}, {"clear", "clear"}};

	text = str_trim(text);
	for (size_t i = 0; i < 4; i++)
		if (str_eq(text, words[i][0]))
			return words[i][1];
	return NULL;
}

/* At a prompt a few bare words are what people mean by them. */
static int read_plain(struct session *s, struct submission *sub)
{
	const char *own = line_own_word(sub->line.rest), *near;
	struct str word = {sub->line.rest.p, 0};
	char help[160];

	if (own) {
		sub->line.rest.n = 0;
		sub->cmd = cmd_find(str_of(own));
		sub->line.name = str_of(own);
		return cmd_parse(sub->cmd, &sub->line, sub->diags, &sub->args);
	}
	while (word.n < sub->line.rest.n && word.p[word.n] != ' ' &&
			word.p[word.n] != '\t' && word.p[word.n] != '\n')
		word.n++;
	near = word.p[0] != '\\' ? nearest_command(s, word) :
		str_eq(word, "\\q") ? "quit" : "help";
	snprintf(help, sizeof(help), near ? "did you mean /%s? /help "
		"lists the commands" : "/help "
		"lists the commands; !COMMAND is for the shell; plain text "
		"is for a model, and none is set up", near);
	return diag_add(sub->diags, "E101", caret(sub->line.at, word.n),
		help, "'%.*s' is no command: they begin with /", (int)word.n,
		word.p);
}

int submission_read(struct session *s, const struct line *line,
	struct diags *diags, struct submission *out)
{
	struct front_def def;
	struct str text;
	int rc;

	memset(out, 0, sizeof(*out));
	out->line = *line;
	out->diags = diags;
	if (line->kind == LINE_BANG)
		return 0;
	if (line->kind == LINE_PLAIN)
		return read_plain(s, out);
	if (line->kind == LINE_COMMAND) {
		out->cmd = cmd_find(line->name);
		if (out->cmd)
			return read_command(s, out);
		if (str_eq(str_trim(line->rest), "--help") &&
				help_def_find(s, line->name, &def)) {
			out->help = 1;
			return 0;
		}
		if (defs_find_alias(&s->defs, line->name, &text))
			return read_alias(s, out, text);
		rc = read_stored(s, out);
		if (rc <= 0)
			return rc;
	}
	if (line->name.n && !front_knows(&s->env, line->name))
		return unknown_command(s, out);
	return compile(s, out);
}

const struct plan *submission_plan(const struct submission *sub)
{
	return sub->alias ? submission_plan(&sub->alias->sub) : sub->plan;
}

void submission_release(struct submission *sub)
{
	cmd_args_release(&sub->args);
	words_release(&sub->redirect);
	plan_drop(sub->plan);
	if (sub->alias) {
		submission_release(&sub->alias->sub);
		diags_release(&sub->alias->diags);
		buf_release(&sub->alias->text);
		free(sub->alias);
	}
	memset(sub, 0, sizeof(*sub));
}

/* ----------------------------------------------------------------- running */
static void write_failed(struct session *s, struct cmd_out *o)
{
	int error = o->sink->out->error;

	if (error == EPIPE && o->sink->out == &s->out) {
		session_stop(s, SIGPIPE);
		return;
	}
	errno = error;
	err_errno(&o->err, ERR_IO, "cannot write the output");
}

/* What has nothing to tell but how it ended; `before` bytes were written
 * when it began. */
static void end_document(const struct submission *sub, struct cmd_out *o,
	uint64_t before, int status)
{
	if (!o->as_json || o->doc.len || o->err.code || status < 0 ||
			o->sink->out->count != before ||
			sub->line.background)
		return;
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_kint(&o->json, "exit", status);
	json_close(&o->json, '}');
}

static void help_document(struct cmd_out *o)
{
	if (!o->as_json)
		return;
	json_open(&o->json, '{');
	json_kint(&o->json, "v", 1);
	json_kstr(&o->json, "help", (struct str){o->text.data, o->text.len});
	json_close(&o->json, '}');
}

static int print_out(struct session *s, struct submission *sub,
	struct cmd_out *o, int status)
{
	struct str text = {o->text.data, o->text.len};

	if (o->as_json && o->doc.len) {
		buf_char(&o->doc, '\n');
		out_own(o->sink->out, (struct str){o->doc.data, o->doc.len});
	} else if (text.n) {
		out_bytes(o->sink->out, text);
		out_end(o->sink->out);
	}
	if (o->sink->out->error && !o->err.code && !o->sink->pid)
		write_failed(s, o);
	if (s->signal)
		return 128 + s->signal;
	if (o->err.code) {
		if (!sub->args.help)
			sub->mark = cmd_mark(&sub->args, o);
		status = tell_err(s, sub, &o->err, status > 0 ? status
			: status_of_err(&o->err));
	}
	return status;
}

static int close_sink(struct session *s, struct submission *sub,
	struct sink *sink, int status)
{
	struct err err = {0};
	int closed = bang_close_sink(s, sink, 0, &err);

	if (err.code)
		closed = tell_err(s, sub, &err, closed);
	return status ? status : closed;
}

static int run_command(struct session *s, struct submission *sub)
{
	struct cmd_out o;
	struct sink sink;
	struct err err = {0};
	uint64_t before;
	int status;

	memset(&o, 0, sizeof(o));
	if (sink_open(&sink, &sub->args.words, &s->out, s->dir, &err) < 0)
		return tell_err(s, sub, &err, STATUS_FAILED);
	o.as_json = session_form(s, sub->output) != OUTPUT_TEXT;
	json_init(&o.json, &o.doc);
	o.sink = &sink;
	before = sink.out->count;
	if (sub->args.help) {
		usage_cmd(sub->cmd, &o.text);
		help_document(&o);
		status = 0;
	} else {
		status = sub->cmd->run(s, &sub->args, &o);
		end_document(sub, &o, before, status);
	}
	status = print_out(s, sub, &o, status);
	buf_release(&o.text);
	buf_release(&o.doc);
	return close_sink(s, sub, &sink, status);
}

static int run_help(struct session *s, struct submission *sub)
{
	const struct vocab *v = s->env.vocab;
	int id = vocab_find(v, sub->line.name.p, sub->line.name.n), status;
	struct sink sink = {.out = &s->out};
	struct cmd_out o;

	memset(&o, 0, sizeof(o));
	o.as_json = session_form(s, sub->output) != OUTPUT_TEXT;
	json_init(&o.json, &o.doc);
	o.sink = &sink;
	if (id >= 0)
		usage_kind(v->kinds[id], &o.text);
	else if (!help_def(s, sub->line.name, &o.text))
		usage_workflow(sub->line.name, &o.text);
	help_document(&o);
	status = print_out(s, sub, &o, 0);
	buf_release(&o.text);
	buf_release(&o.doc);
	return status;
}

struct str submission_text(const struct submission *sub,
	struct workflow_arg *w)
{
	static const char *const names[] = {"chain", "flow", "swarm",
		"pipeline"};
	struct diags none;
	struct str text = sub->line.rest;
	size_t at = (size_t)(text.p - sub->diags->source.p);

	if (sub->line.kind == LINE_BLOCK)
		return sub->line.body;
	if (sub->answer_count || sub->output)
		return str_trim(text);
	for (size_t i = 0; i < 4; i++) {
		if (!str_eq(sub->line.name, names[i]))
			continue;
		diags_init(&none, NULL, 1, sub->diags->source);
		if (workflow_arg_split(w, text, at, &none) == 0 && w->given)
			text = w->text;
		diags_release(&none);
	}
	return text;
}

static int run_plan(struct session *s, struct submission *sub)
{
	struct workflow_arg w = {0};
	struct errand_wish wish = {.plan = sub->plan, .flags = &sub->flags,
		.redirect = &sub->redirect, .answers = sub->answers,
		.answer_count = sub->answer_count};
	struct str about = {NULL, 0};
	struct err err = {0};
	int status;

	wish.command = str_of(plan_text(sub->plan, sub->plan->command));
	wish.text = submission_text(sub, &w);
	wish.form = session_form(s, sub->output);
	wish.background = sub->line.background;
	wish.about = &about;
	status = errand_run(s, &wish, &err);
	if (about.p)
		sub->mark = caret((size_t)(about.p - sub->diags->source.p),
			about.n ? about.n : 1);
	if (status < 0)
		status = tell_err(s, sub, &err, status_of_err(&err));
	workflow_arg_release(&w);
	return status;
}

static int needs_state(const struct submission *sub)
{
	if (sub->alias || sub->help || sub->line.kind == LINE_BANG)
		return 0;
	return !sub->cmd || (!sub->cmd->stateless && !sub->args.help);
}

static int is_only_cd(struct str text)
{
	text = str_trim(text);
	if (text.n < 2 || memcmp(text.p, "cd", 2) != 0 ||
			(text.n > 2 && text.p[2] != ' '))
		return 0;
	for (size_t i = 0; i < text.n; i++)
		if (strchr(";&|\n", text.p[i]))
			return 0;
	return 1;
}

int submission_run(struct session *s, struct submission *sub)
{
	struct err err = {0};
	int status;

	sub->args.line = &sub->line; /* it was moved into the script */
	if (s->signal)
		return 128 + s->signal;
	if (s->no_state.code && needs_state(sub))
		return tell_err(s, sub, &s->no_state,
			status_of_err(&s->no_state));
	if (sub->alias)
		return submission_run(s, &sub->alias->sub);
	if (sub->help)
		return run_help(s, sub);
	if (sub->cmd)
		return run_command(s, sub);
	if (sub->line.kind != LINE_BANG)
		return run_plan(s, sub);
	if (is_only_cd(sub->line.rest))
		session_say(s, "a cd in a shell of its own moves nothing "
			"here    /cd DIR");
	status = bang_run(s, sub->line.rest, &err);
	return status < 0 ? tell_err(s, sub, &err, 127) : status;
}
