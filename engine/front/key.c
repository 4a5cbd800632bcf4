/*
 * The key of a step: what it does, without where it stands or how it is
 * called. A step that refers to another has that one's key in its own, so
 * keys are computed children first, over an explicit stack: references of a
 * long chain are as deep as the chain. Nothing of the policy is in a key: a
 * new timeout leaves history and cache alone.
 */
#include "engine/front/key.h"

#include <string.h>

#include "engine/front/front.h"

enum { KEY_OPEN = 1, KEY_DONE = 2 };

struct key_entry {
	struct digest digest;
	uint8_t state;
};

void keys_init(struct keys *k, const struct plan *p)
{
	memset(k, 0, sizeof(*k));
	k->plan = p;
	arena_init(&k->arena);
	idmap_init(&k->known);
}

void keys_release(struct keys *k)
{
	mem_free(k->stack);
	idmap_release(&k->known);
	arena_release(&k->arena);
}

static void push(struct keys *k, uint32_t node)
{
	struct key_entry *e = idmap_find(&k->known, (uint64_t)node + 1);

	if (e && e->state)
		return;
	k->stack = mem_more(k->stack, k->count, &k->cap, sizeof(*k->stack));
	k->stack[k->count++] = node;
}

static int is_ours(const struct plan *p, const struct plan_arg *a)
{
	const char *name = plan_text(p, a->name);

	return a->role == ARG_NOTE && (strcmp(name, NOTE_WHY) == 0 ||
		strcmp(name, NOTE_FREED) == 0);
}

/* What the key of `node` is made of: steps it refers to, steps inside. */
static void push_parts(struct keys *k, uint32_t node)
{
	const struct plan *p = k->plan;
	const struct plan_node *n = &p->nodes[node];
	const struct plan_body *body;
	const struct plan_ref *r;
	uint32_t a, i, j;

	for (a = n->arg; a < n->arg + n->arg_count; a++)
		for (i = p->args[a].part; i < p->args[a].part +
				p->args[a].part_count; i++) {
			if (p->parts[i].ref == PLAN_NONE)
				continue;
			r = &p->refs[p->parts[i].ref];
			if (r->root == REF_STEP)
				push(k, r->node);
		}
	for (i = n->branch; i < n->branch + n->branch_count; i++) {
		body = &p->bodies[p->branches[i].body];
		if (p->branches[i].role != ROLE_BODY)
			continue;
		for (j = body->first; j < body->first + body->count; j++)
			push(k, j);
	}
}

static void add_text(struct digest_state *s, const struct plan *p, uint32_t at)
{
	const char *text = plan_text(p, at);

	digest_field(s, text, strlen(text));
}

static void add_number(struct digest_state *s, uint32_t v)
{
	unsigned char b[4] = { (unsigned char)v, (unsigned char)(v >> 8),
		(unsigned char)(v >> 16), (unsigned char)(v >> 24) };

	digest_add(s, b, sizeof(b));
}

/* A step that is being computed already (only a damaged plan has that)
 * counts as nothing. */
static void add_step(struct digest_state *s, struct keys *k, uint32_t node)
{
	struct key_entry *e = idmap_find(&k->known, (uint64_t)node + 1);

	if (e && e->state == KEY_DONE)
		digest_add(s, e->digest.b, sizeof(e->digest.b));
}

static void add_ref(struct digest_state *s, struct keys *k,
	const struct plan_ref *r)
{
	add_number(s, r->root);
	add_number(s, r->spread);
	add_number(s, r->fallback == PLAN_NONE);
	add_text(s, k->plan, r->field);
	add_text(s, k->plan, r->fallback);
	if (r->root == REF_STEP)
		add_step(s, k, r->node);
}

static void add_args(struct digest_state *s, struct keys *k, uint32_t node)
{
	const struct plan *p = k->plan;
	const struct plan_node *n = &p->nodes[node];
	const struct plan_arg *a;
	uint32_t i, j;

	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		a = &p->args[i];
		if (is_ours(p, a))
			continue;
		add_number(s, a->role);
		add_number(s, a->part_count);
		add_text(s, p, a->name);
		for (j = a->part; j < a->part + a->part_count; j++) {
			add_number(s, p->parts[j].ref == PLAN_NONE);
			if (p->parts[j].ref == PLAN_NONE)
				add_text(s, p, p->parts[j].text);
			else
				add_ref(s, k, &p->refs[p->parts[j].ref]);
		}
	}
}

static void compute(struct keys *k, uint32_t node, struct key_entry *e)
{
	const struct plan *p = k->plan;
	const struct plan_node *n = &p->nodes[node];
	const struct plan_body *body;
	struct digest_state *s = digest_new();
	uint32_t i, j;

	add_number(s, n->kind);
	add_text(s, p, n->exec);
	add_args(s, k, node);
	for (i = n->branch; i < n->branch + n->branch_count; i++) {
		if (p->branches[i].role != ROLE_BODY)
			continue;
		body = &p->bodies[p->branches[i].body];
		add_text(s, p, p->branches[i].expr);
		add_number(s, body->count);
		for (j = body->first; j < body->first + body->count; j++)
			add_step(s, k, j);
	}
	digest_end(s, &e->digest);
	e->state = KEY_DONE;
}

void keys_get(struct keys *k, uint32_t node, char out[DIGEST_HEX + 1])
{
	struct key_entry *e;
	uint32_t at;

	push(k, node);
	while (k->count) {
		at = k->stack[k->count - 1];
		e = idmap_find(&k->known, (uint64_t)at + 1);
		if (!e) {
			e = arena_alloc(&k->arena, sizeof(*e));
			idmap_put(&k->known, (uint64_t)at + 1, e);
		}
		if (!e->state) {
			e->state = KEY_OPEN;
			push_parts(k, at);
			continue;
		}
		if (e->state == KEY_OPEN)
			compute(k, at, e);
		k->count--;
	}
	e = idmap_find(&k->known, (uint64_t)node + 1);
	digest_hex(&e->digest, out);
}

void front_leaf_key(const struct plan *p, uint32_t node, char *out)
{
	struct keys k;

	keys_init(&k, p);
	keys_get(&k, node, out);
	keys_release(&k);
}
