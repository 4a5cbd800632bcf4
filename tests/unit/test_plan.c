/*
 * Plans: what the builder makes of its calls, what it refuses and how it says
 * so. That stored plans come back: test_plan_stored.c.
 */
#include "engine/core/build.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/plan.h"
#include "engine/core/vocab.h"
#include "tests/unit/plan_fixture.h"
#include "tests/unit/tap.h"

/* The builder is to be refused with these words at this place. */
static void refused(struct builder *b, const char *words, uint32_t at,
	const char *sentence)
{
	struct err err = { ERR_NONE, "", "" };
	uint32_t where = 12345;
	struct plan *p = end(b, &where, &err);

	if (p)
		err_set(&err, ERR_NONE, "a plan");
	plan_drop(p);
	is_str(err.text, words, sentence);
	if (where != at)
		ok(0, "%s: where is %u, want %u", sentence, where, at);
}

static void is_dump(const struct plan *p, const char *want,
	const char *sentence)
{
	struct buf out;

	buf_init(&out);
	plan_dump(p, &out);
	is_str(buf_cstr(&out), want, sentence);
	buf_release(&out);
}

static void test_dump(void)
{
	struct plan *p = rich_plan();

	is_dump(p,
		"chain strategy=rollback flags=save_state,adaptive limit=3 "
		"timeout=9\n"
		"build: bash text=\"make -j2 \\\"a\\\\b\\\" \\${x}\\n\" "
		"needs=-\n"
		"  undo:\n"
		"    bash: bash text=\"rm ${build.file}\" needs=-\n"
		"test: bash lane=net effect=once flags=ignore,shadow retry=1 "
		"backoff=1500 delay=10 timeout=300000 cache=5 limit=4 max=10 "
		"priority=2 on=fast uses=tool:1,gpu:2 if=\"build.ok\" "
		"text=\"check ${build.output}!\" \"${env.HOME:-no}\\ne}\" "
		"env.K=\"${build.lines...}\" @dir=\"\" needs=build\n"
		"each: for needs=test\n"
		"  each f in \"test.lines\":\n"
		"    grep: grep \"${item}\" needs=-\n"
		"    if: if needs=grep\n"
		"      when \"grep.ok\":\n"
		"        pick: call effect=pure needs=-\n"
		"      else:\n"
		"        g: block needs=-\n"
		"          do:\n"
		"            deep: echo text=\"x\" needs=-\n"
		"last: echo needs=test,each\n",
		"a dump shows all that changes what a run does");
	plan_drop(p);
}

static const char *name_of(const struct plan *p, uint32_t node)
{
	return plan_text(p, p->nodes[node].name);
}

static void test_names(void)
{
	struct builder *b = build_new();
	uint32_t block, loop, inner, i;
	struct plan *p;

	step(b, 0, NULL, "bash", "1");
	step(b, 0, "bash_2", "bash", "2");
	block = build_node(b, 0, NODE_BLOCK, PLAN_NONE);
	inner = branch(b, block, ROLE_BODY, NULL, NULL);
	step(b, inner, NULL, "bash", "3");
	step(b, inner, "bash_2", "bash", "4");
	step(b, inner, NULL, "bash", "5");
	loop = build_node(b, 0, NODE_FOR, PLAN_NONE);
	inner = branch(b, loop, ROLE_BODY, "x", "f");
	step(b, inner, NULL, "bash", "6");
	build_node(b, 0, NODE_JOIN, PLAN_NONE);
	step(b, 0, NULL, "bash", "7");
	p = must_end(b);
	is_dump(p, "chain strategy=stop\n"
		"bash: bash text=\"1\" needs=-\n"
		"bash_2: bash text=\"2\" needs=-\n"
		"block: block needs=-\n"
		"  do:\n"
		"    bash: bash text=\"3\" needs=-\n"
		"    bash_2: bash text=\"4\" needs=-\n"
		"    bash_3: bash text=\"5\" needs=-\n"
		"for: for needs=-\n"
		"  each f in \"x\":\n"
		"    bash_3: bash text=\"6\" needs=-\n"
		"join: join needs=-\n"
		"bash_4: bash text=\"7\" needs=-\n",
		"steps without a label are numbered in written order");
	i = plan_find(p, str_of("bash_2"));
	is_int(p->nodes[i].body, 0, "the name of an outer body wins");
	i = plan_find(p, str_of("bash_3"));
	ok(i != PLAN_NONE && p->bodies[p->nodes[i].body].owner ==
		plan_find(p, str_of("block")),
		"of two names at the same depth the first is found");
	is_int(plan_find(p, str_of("nobody")), PLAN_NONE,
		"a name that is not there is not found");
	plan_drop(p);

	b = build_new();
	step(b, 0, "a", "bash_2", "x");
	step(b, 0, NULL, "bash", "x");
	step(b, 0, NULL, "bash", "x");
	step(b, 0, NULL, "bash_2", "x");
	step(b, 0, NULL, "bash", "x");
	p = must_end(b);
	is_str(name_of(p, 2), "bash_2", "a kind may be called like a number");
	is_str(name_of(p, 3), "bash_2_2", "and gets a number of its own");
	is_str(name_of(p, 4), "bash_3", "and disturbs nobody");
	plan_drop(p);

	b = build_new();
	step(b, 0, "a", "bash", "x");
	step(b, 0, "b", "bash", "x");
	loop = build_node(b, 0, NODE_IF, PLAN_NONE);
	step(b, branch(b, loop, ROLE_BODY, "x", NULL), "a", "bash", "x");
	refused(b, "two steps are called 'a'", 30,
		"a label in a branch cannot be that of a step outside");
}

