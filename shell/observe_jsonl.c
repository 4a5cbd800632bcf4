/*
 * Events as JSON lines. One run at a time: that of the foreground. `seq`
 * counts the lines of this reading, from 1: one event of the journal may be
 * two lines, and is none when it says nothing about a step or the run.
 */
#include "shell/observe_jsonl.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/store/store.h"
#include "engine/view.h"
#include "shell/doc.h"
#include "shell/errand_int.h"
#include "shell/json.h"

enum { SHOWN = 65536 };

struct jsonl {
	struct session *s;
	struct observer o;
	struct out *out;       /* NULL: silent */
	const struct errand *t;  /* borrowed while `out` is set */
	int64_t seq, began_ms;
	struct buf line;
	struct json j;
};

/* Opens a line with what all have. */
static struct json *line_open(struct jsonl *l, const char *event, int64_t ms)
{
	buf_clear(&l->line);
	json_init(&l->j, &l->line);
	json_open(&l->j, '{');
	json_kint(&l->j, "v", 1);
	json_kint(&l->j, "seq", ++l->seq);
	json_kint(&l->j, "t_ms", ms > l->began_ms ? ms - l->began_ms : 0);
	json_ktext(&l->j, "run", l->t->ulid);
	json_ktext(&l->j, "event", event);
	return &l->j;
}

static void line_close(struct jsonl *l)
{
	json_close(&l->j, '}');
	buf_char(&l->line, '\n');
	out_own(l->out, (struct str){l->line.data, l->line.len});
}

/* Which step and which of its attempts; nothing about the run. */
static void place_of(struct jsonl *l, const struct run *r,
	const struct event *e)
{
	struct buf path;

	if (e->step == PLAN_NONE)
		return;
	buf_init(&path);
	run_path(r, e->frame, e->step, &path);
	json_ktext(&l->j, "path", buf_cstr(&path));
	json_kint(&l->j, "attempt", e->attempt ? e->attempt
		: run_step(r, e->frame, e->step)->attempts);
	buf_release(&path);
}

/* As in the run document; `class` and `error` tell what kind of failure. */
static const char *status_word(const struct result *r)
{
	switch ((enum outcome)r->outcome) {
	case OUTCOME_OK:
		return step_state_name(STEP_SUCCEEDED);
	case OUTCOME_CANCELLED:
		return step_state_name(STEP_CANCELLED);
	case OUTCOME_FAILED:
	case OUTCOME_TIMEOUT:
	case OUTCOME_REFUSED:
	case OUTCOME_LOST:
	case OUTCOME_KINDS:
		break;
	}
	return step_state_name(STEP_FAILED);
}

static void result(struct json *j, const struct event *e)
{
	const struct result *r = &e->result;

	json_ktext(j, "status", status_word(r));
	if (r->exit_code >= 0)
		json_kint(j, "exit_code", r->exit_code);
	json_kint(j, "duration_ms", (int64_t)(r->dur_us / 1000));
	json_kbool(j, "cached", r->cached);
	if (r->error.n)
		json_kstr(j, "error", r->error);
	if (error_class_name(r->error_class))
		json_ktext(j, "class", error_class_name(r->error_class));
}

static void plan_line(struct jsonl *l, const struct run *r,
	const struct event *e)
{
	struct json *j = line_open(l, "plan", e->t_ms);

	json_key(j, "steps");
	json_open(j, '[');
	for (uint32_t i = 0; i < r->plan->node_count; i++) {
		const struct plan_node *n = &r->plan->nodes[i];

		if (!node_is_leaf(n) || (n->flags & NODE_QUIET))
			continue;
		json_open(j, '{');
		json_ktext(j, "name", plan_text(r->plan, n->name));
		json_ktext(j, "kind", plan_text(r->plan, n->exec));
		json_close(j, '}');
	}
	json_close(j, ']');
	line_close(l);
}

static void output_line(struct jsonl *l, const struct run *r,
	const struct event *e, int stream)
{
	struct output_of of = {r, {e->frame, e->step}, stream};
	struct err err = {0};
	uint64_t total = 0;
	struct json *j;
	struct buf b;

	if (!(stream == 1 ? e->result.out.len : e->result.err.len))
		return;
	buf_init(&b);
	j = line_open(l, "output", e->t_ms);
	place_of(l, r, e);
	json_ktext(j, "stream", stream == 1 ? "stdout" : "stderr");
	if (engine_output(l->s->engine, &of, SHOWN, &b, &total, &err) < 0) {
		json_ktext(j, "text", NULL);
		json_ktext(j, "error", err.text);
	} else {
		json_kbytes(j, "text", (struct str){b.data, b.len});
		if (total > b.len)
			json_kbool(j, "truncated", 1);
	}
	line_close(l);
	buf_release(&b);
}

static void skipped(struct json *j, const struct run *r,
	const struct event *e)
{
	static const char *const words[] = {"none", "need", "condition",
		"stopped", "branch"};

	json_ktext(j, "reason", e->status < sizeof(words) / sizeof(words[0])
		? words[e->status] : "none");
	if (e->status == SKIP_NEED && e->cause < r->plan->node_count)
		json_ktext(j, "cause", plan_text(r->plan,
			r->plan->nodes[e->cause].name));
}

