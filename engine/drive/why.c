/*
 * /why: the journal's facts about one step, in the words of a person. Reads
 * events, decides nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/drive/why_int.h"

void why_add(struct why *w, int64_t seq, const char *what, char *value)
{
	struct because *b;

	w->list = mem_more(w->list, w->count, &w->cap, sizeof(*w->list));
	b = &w->list[w->count++];
	snprintf(b->what, sizeof(b->what), "%s", what);
	b->value = value;
	b->seq = seq;
}

static const char *name_of(const struct why *w, uint32_t node)
{
	const struct plan *p = w->view->plan;

	return node < p->node_count ? plan_text(p, p->nodes[node].name) : "?";
}

/* It ran when its shell ended: the journal has no more of it. */
static int is_cut_off(const struct why *w, const struct step *s)
{
	return w->view->row->state == RUN_INTERRUPTED &&
		s->state == STEP_RUNNING &&
		!(s->flags & (STEP_ON_SIGNAL | STEP_ON_TIMER));
}

/* What is said of a step that is needed. */
static const char *how_it_is(const struct why *w, const struct step *s)
{
	enum step_state state = (enum step_state)s->state;

	if (state == STEP_RUNNING && is_cut_off(w, s))
		return "was cut off";
	switch (state) {
	case STEP_WAITING:
		return "is waiting";
	case STEP_READY:
		return "is ready";
	case STEP_RUNNING:
		return "is running";
	case STEP_RETRYING:
		return "is retrying";
	case STEP_SKIPPED:
		return "was skipped";
	case STEP_CANCELLED:
		return "was cancelled";
	case STEP_IN_DOUBT:
		return "is in doubt";
	case STEP_SUCCEEDED:
	case STEP_FAILED:
	case STEP_STATES:
		break;
	}
	return step_state_name(state);
}

static void needs(struct why *w)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *n = &p->nodes[w->node];

	for (uint32_t i = 0; i < n->need_count; i++) {
		uint32_t need = p->edges[n->need + i];
		const struct step *s = run_step(w->view->run, w->frame, need);

		why_add(w, 0, "needs", mem_printf("%s, which %s",
			name_of(w, need),
			how_it_is(w, s)));
	}
}

const char *why_arm(const struct why *w, int64_t branch)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *n = &p->nodes[w->node];
	const struct plan_body *b;

	if (branch < 0 || branch >= n->branch_count)
		return "";
	b = &p->bodies[p->branches[n->branch + branch].body];
	return b->count ? plan_text(p, p->nodes[b->first].name) : "";
}

static void decided(struct why *w, int64_t seq, const struct event *ev)
{
	const struct plan *p = w->view->plan;
	const struct plan_node *n = &p->nodes[w->node];

	switch ((enum eval_purpose)ev->status) {
	case EVAL_CONDITION:
		why_add(w, seq, "condition", mem_printf("%s is %s",
			plan_text(p, n->cond != PLAN_NONE ? n->cond
				: p->branches[n->branch].expr),
			ev->value ? "true" : "false"));
		return;
	case EVAL_ITEMS:
		why_add(w, seq, "items", mem_printf("%lld",
			(long long)ev->value));
		return;
	case EVAL_CHOICE:
		if (n->kind != NODE_IF) /* of those why_branches tells */
			why_add(w, seq, "chose", mem_printf(ev->bytes.n &&
				ev->bytes.p[0] == '{' ? "%lld (%s)" :
				"%lld (%s): %.*s", (long long)ev->value + 1,
				why_arm(w, ev->value), (int)ev->bytes.n,
				ev->bytes.p ? ev->bytes.p : ""));
		why_learned(w, seq, ev->bytes);
		return;
	case EVAL_CACHE:
		why_add(w, seq, ev->value ? "cache hit" : "cache miss",
			ev->value ? mem_strdup("text, input and declared "
				"files are the same")
			: mem_strndup(ev->bytes.p ? ev->bytes.p : "",
				ev->bytes.n));
		return;
	case EVAL_CALL:
		why_add(w, seq, "call", mem_strndup(ev->bytes.p ? ev->bytes.p
			: "", ev->bytes.n));
		return;
	}
}

