/*
 * Drawing the live view: rows that fit the terminal, in one write. Drawing
 * is level-triggered: it shows what there is now. Lines about what is over
 * wait for it, so that they and the region below them come together and
 * nothing flickers.
 */
#include "shell/region_int.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/io/clock.h"
#include "engine/view.h"
#include "shell/screen.h"

/* PATIENCE_MS: shorter runs show no region; LONE_MS: those of one step. */
enum { PATIENCE_MS = 300, LONE_MS = 2000, HINT_MS = 3000, USUAL_MS = 1000 };

/* ---------------------------------------------------------------- writing */
int region_columns(struct str s)
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

void region_hide(void *ud)
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
	l->bottom.last = '\n'; /* the cursor begins a line */
	buf_release(&b);
}

/* ----------------------------------------------------------------- region */
const char *region_paint(const struct region *l, const char *code)
{
	return l->colour ? code : "";
}

static void end_row(struct region *l, struct buf *region, struct buf *row)
{
	l->widths[l->rows++] = screen_row(region,
		(struct str){row->data, row->len}, l->columns);
	buf_str(region, "\033[K\n");
	buf_clear(row);
}

void region_pad(struct buf *row, size_t from, int columns)
{
	int n = region_columns((struct str){row->data + from, row->len - from});

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
	const struct run *r = region_run(l);
	size_t from;

	buf_str(row, l->utf8 ? "\u00b7 " : "- ");
	from = row->len;
	run_path(r, v->at.frame, v->at.node, row);
	region_pad(row, from, l->name_columns);
	from = row->len;
	buf_str(row, "  ");
	put_time(row, now - v->start_ms);
	if (!v->asked && now - v->start_ms >= USUAL_MS) {
		v->asked = 1;
		v->usual_ms = engine_usual(l->s->engine, r, v->at);
	}
	if (v->usual_ms >= USUAL_MS) {
		buf_str(row, " / ~");
		put_time(row, v->usual_ms);
	}
	region_pad(row, from, 9);
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
	if (l->count > REGION_ROWS)
		buf_printf(row, "  and %zu more", l->count - REGION_ROWS);
	if (all > 1)
		buf_printf(row, "  %u of %u done", done, all);
	if (l->s->at_prompt && now - l->since_ms > HINT_MS)
		buf_str(row, l->view ? "    Ctrl-C leaves it running"
			: r->cancelling ? "    Ctrl-C again kills"
			: "    Ctrl-B background   Ctrl-C cancel");
}

static void make_region(struct region *l, const struct run *r, int64_t now,
	struct buf *region)
{
	struct buf row;

	buf_init(&row);
	l->columns = screen_columns(&l->s->err);
	l->rows = 0;
	for (size_t i = 0; i < l->count && i < REGION_ROWS; i++) {
		step_row(l, &l->v[i], now, &row);
		end_row(l, region, &row);
	}
	foot_row(l, r, now, &row);
	if (row.len)
		end_row(l, region, &row);
	buf_release(&row);
}

/* Too early, or a line of a lone step's output is not complete. */
static int is_not_yet(const struct region *l, int64_t now)
{
	if (!l->lone)
		return now - l->since_ms < PATIENCE_MS;
	return now - l->since_ms < LONE_MS || (!l->rows && l->bottom.last &&
		l->bottom.last != '\n');
}

void region_draw(struct region *l)
{
	const struct run *r = l->open ? region_run(l) : NULL;
	int64_t now = clock_now_ms();
	struct buf b, region, lines;

	if (!r || !l->count || is_not_yet(l, now)) {
		if (l->above.len || l->rows)
			region_hide(l);
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
