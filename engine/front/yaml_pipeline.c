/*
 * `pipeline:` blocks: stages in series inside one labelled block that
 * carries what is said about the stream as a whole. Stages are drawn and
 * stored here, and run elsewhere.
 */
#include "engine/front/yaml_build.h"
#include "engine/front/yaml_team.h"

static uint32_t stage(const struct ytree *t, struct spot s, uint32_t item)
{
	struct str none = { NULL, 0 }, command, rest, name;
	uint32_t v[YREAD_KEYS], node;

	if (yread_map(t, item, &ykeys_stage, v))
		return PLAN_NONE;
	if (yaml_command(t, v[STAGE_PROCESSOR], &command, &rest))
		return PLAN_NONE;
	if (!front_knows(t->c->env, command)) {
		yread_error(t, v[STAGE_PROCESSOR], "E111",
			suggest(t->c, command, t->c->env->commands),
			"unknown command '/%.*s'",
			(int)(command.n < 60 ? command.n : 60), command.p);
		return PLAN_NONE;
	}
	name = v[STAGE_NAME] == YNODE_NONE ? none :
		yread_text(t, v[STAGE_NAME]);
	node = node_new(t->c, s, NODE_STAGE, name, t->src,
		yread_at(t, item)->at);
	if (node == PLAN_NONE)
		return PLAN_NONE;
	yaml_args(t, s, node, ARG_FIELD, "processor", v[STAGE_PROCESSOR]);
	yaml_args(t, s, node, ARG_NOTE, "batch_size", v[STAGE_BATCH]);
	yaml_args(t, s, node, ARG_NOTE, "parallelism", v[STAGE_PARALLELISM]);
	return node;
}

/* The values of a map of scalars, as notes under the names of its keys. */
static int notes(const struct ytree *t, struct spot s, uint32_t node,
	const struct ykeys *keys, uint32_t map)
{
	uint32_t v[YREAD_KEYS];
	size_t i;
	int rc;

	if (map == YNODE_NONE)
		return 0;
	rc = yread_map(t, map, keys, v);
	for (i = 0; i < keys->count; i++)
		yaml_args(t, s, node, ARG_NOTE, keys->keys[i].name, v[i]);
	return rc;
}

static void stages(const struct ytree *t, struct spot s, uint32_t list)
{
	uint32_t i = yread_first(t, list), node, last = PLAN_NONE;

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		node = stage(t, s, i);
		if (node == PLAN_NONE)
			continue;
		if (last != PLAN_NONE)
			build_edge(t->c->build, last, node);
		last = node;
	}
}

int yaml_pipeline(const struct ytree *t, struct spot s, uint32_t node)
{
	struct str none = { NULL, 0 };
	uint32_t v[YREAD_KEYS], owner;
	struct spot in;
	int rc = yread_map(t, node, &ykeys_pipeline, v);

	if (v[PIPE_STAGES] == YNODE_NONE)
		return rc;
	if (!yread_at(t, v[PIPE_STAGES])->count)
		return yread_error(t, v[PIPE_STAGES], "E408", NULL,
			"'stages' holds no stage");
	owner = node_new(t->c, s, NODE_BLOCK, none, t->src,
		yread_at(t, node)->at);
	if (owner == PLAN_NONE)
		return -1;
	t->c->nodes[owner].base = str_of("pipeline");
	rc |= notes(t, s, owner, &ykeys_flow_control, v[PIPE_FLOW]);
	rc |= notes(t, s, owner, &ykeys_monitoring, v[PIPE_MONITORING]);
	in = body_open(t->c, s, owner, ROLE_BODY, NULL, 1);
	if (yaml_deeper(t, in, node))
		stages(t, space_open(t->c, in, owner, NULL), v[PIPE_STAGES]);
	return rc;
}
