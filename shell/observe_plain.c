/*
 * Plain progress. Reads published events only; what it prints is durable.
 */
#include "shell/observe_plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/view.h"
#include "shell/errand_int.h"
#include "shell/screen.h"

struct progress {
	struct session *s;
	struct observer o;
	uv_timer_t heartbeat;
	struct buf line;
	uint8_t ci;
};

static int is_off(const struct progress *p)
{
	return strcmp(setting_get(&p->s->settings, SET_PROGRESS), "none") == 0;
}

/* Begins a line about a step: "[7f3a9c] build". */
static struct buf *line_of(struct progress *p, const struct errand *t,
	uint32_t frame, uint32_t step)
{
	const struct run *r = engine_run(p->s->engine, t->slot);

	buf_clear(&p->line);
	if (t->background)
		buf_printf(&p->line, "[%.6s] ", t->ulid);
	if (step != PLAN_NONE)
		run_path(r, frame, step, &p->line);
	return &p->line;
}

static void write_line(struct progress *p)
{
	struct buf b;

	buf_char(&p->line, '\n');
	buf_init(&b);
	screen_wrap(&b, (struct str){p->line.data, p->line.len},
		screen_columns(&p->s->err));
	out_bytes(&p->s->err, (struct str){b.data, b.len});
	out_end(&p->s->err);
	buf_release(&b);
}

static void attempt(struct buf *b, const struct run *r, const struct event *e)
{
	const struct plan_node *n = &r->plan->nodes[e->step];
	uint32_t retry = r->plan->policies[n->policy].retry;

	if (retry > 0 && node_is_leaf(n) && n->effect == EFFECT_ONCE)
		buf_str(b, " (@effect=once: @retry does not try it again)");
	else if (retry > 0 && e->result.outcome == OUTCOME_REFUSED)
		buf_str(b, " (not tried again: it would fail again)");
	else if (retry > 0)
		buf_printf(b, " (attempt %u/%u)", e->attempt, retry + 1);
}

static void error_text(struct buf *b, const struct result *res)
{
	if (res->error.n)
		buf_printf(b, ": %.*s", (int)res->error.n, res->error.p);
	else if (res->outcome != OUTCOME_OK)
		buf_printf(b, ": %s", outcome_name(res->outcome));
}

static void finished(struct progress *p, const struct run *r,
	const struct event *e)
{
	const struct result *res = &e->result;
	struct buf *b = &p->line;
	char took[16];

	duration_print((int64_t)res->dur_us, took);
	if (res->outcome == OUTCOME_OK) {
		buf_printf(b, " ok %s%s", took, res->cached ? " (cached)"
			: "");
		return;
	}
	buf_printf(b, " %s %s", res->outcome == OUTCOME_CANCELLED
		? "cancelled" : "failed", took);
	error_text(b, res);
	attempt(b, r, e);
}

static void skipped(struct progress *p, const struct run *r,
	const struct event *e)
{
	const struct plan *plan = r->plan;

	switch ((enum skip_reason)e->status) {
	case SKIP_NEED:
		buf_printf(&p->line, " skipped (needs %s)",
			e->cause < plan->node_count
			? plan_text(plan, plan->nodes[e->cause].name) : "?");
		return;
	case SKIP_CONDITION:
		buf_str(&p->line, " skipped (its condition is false)");
		return;
	case SKIP_STOPPED:
		buf_str(&p->line, " skipped (the run stops)");
		return;
	case SKIP_BRANCH:
		buf_str(&p->line, " skipped (branch not taken)");
		return;
	case SKIP_NONE:
		break;
	}
	buf_str(&p->line, " skipped");
}

static void retrying(struct progress *p, const struct run *r,
	const struct event *e)
{
	char in[16];

	duration_print((e->due_ms - e->t_ms) * 1000, in);
	buf_printf(&p->line, " retrying in %s", in);
	error_text(&p->line, &e->result);
	attempt(&p->line, r, e);
}

