/*
 * `swarm:` blocks: agents as steps of the kind `agent` inside one labelled
 * block that carries goal, topology and coordination as notes. The topology
 * gives the order in which agents first speak; how they talk is the
 * executor's business.
 */
#include "engine/base/text.h"
#include "engine/front/yaml_build.h"
#include "engine/front/yaml_team.h"

enum topology { HIERARCHICAL, MESH, PIPELINE, STAR };

static void set_agent(struct front_ctx *c, uint32_t node)
{
	const struct vocab *vocab = c->env->vocab;
	struct plan_node *n = build_at(c->build, node);
	int kind = vocab_find(vocab, "agent", 5);

	n->exec = build_text(c->build, str_of("agent"));
	n->lane = LANE_NET;
	n->effect = EFFECT_ONCE;
	c->nodes[node].is_step = 1;
	if (kind < 0)
		return;
	n->lane = vocab->kinds[kind]->lane;
	n->effect = vocab->kinds[kind]->effect;
	c->nodes[node].kind = vocab->kinds[kind];
}

/* Every item of `list` must be a slash command. */
static int check_commands(const struct ytree *t, uint32_t list)
{
	struct str name, rest;
	uint32_t i = yread_first(t, list);
	int rc = 0;

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		if (yaml_command(t, i, &name, &rest))
			rc = -1;
		else if (!front_knows(t->c->env, name))
			rc = yread_error(t, i, "E111",
				suggest(t->c, name, t->c->env->commands),
				"unknown command '/%.*s'",
				(int)(name.n < 60 ? name.n : 60), name.p);
	}
	return rc;
}

static void agent_keys(const struct ytree *t, struct spot s, uint32_t node,
	const uint32_t *v)
{
	static const uint8_t fields[] = { AGENT_ROLE, AGENT_CAPABILITIES,
		AGENT_TOOLS, AGENT_RUN, AGENT_LUA, AGENT_SUBSCRIBES,
		AGENT_BUDGET };
	static const uint8_t words[] = { AGENT_MODEL, AGENT_PRIORITY,
		AGENT_TIMEOUT, AGENT_RETRY };
	const struct ykey *keys = ykeys_agent.keys;
	struct annot a;
	size_t i;

	for (i = 0; i < sizeof(fields); i++)
		yaml_args(t, s, node, ARG_FIELD, keys[fields[i]].name,
			v[fields[i]]);
	annot_begin(t->c, &a, s, node);
	for (i = 0; i < sizeof(words); i++)
		yaml_annot(t, &a, &keys[words[i]], v[words[i]]);
	annot_end(t->c, &a);
}

/* `key` names the agent, its map follows. */
static uint32_t agent(const struct ytree *t, struct spot s, uint32_t key)
{
	struct str name = yread_text(t, key);
	uint32_t v[YREAD_KEYS], node;

	if (!is_name(name)) {
		yread_error(t, key, "E407", "letters, digits, _ and -",
			"'%.*s' cannot be the name of an agent",
			(int)(name.n < 60 ? name.n : 60), name.p);
		return PLAN_NONE;
	}
	if (yread_map(t, key + 1, &ykeys_agent, v))
		return PLAN_NONE;
	if (v[AGENT_RUN] != YNODE_NONE && v[AGENT_LUA] != YNODE_NONE) {
		yread_error(t, v[AGENT_LUA], "E409", "keep one of them",
			"an agent has either 'run' or 'lua'");
		return PLAN_NONE;
	}
	if (check_commands(t, v[AGENT_TOOLS]) ||
	    check_commands(t, v[AGENT_RUN]))
		return PLAN_NONE;
	node = node_new(t->c, s, NODE_STEP, name, t->src, yread_at(t, key)->at);
	if (node == PLAN_NONE)
		return PLAN_NONE;
	set_agent(t->c, node);
	agent_keys(t, s, node, v);
	return node;
}

struct team {
	uint32_t *v;           /* nodes in written order */
	size_t count, cap;
};

/* The first agent, or the one called coordinator, speaks first; one called
 * aggregator speaks last. */
