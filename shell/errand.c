/*
 * From a plan to a run: input, redirections, results taken over, then the
 * wait. What is printed at the end stands in errand_end.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/tell.h"
#include "engine/view.h"
#include "shell/annotations.h"
#include "shell/errand_int.h"
#include "shell/interactive.h"
#include "shell/observe_jsonl.h"
#include "shell/observe_plain.h"
#include "shell/status.h"

enum { LATE_MS = 500 };

/* -------------------------------------------------------------- the list */
struct errand *errand_find(const struct session *s, uint32_t slot)
{
	for (struct errand *t = s->errands; t; t = t->next)
		if (t->slot == slot && !t->ended)
			return t;
	return NULL;
}

const struct run *errand_run_of(const struct session *s,
	const struct errand *t)
{
	return t->view ? t->view->run : engine_run(s->engine, t->slot);
}

void errand_drop(struct session *s, struct errand *t)
{
	struct errand **at = &s->errands;

	while (*at && *at != t)
		at = &(*at)->next;
	if (*at)
		*at = t->next;
	free(t->command);
	free(t->text);
	free(t);
}

void errands_release(struct session *s)
{
	while (s->errands)
		errand_drop(s, s->errands);
}

void errand_on_over(void *session, uint32_t slot, enum run_state state)
{
	struct session *s = session;
	struct errand *t = errand_find(s, slot);
	const struct run *r = engine_run(s->engine, slot);

	if (!t)
		return;
	if (state == RUN_WAITING && !s->interactive && r &&
			engine_has_deadline(r))
		errand_say_waiting(s, t, r);
	else
		t->over = 1;
}

/* A run that stood still goes on: somebody answered from elsewhere. Without
 * a person here its errand is as before. */
void errand_on_event(void *session, uint32_t slot, int64_t seq,
	const struct event *e)
{
	struct session *s = session;
	const struct run *r = engine_run(s->engine, slot);
	struct errand *t = s->errands;

	(void)seq, (void)e;
	if (s->interactive || !r || r->state != RUN_RUNNING)
		return;
	while (t && (t->slot != slot || !t->background || !t->ended ||
			strcmp(t->ulid, engine_ulid(s->engine, slot)) != 0))
		t = t->next;
	if (t)
		t->over = t->ended = t->told = 0;
}

void errand_on_tap(void *session, uint32_t slot, uint32_t frame, uint32_t step,
	int stream, struct str bytes)
{
	struct session *s = session;
	struct errand *t = errand_find(s, slot);
	struct out *out;

	if (t && !t->lone)
		progress_output(s->progress, slot, (struct place){frame, step},
			bytes);
	if (!t || !t->lone || t->background || stream < 1 || stream > 2)
		return;
	out = stream == 1 ? t->sink->out : &s->err;
	t->streamed[stream] += bytes.n;
	if (out_bytes(out, bytes) < 0 && stream == 1 && out->error == EPIPE)
		session_stop(s, SIGPIPE); /* other errors are told at its end */
}

/* ----------------------------------------------------------------- begin */
static int is_leaf_line(const struct errand_wish *w)
{
	const struct plan *p = w->plan;

	return p->node_count == 1 && p->nodes[0].kind == NODE_STEP &&
		strcmp(plan_text(p, p->nodes[0].exec),
			plan_text(p, p->command)) == 0;
}

/* Whether a text that is evaluated says `prev`. */
static int asks_prev(const struct plan *p, uint32_t text)
{
	return text != PLAN_NONE && strstr(plan_text(p, text), "prev");
}

/* `prev` where nothing is before is what comes in. */
static int names_prev(const struct plan *p)
{
	for (uint32_t i = 0; i < p->ref_count; i++)
		if (p->refs[i].root == REF_PREV)
			return 1;
	for (uint32_t i = 0; i < p->branch_count; i++)
		if (asks_prev(p, p->branches[i].expr))
			return 1;
	for (uint32_t i = 0; i < p->node_count; i++)
		if (asks_prev(p, p->nodes[i].cond))
			return 1;
	return 0;
}

