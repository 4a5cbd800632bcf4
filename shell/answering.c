/*
 * Answers: to a run that is open here, to its owner, or to a run at rest,
 * which then goes on in this process.
 */
#include "shell/answering.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/store/store.h"
#include "engine/tell.h"
#include "shell/edit.h"
#include "shell/errand.h"
#include "shell/interactive.h"

struct giving {
	struct session *s;
	const char *path;
	struct str text;
};

static int give_opened(void *ud, uint32_t slot, struct err *err)
{
	struct giving *g = ud;

	return engine_answer(g->s->engine, slot, g->path, g->text, err);
}

/* The choices of the step that asks: owned by *b, or NULL. */
static const char *choices_of(const struct view *v, const char *path,
	struct buf *b)
{
	struct place at;

	if (path ? run_find(v->run, str_of(path), &at.frame, &at.node) < 0
			: engine_asking(v->run, &at, NULL) < 0)
		return NULL;
	return engine_question(v->engine, v->run, at, "choices", b)
		? buf_cstr(b) : NULL;
}

/* yes or no as the step's choices say it. */
static struct str in_its_words(const char *choices, int yes)
{
	static const char *const words[2][5] = {
		{"no", "deny", "n", "false", "reject"},
		{"yes", "approve", "y", "true", "ok"}};

	for (size_t i = 0; choices && i < 5; i++)
		if (text_listed(choices, str_of(words[yes][i])))
			return str_of(words[yes][i]);
	return str_of(words[yes][0]);
}

/* Before a run at rest is touched: the step is there, the answer allowed.
 * err is about the step, -1, or about the answer, -2. */
static int check(const struct view *v, const char *path, const char *choices,
	struct str text, struct err *err)
{
	uint32_t frame, node;

	if (path && run_step_find(v, path, &frame, &node, err) < 0)
		return -1;
	if (!choices || text_listed(choices, str_trim(text)))
		return 0;
	err_set(err, ERR_USAGE, "answer one of %s", choices);
	return -2;
}

static int go_on(struct session *s, const struct view *v, struct giving *g,
	const struct cmd_args *a, struct cmd_out *o)
{
	struct resume_options how = {.tap = 0};
	struct errand_resume r = {.row = v->row, .how = &how, .sink = o->sink,
		.form = session_form(s, a->output), .then = give_opened,
		.ud = g, .background = a->line->background};

	if (r.background)
		r.sink = NULL;
	return errand_resume(s, &r, &o->err);
}

/* Answered where it is open: goes on there. */
static int follow(struct session *s, const struct view *v,
	const struct cmd_args *a, struct cmd_out *o)
{
	struct errand_resume r = {.sink = o->sink,
		.form = session_form(s, a->output),
		.background = a->line->background};

	return errand_follow(s, v->row, &r);
}

/* --------------------------------------------------------- which of them */
struct asking {
	char ulid[ULID_LEN + 1];
	unsigned count;
};

static int note_asking(void *ud, const struct run_row *row)
{
	struct asking *w = ud;

	if (!w->count++)
		memcpy(w->ulid, row->ulid, sizeof(w->ulid));
	return 0;
}

/* The run that is named, else the only one that waits. */
static int open_asked(struct session *s, const struct cmd_args *a,
	struct view *v, struct cmd_out *o)
{
	struct run_filter f = {.state = RUN_WAITING, .open_only = 1, .all = 1};
	struct asking w = {.count = 0};

	if (cmd_arg(a, "run").p || s->no_state.code)
		return run_view(s, a, "run", v, o);
	if (engine_flush(s->engine, &o->err) < 0 || store_list(engine_store(
			s->engine), &f, note_asking, &w, &o->err) < 0)
		return -1;
	if (w.count > 1) {
		err_set(&o->err, ERR_USAGE, "%u runs wait for an answer: say "
			"which", w.count);
		return err_help(&o->err, "/runs status:waiting lists them");
	}
	return w.count ? view_open(s->engine, w.ulid, v, &o->err)
		: run_view(s, a, "run", v, o);
}

/* What is answered with a word that nobody typed. */
static void say_question(struct session *s, const struct view *v,
	const char *path, struct str text)
{
	struct place at;
	struct buf line;

	if (path ? run_find(v->run, str_of(path), &at.frame, &at.node) < 0
			: engine_asking(v->run, &at, NULL) < 0)
		return;
	buf_init(&line);
	buf_printf(&line, "run %s: ", v->ulid_short);
	engine_question_line(s->engine, v->run, at, &line);
	session_say(s, "%s    %.*s", buf_cstr(&line), (int)text.n, text.p);
	buf_release(&line);
}

/* At a prompt: the answer that was refused is to be given anew. */
static void offer_again(struct session *s, const struct view *v,
	const char *path)
{
	struct place at;
	struct buf line;

	if (!s->at_prompt || edit_has_ahead())
		return;
	buf_init(&line);
	buf_printf(&line, "/answer %s", v->ulid_short);
	if (path) {
		buf_printf(&line, ".%s", path);
	} else if (engine_asking(v->run, &at, NULL) == 0) {
		buf_char(&line, '.');
		run_path(v->run, at.frame, at.node, &line);
	}
	buf_char(&line, ' ');
	interactive_type(s, buf_cstr(&line));
	buf_release(&line);
}

int answer_give(struct session *s, const struct cmd_args *a,
	const struct answer *answer, struct cmd_out *o)
{
	char *path = run_step_of(a, "run");
	struct giving g = {.s = s, .path = path, .text = answer->text};
	struct run_verb verb = {.verb = "answer", .path = path};
	const char *choices;
	struct buf list;
	struct view v;
	int rc;

	if (open_asked(s, a, &v, o) < 0) {
		mem_free(path);
		return -1;
	}
	buf_init(&list);
	choices = choices_of(&v, path, &list);
	if (!g.text.p)
		g.text = in_its_words(choices, answer->yes);
	verb.text = g.text;
	if (run_ended(v.run)) {
		rc = err_set(&o->err, ERR_STATE, "run %s has %s: nothing "
			"waits for an answer", v.ulid_short,
			run_state_name((enum run_state)v.row->state));
	} else if ((rc = check(&v, path, choices, g.text, &o->err)) < 0) {
		if (rc == -2)
			offer_again(s, &v, path);
		rc = rc == -1 ? cmd_blame_step(o, a, "run")
			: cmd_blame(o, g.text);
	} else {
		if (!answer->text.p)
			say_question(s, &v, path, g.text);
		rc = run_tell(s, v.row, &verb, &o->err);
		if (rc > 0)
			rc = follow(s, &v, a, o);
		else if (rc == 0)
			rc = go_on(s, &v, &g, a, o);
	}
	buf_release(&list);
	view_release(&v);
	mem_free(path);
	return rc;
}
