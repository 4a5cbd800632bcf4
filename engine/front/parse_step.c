/*
 * Steps: which command stands there and where its arguments are. Leaves get
 * a node now and their arguments later; nested workflows and definitions are
 * compiled into a BLOCK at once.
 */
#include "engine/front/text_int.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/core/vocab.h"

const struct vocab_kind *unit_kind(struct front_ctx *c, struct str command)
{
	int i = vocab_find(c->env->vocab, command.p, command.n);

	return i < 0 ? NULL : c->env->vocab->kinds[i];
}

int def_find(struct front_ctx *c, struct str name, struct front_def **out)
{
	struct front_def def;

	memset(&def, 0, sizeof(def));
	if (!c->env->find_def || !c->env->find_def(c->env->ud, name, &def))
		return 0;
	if (out)
		*out = arena_dup(&c->arena, &def, sizeof(def));
	return 1;
}

int unit_known(struct front_ctx *c, struct str command)
{
	return arg_is_workflow(command) || unit_kind(c, command) ||
		def_find(c, command, NULL);
}

const char *suggest_step(struct front_ctx *c, struct str word)
{
	enum { MOST = 1024 };
	const char **all = arena_alloc(&c->arena, (MOST + 5) * sizeof(*all));
	static const char *const own[] = { "chain", "flow", "swarm",
		"pipeline" };
	size_t n = 0, i;

	for (i = 0; i < 4; i++)
		all[n++] = own[i];
	for (i = 0; i < c->env->vocab->count && n < MOST / 2; i++)
		all[n++] = c->env->vocab->kinds[i]->name;
	if (c->env->def_names)
		n += c->env->def_names(c->env->ud, all + n, MOST - n);
	all[n] = NULL;
	return suggest(c, word, all);
}

int unit_unknown(struct front_ctx *c, const struct src *src, size_t off,
	struct str name)
{
	const char *help = suggest_step(c, name);
	int i;

	/* not the label before it: the word itself, when it stands there */
	if (name.p > src->text.p && name.p < src->text.p + src->text.n)
		off = (size_t)(name.p - src->text.p) - 1;
	for (i = 0; c->env->commands && c->env->commands[i]; i++)
		if (str_eq(name, c->env->commands[i]))
			return src_error(c, src_at(src, off, name.n + 1),
				"E111", "give it a line of its own",
				"'/%.*s' is a command of the shell, not a "
				"step", (int)name.n, name.p);
	return src_error(c, src_at(src, off, name.n + 1), "E111", help ? help :
		"/bash runs a program, /def makes a command",
		"unknown command '/%.*s'", (int)name.n, name.p);
}

static uint32_t leaf_node(struct front_ctx *c, struct spot s,
	const struct unit *u, const struct vocab_kind *kind,
	const char *fallback)
{
	enum node_kind k = s.mode == MODE_PIPELINE ? NODE_STAGE : NODE_STEP;
	uint32_t node = node_new(c, s, k, u->name, unit_where(u), u->at);
	struct plan_node *n;

	if (node == PLAN_NONE)
		return node;
	n = build_at(c->build, node);
	n->exec = text_of(c, kind ? kind->name : fallback);
	n->lane = kind ? kind->lane : LANE_NET;
	n->effect = kind ? kind->effect : EFFECT_ONCE;
	c->nodes[node].kind = kind;
	c->nodes[node].is_step = 1;
	c->nodes[node].base = str_of(kind ? kind->name : fallback);
	return node;
}

static uint32_t leaf(struct front_ctx *c, struct spot s,
	const struct unit *u, const struct vocab_kind *kind)
{
	uint32_t node = leaf_node(c, s, u, kind, "task");
	struct pending *p;

	if (node == PLAN_NONE)
		return node;
	p = pending_add(c, PENDING_LEAF, s, node);
	p->leaf = kind;
	p->src = u->src;
	p->from = u->from;
	p->to = u->to;
	p->as_is = u->as_is;
	p->flags = u->flags;
	p->flags_from = u->flags_from;
	p->flags_to = u->flags_to;
	p->argv = u->argv;
	p->argc = u->argc;
	if (!p->flags && kind && kind->style != STYLE_WORDS && !u->argv) {
		struct str t = u->src->text;

		t.n = u->to;
		p->flags = u->src;
		p->flags_from = u->from;
		p->from = p->flags_to = leaf_flags_end(kind, t, u->from);
	}
	return node;
}