/* Whether any step reads what comes in. */
static int wants_input(const struct plan *p)
{
	static const char *const deaf[] = {"echo", "sleep", "glob", "read",
		"ask", "grep"};

	for (uint32_t i = 0; i < p->node_count; i++) {
		const char *exec = plan_text(p, p->nodes[i].exec);
		size_t k = 0;

		if (!node_is_leaf(&p->nodes[i]))
			continue;
		while (k < sizeof(deaf) / sizeof(deaf[0]) &&
				strcmp(exec, deaf[k]) != 0)
			k++;
		if (k == sizeof(deaf) / sizeof(deaf[0]))
			return 1;
	}
	return names_prev(p);
}

static struct errand *errand_new(struct session *s, uint32_t slot,
	const struct errand_wish *w)
{
	struct errand *t = mem_zero(sizeof(*t));

	t->slot = slot;
	memcpy(t->ulid, engine_ulid(s->engine, slot), sizeof(t->ulid));
	t->command = mem_strndup(w->command.p ? w->command.p : "",
		w->command.n);
	t->text = mem_strndup(w->text.p ? w->text.p : "", w->text.n);
	t->form = (uint8_t)w->form;
	t->background = w->background;
	memcpy(s->run_of_line, t->ulid, sizeof(s->run_of_line));
	t->next = s->errands;
	s->errands = t;
	return t;
}

/* The node of body 0 that holds `node`. */
static uint32_t root_of(const struct plan *p, uint32_t node)
{
	while (p->nodes[node].body != 0)
		node = p->bodies[p->nodes[node].body].owner;
	return node;
}

/* Marks `step` and all before it (its needs), or all that follow from it. */
static uint8_t *reach(const struct plan *p, uint32_t step, int forward)
{
	uint8_t *marks = mem_zero(p->node_count + 1);
	uint32_t *stack = mem_alloc((p->node_count + 1) * sizeof(*stack));
	size_t n = 0;

	marks[step] = 1;
	stack[n++] = step;
	while (n > 0) {
		const struct plan_node *at = &p->nodes[stack[--n]];
		uint32_t first = forward ? at->succ : at->need;
		uint32_t count = forward ? at->succ_count : at->need_count;

		for (uint32_t i = first; i < first + count; i++) {
			if (marks[p->edges[i]])
				continue;
			marks[p->edges[i]] = 1;
			stack[n++] = p->edges[i];
		}
	}
	free(stack);
	return marks;
}

/* Keeps only what comes before `step`: its needs, and what is written
 * before it and does not follow from it. */
static void keep_before(const struct plan *p, uint32_t step, uint8_t *keep)
{
	uint8_t *after = reach(p, step, 1), *before = reach(p, step, 0);

	for (uint32_t i = 0; i < p->node_count; i++)
		if (i == step || (!before[i] && (i > step || after[i])))
			keep[i] = 0;
	free(after);
	free(before);
}

static int no_such_step(const struct plan *p, struct str name,
	struct err *err)
{
	const struct plan_body *b = &p->bodies[0];
	const char **names = mem_alloc((b->count + 1) * sizeof(*names)), *near;
	size_t n = 0;

	for (uint32_t i = b->first; i < b->first + b->count; i++)
		if (!(p->nodes[i].flags & NODE_QUIET))
			names[n++] = plan_text(p, p->nodes[i].name);
	err_set(err, ERR_USAGE, "the workflow has no step '%.*s'",
		(int)name.n, name.p);
	near = text_nearest(name, names, n);
	if (near)
		err_help(err, "did you mean '%s'?", near);
	free(names);
	return -1;
}

/* --resume-from=STEP: the latest run of the same text gives its results. */
struct adoption {
	struct view view;
	uint8_t *keep;
	const uint32_t *from;
};

static int adopt_latest(struct session *s, const struct errand_wish *w,
	struct str normal, struct adoption *a, struct err *err)
{
	struct run_row row = {0};
	struct str name = w->flags->resume_from;
	uint32_t step = plan_find(w->plan, name);
	struct digest key;
	int found;

