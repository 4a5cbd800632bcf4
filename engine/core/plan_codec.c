/*
 * Plans as bytes, for the journal: magic, version, counts, texts, then each
 * array in order. Only what cannot be counted is stored: positions in other
 * arrays are sums of counts, successors follow from needs. Reading trusts
 * nothing: counts are bounded by the bytes that are left before memory is
 * taken, and the result passes the same checks as a plan just built. A new
 * version adds fields at the end of what it extends; old ones stay readable.
 */
#include "engine/core/plan.h"

#include <assert.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/core/plan_make.h"

static const unsigned char magic[4] = { 'W', 'F', 'P', 0 };

/* PLAN_NONE becomes 0: one byte. */
static void put_index(struct buf *out, uint32_t v)
{
	buf_varint(out, (uint32_t)(v + 1));
}

static void put_nodes(const struct plan *p, struct buf *out)
{
	const struct plan_node *n;
	uint32_t i, k;

	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		buf_varint(out, n->kind);
		buf_varint(out, n->flags);
		buf_varint(out, (uint32_t)(n->lane << 2 | n->effect));
		buf_varint(out, n->policy);
		put_index(out, n->name);
		put_index(out, n->exec);
		put_index(out, n->cond);
		buf_varint(out, n->source);
		buf_varint(out, n->arg_count);
		buf_varint(out, n->branch_count);
		buf_varint(out, n->need_count);
		for (k = 0; k < n->need_count; k++)
			buf_varint(out, p->edges[n->need + k] -
				p->bodies[n->body].first);
		if (n->flags & NODE_AFTER)
			buf_varint(out, n->fed);
	}
}

static void put_tree(const struct plan *p, struct buf *out)
{
	const struct plan_branch *b;
	uint32_t i;

	for (i = 0; i < p->body_count; i++) {
		buf_varint(out, p->bodies[i].count);
		put_index(out, p->bodies[i].owner);
	}
	for (i = 0; i < p->branch_count; i++) {
		b = &p->branches[i];
		buf_varint(out, b->body);
		put_index(out, b->expr);
		put_index(out, b->var);
		buf_varint(out, b->role);
	}
}

static void put_policies(const struct plan *p, struct buf *out)
{
	const struct plan_policy *q;
	uint32_t i;

	for (i = 0; i < p->policy_count; i++) {
		q = &p->policies[i];
		buf_varint(out, (uint64_t)q->timeout_ms);
		buf_varint(out, (uint64_t)q->cache_ms);
		buf_varint(out, q->retry);
		buf_varint(out, q->backoff_milli);
		buf_varint(out, q->delay_ms);
		buf_varint(out, q->limit);
		buf_varint(out, q->max);
		put_index(out, q->pool);
		buf_varint(out, q->priority);
		buf_varint(out, q->demand_count);
	}
	for (i = 0; i < p->demand_count; i++) {
		put_index(out, p->demands[i].pool);
		buf_varint(out, p->demands[i].units);
	}
}

static void put_args(const struct plan *p, struct buf *out)
{
	const struct plan_ref *r;
	uint32_t i;

	for (i = 0; i < p->arg_count; i++) {
		put_index(out, p->args[i].name);
		buf_varint(out, p->args[i].role);
		buf_varint(out, p->args[i].part_count);
	}
	for (i = 0; i < p->part_count; i++) {
		put_index(out, p->parts[i].ref);
		if (p->parts[i].ref == PLAN_NONE)
			put_index(out, p->parts[i].text);
	}
	for (i = 0; i < p->ref_count; i++) {
		r = &p->refs[i];
		buf_varint(out, r->root << 1 | r->spread);
		put_index(out, r->node);
		put_index(out, r->field);
		put_index(out, r->fallback);
	}
}

void plan_encode(const struct plan *p, struct buf *out)
{
	buf_reserve(out, p->text_size + (size_t)p->node_count * 24);
	buf_add(out, magic, sizeof(magic));
	buf_varint(out, PLAN_VERSION);
	buf_varint(out, p->node_count);
	buf_varint(out, p->body_count);
	buf_varint(out, p->branch_count);
	buf_varint(out, p->edge_count / 2);
	buf_varint(out, p->policy_count);
	buf_varint(out, p->demand_count);
	buf_varint(out, p->arg_count);
	buf_varint(out, p->part_count);
	buf_varint(out, p->ref_count);
	put_index(out, p->command);
	put_index(out, p->source);
	buf_varint(out, p->strategy);
	buf_varint(out, p->flags);
	buf_varint(out, (uint64_t)p->timeout_ms);
	buf_varint(out, p->limit);
	buf_bytes(out, p->text, p->text_size);
	put_tree(p, out);
	put_nodes(p, out);
	put_policies(p, out);
	put_args(p, out);
}

