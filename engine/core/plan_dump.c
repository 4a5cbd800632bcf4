/*
 * The plan as text, for golden files and people who look for a bug in a
 * front end. Stable: the same plan gives the same bytes. Everything that
 * changes what a run does is shown, in a fixed order, when it is not the
 * default; offsets in the source and the source itself are not.
 */
#include "engine/core/plan.h"

#include <stddef.h>

#include "engine/core/vocab.h"

struct dumping {
	const struct plan *p;
	struct buf *out;
};

static void dump_body(struct dumping *d, uint32_t body, unsigned indent);

static void add_char(struct buf *out, unsigned char c)
{
	switch (c) {
	case '\n': buf_str(out, "\\n"); break;
	case '\t': buf_str(out, "\\t"); break;
	case '"': buf_str(out, "\\\""); break;
	case '\\': buf_str(out, "\\\\"); break;
	default:
		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_char(out, (char)c);
	}
}

/* A literal `${` is written `\${`, so that only references look like one. */
static void add_text(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (s[0] == '$' && s[1] == '{')
			buf_char(out, '\\');
		add_char(out, (unsigned char)*s);
	}
}

static void add_quoted(struct buf *out, const char *s)
{
	buf_char(out, '"');
	add_text(out, s);
	buf_char(out, '"');
}

static void add_flags(struct buf *out, uint32_t flags,
	const char *const *names, size_t count)
{
	const char *between = " flags=";
	size_t i;

	for (i = 0; i < count; i++) {
		if (!(flags & 1u << i))
			continue;
		buf_printf(out, "%s%s", between, names[i]);
		between = ",";
	}
}

static void add_number(struct buf *out, const char *name, int64_t v)
{
	if (v)
		buf_printf(out, " %s=%lld", name, (long long)v);
}

static const char *name_of(const struct plan *p, uint32_t node)
{
	return plan_text(p, p->nodes[node].name);
}

/* 1 when `outer` is `body` or encloses it. */
static int encloses(const struct plan *p, uint32_t outer, uint32_t body)
{
	while (body != outer && p->bodies[body].owner != PLAN_NONE)
		body = p->nodes[p->bodies[body].owner].body;
	return body == outer;
}

/* Dotted names of the owners that are not around `from`, then its own. */
static void add_path(struct dumping *d, uint32_t node, uint32_t from)
{
	const struct plan *p = d->p;
	uint32_t body = p->nodes[node].body;

	if (!encloses(p, body, from)) {
		add_path(d, p->bodies[body].owner, from);
		buf_char(d->out, '.');
	}
	buf_str(d->out, name_of(p, node));
}

static uint32_t nearest_loop(const struct plan *p, uint32_t body)
{
	uint32_t node;

	while ((node = p->bodies[body].owner) != PLAN_NONE) {
		switch ((enum node_kind)p->nodes[node].kind) {
		case NODE_FOR: case NODE_WHILE: case NODE_MAP:
			return node;
		case NODE_STEP: case NODE_CALL: case NODE_BLOCK: case NODE_IF:
		case NODE_CHOOSE: case NODE_JOIN: case NODE_STAGE:
		case NODE_KINDS:
			body = p->nodes[node].body;
		}
	}
	return PLAN_NONE;
}

static void add_ref(struct dumping *d, const struct plan_ref *r, uint32_t body)
{
	static const char *const roots[REF_ROOTS] = {
		[REF_STEP] = "", [REF_PREV] = "prev", [REF_ITEM] = "item",
		[REF_INDEX] = "index", [REF_ARGS] = "args",
		[REF_VARS] = "vars", [REF_ENV] = "env", [REF_RUN] = "run",
		[REF_SESSION] = "session", [REF_FACTS] = "facts"
	};

	buf_str(d->out, "${");
	buf_str(d->out, roots[r->root]);
	if (r->root == REF_STEP) {
		add_path(d, r->node, body);
	} else if (r->node != PLAN_NONE && r->node !=
			nearest_loop(d->p, body)) {
		buf_char(d->out, '@');
		add_path(d, r->node, body);
	}
	if (r->field != PLAN_NONE) {
		buf_char(d->out, '.');
		add_text(d->out, plan_text(d->p, r->field));
	}
	if (r->spread)
		buf_str(d->out, "...");
	if (r->fallback != PLAN_NONE) {
		buf_str(d->out, ":-");
		add_text(d->out, plan_text(d->p, r->fallback));
	}
	buf_char(d->out, '}');
}

static void add_arg(struct dumping *d, const struct plan_arg *a, uint32_t body)
{
	static const char *const before[] = {
		[ARG_FIELD] = " ", [ARG_WORD] = " ", [ARG_ENV] = " env.",
		[ARG_NOTE] = " @"
	};
	const struct plan_part *part;
	uint32_t i;

	buf_str(d->out, before[a->role]);
	if (a->name != PLAN_NONE)
		buf_printf(d->out, "%s=", plan_text(d->p, a->name));
	buf_char(d->out, '"');
	for (i = a->part; i < a->part + a->part_count; i++) {
		part = &d->p->parts[i];
		if (part->ref != PLAN_NONE)
			add_ref(d, &d->p->refs[part->ref], body);
		else
			add_text(d->out, plan_text(d->p, part->text));
	}
	buf_char(d->out, '"');
}