	if (w->about)
		*w->about = name;
	if (step == PLAN_NONE)
		return no_such_step(w->plan, name, err);
	digest_of(normal.p ? normal.p : "", normal.n, &key);
	found = store_latest(engine_store(s->engine), &key, s->dir, &row, err);
	if (found == 0)
		err_set(err, ERR_NOTFOUND,
			"no earlier run of this text in %s", s->dir);
	if (found <= 0)
		return -1;
	found = view_open(s->engine, row.ulid, &a->view, err);
	run_row_release(&row);
	if (found < 0)
		return -1;
	if (w->about)
		w->about->p = NULL;
	a->keep = view_keep(&a->view, w->plan, &a->from);
	keep_before(w->plan, root_of(w->plan, step), a->keep);
	session_say(s, "taking over results of run %s before %.*s",
		a->view.ulid_short, (int)name.n, name.p);
	return 0;
}

static void adoption_release(struct adoption *a)
{
	free(a->keep);
	free((void *)(uintptr_t)a->from);
	view_release(&a->view);
}

static int make_setup(struct session *s, const struct errand_wish *w,
	struct str normal, struct setup **out, struct err *err)
{
	struct setup_options o = {.plan = w->plan, .command = w->command,
		.text = w->text, .normal_text = normal, .dir = s->dir};

	o.args = str_of(s->args);
	if (wants_input(w->plan) && session_input(s, &o, err) < 0)
		return -1;
	return setup_new(s->engine, &o, out, err);
}

/* The STEP of an answer; what is wrong with it is about that word. */
static int answer_step(const struct errand_wish *w, size_t i, struct str *step,
	struct err *err)
{
	struct str a = w->answers[i];
	const char *eq = memchr(a.p, '=', a.n);

	step->p = a.p;
	step->n = eq ? (size_t)(eq - a.p) : 0;
	if (step->n)
		return 0;
	if (w->about)
		*w->about = a;
	return err_set(err, ERR_USAGE, "--answer takes STEP=TEXT");
}

static int no_such_answer(const struct errand_wish *w, struct str step,
	struct err *err)
{
	if (w->about)
		*w->about = step;
	return no_such_step(w->plan, step, err);
}

/* --answer STEP=TEXT: waits in the run until the step asks. */
static int give_answers(struct session *s, uint32_t slot,
	const struct errand_wish *w, struct err *err)
{
	const struct run *r = engine_run(s->engine, slot);

	for (size_t i = 0; i < w->answer_count; i++) {
		struct str a = w->answers[i], step;
		struct place at;

		if (answer_step(w, i, &step, err) < 0)
			return -1;
		if (run_find(r, step, &at.frame, &at.node) < 0)
			return no_such_answer(w, step, err);
		if (engine_signal(s->engine, slot, at, "answer",
				(struct str){step.p + step.n + 1,
				a.n - step.n - 1}, err) < 0)
			return -1;
	}
	return 0;
}

/* It may never ask, or once in every round: its answers are given then. */
static int answer_inside(const struct errand_wish *w, uint32_t node,
	struct str step, struct err *err)
{
	const struct plan *p = w->plan;
	uint32_t owner = p->bodies[p->nodes[node].body].owner;

	if (w->about)
		*w->about = step;
	err_set(err, ERR_USAGE, "step '%.*s' stands within %s: it is answered "
		"when it asks", (int)step.n, step.p,
		plan_text(p, p->nodes[owner].name));
	return err_help(err, "/answer RUN.%.*s TEXT", (int)step.n, step.p);
}

/* One of the choices of its step, when that has some. */
static int check_choice(const struct errand_wish *w, uint32_t node,
	struct str text, struct err *err)
{
	const char *choices = plan_field(w->plan, node, "choices");

	if (!choices || text_listed(choices, str_trim(text)))
		return 0;
	if (w->about)
		*w->about = text;
	if (choices[0])
		return err_set(err, ERR_USAGE, "answer one of %s", choices);
	err_set(err, ERR_USAGE, "the choices are not known before it asks");
	return err_help(err, "answer it then, with /answer");
}

