/*
 * The builder's collecting half: flat arrays that grow, strings and policies
 * kept once. Invariant: handles are indices in order of the calls and never
 * move. It checks only what a correct front end cannot get wrong; everything
 * that a user can get wrong is found by build_end.
 */
#include "engine/core/build.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/core/build_made.h"
#include "engine/core/vocab.h"

/* Without the padding behind the last field. */
enum {
	POLICY_BYTES = offsetof(struct plan_policy, demand_count) +
		sizeof(uint32_t),
	POLICY_HEAD = offsetof(struct plan_policy, demand),
	INTERN_MIN = 64
};

static void intern_insert(struct intern *t, struct intern_slot slot)
{
	size_t i = slot.hash & (t->cap - 1);

	while (t->slots[i].taken)
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = slot;
}

static void intern_add(struct intern *t, uint32_t hash, uint32_t index)
{
	struct intern_slot slot = { index + 1, hash };
	struct intern old = *t;
	size_t i;

	if ((t->count + 1) * 4 > t->cap * 3) {
		t->cap = old.cap ? old.cap * 2 : INTERN_MIN;
		t->slots = mem_zero(t->cap * sizeof(*t->slots));
		for (i = 0; i < old.cap; i++)
			if (old.slots[i].taken)
				intern_insert(t, old.slots[i]);
		mem_free(old.slots);
	}
	intern_insert(t, slot);
	t->count++;
}

/* Walks the entries with this hash; *at starts at 0. PLAN_NONE: no more. */
static uint32_t intern_next(const struct intern *t, uint32_t hash, size_t *at)
{
	const struct intern_slot *s;

	while (*at < t->cap) {
		s = &t->slots[(hash + *at) & (t->cap - 1)];
		if (!s->taken)
			return PLAN_NONE;
		++*at;
		if (s->hash == hash)
			return s->taken - 1;
	}
	return PLAN_NONE;
}

struct builder *build_new(void)
{
	static const struct plan_policy nothing = { .pool = PLAN_NONE };
	struct builder *b = mem_zero(sizeof(*b));
	struct str empty = { "", 0 };

	build_text(b, empty);
	b->policies = mem_more(NULL, 0, &b->policy_cap, sizeof(*b->policies));
	b->policies[b->policy_count++] = nothing;
	b->bodies = mem_more(NULL, 0, &b->body_cap, sizeof(*b->bodies));
	b->bodies[0].owner = PLAN_NONE;
	b->bodies[0].role = ROLE_BODY;
	b->body_count = 1;
	return b;
}

void build_free(struct builder *b)
{
	if (!b)
		return;
	mem_free(b->nodes);
	mem_free(b->bodies);
	mem_free(b->branches);
	mem_free(b->edges);
	mem_free(b->args);
	mem_free(b->parts);
	mem_free(b->refs);
	mem_free(b->policies);
	mem_free(b->demands);
	mem_free(b->texts.slots);
	mem_free(b->policy_set.slots);
	buf_release(&b->text);
	mem_free(b);
}

const char *build_string(const struct builder *b, uint32_t text)
{
	assert(text < b->text.len);
	return b->text.data + text;
}

uint32_t build_text(struct builder *b, struct str s)
{
	uint32_t hash = (uint32_t)hash_bytes(s.p, s.n, 0), at;
	size_t walk = 0;

	assert(s.n == 0 || !memchr(s.p, '\0', s.n));
	while ((at = intern_next(&b->texts, hash, &walk)) != PLAN_NONE)
		if (b->text.len - at > s.n && !b->text.data[at + s.n] &&
				(s.n == 0 ||
				memcmp(b->text.data + at, s.p, s.n) == 0))
			return at;
	if (s.n >= INT32_MAX - b->text.len) {
		b->text_full = 1;
		return 0;
	}
	at = (uint32_t)b->text.len;
	buf_add(&b->text, s.p, s.n);
	buf_reserve(&b->text, 1);
	b->text.len++; /* the NUL that is there becomes a part of it */
	b->text.data[b->text.len] = '\0';
	intern_add(&b->texts, hash, at);
	return at;
}

uint32_t build_body(struct builder *b, uint32_t owner)
{
	struct made_body *body;

	if (owner == PLAN_NONE)
		return 0;
	assert(owner < b->node_count && b->body_count < PLAN_NONE);
	b->bodies = mem_more(b->bodies, b->body_count, &b->body_cap,
		sizeof(*b->bodies));
	body = &b->bodies[b->body_count];
	body->owner = owner;
	body->role = PLAN_NONE;
	return (uint32_t)b->body_count++;
}

uint32_t build_node(struct builder *b, uint32_t body, enum node_kind kind,
	uint32_t name)
{
	struct plan_node *n;

	assert(body < b->body_count && kind < NODE_KINDS);
	assert(b->node_count < PLAN_NONE);
	b->nodes = mem_more(b->nodes, b->node_count, &b->node_cap,
		sizeof(*b->nodes));
	n = &b->nodes[b->node_count];
	memset(n, 0, sizeof(*n));
	n->kind = (uint8_t)kind;
	n->effect = EFFECT_IDEMPOTENT;
	n->name = name;
	n->exec = PLAN_NONE;
	n->body = body;
	n->cond = PLAN_NONE;
	return (uint32_t)b->node_count++;
}