static void finished(struct why *w, int64_t seq, const struct event *ev,
	const char *what)
{
	const struct result *r = &ev->result;
	char took[16];

	duration_print((int64_t)r->dur_us, took);
	why_add(w, seq, what, mem_printf("%s%s%.*s, attempt %u, %s%s",
		outcome_name(r->outcome), r->error.n ? ": " : "",
		(int)r->error.n, r->error.n ? r->error.p : "", ev->attempt,
		took, r->cached ? ", from the cache" : ""));
}

/* The first of its frame to fail, as far as it is told. */
static char *stopped_by(const struct why *w)
{
	uint32_t culprit = w->view->run->frames[w->frame].culprit;

	return culprit ? mem_printf("the run stopped after %s failed",
		name_of(w, culprit - 1)) : mem_strdup("the run stopped");
}

static void skipped(struct why *w, int64_t seq, const struct event *ev)
{
	switch ((enum skip_reason)ev->status) {
	case SKIP_NEED:
		why_add(w, seq, "skipped", mem_printf("needs %s, which did not "
			"succeed", name_of(w, ev->cause)));
		return;
	case SKIP_CONDITION:
		why_add(w, seq, "skipped", mem_strdup("its condition was false"));
		return;
	case SKIP_STOPPED:
		why_add(w, seq, "skipped", stopped_by(w));
		return;
	case SKIP_BRANCH:
		why_add(w, seq, "skipped", mem_strdup("its branch was not taken"));
		return;
	case SKIP_NONE:
		return;
	}
}

static void adopted(struct why *w, int64_t seq, const struct event *ev)
{
	const struct result *r = &ev->result;
	char took[16];

	duration_print((int64_t)r->dur_us, took);
	why_add(w, seq, "taken over", mem_printf("%s%s: %s, %s there",
		w->edited ? "from before this run's text was edited" :
		w->source[0] ? "from run " : "from another run",
		w->edited ? "" : w->source, outcome_name(r->outcome), took));
}

/* Which inner steps made a composite fail: all, up to what one can read. */
static void failures(struct why *w)
{
	enum { SHOWN = 20 };
	const struct run *r = w->view->run;
	const struct step *s = run_step(r, w->frame, w->node);
	struct buf path;
	size_t n = 0;

	if (s->state != STEP_FAILED)
		return;
	buf_init(&path);
	for (size_t i = 1; i < r->frame_count; i++) {
		const struct frame *f = &r->frames[i];
		const struct kept *k;

		if (f->parent != w->frame || f->owner != w->node ||
				f->dropped || !f->failed || !f->culprit)
			continue;
		if (n++ >= SHOWN)
			continue;
		k = run_step(r, (uint32_t)i, f->culprit - 1)->kept;
		buf_clear(&path);
		run_path(r, (uint32_t)i, f->culprit - 1, &path);
		why_add(w, 0, "failed in", mem_printf("%s%s%.*s",
			buf_cstr(&path), k && k->r.error.n ? ": " : "",
			k ? (int)k->r.error.n : 0,
			k && k->r.error.n ? k->r.error.p : ""));
	}
	if (n > SHOWN)
		why_add(w, 0, "failed in", mem_printf("%zu more", n - SHOWN));
	buf_release(&path);
}

static void explain(struct why *w, int64_t seq, const struct event *ev)
{
	struct buf asked;

	switch ((enum event_kind)ev->kind) {
	case EVENT_STEP_STARTED:
		why_add(w, seq, "started", mem_printf("attempt %u", ev->attempt));
		return;
	case EVENT_STEP_WAITING:
		if (str_eq(ev->name, "answer")) {
			buf_init(&asked);
			buf_str(&asked, "for an answer: ");
			engine_question_line(w->view->engine, w->view->run,
				(struct place){w->frame, w->node}, &asked);
			why_add(w, seq, "waits", buf_take(&asked));
			return;
		}
		why_add(w, seq, "waits", ev->name.n
			? mem_printf("for the signal '%.*s'", (int)ev->name.n,
				ev->name.p)
			: mem_strdup("for its time"));
		return;
	case EVENT_STEP_FINISHED:
		finished(w, seq, ev, "finished");
		return;
	case EVENT_STEP_RETRYING:
		finished(w, seq, ev, "will be tried again");
		return;
	case EVENT_STEP_SKIPPED:
		skipped(w, seq, ev);
		return;
	case EVENT_STEP_CANCELLED:
		why_add(w, seq, "cancelled", mem_strdup("the run was stopped"));
		return;
	case EVENT_STEP_TIMED_OUT:
		why_add(w, seq, "timed out", mem_strdup("its @timeout passed"));
		return;
	case EVENT_STEP_LOST:
		why_add(w, seq, "lost", mem_strdup("it was running when its "
			"shell or guard died: it runs again"));
		return;
	case EVENT_STEP_IN_DOUBT:
		why_add(w, seq, "in doubt", mem_strdup("a `once` step was cut "
			"off: nobody knows whether it was done"));
		return;
	case EVENT_STEP_RESOLVED:
		why_add(w, seq, "resolved", mem_strdup(
			ev->status == VERDICT_DONE ? "done" :
			ev->status == VERDICT_SKIP ? "skip" : "retry"));
		return;
	case EVENT_STEP_ADOPTED:
		adopted(w, seq, ev);
		return;
	case EVENT_STEP_DECIDED:
		decided(w, seq, ev);
		return;
	default:
		return; /* the rest says nothing about why */
	}
}

