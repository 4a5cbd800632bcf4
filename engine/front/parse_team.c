/*
 * Words in swarm and pipeline text (language.md 2.9): agents with their
 * roles, stages in series. The nodes say what is meant; who carries them out
 * is not this room's concern.
 */
#include "engine/front/text_int.h"

#include "engine/base/text.h"
#include "engine/core/vocab.h"

static const struct src *piece(struct front_ctx *c, const struct src *up,
	size_t from, size_t to)
{
	struct src *v = arena_alloc(&c->arena, sizeof(*v));

	v->text = scan_cut(up->text, from, to);
	v->up = up;
	v->at = from;
	return v;
}

static void agent(struct text *t, const struct around *a, uint32_t node,
	const struct src *role, const struct src *words)
{
	struct front_ctx *c = t->c;
	const struct vocab_kind *kind = unit_kind(c, str_of("agent"));
	struct plan_node *n = build_at(c->build, node);

	n->exec = build_text(c->build, str_of("agent"));
	n->lane = kind ? kind->lane : LANE_NET;
	n->effect = kind ? kind->effect : EFFECT_IDEMPOTENT;
	c->nodes[node].kind = kind;
	if (role->text.n)
		arg_text(c, a->spot, node, ARG_NOTE, "role", role);
	if (a->in_group && is_name(words->text))
		arg_text(c, a->spot, node, ARG_NOTE, "agent", words);
	else
		arg_text(c, a->spot, node, ARG_FIELD, "text", words);
}

uint32_t team_unit(struct text *t, const struct around *a, struct str label,
	size_t at, struct extent *e)
{
	int pipe = a->spot.mode == MODE_PIPELINE;
	const struct src *words;
	size_t from, to;
	uint32_t node;

	text_extent(t, a, t->at, NULL, 1, e);
	if (e->bad)
		return PLAN_NONE;
	words = text_content(t, e, &from, &to);
	words = piece(t->c, words, from, to);
	if (words->text.n == 0) {
		text_missing(t, pipe ? "a stage is missing" :
			"an agent or instruction is missing");
		return PLAN_NONE;
	}
	node = node_new(t->c, a->spot, pipe ? NODE_STAGE : NODE_STEP, label,
		t->src, at);
	if (node == PLAN_NONE)
		return node;
	t->c->nodes[node].is_step = 1;
	t->c->nodes[node].base = is_name(words->text) ? words->text :
		str_of(pipe ? "stage" : "agent");
	if (pipe)
		arg_text(t->c, a->spot, node, ARG_FIELD, "text", words);
	else
		agent(t, a, node, piece(t->c, t->src, at, at + label.n),
			words);
	return node;
}
