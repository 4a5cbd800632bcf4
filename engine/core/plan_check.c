/*
 * What must hold of a plan beyond its format: everything that refers points
 * at something, composites have the bodies their kind needs, bodies form a
 * tree, needs form no cycle. The scheduler relies on it and checks nothing
 * again. Linear in the plan, except for the bounded search of plan_refs.c.
 */
#include "engine/core/plan_make.h"

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/core/vocab.h"

enum {
	NODE_FLAGS = NODE_IGNORE | NODE_CACHE | NODE_TTY | NODE_QUIET |
		NODE_NO_INPUT | NODE_SHADOW | NODE_AFTER,
	PLAN_FLAGS = PLAN_FAIL_FAST | PLAN_SAVE_STATE | PLAN_PARALLEL |
		PLAN_ADAPTIVE | PLAN_LEARNING | PLAN_BACKGROUND,
	CYCLE_SHOWN = 8 /* steps named in a message */
};

static int nodes_in_range(const struct plan *p)
{
	const struct plan_node *n;
	uint32_t i;

	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		if (n->kind >= NODE_KINDS || (n->flags & ~NODE_FLAGS) ||
				n->lane >= LANE_COUNT ||
				n->effect < EFFECT_PURE ||
				n->effect > EFFECT_ONCE ||
				n->policy >= p->policy_count ||
				n->fed > n->need_count ||
				!(n->flags & NODE_AFTER) !=
				(n->fed == n->need_count) ||
				n->name == PLAN_NONE ||
				!plan_is_text(p, n->name) ||
				!plan_is_text(p, n->exec) ||
				!plan_is_text(p, n->cond))
			return 0;
	}
	return 1;
}

static int tree_in_range(const struct plan *p)
{
	uint32_t i, owner;

	for (i = 0; i < p->body_count; i++) {
		owner = p->bodies[i].owner;
		if (i == 0 ? owner != PLAN_NONE : owner >= p->node_count ||
				p->nodes[owner].body >= i)
			return 0;
	}
	for (i = 0; i < p->branch_count; i++)
		if (p->branches[i].body >= p->body_count ||
				p->branches[i].role >= ROLE_KINDS ||
				!plan_is_text(p, p->branches[i].expr) ||
				!plan_is_text(p, p->branches[i].var))
			return 0;
	return p->body_count > 0;
}

static int edges_in_range(const struct plan *p)
{
	const struct plan_node *n;
	const struct plan_body *b;
	uint32_t i, k;

	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		b = &p->bodies[n->body];
		for (k = n->need; k < n->need + n->need_count; k++)
			if (p->edges[k] - b->first >= b->count)
				return 0;
	}
	return 1;
}

static int policies_in_range(const struct plan *p)
{
	const struct plan_policy *q;
	uint32_t i;

	for (i = 0; i < p->policy_count; i++) {
		q = &p->policies[i];
		if (!plan_is_text(p, q->pool) || q->priority > 5 ||
				q->timeout_ms < 0 || q->cache_ms < 0)
			return 0;
	}
	for (i = 0; i < p->demand_count; i++)
		if (p->demands[i].pool == PLAN_NONE ||
				!plan_is_text(p, p->demands[i].pool))
			return 0;
	return p->policy_count > 0;
}

static int ref_in_range(const struct plan *p, const struct plan_ref *r)
{
	if (r->root >= REF_ROOTS || r->spread > 1)
		return 0;
	if (r->node == PLAN_NONE ? r->root == REF_STEP :
			r->node >= p->node_count)
		return 0;
	return plan_is_text(p, r->field) && plan_is_text(p, r->fallback);
}

static int args_in_range(const struct plan *p)
{
	const struct plan_part *part;
	uint32_t i;

	for (i = 0; i < p->arg_count; i++)
		if (p->args[i].role > ARG_NOTE ||
				!plan_is_text(p, p->args[i].name))
			return 0;
	for (i = 0; i < p->part_count; i++) {
		part = &p->parts[i];
		if (part->ref != PLAN_NONE ? part->ref >= p->ref_count :
				!plan_is_text(p, part->text))
			return 0;
	}
	for (i = 0; i < p->ref_count; i++)
		if (!ref_in_range(p, &p->refs[i]))
			return 0;
	return 1;
}

