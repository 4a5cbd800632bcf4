/*
 * /explain: the plan of a text or of a run, with predicted times and what
 * may run at the same time. Nothing runs.
 */
#include <string.h>

#include "engine/base/text.h"
#include "shell/explain_cond.h"
#include "shell/run_ref.h"
#include "shell/screen.h"
#include "shell/text_arg.h"

static const char *kind_of(const struct plan *p, uint32_t node)
{
	static const char *const kinds[NODE_KINDS] = {"step", "call", "block",
		"if", "choose", "for", "while", "map", "join", "stage"};
	const char *exec = plan_text(p, p->nodes[node].exec);

	return exec[0] ? exec : kinds[p->nodes[node].kind];
}

/* "deploy.build": names of the composites around it, then its own. */
static void path_of(const struct plan *p, uint32_t node, struct buf *out)
{
	uint32_t owner = p->bodies[p->nodes[node].body].owner;

	if (owner != PLAN_NONE) {
		path_of(p, owner, out);
		buf_char(out, '.');
	}
	buf_str(out, plan_text(p, p->nodes[node].name));
}

static void names(struct json *j, const struct plan *p, const char *key,
	const uint32_t *v, size_t n)
{
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, plan_text(p, p->nodes[v[i]].name));
	json_close(j, ']');
}

static void number(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	if (v >= 0)
		json_int(j, v);
	else
		json_null(j);
}

static void json_node(struct json *j, struct explain_cond *c,
	const struct explain_node *x)
{
	const struct plan *p = c->plan;
	const struct plan_node *n = &p->nodes[x->node];
	struct buf path;

	buf_init(&path);
	path_of(p, x->node, &path);
	json_open(j, '{');
	json_ktext(j, "path", buf_cstr(&path));
	json_ktext(j, "kind", kind_of(p, x->node));
	names(j, p, "needs", p->edges + n->need, n->need_count);
	names(j, p, "parallel_with", x->with, x->with_count);
	number(j, "predicted_ms", x->predicted_ms);
	json_ktext(j, "why", x->why);
	explain_cond_json(c, x->node, j);
	json_close(j, '}');
	buf_release(&path);
}

static void text_node(struct cmd_out *o, struct explain_cond *c,
	const struct explain_node *x)
{
	const struct plan *p = c->plan;
	char took[16] = "?";
	struct buf path, row, *b = &row;

	buf_init(&row);

	buf_init(&path);
	path_of(p, x->node, &path);
	if (x->predicted_ms >= 0)
		duration_print(x->predicted_ms * 1000, took);
	buf_printf(b, "%-*s %-8s %8s  %s",
		screen_names(screen_columns(o->sink->out)), buf_cstr(&path),
		kind_of(p, x->node), took, x->why ? x->why : "");
	for (size_t i = 0; i < x->with_count; i++)
		buf_printf(b, "%s%s", i ? ", " : "  | with ",
			plan_text(p, p->nodes[x->with[i]].name));
	buf_char(b, '\n');
	explain_cond_text(c, x->node, b);
	screen_wrap(&o->text, (struct str){row.data, row.len},
		screen_columns(o->sink->out));
	buf_release(&row);
	buf_release(&path);
}

static void print(struct explain_cond *c, struct cmd_out *o)
{
	const struct plan *p = c->plan;
	struct explain x;
	char took[16];

	front_explain(&c->s->env, p, &x);
	c->x = &x;
	if (o->as_json)
		json_list_open(&o->json, "plan");
	for (size_t i = 0; i < x.count; i++) {
		if (p->nodes[x.nodes[i].node].flags & NODE_QUIET)
			continue;
		if (o->as_json)
			json_node(&o->json, c, &x.nodes[i]);
		else
			text_node(o, c, &x.nodes[i]);
	}
	if (o->as_json) {
		json_close(&o->json, ']');
		number(&o->json, "predicted_ms", x.predicted_ms);
		json_close(&o->json, '}');
	} else if (x.predicted_ms >= 0) {
		duration_print(x.predicted_ms * 1000, took);
		buf_printf(&o->text, "about %s in all\n", took);
	} else {
		buf_str(&o->text, "no prediction: not all steps have run "
			"before\n");
	}
	explain_release(&x);
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	struct text_arg t;
	int status = text_arg_open(s, a, "what", &t, o);
	struct digest key;
	struct buf place;

	buf_init(&place);
	for (size_t i = 0; status == 0 && i < text_arg_count(&t); i++) {
		struct explain_cond c = {.s = s,
			.plan = text_arg_plan(&t, i, &place),
			.text_key = text_arg_key(&t, i, &key)};

		if (place.len)
			buf_printf(&o->text, "%s# %s\n", i ? "\n" : "",
				buf_cstr(&place));
		print(&c, o);
		buf_clear(&place);
	}
	buf_release(&place);
	if (status == 0 && !engine_store(s->engine) && s->no_state.code)
		session_say(s, "durations are not known: %s",
			s->no_state.text);
	text_arg_release(&t);
	return status;
}

static const struct vocab_field args[] = {
	{"what", 0, CMD_WORKFLOW, PLACE_REST, 1,
		"workflow text, a /command line, a run, or a file of them"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_explain = {
	.name = "explain",
	.summary = "show the plan of a text, file or run; nothing runs",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){
		"/explain \"a: /bash make -> b: /bash make check\"",
		"/explain --parallel \"/glob *.c -> /echo done\"",
		"/explain @last", NULL},
	.run = run,
	.stateless = 1,
};
