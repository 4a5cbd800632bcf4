/*
 * parallel_where_possible with history: both sides of the 20 % rule, what
 * conflicts keep, and what /explain says about it.
 */
#include "engine/base/digest.h"
#include "engine/base/limits.h"
#include "tests/front/lang.h"
#include "tests/unit/tap.h"

/* History by shell text: the test knows the plan whose key is asked for. */
struct history {
	char key[8][DIGEST_HEX + 1];
	int64_t ms[8];
	size_t count;
};

static int64_t predict(void *ud, const char *key)
{
	struct history *h = ud;
	size_t i;

	for (i = 0; i < h->count; i++)
		if (strcmp(h->key[i], key) == 0)
			return h->ms[i];
	return -1;
}

static struct plan *compile(const struct front_env *env, const char *text)
{
	struct buf errors;
	struct plan *p;

	buf_init(&errors);
	p = lang_yaml(env, str_of(text), "x.yaml", &errors);
	if (!p)
		note("%s", buf_cstr(&errors));
	buf_release(&errors);
	return p;
}

static void remember(struct history *h, const struct plan *p, uint32_t node,
	int64_t ms)
{
	front_leaf_key(p, node, h->key[h->count]);
	h->ms[h->count++] = ms;
}

static uint32_t needs_of(const struct plan *p, const char *name)
{
	uint32_t n = plan_find(p, str_of(name));

	return n == PLAN_NONE ? n : p->nodes[n].need_count;
}

static const char two[] = "chain:\n  options: "
	"{parallel_where_possible: true}\n  steps:\n"
	"    - {name: a, command: /bash one}\n"
	"    - {name: b, command: /bash two}\n";

/* Explains `text` when its two steps took these times. */
static void two_steps(int64_t a_ms, int64_t b_ms, uint32_t slots,
	uint32_t needs, const char *why, const char *sentence)
{
	struct history h = { .count = 0 };
	struct front_env env;
	struct explain e;
	struct plan *p;

	lang_env(&env);
	env.ud = &h;
	env.slots = slots;
	p = compile(&env, two);
	if (!p)
		return;
	if (a_ms >= 0)
		remember(&h, p, plan_find(p, str_of("a")), a_ms);
	if (b_ms >= 0)
		remember(&h, p, plan_find(p, str_of("b")), b_ms);
	plan_drop(p);
	env.predict = predict;
	env.find_def = NULL;
	p = compile(&env, two);
	is_int(p ? needs_of(p, "b") : 9, needs, sentence);
	if (p) {
		front_explain(&env, p, &e);
		is_str(e.nodes[1].why, why, "and /explain says why");
		is_int(e.nodes[1].parallel, !needs, "and marks what is freed");
		explain_release(&e);
	}
	plan_drop(p);
}

static void test_rule(void)
{
	static const char freed[] = "arrow dropped from a";

	two_steps(1000, 1000, 4, 0, freed,
		"two equal steps gain 50 %: the arrow is dropped");
	two_steps(1000, 100, 4, 1,
		"arrow kept from a: predicted gain 9 % is not over 20 %",
		"a short second step gains 9 %: the arrow stays");
	two_steps(800, 200, 4, 1,
		"arrow kept from a: predicted gain 20 % is not over 20 %",
		"a gain of exactly 20 % is not enough");
	two_steps(789, 211, 4, 0, freed, "a gain of 21 % is");
	two_steps(1000, 1000, 1, 1,
		"arrow kept from a: predicted gain 0 % is not over 20 %",
		"with one slot nothing is gained");
	two_steps(-1, 100, 4, 0, freed,
		"a step without history is assumed to gain");
	two_steps(-1, -1, 4, 0, freed, "so is a workflow without any");
	two_steps(0, 0, 4, 0, freed, "steps that take no time are let go");
}

