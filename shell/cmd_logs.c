/*
 * /logs: what the steps wrote, of all steps and both streams in the order in
 * which it came, each line with its time since the run began. -f follows a
 * run that is still going, wherever it runs.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "shell/lost.h"
#include "shell/shown.h"
#include "shell/run_ref.h"

enum { FOLLOW_MS = 200 };

struct logs {
	struct session *s;
	struct cmd_out *o;
	struct view *v;
	const char *path;      /* only this step, or NULL */
	int64_t seq;           /* last event seen */
	char label[256];
	uint32_t attempt;
	struct err *err;
	struct lost lost;
	struct buf texts;      /* of the lines read, one after the other */
	struct held_line *held;
	size_t held_count, held_cap;
	uint64_t from;         /* of engine_tail */
	struct shown shown;    /* told while it was written */
	struct shown_attempt *told; /* whose log is read; NULL: not followed */
	uint8_t follow, any;   /* any: a line was shown */
	int rc;
};

/* A line read, to be told in the order of time. */
struct held_line {
	int64_t ms;            /* since the run began */
	size_t order, label, text, len; /* as read; offsets in texts */
	uint32_t attempt;
	uint8_t stream, gone;  /* gone: text is the error */
};

static void hold(struct logs *g, int64_t ms, int stream, struct str text)
{
	struct held_line *h;

	g->held = mem_more(g->held, g->held_count, &g->held_cap,
		sizeof(*g->held));
	h = &g->held[g->held_count];
	*h = (struct held_line){.ms = ms < 0 ? 0 : ms,
		.order = g->held_count++, .attempt = g->attempt,
		.stream = (uint8_t)stream, .gone = stream == 0};
	h->label = g->texts.len;
	buf_add(&g->texts, g->label, strlen(g->label) + 1);
	h->text = g->texts.len;
	h->len = text.n;
	buf_add(&g->texts, text.p, text.n);
}

