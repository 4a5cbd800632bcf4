/*
 * /graph: the plan of a text or run as a tree, for dot, or for Mermaid. Of a
 * run, with the states of its steps.
 */
#include "shell/doc.h"
#include "shell/run_ref.h"
#include "shell/text_arg.h"

/* State of a node in the last frame that has it. */
static const char *mark(void *ud, uint32_t node)
{
	const struct view *v = ud;
	const struct run *r = v->run;

	for (size_t f = r->frame_count; f-- > 0;)
		if (r->frames[f].body == r->plan->nodes[node].body &&
				r->frames[f].steps)
			return doc_step_state(run_step(r, (uint32_t)f, node),
				v->row->state == RUN_INTERRUPTED);
	return NULL;
}

static int run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o)
{
	enum graph_form form = cmd_flag(a, "dot") ? GRAPH_DOT
		: cmd_flag(a, "mermaid") ? GRAPH_MERMAID : GRAPH_TREE;
	struct text_arg t;
	int status = text_arg_open(s, a, "what", &t, o);
	struct buf place;

	buf_init(&place);
	for (size_t i = 0; status == 0 && i < text_arg_count(&t); i++) {
		const struct plan *p = text_arg_plan(&t, i, &place);

		if (place.len)
			buf_printf(&o->text, "%s%s %s\n", i ? "\n" : "", form ==
				GRAPH_MERMAID ? "%%" : "#", buf_cstr(&place));
		front_graph(p, form, t.is_run ? mark : NULL, &t.view,
			&o->text);
		buf_clear(&place);
	}
	if (status == 0 && o->as_json) {
		json_open(&o->json, '{');
		json_kint(&o->json, "v", 1);
		json_kstr(&o->json, "graph", (struct str){o->text.data,
			o->text.len});
		json_close(&o->json, '}');
	}
	buf_release(&place);
	text_arg_release(&t);
	return status;
}

static const struct vocab_field args[] = {
	{"what", 0, CMD_WORKFLOW, PLACE_REST, 1,
		"workflow text, a /command line, a run, or a file of them"},
	{"dot", 0, FIELD_FLAG, PLACE_FLAG, 0, "for dot -Tsvg"},
	{"mermaid", 0, FIELD_FLAG, PLACE_FLAG, 0, "for Mermaid"},
	{NULL, 0, 0, 0, 0, NULL},
};

const struct cmd cmd_graph = {
	.name = "graph",
	.summary = "draw the plan of a text, file or run",
	.group = "runs",
	.args = args,
	.examples = (const char *const[]){
		"/graph \"/bash make -> [/bash ./a, /bash ./b]\"",
		"/graph --dot \"/echo a -> /echo b\" > plan.dot",
		"/graph @last", NULL},
	.run = run,
	.stateless = 1,
};
