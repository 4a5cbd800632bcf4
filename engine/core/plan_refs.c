/*
 * May a step refer to that step? Yes when it comes before in written order
 * or is needed, seen from the body that holds both. It reads a plan whose
 * tree and needs have been checked, and bounds its own search: what it could
 * not prove wrong in time passes, and then fails when the run gets there.
 */
#include "engine/core/plan_make.h"

#include "engine/base/mem.h"

enum { SEARCH_MAX = 1 << 24 }; /* edges looked at, all in all */

struct seeing {
	const struct plan *p;
	uint32_t *order;       /* of nodes: written order, outer before inner */
	uint32_t *role;        /* of bodies */
	uint32_t *depth;       /* of bodies */
	uint32_t *mark;        /* nodes that `from` needs have from + 1 */
	uint32_t *stack;
	uint32_t from;
	uint32_t work;
};

/* The depth of the tree is bounded, so that this recursion is too. */
static uint32_t write_order(struct seeing *s, uint32_t body, uint32_t at)
{
	const struct plan_body *b = &s->p->bodies[body];
	const struct plan_node *n;
	uint32_t i, k;

	for (i = b->first; i < b->first + b->count; i++) {
		n = &s->p->nodes[i];
		s->order[i] = at++;
		for (k = n->branch; k < n->branch + n->branch_count; k++)
			at = write_order(s, s->p->branches[k].body, at);
	}
	return at;
}

static void look_up_bodies(struct seeing *s)
{
	const struct plan *p = s->p;
	uint32_t i;

	for (i = 0; i < p->branch_count; i++)
		s->role[p->branches[i].body] = p->branches[i].role;
	s->role[0] = ROLE_BODY;
	s->depth[0] = 0;
	for (i = 1; i < p->body_count; i++)
		s->depth[i] = s->depth[p->nodes[p->bodies[i].owner].body] + 1;
}

/* Marks all that `node` needs, directly or not. */
static void mark_needs(struct seeing *s, uint32_t node)
{
	const struct plan_node *n;
	uint32_t top = 0, k, need, at = node;

	s->from = node;
	for (;;) {
		n = &s->p->nodes[at];
		for (k = n->need; k < n->need + n->need_count; k++) {
			need = s->p->edges[k];
			s->work++;
			if (s->mark[need] == node + 1)
				continue;
			s->mark[need] = node + 1;
			s->stack[top++] = need;
		}
		if (top == 0 || s->work > SEARCH_MAX)
			return;
		at = s->stack[--top];
	}
}

static int is_needed(struct seeing *s, uint32_t node, uint32_t need)
{
	if (s->work > SEARCH_MAX)
		return 1;
	if (s->from != node)
		mark_needs(s, node);
	return s->mark[need] == node + 1 || s->work > SEARCH_MAX;
}

static int refuse(const struct plan *p, uint32_t node, uint32_t target,
	const char *why, struct err *err)
{
	err_set(err, ERR_PLAN, "'%s' refers to '%s', %s",
		plan_text(p, p->nodes[node].name),
		plan_text(p, p->nodes[target].name), why);
	return err_help(err, "move '%s' before it, or say that it is needed",
		plan_text(p, p->nodes[target].name));
}

static int check_ref(struct seeing *s, uint32_t node, uint32_t target,
	struct err *err)
{
	const struct plan *p = s->p;
	uint32_t a = node, c = target, below = PLAN_NONE, body;

	/* Climb until both stand in one body. */
	while (p->nodes[a].body != p->nodes[c].body) {
		if (s->depth[p->nodes[a].body] >= s->depth[p->nodes[c].body]) {
			below = p->nodes[a].body;
			a = p->bodies[below].owner;
		} else {
			body = p->nodes[c].body;
			c = p->bodies[body].owner;
		}
	}
	if (node == target)
		return refuse(p, node, target, "which is itself", err);
	if (a != c)
		return s->order[c] < s->order[a] || is_needed(s, a, c) ? 0 :
			refuse(p, node, target, "which comes later", err);
	if (c == target)
		return s->role[below] != ROLE_BODY ? 0 :
			refuse(p, node, target, "which it is a part of", err);
	if (a == node)
		return refuse(p, node, target, "which is a part of it", err);
	return s->order[target] < s->order[node] ? 0 :
		refuse(p, node, target, "which comes later", err);
}

static int check_node(struct seeing *s, uint32_t node, struct err *err)
{
	const struct plan *p = s->p;
	const struct plan_node *n = &p->nodes[node];
	const struct plan_ref *r;
	uint32_t i, k;

	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		for (k = 0; k < p->args[i].part_count; k++) {
			uint32_t ref = p->parts[p->args[i].part + k].ref;

			r = ref == PLAN_NONE ? NULL : &p->refs[ref];
			if (r && r->root == REF_STEP &&
					check_ref(s, node, r->node, err) < 0)
				return -1;
		}
	}
	return 0;
}

int plan_check_refs(const struct plan *p, uint32_t *node, struct err *err)
{
	struct seeing s = { .p = p, .from = PLAN_NONE };
	size_t n = p->node_count;
	uint32_t i;
	int rc = 0;

	if (!p->ref_count)
		return 0;
	s.order = mem_alloc(n * sizeof(*s.order));
	s.role = mem_alloc(p->body_count * sizeof(*s.role));
	s.depth = mem_alloc(p->body_count * sizeof(*s.depth));
	s.mark = mem_zero(n * sizeof(*s.mark));
	s.stack = mem_alloc(n * sizeof(*s.stack));
	write_order(&s, 0, 0);
	look_up_bodies(&s);
	for (i = 0; i < p->node_count && rc == 0; i++) {
		rc = check_node(&s, i, err);
		if (rc < 0)
			*node = i;
	}
	mem_free(s.order);
	mem_free(s.role);
	mem_free(s.depth);
	mem_free(s.mark);
	mem_free(s.stack);
	return rc;
}
