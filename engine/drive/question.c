/*
 * What a step that asks says to a person. The question is read from the run
 * as it stands, whose results do not change any more; values of vars and env
 * are not journalled, so that in a run which is not open here their references
 * stay as they are written.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/drive/engine_int.h"
#include "engine/view.h"

static const struct plan_arg *field_of(const struct plan *p, uint32_t node,
	const char *name)
{
	const struct plan_node *n = &p->nodes[node];

	for (uint32_t i = n->arg; i < n->arg + n->arg_count; i++)
		if (p->args[i].role == ARG_FIELD && p->args[i].part_count &&
			strcmp(plan_text(p, p->args[i].name), name) == 0)
			return &p->args[i];
	return NULL;
}

static int is_open(const struct engine *e, const struct run *r)
{
	return drive_run_at(e, r->id) && sched_run(e->sched, r->id) == r;
}

static void add_part(const struct flow *f, struct place at, uint32_t part,
	int live, struct buf *out)
{
	const struct plan *p = f->run->plan;
	struct plan_arg one = {.part = part, .part_count = 1};
	const struct plan_ref *ref = p->parts[part].ref == PLAN_NONE ? NULL
		: &p->refs[p->parts[part].ref];
	struct err err = {0};
	size_t before = out->len;

	if (ref && !live && (ref->root == REF_VARS || ref->root == REF_ENV)) {
		flow_ref_name(p, ref, out);
		return;
	}
	if (flow_arg(f, at, &one, out, &err) > 0)
		return;
	if (out->data)
		out->data[out->len = before] = '\0';
	if (ref)
		flow_ref_name(p, ref, out);
}

int engine_question(struct engine *e, const struct run *r, struct place at,
	const char *field, struct buf *out)
{
	const struct plan_arg *a = field_of(r->plan, at.node, field);
	struct err err = {0};
	struct flow f;

	if (!a || flow_of_run(e, r, &f, &err) < 0)
		return 0;
	for (uint32_t i = a->part; i < a->part + a->part_count; i++)
		add_part(&f, at, i, is_open(e, r), out);
	return 1;
}

static int ends_by_itself(const struct run *r, uint32_t frame, uint32_t node)
{
	const struct plan *p = r->plan;

	while (p->policies[p->nodes[node].policy].timeout_ms == 0) {
		node = r->frames[frame].owner;
		frame = r->frames[frame].parent;
		if (frame == PLAN_NONE)
			return 0;
	}
	return 1;
}

int engine_has_deadline(const struct run *r)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b = &r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; r->frames[f].steps && i < b->count; i++) {
			const struct step *s = &r->frames[f].steps[i];

			if (!step_settled(s) && (s->flags & STEP_ON_SIGNAL) &&
				ends_by_itself(r, f, b->first + i))
				return 1;
		}
	}
	return 0;
}

int engine_is_asking(const struct run *r, const struct step *s)
{
	const struct extra *x = s->more ? run_extra(r, s) : NULL;

	return !step_settled(s) && (s->flags & STEP_ON_SIGNAL) && x &&
		x->signal && strcmp(x->signal, "answer") == 0;
}

size_t engine_choice(const char **list, struct str *one)
{
	size_t n = strcspn(*list, ",");

	*one = str_trim((struct str){*list, n});
	*list += n + ((*list)[n] == ',');
	return one->n;
}

static void add_choices(const char *list, struct buf *out)
{
	const char *sep = " (";
	struct str one;

	while (*list)
		if (engine_choice(&list, &one)) {
			buf_str(out, sep);
			buf_add(out, one.p, one.n);
			sep = ", ";
		}
	if (sep[0] == ',')
		buf_char(out, ')');
}

void engine_question_line(struct engine *e, const struct run *r,
	struct place at, struct buf *out)
{
	struct buf choices;
	size_t from = out->len;

	if (!engine_question(e, r, at, "text", out))
		return;
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\t')
			out->data[i] = ' ';
	buf_init(&choices);
	if (engine_question(e, r, at, "choices", &choices))
		add_choices(buf_cstr(&choices), out);
	buf_release(&choices);
}

int engine_choice_check(struct engine *e, const struct run *r,
	struct place at, struct str answer, struct err *err)
{
	struct buf choices;
	int rc = 0;

	if (at.node >= r->plan->node_count)
		return 0;
	buf_init(&choices);
	if (engine_question(e, r, at, "choices", &choices) &&
		!text_listed(buf_cstr(&choices), str_trim(answer)))
		rc = err_set(err, ERR_USAGE, "answer one of %s",
			buf_cstr(&choices));
	buf_release(&choices);
	return rc;
}
