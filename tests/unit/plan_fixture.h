/*
 * Plans for tests, made in few words with the builder, and one that has
 * something of everything.
 */
#ifndef WF_TESTS_PLAN_FIXTURE_H
#define WF_TESTS_PLAN_FIXTURE_H

#include <stdlib.h>

#include "engine/core/build.h"
#include "engine/core/plan.h"
#include "engine/core/vocab.h"
#include "tests/unit/tap.h"

static uint32_t text(struct builder *b, const char *s)
{
	return s ? build_text(b, str_of(s)) : PLAN_NONE;
}

/* A step of kind `exec`, whose only argument is `args`. */
static uint32_t step(struct builder *b, uint32_t body, const char *name,
	const char *exec, const char *args)
{
	uint32_t n = build_node(b, body, NODE_STEP, text(b, name));

	build_at(b, n)->exec = text(b, exec);
	build_at(b, n)->source = n * 10;
	if (args) {
		build_arg(b, n, ARG_FIELD, text(b, "text"));
		build_part_text(b, str_of(args));
	}
	return n;
}

static void refer(struct builder *b, uint32_t to, const char *field)
{
	struct plan_ref r = { REF_STEP, to, text(b, field), PLAN_NONE, 0 };

	build_part_ref(b, &r);
}

/* Adds a body of `node` with that role. */
static uint32_t branch(struct builder *b, uint32_t node, enum branch_role role,
	const char *expr, const char *var)
{
	uint32_t body = build_body(b, node);

	build_branch(b, node, body, role, text(b, expr), text(b, var));
	return body;
}

static const struct build_options plain = {
	.command = { "chain", 5 }, .source = { "text", 4 }
};

/* Ends the builder; NULL and *err when it is refused. */
static struct plan *end(struct builder *b, uint32_t *where, struct err *err)
{
	struct plan *p = NULL;
	int rc = build_end(b, &plain, &p, where, err);

	build_free(b);
	return rc == 0 ? p : NULL;
}

static struct plan *must_end(struct builder *b)
{
	struct err err = { ERR_NONE, "", "" };
	struct plan *p = end(b, NULL, &err);

	if (!p) {
		note("%s", err.text);
		exit(1);
	}
	return p;
}

static struct plan *rich_plan(void)
{
	struct build_options o = plain;
	struct plan_policy q = { .pool = PLAN_NONE };
	struct plan_ref r = { REF_ENV, PLAN_NONE, 0, 0, 0 };
	struct builder *b = build_new();
	uint32_t build, test, each, decide, body, n, d;
	struct plan *p = NULL;
	struct err err;

	build = step(b, 0, "build", "bash", "make -j2 \"a\\b\" ${x}\n");
	body = branch(b, build, ROLE_UNDO, NULL, NULL);
	step(b, body, NULL, "bash", "rm ");
	refer(b, build, "file");
	test = step(b, 0, "test", "bash", "check ");
	refer(b, build, "output");
	build_part_text(b, str_of("!"));
	build_edge(b, build, test);
	d = build_demand(b, text(b, "tool"), 1);
	build_demand(b, text(b, "gpu"), 2);
	q = (struct plan_policy){ .retry = 1, .timeout_ms = 300000,
		.cache_ms = 5, .backoff_milli = 1500, .delay_ms = 10,
		.limit = 4, .max = 10, .priority = 2, .demand = d,
		.demand_count = 2, .pool = text(b, "fast") };
	build_policy(b, test, &q);
	*build_at(b, test) = (struct plan_node){ .kind = NODE_STEP,
		.flags = NODE_IGNORE | NODE_SHADOW, .lane = LANE_NET,
		.effect = EFFECT_ONCE, .name = build_at(b, test)->name,
		.exec = build_at(b, test)->exec, .cond = text(b, "build.ok"),
		.policy = build_at(b, test)->policy };
	build_arg(b, test, ARG_WORD, PLAN_NONE);
	r.field = text(b, "HOME");
	r.fallback = text(b, "no}\ne");
	build_part_ref(b, &r);
	build_arg(b, test, ARG_ENV, text(b, "K"));
	r = (struct plan_ref){ REF_STEP, build, text(b, "lines"), PLAN_NONE,
		1 };
	build_part_ref(b, &r);
	build_arg(b, test, ARG_NOTE, text(b, "dir"));
	each = build_node(b, 0, NODE_FOR, text(b, "each"));
	body = branch(b, each, ROLE_BODY, "test.lines", "f");
	n = step(b, body, NULL, "grep", NULL);
	build_arg(b, n, ARG_WORD, PLAN_NONE);
	r = (struct plan_ref){ REF_ITEM, each, PLAN_NONE, PLAN_NONE, 0 };
	build_part_ref(b, &r);
	decide = build_node(b, body, NODE_IF, PLAN_NONE);
	build_edge(b, n, decide);
	n = branch(b, decide, ROLE_BODY, "grep.ok", NULL);
	n = build_node(b, n, NODE_CALL, text(b, "pick"));
	build_at(b, n)->effect = EFFECT_PURE;
	n = branch(b, decide, ROLE_BODY, NULL, NULL);
	n = build_node(b, n, NODE_BLOCK, text(b, "g"));
	step(b, branch(b, n, ROLE_BODY, NULL, NULL), "deep", "echo", "x");
	build_edge(b, test, each);
	n = step(b, 0, "last", "echo", NULL);
	build_edge(b, test, n);
	build_edge(b, each, n);
	o.strategy = STRATEGY_ROLLBACK;
	o.flags = PLAN_SAVE_STATE | PLAN_ADAPTIVE;
	o.limit = 3;
	o.timeout_ms = 9;
	if (build_end(b, &o, &p, NULL, &err) < 0) {
		note("%s", err.text);
		exit(1);
	}
	build_free(b);
	return p;
}

#endif
