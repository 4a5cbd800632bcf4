/*
 * Events as JSON lines. One run at a time: that of the foreground.
 */
#include "shell/observe_jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/store/store.h"
#include "engine/view.h"
#include "shell/json.h"

enum { SHOWN = 65536 };

struct jsonl {
	struct session *s;
	struct observer o;
	struct out *out;       /* NULL: silent */
	uint32_t slot;
	int64_t seq, began_ms;
	char ulid[ULID_LEN + 1];
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
	json_kint(&l->j, "seq", l->seq);
	json_kint(&l->j, "t_ms", ms - l->began_ms);
	json_ktext(&l->j, "run", l->ulid);
	json_ktext(&l->j, "event", event);
	return &l->j;
}

static void line_close(struct jsonl *l)
{
	json_close(&l->j, '}');
	buf_char(&l->line, '\n');
	out_own(l->out, (struct str){l->line.data, l->line.len});
}

static void path_of(struct jsonl *l, const struct run *r,
	const struct event *e)
{
	struct buf path;

	if (e->step == PLAN_NONE)
		return;
	buf_init(&path);
	run_path(r, e->frame, e->step, &path);
	json_ktext(&l->j, "path", buf_cstr(&path));
	buf_release(&path);
}

static void result(struct json *j, const struct event *e)
{
	const struct result *r = &e->result;

	json_kint(j, "attempt", e->attempt);
	json_ktext(j, "status", outcome_name(r->outcome));
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
	const struct event *e)
{
	struct output_of of = {r, {e->frame, e->step}, 1};
	struct err err = {0};
	uint64_t total = 0;
	struct json *j;
	struct buf b;

	buf_init(&b);
	if (e->result.out.len > 0 && engine_output(l->s->engine, &of, SHOWN,
			&b, &total, &err) == 0) {
		j = line_open(l, "output", e->t_ms);
		path_of(l, r, e);
		json_ktext(j, "stream", "stdout");
		json_kbytes(j, "text", (struct str){b.data, b.len});
		if (total > b.len)
			json_kbool(j, "truncated", 1);
		line_close(l);
	}
	buf_release(&b);
}

static void details(struct json *j, const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_STARTED:
		json_kint(j, "attempt", e->attempt);
		break;
	case EVENT_STEP_FINISHED:
	case EVENT_STEP_RETRYING:
	case EVENT_STEP_ADOPTED:
		result(j, e);
		break;
	case EVENT_STEP_SKIPPED:
		json_kint(j, "reason", e->status);
		break;
	case EVENT_STEP_DECIDED:
		json_kint(j, "value", e->value);
		break;
	case EVENT_SIGNAL_POSTED:
	case EVENT_STEP_WAITING:
		json_kstr(j, "name", e->name);
		break;
	case EVENT_RUN_STARTED:
	case EVENT_RUN_RESUMED:
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
	case EVENT_FACT_READ:
	case EVENT_STAGE_CHECKPOINT:
	case EVENT_KINDS:
		break;
	}
}

static void on_event(void *ud, uint32_t slot, int64_t seq,
	const struct event *e)
{
	struct jsonl *l = ud;
	const struct run *r = engine_run(l->s->engine, slot);

	if (!l->out || slot != l->slot || !r)
		return;
	l->seq = seq;
	if (e->kind == EVENT_RUN_FINISHED || e->kind == EVENT_FRAME_OPENED ||
			e->kind == EVENT_FRAME_CLOSED)
		return;
	if (e->kind == EVENT_RUN_STARTED)
		l->began_ms = r->started_ms;
	line_open(l, e->kind == EVENT_STEP_DECIDED ? "decision"
		: event_name(e->kind), e->t_ms);
	path_of(l, r, e);
	details(&l->j, e);
	line_close(l);
	if (e->kind == EVENT_RUN_STARTED)
		plan_line(l, r, e);
	if (e->kind == EVENT_STEP_FINISHED)
		output_line(l, r, e);
}

void jsonl_begin(struct jsonl *l, uint32_t slot, struct out *out)
{
	l->slot = slot;
	l->out = out;
	l->seq = 0;
	l->began_ms = clock_now_ms();
	memcpy(l->ulid, engine_ulid(l->s->engine, slot), sizeof(l->ulid));
}

void jsonl_end(struct jsonl *l, const char *status, int exit)
{
	struct output_of of = {engine_run(l->s->engine, l->slot),
		{0, PLAN_NONE}, 1};
	struct err err = {0};
	struct json *j;
	struct buf b;

	if (!l->out)
		return;
	buf_init(&b);
	j = line_open(l, "run.finished", clock_now_ms());
	json_ktext(j, "status", status);
	json_kint(j, "exit", exit);
	if (of.run && engine_output(l->s->engine, &of, SHOWN, &b, NULL,
			&err) == 0)
		json_kbytes(j, "output", (struct str){b.data, b.len});
	line_close(l);
	buf_release(&b);
	l->out = NULL;
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