static void connect(struct front_ctx *c, const struct team *t, int topology)
{
	uint32_t hub = t->v[0], last = PLAN_NONE;
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (str_eq(c->nodes[t->v[i]].name, "coordinator"))
			hub = t->v[i];
		if (str_eq(c->nodes[t->v[i]].name, "aggregator"))
			last = t->v[i];
	}
	for (i = 0; i < t->count && topology != MESH; i++) {
		if (topology == PIPELINE) {
			if (i)
				build_edge(c->build, t->v[i - 1], t->v[i]);
			continue;
		}
		if (t->v[i] == hub || t->v[i] == last)
			continue;
		build_edge(c->build, hub, t->v[i]);
		if (last != PLAN_NONE && last != hub)
			build_edge(c->build, t->v[i], last);
	}
	if ((topology == HIERARCHICAL || topology == STAR) && t->count == 2 &&
	    last != PLAN_NONE && last != hub)
		build_edge(c->build, hub, last);
}

static void agents(const struct ytree *t, struct spot s, uint32_t map,
	int topology)
{
	struct team team = { 0 };
	uint32_t i, node, k = map + 1;

	for (i = 0; i < yread_at(t, map)->count; i++) {
		node = agent(t, s, k);
		if (node != PLAN_NONE) {
			team.v = mem_more(team.v, team.count, &team.cap,
				sizeof(*team.v));
			team.v[team.count++] = node;
		}
		k = yread_at(t, k + 1)->next;
	}
	if (team.count)
		connect(t->c, &team, topology);
	mem_free(team.v);
}

static int coordination(const struct ytree *t, struct spot s, uint32_t node,
	uint32_t map)
{
	uint32_t v[YREAD_KEYS];
	size_t i;
	int rc;

	if (map == YNODE_NONE)
		return 0;
	rc = yread_map(t, map, &ykeys_coordination, v);
	for (i = 0; i < ykeys_coordination.count; i++)
		yaml_args(t, s, node, ARG_NOTE,
			ykeys_coordination.keys[i].name, v[i]);
	return rc;
}

static int execution(const struct ytree *t, struct spot s, uint32_t node,
	uint32_t map)
{
	struct ykey limit = { "limit", YKEY_SIZE, 0, NULL, "" };
	uint32_t v[YREAD_KEYS];
	struct annot a;
	int rc;

	if (map == YNODE_NONE)
		return 0;
	rc = yread_map(t, map, &ykeys_execution, v);
	annot_begin(t->c, &a, s, node);
	yaml_annot(t, &a, &limit, v[EXEC_LIMIT]);
	yaml_annot(t, &a, &ykeys_execution.keys[EXEC_TIMEOUT],
		v[EXEC_TIMEOUT]);
	annot_end(t->c, &a);
	yaml_args(t, s, node, ARG_NOTE, "retry_strategy", v[EXEC_RETRY]);
	return rc;
}

int yaml_swarm(const struct ytree *t, struct spot s, uint32_t node)
{
	static const uint8_t notes[] = { SWARM_TOPOLOGY, SWARM_GOAL,
		SWARM_DECISION, SWARM_QUORUM, SWARM_ROUNDS, SWARM_BUDGET };
	struct str none = { NULL, 0 };
	uint32_t v[YREAD_KEYS], owner;
	struct spot in;
	size_t i;
	int rc = yread_map(t, node, &ykeys_swarm, v);

	if (v[SWARM_AGENTS] == YNODE_NONE)
		return rc;
	if (!yread_at(t, v[SWARM_AGENTS])->count)
		return yread_error(t, v[SWARM_AGENTS], "E408", NULL,
			"'agents' holds no agent");
	owner = node_new(t->c, s, NODE_BLOCK, none, t->src,
		yread_at(t, node)->at);
	if (owner == PLAN_NONE)
		return -1;
	t->c->nodes[owner].base = str_of("swarm");
	for (i = 0; i < sizeof(notes); i++)
		yaml_args(t, s, owner, ARG_NOTE,
			ykeys_swarm.keys[notes[i]].name, v[notes[i]]);
	rc |= coordination(t, s, owner, v[SWARM_COORDINATION]);
	rc |= execution(t, s, owner, v[SWARM_EXECUTION]);
	in = body_open(t->c, s, owner, ROLE_BODY, NULL, 0);
	if (yaml_deeper(t, in, node))
		agents(t, space_open(t->c, in, owner, NULL), v[SWARM_AGENTS],
			yread_choice(t, v[SWARM_TOPOLOGY],
			&ykeys_swarm.keys[SWARM_TOPOLOGY], HIERARCHICAL));
	return rc;
}
