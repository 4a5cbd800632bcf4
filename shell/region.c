/*
 * Drawing is level-triggered: events change what is to be shown, a timer
 * draws it. Lines about what is over wait for the next drawing, so that they
 * and the region below them come in one write and nothing flickers.
 */
#include "shell/region.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/view.h"
#include "shell/run_end.h"
#include "shell/screen.h"
#include "shell/step_words.h"
#include "shell/errand_int.h"

/* FRAME_MS between drawings; PATIENCE_MS: shorter runs show no region. */
enum { FRAME_MS = 100, PATIENCE_MS = 300, ROWS = 12, NAME_MAX_COLUMNS = 28,
	LINE_MAX_BYTES = 240, HINT_MS = 3000, USUAL_MS = 1000 };

struct region_step {
	uint32_t slot;
	struct place at;
	int64_t start_ms, usual_ms;  /* -1: not known */
	uint8_t asked;               /* usual_ms has been looked up */
	uint8_t asks;
	char line[LINE_MAX_BYTES];   /* its last, gated */
};

struct region {
	struct session *s;
	struct bottom bottom, *below;/* below: whose place it has */
	uv_timer_t *timer;
	struct region_step *v;
	size_t count, cap;
	struct buf above;      /* to be printed above the region */
	struct buf drawn;      /* the region as it stands */
	int *widths, rows;     /* of the rows drawn */
	int columns;           /* when it was drawn */
	int seen_columns;      /* one frame ago */
	uint32_t slot;         /* of the run that has the foreground */
	int64_t since_ms;      /* since when it has it */
	int name_columns;
	uint8_t open, colour, utf8, failed_told;
};

/* ---------------------------------------------------------------- writing */
static int text_columns(struct str s)
{
	int n = 0;

	for (size_t i = 0; i < s.n;) {
		int32_t cp;
		size_t k = (size_t)utf8_decode(s.p + i, s.n - i, &cp);

		n += cp < ' ' ? 1 : utf8_width(cp);
		i += k;
	}
	return n;
}

/* How many rows of the terminal, as wide as it is now, the region has. */
static int rows_now(const struct region *l, int columns)
{
	int n = 0;

	for (int i = 0; i < l->rows; i++)
		n += l->widths[i] > columns
			? (l->widths[i] + columns - 1) / columns : 1;
	return n;
}

static void to_top(struct region *l, struct buf *b)
{
	int up = rows_now(l, screen_columns(&l->s->err));

	buf_char(b, '\r');
	if (up)
		buf_printf(b, "\033[%dA", up);
}

static void put(struct region *l, struct buf *b)
{
	l->bottom.shown = 0;
	out_own(&l->s->err, (struct str){b->data, b->len});
	buf_clear(b);
}

/* Every line of `above`, each over what may stand there. */
static void put_above(struct region *l, struct buf *b)
{
	struct str s = {l->above.data, l->above.len};

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && l->rows)
			buf_str(b, "\033[K");
		buf_char(b, s.p[i]);
	}
	buf_clear(&l->above);
}

static void hide(void *ud)
{
	struct region *l = ud;
	struct buf b;

	if (!l->rows && !l->above.len) {
		l->bottom.shown = 0;
		return;
	}
	buf_init(&b);
	if (l->rows)
		to_top(l, &b);
	put_above(l, &b);
	if (l->rows)
		buf_str(&b, "\033[J");
	l->rows = 0;
	buf_clear(&l->drawn);
	put(l, &b);
	buf_release(&b);
}

/* ----------------------------------------------------------------- region */
static const char *paint(const struct region *l, const char *code)
{
	return l->colour ? code : "";
}

static void end_row(struct region *l, struct buf *region, struct buf *row)
{
	struct str s = {row->data, row->len};
	int used = 0;

	for (size_t i = 0; i < s.n;) {
		int32_t cp;
		size_t n = (size_t)utf8_decode(s.p + i, s.n - i, &cp);
		int wide = cp < ' ' ? 1 : utf8_width(cp);

		if (used + wide >= l->columns)
			break;
		if (cp < ' ') /* a question's own */
			buf_char(region, ' ');
		else
			buf_add(region, s.p + i, n);
		used += wide;
		i += n;
	}
	l->widths[l->rows++] = used;
	buf_str(region, "\033[K\n");
	buf_clear(row);
}

