/*
 * `flow:` blocks: condition blocks in order; their branches are lists of
 * steps and further condition blocks. Each block is one NODE_IF with a body
 * per branch.
 */
#include "engine/front/yaml_build.h"

static void items(const struct ytree *t, struct spot s, uint32_t list);

static void branch(const struct ytree *t, struct spot s, uint32_t owner,
	uint32_t list, struct str expr)
{
	struct branch_text text = { .expr = expr };
	struct spot in;

	if (list == YNODE_NONE)
		return;
	in = body_open(t->c, s, owner, ROLE_BODY, &text, 1);
	if (yaml_deeper(t, in, list))
		items(t, in, list);
}

static uint32_t block(const struct ytree *t, struct spot s, uint32_t item)
{
	struct str none = { NULL, 0 };
	uint32_t v[YREAD_KEYS], node;
	const struct src *cond;

	if (yread_map(t, item, &ykeys_condition, v) &&
	    (v[COND_IF] == YNODE_NONE || v[COND_THEN] == YNODE_NONE)) {
		t->c->vague = 1;
		return PLAN_NONE;
	}
	if (!yread_at(t, v[COND_THEN])->count) {
		yread_error(t, v[COND_THEN], "E408", NULL,
			"'then' holds no step");
		return PLAN_NONE;
	}
	node = node_new(t->c, s, NODE_IF, none, t->src, yread_at(t, item)->at);
	if (node == PLAN_NONE)
		return PLAN_NONE;
	cond = ynode_src(t, yread_at(t, v[COND_IF]));
	cond_compile(t->c, s, node, cond);
	branch(t, s, node, v[COND_THEN], cond->text);
	branch(t, s, node, v[COND_ELSE], none);
	return node;
}

/* A block has branches; anything else is a step (which may have an `if`). */
static int is_block(const struct ytree *t, uint32_t item)
{
	const struct ynode *n = yread_at(t, item);
	uint32_t i, k = item + 1;
	int then = 0, command = 0, cond = 0;
	struct str key;

	if (n->kind != YNODE_MAP)
		return 0;
	for (i = 0; i < n->count; i++) {
		key = yread_text(t, k);
		then |= str_eq(key, "then") || str_eq(key, "else");
		command |= str_eq(key, "command");
		cond |= str_eq(key, "if");
		k = yread_at(t, k + 1)->next;
	}
	if (then && command)
		return yread_error(t, item, "E409",
			"make the step an item of its own",
			"a condition block has no 'command'");
	return then || (cond && !command);
}

static void items(const struct ytree *t, struct spot s, uint32_t list)
{
	uint32_t i = yread_first(t, list), node, last = PLAN_NONE;
	int depends, kind;

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		depends = 0;
		kind = is_block(t, i);
		if (kind < 0) {
			t->c->vague = 1;
			continue;
		}
		node = kind ? block(t, s, i) : yaml_step(t, s, i, &depends);
		if (node == PLAN_NONE)
			continue;
		if (last != PLAN_NONE && !depends)
			arrow_add(t->c, last, node);
		last = node;
	}
}

int yaml_flow(const struct ytree *t, struct spot s, uint32_t node)
{
	uint32_t v[YREAD_KEYS];
	int rc = yread_map(t, node, &ykeys_flow, v);

	rc |= yaml_of_run(t, v[FLOW_ADAPTIVE], "adaptive");
	t->c->flags->adaptive |= (uint8_t)yread_bool(t, v[FLOW_ADAPTIVE], 0);
	t->c->flags->no_learning |= !yread_bool(t, v[FLOW_LEARNING], 1);
	if (v[FLOW_CONDITIONS] == YNODE_NONE)
		return rc;
	if (!yread_at(t, v[FLOW_CONDITIONS])->count)
		return yread_error(t, v[FLOW_CONDITIONS], "E408", NULL,
			"'conditions' holds no block");
	items(t, order_open(t->c, s, 1), v[FLOW_CONDITIONS]);
	return rc;
}
