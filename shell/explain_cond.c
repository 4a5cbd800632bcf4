/*
 * Conditions in /explain. Facts that are measured are measured, for that runs
 * nothing; facts that steps make are told with what those steps took before.
 */
#include "shell/explain_cond.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/facts.h"
#include "engine/io/clock.h"
#include "shell/run_ref.h"

enum { NAMES = 64, PATIENCE_US = 1000000 };

/* A condition of a node: of one of its branches, or its own. */
struct cond {
	const char *word;
	struct str expr;
	uint32_t branch;       /* of the node's; PLAN_NONE: its own */
};

struct expected {
	uint32_t branch;       /* PLAN_NONE: none of them */
	int known;
	struct buf rests;      /* facts, or what is not known */
	struct foreseen past;
	int has_past;
};

/* ------------------------------------------------------------------- facts */
struct fact {
	struct str name;
	int64_t ms;            /* -1: not known */
	enum { NO_FACT, MADE, MEASURED, TOO_LATE } how;
};

struct patience {
	struct session *s;
	uint64_t until_us;
};

static int is_over(void *ud)
{
	const struct patience *p = ud;

	return clock_mono_us() > p->until_us || session_stopped(p->s);
}

struct root_search {
	struct str root;
	const char *found;
};

static void on_fact(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct root_search *search = ud;

	(void)field;
	(void)summary;
	if (str_eq(search->root, root))
		search->found = root;
}

/* Measures the root once for all conditions: 1 known, 0 it takes too long, or
 * cannot be had. */
static int measure(struct explain_cond *c, const char *root)
{
	struct patience patience = {c->s, clock_mono_us() + PATIENCE_US};
	struct engine_fact_ask ask = {root, c->s->dir, is_over, &patience};
	struct engine_fact known;
	struct err err = {0};
	size_t i = 0;

	while (i < c->root_count && strcmp(c->roots[i], root) != 0)
		i++;
	if (i < c->root_count || i == COND_ROOTS)
		return i < c->root_count && !c->late[i];
	c->roots[c->root_count++] = root;
	c->late[i] = engine_fact_now(c->s->engine, &ask, &known, &err) < 0;
	return !c->late[i];
}

/* The body of the node that makes a fact, or PLAN_NONE. */
static uint32_t made_by(const struct plan *p, uint32_t node, struct str name)
{
	const struct plan_node *n = &p->nodes[node];
	const char *dot = memchr(name.p, '.', name.n);
	struct str root = {name.p, dot ? (size_t)(dot - name.p) : name.n};

	for (uint32_t i = n->branch; i < n->branch + n->branch_count; i++) {
		const struct plan_branch *b = &p->branches[i];
		const char *var = plan_text(p, b->var);

		if (b->role == ROLE_FACT && (str_eq(name, var) ||
				str_eq(root, var)))
			return b->body;
	}
	return PLAN_NONE;
}

static struct fact fact_of(struct explain_cond *c, uint32_t node,
	struct str name)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct root_search search = {{name.p, dot ? (size_t)(dot - name.p)
		: name.n}, NULL};
	struct fact f = {name, -1, NO_FACT};
	uint32_t body = made_by(c->plan, node, name);
	struct engine_fact known;

	if (body != PLAN_NONE) {
		f.how = MADE;
		f.ms = c->x->body_ms[body];
		return f;
	}
	engine_facts_each(on_fact, &search);
	if (!search.found || !dot)
		return f;
	f.how = measure(c, search.found) ? MEASURED : TOO_LATE;
	if (f.how == MEASURED && engine_fact_known(c->s->engine,
			search.found, c->s->dir, &known))
		f.ms = known.cost_ms;
	return f;
}

static size_t facts_of(struct explain_cond *c, uint32_t node,
	struct str expr, struct fact out[NAMES])
{
	struct str names[NAMES];
	size_t count = front_cond_names(expr, names, NAMES), n = 0;

	for (size_t i = 0; i < count; i++) {
		out[n] = fact_of(c, node, names[i]);
		n += out[n].how != NO_FACT;
	}
	return n;
}

