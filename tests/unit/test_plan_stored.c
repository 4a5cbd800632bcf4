/*
 * Stored plans: they come back the same or not at all, random and large ones
 * too. Damaged bytes are refused, or give a plan that is sound.
 */
#include "engine/core/plan.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/core/build.h"
#include "engine/core/vocab.h"
#include "tests/unit/plan_fixture.h"
#include "tests/unit/tap.h"

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % n;
}

static void random_arg(struct builder *b, uint32_t node, uint32_t first)
{
	struct plan_ref r = { 0, 0, 0, 0, 0 };

	build_arg(b, node, (enum arg_role)random_below(4), text(b, "text"));
	while (random_below(3)) {
		if (random_below(2)) {
			build_part_text(b, str_of(random_below(2) ? "x" : ""));
			continue;
		}
		r.root = random_below(REF_ROOTS);
		r.node = PLAN_NONE;
		if (r.root == REF_STEP && node == first)
			continue;
		if (r.root == REF_STEP)
			r.node = first + random_below(node - first);
		r.field = random_below(2) ? text(b, "json.a") : PLAN_NONE;
		r.fallback = random_below(2) ? text(b, "else") : PLAN_NONE;
		r.spread = random_below(2);
		build_part_ref(b, &r);
	}
}

static void random_policy(struct builder *b, uint32_t node)
{
	struct plan_policy q = { .pool = PLAN_NONE };

	q.retry = random_below(3);
	q.timeout_ms = random_below(2) ? INT64_MAX : 0;
	q.limit = random_below(2) * 200;
	q.priority = random_below(6);
	if (random_below(3) == 0)
		q.pool = text(b, "pool");
	if (random_below(3) == 0) {
		q.demand = build_demand(b, text(b, "tool"), 1);
		q.demand_count = 1;
	}
	build_policy(b, node, &q);
}

static void random_body(struct builder *b, uint32_t body, uint32_t depth)
{
	static const char *const execs[] = { "bash", "grep", "echo", "http" };
	uint32_t i, k, count = 1 + random_below(6), here[6], inner;
	struct plan_node *n;

	for (i = 0; i < count; i++) {
		enum node_kind kind = depth > 3 || random_below(3) ? NODE_STEP :
			(enum node_kind)random_below(NODE_KINDS);

		here[i] = build_node(b, body, kind, PLAN_NONE);
		n = build_at(b, here[i]);
		n->exec = text(b, execs[random_below(4)]);
		n->flags = (uint8_t)random_below(64);
		n->lane = (uint8_t)random_below(LANE_COUNT);
		n->effect = (uint8_t)(1 + random_below(3));
		n->source = random_below(100000);
		n->cond = random_below(4) ? PLAN_NONE : text(b, "a.ok");
		for (k = 0; k < i; k++)
			if (random_below(2))
				build_edge(b, here[k], here[i]);
		while (random_below(2))
			random_arg(b, here[i], depth ? here[0] : 0);
		if (random_below(2))
			random_policy(b, here[i]);
		if (kind == NODE_IF || kind == NODE_CHOOSE)
			random_body(b, branch(b, here[i], ROLE_BODY, "e",
				NULL), depth + 1);
		inner = kind >= NODE_BLOCK && kind <= NODE_MAP;
		if (inner)
			random_body(b, branch(b, here[i], ROLE_BODY, kind ==
				NODE_IF ? NULL : "e", "v"), depth + 1);
		if (depth < 3 && random_below(6) == 0)
			random_body(b, branch(b, here[i], ROLE_UNDO, NULL,
				NULL), depth + 1);
	}
}

static struct plan *random_plan(uint64_t seed)
{
	struct builder *b = build_new();
	struct plan *p;
	struct err err;

	random_state = seed * 77 + 1;
	random_body(b, 0, 0);
	p = end(b, NULL, &err);
	if (!p && !strstr(err.text, "refers to"))
		ok(0, "random plan %llu: %s", (unsigned long long)seed,
			err.text);
	return p;
}

/* Everything that a reader of plans may rely on, checked anew. */
static int is_sound(const struct plan *p)
{
	uint32_t i, k, m, found, node = 0;
	const struct plan_node *n, *o;

	for (i = 0; i < p->body_count; i++) {
		if (p->bodies[i].first != node || !p->bodies[i].count)
			return 0;
		for (k = 0; k < p->bodies[i].count; k++)
			if (p->nodes[node++].body != i)
				return 0;
	}
	for (i = 0; i < p->node_count; i++) {
		n = &p->nodes[i];
		for (k = 0; k < n->need_count; k++) {
			o = &p->nodes[p->edges[n->need + k]];
			found = 0;
			for (m = 0; m < o->succ_count; m++)
				found += p->edges[o->succ + m] == i;
			if (found < 1 || o->body != n->body)
				return 0;
		}
		for (k = 0; k < n->branch_count; k++)
			if (p->bodies[p->branches[n->branch + k].body].owner
					!= i)
				return 0;
	}
	return node == p->node_count;
}

static void use(const struct plan *p)
{
	struct buf out;

	buf_init(&out);
	plan_dump(p, &out);
	plan_find(p, str_of("bash_2"));
	buf_release(&out);
}

