/*
 * /watch: what a command shows, again and again, in its place. The command
 * only looks: nothing is done again and again.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/cmd.h"
#include "shell/errand.h"
#include "shell/run_ref.h"
#include "shell/screen.h"

enum { EVERY_MS = 1000, LEAST_MS = 100 };

struct watch {
	struct session *s;
	struct cmd_out *o;         /* of /watch itself */
	struct buf line;           /* the command's, with its slash */
	const char *run;           /* ends when this run does; or NULL */
	uint8_t until_empty;       /* ends when nothing is shown */
	uint8_t in_place;
	struct buf was;            /* what was shown last */
	int rows;                  /* on the terminal now */
	struct bottom bottom, *below;
};

/* -------------------------------------------------------------- the command */
static int is_looking(const struct cmd *c)
{
	static const char *const names[] = {"runs", "show", "logs", "why",
		"diff", "explain", "graph", "doctor"};

	for (size_t i = 0; c && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(c->name, names[i]) == 0)
			return 1;
	return 0;
}

static int cannot_watch(struct watch *w, struct str name)
{
	err_set(&w->o->err, ERR_USAGE, "/%.*s cannot be watched", (int)name.n,
		name.p);
	return err_help(&w->o->err, "what only looks can: /runs, /show RUN, "
		"/graph RUN, /logs RUN, /why RUN");
}

/* Runs the command into `out`; -1 with the error of /watch. */
static int look(struct watch *w, struct buf *out)
{
	struct lines l = {.source = {w->line.data, w->line.len},
		.complete = 1};
	struct cmd_out o;
	struct cmd_args args = {0};
	struct diags d;
	struct line line;
	const struct cmd *c = NULL;
	int rc = -1;

	memset(&o, 0, sizeof(o));
	diags_init(&d, NULL, 1, l.source);
	json_init(&o.json, &o.doc);
	o.as_json = w->o->as_json;
	o.sink = w->o->sink;
	if (line_next(&l, &line, &d) == LINE_COMMAND)
		c = cmd_find(line.name);
	if (!d.count && !is_looking(c)) {
		rc = cannot_watch(w, line.name);
	} else if (c && cmd_parse(c, &line, &d, &args) == 0) {
		if (cmd_arg(&args, "filter").p && str_eq(cmd_arg(&args,
				"filter"), "purge"))
			rc = cannot_watch(w, str_of("runs purge"));
		else
			rc = c->run(w->s, &args, &o) < 0 ? -1 : 0;
		if (!w->o->err.code)
			w->o->err = o.err;
	}
	if (d.count)
		err_set(&w->o->err, ERR_USAGE, "%s", d.items[0].text);
	if (o.as_json)
		buf_add(out, buf_cstr(&o.doc), o.doc.len);
	else
		buf_add(out, buf_cstr(&o.text), o.text.len);
	cmd_args_release(&args);
	buf_release(&o.text);
	buf_release(&o.doc);
	diags_release(&d);
	return rc;
}

/* ----------------------------------------------------------------- showing */
static void erase(struct watch *w, struct buf *b)
{
	if (w->rows)
		buf_printf(b, "\033[%dA", w->rows);
	buf_str(b, "\r\033[J");
	w->rows = 0;
}

static void hide(void *ud)
{
	struct watch *w = ud;
	struct buf b;

	buf_init(&b);
	erase(w, &b);
	w->bottom.shown = 0;
	out_own(w->o->sink->out, (struct str){b.data, b.len});
	buf_release(&b);
}

static void show_in_place(struct watch *w, struct str text)
{
	struct out *out = w->o->sink->out;
	int columns = screen_columns(out), rows = screen_rows(out) - 1;
	struct buf b;

	buf_init(&b);
	erase(w, &b);
	for (size_t i = 0; i < text.n && w->rows < rows; w->rows++) {
		const char *nl = memchr(text.p + i, '\n', text.n - i);
		size_t n = nl ? (size_t)(nl - text.p) - i : text.n - i;

		screen_row(&b, (struct str){text.p + i, n}, columns);
		buf_char(&b, '\n');
		i += n + 1;
	}
	w->bottom.shown = 0;
	out_own(out, (struct str){b.data, b.len});
	w->bottom.shown = 1;
	buf_release(&b);
}

