/*
 * What the live view shows: events change it, a timer has it drawn. Lines
 * about what is over wait for the next drawing. The run is one that is open
 * here, or the view of another process's.
 */
#include "shell/region_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/view.h"
#include "shell/errand_int.h"
#include "shell/run_end.h"
#include "shell/screen.h"
#include "shell/step_words.h"
#include "shell/steps.h"

/* FRAME_MS between drawings. */
enum { FRAME_MS = 100, NAME_MAX_COLUMNS = 28 };

const struct run *region_run(const struct region *l)
{
	return l->view ? l->view->run : engine_run(l->s->engine, l->slot);
}

/* While a window is being resized it stands where nobody knows: a frame is
 * left out. */
static void on_timer(uv_timer_t *t)
{
	struct region *l = t->data;
	int columns = screen_columns(&l->s->err);

	if (columns == l->seen_columns && !l->bottom.lent)
		region_draw(l);
	l->seen_columns = columns;
}

/* ------------------------------------------------------------------ steps */
static struct region_step *find(struct region *l, struct place at)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->v[i].at.frame == at.frame && l->v[i].at.node == at.node)
			return &l->v[i];
	return NULL;
}

static void begin_step(struct region *l, const struct event *e)
{
	struct place at = {e->frame, e->step};
	struct region_step *v = find(l, at);

	if (!v) {
		l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
		v = &l->v[l->count++];
	}
	memset(v, 0, sizeof(*v));
	v->at = at;
	v->start_ms = e->t_ms;
	v->asks = e->kind == EVENT_STEP_WAITING && e->name.n > 0;
}

static void end_step(struct region *l, const struct event *e)
{
	struct region_step *v = find(l, (struct place){e->frame, e->step});
	size_t i = v ? (size_t)(v - l->v) : 0;

	if (!v)
		return;
	memmove(v, v + 1, (l->count - i - 1) * sizeof(*v));
	l->count--;
}

/* ------------------------------------------------------------------ lines */
enum mark { MARK_OK, MARK_FAILED, MARK_IDLE };

static void begin_line(struct region *l, struct buf *b, enum mark m,
	const struct run *r, const struct event *e)
{
	static const char *const marks[][2] = {{"ok  ", "\u2713 "},
		{"FAIL", "\u2717 "}, {"-   ", "\u2013 "}};
	static const char *const codes[] = {"\033[32m", "\033[31m",
		"\033[2m"};
	size_t from;

	buf_printf(b, "%s%s%s", region_paint(l, codes[m]), marks[m][l->utf8],
		l->utf8 ? region_paint(l, "\033[0m") : "");
	if (!l->utf8)
		buf_printf(b, "%s ", region_paint(l, "\033[0m"));
	from = b->len;
	run_path(r, e->frame, e->step, b);
	region_pad(b, from, l->name_columns);
}

static void finished(struct region *l, const struct run *r,
	const struct event *e, struct buf *b)
{
	const struct result *res = &e->result;
	int ok = res->outcome == OUTCOME_OK;
	char took[16];
	size_t from;

	begin_line(l, b, ok ? MARK_OK : res->outcome == OUTCOME_CANCELLED
		? MARK_IDLE : MARK_FAILED, r, e);
	duration_print((int64_t)res->dur_us, took);
	from = b->len;
	buf_printf(b, "  %s", took);
	if (ok) {
		buf_str(b, res->cached ? "  cached" : "");
	} else {
		region_pad(b, from, 9);
		buf_printf(b, " %s", res->outcome == OUTCOME_CANCELLED
			? "cancelled" : "failed");
		step_error(b, res);
		step_attempt(b, r, e);
	}
	buf_char(b, '\n');
	if (!ok && res->outcome != OUTCOME_CANCELLED)
		run_end_tail(l->s, res, b);
}

static void idle_line(struct region *l, const struct run *r,
	const struct event *e, const char *words, struct buf *b)
{
	begin_line(l, b, MARK_IDLE, r, e);
	buf_char(b, ' ');
	if (words)
		buf_str(b, words);
	else if (e->kind == EVENT_STEP_RETRYING)
		step_retry(b, r, e);
	else
		step_skip(b, r, e);
	buf_char(b, '\n');
}

/* The lines of an event that are printed once. */
static void tell(struct region *l, const struct run *r, const struct event *e,
	struct buf *b)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_FINISHED:
		finished(l, r, e, b);
		return;
	case EVENT_STEP_RETRYING:
		idle_line(l, r, e, NULL, b);
		return;
	case EVENT_STEP_SKIPPED:
		if (e->status != SKIP_BRANCH)
			idle_line(l, r, e, NULL, b);
		return;
	case EVENT_STEP_TIMED_OUT:
		begin_line(l, b, MARK_FAILED, r, e);
		buf_str(b, "  timed out\n");
		return;
	case EVENT_STEP_CANCELLED:
		idle_line(l, r, e, " cancelled", b);
		return;
	case EVENT_STEP_LOST:
		idle_line(l, r, e, " cut off", b);
		return;
	case EVENT_STEP_IN_DOUBT:
		idle_line(l, r, e, " is in doubt", b);
		return;
	case EVENT_STEP_ADOPTED:
		idle_line(l, r, e, " taken over", b);
		return;
	case EVENT_ROLLBACK_STARTED:
		buf_str(b, "rolling back\n");
		return;
	case EVENT_RUN_CANCELLING:
		buf_str(b, "cancelling\n");
		return;
	case EVENT_STEP_STARTED:
	case EVENT_STEP_WAITING:
	case EVENT_RUN_PAUSED:
	case EVENT_RUN_CONTINUED:
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
		return;
	}
}