static void test_group(void)
{
	static const char text[] = "chain:\n  options: "
		"{parallel_where_possible: true}\n  steps:\n"
		"    - {name: a, command: /bash one}\n"
		"    - {name: b, command: /bash two, writes: out}\n"
		"    - {name: c, command: /bash three, writes: out/x}\n"
		"    - {name: d, command: /bash four, reads: else}\n";
	struct history h = { .count = 0 };
	struct front_env env;
	struct plan *p;
	uint32_t i;

	lang_env(&env);
	env.ud = &h;
	p = compile(&env, text);
	for (i = 0; p && i < 4; i++)
		remember(&h, p, i, i == 0 || i == 3 ? 10 : 500);
	plan_drop(p);
	env.predict = predict;
	p = compile(&env, text);
	ok(p && needs_of(p, "d") == 1 && needs_of(p, "b") == 1,
		"a conflict between the long steps leaves too little to gain");
	plan_drop(p);
	h.ms[0] = 500;
	p = compile(&env, text);
	ok(p && needs_of(p, "b") == 0 && needs_of(p, "d") == 0 &&
		needs_of(p, "c") == 1,
		"a long step beside them is worth it, the conflict stays");
	plan_drop(p);
}

/* Needs of `b` when a and b say this. */
static uint32_t conflict(const char *a, const char *b)
{
	struct front_env env;
	struct plan *p;
	char text[512];
	uint32_t n;

	lang_env(&env);
	snprintf(text, sizeof(text), "chain:\n  options: "
		"{parallel_where_possible: true}\n  steps:\n"
		"    - {name: a, command: /bash one, %s}\n"
		"    - {name: b, command: /bash two, %s}\n", a, b);
	p = compile(&env, text);
	n = p ? needs_of(p, "b") : 9;
	plan_drop(p);
	return n;
}