/* 1 when the plan comes back as the same plan from the same bytes. */
static int comes_back(const struct plan *p)
{
	struct buf bytes, again, one, two;
	struct plan *q = NULL;
	struct err err;
	int same = 0;

	buf_init(&bytes);
	buf_init(&again);
	buf_init(&one);
	buf_init(&two);
	plan_encode(p, &bytes);
	if (plan_decode(bytes.data, bytes.len, &q, &err) == 0) {
		plan_encode(q, &again);
		plan_dump(p, &one);
		plan_dump(q, &two);
		same = again.len == bytes.len &&
			memcmp(again.data, bytes.data, bytes.len) == 0 &&
			strcmp(one.data, two.data) == 0 && is_sound(q) &&
			memcmp(p->nodes, q->nodes, p->node_count *
				sizeof(*p->nodes)) == 0;
	} else {
		note("%s", err.text);
	}
	plan_drop(q);
	buf_release(&bytes);
	buf_release(&again);
	buf_release(&one);
	buf_release(&two);
	return same;
}

static void test_round_trips(void)
{
	struct plan *p = rich_plan();
	uint64_t seed;
	int made = 0, same = 0;

	ok(is_sound(p) && comes_back(p), "a stored plan comes back the same");
	plan_drop(p);
	for (seed = 0; seed < 2000; seed++) {
		p = random_plan(seed);
		if (!p)
			continue;
		made++;
		same += is_sound(p) && comes_back(p);
		plan_drop(p);
	}
	ok(made > 500, "random plans can be made");
	is_int(same, made, "random plans come back the same");
}

/* Damaged bytes: refused as corrupt, or sound. 1 when so. */
static int survives(const char *bytes, size_t n, int *refusals)
{
	struct err err = { ERR_NONE, "", "" };
	struct plan *p = NULL;
	char *copy = mem_dup(bytes, n); /* so that overreads are seen */
	int rc = plan_decode(copy, n, &p, &err), good;

	mem_free(copy);
	if (rc < 0) {
		++*refusals;
		return !p && (err.code == ERR_CORRUPT ||
			err.code == ERR_STATE) && err.text[0];
	}
	good = is_sound(p);
	use(p);
	plan_drop(p);
	return good;
}

static void test_damage(void)
{
	static const unsigned char masks[] = { 1, 2, 0x10, 0x7f, 0x80, 0xff };
	struct plan *p;
	struct buf bytes;
	size_t i, k, tried = 0, good = 0, cut = 0;
	uint64_t seed;
	int refusals = 0, cut_refusals = 0;

	buf_init(&bytes);
	for (seed = 0; seed < 5; seed++) {
		p = seed ? random_plan(seed + 5000) : rich_plan();
		if (!p)
			continue;
		buf_clear(&bytes);
		plan_encode(p, &bytes);
		plan_drop(p);
		for (i = 0; i < bytes.len; i++) {
			cut++;
			good += survives(bytes.data, i, &cut_refusals);
			tried++;
			for (k = 0; k < sizeof(masks); k++, tried++) {
				bytes.data[i] ^= (char)masks[k];
				good += survives(bytes.data, bytes.len,
					&refusals);
				bytes.data[i] ^= (char)masks[k];
			}
		}
		buf_char(&bytes, 0);
		survives(bytes.data, bytes.len, &cut_refusals);
		cut++;
	}
	buf_release(&bytes);
	is_int((long long)good, (long long)tried,
		"a damaged plan is refused, or sound");
	is_int(cut_refusals, (long long)cut,
		"a plan that was cut off or added to is always refused");
	ok(refusals > 500, "most damage is noticed");
}

static void test_versions(void)
{
	struct plan *p = rich_plan(), *q = NULL;
	struct buf bytes;
	struct err err;

	buf_init(&bytes);
	plan_encode(p, &bytes);
	plan_drop(p);
	bytes.data[4] = PLAN_VERSION + 1;
	is_int(plan_decode(bytes.data, bytes.len, &q, &err), -1,
		"a plan of a newer version is refused");
	is_int(err.code, ERR_STATE, "as state that this wf is too old for");
	is_int(plan_decode(NULL, 0, &q, &err), -1, "no bytes are no plan");
	is_int(err.code, ERR_CORRUPT, "but corruption");
	buf_release(&bytes);
}

static void test_large(void)
{
	struct builder *b = build_new();
	char line[48], name[16];
	uint32_t i, n;
	size_t bytes;
	struct plan *p;

	for (i = 0; i < 100000; i++) {
		snprintf(line, sizeof(line), "make -C module part-%u", i);
		snprintf(name, sizeof(name), "part_%u", i);
		n = step(b, 0, i % 2 ? name : NULL, "bash", line);
		if (i > 1) {
			build_edge(b, i - 1, n);
			build_edge(b, random_below(i - 1), n);
		}
	}
	p = must_end(b);
	bytes = sizeof(*p) + p->node_count * sizeof(*p->nodes) +
		p->body_count * sizeof(*p->bodies) +
		p->branch_count * sizeof(*p->branches) +
		p->edge_count * sizeof(*p->edges) +
		p->policy_count * sizeof(*p->policies) +
		p->arg_count * sizeof(*p->args) +
		p->part_count * sizeof(*p->parts) +
		p->ref_count * sizeof(*p->refs) + p->text_size;
	note("%.1f bytes a step, %u edges", (double)bytes / p->node_count,
		p->edge_count / 2);
	ok(bytes <= (size_t)170 * p->node_count,
		"a step of a large plan takes at most 170 bytes");
	ok(comes_back(p), "a large plan comes back the same");
	plan_drop(p);
}

int main(void)
{
	test_round_trips();
	test_damage();
	test_versions();
	test_large();
	return done();
}