/* ------------------------------------------------------------------ doors */
/* Names of a plan in one column, when they are not too long. */
static int name_columns(const struct plan *p)
{
	int most = 0;

	for (uint32_t i = 0; i < p->node_count && i < 1000; i++) {
		int n;

		if (!node_is_leaf(&p->nodes[i]) ||
				(p->nodes[i].flags & NODE_QUIET))
			continue;
		n = region_columns(str_of(plan_text(p, p->nodes[i].name)));
		most = n > most ? n : most;
	}
	return most < NAME_MAX_COLUMNS ? most : NAME_MAX_COLUMNS;
}

static void open_view(struct region *l, const struct errand *t)
{
	l->open = 1;
	l->lone = 0;
	l->slot = t->slot;
	l->view = t->view;
	l->count = 0;
	l->since_ms = clock_now_ms();
	l->name_columns = name_columns(region_run(l)->plan);
	l->below = l->s->err.bottom;
	if (l->below)
		l->bottom.last = l->below->last;
	l->s->err.bottom = &l->bottom;
	if (l->s->out.tty)
		l->s->out.bottom = &l->bottom;
	uv_timer_start(l->timer, on_timer, FRAME_MS, FRAME_MS);
}

static void close_view(struct region *l)
{
	if (!l->open)
		return;
	region_hide(l);
	l->open = 0;
	l->view = NULL;
	l->count = 0;
	uv_timer_stop(l->timer);
	if (l->below)
		l->below->last = l->bottom.last;
	l->s->err.bottom = l->below;
	if (l->s->out.tty)
		l->s->out.bottom = l->below;
}

int region_event(struct region *l, const struct errand *t, const struct run *r,
	const struct event *e)
{
	struct buf b;
	int leaf;

	if (!l || t->background)
		return 0;
	if (!l->open || l->slot != t->slot) {
		close_view(l);
		open_view(l, t);
	}
	leaf = e->step == PLAN_NONE || (node_is_leaf(&r->plan->nodes[e->step])
		&& !(r->plan->nodes[e->step].flags & NODE_QUIET));
	if (!leaf)
		return 1;
	if (e->kind == EVENT_STEP_STARTED || e->kind == EVENT_STEP_WAITING)
		begin_step(l, e);
	else if (e->step != PLAN_NONE)
		end_step(l, e);
	buf_init(&b);
	tell(l, r, e, &b);
	if (b.len) {
		struct gate g = {0};

		gate_add(&g, (struct str){b.data, b.len}, &l->above);
		gate_end(&g, &l->above);
	}
	buf_release(&b);
	if (!l->rows && l->above.len)
		region_hide(l);
	return 1;
}

void region_lone(struct region *l, const struct errand *t,
	const struct event *e)
{
	if (!l || t->background || !l->s->at_prompt || e->step == PLAN_NONE)
		return;
	if (!l->open || l->slot != t->slot) {
		close_view(l);
		open_view(l, t);
		l->lone = 1;
	}
	if (e->kind == EVENT_STEP_STARTED)
		begin_step(l, e);
	else
		end_step(l, e);
}

void region_output(struct region *l, uint32_t slot, struct place at,
	struct str bytes)
{
	struct region_step *v = l && l->open && l->slot == slot ? find(l, at) :
		NULL;
	struct gate g = {0};
	struct buf b;
	size_t n = 0;

	while (bytes.n && (bytes.p[bytes.n - 1] == '\n' ||
			bytes.p[bytes.n - 1] == '\r'))
		bytes.n--;
	if (!v || !bytes.n)
		return;
	buf_init(&b);
	gate_add(&g, bytes, &b);
	gate_end(&g, &b);
	for (size_t i = 0; i < b.len && n < REGION_LINE - 1; i++) {
		if (b.data[i] == '\033') /* colours, nothing else passes */
			i += strcspn(b.data + i, "m");
		else
			v->line[n++] = b.data[i];
	}
	v->line[utf8_check(v->line, n)] = '\0';
	buf_release(&b);
}

static void begin_running(void *ud, const struct event *e)
{
	begin_step(ud, e);
}

void region_front(struct region *l, const struct errand *t)
{
	const struct run *r = l ? errand_run_of(l->s, t) : NULL;

	if (!r)
		return;
	close_view(l);
	open_view(l, t);
	steps_running(r, begin_running, l);
}

int region_over(struct region *l, uint32_t slot)
{
	if (!l || !l->open || l->slot != slot)
		return 0;
	close_view(l);
	return 1;
}

static int has_colours(void)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("FORCE_COLOR");

	return (force && force[0]) || !(no && no[0]);
}

static int region_wanted(const struct session *s)
{
	return s->err.tty && !term_is_dumb() && strcmp(setting_get(
		&s->settings, SET_PROGRESS), "auto") == 0;
}

struct region *region_new(struct session *s)
{
	struct region *l;

	if (!region_wanted(s))
		return NULL;
	l = mem_zero(sizeof(*l));
	l->s = s;
	l->bottom.hide = region_hide;
	l->bottom.ud = l;
	l->colour = (uint8_t)has_colours();
	l->utf8 = (uint8_t)screen_is_utf8();
	l->widths = mem_zero((REGION_ROWS + 2) * sizeof(*l->widths));
	l->timer = mem_zero(sizeof(*l->timer));
	l->timer->data = l;
	uv_timer_init(engine_loop(s->engine), l->timer);
	uv_unref((uv_handle_t *)l->timer);
	return l;
}

static void on_closed(uv_handle_t *h)
{
	free(h);
}

void region_free(struct region *l)
{
	if (!l)
		return;
	close_view(l);
	uv_close((uv_handle_t *)l->timer, on_closed);
	buf_release(&l->above);
	buf_release(&l->drawn);
	free(l->widths);
	free(l->v);
	free(l);
}
