/*
 * The plan part of scripted worlds: words to builder calls.
 */
#include "tests/sim/script_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/core/vocab.h"

static int one_of(const char *word, const char *const *names)
{
	int i;

	for (i = 0; names[i]; i++)
		if (strcmp(word, names[i]) == 0)
			return i;
	return -1;
}

static uint32_t text(struct script *s, const char *word)
{
	return build_text(s->b, str_of(word));
}

static const char *const lanes[] = { "process", "inline", "worker", "net",
	"wait", NULL };
static const char *const effects[] = { "", "pure", "idempotent", "once",
	NULL };
static const char *const kinds[] = { "step", "call", "block", "if", "choose",
	"for", "while", "map", "join", "stage", NULL };
static const char *const roles[] = { "body", "fallback", "undo", "verify",
	NULL };
static const char *const strategies[] = { "stop", "continue", "ignore",
	"rollback", NULL };

static uint32_t node_called(struct script *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->named; i++)
		if (strcmp(s->names[i], name) == 0)
			return i;
	script_wrong(s, "no node", name);
	return 0;
}

static void add_needs(struct script *s, uint32_t node, char *list)
{
	char *name, *rest = list;

	while ((name = strsep(&rest, ",")))
		build_edge(s->b, node_called(s, name), node);
}

static void add_uses(struct script *s, struct plan_policy *p, char *list)
{
	char *pool, *rest = list;
	uint32_t at;

	while ((pool = strsep(&rest, ","))) {
		char *units = strchr(pool, ':');

		if (units)
			*units++ = '\0';
		at = build_demand(s->b, text(s, pool),
			units ? (uint32_t)strtoul(units, NULL, 10) : 1);
		if (!p->demand_count++)
			p->demand = at;
	}
}

static int node_word(struct script *s, uint32_t node, const char *key,
	char *value)
{
	struct plan_node *n = build_at(s->b, node);

	if (!strcmp(key, "lane"))
		n->lane = (uint8_t)one_of(value, lanes);
	else if (!strcmp(key, "effect"))
		n->effect = (uint8_t)one_of(value, effects);
	else if (!strcmp(key, "ignore"))
		n->flags |= NODE_IGNORE;
	else if (!strcmp(key, "cache"))
		n->flags |= NODE_CACHE;
	else if (!strcmp(key, "cond"))
		n->cond = s->cond;
	else if (!strcmp(key, "needs"))
		add_needs(s, node, value);
	else
		return 0;
	return 1;
}

static int policy_word(struct script *s, struct plan_policy *p,
	const char *key, char *value)
{
	uint32_t n = value ? (uint32_t)strtoul(value, NULL, 10) : 0;

	if (!strcmp(key, "timeout"))
		p->timeout_ms = n;
	else if (!strcmp(key, "retry"))
		p->retry = n;
	else if (!strcmp(key, "delay"))
		p->delay_ms = n;
	else if (!strcmp(key, "limit"))
		p->limit = n;
	else if (!strcmp(key, "max"))
		p->max = n;
	else if (!strcmp(key, "priority"))
		p->priority = n;
	else if (!strcmp(key, "on"))
		p->pool = text(s, value);
	else if (!strcmp(key, "uses"))
		add_uses(s, p, value);
	else
		return 0;
	return 1;
}

static void add_node(struct script *s, int kind, char *rest)
{
	char *name = strsep(&rest, " "), *word;
	struct plan_policy p;
	uint32_t node;

	memset(&p, 0, sizeof(p));
	p.pool = PLAN_NONE;
	s->cond = text(s, "cond");
	node = build_node(s->b, s->bodies[s->depth], (enum node_kind)kind,
		text(s, name));
	s->names[s->named++] = name;
	if (kind == NODE_STEP || kind == NODE_CALL) {
		uint32_t exec = text(s, "bash");

		build_at(s->b, node)->exec = exec;
		build_at(s->b, node)->effect = EFFECT_IDEMPOTENT;
	}
	while ((word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		if (*word && !node_word(s, node, word, value) &&
		    !policy_word(s, &p, word, value))
			script_wrong(s, "what is", word);
	}
	build_policy(s->b, node, &p);
}

static void open_body(struct script *s, int role, char *rest)
{
	char *owner = strsep(&rest, " ");
	uint32_t node = node_called(s, owner);
	uint32_t body = build_body(s->b, node);
	int is_else = rest && !strcmp(rest, "else");

	build_branch(s->b, node, body, (enum branch_role)role,
		is_else || (role != ROLE_BODY) ? PLAN_NONE : text(s, "x"),
		PLAN_NONE);
	s->bodies[++s->depth] = body;
}

static void plan_word(struct script *s, const char *key, const char *value)
{
	uint32_t n = value ? (uint32_t)strtoul(value, NULL, 10) : 0;

	if (!strcmp(key, "strategy"))
		s->options.strategy =
			(enum strategy)one_of(value, strategies);
	else if (!strcmp(key, "fail_fast"))
		s->options.flags |= PLAN_FAIL_FAST;
	else if (!strcmp(key, "limit"))
		s->options.limit = n;
	else if (!strcmp(key, "timeout"))
		s->options.timeout_ms = n;
	else if (!strcmp(key, "slots"))
		s->sim_options.slots = n;
	else if (!strcmp(key, "ahead"))
		s->sim_options.ahead = n;
	else if (!strcmp(key, "commit"))
		s->commit_ms = n;
	else if (!strcmp(key, "held"))
		s->held = 1;
	else
		script_wrong(s, "what is", key);
}

static void plan_line(struct script *s, char *rest)
{
	char *word;

	while ((word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		plan_word(s, word, value);
	}
}

int script_plan_line(struct script *s, const char *verb, char *rest)
{
	int kind = one_of(verb, kinds), role = one_of(verb, roles);

	if (!strcmp(verb, "plan"))
		plan_line(s, rest);
	else if (!strcmp(verb, "end"))
		s->depth--;
	else if (kind >= 0)
		add_node(s, kind, rest);
	else if (role >= 0)
		open_body(s, role, rest);
	else
		return 0;
	return 1;
}
