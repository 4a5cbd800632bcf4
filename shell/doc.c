/*
 * The run document. Steps stand in plan order, then by iteration (steps.h). Outputs
 * are cut at 64 KiB with the file of the whole named where there is one.
 */
#include "shell/doc.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "engine/store/store.h"
#include "engine/view.h"
#include "shell/status.h"
#include "shell/steps.h"

enum { SHOWN = 65536 };

static void time_of(struct json *j, const char *key, int64_t ms)
{
	char text[25];

	clock_rfc3339(ms, text);
	json_ktext(j, key, text);
}

/* A number, or null while it is not known. */
static void known(struct json *j, const char *key, int is_known, int64_t v)
{
	json_key(j, key);
	if (is_known)
		json_int(j, v);
	else
		json_null(j);
}

/* An output that is not there any more, of `path`. */
static void gone(struct json *j, const struct doc_of *of, const char *path,
	const struct err *err)
{
	json_ktext(j, "output_error", err->text);
	lost_add(of->lost, path, err);
}

static void output(struct json *j, const struct doc_of *of, struct place at,
	const char *path)
{
	struct output_of shown = {of->run, at, 1};
	struct err err = {0};
	struct buf b;
	uint64_t total = 0;

	buf_init(&b);
	if (engine_output(of->engine, &shown, SHOWN, &b, &total, &err) < 0) {
		json_ktext(j, "output", NULL);
		gone(j, of, path, &err);
	} else {
		json_kbytes(j, "output", (struct str){b.data, b.len});
		if (total > b.len)
			json_kbool(j, "truncated", 1);
	}
	buf_release(&b);
}

/* A loop's output is the array of its iterations'; one that is lost is
 * null. */
static void iterations(struct json *j, const struct doc_of *of,
	struct place at, const char *path)
{
	uint32_t *frames;
	size_t n = engine_iterations(of->run, at.frame, at.node, &frames);
	size_t left = SHOWN;
	struct err err = {0};

	json_key(j, "output");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		buf_init(&b);
		if (engine_frame_output(of->engine, of->run, frames[i], left,
				&b, &err) < 0)
			json_null(j);
		else
			json_str(j, (struct str){b.data, b.len});
		left -= b.len < left ? b.len : left;
		buf_release(&b);
	}
	json_close(j, ']');
	free(frames);
	if (err.code)
		gone(j, of, path, &err);
	if (left == 0)
		json_kbool(j, "truncated", 1);
}

static int is_loop(const struct plan_node *n)
{
	return n->kind == NODE_FOR || n->kind == NODE_WHILE ||
		n->kind == NODE_MAP;
}

/* The file that holds the whole of a long output. */
static void whole_file(struct json *j, const struct doc_of *of,
	const struct step *s)
{
	char path[4096];
	struct err err = {0};

	if (!s->kept || s->kept->r.out.len <= SHOWN ||
			!s->kept->r.out.digest)
		return;
	if (store_blob_path(engine_store(of->engine), s->kept->r.out.digest,
			path, sizeof(path), &err) == 0)
		json_ktext(j, "file", path);
}

static void needs(struct json *j, const struct plan *p, uint32_t node)
{
	const struct plan_node *n = &p->nodes[node];

	json_key(j, "needs");
	json_open(j, '[');
	for (uint32_t i = 0; i < n->need_count; i++)
		json_text(j, plan_text(p,
			p->nodes[p->edges[n->need + i]].name));
	json_close(j, ']');
}

/* A result from elsewhere, cached or taken over, did not start in this run;
 * nor before it, whatever became of the clock. */
static int began_here(const struct doc_of *of, const struct result *r)
{
	return r && r->start_ms > 0 && !r->cached &&
		r->start_ms >= of->run->started_ms;
}