static int by_time(const void *a, const void *b)
{
	const struct held_line *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int one_line(void *ud, const struct log_line *l)
{
	struct logs *g = ud;
	int64_t ms = l->t_ms - g->v->run->started_ms;
	struct str rest = l->text, piece;

	if (!g->told)
		hold(g, ms, l->stream, rest);
	else
		while (shown_gap(g->told, l, &rest, &piece))
			hold(g, ms, l->stream, piece);
	return 0;
}

static void tell_text(struct logs *g, const struct held_line *h)
{
	buf_printf(&g->o->text, "%4lld.%03lld %s %c ",
		(long long)h->ms / 1000, (long long)h->ms % 1000,
		g->texts.data + h->label, h->gone ? '?' : h->stream == 2
		? '!' : '|');
	buf_add(&g->o->text, g->texts.data + h->text, h->len);
	buf_char(&g->o->text, '\n');
}

static void tell_json(struct logs *g, const struct held_line *h)
{
	struct str text = {g->texts.data + h->text, h->len};

	json_open(&g->o->json, '{');
	json_kint(&g->o->json, "t_ms", h->ms);
	json_ktext(&g->o->json, "path", g->texts.data + h->label);
	json_kint(&g->o->json, "attempt", h->attempt);
	if (h->gone) {
		json_kstr(&g->o->json, "error", text);
	} else {
		json_ktext(&g->o->json, "stream", h->stream == 2 ? "stderr"
			: "stdout");
		json_kbytes(&g->o->json, "text", text);
	}
	json_close(&g->o->json, '}');
}

static void tell_held(struct logs *g)
{
	if (g->held_count)
		qsort(g->held, g->held_count, sizeof(*g->held), by_time);
	for (size_t i = 0; i < g->held_count; i++) {
		g->any |= !g->held[i].gone;
		if (g->o->as_json)
			tell_json(g, &g->held[i]);
		else
			tell_text(g, &g->held[i]);
	}
	g->held_count = 0;
	buf_clear(&g->texts);
}

/* Lines that are gone: told in their place. */
static void gone(struct logs *g, int64_t ms, const struct err *err)
{
	lost_add(&g->lost, g->label, err);
	hold(g, ms, 0, str_of(err->text));
}

static int is_wanted(struct logs *g, uint32_t frame, uint32_t step)
{
	const struct run *r = g->v->run;
	struct buf path;
	int yes;

	if (step >= r->plan->node_count || frame >= r->frame_count ||
			!node_is_leaf(&r->plan->nodes[step]))
		return 0;
	buf_init(&path);
	run_path(r, frame, step, &path);
	yes = !g->path || strcmp(g->path, buf_cstr(&path)) == 0 ||
		strcmp(g->path, plan_text(r->plan,
			r->plan->nodes[step].name)) == 0;
	if (path.len < sizeof(g->label))
		memcpy(g->label, buf_cstr(&path), path.len + 1);
	buf_release(&path);
	return yes;
}

static void live_line(void *ud, const struct live_line *l)
{
	struct logs *g = ud;
	const char *name = strrchr(l->path, '.');

	if ((g->path && strcmp(g->path, l->path) != 0 &&
			strcmp(g->path, name ? name + 1 : l->path) != 0) ||
			strlen(l->path) >= sizeof(g->label))
		return;
	if (!shown_note(shown_of(&g->shown, l->path, l->attempt), &l->line))
		return;
	memcpy(g->label, l->path, strlen(l->path) + 1);
	g->attempt = l->attempt;
	hold(g, l->line.t_ms - g->v->run->started_ms, l->line.stream,
		l->line.text);
}

static int one_event(void *ud, const struct stored_event *e)
{
	struct logs *g = ud;
	struct event ev = {.kind = e->kind, .frame = e->frame,
		.step = e->step, .t_ms = e->t_ms};
	struct err lost = {0};

	if (e->seq <= g->seq)
		return 0;
	g->seq = e->seq;
	if (e->kind != EVENT_STEP_FINISHED && e->kind != EVENT_STEP_RETRYING &&
			e->kind != EVENT_STEP_ADOPTED &&
			e->kind != EVENT_STEP_CANCELLED)
		return 0;
	if (!is_wanted(g, e->frame, e->step))
		return 0;
	if (event_decode(&ev, e->data, e->len, g->err) < 0) {
		g->rc = -1;
		return 1;
	}
	if (e->kind == EVENT_STEP_CANCELLED && !ev.attempt)
		return 0;
	g->attempt = ev.attempt;
	g->told = g->follow ? shown_of(&g->shown, g->label, ev.attempt) : NULL;
	if (engine_log(g->s->engine, &ev.result, one_line, g, &lost) < 0)
		gone(g, ev.result.start_ms > g->v->run->started_ms
			? ev.result.start_ms - g->v->run->started_ms : 0,
			&lost);
	if (g->told)
		shown_over(g->told);
	return 0;
}

static int print(struct logs *g)
{
	g->rc = 0;
	if (store_events(engine_store(g->s->engine), g->v->row, g->seq,
			one_event, g, g->err) < 0)
		return -1;
	if (g->rc == 0)
		tell_held(g);
	return g->rc;
}

/* Writes what there is so far; a follower is not made to wait. */
static void flush(struct logs *g)
{
	out_bytes(g->o->sink->out, (struct str){g->o->text.data,
		g->o->text.len});
	buf_clear(&g->o->text);
}

static int is_going(const struct view *v)
{
	return v->row->state == RUN_RUNNING;
}

/* A while, in which a run of our own goes on. */
static void wait_some(struct logs *g)
{
	uint32_t slot = engine_slot(g->s->engine, g->v->row->ulid);
	uint64_t until = clock_mono_us() + FOLLOW_MS * 1000;
	const struct run *r;

	if (slot == PLAN_NONE) {
		session_pause(g->s, FOLLOW_MS);
		return;
	}
	do {
		engine_turn(g->s->engine);
		r = engine_run(g->s->engine, slot);
	} while (r && !run_ended(r) && !session_stopped(g->s) &&
		clock_mono_us() < until);
}

static int follow(struct logs *g, const struct cmd_args *a)
{
	while (is_going(g->v) && !session_stopped(g->s)) {
		engine_tail(g->s->engine, g->v->row, &g->from, live_line, g);
		tell_held(g);
		flush(g);
		wait_some(g);
		view_release(g->v);
		if (run_view(g->s, a, "run", g->v, g->o) < 0 || print(g) < 0)
			return -1;
	}
	return 0;
}

/* Of the journal alone a step that runs, or was cut off, looks as if it wrote
 * nothing. 1: there is such a one. */
static int say_unfinished(struct logs *g)
{
	const struct run *r = g->v->run;
	int cut = g->v->row->state == RUN_INTERRUPTED, found = 0;

	for (uint32_t f = 0; f < r->frame_count && !found; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];

			if (st->state != STEP_RUNNING || !node_is_leaf(
					&r->plan->nodes[b->first + i]) ||
					(st->flags & (STEP_ON_SIGNAL |
					STEP_ON_TIMER | STEP_FELL_BACK)) ||
					!is_wanted(g, f, b->first + i))
				continue;
			found = 1;
			if (!cut)
				session_say(g->s, "%s is running: what it "
					"writes is shown by    /logs -f %s",
					g->label, g->v->ulid_short);
			else
				session_say(g->s, "%s was cut off: what it "
					"wrote is not recorded", g->label);
			break;
		}
	}
	return found;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	char *path = cmd_take(a, "step");
	struct logs g = {.s = s, .o = o, .err = &o->err, .path = path};
	uint32_t frame, node;
	struct view v;
	int rc;

	if (!path)
		g.path = path = run_step_of(a, "run");
	g.v = &v;
	g.follow = cmd_flag(a, "follow") != 0;
	if (run_view(s, a, "run", &v, o) < 0) {
		mem_free(path);
		return -1;
	}
	rc = path ? run_step_find(&v, path, &frame, &node, &o->err) : 0;
	if (rc < 0 && cmd_arg(a, "step").p)
		cmd_blame(o, cmd_arg(a, "step"));
	else if (rc < 0)
		cmd_blame_step(o, a, "run");
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "run", v.row->ulid);
		json_key(&o->json, "lines");
		json_open(&o->json, '[');
	}
	if (rc == 0)
		rc = print(&g);
	if (rc == 0 && g.follow)
		rc = follow(&g, a);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	if (rc < 0)
		buf_clear(&o->doc);
	if (rc == 0 && !g.follow && !s->options->quiet && say_unfinished(&g))
		g.any = 1;
	if (rc == 0 && !g.any && !g.lost.count && !s->options->quiet)
		session_say(s, "%s%srun %s wrote nothing", path ? path : "",
			path ? " of " : "", v.ulid_short);
	shown_release(&g.shown);
	free(g.held);
	buf_release(&g.texts);
	view_release(&v);
	mem_free(path);
	return rc < 0 ? rc : lost_tell(s, &g.lost);
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_STEP, PLACE_POS, 0, "which; else the last one"},
	{"step", 0, FIELD_WORD, PLACE_POS, 0, "only this step"},
	{"follow", 'f', FIELD_FLAG, PLACE_FLAG, 0,
		"as it is written, until the run ends"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_logs = {
	.name = "logs",
	.summary = "show what steps wrote, in order, with times",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/logs", "/logs @last",
		"/logs -f @last", NULL},
	.run = run,
};