struct plan_node *build_at(struct builder *b, uint32_t node)
{
	assert(node < b->node_count);
	return &b->nodes[node];
}

static void add_edge(struct builder *b, uint32_t need, uint32_t node,
	uint32_t after)
{
	assert(need < b->node_count && node < b->node_count);
	b->edges = mem_more(b->edges, b->edge_count, &b->edge_cap,
		sizeof(*b->edges));
	b->edges[b->edge_count].need = need;
	b->edges[b->edge_count].after = after;
	b->edges[b->edge_count++].node = node;
}

void build_edge(struct builder *b, uint32_t need, uint32_t node)
{
	add_edge(b, need, node, 0);
}

void build_after(struct builder *b, uint32_t need, uint32_t node)
{
	add_edge(b, need, node, 1);
	b->has_after = 1;
}

void build_branch(struct builder *b, uint32_t node, uint32_t body,
	enum branch_role role, uint32_t expr, uint32_t var)
{
	struct made_branch *m;

	assert(body > 0 && body < b->body_count);
	assert(b->bodies[body].owner == node);
	assert(b->bodies[body].role == PLAN_NONE);
	b->bodies[body].role = (uint32_t)role;
	b->branches = mem_more(b->branches, b->branch_count, &b->branch_cap,
		sizeof(*b->branches));
	m = &b->branches[b->branch_count++];
	m->node = node;
	m->b.body = body;
	m->b.expr = expr;
	m->b.var = var;
	m->b.role = (uint32_t)role;
}

void build_arg(struct builder *b, uint32_t node, enum arg_role role,
	uint32_t name)
{
	struct made_arg *m;

	assert(node < b->node_count && b->part_count < PLAN_NONE);
	b->args = mem_more(b->args, b->arg_count, &b->arg_cap,
		sizeof(*b->args));
	m = &b->args[b->arg_count++];
	m->node = node;
	m->a.name = name;
	m->a.part = (uint32_t)b->part_count;
	m->a.part_count = 0;
	m->a.role = (uint32_t)role;
}

static void add_part(struct builder *b, uint32_t ref, uint32_t text)
{
	assert(b->arg_count > 0);
	b->parts = mem_more(b->parts, b->part_count, &b->part_cap,
		sizeof(*b->parts));
	b->parts[b->part_count].ref = ref;
	b->parts[b->part_count++].text = text;
	b->args[b->arg_count - 1].a.part_count++;
}

void build_part_text(struct builder *b, struct str literal)
{
	add_part(b, PLAN_NONE, build_text(b, literal));
}

void build_part_ref(struct builder *b, const struct plan_ref *ref)
{
	assert(ref->node == PLAN_NONE || ref->node < b->node_count);
	b->refs = mem_more(b->refs, b->ref_count, &b->ref_cap,
		sizeof(*b->refs));
	b->refs[b->ref_count] = *ref;
	add_part(b, (uint32_t)b->ref_count++, PLAN_NONE);
}

static int same_policy(const struct builder *b, const struct plan_policy *x,
	const struct plan_policy *y)
{
	return memcmp(x, y, POLICY_HEAD) == 0 &&
		x->demand_count == y->demand_count &&
		(!x->demand_count || memcmp(&b->demands[x->demand],
			&b->demands[y->demand], x->demand_count *
			sizeof(*b->demands)) == 0);
}

void build_policy(struct builder *b, uint32_t node,
	const struct plan_policy *policy)
{
	struct plan_policy p;
	uint64_t hash;
	size_t walk = 0;
	uint32_t at;

	memset(&p, 0, sizeof(p));
	memcpy(&p, policy, POLICY_BYTES);
	if (!p.demand_count)
		p.demand = 0;
	assert(p.demand + (size_t)p.demand_count <= b->demand_count);
	if (p.pool == 0)
		p.pool = PLAN_NONE;
	hash = hash_bytes(&p, POLICY_HEAD, p.demand_count);
	if (p.demand_count)
		hash = hash_bytes(&b->demands[p.demand],
			p.demand_count * sizeof(*b->demands), hash);
	if (same_policy(b, &p, &b->policies[0])) {
		build_at(b, node)->policy = 0;
		return;
	}
	while ((at = intern_next(&b->policy_set, (uint32_t)hash, &walk)) !=
			PLAN_NONE && !same_policy(b, &p, &b->policies[at]))
		;
	if (at == PLAN_NONE) {
		b->policies = mem_more(b->policies, b->policy_count,
			&b->policy_cap, sizeof(*b->policies));
		at = (uint32_t)b->policy_count++;
		b->policies[at] = p;
		intern_add(&b->policy_set, (uint32_t)hash, at);
	}
	build_at(b, node)->policy = at;
}

uint32_t build_demand(struct builder *b, uint32_t pool, uint32_t units)
{
	b->demands = mem_more(b->demands, b->demand_count, &b->demand_cap,
		sizeof(*b->demands));
	b->demands[b->demand_count].pool = pool;
	b->demands[b->demand_count].units = units;
	return (uint32_t)b->demand_count++;
}