/* -------------------------------------------------------------- conditions */
static const char *word_of(const struct plan_node *n, uint32_t branch)
{
	switch ((enum node_kind)n->kind) {
	case NODE_FOR:
		return "in";
	case NODE_WHILE:
		return "while";
	default:
		return branch ? "elif" : "if";
	}
}

static size_t conds_of(const struct plan *p, uint32_t node,
	struct cond out[NAMES])
{
	const struct plan_node *n = &p->nodes[node];
	size_t count = 0;

	if (n->cond != PLAN_NONE)
		out[count++] = (struct cond){"only if", str_of(plan_text(p,
			n->cond)), PLAN_NONE};
	if (n->kind == NODE_CHOOSE)
		return count;
	for (uint32_t i = 0; i < n->branch_count && count < NAMES; i++) {
		const struct plan_branch *b = &p->branches[n->branch + i];

		if (b->role == ROLE_BODY && b->expr != PLAN_NONE)
			out[count++] = (struct cond){word_of(n, i),
				str_of(plan_text(p, b->expr)), i};
	}
	return count;
}

static int decides(const struct plan_node *n)
{
	return n->kind == NODE_IF || n->kind == NODE_CHOOSE;
}

static struct foresee ask_of(const struct explain_cond *c, uint32_t node)
{
	return (struct foresee){c->plan, node, c->s->dir, c->text_key};
}

/* The branch behind those whose conditions are false; PLAN_NONE: none. */
static uint32_t last_resort(const struct plan *p, uint32_t node)
{
	const struct plan_node *n = &p->nodes[node];

	for (uint32_t i = 0; i < n->branch_count; i++)
		if (p->branches[n->branch + i].role == ROLE_BODY &&
				p->branches[n->branch + i].expr == PLAN_NONE)
			return i;
	return PLAN_NONE;
}

static void expect_now(struct explain_cond *c, uint32_t node,
	struct expected *e)
{
	struct foresee of = ask_of(c, node);
	struct cond conds[NAMES];
	size_t n = conds_of(c->plan, node, conds);

	for (size_t i = 0; i < n; i++) {
		int rc;

		if (conds[i].branch == PLAN_NONE)
			continue;
		rc = engine_foresee(c->s->engine, &of, conds[i].expr,
			&e->rests);
		if (rc == 0)
			continue;
		e->known = rc > 0;
		e->branch = conds[i].branch;
		return;
	}
	e->known = 1;
	e->branch = last_resort(c->plan, node);
}

static void expect(struct explain_cond *c, uint32_t node, struct expected *e)
{
	struct foresee of = ask_of(c, node);

	memset(e, 0, sizeof(*e));
	buf_init(&e->rests);
	e->branch = PLAN_NONE;
	if (c->plan->nodes[node].kind == NODE_IF)
		expect_now(c, node, e);
	if (decides(&c->plan->nodes[node]))
		e->has_past = engine_past(c->s->engine, &of, &e->past);
}

/* "then", "elif 2", "else"; an arm is called as its first step. */
static void branch_name(const struct plan *p, uint32_t node, uint32_t branch,
	struct buf *out)
{
	const struct plan_branch *b;

	if (branch >= p->nodes[node].branch_count) {
		buf_str(out, "none of them");
		return;
	}
	b = &p->branches[p->nodes[node].branch + branch];
	if (p->nodes[node].kind == NODE_CHOOSE)
		buf_str(out, plan_text(p, p->nodes[p->bodies[b->body].first]
			.name));
	else if (b->expr == PLAN_NONE)
		buf_str(out, "else");
	else if (branch)
		buf_printf(out, "elif %u", branch);
	else
		buf_str(out, "then");
}

/* -------------------------------------------------------------------- text */
static void fact_line(const struct fact *f, struct buf *out)
{
	char took[16] = "";

	if (f->ms >= 0)
		duration_print(f->ms * 1000, took);
	buf_printf(out, "    reads %.*s, ", (int)f->name.n, f->name.p);
	if (f->how == TOO_LATE)
		buf_str(out, "which takes longer than a second");
	else if (f->how == MEASURED)
		buf_printf(out, "measured in %s", took);
	else if (f->ms >= 0)
		buf_printf(out, "made by steps in about %s", took);
	else
		buf_str(out, "made by steps; how long that takes is not known");
	buf_char(out, '\n');
}