/* The rest of the line; 0 when the event is not told. */
static int about(struct progress *p, const struct run *r,
	const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_STARTED:
		buf_str(&p->line, " started");
		return 1;
	case EVENT_STEP_FINISHED:
		finished(p, r, e);
		return 1;
	case EVENT_STEP_RETRYING:
		retrying(p, r, e);
		return 1;
	case EVENT_STEP_SKIPPED:
		skipped(p, r, e);
		return e->status != SKIP_BRANCH || p->s->options->verbose;
	case EVENT_STEP_CANCELLED:
		buf_str(&p->line, " cancelled");
		return 1;
	case EVENT_STEP_TIMED_OUT:
		buf_str(&p->line, " timed out");
		return 1;
	case EVENT_STEP_WAITING:
		buf_str(&p->line, " waits for an answer: ");
		engine_question_line(p->s->engine, r,
			(struct place){e->frame, e->step}, &p->line);
		return e->name.n > 0;
	case EVENT_STEP_LOST:
		buf_str(&p->line, " was running when its shell ended");
		return 1;
	case EVENT_STEP_IN_DOUBT:
		buf_str(&p->line, " is in doubt");
		return 1;
	case EVENT_STEP_ADOPTED:
		buf_str(&p->line, " taken over");
		return 1;
	case EVENT_RUN_CANCELLING:
		buf_str(&p->line, "cancelling");
		return 1;
	case EVENT_RUN_PAUSED: /* in the foreground the end tells it */
		buf_str(&p->line, "paused");
		return p->line.data[0] == '[';
	case EVENT_RUN_CONTINUED:
		buf_str(&p->line, "goes on");
		return p->line.data[0] == '[';
	case EVENT_ROLLBACK_STARTED:
		buf_str(&p->line, "rolling back");
		return 1;
	case EVENT_RUN_STARTED:
	case EVENT_RUN_RESUMED:
	case EVENT_RUN_TIMED_OUT:
	case EVENT_RUN_FINISHED:
	case EVENT_RUN_REWOUND:
	case EVENT_RUN_EDITED:
	case EVENT_FRAME_OPENED:
	case EVENT_FRAME_CLOSED:
	case EVENT_STEP_RESOLVED:
	case EVENT_STEP_DECIDED:
	case EVENT_SIGNAL_POSTED:
	case EVENT_FACT_READ:
	case EVENT_STAGE_CHECKPOINT:
	case EVENT_KINDS:
		break;
	}
	return 0;
}

static void on_event(void *ud, uint32_t slot, int64_t seq,
	const struct event *e)
{
	struct progress *p = ud;
	struct errand *t = errand_find(p->s, slot);
	const struct run *r = engine_run(p->s->engine, slot);

	(void)seq;
	if (!t || !r || t->lone || is_off(p))
		return;
	if (e->step != PLAN_NONE && (!node_is_leaf(&r->plan->nodes[e->step]) ||
			(r->plan->nodes[e->step].flags & NODE_QUIET)))
		return;
	line_of(p, t, e->frame, e->step);
	if (about(p, r, e))
		write_line(p);
}

/* ------------------------------------------------------------- at the end */
struct tail {
	struct buf line[LIMIT_TAIL_LINES];
	size_t count;
};

static int keep_line(void *ud, const struct log_line *l)
{
	struct tail *t = ud;
	struct buf *b = &t->line[t->count++ % LIMIT_TAIL_LINES];

	buf_clear(b);
	buf_add(b, l->text.p, l->text.n < 2000 ? l->text.n : 2000);
	return 0;
}

static void say_failed(struct progress *p, const struct errand *t,
	uint32_t frame, uint32_t node, const struct result *res)
{
	line_of(p, t, frame, node);
	buf_str(&p->line, " failed");
	error_text(&p->line, res);
	write_line(p);
}

static void print_tail(struct progress *p, const struct tail *t)
{
	size_t from = t->count > LIMIT_TAIL_LINES
		? t->count - LIMIT_TAIL_LINES : 0;

	for (size_t i = from; i < t->count; i++) {
		buf_clear(&p->line);
		buf_printf(&p->line, "  | %s",
			buf_cstr(&t->line[i % LIMIT_TAIL_LINES]));
		write_line(p);
	}
}

/* A step that failed, with its last lines; told before already when it has
 * none. */
static void print_failure(struct progress *p, const struct errand *t,
	uint32_t frame, uint32_t node)
{
	const struct run *r = engine_run(p->s->engine, t->slot);
	const struct step *st = run_step(r, frame, node);
	struct err err = {0};
	struct tail tail;

	memset(&tail, 0, sizeof(tail));
	if (engine_log(p->s->engine, &st->kept->r, keep_line, &tail,
			&err) < 0)
		session_say(p->s, "%s", err.text);
	if (tail.count || is_off(p) || !node_is_leaf(&r->plan->nodes[node]))
		say_failed(p, t, frame, node, &st->kept->r);
	print_tail(p, &tail);
	for (size_t i = 0; i < LIMIT_TAIL_LINES; i++)
		buf_release(&tail.line[i]);
}

/* What says more of a step that failed: its last lines are in the log, what
 * failed by itself without being run has reasons. */
static void where_to_look(struct buf *hint, const struct run *r,
	const char *brief, struct place at)
{
	int leaf = node_is_leaf(&r->plan->nodes[at.node]);

	buf_printf(hint, leaf ? "    /logs %s " : "    /why %s.", brief);
	run_path(r, at.frame, at.node, hint);
}

/* A composite is told of when it failed by itself, not when a step in it did.
 * *hint: about the first that failed. */
static void print_failures(struct progress *p, const struct errand *t,
	const struct run *r, struct buf *hint)
{
	char brief[ULID_LEN + 1];

	engine_short(p->s->engine, t->ulid, brief);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];

			if (st->state != STEP_FAILED || !st->kept ||
				run_failed_inside(r, f, b->first + i))
				continue;
			if (!hint->len)
				where_to_look(hint, r, brief, (struct place){f,
					b->first + i});
			print_failure(p, t, f, b->first + i);
		}
	}
}