int plan_in_range(const struct plan *p)
{
	return p->text_size > 0 && p->text[p->text_size - 1] == '\0' &&
		plan_is_text(p, p->command) && plan_is_text(p, p->source) &&
		p->strategy < STRATEGY_KINDS && !(p->flags & ~PLAN_FLAGS) &&
		p->timeout_ms >= 0 && nodes_in_range(p) && tree_in_range(p) &&
		edges_in_range(p) && policies_in_range(p) && args_in_range(p);
}

static const char *name_of(const struct plan *p, uint32_t node)
{
	return plan_text(p, p->nodes[node].name);
}

/* Fewest and most ROLE_BODY branches of each kind. */
static const struct { uint32_t least, most; } bodies_of[NODE_KINDS] = {
	[NODE_BLOCK] = { 1, 1 }, [NODE_IF] = { 1, UINT32_MAX },
	[NODE_CHOOSE] = { 1, UINT32_MAX }, [NODE_FOR] = { 1, 1 },
	[NODE_WHILE] = { 1, 1 }, [NODE_MAP] = { 1, 1 }
};

static int check_branches(const struct plan *p, uint32_t node,
	uint32_t count[ROLE_KINDS], struct err *err)
{
	const struct plan_node *n = &p->nodes[node];
	const struct plan_branch *b;
	uint32_t i;
	int closed = 0;

	for (i = 0; i < n->branch_count; i++) {
		b = &p->branches[n->branch + i];
		if (p->bodies[b->body].owner != node)
			return err_set(err, ERR_PLAN, "'%s' has a branch that "
				"is not its own", name_of(p, node));
		if (p->bodies[b->body].count == 0)
			return err_set(err, ERR_PLAN,
				"a branch of '%s' has no step",
				name_of(p, node));
		count[b->role]++;
		if (b->role != ROLE_BODY)
			continue;
		if (closed)
			return err_set(err, ERR_PLAN, "'%s' has a branch "
				"after its else", name_of(p, node));
		closed = n->kind == NODE_IF && b->expr == PLAN_NONE;
		if (b->expr == PLAN_NONE && (n->kind == NODE_FOR ||
				n->kind == NODE_WHILE))
			return err_set(err, ERR_PLAN,
				"the loop '%s' has no expression",
				name_of(p, node));
	}
	return 0;
}

static int check_node(const struct plan *p, uint32_t node, struct err *err)
{
	const struct plan_node *n = &p->nodes[node];
	uint32_t role, count[ROLE_KINDS] = { 0 };

	if (n->kind == NODE_STEP && n->exec == PLAN_NONE)
		return err_set(err, ERR_PLAN, "'%s' does nothing",
			name_of(p, node));
	if (check_branches(p, node, count, err) < 0)
		return -1;
	if (count[ROLE_BODY] < bodies_of[n->kind].least ||
			count[ROLE_BODY] > bodies_of[n->kind].most)
		return err_set(err, ERR_PLAN, "'%s' has %u branches",
			name_of(p, node), count[ROLE_BODY]);
	for (role = ROLE_FALLBACK; role <= ROLE_VERIFY; role++)
		if (count[role] > 1)
			return err_set(err, ERR_PLAN, "'%s' has %u bodies of "
				"one role", name_of(p, node), count[role]);
	return 0;
}

/* Every body but the first has one branch; owners are checked per node. */
static int check_tree(const struct plan *p, uint32_t *node, struct err *err)
{
	uint32_t *depth = mem_zero(p->body_count * sizeof(*depth)), i, owner;
	int rc = 0;

	*node = PLAN_NONE;
	if (p->bodies[0].count == 0)
		rc = err_set(err, ERR_PLAN, "the workflow has no step");
	for (i = 0; i < p->branch_count && rc == 0; i++)
		if (depth[p->branches[i].body]++)
			rc = err_set(err, ERR_PLAN, "a body has two owners");
	if (rc == 0 && p->branch_count != p->body_count - 1)
		rc = err_set(err, ERR_PLAN, "a body has no owner");
	depth[0] = 0;
	for (i = 1; i < p->body_count && rc == 0; i++) {
		owner = p->bodies[i].owner;
		depth[i] = depth[p->nodes[owner].body] + 1;
		if (depth[i] <= LIMIT_FRAME_DEPTH)
			continue;
		*node = owner;
		rc = err_set(err, ERR_LIMIT, "'%s' is nested deeper than %d",
			name_of(p, owner), LIMIT_FRAME_DEPTH);
	}
	mem_free(depth);
	return rc;
}

