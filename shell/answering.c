/*
 * Answers: to a run that is open here, to its owner, or to a run at rest,
 * which then goes on in this process.
 */
#include "shell/answering.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "shell/task.h"

struct giving {
	struct session *s;
	const char *path;
	struct str text;
};

static int give_opened(void *ud, uint32_t slot, struct err *err)
{
	struct giving *g = ud;

	return engine_answer(g->s->engine, slot, g->path, g->text, err);
}

/* The choices of the step that asks, or NULL. */
static const char *choices_of(const struct view *v, const char *path)
{
	const struct plan *p = v->plan;
	uint32_t frame, node = 0;

	if (path && run_find(v->run, str_of(path), &frame, &node) < 0)
		return NULL;
	while (!path && node < p->node_count &&
			strcmp(plan_text(p, p->nodes[node].exec), "ask") != 0)
		node++;
	if (node >= p->node_count)
		return NULL;
	for (uint32_t i = 0; i < p->nodes[node].arg_count; i++) {
		const struct plan_arg *a = &p->args[p->nodes[node].arg + i];

		if (strcmp(plan_text(p, a->name), "choices") == 0 &&
				a->part_count)
			return plan_text(p, p->parts[a->part].text);
	}
	return NULL;
}

/* yes or no as the step's choices say it. */
static struct str in_its_words(const struct view *v, const char *path,
	int yes)
{
	static const char *const words[2][5] = {
		{"no", "deny", "n", "false", "reject"},
		{"yes", "approve", "y", "true", "ok"}};
	const char *list = choices_of(v, path);

	for (size_t i = 0; list && i < 5; i++) {
		const char *c = list;

		while (*c) {
			size_t n = strcspn(c, ",");
			struct str one = str_trim((struct str){c, n});

			if (str_eq(one, words[yes][i]))
				return str_of(words[yes][i]);
			c += n + (c[n] == ',');
		}
	}
	return str_of(words[yes][0]);
}

static int go_on(struct session *s, const struct view *v, struct giving *g,
	const struct cmd_args *a, struct cmd_out *o)
{
	struct resume_options how = {.tap = 0};
	struct task_resume r = {.row = v->row, .how = &how, .sink = o->sink,
		.form = session_form(s, a->output), .then = give_opened,
		.ud = g, .background = a->line->background};

	if (r.background)
		r.sink = NULL;
	return task_resume(s, &r, &o->err);
}

int answer_give(struct session *s, const struct cmd_args *a,
	const struct answer *answer, struct cmd_out *o)
{
	char *path = run_step_of(a, "run");
	struct giving g = {.s = s, .path = path, .text = answer->text};
	struct run_verb verb = {.verb = "answer", .path = path};
	struct view v;
	int rc;

	if (run_view(s, a, "run", &v, o) < 0) {
		mem_free(path);
		return -1;
	}
	if (!g.text.p)
		g.text = in_its_words(&v, path, answer->yes);
	verb.text = g.text;
	if (run_ended(v.run)) {
		rc = err_set(&o->err, ERR_STATE, "run %s has %s: nothing "
			"waits for an answer", v.ulid_short,
			run_state_name((enum run_state)v.row->state));
	} else {
		rc = run_tell(s, v.row, &verb, &o->err);
		rc = rc < 0 ? -1 : rc > 0 ? 0 : go_on(s, &v, &g, a, o);
	}
	view_release(&v);
	mem_free(path);
	return rc;
}