/* The handle order, need order and both directions of edges. */
static void test_order(void)
{
	struct builder *b = build_new();
	uint32_t x, first, second, last;
	const struct plan_node *n;
	struct plan *p;

	x = build_node(b, 0, NODE_IF, text(b, "x"));
	first = step(b, branch(b, x, ROLE_BODY, "c", NULL), "in", "bash", "1");
	second = step(b, 0, "second", "bash", "2");
	last = step(b, 0, "last", "bash", "3");
	build_arg(b, first, ARG_WORD, PLAN_NONE);
	build_part_text(b, str_of("late"));
	build_edge(b, second, last);
	build_edge(b, x, last);
	build_edge(b, second, last);
	p = must_end(b);
	is_str(name_of(p, 0), "x", "nodes of a body are numbered together");
	is_str(name_of(p, 1), "second", "in written order");
	is_str(name_of(p, 2), "last", "before those inside");
	is_str(name_of(p, 3), "in", "which follow");
	is_int(p->nodes[3].arg_count, 2, "arguments may come late");
	n = &p->nodes[2];
	ok(n->need_count == 2 && p->edges[n->need] == 1 &&
		p->edges[n->need + 1] == 0,
		"needs stand in order of the calls, doubled ones once");
	n = &p->nodes[1];
	ok(n->succ_count == 1 && p->edges[n->succ] == 2 &&
		p->nodes[2].succ_count == 0, "successors mirror needs");
	is_int(plan_branch_of(p, 0, ROLE_BODY), 0, "a branch is found by role");
	is_int(plan_branch_of(p, 0, ROLE_UNDO), PLAN_NONE,
		"a role that is not there is not found");
	ok(node_is_leaf(&p->nodes[1]) && !node_is_leaf(&p->nodes[0]),
		"a step is a leaf, an if is none");
	ok(plan_hold(p) == p && p->refs_held == 2, "a plan can be shared");
	plan_drop(p);
	is_int(p->refs_held, 1, "and is there until the last holder drops it");
	plan_drop(p);
	plan_drop(NULL);
}

/* n steps a0…, each needing the next, the last the first. */
static struct builder *ring(const char *const *names, uint32_t n)
{
	struct builder *b = build_new();
	uint32_t i;

	step(b, 0, "free", "bash", "x");
	for (i = 0; i < n; i++)
		step(b, 0, names[i], "bash", "x");
	step(b, 0, "behind", "bash", "x");
	for (i = 0; i < n; i++)
		build_edge(b, 1 + i, 1 + (i + 1) % n);
	build_edge(b, n, n + 1);
	build_edge(b, 0, 1);
	return b;
}