uint32_t plan_rank(const struct plan *p, uint32_t *rank)
{
	uint32_t *left = mem_alloc(p->node_count * sizeof(*left));
	uint32_t *queue = mem_alloc(p->node_count * sizeof(*queue));
	uint32_t i, k, head, tail = 0, next;
	const struct plan_node *n;

	for (i = 0; i < p->node_count; i++) {
		rank[i] = PLAN_NONE;
		left[i] = p->nodes[i].need_count;
		if (!left[i])
			queue[tail++] = i;
	}
	for (head = 0; head < tail; head++) {
		n = &p->nodes[queue[head]];
		rank[queue[head]] = head;
		for (k = n->succ; k < n->succ + n->succ_count; k++) {
			next = p->edges[k];
			if (--left[next] == 0)
				queue[tail++] = next;
		}
	}
	mem_free(left);
	mem_free(queue);
	return tail;
}

/* The first need of a node that has no rank either: there is one. */
static uint32_t stuck_need(const struct plan *p, const uint32_t *rank,
	uint32_t node)
{
	const struct plan_node *n = &p->nodes[node];
	uint32_t k = n->need;

	while (rank[p->edges[k]] != PLAN_NONE)
		k++;
	return p->edges[k];
}

/*
 * Walks against the arrows from any stuck node: after as many steps as there
 * are nodes it is on a cycle. Returns the earliest written node of it, and
 * its length. Destroys nothing.
 */
static uint32_t find_cycle(const struct plan *p, const uint32_t *rank,
	uint32_t *length)
{
	uint32_t at = 0, i, first, start;

	while (rank[at] != PLAN_NONE)
		at++;
	for (i = 0; i < p->node_count; i++)
		at = stuck_need(p, rank, at);
	first = start = at;
	*length = 0;
	do {
		at = stuck_need(p, rank, at);
		first = at < first ? at : first;
		++*length;
	} while (at != start);
	return first;
}

/* Names are met from last to first: "a -> b -> a" is put together from its
 * end. Of a long cycle only the first and last steps are named. */
static int say_cycle(const struct plan *p, const uint32_t *rank,
	uint32_t *node, struct err *err)
{
	uint32_t length, at, i, shown[CYCLE_SHOWN], count = 0;
	uint32_t first = find_cycle(p, rank, &length);
	struct buf text;
	int rc;

	buf_init(&text);
	for (i = length, at = first; i-- > 0;) {
		at = stuck_need(p, rank, at);
		if (i < CYCLE_SHOWN / 2 || i >= length - CYCLE_SHOWN / 2)
			shown[count++] = at;
	}
	while (count > 0) {
		buf_str(&text, name_of(p, shown[--count]));
		buf_str(&text, " -> ");
		if (length > CYCLE_SHOWN && count == CYCLE_SHOWN / 2)
			buf_str(&text, "... -> ");
	}
	buf_str(&text, name_of(p, first));
	*node = first;
	rc = err_set(err, ERR_PLAN, "steps wait for each other: %s",
		text.data);
	buf_release(&text);
	return rc;
}

static int check_cycles(const struct plan *p, uint32_t *node, struct err *err)
{
	uint32_t *rank = mem_alloc(p->node_count * sizeof(*rank));
	int rc = 0;

	if (plan_rank(p, rank) != p->node_count)
		rc = say_cycle(p, rank, node, err);
	mem_free(rank);
	return rc;
}

int plan_check(const struct plan *p, uint32_t *node, struct err *err)
{
	uint32_t i;

	if (check_tree(p, node, err) < 0)
		return -1;
	for (i = 0; i < p->node_count; i++) {
		if (check_node(p, i, err) == 0)
			continue;
		*node = i;
		return -1;
	}
	return check_cycles(p, node, err);
}
