/*
 * Finding runs and talking to whoever owns them.
 */
#include "shell/run_ref.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/core/event.h"
#include "engine/front/front.h"
#include "engine/io/clock.h"

enum { TITLE_STEPS = 50, IDLE_LEAST = 1000 };

/* RUN without its step. */
static char *run_name(const struct cmd_args *a, const char *name)
{
	struct str s = cmd_arg(a, name);
	const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;

	if (!s.p)
		return mem_strdup("@last");
	return mem_strndup(s.p, dot ? (size_t)(dot - s.p) : s.n);
}

/* The row of what this process still holds comes from the store too: what
 * was said so far must be there. */
static int settle(struct session *s, struct cmd_out *o)
{
	if (!s->no_state.code)
		return engine_flush(s->engine, &o->err);
	o->err = s->no_state;
	return -1;
}

/* A run that is not there. */
static void way_out(struct err *err)
{
	if (err->code == ERR_NOTFOUND && !err->help[0])
		err_help(err, "/runs lists them, /runs --all all of them");
}

int run_view(struct session *s, const struct cmd_args *a, const char *name,
	struct view *out, struct cmd_out *o)
{
	char *run = run_name(a, name);
	int rc = settle(s, o) < 0 ? -1 : view_open(s->engine, run, out,
		&o->err);

	way_out(&o->err);
	free(run);
	return rc;
}

int run_row_of(struct session *s, const struct cmd_args *a,
	const char *name, struct run_row *out, struct cmd_out *o)
{
	char *run = run_name(a, name);
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (settle(s, o) == 0)
		rc = store_find_run(engine_store(s->engine), str_of(run),
			out, &o->err);
	way_out(&o->err);
	free(run);
	return rc;
}

struct elsewhere {
	struct session *s;
	char ulid[ULID_LEN + 1];
};

static int look_elsewhere(void *ud, const struct run_row *row)
{
	struct elsewhere *w = ud;

	if (row->state != RUN_RUNNING ||
			engine_slot(w->s->engine, row->ulid) != PLAN_NONE)
		return 0;
	memcpy(w->ulid, row->ulid, sizeof(w->ulid));
	return 1;
}

int run_elsewhere(struct session *s, struct run_row *out, struct cmd_out *o)
{
	struct run_filter f = {.state = RUN_RUNNING, .open_only = 1, .all = 1};
	struct elsewhere w = {.s = s};

	memset(out, 0, sizeof(*out));
	if (settle(s, o) < 0 || store_list(engine_store(s->engine), &f,
			look_elsewhere, &w, &o->err) < 0)
		return -1;
	if (!w.ulid[0])
		return 0;
	return store_find_run(engine_store(s->engine), str_of(w.ulid), out,
		&o->err) < 0 ? -1 : 1;
}

char *run_step_of(const struct cmd_args *a, const char *name)
{
	struct str s = cmd_arg(a, name);
	const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;

	if (!dot)
		return NULL;
	dot++;
	return mem_strndup(dot, s.n - (size_t)(dot - s.p));
}

int run_step_find(const struct view *v, const char *path, uint32_t *frame,
	uint32_t *node, struct err *err)
{
	const struct plan *p = v->plan;
	const char **names, *near;

	if (run_find(v->run, str_of(path), frame, node) == 0)
		return 0;
	err_set(err, ERR_NOTFOUND, "run %s has no step '%s'", v->ulid_short,
		path);
	names = mem_alloc((p->node_count + 1) * sizeof(*names));
	for (uint32_t i = 0; i < p->node_count; i++)
		names[i] = plan_text(p, p->nodes[i].name);
	near = text_nearest(str_of(path), names, p->node_count);
	if (near)
		err_help(err, "did you mean '%s'?", near);
	free(names);
	return -1;
}

static int tell_here(struct session *s, uint32_t slot,
	const struct run_verb *v, struct err *err)
{
	struct engine *e = s->engine;

	if (strcmp(v->verb, "cancel") == 0 || strcmp(v->verb, "kill") == 0)
		return engine_cancel(e, slot, v->verb[0] == 'k', err);
	if (strcmp(v->verb, "pause") == 0 || strcmp(v->verb, "continue") == 0)
		return engine_pause(e, slot, v->verb[0] == 'p', err);
	return engine_answer(e, slot, v->path, v->text, err);
}

int run_tell(struct session *s, const struct run_row *row,
	const struct run_verb *v, struct err *err)
{
	uint32_t slot = engine_slot(s->engine, row->ulid);
	struct run_row now = {0};
	struct buf reply;
	int rc;

	if (slot != PLAN_NONE)
		return tell_here(s, slot, v, err) < 0 ? -1 : 1;
	if (row->state == RUN_SUCCEEDED || row->state == RUN_FAILED ||
			row->state == RUN_CANCELLED)
		return 0; /* its owner may live on, even be this process */
	rc = engine_elsewhere(s->engine, row, err);
	if (rc <= 0)
		return rc;
	/* it may have passed from one to another meanwhile */
	if (store_find_run(engine_store(s->engine), str_of(row->ulid), &now,
			err) < 0)
		return -1;
	buf_init(&reply);
	rc = engine_ask_owner(s->engine, &now, v, &reply, err);
	buf_release(&reply);
	run_row_release(&now);
	return rc < 0 ? -1 : 1;
}