static void test_cycles(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f",
		"g", "h", "i", "j", "k", "l" };

	refused(ring(names, 1), "steps wait for each other: a -> a", 10,
		"a step that waits for itself is named");
	refused(ring(names, 2), "steps wait for each other: a -> b -> a", 10,
		"a cycle of two is named");
	refused(ring(names, 3), "steps wait for each other: a -> b -> c -> a",
		10, "a cycle of three is named in the order of its arrows");
	refused(ring(names, 12), "steps wait for each other: a -> b -> c -> "
		"d -> ... -> i -> j -> k -> l -> a", 10,
		"of a long cycle the ends are named");
}

static void test_refused(void)
{
	struct builder *b = build_new();
	uint32_t n, body, other;

	refused(b, "the workflow has no step", 0, "an empty plan is refused");
	b = build_new();
	n = build_node(b, 0, NODE_IF, text(b, "n"));
	branch(b, n, ROLE_BODY, "c", NULL);
	refused(b, "a branch of 'n' has no step", 0,
		"an empty branch is refused");
	b = build_new();
	n = build_node(b, 0, NODE_IF, text(b, "n"));
	body = branch(b, n, ROLE_BODY, "c", NULL);
	n = step(b, body, "in", "bash", "x");
	other = step(b, 0, "out", "bash", "x");
	build_edge(b, other, n);
	refused(b, "'in' cannot wait for 'out': one is inside a construct "
		"that the other is not in", 10,
		"an edge across bodies is refused");
	b = build_new();
	build_node(b, 0, NODE_WHILE, text(b, "w"));
	refused(b, "'w' has 0 branches", 0, "a loop without body is refused");
	b = build_new();
	n = build_node(b, 0, NODE_WHILE, text(b, "w"));
	step(b, branch(b, n, ROLE_BODY, NULL, NULL), "in", "bash", "x");
	refused(b, "the loop 'w' has no expression", 0,
		"a loop without condition is refused");
	b = build_new();
	n = step(b, 0, "s", "bash", "x");
	body = build_body(b, n);
	step(b, body, "in", "bash", "x");
	refused(b, "steps inside 's' are not part of the workflow", 0,
		"a body that is no branch is refused");
	b = build_new();
	n = step(b, 0, "s", "bash", "x");
	for (other = 0; other < 65; other++) {
		body = branch(b, n, ROLE_UNDO, NULL, NULL);
		n = step(b, body, NULL, "bash", "x");
	}
	refused(b, "'bash' is nested deeper than 64", 640,
		"deep nesting is refused");
}

static void test_refs(void)
{
	struct builder *b = build_new();
	struct err err;
	struct plan *p;
	uint32_t a, c, d, n;

	a = step(b, 0, "a", "bash", "x");
	c = step(b, 0, "c", "bash", "x");
	build_arg(b, a, ARG_WORD, PLAN_NONE);
	refer(b, c, "output");
	refused(b, "'a' refers to 'c', which comes later", 0,
		"a reference to a later step is refused");

	b = build_new();
	a = step(b, 0, "a", "bash", "x");
	d = step(b, 0, "d", "bash", "x");
	c = step(b, 0, "c", "bash", "x");
	build_edge(b, c, d);
	build_edge(b, d, a);
	build_arg(b, a, ARG_WORD, PLAN_NONE);
	refer(b, c, "output");
	p = end(b, NULL, &err);
	ok(p != NULL, "a later step that is needed may be referred to");
	plan_drop(p);

	b = build_new();
	a = step(b, 0, "a", "bash", "x");
	refer(b, a, "output");
	refused(b, "'a' refers to 'a', which is itself", 0,
		"a step cannot refer to itself");

	b = build_new();
	a = step(b, 0, "a", "bash", "x");
	n = step(b, branch(b, a, ROLE_UNDO, NULL, NULL), "u", "bash", "x");
	refer(b, n, "output");
	refused(b, "'u' refers to 'u', which is itself", 10,
		"nor can one inside a body");

}

