/*
 * The end of an errand: its output, or its document, then what a person needs
 * to know to go on. What was streamed is not printed twice.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/view.h"
#include "shell/bang.h"
#include "shell/doc.h"
#include "shell/edit.h"
#include "shell/errand_int.h"
#include "shell/interactive.h"
#include "shell/notify.h"
#include "shell/observe_jsonl.h"
#include "shell/observe_plain.h"
#include "shell/run_end.h"
#include "shell/status.h"

static void say_err(struct session *s, const struct err *err)
{
	session_say(s, "%s", err->text);
	if (err->help[0])
		session_say(s, "%s", err->help);
}

/* One stream of the run, without the `skip` bytes printed already. */
static int print_stream(struct session *s, struct errand *t,
	const struct run *r, int stream, struct err *err)
{
	struct output_of of = {r, {0, t->lone ? 0 : PLAN_NONE}, stream};
	struct out *out = stream == 1 ? t->sink->out : &s->err;
	uint64_t skip = t->streamed[stream], total = 0;
	struct buf b;
	int rc;

	if (skip == 0 && !out->tty && !out->error)
		return engine_output_fd(s->engine, &of, out->fd, err);
	buf_init(&b);
	rc = engine_output(s->engine, &of, LIMIT_CAPTURE, &b, &total, err);
	if (rc == 0 && skip < b.len)
		rc = out_bytes(out, (struct str){b.data + skip,
			b.len - (size_t)skip}) < 0 ? 1 : 0;
	out_end(out);
	buf_release(&b);
	return rc;
}

/* What a lone step that failed has not said itself. */
static void lone_error(struct session *s, const struct run *r)
{
	const struct step *st = run_step(r, 0, 0);
	struct str e;

	if (st->state != STEP_FAILED || !st->kept)
		return;
	e = st->kept->r.error;
	run_end_no_terminal(s, &st->kept->r);
	if (e.n && !(e.n > 5 && memcmp(e.p, "exit ", 5) == 0))
		session_say(s, "/%s: %.*s", plan_text(r->plan,
			r->plan->command), (int)e.n, e.p);
}

static int document(struct session *s, struct errand *t, const struct run *r)
{
	struct lost lost = {0};
	struct doc_of of = {.engine = s->engine, .run = r, .ulid = t->ulid,
		.parent = t->parent, .command = t->command, .text = t->text,
		.lost = &lost};
	struct buf b;
	struct json j;

	buf_init(&b);
	json_init(&j, &b);
	doc_run(&j, &of);
	buf_char(&b, '\n');
	out_own(t->sink->out, (struct str){b.data, b.len});
	buf_release(&b);
	return lost_tell(s, &lost);
}

/* The reader of a pipe is gone: an error condition on our end. */
static int reader_gone(const struct out *out)
{
	struct pollfd p = {.fd = out->fd, .events = POLLOUT};

	return out->error == EPIPE ||
		(poll(&p, 1, 0) > 0 && (p.revents & POLLERR));
}

/* A failed write: told once. Without a reader of standard output wf ends;
 * without one of `| command` the command's status decides. */
static int write_failed(struct session *s, struct errand *t, struct err *err)
{
	struct out *out = t->sink->out;

	if (reader_gone(out)) {
		out->error = EPIPE;
		if (t->sink->pid)
			return 0;
		session_stop(s, SIGPIPE);
		return 128 + SIGPIPE;
	}
	if (!err->code) {
		errno = out->error ? out->error : EIO;
		err_errno(err, ERR_IO, "cannot write the output");
	}
	say_err(s, err);
	return STATUS_FAILED;
}

static void say_cancelled(struct session *s, const struct errand *t)
{
	char brief[ULID_LEN + 1];

	engine_short(s->engine, t->ulid, brief);
	session_say(s, "run %s is cancelled    /resume %s", brief, brief);
}

static int print(struct session *s, struct errand *t, const struct run *r)
{
	struct err err = {0};
	int rc = 0, lost = 0;

	if (t->form == OUTPUT_JSON) {
		lost = document(s, t, r);
	} else if (t->form == OUTPUT_TEXT) {
		if (t->lone)
			rc = print_stream(s, t, r, 2, &err);
		if (rc == 0)
			rc = print_stream(s, t, r, 1, &err);
		if (t->lone)
			lone_error(s, r);
		if (t->lone && s->at_prompt && r->state == RUN_CANCELLED)
			say_cancelled(s, t);
	}
	if (rc != 0 || t->sink->out->error)
		return write_failed(s, t, &err);
	return lost ? STATUS_FAILED : 0;
}

/* ------------------------------------------------------- standing still */
static void say_question(struct session *s, const struct run *r,
	struct place at, const char *brief)
{
	struct buf path, asked;

