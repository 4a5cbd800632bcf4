/*
 * Decisions foreseen: conditions evaluated with what is known without a run,
 * and what the journal and the learned sites tell of earlier ones. Reads
 * only.
 */
#include "engine/foresee.h"

#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/drive/evals.h"
#include "engine/drive/fact_known.h"
#include "engine/drive/fact_step.h"
#include "engine/drive/facts.h"
#include "engine/drive/sites.h"
#include "engine/fact/fact.h"
#include "engine/view.h"

enum {
	DECISIONS = 20,        /* that count */
	BRANCHES = 256         /* that are told apart */
};

/* ------------------------------------------------------------------- now */
struct asking {
	struct engine *e;
	const struct foresee *of;
	struct buf scratch, *rests;
};

static int is_made(const struct foresee *of, struct flow_name name)
{
	const struct plan_node *n = &of->plan->nodes[of->node];
	struct buf whole;
	int made = 0;

	buf_init(&whole);
	buf_printf(&whole, "%.*s.%.*s", (int)name.root.n, name.root.p,
		(int)name.field.n, name.field.p);
	for (uint32_t i = 0; i < n->branch_count; i++) {
		const struct plan_branch *b = &of->plan->branches[n->branch +
			i];
		const char *var = plan_text(of->plan, b->var);

		made |= b->role == ROLE_FACT && (str_eq(name.root, var) ||
			strcmp(buf_cstr(&whole), var) == 0);
	}
	buf_release(&whole);
	return made;
}

/* The field of a root that was measured. */
static int measured(struct asking *a, struct flow_name name,
	struct value *out)
{
	const struct fact_source *source = fact_source_of(name.root);
	struct engine_fact known;
	struct str object, value;

	if (!source || !fact_known(a->e, source->root, a->of->dir,
			&known) ||
			jspan_value(known.value, &object) < 0 ||
			!jspan_find(object, name.field, &value))
		return 0;
	fact_value(value, out, &a->scratch);
	return 1;
}

static int text_or_nil(const char *text, struct value *out)
{
	memset(out, 0, sizeof(*out));
	if (text)
		*out = (struct value){.kind = VALUE_STRING, .s = str_of(text)};
	return 1;
}

static int get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	struct asking *a = ud;
	struct flow_name name = {root, field};
	const char *dot = field.n ? "." : "";
	char key[LIMIT_NAME + 1];
	int rc = 0, is_var = str_eq(root, "vars");

	buf_clear(&a->scratch);
	if (!is_made(a->of, name) && (is_var || str_eq(root, "env")) &&
			field.n <= LIMIT_NAME) {
		memcpy(key, field.p, field.n);
		key[field.n] = '\0';
		rc = text_or_nil(is_var ? engine_getvar(a->e, key)
			: engine_getenv(a->e, key), out);
	} else if (!is_made(a->of, name)) {
		rc = measured(a, name, out);
	}
	if (!rc && fact_source_of(root) && field.n && !fact_has(
			fact_source_of(root), field))
		return err_set(err, ERR_NOTFOUND, "unknown fact '%.*s.%.*s'",
			(int)root.n, root.p, (int)field.n, field.p);
	if (!rc)
		return err_set(err, ERR_NOTFOUND, "%.*s%s%.*s is known when it "
			"runs", (int)root.n, root.p, dot, (int)field.n,
			field.p);
	if (!str_eq(root, "env")) /* values of the environment may be secret */
		eval_note(a->rests, name, out);
	return 1;
}

static size_t no_names(void *ud, const char **list, size_t max)
{
	(void)ud;
	(void)list;
	(void)max;
	return 0;
}

int engine_foresee(struct engine *e, const struct foresee *of,
	struct str expr, struct buf *rests)
{
	struct asking a = {.e = e, .of = of, .rests = rests};
	struct vm_library libraries[LIBRARIES_MAX];
	struct vm_host host = {.ud = &a, .get = get, .names = no_names,
		.libraries = libraries};
	struct err err = {0};
	struct value v;
	size_t at;
	int rc;

	if (!e->has_lua)
		return -1;
	host.library_count = eval_libraries(of->plan, of->node, libraries,
		LIBRARIES_MAX);
	buf_init(&a.scratch);
	rc = e->lua.eval(e->lua.ud, expr, &host, &v, &at, &err);
	if (rc < 0) {
		buf_clear(rests);
		buf_str(rests, err.text);
	} else {
		rc = eval_truth(&v);
	}
	buf_release(&a.scratch);
	return rc;
}