static void decision(struct json *j, const struct event *e)
{
	static const char *const words[] = {"condition", "items", "choice",
		"cache", "call"};
	enum { CHOICE = 2 };

	if (e->status < sizeof(words) / sizeof(words[0]))
		json_ktext(j, "of", words[e->status]);
	json_kint(j, "value", e->value);
	if (e->status == CHOICE && e->bytes.n && e->bytes.p[0] == '{') {
		json_key(j, "detail"); /* what an adaptive one rests on */
		json_raw(j, e->bytes);
	}
}

static void details(struct jsonl *l, const struct run *r,
	const struct event *e)
{
	struct json *j = &l->j;

	switch ((enum event_kind)e->kind) {
	case EVENT_RUN_STARTED:
	case EVENT_RUN_RESUMED:
		json_ktext(j, "command", l->t->command);
		json_ktext(j, "text", l->t->text);
		json_ktext(j, "parent", l->t->parent[0] ? l->t->parent
			: NULL);
		break;
	case EVENT_STEP_RETRYING:
		result(j, e);
		json_kint(j, "retry_in_ms", e->due_ms > e->t_ms
			? e->due_ms - e->t_ms : 0);
		break;
	case EVENT_STEP_FINISHED:
	case EVENT_STEP_ADOPTED:
		result(j, e);
		break;
	case EVENT_STEP_SKIPPED:
		skipped(j, r, e);
		break;
	case EVENT_STEP_DECIDED:
		decision(j, e);
		break;
	case EVENT_SIGNAL_POSTED:
		json_kstr(j, "name", e->name);
		break;
	case EVENT_FACT_READ:
		json_kstr(j, "name", e->name);
		json_key(j, "value");
		json_raw(j, e->bytes);
		json_kint(j, "cost_us", e->value);
		break;
	case EVENT_STEP_WAITING:
		json_kstr(j, "name", e->name);
		if (str_eq(e->name, "answer"))
			doc_question(j, l->s->engine, r,
				(struct place){e->frame, e->step});
		break;
	case EVENT_STEP_STARTED:
	case EVENT_RUN_CANCELLING:
	case EVENT_RUN_PAUSED:
	case EVENT_RUN_CONTINUED:
	case EVENT_RUN_TIMED_OUT:
	case EVENT_RUN_FINISHED:
	case EVENT_RUN_REWOUND:
	case EVENT_RUN_EDITED:
	case EVENT_FRAME_OPENED:
	case EVENT_FRAME_CLOSED:
	case EVENT_STEP_CANCELLED:
	case EVENT_STEP_TIMED_OUT:
	case EVENT_STEP_LOST:
	case EVENT_STEP_IN_DOUBT:
	case EVENT_STEP_RESOLVED:
	case EVENT_ROLLBACK_STARTED:
	case EVENT_STAGE_CHECKPOINT:
	case EVENT_KINDS:
		break;
	}
}

void jsonl_event(struct jsonl *l, const struct event *e)
{
	const struct run *r = l->out ? errand_run_of(l->s, l->t) : NULL;

	if (!r)
		return;
	if (e->kind == EVENT_RUN_FINISHED || e->kind == EVENT_FRAME_OPENED ||
			e->kind == EVENT_FRAME_CLOSED)
		return;
	if (e->kind == EVENT_RUN_STARTED)
		l->began_ms = r->started_ms;
	line_open(l, e->kind == EVENT_STEP_DECIDED ? "decision"
		: event_name(e->kind), e->t_ms);
	place_of(l, r, e);
	details(l, r, e);
	line_close(l);
	if (e->kind == EVENT_RUN_STARTED)
		plan_line(l, r, e);
	if (e->kind == EVENT_STEP_FINISHED) {
		output_line(l, r, e, 1);
		output_line(l, r, e, 2);
	}
}

static void on_event(void *ud, uint32_t slot, int64_t seq,
	const struct event *e)
{
	struct jsonl *l = ud;

	(void)seq;
	if (l->out && slot == l->t->slot)
		jsonl_event(l, e);
}

void jsonl_begin(struct jsonl *l, const struct errand *t)
{
	l->t = t;
	l->out = t->sink->out;
	l->seq = 0;
	l->began_ms = t->view ? t->view->run->started_ms : clock_now_ms();
}

void jsonl_end(struct jsonl *l, const char *status, int exit)
{
	struct output_of of = {NULL, {0, PLAN_NONE}, 1};
	struct err err = {0};
	uint64_t total = 0;
	struct json *j;
	struct buf b;

	if (!l->out)
		return;
	of.run = errand_run_of(l->s, l->t);
	buf_init(&b);
	j = line_open(l, "run.finished", clock_now_ms());
	json_ktext(j, "status", status);
	json_kint(j, "exit", exit);
	if (of.run && engine_output(l->s->engine, &of, SHOWN, &b, &total,
			&err) == 0) {
		json_kbytes(j, "output", (struct str){b.data, b.len});
		if (total > b.len)
			json_kbool(j, "truncated", 1);
	} else {
		json_ktext(j, "output", NULL);
		json_ktext(j, "error", err.code ? err.text : NULL);
	}
	line_close(l);
	buf_release(&b);
	l->out = NULL;
	l->t = NULL;
}

struct jsonl *jsonl_new(struct session *s)
{
	struct jsonl *l = mem_zero(sizeof(*l));

	l->s = s;
	l->o.ud = l;
	l->o.on_event = on_event;
	engine_observe(s->engine, &l->o);
	return l;
}

void jsonl_free(struct jsonl *l)
{
	if (!l)
		return;
	engine_unobserve(l->s->engine, &l->o);
	buf_release(&l->line);
	free(l);
}