/* The numbers of a step, null where there are none. */
static void figures(struct json *j, const struct doc_of *of,
	const struct step *s)
{
	const struct result *r = s->kept ? &s->kept->r : NULL;

	json_key(j, "exit_code");
	if (r && r->exit_code >= 0)
		json_int(j, r->exit_code);
	else
		json_null(j);
	json_kint(j, "attempts", s->attempts);
	json_key(j, "started_ms");
	if (began_here(of, r))
		json_int(j, r->start_ms - of->run->started_ms);
	else
		json_null(j);
	json_key(j, "duration_ms");
	if (r)
		json_int(j, (int64_t)(r->dur_us / 1000));
	else
		json_null(j);
	json_kbool(j, "cached", r && r->cached);
	json_ktext(j, "class", r && s->state == STEP_FAILED
		? error_class_name(r->error_class) : NULL);
}

static void spent(struct json *j, const struct step *s)
{
	const struct result *r = s->kept ? &s->kept->r : NULL;

	json_key(j, "error");
	if (r && r->error.n)
		json_str(j, r->error);
	else
		json_null(j);
	json_key(j, "tokens");
	if (r && r->tokens_in + r->tokens_out > 0)
		json_int(j, (int64_t)(r->tokens_in + r->tokens_out));
	else
		json_null(j);
	json_key(j, "cost");
	if (r && r->cost_micro > 0)
		json_real(j, (double)r->cost_micro / 1e6);
	else
		json_null(j);
}

const char *doc_step_state(const struct step *s, int interrupted)
{
	if (s->state != STEP_RUNNING)
		return step_state_name(s->state);
	if (s->flags & (STEP_ON_SIGNAL | STEP_ON_TIMER))
		return step_state_name(STEP_WAITING);
	return interrupted ? run_state_name(RUN_INTERRUPTED)
		: step_state_name(STEP_RUNNING);
}

void doc_question(struct json *j, struct engine *e, const struct run *r,
	struct place at)
{
	struct buf b;
	struct str one;

	buf_init(&b);
	if (engine_question(e, r, at, "text", &b))
		json_kstr(j, "question", (struct str){b.data, b.len});
	buf_clear(&b);
	if (engine_question(e, r, at, "choices", &b)) {
		const char *list = buf_cstr(&b);

		json_key(j, "choices");
		json_open(j, '[');
		while (*list)
			if (engine_choice(&list, &one))
				json_str(j, one);
		json_close(j, ']');
	}
	buf_release(&b);
}

static void step(struct json *j, const struct doc_of *of, uint32_t frame,
	uint32_t node)
{
	static const char *const kinds[NODE_KINDS] = {"step", "call", "block",
		"if", "choose", "for", "while", "map", "join", "stage"};
	const struct run *r = of->run;
	const struct plan_node *n = &r->plan->nodes[node];
	const struct step *s = run_step(r, frame, node);
	const char *exec = plan_text(r->plan, n->exec);
	struct buf path;

	buf_init(&path);
	run_path(r, frame, node, &path);
	json_open(j, '{');
	json_ktext(j, "name", plan_text(r->plan, n->name));
	json_ktext(j, "path", buf_cstr(&path));
	json_ktext(j, "kind", exec[0] ? exec : kinds[n->kind]);
	json_ktext(j, "status", doc_step_state(s, of->interrupted));
	if (engine_is_asking(r, s))
		doc_question(j, of->engine, r, (struct place){frame, node});
	figures(j, of, s);
	needs(j, r->plan, node);
	if (is_loop(n))
		iterations(j, of, (struct place){frame, node},
			buf_cstr(&path));
	else
		output(j, of, (struct place){frame, node}, buf_cstr(&path));
	buf_release(&path);
	whole_file(j, of, s);
	spent(j, s);
	json_close(j, '}');
}

struct listing {
	struct json *j;
	const struct doc_of *of;
};

static void list_step(void *ud, struct place at)
{
	const struct listing *l = ud;

	step(l->j, l->of, at.frame, at.node);
}

static void steps(struct json *j, const struct doc_of *of)
{
	struct listing l = {j, of};

	json_key(j, "steps");
	json_open(j, '[');
	steps_each(of->run, list_step, &l);
	json_close(j, ']');
}

static int is_degraded(const struct run *r)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		uint32_t n = r->plan->bodies[r->frames[f].body].count;

		for (uint32_t i = 0; r->frames[f].steps && i < n; i++)
			if (r->frames[f].steps[i].flags &
					(STEP_IGNORED | STEP_FELL_BACK))
				return 1;
	}
	return 0;
}