/* Steps of the outermost level, as long as there is room. */
static int step_names(struct session *s, const struct run_row *row,
	struct buf *out)
{
	struct err err = {0};
	struct plan *p = NULL;
	const char *comma = "";
	struct buf b;
	int rc;

	buf_init(&b);
	rc = store_plan(engine_store(s->engine), row, &b, &err);
	if (rc == 0)
		rc = plan_decode(b.data, b.len, &p, &err);
	buf_release(&b);
	if (rc < 0)
		return -1;
	for (uint32_t i = 0; i < p->bodies[0].count && i < TITLE_STEPS; i++) {
		const struct plan_node *n = &p->nodes[p->bodies[0].first + i];

		if (n->flags & NODE_QUIET)
			continue;
		buf_printf(out, "%s%s", comma, plan_text(p, n->name));
		comma = ", ";
	}
	if (p->bodies[0].count > TITLE_STEPS)
		buf_str(out, ", ...");
	plan_drop(p);
	return 0;
}

/* The first line of `s` with more than blanks and a remark. */
static struct str first_line(struct str *s)
{
	struct str line = {s->p, 0};

	while (s->n) {
		const char *nl = memchr(s->p, '\n', s->n);

		line = (struct str){s->p, nl ? (size_t)(nl - s->p) : s->n};
		s->p += line.n + (nl != NULL);
		s->n -= line.n + (nl != NULL);
		if (str_trim(line).n && str_trim(line).p[0] != '#' &&
				!(line.n >= 3 && memcmp(line.p, "---", 3) == 0))
			return line;
	}
	return (struct str){line.p, 0};
}

static int has_key(struct str line, const char *key)
{
	size_t n = strlen(key);

	return line.n > n && memcmp(line.p, key, n) == 0 && line.p[n] == ':';
}

int run_is_block(const struct run_row *row)
{
	struct str text = str_of(row->text ? row->text : "");
	struct str line;

	if (front_is_block_file(text, ""))
		return 1;
	line = first_line(&text);
	return has_key(line, "description") || has_key(line, "params");
}

/* What a file of YAML says of itself, without quotes; of a text over several
 * lines the first one. */
static struct str described(struct str text)
{
	struct str line = first_line(&text), s;

	while (line.n && !has_key(line, "description"))
		line = first_line(&text);
	if (!line.n)
		return line;
	s = str_trim((struct str){line.p + 12, line.n - 12});
	if (s.n && (s.p[0] == '|' || s.p[0] == '>'))
		s = str_trim(first_line(&text));
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
			s.p[s.n - 1] == s.p[0])
		s = (struct str){s.p + 1, s.n - 2};
	return s;
}

void run_title(struct session *s, const struct run_row *row,
	struct buf *out)
{
	const char *text = row->text ? row->text : "";

	if (run_is_block(row)) {
		struct str about = described(str_of(text));

		buf_printf(out, "/%s: ", row->command);
		if (about.n) {
			buf_add(out, about.p, about.n);
			return;
		}
		if (step_names(s, row, out) == 0)
			return;
	}
	buf_printf(out, "/%s %s", row->command, text);
}

void run_age(int64_t ms, char out[16])
{
	int64_t age = (clock_now_ms() - ms) / 1000;

	if (age < 0)
		age = 0;
	if (age < 60)
		snprintf(out, 16, "%ds", (int)age);
	else if (age < 3600)
		snprintf(out, 16, "%dm", (int)(age / 60));
	else if (age < 86400)
		snprintf(out, 16, "%dh", (int)(age / 3600));
	else
		snprintf(out, 16, "%dd", (int)(age / 86400));
}

struct idle {
	int64_t last, sum;
};

static int add_idle(void *ud, const struct stored_event *e)
{
	struct idle *i = ud;

	if ((e->kind == EVENT_RUN_RESUMED || e->kind == EVENT_RUN_REWOUND ||
			e->kind == EVENT_RUN_EDITED) && e->t_ms > i->last)
		i->sum += e->t_ms - i->last;
	i->last = e->t_ms;
	return 0;
}

int64_t run_idle_ms(struct session *s, const struct run_row *row)
{
	struct idle idle = {.last = row->started_ms};
	struct err err = {0};
	int64_t whole = row->finished_ms - row->started_ms;

	if (whole < IDLE_LEAST || store_events(engine_store(s->engine), row, 0,
			add_idle, &idle, &err) < 0)
		return 0; /* what cannot be read, reading the run tells */
	return idle.sum < IDLE_LEAST || idle.sum > whole ? 0 : idle.sum;
}