uint32_t unit_block(struct front_ctx *c, struct spot s, const struct unit *u,
	const struct front_def *def, struct spot *in)
{
	uint32_t node = node_new(c, s, NODE_BLOCK, u->name, unit_where(u),
		u->at);

	if (node == PLAN_NONE)
		return node;
	c->nodes[node].is_step = 1;
	c->nodes[node].base = def && is_name(def->name) ? def->name :
		u->command;
	*in = body_open(c, s, node, ROLE_BODY, NULL, 1);
	if (!spot_ok(*in)) {
		src_error(c, src_at(unit_where(u), u->at, 1), "E209", NULL,
			"nested more than %d deep", LIMIT_NEST);
		return PLAN_NONE;
	}
	*in = space_open(c, *in, node, def);
	return node;
}

enum text_mode mode_of(struct str command)
{
	return str_eq(command, "swarm") ? MODE_SWARM :
		str_eq(command, "pipeline") ? MODE_PIPELINE : MODE_FLOW;
}

static void unknown_workflow(struct front_ctx *c, const struct unit *u,
	struct str name, size_t at)
{
	const char *near = suggest_step(c, name);
	const char *key = str_eq(u->command, "protocol") ? "chain"
		: arena_strndup(&c->arena, u->command.p, u->command.n);
	int n = (int)name.n;

	src_error(c, src_at(u->src, at, name.n), "E103",
		arena_printf(&c->arena, "%s%s/def %.*s TEXT defines it, or "
		".wf/workflows/%.*s.yaml with %s: in it", near ? near : "",
		near ? " else " : "", n, name.p, n, name.p, key),
		"unknown workflow '%.*s'", n, name.p);
}

static uint32_t nested(struct front_ctx *c, struct spot s,
	const struct unit *u)
{
	struct str text = scan_cut(u->src->text, u->from, u->to);
	struct front_def *def;
	struct unit call = *u;
	struct spot in;
	struct frag f;
	uint32_t node;

	if (is_name(text)) {
		if (def_find(c, text, &def)) {
			call.from = call.to;
			return call_def(c, s, &call, def);
		}
		unknown_workflow(c, u, text, u->from);
		return PLAN_NONE;
	}
	node = unit_block(c, s, u, NULL, &in);
	if (node == PLAN_NONE)
		return node;
	in.mode = (uint8_t)mode_of(u->command);
	sequence_compile(c, in, u->src, u->from, u->to, &f);
	frag_release(&f);
	return node;
}

/* Only NAME=value stands in the words of s[at, end). */
static int only_given(struct str s, size_t at, size_t end)
{
	struct str word;

	s.n = end;
	for (at = scan_skip(s, at); at < end; at = scan_skip(s, at + word.n)) {
		size_t n;

		word = scan_word(s, at);
		n = scan_name(word, 0);
		if (!word.n || n == 0 || n >= word.n || word.p[n] != '=')
			return 0;
	}
	return 1;
}

/* What `/protocol NAME P=v`, `/task NAME` and `/docs NAME` mean when it is the
 * name of a definition; any other text is a prompt, but of /protocol a name
 * that is none is an error. 1: *def, -1: it has been told. */
static int named(struct front_ctx *c, const struct unit *u,
	struct front_def **def, size_t *after)
{
	int protocol = str_eq(u->command, "protocol");
	struct str s = u->src->text, word;
	size_t at;

	if (u->argv || !(protocol || str_eq(u->command, "task") ||
			str_eq(u->command, "docs")))
		return 0;
	s.n = u->to;
	at = scan_skip(s, u->from);
	word = scan_word(s, at);
	*after = at + word.n;
	if (!is_name(word) || !only_given(s, *after, u->to) ||
			(!protocol && scan_skip(s, *after) < u->to))
		return 0;
	if (def_find(c, word, def))
		return 1;
	if (!protocol)
		return 0;
	unknown_workflow(c, u, word, at);
	return -1;
}

uint32_t unit_compile(struct front_ctx *c, struct spot s,
	const struct unit *u)
{
	const struct vocab_kind *kind;
	struct unit call = *u;
	struct front_def *def;
	size_t bad = u->from;
	int is_named;

	while (bad < u->to && u->src->text.p[bad])
		bad++;
	if (bad < u->to) {
		src_error(c, src_at(u->src, bad, 1), "E113", NULL,
			"a NUL byte stands in the text");
		return PLAN_NONE;
	}
	if (u->command.n == 0)
		return leaf(c, s, u, unit_kind(c, str_of("task")));
	if (arg_is_workflow(u->command))
		return nested(c, s, u);
	is_named = named(c, u, &def, &call.from);
	if (is_named)
		return is_named > 0 ? call_def(c, s, &call, def) : PLAN_NONE;
	kind = unit_kind(c, u->command);
	if (kind)
		return leaf(c, s, u, kind);
	if (def_find(c, u->command, &def))
		return call_def(c, s, u, def);
	if (u->word)
		unit_unknown(c, u->word, 0, u->command);
	else
		unit_unknown(c, unit_where(u), u->at, u->command);
	return PLAN_NONE;
}