static void pad(struct buf *row, size_t from, int columns)
{
	int n = text_columns((struct str){row->data + from, row->len - from});

	for (; n < columns; n++)
		buf_char(row, ' ');
}

/* Tenths of a second below a minute: what moves does not change its form. */
static void put_time(struct buf *row, int64_t ms)
{
	char text[16];

	if (ms < 60000) {
		buf_printf(row, "%d.%ds", (int)(ms / 1000),
			(int)(ms / 100 % 10));
		return;
	}
	duration_print(ms / 1000 * 1000000, text);
	buf_str(row, text);
}

static void step_row(struct region *l, struct region_step *v, int64_t now,
	struct buf *row)
{
	const struct run *r = engine_run(l->s->engine, v->slot);
	size_t from;

	buf_str(row, l->utf8 ? "\u00b7 " : "- ");
	from = row->len;
	run_path(r, v->at.frame, v->at.node, row);
	pad(row, from, l->name_columns);
	from = row->len;
	buf_str(row, "  ");
	put_time(row, now - v->start_ms);
	if (!v->asked && now - v->start_ms >= USUAL_MS) {
		v->asked = 1;
		v->usual_ms = engine_usual(l->s->engine, v->slot, v->at);
	}
	if (v->usual_ms >= USUAL_MS) {
		buf_str(row, " / ~");
		put_time(row, v->usual_ms);
	}
	pad(row, from, 9);
	if (v->asks) {
		buf_str(row, "  waits for an answer: ");
		engine_question_line(l->s->engine, r, v->at, row);
	} else if (v->line[0]) {
		buf_printf(row, "  %s", v->line);
	}
}

/* How much is done, and what keys do. */
static void foot_row(struct region *l, const struct run *r, int64_t now,
	struct buf *row)
{
	uint32_t done = r->counts[STEP_SUCCEEDED] + r->counts[STEP_FAILED] +
		r->counts[STEP_SKIPPED] + r->counts[STEP_CANCELLED], all = 0;

	for (int i = 0; i < STEP_STATES; i++)
		all += r->counts[i];
	if (l->count > ROWS)
		buf_printf(row, "  and %zu more", l->count - ROWS);
	if (all > 1)
		buf_printf(row, "  %u of %u done", done, all);
	if (l->s->at_prompt && now - l->since_ms > HINT_MS)
		buf_str(row, r->cancelling ? "    Ctrl-C again kills"
			: "    Ctrl-B background   Ctrl-C cancel");
}

static void make_region(struct region *l, const struct run *r, int64_t now,
	struct buf *region)
{
	struct buf row;

	buf_init(&row);
	l->columns = screen_columns(&l->s->err);
	l->rows = 0;
	for (size_t i = 0; i < l->count && i < ROWS; i++) {
		step_row(l, &l->v[i], now, &row);
		end_row(l, region, &row);
	}
	foot_row(l, r, now, &row);
	if (row.len)
		end_row(l, region, &row);
	buf_release(&row);
}

static void draw(struct region *l)
{
	const struct run *r = l->open ? engine_run(l->s->engine, l->slot)
		: NULL;
	int64_t now = clock_now_ms();
	struct buf b, region, lines;

	if (!r || !l->count || now - l->since_ms < PATIENCE_MS) {
		if (l->above.len || l->rows)
			hide(l);
		return;
	}
	buf_init(&b);
	buf_init(&region);
	buf_init(&lines);
	to_top(l, &b);
	put_above(l, &lines);
	make_region(l, r, now, &region);
	if (lines.len || region.len != l->drawn.len || memcmp(region.data,
			l->drawn.data, region.len) != 0) {
		if (l->below && l->below->last && l->below->last != '\n' &&
				!l->drawn.len)
			buf_char(&b, '\n');
		buf_add(&b, lines.data, lines.len);
		buf_add(&b, region.data, region.len);
		buf_str(&b, "\033[J");
		put(l, &b);
		buf_clear(&l->drawn);
		buf_add(&l->drawn, region.data, region.len);
	}
	l->bottom.shown = 1;
	buf_release(&b);
	buf_release(&region);
	buf_release(&lines);
}