static void show(struct watch *w, struct buf *now)
{
	if (w->in_place) {
		show_in_place(w, (struct str){now->data, now->len});
	} else if (now->len != w->was.len || (now->len && memcmp(now->data,
			w->was.data, now->len) != 0)) {
		out_bytes(w->o->sink->out, (struct str){now->data, now->len});
		if (w->o->as_json && now->len)
			out_text(w->o->sink->out, "\n");
	}
	buf_clear(&w->was);
	buf_add(&w->was, buf_cstr(now), now->len);
}

/* -------------------------------------------------------------------- loop */
static int is_over(struct watch *w, const struct buf *now)
{
	struct run_row row = {0};
	struct err err = {0};
	int over;

	if (w->until_empty)
		return now->len == 0 && errands_open(w->s) == 0;
	if (!w->run)
		return 0;
	if (store_find_run(engine_store(w->s->engine), str_of(w->run), &row,
			&err) < 0)
		return 1;
	over = row.state != RUN_RUNNING && row.state != RUN_WAITING &&
		row.state != RUN_PAUSED;
	run_row_release(&row);
	return over;
}

static int go(struct watch *w, int64_t every)
{
	struct buf now;
	int rc, over;

	buf_init(&now);
	do {
		errands_reap(w->s);
		buf_clear(&now);
		over = w->run && is_over(w, &w->was);
		rc = look(w, &now);
		if (rc == 0)
			show(w, &now);
		over = over || is_over(w, &now);
	} while (rc == 0 && !over && !session_pause(w->s, every));
	w->s->interrupts = 0;
	if (rc == 0 && w->until_empty && over)
		session_say(w->s, "nothing goes on    /runs");
	buf_release(&now);
	return rc;
}

static void begin_bottom(struct watch *w)
{
	struct session *s = w->s;

	w->below = s->err.bottom;
	w->bottom.hide = hide;
	w->bottom.ud = w;
	if (w->below)
		w->bottom.last = w->below->last;
	if (w->in_place)
		s->err.bottom = s->out.bottom = &w->bottom;
}

static void end_bottom(struct watch *w)
{
	if (w->in_place)
		w->s->err.bottom = w->s->out.bottom = w->below;
	if (w->below)
		w->below->last = '\n';
	buf_release(&w->bottom.held);
}

/* What is said: nothing, a RUN, or a command. */
static int make_line(struct watch *w, struct str said, char **run)
{
	struct run_row row = {0};

	if (!said.n || said.p[0] == '/') {
		w->until_empty = !said.n;
		if (!said.n)
			said = str_of("/runs status:running");
		buf_add(&w->line, said.p, said.n);
		return 0;
	}
	if (store_find_run(engine_store(w->s->engine), said, &row,
			&w->o->err) < 0)
		return cmd_blame(w->o, said);
	buf_printf(&w->line, "/show %s", row.ulid);
	*run = mem_strdup(row.ulid);
	w->run = *run;
	run_row_release(&row);
	return 0;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct watch w = {.s = s, .o = o};
	struct str every = cmd_arg(a, "every");
	int64_t ms = EVERY_MS;
	char *run = NULL;
	int rc = -1;

	if (every.p && (duration_parse(every, &ms) < 0 || ms < LEAST_MS)) {
		err_set(&o->err, ERR_USAGE, "--every is a time of 100ms or "
			"more, not '%.*s'", (int)every.n, every.p);
		return cmd_blame(o, every);
	}
	if (engine_flush(s->engine, &o->err) == 0 &&
			make_line(&w, str_trim(cmd_arg(a, "what")), &run) == 0) {
		w.in_place = o->sink->out == &s->out && s->out.tty &&
			!o->as_json && !term_is_dumb();
		begin_bottom(&w);
		rc = go(&w, ms);
		end_bottom(&w);
	}
	buf_release(&w.line);
	buf_release(&w.was);
	mem_free(run);
	return rc;
}

static const struct vocab_field args[] = {
	{"what", 0, FIELD_TEXT, PLACE_REST, 0,
		"RUN, or a command that looks; else what is running"},
	{"every", 'n', FIELD_DURATION, PLACE_FLAG, 0, "how often; else 1s"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_watch = {
	.name = "watch",
	.summary = "look again and again, until it is over or Ctrl-C",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/watch", "/watch @last",
		"/watch --every 5s /runs --since 1h", NULL},
	.run = run,
};