/* The first error of a failed step. */
static void first_error(struct json *j, const struct run *r)
{
	json_key(j, "error");
	for (uint32_t f = 0; f < r->frame_count; f++) {
		uint32_t n = r->plan->bodies[r->frames[f].body].count;

		for (uint32_t i = 0; r->frames[f].steps && i < n; i++) {
			const struct step *s = &r->frames[f].steps[i];

			if (s->state != STEP_FAILED || !s->kept ||
				(s->flags & STEP_IGNORED) ||
				!s->kept->r.error.n)
				continue;
			json_str(j, s->kept->r.error);
			return;
		}
	}
	json_null(j);
}

static void head(struct json *j, const struct doc_of *of)
{
	const struct run *r = of->run;
	int ended = run_ended(r);

	json_kint(j, "v", 1);
	json_ktext(j, "run", of->ulid);
	json_ktext(j, "parent", of->parent && of->parent[0] ? of->parent
		: NULL);
	json_ktext(j, "command", of->command);
	json_ktext(j, "text", of->text);
	json_ktext(j, "status", run_state_name(of->interrupted && !ended
		? RUN_INTERRUPTED : (enum run_state)r->state));
	known(j, "exit", ended || r->state == RUN_WAITING ||
		r->state == RUN_PAUSED, status_of_run(r));
	time_of(j, "started_at", r->started_ms);
	known(j, "duration_ms", ended, r->finished_ms - r->started_ms);
	json_kbool(j, "degraded", is_degraded(r));
}

/* What lets the run go on: an answer, where one step asks for it. */
static void goes_on(struct json *j, const struct doc_of *of)
{
	const struct run *r = of->run;
	char brief[ULID_LEN + 1];
	struct place at;
	struct buf b;

	buf_init(&b);
	engine_short(of->engine, of->ulid, brief);
	if (r->state == RUN_WAITING && engine_asking(r, &at, NULL) == 0) {
		buf_printf(&b, "/answer %s.", brief);
		run_path(r, at.frame, at.node, &b);
		buf_str(&b, " TEXT");
	} else if (r->state != RUN_SUCCEEDED) {
		buf_printf(&b, "/%s %s", r->state == RUN_PAUSED ? "continue"
			: "resume", brief);
	}
	json_ktext(j, "resume", b.len ? buf_cstr(&b) : NULL);
	buf_release(&b);
}

void doc_run(struct json *j, const struct doc_of *of)
{
	json_open(j, '{');
	head(j, of);
	steps(j, of);
	output(j, of, (struct place){0, PLAN_NONE}, NULL);
	first_error(j, of->run);
	goes_on(j, of);
	json_close(j, '}');
}

void doc_row(struct json *j, const struct run_row *r)
{
	int ended = r->finished_ms > 0;

	json_open(j, '{');
	json_ktext(j, "run", r->ulid);
	json_ktext(j, "command", r->command);
	json_ktext(j, "text", r->text);
	json_ktext(j, "status", run_state_name((enum run_state)r->state));
	known(j, "exit", ended, r->exit);
	time_of(j, "started_at", r->started_ms);
	known(j, "duration_ms", ended, r->finished_ms - r->started_ms);
	json_kint(j, "steps", r->steps);
	json_kint(j, "failed", r->failed);
	json_kbool(j, "pinned", r->pinned);
	json_close(j, '}');
}

void doc_error(struct json *j, const char *code, const char *message,
	const char *help, const struct doc_place *at)
{
	json_open(j, '{');
	json_ktext(j, "code", code);
	json_ktext(j, "message", message);
	json_ktext(j, "file", at->file);
	json_key(j, "line");
	if (at->line)
		json_int(j, at->line);
	else
		json_null(j);
	json_key(j, "col");
	if (at->col)
		json_int(j, at->col);
	else
		json_null(j);
	json_ktext(j, "help", help && help[0] ? help : NULL);
	json_close(j, '}');
}