/* Answers name steps that exist, before anything starts. */
static int check_answers(const struct errand_wish *w, struct err *err)
{
	struct str step, text;
	uint32_t node;

	for (size_t i = 0; i < w->answer_count; i++) {
		if (answer_step(w, i, &step, err) < 0)
			return -1;
		node = plan_find(w->plan, step);
		if (node == PLAN_NONE)
			return no_such_answer(w, step, err);
		if (w->plan->nodes[node].body != 0)
			return answer_inside(w, node, step, err);
		text.p = step.p + step.n + 1;
		text.n = w->answers[i].n - step.n - 1;
		if (check_choice(w, node, text, err) < 0)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------------ wait */
static int in_background(struct session *s, struct errand *t)
{
	char brief[ULID_LEN + 1];
	struct err err = {0};

	if (engine_flush(s->engine, &err) < 0)
		session_say(s, "%s", err.text);
	engine_short(s->engine, t->ulid, brief);
	session_say(s, "run %s goes on in the background    /wait %s", brief,
		brief);
	return 0;
}

struct waiting {
	struct session *s;
	struct errand *t;
	uint8_t background;    /* Ctrl-B */
};

/* At a prompt a run that asks is over even when it has a deadline: whoever
 * sits there is to answer. */
static int wait_ends(void *ud)
{
	struct waiting *w = ud;

	if (interactive_wanted(w->s) == WANTED_BACKGROUND)
		w->background = 1;
	return w->background || w->t->over || w->t->late || session_stopped(w->s);
}

/*
 * The run's own timeout is kept by its journal. While that waits, for a full
 * disk, nothing ends: this one gives the line up.
 */
static void on_late(uv_timer_t *h)
{
	struct waiting *w = h->data;

	w->t->late = w->s->stalled;
}

static void timer_closed(uv_handle_t *h)
{
	free(h);
}

static int wait_over(struct session *s, struct errand *t)
{
	const struct run *r = engine_run(s->engine, t->slot);
	int64_t ms = r ? r->plan->timeout_ms : 0;
	struct waiting w = {s, t, 0};
	uv_timer_t *late = mem_zero(sizeof(*late));

	uv_timer_init(engine_loop(s->engine), late);
	late->data = &w;
	if (ms > 0)
		uv_timer_start(late, on_late, (uint64_t)ms + LATE_MS, LATE_MS);
	engine_wait(s->engine, t->slot, wait_ends, &w);
	uv_close((uv_handle_t *)late, timer_closed);
	return w.background && !t->over;
}

/* At a prompt the first INT cancels the run, further ones kill it. 1: the
 * person sent it to the background. */
static int wait_for(struct session *s, struct errand *t)
{
	struct err err = {0};
	int hard = 0, left;

	s->interrupts = 0;
	left = wait_over(s, t);
	while (!left && !t->over && !s->signal && s->interrupts) {
		s->interrupts = 0;
		s->interrupted = 1;
		if (engine_cancel(s->engine, t->slot, hard, &err) < 0)
			session_say(s, "%s", err.text);
		else if (!hard)
			session_say(s, "cancelling the run: Ctrl-C again "
				"kills what it runs");
		hard = 1;
		left = wait_over(s, t);
	}
	return left;
}

static int in_foreground(struct session *s, struct errand *t)
{
	int status;

	if (t->form == OUTPUT_JSONL)
		jsonl_begin(s->jsonl, t);
	if (wait_for(s, t)) {
		progress_leave(s->progress, t->slot);
		t->background = 1;
		return in_background(s, t);
	}
	status = errand_end(s, t);
	errand_drop(s, t);
	errands_reap(s);
	return status;
}

static int go(struct session *s, struct errand *t)
{
	return t->background ? in_background(s, t) : in_foreground(s, t);
}

static int submit(struct session *s, const struct errand_wish *w,
	struct setup *setup, struct adoption *a, struct err *err)
{
	struct submit_options o = {.pinned = w->flags && w->flags->save_state};
	struct errand *t;
	struct sink sink;
	uint32_t slot;
	int lone = is_leaf_line(w);

	if (sink_open(&sink, w->redirect, &s->out, s->dir, err) < 0)
		return -1;
	o.tap = (uint8_t)(lone && w->form == OUTPUT_TEXT && !w->background &&
		sink.out == &s->out &&
		w->plan->policies[w->plan->nodes[0].policy].retry == 0);
	if (!lone && progress_is_live(s->progress))
		o.tap = 2;
	if (a->keep) {
		o.adopt_from = a->view.run;
		o.keep = a->keep;
		o.keep_node = a->from;
		o.parent = a->view.row->ulid;
	}
	if (engine_submit(s->engine, setup, &o, &slot, err) < 0 ||
			give_answers(s, slot, w, err) < 0) {
		sink_close(&sink, NULL);
		return -1;
	}
	t = errand_new(s, slot, w);
	t->lone = (uint8_t)lone;
	t->pinned = o.pinned;
	if (o.parent)
		memcpy(t->parent, o.parent, sizeof(t->parent));
	t->own = sink;
	t->sink = &t->own;
	if (t->sink->out == &sink.own)
		t->sink->out = &t->own.own;
	return go(s, t);
}

/* A line of one step has no annotations: said, since it looks like one. */
static void note_annotation(struct session *s, const struct errand_wish *w)
{
	struct str word;

	if (s->options->quiet || !is_leaf_line(w) ||
			!annotation_ends(w->text, &word))
		return;
	session_say(s, "note: %.*s is part of the command, and no annotation"
		"    /chain \"/%.*s ... %.*s\"", (int)word.n, word.p,
		(int)w->command.n, w->command.p, (int)word.n, word.p);
}

int errand_run(struct session *s, const struct errand_wish *w, struct err *err)
{
	struct adoption a;
	struct setup *setup = NULL;
	struct buf normal;
	struct str key;
	int rc = -1;

	memset(&a, 0, sizeof(a));
	buf_init(&normal);
	front_normal_text(w->text, &normal);
	key = (struct str){normal.data, normal.len};
	if (check_answers(w, err) == 0 &&
		(!w->flags || !w->flags->resume_from.n ||
		adopt_latest(s, w, key, &a, err) == 0) &&
		make_setup(s, w, key, &setup, err) == 0) {
		note_annotation(s, w);
		rc = submit(s, w, setup, &a, err);
	}
	setup_drop(setup);
	buf_release(&normal);
	adoption_release(&a);
	return rc;
}

static struct errand *errand_for_row(struct session *s, uint32_t slot,
	const struct run_row *row, struct sink *sink, enum output_form form)
{
	struct errand_wish w = {.form = form, .command = str_of(row->command),
		.text = str_of(row->text)};
	struct errand *t = errand_new(s, slot, &w);

	memcpy(t->parent, row->parent, sizeof(t->parent));
	t->sink = sink;
	if (!sink) {
		t->sink = &t->own;
		t->own.out = &s->out;
	}
	return t;
}

int errand_resume(struct session *s, const struct errand_resume *r,
	struct err *err)
{
	struct resume_options how = *r->how;
	uint32_t slot = PLAN_NONE;
	struct errand *t;

	how.tap = progress_is_live(s->progress) ? 2 : 0;
	if (engine_resume(s->engine, r->row, &how, &slot, err) < 0)
		return -1;
	if (r->then && r->then(r->ud, slot, err) < 0) {
		engine_release(s->engine, slot);
		return -1;
	}
	t = errand_for_row(s, slot, r->row, r->sink, r->form);
	t->background = r->background;
	return go(s, t);
}

/* What stood still and was told of stands still no more. */
static void drop_ended(struct session *s, const char *ulid)
{
	struct errand *t, *next;

	for (t = s->errands; t; t = next) {
		next = t->next;
		if (t->ended && strcmp(t->ulid, ulid) == 0)
			errand_drop(s, t);
	}
}

int errand_follow(struct session *s, const struct run_row *row,
	const struct errand_resume *r)
{
	uint32_t slot = engine_slot(s->engine, row->ulid);
	struct errand *t;

	if (slot == PLAN_NONE || errand_find(s, slot))
		return 0;
	drop_ended(s, row->ulid);
	t = errand_for_row(s, slot, row, r->background ? NULL : r->sink,
		r->form);
	t->background = r->background;
	return go(s, t);
}

int errand_retry(struct session *s, const struct view *v, struct sink *sink,
	enum output_form form, struct err *err)
{
	struct submit_options o = {.parent = v->row->ulid,
		.pinned = v->row->pinned, .adopt_from = v->run};
	const uint32_t *from = NULL;
	uint8_t *keep = view_keep(v, v->plan, &from);
	struct setup *setup = NULL;
	struct errand *t = NULL;
	uint32_t slot;
	int rc = -1;

	o.keep = keep;
	o.keep_node = from;
	if (view_setup(v, &setup, err) == 0 &&
			engine_submit(s->engine, setup, &o, &slot, err) == 0) {
		t = errand_for_row(s, slot, v->row, sink, form);
		memcpy(t->parent, v->row->ulid, sizeof(t->parent));
		t->pinned = o.pinned;
		rc = go(s, t);
	}
	setup_drop(setup);
	free(keep);
	free((void *)(uintptr_t)from);
	return rc;
}

/* ------------------------------------------------------------ background */
unsigned errands_open(const struct session *s)
{
	unsigned n = 0;

	for (const struct errand *t = s->errands; t; t = t->next)
		n += t->background && !t->ended && !t->over;
	return n;
}

int errand_to_front(struct session *s, const char *ulid, struct err *err)
{
	struct errand *t = s->errands;

	while (t && (!t->background || t->ended ||
			(ulid && strcmp(t->ulid, ulid) != 0)))
		t = t->next;
	if (t) {
		t->background = 0;
		progress_front(s->progress, t);
		return in_foreground(s, t);
	}
	if (!ulid) {
		err_set(err, ERR_NOTFOUND,
			"nothing goes on in the background");
		return err_help(err, "/attach comes to what goes on in "
			"another process");
	}
	err_set(err, ERR_NOTFOUND, "run %.6s does not go on in this shell",
		ulid);
	return err_help(err, "/attach %.6s comes to a run of another process",
		ulid);
}

unsigned errands_reap(struct session *s)
{
	unsigned n = 0;

	for (struct errand *t = s->errands; t; t = t->next) {
		if (!t->background || !t->over || t->ended)
			continue;
		t->status = errand_end(s, t);
		n++;
	}
	return n;
}

static int wanted(const struct errand *t, const char *ulid)
{
	return t->background && (!ulid || strcmp(t->ulid, ulid) == 0);
}

static int any_left(const struct session *s, const char *ulid)
{
	for (const struct errand *t = s->errands; t; t = t->next)
		if (wanted(t, ulid) && !t->ended)
			return 1;
	return 0;
}

void errands_settle(struct session *s, const char *ulid)
{
	errands_reap(s);
	while (any_left(s, ulid) && !session_stopped(s)) {
		engine_turn(s->engine);
		errands_reap(s);
	}
}

int errands_wait(struct session *s, const char *ulid)
{
	struct errand *t, *next;
	int status = 0;

	errands_settle(s, ulid);
	for (t = s->errands; t; t = next) { /* newest first: the oldest wins */
		next = t->next;
		if (!wanted(t, ulid) || !t->ended)
			continue;
		status = t->status ? t->status : status;
		errand_drop(s, t);
	}
	return status;
}

void errands_cancel(struct session *s)
{
	struct err err = {0};

	for (struct errand *t = s->errands; t; t = t->next)
		if (t->background && !t->over)
			engine_cancel(s->engine, t->slot, 0, &err);
	errands_wait(s, NULL);
}
