/*
 * /why: from recorded facts, why a step ran, was cached, skipped, or took a
 * branch. Without a step: all steps of the run.
 */
#include <string.h>

#include "engine/base/mem.h"
#include "shell/run_ref.h"

static void text(struct cmd_out *o, const struct because *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(&o->text, "  %-12s %s\n", b[i].what, b[i].value);
}

static void json(struct cmd_out *o, const struct because *b, size_t n)
{
	json_key(&o->json, "because");
	json_open(&o->json, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&o->json, '{');
		json_ktext(&o->json, "what", b[i].what);
		json_ktext(&o->json, "value", b[i].value);
		json_kint(&o->json, "seq", b[i].seq);
		json_close(&o->json, '}');
	}
	json_close(&o->json, ']');
}

/* `inner`: one of several, in an array. */
static int one(struct session *s, const struct view *v, const char *path,
	int inner, struct cmd_out *o)
{
	struct because *b = NULL;
	size_t n = 0;

	if (engine_why(s->engine, v, path, &b, &n, &o->err) < 0)
		return -1;
	if (o->as_json) {
		json_open(&o->json, '{');
		if (!inner) {
			json_kint(&o->json, "v", 1);
			json_ktext(&o->json, "run", v->row->ulid);
		}
		json_ktext(&o->json, "path", path);
		json(o, b, n);
		json_close(&o->json, '}');
	} else {
		buf_printf(&o->text, "%s\n", path);
		text(o, b, n);
	}
	because_free(b, n);
	return 0;
}

static int all(struct session *s, const struct view *v, struct cmd_out *o)
{
	const struct run *r = v->run;
	struct buf path;
	int rc = 0;

	buf_init(&path);
	if (o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_ktext(&o->json, "run", v->row->ulid);
		json_key(&o->json, "steps");
		json_open(&o->json, '[');
	}
	for (uint32_t i = 0; rc == 0 && i < r->plan->bodies[0].count; i++) {
		uint32_t node = r->plan->bodies[0].first + i;

		if (r->plan->nodes[node].flags & NODE_QUIET)
			continue;
		buf_clear(&path);
		run_path(r, 0, node, &path);
		rc = one(s, v, buf_cstr(&path), 1, o);
	}
	if (o->as_json) {
		json_close(&o->json, ']');
		json_close(&o->json, '}');
	}
	buf_release(&path);
	return rc;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	char *path = run_step_of(a, "run");
	uint32_t frame, node;
	struct view v;
	int rc = -1;

	if (run_view(s, a, "run", &v, o) == 0) {
		if (!path)
			rc = all(s, &v, o);
		else if ((rc = one(s, &v, path, 0, o)) < 0 &&
				o->err.code == ERR_NOTFOUND &&
				run_step_find(&v, path, &frame, &node,
				&o->err) < 0)
			rc = cmd_blame_step(o, a, "run");
		view_release(&v);
	}
	if (rc < 0)
		buf_clear(&o->doc);
	mem_free(path);
	return rc;
}

static const struct vocab_field args[] = {
	{"run", 0, CMD_STEP, PLACE_POS, 0, "RUN or RUN.STEP; else the last"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_why = {
	.name = "why",
	.summary = "tell from recorded facts why a step ran or did not",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){"/why", "/why @last",
		"/why @last -o json", NULL},
	.run = run,
};
