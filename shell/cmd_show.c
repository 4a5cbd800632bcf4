/*
 * /show: one run with its steps and its output.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/doc.h"
#include "shell/plan_yaml.h"
#include "shell/run_ref.h"
#include "shell/screen.h"
#include "shell/steps.h"

enum { SHOWN = 65536 };

/* What a rollback made of a step, or NULL. */
static const char *undone(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct step *s = run_step(r, frame, node);
	const struct extra *x;

	if (s->state != STEP_SUCCEEDED || !(s->flags & STEP_UNDONE))
		return NULL;
	x = run_extra(r, s);
	for (uint32_t id = x ? x->last_frame : 0; id;) {
		const struct frame *f = &r->frames[id - 1];

		if (!f->dropped && f->failed && r->plan->branches[
				f->branch].role == ROLE_UNDO)
			return "undo failed";
		id = f->prev + 1;
	}
	return "undone";
}

static void step_line(struct buf *b, const struct view *v, int names,
	struct place at)
{
	const struct run *r = v->run;
	uint32_t frame = at.frame, node = at.node;
	const struct step *s = run_step(r, frame, node);
	const struct result *res = s->kept ? &s->kept->r : NULL;
	const char *state = undone(r, frame, node);
	char took[16] = "";
	struct buf path;

	buf_init(&path);
	run_path(r, frame, node, &path);
	if (res)
		duration_print((int64_t)res->dur_us, took);
	if (!state)
		state = doc_step_state(s, v->row->state == RUN_INTERRUPTED);
	buf_printf(b, "  %-*s %-10s %8s", names, buf_cstr(&path), state,
		took);
	if (res && res->error.n)
		buf_printf(b, "  %.*s", (int)res->error.n, res->error.p);
	if (s->attempts > 1)
		buf_printf(b, "  (%u attempts)", s->attempts);
	if (res && res->cached)
		buf_str(b, "  (cached)");
	if (engine_is_asking(r, s)) {
		buf_str(b, "  ");
		engine_question_line(v->engine, r, (struct place){frame, node},
			b);
	}
	buf_char(b, '\n');
	buf_release(&path);
}

struct table {
	struct buf *rows;
	const struct view *v;
	int names;             /* columns */
};

/* A composite stands there when it failed by itself. */
static int has_row(const struct run *r, struct place at)
{
	const struct step *s = run_step(r, at.frame, at.node);

	if (node_is_leaf(&r->plan->nodes[at.node]))
		return 1;
	return s->state == STEP_FAILED && s->kept &&
		!run_failed_inside(r, at.frame, at.node);
}

static void row(void *ud, struct place at)
{
	const struct table *t = ud;

	if (has_row(t->v->run, at))
		step_line(t->rows, t->v, t->names, at);
}

static void head(struct session *se, struct buf *b, const struct view *v)
{
	const struct run_row *row = v->row;
	char age[16], took[16];

	run_age(row->started_ms, age);
	buf_printf(b, "run %s  %s", v->ulid_short,
		run_state_name((enum run_state)row->state));
	if (run_ended(v->run)) {
		int64_t idle = run_idle_ms(se, row);

		duration_print((row->finished_ms - row->started_ms) * 1000,
			took);
		buf_printf(b, " in %s", took);
		if (idle) {
			duration_print(idle * 1000, took);
			buf_printf(b, " of which %s lay still", took);
		}
		buf_printf(b, ", exit %d", row->exit);
	}
	buf_printf(b, ", %s ago in %s%s\n", age, row->dir ? row->dir : "?",
		row->pinned ? ", kept" : "");
	if (row->parent[0])
		buf_printf(b, "took over results of run %.10s\n",
			row->parent);
	if (!run_is_block(row))
		buf_printf(b, "/%s ", row->command);
	buf_str(b, row->text);
	if (b->data[b->len - 1] != '\n')
		buf_char(b, '\n');
}

static int as_text(struct session *s, const struct view *v,
	struct cmd_out *o)
{
	struct output_of whole = {v->run, {0, PLAN_NONE}, 1};
	uint64_t total = 0;
	struct lost lost = {0};
	struct err err = {0};
	struct buf rows;
	size_t before;

	head(s, &o->text, v);
	buf_init(&rows);
	steps_each(v->run, row, &(struct table){&rows, v,
		screen_names(screen_columns(o->sink->out))});
	screen_wrap(&o->text, (struct str){rows.data, rows.len},
		screen_columns(o->sink->out));
	buf_release(&rows);
	buf_str(&o->text, "output:\n");
	before = o->text.len;
	if (engine_output(s->engine, &whole, SHOWN, &o->text, &total,
			&err) < 0)
		lost_add(&lost, NULL, &err);
	if (o->text.len > before && o->text.data[o->text.len - 1] != '\n')
		buf_char(&o->text, '\n');
	if (total > SHOWN)
		buf_printf(&o->text, "(the first %d of %llu bytes)\n", SHOWN,
			(unsigned long long)total);
	return lost_tell(s, &lost);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct view v;
	struct lost lost = {0};
	struct doc_of of;
	int rc;

	if (run_view(s, a, "run", &v, o) < 0)
		return -1;
	if (cmd_flag(a, "yaml")) {
		if (!plan_yaml(&s->env, v.plan, &o->text))
			session_say(s, "YAML cannot say all of it: this is "
				"its text, for a .wf file");
		o->as_json = 0;
		rc = 0;
	} else if (o->as_json) {
		of = (struct doc_of){.engine = s->engine, .run = v.run,
			.ulid = v.row->ulid, .parent = v.row->parent,
			.command = v.row->command, .text = v.row->text,
			.lost = &lost,
			.interrupted = v.row->state == RUN_INTERRUPTED};
		doc_run(&o->json, &of);
		rc = lost_tell(s, &lost);
	} else {
		rc = as_text(s, &v, o);
	}
	view_release(&v);
	return rc;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0, "which; else the last one"},
	{"yaml", 0, FIELD_FLAG, PLACE_FLAG, 0, "its workflow as YAML"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_show = {
	.name = "show",
	.summary = "show a run, its steps and its output",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/show", "/show @last -o json",
		"/show @last --yaml", NULL},
	.run = run,
};
