/*
 * What is said when a run is over.
 */
#include "shell/run_end.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/view.h"
#include "shell/screen.h"
#include "shell/step_words.h"
#include "shell/errand_int.h"

enum { STILL_MS = 1000 };

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

size_t run_end_tail(struct session *s, const struct result *res,
	struct buf *out)
{
	struct err err = {0};
	struct tail t;
	size_t from;

	memset(&t, 0, sizeof(t));
	if (engine_log(s->engine, res, keep_line, &t, &err) < 0)
		session_say(s, "%s", err.text);
	from = t.count > LIMIT_TAIL_LINES ? t.count - LIMIT_TAIL_LINES : 0;
	for (size_t i = from; i < t.count; i++)
		buf_printf(out, "  | %s\n",
			buf_cstr(&t.line[i % LIMIT_TAIL_LINES]));
	for (size_t i = 0; i < LIMIT_TAIL_LINES; i++)
		buf_release(&t.line[i]);
	return t.count;
}

void run_end_no_terminal(struct session *s, const struct result *res)
{
	static const char *const says[] = {"/dev/tty", "terminal is required",
		"not a tty", "not a terminal"};
	size_t found = 0, n = sizeof(says) / sizeof(says[0]);

	while (found < n && (!res->err.inline_len || !memmem(res->err.head,
			res->err.inline_len, says[found],
			strlen(says[found]))))
		found++;
	if (found < n && s->err.tty)
		session_say(s, "a step has the terminal only with @tty    "
			"/chain \"/bash ... @tty\"");
}

void run_end_line(struct session *s, struct str text)
{
	struct buf b;

	buf_init(&b);
	screen_wrap(&b, text, screen_columns(&s->err));
	out_bytes(&s->err, (struct str){b.data, b.len});
	out_end(&s->err);
	buf_release(&b);
}

static void write_line(struct session *s, struct buf *line)
{
	if (line->len && line->data[line->len - 1] != '\n')
		buf_char(line, '\n');
	run_end_line(s, (struct str){line->data, line->len});
	buf_clear(line);
}

/* A step that failed, with its last lines. */
static void say_failure(struct session *s, const struct errand *t,
	struct place at, unsigned parts)
{
	const struct run *r = errand_run_of(s, t);
	const struct result *res = &run_step(r, at.frame, at.node)->kept->r;
	struct buf line, tail;

	buf_init(&line);
	buf_init(&tail);
	if (run_end_tail(s, res, &tail) || parts & RUN_END_NAMES ||
			!node_is_leaf(&r->plan->nodes[at.node])) {
		if (t->background)
			buf_printf(&line, "[%.6s] ", t->ulid);
		run_path(r, at.frame, at.node, &line);
		buf_str(&line, " failed");
		step_error(&line, res);
		write_line(s, &line);
	}
	for (size_t i = 0; i < tail.len;) {
		const char *nl = memchr(tail.data + i, '\n', tail.len - i);
		size_t n = (size_t)(nl - (tail.data + i)) + 1;

		run_end_line(s, (struct str){tail.data + i, n});
		i += n;
	}
	run_end_no_terminal(s, res);
	buf_release(&line);
	buf_release(&tail);
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
static void say_failures(struct session *s, const struct errand *t,
	const struct run *r, unsigned parts, struct buf *hint)
{
	char brief[ULID_LEN + 1];

	engine_short(s->engine, t->ulid, brief);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];
			struct place at = {f, b->first + i};

			if (st->state != STEP_FAILED || !st->kept ||
				run_failed_inside(r, f, at.node))
				continue;
			if (!hint->len)
				where_to_look(hint, r, brief, at);
			if (parts & RUN_END_TAILS ||
					!node_is_leaf(&r->plan->nodes[at.node]))
				say_failure(s, t, at, parts);
		}
	}
}

/* How long it took; of one that lay still also since when it goes on. */
static void put_time(struct buf *line, const struct run *r)
{
	char took[16];

	duration_print((r->finished_ms - r->started_ms) * 1000, took);
	buf_str(line, took);
	if (r->resumed_ms - r->started_ms < STILL_MS)
		return;
	duration_print((r->finished_ms - r->resumed_ms) * 1000, took);
	buf_printf(line, ", %s since it went on", took);
}

static void summary(struct session *s, const struct errand *t,
	const struct run *r, const char *hint)
{
	static const struct {
		enum step_state state;
		const char *word;
	} words[] = {{STEP_SUCCEEDED, "ok"}, {STEP_FAILED, "failed"},
		{STEP_SKIPPED, "skipped"}, {STEP_CANCELLED, "cancelled"}};
	char brief[ULID_LEN + 1];
	const char *comma = ": ";
	struct buf line;

	buf_init(&line);
	engine_short(s->engine, t->ulid, brief);
	if (r->timed_out)
		buf_printf(&line, "run %s timed out after ", brief);
	else
		buf_printf(&line, "run %s %s in ", brief,
			run_state_name(r->state));
	put_time(&line, r);
	for (size_t i = 0; i < 4; i++) {
		uint32_t n = words[i].state == STEP_FAILED ? run_failures(r)
			: r->counts[words[i].state];

		if (!n)
			continue;
		buf_printf(&line, "%s%u %s", comma, n, words[i].word);
		comma = ", ";
	}
	buf_str(&line, hint);
	if (r->state != RUN_SUCCEEDED)
		buf_printf(&line, "    /resume %s", brief);
	else if (t->pinned)
		buf_printf(&line, "    /resume %s --from STEP", brief);
	else if (s->options->verbose)
		buf_printf(&line, "    /show %s", brief);
	write_line(s, &line);
	buf_release(&line);
}

void run_end_say(struct session *s, const struct errand *t,
	const struct run *r, unsigned parts)
{
	struct buf hint;

	buf_init(&hint);
	say_failures(s, t, r, parts, &hint);
	if (parts & RUN_END_SUMMARY)
		summary(s, t, r, buf_cstr(&hint));
	buf_release(&hint);
}