static void summary(struct progress *p, struct errand *t, const struct run *r,
	const char *hint)
{
	static const struct {
		enum step_state state;
		const char *word;
	} words[] = {{STEP_SUCCEEDED, "ok"}, {STEP_FAILED, "failed"},
		{STEP_SKIPPED, "skipped"}, {STEP_CANCELLED, "cancelled"}};
	char brief[ULID_LEN + 1], took[16];
	const char *comma = ": ";

	engine_short(p->s->engine, t->ulid, brief);
	duration_print((r->finished_ms - r->started_ms) * 1000, took);
	buf_clear(&p->line);
	if (r->timed_out)
		buf_printf(&p->line, "run %s timed out after %s", brief, took);
	else
		buf_printf(&p->line, "run %s %s in %s", brief,
			run_state_name(r->state), took);
	for (size_t i = 0; i < 4; i++) {
		uint32_t n = words[i].state == STEP_FAILED ? run_failures(r)
			: r->counts[words[i].state];

		if (!n)
			continue;
		buf_printf(&p->line, "%s%u %s", comma, n, words[i].word);
		comma = ", ";
	}
	buf_str(&p->line, hint);
	if (r->state != RUN_SUCCEEDED)
		buf_printf(&p->line, "    /resume %s", brief);
	else if (t->pinned)
		buf_printf(&p->line, "    /resume %s --from STEP", brief);
	else if (p->s->options->verbose)
		buf_printf(&p->line, "    /show %s", brief);
	write_line(p);
}

static int others_run(struct progress *p, uint32_t slot)
{
	for (const struct errand *t = p->s->errands; t; t = t->next)
		if (t->slot != slot && !t->ended && !t->over)
			return 1;
	return 0;
}

static void on_over(void *ud, uint32_t slot, enum run_state state)
{
	struct progress *p = ud;
	struct errand *t = errand_find(p->s, slot);
	const struct run *r = engine_run(p->s->engine, slot);
	struct buf hint;

	if (!others_run(p, slot))
		uv_timer_stop(&p->heartbeat);
	if (!t || !r || t->lone || t->told || !run_ended(r))
		return;
	t->told = 1;
	if (is_off(p) && state == RUN_SUCCEEDED)
		return;
	buf_init(&hint);
	print_failures(p, t, r, &hint);
	summary(p, t, r, buf_cstr(&hint));
	buf_release(&hint);
}

static void on_stall(void *ud, const char *text)
{
	struct progress *p = ud;

	p->s->stalled = text != NULL;
	if (text)
		session_say(p->s, "the journal waits: %s", text);
	else
		session_say(p->s, "the journal goes on");
}

/* -------------------------------------------------------------- heartbeat */
static void on_heartbeat(uv_timer_t *h)
{
	struct progress *p = h->data;

	for (struct errand *t = p->s->errands; t; t = t->next) {
		const struct run *r = engine_run(p->s->engine, t->slot);
		char took[16];

		if (t->ended || !r || run_ended(r))
			continue;
		duration_print((clock_now_ms() - r->started_ms) * 1000, took);
		buf_clear(&p->line);
		buf_printf(&p->line, "run %.6s still runs after %s: %u ok, "
			"%u running", t->ulid, took,
			r->counts[STEP_SUCCEEDED], r->running);
		write_line(p);
	}
}

static void beat(void *ud, uint32_t slot, int64_t seq, const struct event *e)
{
	struct progress *p = ud;
	int64_t ms = 0;

	if (p->ci && !is_off(p) && !uv_is_active((uv_handle_t *)&p->heartbeat)
		&& (e->kind == EVENT_RUN_STARTED ||
			e->kind == EVENT_RUN_RESUMED)) {
		duration_parse(str_of(setting_get(&p->s->settings,
			SET_HEARTBEAT)), &ms);
		uv_timer_start(&p->heartbeat, on_heartbeat, (uint64_t)ms,
			(uint64_t)ms);
		uv_unref((uv_handle_t *)&p->heartbeat);
	}
	on_event(ud, slot, seq, e);
}

struct progress *progress_new(struct session *s)
{
	struct progress *p = mem_zero(sizeof(*p));
	const char *ci = getenv("CI");

	p->s = s;
	p->ci = ci && ci[0] && strcmp(ci, "false") != 0;
	p->o.ud = p;
	p->o.on_event = beat;
	p->o.on_over = on_over;
	p->o.on_stall = on_stall;
	uv_timer_init(engine_loop(s->engine), &p->heartbeat);
	p->heartbeat.data = p;
	uv_unref((uv_handle_t *)&p->heartbeat);
	engine_observe(s->engine, &p->o);
	return p;
}

static void closed(uv_handle_t *h)
{
	struct progress *p = h->data;

	buf_release(&p->line);
	free(p);
}

void progress_free(struct progress *p)
{
	if (!p)
		return;
	engine_unobserve(p->s->engine, &p->o);
	uv_close((uv_handle_t *)&p->heartbeat, closed);
}