/* At most `max`, else the cursor is bad. */
static uint64_t get_upto(struct cursor *c, uint64_t max)
{
	uint64_t v = cursor_varint(c);

	if (v <= max)
		return v;
	c->bad = 1;
	return 0;
}

static uint32_t get_u32(struct cursor *c)
{
	return (uint32_t)get_upto(c, UINT32_MAX);
}

static uint8_t get_u8(struct cursor *c)
{
	return (uint8_t)get_upto(c, UINT8_MAX);
}

static int64_t get_ms(struct cursor *c)
{
	return (int64_t)get_upto(c, INT64_MAX);
}

static uint32_t get_index(struct cursor *c)
{
	return get_u32(c) - 1;
}

/* Elements that are yet to come, `least` bytes each at the least. */
static uint32_t get_count(struct cursor *c, uint32_t max, unsigned least)
{
	uint32_t v = (uint32_t)get_upto(c, max);

	if ((uint64_t)v * least > (uint64_t)(c->end - c->at))
		c->bad = 1;
	return c->bad ? 0 : v;
}

static struct str get_head(struct cursor *c, struct plan *p)
{
	struct str text;

	p->node_count = get_count(c, LIMIT_NODES, 11);
	p->body_count = get_count(c, LIMIT_NODES, 2);
	p->branch_count = get_count(c, LIMIT_NODES, 4);
	p->edge_count = get_count(c, LIMIT_EDGES, 1) * 2;
	p->policy_count = get_count(c, INT32_MAX, 10);
	p->demand_count = get_count(c, INT32_MAX, 2);
	p->arg_count = get_count(c, INT32_MAX, 3);
	p->part_count = get_count(c, INT32_MAX, 1);
	p->ref_count = get_count(c, INT32_MAX, 4);
	p->command = get_index(c);
	p->source = get_index(c);
	p->strategy = get_u32(c);
	p->flags = get_u32(c);
	p->timeout_ms = get_ms(c);
	p->limit = get_u32(c);
	text = cursor_bytes(c);
	if (text.n > INT32_MAX)
		c->bad = 1;
	p->text_size = (uint32_t)text.n;
	return text;
}

/* Takes `want` of the elements that are left: *at counts what is taken. */
static uint32_t take(struct cursor *c, uint32_t *at, uint32_t total,
	uint32_t want)
{
	uint32_t first = *at;

	if (want > total - first)
		c->bad = 1;
	else
		*at += want;
	return first;
}

static void get_tree(struct cursor *c, struct plan *p)
{
	struct plan_branch *b;
	uint32_t i, node = 0;

	for (i = 0; i < p->body_count && !c->bad; i++) {
		p->bodies[i].count = get_u32(c);
		p->bodies[i].first = take(c, &node, p->node_count,
			p->bodies[i].count);
		p->bodies[i].owner = get_index(c);
	}
	if (node != p->node_count)
		c->bad = 1;
	for (i = 0; i < p->branch_count && !c->bad; i++) {
		b = &p->branches[i];
		b->body = get_u32(c);
		b->expr = get_index(c);
		b->var = get_index(c);
		b->role = get_u32(c);
	}
}

struct taken {
	uint32_t arg, branch, need;
};

static void get_node(struct cursor *c, struct plan *p, struct plan_node *n,
	struct taken *at)
{
	const struct plan_body *body = &p->bodies[n->body];
	uint32_t k, place;

	n->kind = get_u8(c);
	n->flags = get_u8(c);
	place = get_u8(c);
	n->lane = (uint8_t)(place >> 2);
	n->effect = (uint8_t)(place & 3);
	n->policy = get_u32(c);
	n->name = get_index(c);
	n->exec = get_index(c);
	n->cond = get_index(c);
	n->source = get_u32(c);
	n->arg_count = get_u32(c);
	n->arg = take(c, &at->arg, p->arg_count, n->arg_count);
	n->branch_count = get_u32(c);
	n->branch = take(c, &at->branch, p->branch_count, n->branch_count);
	n->need_count = get_u32(c);
	n->need = take(c, &at->need, p->edge_count / 2, n->need_count);
	n->succ = n->succ_count = 0;
	for (k = 0; k < n->need_count && !c->bad; k++) {
		place = get_u32(c);
		if (place >= body->count)
			c->bad = 1;
		else
			p->edges[n->need + k] = body->first + place;
	}
	n->fed = n->flags & NODE_AFTER ? get_u32(c) : n->need_count;
}

