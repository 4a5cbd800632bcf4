/*
 * /diff: two runs side by side: status, duration and output of each step.
 * Status 1 when they differ in status or output.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "shell/run_ref.h"

enum { COMPARED = 1 << 20 };

struct side {
	const char *status;
	char took[16];
	int64_t us;
	struct buf output;
	uint64_t total;
	uint8_t there;
};

static int fill(struct session *s, const struct view *v, const char *path,
	struct side *out, struct err *err)
{
	struct output_of of = {.run = v->run, .stream = 1};
	const struct step *st;

	memset(out, 0, sizeof(*out));
	out->status = "-";
	if (run_find(v->run, str_of(path), &of.at.frame, &of.at.node) < 0)
		return 0;
	st = run_step(v->run, of.at.frame, of.at.node);
	out->there = 1;
	out->status = step_state_name(st->state);
	if (st->kept) {
		out->us = (int64_t)st->kept->r.dur_us;
		duration_print(out->us, out->took);
	}
	return engine_output(s->engine, &of, COMPARED, &out->output,
		&out->total, err);
}

static int same_output(const struct side *a, const struct side *b)
{
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

/* Compares one step; 1 when it differs, -1. */
static int compare(struct session *s, const struct view *v, const char *path,
	struct cmd_out *o)
{
	struct side a, b;
	int rc = -1;

	memset(&b, 0, sizeof(b));
	if (fill(s, &v[0], path, &a, &o->err) == 0 &&
			fill(s, &v[1], path, &b, &o->err) == 0) {
		print(o, path, &a, &b);
		rc = strcmp(a.status, b.status) != 0 || !same_output(&a, &b);
	}
	buf_release(&a.output);
	buf_release(&b.output);
	return rc;
}

/* All leaves of view `which`; those of the other one are left out when
 * `only_missing`. */
static int walk(struct session *s, const struct view *v, int which,
	struct cmd_out *o)
{
	const struct run *r = v[which].run;
	struct buf path;
	int differ = 0, rc = 0;

	buf_init(&path);
	for (uint32_t i = 0; rc >= 0 && i < r->plan->node_count; i++) {
		const struct plan_node *n = &r->plan->nodes[i];
		uint32_t frame, node;

		if (!node_is_leaf(n) || (n->flags & NODE_QUIET))
			continue;
		for (uint32_t f = 0; rc >= 0 && f < r->frame_count; f++) {
			if (r->frames[f].body != n->body ||
					!r->frames[f].steps)
				continue;
			buf_clear(&path);
			run_path(r, f, i, &path);
			if (which && run_find(v[0].run, str_of(buf_cstr(
					&path)), &frame, &node) == 0)
				continue;
			rc = compare(s, v, buf_cstr(&path), o);
			differ |= rc > 0;
		}
	}
	buf_release(&path);
	return rc < 0 ? -1 : differ;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct view v[2];
	int first, second = -1;

	if (run_view(s, a, "a", &v[0], o) < 0)
		return -1;
	if (run_view(s, a, "b", &v[1], o) < 0) {
		view_release(&v[0]);
		return -1;
	}
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "a", v[0].row->ulid);
		json_ktext(&o->json, "b", v[1].row->ulid);
		json_key(&o->json, "steps");
		json_open(&o->json, '[');
	}
	first = walk(s, v, 0, o);
	if (first >= 0)
		second = walk(s, v, 1, o);
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	view_release(&v[0]);
	view_release(&v[1]);
	if (second >= 0)
		return first | second;
	buf_clear(&o->doc);
	return -1;
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