static void test_refs_inside(void)
{
	struct builder *b = build_new();
	struct err err;
	struct plan *p;
	uint32_t a, n, body;

	a = build_node(b, 0, NODE_BLOCK, text(b, "a"));
	body = branch(b, a, ROLE_BODY, NULL, NULL);
	step(b, body, "in", "bash", "x");
	refer(b, a, "output");
	refused(b, "'in' refers to 'a', which it is a part of", 10,
		"a step cannot refer to what it is a part of");

	b = build_new();
	a = build_node(b, 0, NODE_BLOCK, text(b, "a"));
	body = branch(b, a, ROLE_BODY, NULL, NULL);
	n = step(b, body, "in", "bash", "x");
	body = branch(b, a, ROLE_UNDO, NULL, NULL);
	step(b, body, "u", "bash", "x");
	refer(b, a, "output");
	refer(b, n, "output");
	step(b, 0, "after", "bash", "x");
	refer(b, n, "output");
	p = end(b, NULL, &err);
	ok(p != NULL, "a body run afterwards may refer to its owner, and a "
		"step to the inside of an earlier one");
	if (p)
		is_dump(p, "chain strategy=stop\n"
			"a: block needs=-\n"
			"  do:\n"
			"    in: bash text=\"x\" needs=-\n"
			"  undo:\n"
			"    u: bash text=\"x${a.output}${a.in.output}\" "
			"needs=-\n"
			"after: bash text=\"x${a.in.output}\" needs=-\n",
			"what is inside is named by its path");
	plan_drop(p);
}

static void test_interning(void)
{
	struct plan_policy q = { .retry = 2, .pool = PLAN_NONE };
	struct builder *b = build_new();
	uint32_t i, n, same;
	struct plan *p;

	same = text(b, "same");
	is_int(text(b, "same"), same, "equal texts have one handle");
	ok(text(b, "sam") != same && text(b, "same2") != same,
		"other texts have others");
	for (i = 0; i < 1000; i++) {
		n = step(b, 0, NULL, "bash", "the same text everywhere");
		q.demand = build_demand(b, same, 1 + i % 2);
		q.demand_count = 1;
		build_policy(b, n, &q);
	}
	p = must_end(b);
	is_int(p->policy_count, 3, "equal policies are kept once");
	is_int(p->demand_count, 2, "and so are their demands");
	ok(p->nodes[0].policy != p->nodes[1].policy &&
		p->nodes[0].policy == p->nodes[998].policy,
		"those that differ in a demand are kept apart");
	ok(p->text_size < 12000, "1000 equal texts take no more than one");
	plan_drop(p);
}

/* Many references to far steps that are needed only indirectly: the check
 * bounds itself instead of taking forever. */
static void test_far_refs(void)
{
	struct builder *b = build_new();
	struct plan *p;
	struct err err;
	uint32_t i, n = 20000;

	for (i = 0; i < n; i++)
		step(b, 0, NULL, "bash", "x");
	for (i = 0; i + 1 < n; i++)
		build_edge(b, i + 1, i);
	for (i = 0; i + 1 < n; i++) {
		build_arg(b, i, ARG_WORD, PLAN_NONE);
		refer(b, n - 1, "output");
	}
	p = end(b, NULL, &err);
	ok(p != NULL, "far references are checked in bounded time");
	plan_drop(p);
}

/* A front end may look at a plan, add to it and freeze it again. */
static void test_again(void)
{
	struct builder *b = build_new();
	struct plan *p = NULL;
	struct err err;
	uint32_t first, second;

	first = step(b, 0, NULL, "bash", "1");
	second = step(b, 0, NULL, "bash", "2");
	if (build_end(b, &plain, &p, NULL, &err) < 0)
		note("%s", err.text);
	plan_drop(p);
	build_edge(b, first, second);
	p = must_end(b);
	is_dump(p, "chain strategy=stop\n"
		"bash: bash text=\"1\" needs=-\n"
		"bash_2: bash text=\"2\" needs=bash\n",
		"a builder can be added to and frozen again");
	plan_drop(p);
}

static void test_vocab(void)
{
	static const struct vocab_kind bash = { .name = "bash" };
	static const struct vocab_kind grep = { .name = "grep" };
	static const struct vocab_kind *const kinds[] = { &bash, &grep };
	struct vocab v = { kinds, 2 };

	is_int(vocab_find(&v, "grep -i", 4), 1, "a kind is found by name");
	is_int(vocab_find(&v, "gre", 3), -1, "half a name is none");
	is_int(vocab_find(&v, "", 0), -1, "nor is an empty one");
}

int main(void)
{
	test_dump();
	test_names();
	test_order();
	test_cycles();
	test_refused();
	test_refs();
	test_refs_inside();
	test_interning();
	test_far_refs();
	test_again();
	test_vocab();
	return done();
}