static void get_nodes(struct cursor *c, struct plan *p)
{
	struct taken at = { 0, 0, 0 };
	uint32_t i, k;

	for (i = 0; i < p->body_count && !c->bad; i++) {
		for (k = 0; k < p->bodies[i].count && !c->bad; k++) {
			p->nodes[p->bodies[i].first + k].body = i;
			get_node(c, p, &p->nodes[p->bodies[i].first + k], &at);
		}
	}
	if (c->bad)
		return;
	if (at.arg != p->arg_count || at.branch != p->branch_count ||
			at.need != p->edge_count / 2)
		c->bad = 1;
}

static void get_policies(struct cursor *c, struct plan *p)
{
	struct plan_policy *q;
	uint32_t i, demand = 0;

	for (i = 0; i < p->policy_count && !c->bad; i++) {
		q = &p->policies[i];
		memset(q, 0, sizeof(*q));
		q->timeout_ms = get_ms(c);
		q->cache_ms = get_ms(c);
		q->retry = get_u32(c);
		q->backoff_milli = get_u32(c);
		q->delay_ms = get_u32(c);
		q->limit = get_u32(c);
		q->max = get_u32(c);
		q->pool = get_index(c);
		q->priority = get_u32(c);
		q->demand_count = get_u32(c);
		q->demand = q->demand_count ? demand : 0;
		take(c, &demand, p->demand_count, q->demand_count);
	}
	if (demand != p->demand_count)
		c->bad = 1;
	for (i = 0; i < p->demand_count && !c->bad; i++) {
		p->demands[i].pool = get_index(c);
		p->demands[i].units = get_u32(c);
	}
}

static void get_args(struct cursor *c, struct plan *p)
{
	struct plan_arg *a;
	uint32_t i, part = 0;

	for (i = 0; i < p->arg_count && !c->bad; i++) {
		a = &p->args[i];
		a->name = get_index(c);
		a->role = get_u32(c);
		a->part_count = get_u32(c);
		a->part = take(c, &part, p->part_count, a->part_count);
	}
	if (part != p->part_count)
		c->bad = 1;
	for (i = 0; i < p->part_count && !c->bad; i++) {
		p->parts[i].ref = get_index(c);
		p->parts[i].text = p->parts[i].ref == PLAN_NONE ?
			get_index(c) : PLAN_NONE;
	}
}

static void get_refs(struct cursor *c, struct plan *p)
{
	struct plan_ref *r;
	uint32_t i;

	for (i = 0; i < p->ref_count && !c->bad; i++) {
		r = &p->refs[i];
		r->root = get_u32(c);
		r->spread = r->root & 1;
		r->root >>= 1;
		r->node = get_index(c);
		r->field = get_index(c);
		r->fallback = get_index(c);
	}
}

static int corrupt(struct err *err, const char *why)
{
	err_set(err, ERR_CORRUPT, "the stored plan cannot be read: %s", why);
	return -1;
}

/* Reads the arrays of p and checks all of it. */
static int fill(struct cursor *c, struct plan *p, struct err *err)
{
	struct err why;
	uint32_t node;

	get_tree(c, p);
	get_nodes(c, p);
	get_policies(c, p);
	get_args(c, p);
	get_refs(c, p);
	if (c->bad)
		return corrupt(err, "it is cut off or damaged");
	if (c->at != c->end)
		return corrupt(err, "something follows it");
	if (!plan_in_range(p))
		return corrupt(err, "it points outside of itself");
	plan_fill_succ(p);
	if (plan_check(p, &node, &why) < 0)
		return corrupt(err, why.text);
	return 0;
}

int plan_decode(const void *bytes, size_t n, struct plan **out,
	struct err *err)
{
	struct plan head, *p;
	struct cursor c;
	struct str text;
	uint64_t version;

	if (n < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0)
		return corrupt(err, "it is no plan");
	cursor_init(&c, (const char *)bytes + sizeof(magic),
		n - sizeof(magic));
	version = cursor_varint(&c);
	if (!c.bad && version > PLAN_VERSION)
		return err_set(err, ERR_STATE, "the stored plan is of version "
			"%llu, this wf reads up to %d",
			(unsigned long long)version, PLAN_VERSION);
	if (c.bad || version == 0)
		return corrupt(err, "it has no version");
	memset(&head, 0, sizeof(head));
	text = get_head(&c, &head);
	if (c.bad)
		return corrupt(err, "it is cut off or damaged");
	p = plan_new(&head);
	memcpy(p->text, text.p, text.n);
	if (fill(&c, p, err) < 0) {
		plan_drop(p);
		return -1;
	}
	*out = p;
	return 0;
}
