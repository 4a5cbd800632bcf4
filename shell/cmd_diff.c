/*
 * /diff: two runs side by side: status, duration and output of each step.
 * Status 1 when they differ in status or output.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/lost.h"
#include "shell/run_ref.h"
#include "shell/status.h"

enum { COMPARED = 1 << 20 };

struct side {
	const char *status;
	char took[16];
	int64_t us;
	struct buf output;
	uint64_t total;
	const struct datum *stored; /* of a step that ran */
	uint8_t there, lost;
};

static void fill(struct session *s, const struct view *v, const char *path,
	struct side *out, struct lost *lost)
{
	struct err err = {0};
	struct output_of of = {.run = v->run, .stream = 1};
	const struct step *st;

	memset(out, 0, sizeof(*out));
	out->status = "-";
	if (run_find(v->run, str_of(path), &of.at.frame, &of.at.node) < 0)
		return;
	st = run_step(v->run, of.at.frame, of.at.node);
	out->there = 1;
	out->status = step_state_name(st->state);
	if (st->kept) {
		out->us = (int64_t)st->kept->r.dur_us;
		duration_print(out->us, out->took);
		out->stored = &st->kept->r.out;
	}
	if (engine_output(s->engine, &of, COMPARED, &out->output,
			&out->total, &err) < 0) {
		out->lost = 1;
		lost_add(lost, path, &err);
	}
}

/* What is lost is still known by its digest. */
static int same_output(const struct side *a, const struct side *b)
{
	if (a->stored && b->stored && a->stored->has_digest &&
			b->stored->has_digest)
		return memcmp(&a->stored->digest, &b->stored->digest,
			sizeof(a->stored->digest)) == 0;
	if (a->lost || b->lost)
		return 0;
	return a->total == b->total && a->output.len == b->output.len &&
		memcmp(buf_cstr(&a->output), buf_cstr(&b->output),
			a->output.len) == 0;
}

static void json_side(struct json *j, const char *key, const struct side *x)
{
	json_key(j, key);
	if (!x->there) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	json_ktext(j, "status", x->status);
	json_kint(j, "duration_ms", x->us / 1000);
	json_kint(j, "bytes", (int64_t)x->total);
	if (x->lost)
		json_kbool(j, "lost", 1);
	json_close(j, '}');
}

static void print(struct cmd_out *o, const char *path, const struct side *a,
	const struct side *b)
{
	int same = same_output(a, b);

	if (!o->as_json) {
		buf_printf(&o->text, "%-24s %-10s %-10s %8s %8s  %s\n", path,
			a->status, b->status, a->took, b->took, !a->there ||
			!b->there ? "only one has it" : same
			? "same output" : "other output");
		return;
	}
	json_open(&o->json, '{');
	json_ktext(&o->json, "path", path);
	json_side(&o->json, "a", a);
	json_side(&o->json, "b", b);
	json_kbool(&o->json, "same_output", same);
	json_close(&o->json, '}');
}

/* Compares one step; 1 when it differs. */
static int compare(struct session *s, const struct view *v, const char *path,
	struct cmd_out *o, struct lost *lost)
{
	struct side a, b;
	int rc;

	fill(s, &v[0], path, &a, lost);
	fill(s, &v[1], path, &b, lost);
	print(o, path, &a, &b);
	rc = strcmp(a.status, b.status) != 0 || !same_output(&a, &b);
	buf_release(&a.output);
	buf_release(&b.output);
	return rc;
}

/* All leaves of view `which`; those of the other one are left out when
 * `only_missing`. */
static int walk(struct session *s, const struct view *v, int which,
	struct cmd_out *o, struct lost *lost)
{
	const struct run *r = v[which].run;
	struct buf path;
	int differ = 0;

	buf_init(&path);
	for (uint32_t i = 0; i < r->plan->node_count; i++) {
		const struct plan_node *n = &r->plan->nodes[i];
		uint32_t frame, node;

		if (!node_is_leaf(n) || (n->flags & NODE_QUIET))
			continue;
		for (uint32_t f = 0; f < r->frame_count; f++) {
			if (r->frames[f].body != n->body ||
					!r->frames[f].steps)
				continue;
			buf_clear(&path);
			run_path(r, f, i, &path);
			if (which && run_find(v[0].run, str_of(buf_cstr(
					&path)), &frame, &node) == 0)
				continue;
			differ |= compare(s, v, buf_cstr(&path), o, lost);
		}
	}
	buf_release(&path);
	return differ;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct lost lost = {0};
	struct view v[2];
	int differ;

	if (run_view(s, a, "a", &v[0], o) < 0)
		return -1;
	if (run_view(s, a, "b", &v[1], o) < 0) {
		view_release(&v[0]);
		return cmd_blame(o, cmd_arg(a, "b"));
	}
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "a", v[0].row->ulid);
		json_ktext(&o->json, "b", v[1].row->ulid);
		json_key(&o->json, "steps");
		json_open(&o->json, '[');
	}
	differ = walk(s, v, 0, o, &lost);
	differ |= walk(s, v, 1, o, &lost);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	view_release(&v[0]);
	view_release(&v[1]);
	return lost_tell(s, &lost) ? STATUS_FAILED : differ;
}

static const struct vocab_field args[] = {
	{"a", 0, CMD_RUN, PLACE_POS, 1, "a run"},
	{"b", 0, CMD_RUN, PLACE_POS, 1, "the run it is compared with"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_diff = {
	.name = "diff",
	.summary = "compare two runs: status, duration, output of each step",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/diff @-2 @last",
		"/diff @last @last", "/diff @-2 @last -o json", NULL},
	.run = run,
};