static void test_conflicts(void)
{
	static const struct {
		const char *a, *b;
		uint32_t needs;
	} cases[] = {
		{ "reads: x", "reads: x", 0 },
		{ "reads: x", "writes: x", 1 },
		{ "writes: x", "reads: x", 1 },
		{ "writes: x", "writes: x", 1 },
		{ "writes: x", "writes: y", 0 },
		{ "writes: out", "reads: out/a/b", 1 },
		{ "writes: out/a/b", "reads: out/", 1 },
		{ "writes: out", "reads: outer", 0 },
		{ "writes: ./out", "reads: out", 1 },
		{ "writes: .", "reads: any", 1 },
		{ "writes: /", "reads: any", 0 },
		{ "writes: /", "reads: /etc/x", 1 },
		{ "writes: '*.o'", "reads: main.o", 1 },
		{ "writes: '*.o'", "reads: main.c", 0 },
		{ "writes: 'obj/*.o'", "reads: obj", 1 },
		{ "writes: 'obj/**'", "reads: obj/a/b.o", 1 },
		{ "writes: 'obj/*.o'", "reads: src/a.c", 0 },
		{ "writes: 'obj/*'", "reads: obj/a/b", 1 },
		{ "writes: '*.o'", "reads: '*.c'", 1 },
		{ "writes: 'a/*.o'", "reads: 'b/*.c'", 0 },
		{ "uses: gpu", "uses: gpu:1", 1 },
		{ "uses: gpu:2", "uses: gpu:2", 0 },
		{ "uses: gpu", "uses: cpu", 0 },
		{ "writes: gpu", "uses: gpu", 0 },
		{ "dir: sub, writes: x", "reads: sub/x", 1 },
		{ "dir: sub, writes: x", "reads: x", 0 }
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(conflict(cases[i].a, cases[i].b) == cases[i].needs,
			"'%s' then '%s' %s", cases[i].a, cases[i].b,
			cases[i].needs ? "stay in order" : "run at once");
}

static void test_input(void)
{
	static const char text[] = "chain:\n  options: "
		"{parallel_where_possible: true}\n  steps:\n"
		"    - {name: a, command: /bash one, writes: x}\n"
		"    - {name: b, command: /bash two}\n"
		"    - {name: c, command: /bash three, writes: x, needs: b}\n";
	struct front_env env;
	struct explain e;
	struct plan *p;
	uint32_t c;

	lang_env(&env);
	p = compile(&env, text);
	c = p ? plan_find(p, str_of("c")) : PLAN_NONE;
	if (!ok(c != PLAN_NONE && p->nodes[c].need_count == 2,
			"a step with a need and a conflict waits for both"))
		return;
	ok(p->nodes[c].fed == 1 && p->edges[p->nodes[c].need + 1] ==
		plan_find(p, str_of("a")),
		"the conflict orders and gives no input");
	ok(!(p->nodes[c].flags & NODE_NO_INPUT),
		"the step has the input of what it needs");
	ok(p->nodes[plan_find(p, str_of("b"))].flags & NODE_NO_INPUT,
		"a freed step has no input");
	front_explain(&env, p, &e);
	is_int((long long)e.count, 3, "the join is not listed");
	is_str(e.nodes[2].why, "needs b; stays behind a: both write x",
		"/explain tells need and conflict apart");
	ok(e.nodes[0].with_count == 1 && e.nodes[0].with[0] ==
		plan_find(p, str_of("b")), "a may run beside b only");
	explain_release(&e);
	plan_drop(p);
}

/* The plan of a one-liner, or NULL. */
static struct plan *line(const char *text)
{
	struct lines l = { .source = str_of(text), .complete = 1 };
	struct front_env env;
	struct line out;
	struct plan *p = NULL;
	struct diags d;
	struct buf b;

	lang_env(&env);
	diags_init(&d, "-c", 1, l.source);
	buf_init(&b);
	if (line_next(&l, &out, &d) != LINE_COMMAND ||
	    front_compile(&env, &out, &p, NULL, NULL, &d)) {
		diags_print(&d, &b);
		note("%s", buf_cstr(&b));
	}
	buf_release(&b);
	diags_release(&d);
	return p;
}

static void test_lines(void)
{
	struct plan *p = line("/chain --parallel \"a: /bash x -> "
		"[b: /bash y, c: /bash z] -> d: /query about ${a.output}\"");

	if (ok(p != NULL, "a one-liner takes --parallel")) {
		is_int(needs_of(p, "b"), 0, "its arrows are dropped");
		is_int(needs_of(p, "d"), 1, "its references are not");
		ok(p->flags & PLAN_PARALLEL, "and the plan says so");
	}
	plan_drop(p);
	p = line("/chain --parallel \"a: /bash x @writes=o -> "
		"all: [b: /bash y -> c: /bash z @reads=o, e: /bash w] -> "
		"if a.ok then (f: /bash v -> g: /bash u) else h: /bash t end "
		"-> i: /bash s\"");
	if (ok(p != NULL, "groups and conditions take --parallel")) {
		is_int(needs_of(p, "all"), 1,
			"a group stays behind what its steps conflict with");
		is_int(needs_of(p, "c"), 0, "arrows within it are dropped");
		is_int(needs_of(p, "i"), 0, "so are those behind a condition");
		is_int(needs_of(p, "if"), 1, "a condition needs what it names");
	}
	plan_drop(p);
}

static void test_explain(void)
{
	static const char text[] = "chain:\n  steps:\n"
		"    - {name: a, command: /bash one}\n"
		"    - {name: b, command: /bash two, depends_on: a}\n"
		"    - {name: c, command: /bash three, depends_on: a}\n"
		"    - {name: d, command: /bash four, depends_on: [b, c]}\n";
	struct history h = { .count = 0 };
	struct front_env env;
	struct explain e;
	struct plan *p;
	uint32_t i;

	lang_env(&env);
	env.ud = &h;
	env.predict = predict;
	p = compile(&env, text);
	if (!p)
		return;
	for (i = 0; i < 4; i++)
		remember(&h, p, i, 100 * (i + 1));
	front_explain(&env, p, &e);
	is_int(e.predicted_ms, 100 + 300 + 400,
		"the longest path is the predicted time");
	is_int(e.nodes[1].predicted_ms, 200, "each step has its own");
	is_str(e.nodes[3].why, "needs b, c", "needs are named");
	is_str(e.nodes[0].why, "starts at once", "the first starts at once");
	ok(e.nodes[1].with_count == 1 && e.nodes[1].with[0] == 2,
		"b may run beside c");
	ok(e.nodes[3].with_count == 0, "d runs alone");
	explain_release(&e);
	env.slots = 1;
	front_explain(&env, p, &e);
	is_int(e.predicted_ms, 1000, "with one slot it is the sum");
	explain_release(&e);
	h.count = 3;
	front_explain(&env, p, &e);
	is_int(e.predicted_ms, -1, "without history of one it is unknown");
	explain_release(&e);
	plan_drop(p);
}

static void test_keys(void)
{
	static const char first[] = "chain:\n  steps:\n"
		"    - {name: a, command: /bash make -j2}\n"
		"    - {name: b, command: '/query about ${a.output}'}\n";
	static const char renamed[] = "chain:\n\n  steps:\n"
		"    - {command: /echo new}\n"
		"    - {name: x,  command: /bash   make -j2,  retry: 3,\n"
		"       timeout: 9}\n"
		"    - {name: y, command: '/query   about ${x.output}'}\n";
	static const char other[] = "chain:\n  steps:\n"
		"    - {name: a, command: /bash make -j3}\n"
		"    - {name: b, command: '/query about ${a.output}'}\n";
	static const char dir[] = "chain:\n  steps:\n"
		"    - {name: a, command: /bash make -j2, dir: sub}\n";
	char a[4][DIGEST_HEX + 1], b[3][DIGEST_HEX + 1];
	struct front_env env;
	struct plan *p[4];

	lang_env(&env);
	p[0] = compile(&env, first);
	p[1] = compile(&env, renamed);
	p[2] = compile(&env, other);
	p[3] = compile(&env, dir);
	front_leaf_key(p[0], 0, a[0]);
	front_leaf_key(p[1], 1, a[1]);
	front_leaf_key(p[2], 0, a[2]);
	front_leaf_key(p[3], 0, a[3]);
	front_leaf_key(p[0], 1, b[0]);
	front_leaf_key(p[1], 2, b[1]);
	front_leaf_key(p[2], 1, b[2]);
	is_str(a[1], a[0],
		"blanks, a label, a policy and other steps leave a key alone");
	is_str(b[1], b[0], "so does the name of the step that is referred to");
	ok(strcmp(a[0], a[2]) != 0, "another text is another key");
	ok(strcmp(b[0], b[2]) != 0,
		"so is a reference to a step that does something else");
	ok(strcmp(a[0], a[3]) != 0, "so is another directory");
	plan_drop(p[0]);
	plan_drop(p[1]);
	plan_drop(p[2]);
	plan_drop(p[3]);
}

static void normal(const char *text, const char *want)
{
	struct buf b;

	buf_init(&b);
	front_normal_text(str_of(text), &b);
	if (!ok(strcmp(buf_cstr(&b), want) == 0,
			"a text of %zu bytes has its normal form",
			strlen(text)))
		note("'%s' gave '%s'", text, buf_cstr(&b));
	buf_release(&b);
}

static void test_normal(void)
{
	normal("  a->b  ", "a->b");
	normal("a -> b", "a \xe2\x86\x92 b");
	normal("a\xe2\x86\x92" "b", "a \xe2\x86\x92 b");
	normal("a  \xe2\x86\x92\n   b\t c", "a \xe2\x86\x92 b c");
	normal("/bash echo 'x -> y'  -> b",
		"/bash echo 'x -> y' \xe2\x86\x92 b");
	normal("/bash echo \"x  -> \\\" y\" -> b",
		"/bash echo \"x  -> \\\" y\" \xe2\x86\x92 b");
	normal("[a -> b,  c] -> d",
		"[a \xe2\x86\x92 b, c] \xe2\x86\x92 d");
	normal("/query what is (a -> b) -> c",
		"/query what is (a -> b) \xe2\x86\x92 c");
	normal("/bash {x -> y} -> c", "/bash {x -> y} \xe2\x86\x92 c");
	normal("don't  stop -> go", "don't stop \xe2\x86\x92 go");
	normal("a\n    b:  c", "a\n    b: c");
	normal("", "");
	normal("->", "\xe2\x86\x92 ");
}

int main(void)
{
	test_rule();
	test_group();
	test_conflicts();
	test_input();
	test_lines();
	test_explain();
	test_keys();
	test_normal();
	return done();
}
