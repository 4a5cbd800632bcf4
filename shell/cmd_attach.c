/*
 * /attach: a run that goes on in another process, as if it were in front
 * here. Its events are read from the journal and the last lines of its steps
 * are asked of its owner; the run itself is not touched, and leaving it
 * changes nothing.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "shell/errand_int.h"
#include "shell/observe_jsonl.h"
#include "shell/observe_plain.h"
#include "shell/run_ref.h"
#include "shell/status.h"

/* LOOK_MS between looks; an owner that takes SLOW_US to say what its steps
 * write is not asked again before something happens. */
enum { LOOK_MS = 100, SLOW_US = 300000 };

struct attached {
	struct session *s;
	struct errand t;
	struct view v;
	uint64_t from;         /* of engine_tail */
	uint8_t slow, lost, asks;
};

/* ---------------------------------------------------------------- looking */
static void on_event(void *ud, int64_t seq, const struct event *e)
{
	struct attached *a = ud;

	(void)seq;
	a->slow = 0;
	progress_event(a->s->progress, &a->t, e);
	jsonl_event(a->s->jsonl, e);
}

static void on_line(void *ud, const struct live_line *l)
{
	struct attached *a = ud;
	struct place at;

	if (run_find(a->v.run, str_of(l->path), &at.frame, &at.node) == 0)
		progress_output(a->s->progress, a->t.slot, at, l->line.text);
}

static void tail(struct attached *a)
{
	uint64_t began = clock_mono_us();

	if (a->slow || !progress_is_live(a->s->progress))
		return;
	engine_tail(a->s->engine, a->v.row, &a->from, on_line, a);
	a->slow = clock_mono_us() - began > SLOW_US;
}

/* Its text was replaced: from there it is another run to look at. */
static int read_anew(struct attached *a, struct err *err)
{
	progress_leave(a->s->progress, a->t.slot);
	view_release(&a->v);
	if (view_open(a->s->engine, a->t.ulid, &a->v, err) < 0)
		return -1;
	progress_front(a->s->progress, &a->t);
	return 0;
}

/* At a prompt whoever sits there is to answer; a script goes on looking
 * while the run has a deadline. */
static int stands_still(struct attached *a)
{
	const struct run *r = a->v.run;

	if (r->state == RUN_WAITING && !a->s->interactive &&
			engine_has_deadline(r)) {
		if (!a->asks)
			errand_say_waiting(a->s, &a->t, r);
		a->asks = 1;
		return 0;
	}
	return r->state == RUN_WAITING || r->state == RUN_PAUSED;
}

/* 1: there is nothing more to look at; 0, -1. */
static int look(struct attached *a, struct err *err)
{
	struct view_hook hook = {a, on_event};
	int rc = view_follow(&a->v, &hook, err);

	if (rc > 0)
		rc = read_anew(a, err);
	if (rc < 0)
		return -1;
	a->t.over = (uint8_t)run_ended(a->v.run);
	a->lost = !a->t.over && a->v.row->state == RUN_INTERRUPTED;
	if (a->t.over || a->lost || stands_still(a))
		return 1;
	tail(a);
	return 0;
}

/* ----------------------------------------------------------------- the end */
static int left(struct attached *a)
{
	struct session *s = a->s;
	int status = s->signal ? 128 + s->signal : 0;

	progress_leave(s->progress, a->t.slot);
	s->interrupts = 0;
	if (a->t.form == OUTPUT_JSONL)
		jsonl_end(s->jsonl, run_state_name(RUN_RUNNING), status);
	session_say(s, "run %s goes on    /attach %s    /cancel %s",
		a->v.ulid_short, a->v.ulid_short, a->v.ulid_short);
	return status;
}

/* It cannot be read any further, and err says why; or has no owner. */
static int lost(struct attached *a, struct err *err)
{
	progress_leave(a->s->progress, a->t.slot);
	if (a->t.form == OUTPUT_JSONL)
		jsonl_end(a->s->jsonl, run_state_name(RUN_INTERRUPTED),
			STATUS_FAILED);
	if (!a->lost)
		return -1;
	err_set(err, ERR_STATE, "run %s is interrupted: no process goes on "
		"with it", a->v.ulid_short);
	return err_help(err, "/resume %s", a->v.ulid_short);
}

static int follow(struct attached *a, struct err *err)
{
	struct session *s = a->s;
	int rc;

	if (a->t.form == OUTPUT_JSONL)
		jsonl_begin(s->jsonl, &a->t);
	s->interrupts = 0;
	progress_front(s->progress, &a->t);
	while ((rc = look(a, err)) == 0 && !session_pause(s, LOOK_MS))
		errands_reap(s);
	if (rc == 0)
		return left(a);
	if (rc < 0 || a->lost)
		return lost(a, err);
	progress_over(s->progress, &a->t);
	return errand_end(s, &a->t);
}

/* ------------------------------------------------------------- the command */
/* Open in this process: comes to the front, as by /fg. */
static int own(struct session *s, const struct run_row *row,
	const struct errand_resume *r, struct cmd_out *o)
{
	uint32_t slot = engine_slot(s->engine, row->ulid);

	return errand_find(s, slot) ? errand_to_front(s, row->ulid, &o->err)
		: errand_follow(s, row, r);
}

static int attach(struct session *s, const struct run_row *row,
	const struct errand_resume *r, struct cmd_out *o)
{
	struct attached a = {.s = s};
	int status;

	if (view_open(s->engine, row->ulid, &a.v, &o->err) < 0)
		return -1;
	a.t.slot = PLAN_NONE;
	a.t.view = &a.v;
	memcpy(a.t.ulid, row->ulid, sizeof(a.t.ulid));
	memcpy(a.t.parent, row->parent, sizeof(a.t.parent));
	a.t.command = row->command;
	a.t.text = row->text;
	a.t.pinned = row->pinned;
	a.t.form = (uint8_t)r->form;
	a.t.sink = r->sink;
	a.lost = a.v.row->state == RUN_INTERRUPTED;
	if (run_ended(a.v.run))
		session_say(s, "run %s has ended    /show %s", a.v.ulid_short,
			a.v.ulid_short);
	status = a.lost ? lost(&a, &o->err) : follow(&a, &o->err);
	view_release(&a.v);
	return status;
}

/* The newest elsewhere, else what is in the background here. */
static int attach_newest(struct session *s, const struct errand_resume *r,
	struct cmd_out *o)
{
	struct run_row row;
	int found = run_elsewhere(s, &row, o), status = -1;

	if (found > 0) {
		status = attach(s, &row, r, o);
		run_row_release(&row);
	} else if (found == 0 && errands_open(s)) {
		status = errand_to_front(s, NULL, &o->err);
	} else if (found == 0) {
		err_set(&o->err, ERR_NOTFOUND,
			"no run goes on in another process");
		err_help(&o->err, "/runs lists them");
	}
	return status;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct errand_resume r = {.sink = o->sink,
		.form = session_form(s, a->output)};
	struct run_row row;
	int status;

	if (!cmd_arg(a, "run").p)
		return attach_newest(s, &r, o);
	if (run_row_of(s, a, "run", &row, o) < 0)
		return -1;
	status = engine_slot(s->engine, row.ulid) != PLAN_NONE
		? own(s, &row, &r, o) : attach(s, &row, &r, o);
	run_row_release(&row);
	return status;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_RUN, PLACE_POS, 0,
		"which; else the newest that goes on in another process"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_attach = {
	.name = "attach",
	.summary = "come back to a run that goes on in another process",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/attach @last",
		"/attach @last -o json", "/attach --help", NULL},
	.run = run,
};