static void add_policy(struct dumping *d, const struct plan_policy *q)
{
	const struct plan_demand *demand;
	uint32_t i;

	add_number(d->out, "retry", q->retry);
	add_number(d->out, "backoff", q->backoff_milli);
	add_number(d->out, "delay", q->delay_ms);
	add_number(d->out, "timeout", q->timeout_ms);
	add_number(d->out, "cache", q->cache_ms);
	add_number(d->out, "limit", q->limit);
	add_number(d->out, "max", q->max);
	add_number(d->out, "priority", q->priority);
	if (q->pool != PLAN_NONE)
		buf_printf(d->out, " on=%s", plan_text(d->p, q->pool));
	for (i = 0; i < q->demand_count; i++) {
		demand = &d->p->demands[q->demand + i];
		buf_printf(d->out, "%s%s:%u", i ? "," : " uses=",
			plan_text(d->p, demand->pool), demand->units);
	}
}

static void add_kind(struct dumping *d, const struct plan_node *n)
{
	static const char *const kinds[NODE_KINDS] = {
		[NODE_STEP] = "step", [NODE_CALL] = "call",
		[NODE_BLOCK] = "block", [NODE_IF] = "if",
		[NODE_CHOOSE] = "choose", [NODE_FOR] = "for",
		[NODE_WHILE] = "while", [NODE_MAP] = "map",
		[NODE_JOIN] = "join", [NODE_STAGE] = "stage"
	};

	if (n->kind == NODE_STEP) {
		buf_str(d->out, plan_text(d->p, n->exec));
		return;
	}
	buf_str(d->out, kinds[n->kind]);
	if (n->exec != PLAN_NONE)
		buf_printf(d->out, " exec=%s", plan_text(d->p, n->exec));
}

static void add_node(struct dumping *d, uint32_t node)
{
	static const char *const lanes[LANE_COUNT] = {
		"process", "inline", "worker", "net", "wait"
	};
	static const char *const effects[] = {
		"default", "pure", "idempotent", "once"
	};
	static const char *const flags[] = {
		"ignore", "cache", "tty", "quiet", "no_input", "shadow"
	};
	const struct plan_node *n = &d->p->nodes[node];
	uint32_t i;

	buf_printf(d->out, "%s: ", name_of(d->p, node));
	add_kind(d, n);
	if (n->lane != LANE_PROCESS)
		buf_printf(d->out, " lane=%s", lanes[n->lane]);
	if (n->effect != EFFECT_IDEMPOTENT)
		buf_printf(d->out, " effect=%s", effects[n->effect]);
	add_flags(d->out, n->flags, flags, sizeof(flags) / sizeof(flags[0]));
	add_policy(d, &d->p->policies[n->policy]);
	if (n->cond != PLAN_NONE) {
		buf_str(d->out, " if=");
		add_quoted(d->out, plan_text(d->p, n->cond));
	}
	for (i = n->arg; i < n->arg + n->arg_count; i++)
		add_arg(d, &d->p->args[i], n->body);
	buf_str(d->out, n->fed ? " needs=" : " needs=-");
	for (i = 0; i < n->need_count; i++)
		buf_printf(d->out, "%s%s", i == n->fed ? " after=" : i ? "," :
			"", name_of(d->p, d->p->edges[n->need + i]));
	buf_char(d->out, '\n');
}

static void add_indent(struct dumping *d, unsigned indent)
{
	for (; indent > 0; indent--)
		buf_str(d->out, "  ");
}

static void add_branch(struct dumping *d, const struct plan_node *n,
	const struct plan_branch *b, unsigned indent)
{
	add_indent(d, indent);
	buf_str(d->out, plan_branch_word(n, b));
	if (b->var != PLAN_NONE)
		buf_printf(d->out, " %s in", plan_text(d->p, b->var));
	if (b->expr != PLAN_NONE) {
		buf_char(d->out, ' ');
		add_quoted(d->out, plan_text(d->p, b->expr));
	}
	buf_str(d->out, ":\n");
	dump_body(d, b->body, indent + 1);
}

/* The depth of a plan's tree is bounded, so that this recursion is too. */
static void dump_body(struct dumping *d, uint32_t body, unsigned indent)
{
	const struct plan_body *b = &d->p->bodies[body];
	const struct plan_node *n;
	uint32_t i, k;

	for (i = b->first; i < b->first + b->count; i++) {
		n = &d->p->nodes[i];
		add_indent(d, indent);
		add_node(d, i);
		for (k = n->branch; k < n->branch + n->branch_count; k++)
			add_branch(d, n, &d->p->branches[k], indent + 1);
	}
}

void plan_dump(const struct plan *p, struct buf *out)
{
	static const char *const strategies[STRATEGY_KINDS] = {
		"stop", "continue_on_failure", "ignore", "rollback"
	};
	static const char *const flags[] = {
		"fail_fast", "save_state", "parallel", "adaptive", "learning",
		"background"
	};
	struct dumping d = { p, out };
	const char *command = plan_text(p, p->command);

	buf_printf(out, "%s strategy=%s", *command ? command : "-",
		strategies[p->strategy]);
	add_flags(out, p->flags, flags, sizeof(flags) / sizeof(flags[0]));
	add_number(out, "limit", p->limit);
	add_number(out, "timeout", p->timeout_ms);
	buf_char(out, '\n');
	dump_body(&d, 0, 0);
}