/* ------------------------------------------------------------------ before */
struct counting {
	uint64_t taken[BRANCHES + 1]; /* the last: none, or one beyond */
	uint64_t of;
	int64_t at_ms;
};

static void count(struct counting *c, int64_t branch)
{
	int is_one = branch >= 0 && branch < BRANCHES;

	c->taken[is_one ? branch : BRANCHES]++;
	c->of++;
}

static int count_decision(void *ud, const struct decision *d)
{
	struct counting *c = ud;

	if (d->at_ms > c->at_ms)
		c->at_ms = d->at_ms;
	count(c, d->branch);
	return 0;
}

/* "a.b": as a site is named. */
static void path_of(const struct plan *p, uint32_t node, struct buf *out)
{
	uint32_t owner = p->bodies[p->nodes[node].body].owner;

	if (owner != PLAN_NONE) {
		path_of(p, owner, out);
		buf_char(out, '.');
	}
	buf_str(out, plan_text(p, p->nodes[node].name));
}

static void count_learned(struct engine *e, const struct foresee *of,
	struct counting *c)
{
	struct decision_query q = {.max = DECISIONS, .newest = 1};
	struct digest key;
	struct err err = {0};
	struct buf path;

	buf_init(&path);
	path_of(of->plan, of->node, &path);
	site_key(of->dir, of->text_key, buf_cstr(&path), &key);
	buf_release(&path);
	q.key = &key;
	store_decisions(e->store, &q, count_decision, c, &err);
}

/* The branch of the node that the step opened; -1: none. */
static int64_t taken_by(const struct run *r, const struct step *s,
	uint32_t node)
{
	const struct extra *x = run_extra(r, s);

	for (uint32_t id = x ? x->last_frame : 0; id;
			id = r->frames[id - 1].prev + 1) {
		const struct frame *f = &r->frames[id - 1];

		if (!f->dropped && r->plan->branches[f->branch].role ==
				ROLE_BODY)
			return (int64_t)f->branch - r->plan->nodes[node].branch;
	}
	return -1;
}

/* Whether the node is the same as in the other plan. */
static int is_same(const struct plan *a, const struct plan *b, uint32_t node)
{
	const struct plan_node *n = &a->nodes[node], *m = &b->nodes[node];

	return a->node_count == b->node_count && n->kind == m->kind &&
		n->branch_count == m->branch_count &&
		strcmp(plan_text(a, n->name), plan_text(b, m->name)) == 0;
}

static void count_run(const struct run *r, uint32_t node, struct counting *c)
{
	for (uint32_t i = 0; i < r->frame_count; i++) {
		const struct step *s;

		if (r->frames[i].body != r->plan->nodes[node].body ||
				r->frames[i].dropped || !r->frames[i].steps)
			continue;
		s = run_step(r, i, node);
		if (s->state == STEP_SUCCEEDED || taken_by(r, s, node) >= 0)
			count(c, taken_by(r, s, node));
	}
}

static void count_latest(struct engine *e, const struct foresee *of,
	struct counting *c)
{
	struct run_row row = {0};
	struct err err = {0};
	struct view v;

	if (store_latest(e->store, of->text_key, of->dir, &row, &err) <= 0)
		return;
	if (view_open(e, row.ulid, &v, &err) == 0) {
		if (of->node < v.plan->node_count &&
				is_same(v.plan, of->plan, of->node))
			count_run(v.run, of->node, c);
		view_release(&v);
	}
	c->at_ms = row.started_ms;
	run_row_release(&row);
}

int engine_past(struct engine *e, const struct foresee *of,
	struct foreseen *out)
{
	struct counting c = {.of = 0};
	size_t most = BRANCHES;

	if (!e->store || !of->text_key)
		return 0;
	count_learned(e, of, &c);
	if (!c.of)
		count_latest(e, of, &c);
	if (!c.of)
		return 0;
	for (size_t i = BRANCHES; i-- > 0;)
		if (c.taken[i] && c.taken[i] >= c.taken[most])
			most = i;
	*out = (struct foreseen){most == BRANCHES ? PLAN_NONE
		: (uint32_t)most, c.taken[most], c.of, c.at_ms};
	return 1;
}