/* What happened to the whole run and may reach this step. */
static void run_events(struct why *w, const struct stored_event *e)
{
	struct buf path;

	if (e->kind == EVENT_RUN_EDITED) {
		w->edited = 1;
	} else if (e->kind == EVENT_RUN_REWOUND) {
		buf_init(&path);
		run_path(w->view->run, e->frame, e->step, &path);
		free(w->again);
		w->again = mem_printf("by /resume --from %s",
			buf_cstr(&path));
		buf_release(&path);
	} else if (e->kind == EVENT_RUN_RESUMED && !w->again) {
		w->again = mem_strdup("by /resume");
	}
}

/* Said once, before the first fact of the new beginning. */
static void told_again(struct why *w, const struct stored_event *e)
{
	if (w->again && w->ended && (e->kind == EVENT_STEP_STARTED ||
			e->kind == EVENT_STEP_FINISHED ||
			e->kind == EVENT_STEP_SKIPPED ||
			e->kind == EVENT_STEP_DECIDED)) {
		why_add(w, e->seq, "run again", w->again);
		w->again = NULL;
		w->ended = 0;
	}
	if (e->kind == EVENT_STEP_FINISHED || e->kind == EVENT_STEP_SKIPPED ||
			e->kind == EVENT_STEP_CANCELLED) {
		w->ended = 1;
		free(w->again);
		w->again = NULL;
	}
}

static int on_event(void *ud, const struct stored_event *e)
{
	struct why *w = ud;
	struct event ev = {.kind = e->kind, .frame = e->frame,
		.step = e->step, .t_ms = e->t_ms};

	run_events(w, e);
	if (e->kind == EVENT_RUN_REWOUND || e->frame != w->frame ||
			e->step != w->node)
		return 0;
	if (event_decode(&ev, e->data, e->len, w->err) < 0) {
		w->rc = -1;
		return 1;
	}
	told_again(w, e);
	explain(w, e->seq, &ev);
	return 0;
}

int engine_why(struct engine *e, const struct view *v, const char *path,
	struct because **out, size_t *count, struct err *err)
{
	struct why w = {.view = v, .err = err};

	if (run_find(v->run, str_of(path), &w.frame, &w.node) < 0) {
		if (why_not_reached(&w, path) < 0)
			return err_set(err, ERR_NOTFOUND,
				"the run has no step '%s'", path);
		*out = w.list;
		*count = w.count;
		return 0;
	}
	if (v->row->parent[0])
		engine_short(e, v->row->parent, w.source);
	needs(&w);
	why_facts(&w);
	if (store_events(e->store, v->row, 0, on_event, &w, err) < 0)
		w.rc = -1;
	free(w.again);
	if (w.rc < 0) {
		because_free(w.list, w.count);
		return -1;
	}
	why_branches(&w);
	if (is_cut_off(&w, run_step(v->run, w.frame, w.node)) &&
			node_is_leaf(&v->plan->nodes[w.node]))
		why_add(&w, 0, "cut off", mem_strdup(
			"its shell ended while it ran"));
	failures(&w);
	*out = w.list;
	*count = w.count;
	return 0;
}

void because_free(struct because *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(b[i].value);
	free(b);
}
