/*
 * The frozen plan: its memory, its texts and how names are found in it.
 * Invariant: plan, arrays and strings are one allocation, written before the
 * first holder sees it. Nothing here may change a plan that is shared,
 * except for the count of its holders.
 */
#include "engine/core/plan.h"

#include <assert.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/plan_make.h"

const char *plan_text(const struct plan *p, uint32_t at)
{
	if (at == PLAN_NONE)
		return "";
	assert(at < p->text_size);
	return p->text + at;
}

int plan_is_text(const struct plan *p, uint32_t at)
{
	if (at == PLAN_NONE)
		return 1;
	return at < p->text_size && (at == 0 || p->text[at - 1] == '\0');
}

struct plan *plan_hold(struct plan *p)
{
	p->refs_held++;
	assert(p->refs_held != 0);
	return p;
}

void plan_drop(struct plan *p)
{
	if (!p)
		return;
	assert(p->refs_held > 0);
	if (--p->refs_held == 0)
		mem_free(p->block);
}

/* Reserves room for count elements behind *at. */
static size_t carve(size_t *at, uint32_t count, size_t size)
{
	size_t mine = *at;

	*at += (size_t)count * size;
	assert(*at >= mine);
	return mine;
}

struct plan *plan_new(const struct plan *want)
{
	size_t at = (sizeof(*want) + 7) & ~(size_t)7;
	size_t policies = carve(&at, want->policy_count,
		sizeof(*want->policies));
	size_t nodes = carve(&at, want->node_count, sizeof(*want->nodes));
	size_t bodies = carve(&at, want->body_count, sizeof(*want->bodies));
	size_t branches = carve(&at, want->branch_count,
		sizeof(*want->branches));
	size_t edges = carve(&at, want->edge_count, sizeof(*want->edges));
	size_t demands = carve(&at, want->demand_count,
		sizeof(*want->demands));
	size_t args = carve(&at, want->arg_count, sizeof(*want->args));
	size_t parts = carve(&at, want->part_count, sizeof(*want->parts));
	size_t refs = carve(&at, want->ref_count, sizeof(*want->refs));
	size_t text = carve(&at, want->text_size, 1);
	char *block = mem_alloc(at);
	struct plan *p = (struct plan *)(void *)block;

	*p = *want;
	p->policies = (void *)(block + policies);
	p->nodes = (void *)(block + nodes);
	p->bodies = (void *)(block + bodies);
	p->branches = (void *)(block + branches);
	p->edges = (void *)(block + edges);
	p->demands = (void *)(block + demands);
	p->args = (void *)(block + args);
	p->parts = (void *)(block + parts);
	p->refs = (void *)(block + refs);
	p->text = block + text;
	p->refs_held = 1;
	p->block = block;
	return p;
}

uint32_t plan_depth(const struct plan *p, uint32_t body)
{
	uint32_t depth = 0;

	while (p->bodies[body].owner != PLAN_NONE) {
		body = p->nodes[p->bodies[body].owner].body;
		depth++;
	}
	return depth;
}

uint32_t plan_find(const struct plan *p, struct str name)
{
	uint32_t i, depth, best = PLAN_NONE, best_depth = UINT32_MAX;

	for (i = 0; i < p->node_count && best_depth > 0; i++) {
		if (!str_eq(name, plan_text(p, p->nodes[i].name)))
			continue;
		depth = plan_depth(p, p->nodes[i].body);
		if (depth < best_depth) {
			best = i;
			best_depth = depth;
		}
	}
	return best;
}

uint32_t plan_branch_of(const struct plan *p, uint32_t node,
	enum branch_role role)
{
	const struct plan_node *n = &p->nodes[node];
	uint32_t i;

	for (i = n->branch; i < n->branch + n->branch_count; i++)
		if (p->branches[i].role == (uint32_t)role)
			return i;
	return PLAN_NONE;
}

int plan_role_serves(uint32_t role)
{
	return role == ROLE_UNDO || role == ROLE_VERIFY || role == ROLE_FACT;
}

const char *plan_branch_word(const struct plan_node *n,
	const struct plan_branch *b)
{
	switch ((enum branch_role)b->role) {
	case ROLE_FALLBACK: return "fallback";
	case ROLE_UNDO: return "undo";
	case ROLE_VERIFY: return "verify";
	case ROLE_FACT: return "fact";
	case ROLE_BODY: case ROLE_KINDS: break;
	}
	switch ((enum node_kind)n->kind) {
	case NODE_IF: return b->expr == PLAN_NONE ? "else" : "when";
	case NODE_CHOOSE: return "or";
	case NODE_FOR: case NODE_MAP: return "each";
	case NODE_WHILE: return "while";
	case NODE_STEP: case NODE_CALL: case NODE_BLOCK: case NODE_JOIN:
	case NODE_STAGE: case NODE_KINDS: break;
	}
	return "do";
}

const char *plan_field(const struct plan *p, uint32_t node,
	const char *name)
{
	const struct plan_node *n = &p->nodes[node];
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count; i++)
		if (p->args[i].role == ARG_FIELD && p->args[i].part_count &&
		    strcmp(plan_text(p, p->args[i].name), name) == 0)
			return plan_text(p, p->parts[p->args[i].part].text);
	return NULL;
}

int node_is_leaf(const struct plan_node *n)
{
	return n->kind == NODE_STEP || n->kind == NODE_CALL;
}

void plan_fill_succ(struct plan *p)
{
	uint32_t half = p->edge_count / 2, i, k, at = half;
	uint32_t *next = mem_zero(p->node_count * sizeof(*next));
	struct plan_node *n;

	for (i = 0; i < half; i++)
		next[p->edges[i]]++;
	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		n->succ = at;
		n->succ_count = next[i];
		next[i] = at;
		at += n->succ_count;
	}
	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		for (k = n->need; k < n->need + n->need_count; k++)
			p->edges[next[p->edges[k]]++] = i;
	}
	mem_free(next);
}
