/*
 * `chain:` blocks: a list of steps and the options of the run. Written order
 * is an arrow from each step to the next unless the step says `depends_on`.
 */
#include "engine/front/yaml_build.h"

int yaml_is_top(struct spot s)
{
	return s.body == 0;
}

int yaml_of_run(const struct ytree *t, uint32_t value, const char *key)
{
	if (!t->c->part || value == YNODE_NONE || !yread_bool(t, value, 1))
		return 0;
	return yread_error(t, value, "E225", "give it to the workflow that "
		"has the step, and take it out of this file", "'%s: %.*s' is "
		"for a run of its own, not for a step", key,
		(int)yread_text(t, value).n, yread_text(t, value).p);
}

/* Of the run; of a stored workflow that is a step, its own. */
static int options(const struct ytree *t, struct spot s, const uint32_t *v)
{
	struct front_flags *f = t->c->flags;
	static const uint8_t whole[] = { OPT_SAVE, OPT_STRATEGY,
		OPT_FAIL_FAST };
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(whole); i++)
		rc |= yaml_of_run(t, v[whole[i]],
			ykeys_options.keys[whole[i]].name);
	f->save_state |= (uint8_t)yread_bool(t, v[OPT_SAVE], 0);
	f->parallel |= (uint8_t)yread_bool(t, v[OPT_PARALLEL], 0);
	f->fail_fast |= (uint8_t)yread_bool(t, v[OPT_FAIL_FAST], 0);
	if (f->strategy < 0)
		f->strategy = (int8_t)yread_choice(t, v[OPT_STRATEGY],
			&ykeys_options.keys[OPT_STRATEGY], -1);
	if (!f->limit)
		f->limit = (uint32_t)yread_number(t, v[OPT_LIMIT], 0);
	if (!f->timeout_ms)
		f->timeout_ms = yread_ms(t, v[OPT_TIMEOUT], 0);
	t->c->spaces[s.space].parallel = f->parallel;
	return rc;
}

/* Whether a step names its predecessors: then written order says nothing
 * about the list as a whole. */
static int is_series(const struct ytree *t, uint32_t list)
{
	uint32_t i = yread_first(t, list), k, at;

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		if (yread_at(t, i)->kind != YNODE_MAP)
			continue;
		for (at = 0, k = i + 1; at < yread_at(t, i)->count; at++) {
			if (str_eq(yread_text(t, k), "depends_on"))
				return 0;
			k = yread_at(t, k + 1)->next;
		}
	}
	return 1;
}

static void steps(const struct ytree *t, struct spot s, uint32_t list)
{
	struct spot in = order_open(t->c, s, is_series(t, list));
	uint32_t i = yread_first(t, list), node, last = PLAN_NONE;
	int depends;

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		node = yaml_step(t, in, i, &depends);
		if (node == PLAN_NONE)
			continue;
		if (last != PLAN_NONE && !depends)
			arrow_add(t->c, last, node);
		last = node;
	}
}

int yaml_chain(const struct ytree *t, struct spot s, uint32_t node)
{
	uint32_t v[YREAD_KEYS], o[YREAD_KEYS];
	int rc = yread_map(t, node, &ykeys_chain, v);

	if (v[CHAIN_OPTIONS] != YNODE_NONE) {
		rc |= yread_map(t, v[CHAIN_OPTIONS], &ykeys_options, o);
		rc |= options(t, s, o);
	}
	if (v[CHAIN_STEPS] == YNODE_NONE)
		return rc;
	if (!yread_at(t, v[CHAIN_STEPS])->count)
		return yread_error(t, v[CHAIN_STEPS], "E408", NULL,
			"'steps' holds no step");
	steps(t, s, v[CHAIN_STEPS]);
	return rc;
}
