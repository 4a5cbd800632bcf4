/*
 * Names in conditions: `build.exit_code`, `steps.build.output`, `vars.x`, a
 * loop's variable. The same values as references, found by name when asked,
 * because an expression names its facts only while it runs.
 */
#include "engine/drive/flow.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/core/run_fact.h"
#include "engine/drive/fact_step.h"

static const struct {
	const char *name;
	enum ref_root root;
} roots[] = {
	{"prev", REF_PREV}, {"item", REF_ITEM}, {"index", REF_INDEX},
	{"args", REF_ARGS}, {"vars", REF_VARS}, {"env", REF_ENV},
	{"run", REF_RUN}, {"session", REF_SESSION},
};

/* The block of the /def call that encloses this frame, for `args`. */
static uint32_t args_block(const struct flow *f, uint32_t frame)
{
	const struct plan *p = f->run->plan;

	while (frame != 0) {
		uint32_t owner = f->run->frames[frame].owner;

		if (p->nodes[owner].kind == NODE_BLOCK &&
			p->nodes[owner].arg_count > 0)
			return owner;
		frame = f->run->frames[frame].parent;
	}
	return PLAN_NONE;
}

static uint32_t loop_of_var(const struct flow *f, uint32_t frame,
	struct str name)
{
	const struct plan *p = f->run->plan;

	while (frame != 0) {
		const struct frame *fr = &f->run->frames[frame];
		uint32_t var = p->branches[fr->branch].var;

		if (p->branches[fr->branch].role == ROLE_BODY &&
				var != PLAN_NONE && str_eq(name, plan_text(p, var)))
			return fr->owner;
		frame = fr->parent;
	}
	return PLAN_NONE;
}

struct str flow_first_word(struct str *field)
{
	struct str word = *field;
	const char *dot = field->n ? memchr(field->p, '.', field->n) : NULL;

	if (!dot) {
		field->p += field->n;
		field->n = 0;
		return word;
	}
	word.n = (size_t)(dot - field->p);
	field->p += word.n + 1;
	field->n -= word.n + 1;
	return word;
}

/* The step called so: in the bodies around `node`, nearest first, else
 * anywhere below. */
static uint32_t step_called(const struct plan *p, uint32_t node,
	struct str name)
{
	uint32_t body = p->nodes[node].body;

	for (;;) {
		const struct plan_body *b = &p->bodies[body];

		for (uint32_t i = b->first; i < b->first + b->count; i++)
			if (str_eq(name, plan_text(p, p->nodes[i].name)))
				return i;
		if (b->owner == PLAN_NONE)
			return plan_find(p, name);
		body = p->nodes[b->owner].body;
	}
}

static int is_below(const struct plan *p, uint32_t node, uint32_t owner)
{
	while (node != PLAN_NONE && node != owner)
		node = p->bodies[p->nodes[node].body].owner;
	return node == owner;
}

/* Seen from a while's own condition its steps are those of the last round;
 * PLAN_NONE before the first. */
static uint32_t last_round(const struct flow *f, struct place at)
{
	uint32_t *ids = NULL, last = PLAN_NONE;
	size_t n = flow_frames(f->run, at, ROLE_BODY, &ids);

	if (n > 0)
		last = ids[n - 1];
	free(ids);
	return last;
}

static int step_value(const struct flow *f, struct place at,
	struct flow_name name, struct value *out, struct buf *scratch,
	struct err *err)
{
	const struct plan *p = f->run->plan;
	struct flow_want want = {REF_STEP, step_called(p, at.node, name.root),
		name.field.n ? name.field : str_of("ok")};
	int rc = 0;

	if (want.node == PLAN_NONE)
		return 0;
	if (p->nodes[at.node].kind == NODE_WHILE && want.node != at.node &&
		is_below(p, want.node, at.node))
		at.frame = last_round(f, at);
	if (at.frame != PLAN_NONE)
		rc = flow_value(f, at, &want, out, scratch, err);
	if (rc != 0)
		return rc;
	memset(out, 0, sizeof(*out)); /* known, but nothing there: nil */
	return 1;
}

int flow_fact(const struct flow *f, struct str name, struct value *out,
	struct buf *scratch)
{
	struct str known = name, path = {"", 0}, object, value;

	for (;;) {
		if (run_fact_last(f->run, known, &object) &&
				jspan_value(object, &object) == 0 &&
				jspan_find(object, path, &value)) {
			fact_value(value, out, scratch);
			return 1;
		}
		while (known.n && known.p[known.n - 1] != '.')
			known.n--;
		if (!known.n)
			return 0;
		known.n--;
		path = (struct str){known.p + known.n + 1,
			name.n - known.n - 1};
	}
}

int flow_get(const struct flow *f, struct place at, struct flow_name name,
	struct value *out, struct buf *scratch, struct err *err)
{
	struct flow_want want = {REF_ITEM, loop_of_var(f, at.frame, name.root),
		name.field};
	int rc;

	if (want.node != PLAN_NONE)
		return flow_value(f, at, &want, out, scratch, err);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (!str_eq(name.root, roots[i].name))
			continue;
		want.root = roots[i].root;
		if (want.root == REF_ARGS)
			want.node = args_block(f, at.frame);
		rc = flow_value(f, at, &want, out, scratch, err);
		if (rc == 0) {
			memset(out, 0, sizeof(*out));
			rc = 1;
		}
		return rc;
	}
	if (str_eq(name.root, "steps"))
		name.root = flow_first_word(&name.field);
	return step_value(f, at, name, out, scratch, err);
}

void flow_ref_name(const struct plan *p, const struct plan_ref *ref,
	struct buf *out)
{
	static const char *const names[REF_ROOTS] = {
		"", "prev", "item", "index", "args", "vars", "env", "run",
		"session", "facts"};
	const char *field = plan_text(p, ref->field);

	buf_str(out, "${");
	if (ref->root == REF_STEP)
		buf_str(out, plan_text(p, p->nodes[ref->node].name));
	else if (ref->root < REF_ROOTS)
		buf_str(out, names[ref->root]);
	if (field[0])
		buf_printf(out, ".%s", field);
	buf_char(out, '}');
}
