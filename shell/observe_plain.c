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
#include "shell/region.h"
#include "shell/run_end.h"
#include "shell/screen.h"
#include "shell/step_words.h"
#include "shell/steps.h"
#include "shell/errand_int.h"

struct progress {
	struct session *s;
	struct observer o;
	uv_timer_t heartbeat;
	struct buf line;
	struct region *live;     /* on a terminal; NULL: lines only */
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
	const struct run *r = errand_run_of(p->s, t);

	buf_clear(&p->line);
	if (t->background)
		buf_printf(&p->line, "[%.6s] ", t->ulid);
	if (step != PLAN_NONE)
		run_path(r, frame, step, &p->line);
	return &p->line;
}

static void write_line(struct progress *p)
{
	buf_char(&p->line, '\n');
	run_end_line(p->s, (struct str){p->line.data, p->line.len});
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
	step_error(b, res);
	step_attempt(b, r, e);
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
		step_retry(&p->line, r, e);
		return 1;
	case EVENT_STEP_SKIPPED:
		step_skip(&p->line, r, e);
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
		buf_str(&p->line, " cut off");
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

void progress_event(struct progress *p, const struct errand *t,
	const struct event *e)
{
	const struct run *r = errand_run_of(p->s, t);

	if (r && t->lone && !is_off(p))
		region_lone(p->live, t, e);
	if (!r || t->lone || is_off(p) || region_event(p->live, t, r, e))
		return;
	if (e->step != PLAN_NONE && (!node_is_leaf(&r->plan->nodes[e->step]) ||
			(r->plan->nodes[e->step].flags & NODE_QUIET)))
		return;
	line_of(p, t, e->frame, e->step);
	if (about(p, r, e))
		write_line(p);
}

static void on_event(void *ud, uint32_t slot, const struct event *e)
{
	struct progress *p = ud;
	const struct errand *t = errand_find(p->s, slot);

	if (t)
		progress_event(p, t, e);
}

static int others_run(struct progress *p, uint32_t slot)
{
	for (const struct errand *t = p->s->errands; t; t = t->next)
		if (t->slot != slot && !t->ended && !t->over)
			return 1;
	return 0;
}

void progress_over(struct progress *p, struct errand *t)
{
	const struct run *r = errand_run_of(p->s, t);
	int live = region_over(p->live, t->slot);

	if (!r || t->lone || t->told || !run_ended(r))
		return;
	t->told = 1;
	if (is_off(p) && r->state == RUN_SUCCEEDED)
		return;
	run_end_say(p->s, t, r, RUN_END_SUMMARY | (live ? 0 : RUN_END_TAILS) |
		(is_off(p) ? RUN_END_NAMES : 0));
}

static void on_over(void *ud, uint32_t slot, enum run_state state)
{
	struct progress *p = ud;
	struct errand *t = errand_find(p->s, slot);

	(void)state;
	if (!others_run(p, slot))
		uv_timer_stop(&p->heartbeat);
	if (t)
		progress_over(p, t);
	else
		region_over(p->live, slot);
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
	(void)seq;
	on_event(ud, slot, e);
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
	p->live = region_new(s);
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
	region_free(p->live);
	uv_close((uv_handle_t *)&p->heartbeat, closed);
}

int progress_is_live(const struct progress *p)
{
	return p->live != NULL;
}

void progress_output(struct progress *p, uint32_t slot, struct place at,
	struct str bytes)
{
	region_output(p->live, slot, at, bytes);
}

struct running {
	struct progress *p;
	const struct errand *t;
};

static void say_running(void *ud, const struct event *e)
{
	const struct running *w = ud;
	struct buf *b = line_of(w->p, w->t, e->frame, e->step);
	char took[16];

	if (e->kind == EVENT_STEP_WAITING) {
		about(w->p, errand_run_of(w->p->s, w->t), e);
	} else {
		duration_print((clock_now_ms() - e->t_ms) * 1000, took);
		buf_printf(b, " started %s ago", took);
	}
	write_line(w->p);
}

void progress_front(struct progress *p, const struct errand *t)
{
	struct running w = {p, t};

	region_front(p->live, t);
	if (!p->live && t->view && !is_off(p))
		steps_running(t->view->run, say_running, &w);
}

void progress_leave(struct progress *p, uint32_t slot)
{
	region_over(p->live, slot);
}