/* While a window is being resized it stands where nobody knows: a frame is
 * left out. */
static void on_timer(uv_timer_t *t)
{
	struct region *l = t->data;
	int columns = screen_columns(&l->s->err);

	if (columns == l->seen_columns && !l->bottom.lent)
		draw(l);
	l->seen_columns = columns;
}

/* ------------------------------------------------------------------ steps */
static struct region_step *find(struct region *l, uint32_t slot, struct place at)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->v[i].slot == slot && l->v[i].at.frame == at.frame &&
				l->v[i].at.node == at.node)
			return &l->v[i];
	return NULL;
}

static void begin_step(struct region *l, const struct event *e)
{
	struct place at = {e->frame, e->step};
	struct region_step *v = find(l, l->slot, at);

	if (!v) {
		l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
		v = &l->v[l->count++];
	}
	memset(v, 0, sizeof(*v));
	v->slot = l->slot;
	v->at = at;
	v->start_ms = e->t_ms;
	v->asks = e->kind == EVENT_STEP_WAITING && e->name.n > 0;
}

static void end_step(struct region *l, const struct event *e)
{
	struct region_step *v = find(l, l->slot, (struct place){e->frame,
		e->step});
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

	buf_printf(b, "%s%s%s", paint(l, codes[m]), marks[m][l->utf8],
		l->utf8 ? paint(l, "\033[0m") : "");
	if (!l->utf8)
		buf_printf(b, "%s ", paint(l, "\033[0m"));
	from = b->len;
	run_path(r, e->frame, e->step, b);
	pad(b, from, l->name_columns);
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
		pad(b, from, 9);
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
		idle_line(l, r, e, " was running when its shell ended", b);
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
		n = text_columns(str_of(plan_text(p, p->nodes[i].name)));
		most = n > most ? n : most;
	}
	return most < NAME_MAX_COLUMNS ? most : NAME_MAX_COLUMNS;
}

static void open_view(struct region *l, const struct run *r, uint32_t slot)
{
	l->open = 1;
	l->slot = slot;
	l->count = 0;
	l->since_ms = clock_now_ms();
	l->name_columns = name_columns(r->plan);
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
	hide(l);
	l->open = 0;
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
		open_view(l, r, t->slot);
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
		hide(l);
	return 1;
}

void region_output(struct region *l, uint32_t slot, struct place at,
	struct str bytes)
{
	struct region_step *v = l && l->open ? find(l, slot, at) : NULL;
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
	for (size_t i = 0; i < b.len && n < sizeof(v->line) - 1; i++) {
		if (b.data[i] == '\033') /* colours, nothing else passes */
			i += strcspn(b.data + i, "m");
		else
			v->line[n++] = b.data[i];
	}
	v->line[utf8_check(v->line, n)] = '\0';
	buf_release(&b);
}

void region_front(struct region *l, uint32_t slot)
{
	const struct run *r = l ? engine_run(l->s->engine, slot) : NULL;

	if (!r)
		return;
	close_view(l);
	open_view(l, r, slot);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];
			const struct plan_node *n = &r->plan->nodes[b->first + i];
			struct event e = {.kind = EVENT_STEP_STARTED,
				.frame = f, .step = b->first + i,
				.t_ms = clock_now_ms()};

			if (st->state != STEP_RUNNING || !node_is_leaf(n) ||
					(n->flags & NODE_QUIET))
				continue;
			if (run_extra(r, st) && run_extra(r, st)->started_ms)
				e.t_ms = run_extra(r, st)->started_ms;
			begin_step(l, &e);
		}
	}
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
	l->bottom.hide = hide;
	l->bottom.ud = l;
	l->colour = (uint8_t)has_colours();
	l->utf8 = (uint8_t)screen_is_utf8();
	l->widths = mem_zero((ROWS + 2) * sizeof(*l->widths));
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
