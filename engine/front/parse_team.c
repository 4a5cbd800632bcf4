/*
 * Words in swarm and pipeline text (language.md 2.9): agents with their
 * roles, stages in series. The nodes say what is meant; who carries them out
 * is not this room's concern.
 */
#include "engine/front/text_int.h"

#include "engine/base/text.h"
#include "engine/core/vocab.h"

static void note(struct front_ctx *c, struct spot s, uint32_t node,
	const char *name, const struct src *up, size_t from, size_t to)
{
	struct src *v = arena_alloc(&c->arena, sizeof(*v));

	v->text = scan_cut(up->text, from, to);
	v->up = up;
	v->at = from;
	arg_text(c, s, node, ARG_NOTE, name, v);
}

static void agent(struct text *t, const struct around *a, uint32_t node,
	struct str label, size_t at, const struct src *src, size_t from,
	size_t to)
{
	struct front_ctx *c = t->c;
	const struct vocab_kind *kind = unit_kind(c, str_of("agent"));
	struct plan_node *n = build_at(c->build, node);
	struct str word = scan_cut(src->text, from, to);
	struct src *v = arena_alloc(&c->arena, sizeof(*v));

	n->exec = build_text(c->build, str_of("agent"));
	n->lane = kind ? kind->lane : LANE_NET;
	n->effect = kind ? kind->effect : EFFECT_IDEMPOTENT;
	c->nodes[node].kind = kind;
	if (label.n)
		note(c, a->spot, node, "role", t->src, at, at + label.n);
	if (a->in_group && is_name(word)) {
		note(c, a->spot, node, "agent", src, from, to);
		return;
	}
	v->text = word;
	v->up = src;
	v->at = from;
	arg_text(c, a->spot, node, ARG_FIELD, "text", v);
}

static void stage(struct text *t, const struct around *a, uint32_t node,
	const struct src *src, size_t from, size_t to)
{
	struct src *v = arena_alloc(&t->c->arena, sizeof(*v));

	v->text = scan_cut(src->text, from, to);
	v->up = src;
	v->at = from;
	arg_text(t->c, a->spot, node, ARG_FIELD, "text", v);
}

uint32_t team_unit(struct text *t, const struct around *a, struct str label,
	size_t at, struct extent *e)
{
	int pipe = a->spot.mode == MODE_PIPELINE;
	const struct src *src;
	size_t from, to;
	uint32_t node;
	struct str word;

	text_extent(t, a, t->at, NULL, 1, e);
	if (e->bad)
		return PLAN_NONE;
	src = text_content(t, e, &from, &to);
	word = scan_cut(src->text, from, to);
	if (word.n == 0) {
		text_missing(t, pipe ? "a stage is missing" :
			"an agent or instruction is missing");
		return PLAN_NONE;
	}
	node = node_new(t->c, a->spot, pipe ? NODE_STAGE : NODE_STEP, label,
		t->src, at);
	if (node == PLAN_NONE)
		return node;
	t->c->nodes[node].is_step = 1;
	t->c->nodes[node].base = is_name(word) ? word :
		str_of(pipe ? "stage" : "agent");
	if (pipe)
		stage(t, a, node, src, from, to);
	else
		agent(t, a, node, label, at, src, from, to);
	return node;
}