static void expected_lines(struct explain_cond *c, uint32_t node,
	const struct expected *e, struct buf *out)
{
	char age[16];

	if (e->known) {
		buf_str(out, "  now: ");
		branch_name(c->plan, node, e->branch, out);
	} else if (e->rests.len) {
		buf_str(out, "  now: not known");
	}
	if (e->rests.len)
		buf_printf(out, ", for %.*s", (int)e->rests.len,
			e->rests.data);
	if (e->known || e->rests.len)
		buf_char(out, '\n');
	if (!e->has_past) {
		if (!e->known)
			buf_str(out, "  before: it has not decided yet\n");
		return;
	}
	run_age(e->past.at_ms, age);
	buf_str(out, "  before: ");
	branch_name(c->plan, node, e->past.branch, out);
	if (e->past.of > 1)
		buf_printf(out, ", %llu of %llu times",
			(unsigned long long)e->past.times,
			(unsigned long long)e->past.of);
	buf_printf(out, ", %s%s ago\n", e->past.of > 1 ? "the last " : "",
		age);
}

void explain_cond_text(struct explain_cond *c, uint32_t node,
	struct buf *out)
{
	struct cond conds[NAMES];
	struct fact facts[NAMES];
	size_t n = conds_of(c->plan, node, conds), known;
	struct expected e;

	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "  %s %.*s\n", conds[i].word,
			(int)conds[i].expr.n, conds[i].expr.p);
		known = facts_of(c, node, conds[i].expr, facts);
		for (size_t k = 0; k < known; k++)
			fact_line(&facts[k], out);
	}
	if (!decides(&c->plan->nodes[node]))
		return;
	expect(c, node, &e);
	expected_lines(c, node, &e, out);
	buf_release(&e.rests);
}

/* -------------------------------------------------------------------- JSON */
static void cond_json(struct explain_cond *c, uint32_t node,
	const struct cond *cond, struct json *j)
{
	static const char *const words[] = {"", "steps", "measured",
		"too long"};
	struct fact facts[NAMES];
	size_t n = facts_of(c, node, cond->expr, facts);

	json_open(j, '{');
	json_ktext(j, "kind", cond->word);
	json_kstr(j, "text", cond->expr);
	json_key(j, "reads");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_kstr(j, "name", facts[i].name);
		json_ktext(j, "by", words[facts[i].how]);
		json_key(j, "cost_ms");
		if (facts[i].ms >= 0)
			json_int(j, facts[i].ms);
		else
			json_null(j);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void branch_json(struct json *j, const char *key, int known,
	uint32_t branch)
{
	json_key(j, key);
	if (known)
		json_int(j, branch == PLAN_NONE ? -1 : (int64_t)branch);
	else
		json_null(j);
}

static void expected_json(const struct expected *e, struct json *j)
{
	branch_json(j, "branch_now", e->known, e->branch);
	json_kstr(j, "because", (struct str){e->rests.data, e->rests.len});
	branch_json(j, "branch_before", e->has_past, e->past.branch);
	json_kint(j, "before_times", (int64_t)e->past.times);
	json_kint(j, "before_of", (int64_t)e->past.of);
}

void explain_cond_json(struct explain_cond *c, uint32_t node,
	struct json *j)
{
	struct cond conds[NAMES];
	size_t n = conds_of(c->plan, node, conds);
	struct expected e;

	if (n) {
		json_key(j, "conditions");
		json_open(j, '[');
		for (size_t i = 0; i < n; i++)
			cond_json(c, node, &conds[i], j);
		json_close(j, ']');
	}
	if (!decides(&c->plan->nodes[node]))
		return;
	expect(c, node, &e);
	expected_json(&e, j);
	buf_release(&e.rests);
}