	buf_init(&path);
	buf_init(&asked);
	run_path(r, at.frame, at.node, &path);
	engine_question_line(s->engine, r, at, &asked);
	session_say(s, "run %s waits for an answer: %.600s    /answer %s.%s "
		"TEXT", brief, buf_cstr(&asked), brief, buf_cstr(&path));
	buf_release(&asked);
	buf_release(&path);
}

static void say_waiting(struct session *s, const struct run *r,
	const char *brief)
{
	struct buf path;

	buf_init(&path);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *st = &r->frames[f].steps[i];

			buf_clear(&path);
			run_path(r, f, b->first + i, &path);
			if (st->state == STEP_IN_DOUBT)
				session_say(s, "it is not known whether %s "
					"was done    /resume %s --in-doubt "
					"retry|skip|done", buf_cstr(&path),
					brief);
			else if (!step_settled(st) &&
					(st->flags & STEP_ON_SIGNAL))
				say_question(s, r, (struct place){f,
					b->first + i}, brief);
		}
	}
	buf_release(&path);
}

void errand_say_waiting(struct session *s, const struct errand *t,
	const struct run *r)
{
	char brief[ULID_LEN + 1];

	engine_short(s->engine, t->ulid, brief);
	say_waiting(s, r, brief);
}

static int is_recorded(struct session *s, const struct errand *t)
{
	struct run_row row = {0};
	struct err err = {0};

	if (store_find_run(engine_store(s->engine), str_of(t->ulid), &row,
			&err) < 0)
		return err.code != ERR_NOTFOUND;
	run_row_release(&row);
	return 1;
}

/* At a prompt, where nobody else is asked: only the answer is to be typed. */
static void offer_answer(struct session *s, const struct run *r,
	const char *brief)
{
	struct err several = {0};
	struct place at;
	struct buf line;

	/* what is typed already was not meant as the answer */
	if (!s->at_prompt || edit_has_ahead() || engine_asking(r, &at, &several) < 0)
		return;
	buf_init(&line);
	buf_printf(&line, "/answer %s.", brief);
	run_path(r, at.frame, at.node, &line);
	buf_char(&line, ' ');
	interactive_type(s, buf_cstr(&line));
	buf_release(&line);
}

/* The run is open but goes no further in this process. */
static int still(struct session *s, struct errand *t, const struct run *r)
{
	char brief[ULID_LEN + 1];

	engine_short(s->engine, t->ulid, brief);
	if (s->signal) {
		if (s->signal != SIGPIPE && !is_recorded(s, t))
			session_say(s, "the run is not recorded: nothing of "
				"it was begun");
		else if (s->signal != SIGPIPE)
			session_say(s, "run %s is interrupted    /resume %s",
				brief, brief);
		return 128 + s->signal;
	}
	if (t->late && is_recorded(s, t))
		session_say(s, "run %s timed out while its journal waits    "
			"/resume %s", brief, brief);
	else if (t->late)
		session_say(s, "timed out while the journal waits: nothing "
			"of the run was begun");
	if (t->late)
		return 124;
	if (r->state == RUN_WAITING) {
		say_waiting(s, r, brief);
		if (!t->background)
			offer_answer(s, r, brief);
		return STATUS_WAITING;
	}
	if (r->state == RUN_PAUSED) {
		session_say(s, "run %s is paused    /continue %s", brief,
			brief);
		return STATUS_WAITING;
	}
	session_say(s, "run %s cannot go on: its journal has failed", brief);
	session_say(s, "run `wf doctor`, then /resume %s", brief);
	return STATUS_FAILED;
}

int errand_end(struct session *s, struct errand *t)
{
	const struct run *r = errand_run_of(s, t);
	struct err err = {0};
	int status, failed, ended = r && run_ended(r) && t->over;

	status = ended ? status_of_run(r) : r ? still(s, t, r) : STATUS_FAILED;
	failed = ended || (r && t->form == OUTPUT_JSON && !s->signal)
		? print(s, t, r) : 0;
	if (t->form == OUTPUT_JSONL && !t->background)
		jsonl_end(s->jsonl, r ? run_state_name(ended || !s->signal
			? r->state : RUN_INTERRUPTED) : "failed", status);
	if (t->sink == &t->own) {
		int closed = bang_close_sink(s, t->sink, t->background, &err);

		if (err.code)
			say_err(s, &err);
		failed = failed ? failed : closed;
	} else {
		out_end(t->sink->out);
	}
	t->ended = 1;
	if (r && !s->signal)
		notify_over(s, r, t->ulid);
	if (ended && !t->view)
		engine_release(s->engine, t->slot);
	return status ? status : failed;
}
