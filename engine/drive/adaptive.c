/*
 * What was found for a step stays here until the step is settled: a decision
 * may take several questions, as facts come one by one.
 */
#include "engine/drive/adaptive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"
#include "engine/drive/sites.h"
#include "engine/io/clock.h"

enum { CONDITIONS = 8192 };    /* bytes of a detail */

/* What was found for a step that has not decided yet. */
struct deciding {
	struct deciding *next;
	uint32_t slot, frame, step;
	struct buf conditions; /* objects, with commas */
	struct buf detail;
};

struct adaptive {
	struct deciding *deciding;
};

static struct adaptive *adaptive_of(struct engine *e)
{
	if (!e->adaptive)
		e->adaptive = mem_zero(sizeof(*e->adaptive));
	return e->adaptive;
}

int adaptive_asks(const struct engine *e, const struct action *a)
{
	const struct run *r = sched_run(e->sched, a->run);
	const struct plan_node *n = &r->plan->nodes[a->step];

	if (!(r->plan->flags & PLAN_ADAPTIVE) || !e->policy.call || !e->store)
		return 0;
	return a->purpose == EVAL_CHOICE || (a->purpose == EVAL_CONDITION &&
		a->branch != PLAN_NONE && n->kind == NODE_IF);
}

/* Begins a request: {"state":…, */
static void begin_request(struct buf *b, const struct site *s)
{
	buf_char(b, '{');
	if (s->state.len) {
		buf_str(b, "\"state\":");
		buf_add(b, s->state.data, s->state.len);
		buf_char(b, ',');
	}
}

/* Of what makes this question this one: replays ask the same. */
static uint64_t seed_of(const struct run *r, const struct action *a,
	uint32_t more)
{
	uint64_t x = r->seed ^ (uint64_t)a->frame << 32 ^ a->step ^
		(uint64_t)more << 48;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (x ^ x >> 31) & 0x1fffffffffffffu; /* exact in any JSON */
}

/* So many branches of the text stand before this one. */
static uint32_t nth_body(const struct plan *p, uint32_t node, uint32_t branch)
{
	uint32_t n = 0;

	for (uint32_t i = p->nodes[node].branch; i < branch; i++)
		n += p->branches[i].role == ROLE_BODY;
	return n;
}

/* -------------------------------------------------------------- conditions */
struct weighing {
	struct engine *e;
	const struct action *a;
	const struct adaptive_eval *ask;
	const struct site *site;
	const struct run *run;
	uint32_t cond;         /* branch, relative */
	struct vm_host host;   /* the asker's, with our thresholds */
	size_t base;           /* thresholds written before the slice */
	struct buf operands;   /* of the detail */
	struct { double x, at; uint8_t seen; } places[VM_OPERANDS];
	size_t place_count;
	char why[240];
	uint8_t explored;
};

static int call_policy(struct weighing *w, const char *name,
	const struct buf *request, struct buf *answer)
{
	struct err unknown = {0}; /* without an answer it is as written */

	return w->e->policy.call(w->e->policy.ud, name, (struct str){
		request->data, request->len}, answer, &unknown);
}

static void add_why(struct weighing *w, struct buf *answer)
{
	struct str why = site_member(answer, "why");
	size_t n = strlen(w->why);
	char text[sizeof(w->why)];

	if (str_eq(site_member(answer, "explored"), "true"))
		w->explored = 1;
	if (why.n <= 2 || n + why.n + 3 >= sizeof(w->why))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)why.n - 2, why.p + 1);
	if (!strstr(w->why, text))
		snprintf(w->why + n, sizeof(w->why) - n, "%s%s",
			n ? "; " : "", text);
}

static int on_get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	struct weighing *w = ud;

	return w->ask->host->get(w->ask->host->ud, root, field, out, err);
}

static size_t on_names(void *ud, const char **list, size_t max)
{
	struct weighing *w = ud;

	return w->ask->host->names(w->ask->host->ud, list, max);
}

/* An `if` without an else: of what it does not do nothing is learned. */
static int is_alone(const struct weighing *w)
{
	const struct plan *p = w->run->plan;
	const struct plan_node *n = &p->nodes[w->a->step];

	return nth_body(p, w->a->step, n->branch + n->branch_count) < 2;
}

static int on_threshold(void *ud, size_t index, double start, double lo,
	double hi, double *at)
{
	struct weighing *w = ud;
	struct buf request, answer;
	struct str v;
	int rc;

	buf_init(&request);
	buf_init(&answer);
	begin_request(&request, w->site);
	buf_printf(&request, "\"cond\":%u,\"index\":%zu,\"start\":%.17g,"
		"\"lo\":%.17g,\"hi\":%.17g,\"both\":%s,\"seed\":%llu}",
		w->cond, w->base + index, start, lo, hi, is_alone(w) ?
		"false" : "true", (unsigned long long)seed_of(
		w->run, w->a, w->cond * 64 + 1 + (uint32_t)(w->base + index)));
	rc = call_policy(w, "threshold", &request, &answer);
	v = site_member(&answer, "at");
	if (rc == 0 && v.n) {
		*at = strtod(v.p, NULL);
		add_why(w, &answer);
	}
	buf_release(&request);
	buf_release(&answer);
	return rc == 0 && v.n > 0;
}

static void on_compared(void *ud, size_t index, double x, double at)
{
	struct weighing *w = ud;

	index += w->base;
	if (index >= VM_OPERANDS)
		return;
	w->places[index].x = x;
	w->places[index].at = at;
	w->places[index].seen = 1;
	if (w->place_count <= index)
		w->place_count = index + 1;
}

static int is_true(const struct value *v)
{
	return !(v->kind == VALUE_NIL || (v->kind == VALUE_BOOL && !v->i) ||
		(v->kind == VALUE_STRING && v->s.n == 0));
}

/* The policy's order; as written when it has none. */
static void find_order(struct weighing *w, const struct vm_split *split,
	size_t order[VM_OPERANDS])
{
	struct buf request, answer;
	struct jspan_walk list;
	struct str item;
	size_t n = 0;

	for (size_t i = 0; i < split->count; i++)
		order[i] = i;
	if (split->kind == VM_LEAF)
		return;
	buf_init(&request);
	buf_init(&answer);
	begin_request(&request, w->site);
	buf_printf(&request, "\"cond\":%u,\"ops\":%zu,\"all\":%s,"
		"\"seed\":%llu}", w->cond, split->count,
		split->kind == VM_AND ? "true" : "false",
		(unsigned long long)seed_of(w->run, w->a, w->cond * 64));
	if (call_policy(w, "order", &request, &answer) == 0) {
		list = (struct jspan_walk){site_member(&answer, "order"), 0};
		while (n < split->count && jspan_next(&list, NULL, &item))
			order[n++] = (size_t)strtoul(item.p, NULL, 10) %
				split->count;
		add_why(w, &answer);
	}
	buf_release(&request);
	buf_release(&answer);
}

static int weigh_one(struct weighing *w, const struct vm_split *split,
	size_t i, struct value *out, struct err *err)
{
	const struct adaptive_eval *ask = w->ask;
	uint64_t began = clock_mono_us();
	size_t at = 0;
	int rc;

	*ask->cost = (struct adaptive_cost){0, 0};
	w->base = split->thresholds[i];
	rc = w->e->lua.eval(w->e->lua.ud, split->slices[i], &w->host, out, &at,
		err);
	*ask->at = (size_t)(split->slices[i].p - ask->expr.p) + at;
	if (rc < 0)
		return -1;
	buf_printf(&w->operands, "%s{\"i\":%zu,\"v\":%s,\"ms\":%.4g}",
		w->operands.len ? "," : "", i, is_true(out) ? "true" : "false",
		(double)(ask->cost->us + (int64_t)(clock_mono_us() - began)) /
		1000.0);
	return 0;
}

static int weigh_in(struct weighing *w, const struct vm_split *split,
	const size_t *order, struct value *out, struct err *err)
{
	for (size_t i = 0; i < split->count; i++) {
		if (weigh_one(w, split, order[i], out, err) < 0)
			return -1;
		if (split->kind == (is_true(out) ? VM_OR : VM_AND))
			break;
	}
	return 0;
}

/* An operand may rely on those before it: what fails in the order that was
 * found is asked as it is written. A fact that is not there yet is no failure:
 * the question comes again. */
static int weigh(struct weighing *w, struct value *out, struct err *err)
{
	size_t order[VM_OPERANDS];
	struct vm_split split;

	w->e->lua.split(w->e->lua.ud, w->ask->expr, &w->host, &split);
	find_order(w, &split, order);
	if (weigh_in(w, &split, order, out, err) == 0)
		return 0;
	if (err->code == ERR_BUSY)
		return -1; /* it is due */
	for (size_t i = 0; i < split.count; i++)
		order[i] = i;
	memset(err, 0, sizeof(*err));
	buf_clear(&w->operands);
	w->why[0] = '\0';
	w->explored = 0;
	memset(w->places, 0, sizeof(w->places));
	w->place_count = 0;
	w->ask->anew(w->ask->host->ud);
	return weigh_in(w, &split, order, out, err);
}

/* ---------------------------------------------------------------- deciding */
static struct deciding **deciding_at(struct adaptive *all, uint32_t slot,
	uint32_t frame, uint32_t step)
{
	struct deciding **at = &all->deciding;

	while (*at && ((*at)->slot != slot || (*at)->frame != frame ||
			(*at)->step != step))
		at = &(*at)->next;
	return at;
}

static void deciding_free(struct deciding *d)
{
	buf_release(&d->conditions);
	buf_release(&d->detail);
	mem_free(d);
}

static struct deciding *deciding_of(struct engine *e, const struct action *a)
{
	struct adaptive *all = adaptive_of(e);
	struct deciding *d = *deciding_at(all, a->run, a->frame, a->step);

	if (d)
		return d;
	d = mem_zero(sizeof(*d));
	d->slot = a->run;
	d->frame = a->frame;
	d->step = a->step;
	buf_init(&d->conditions);
	buf_init(&d->detail);
	d->next = all->deciding;
	all->deciding = d;
	return d;
}

/* JSON text from what the policy said, which is JSON text already. */
static void add_condition(struct deciding *d, const struct weighing *w,
	int yes)
{
	struct buf *b = &d->conditions;

	if (b->len > CONDITIONS)
		return;
	buf_printf(b, "%s{\"b\":%u,\"v\":%s,\"o\":[", b->len ? "," : "",
		w->cond, yes ? "true" : "false");
	buf_add(b, w->operands.data, w->operands.len);
	buf_str(b, "],\"t\":[");
	for (size_t i = 0; i < w->place_count; i++) {
		buf_str(b, i ? "," : "");
		if (!w->places[i].seen)
			buf_str(b, "{}");
		else if (isfinite(w->places[i].x))
			buf_printf(b, "{\"x\":%.10g,\"at\":%.10g}",
				w->places[i].x, w->places[i].at);
		else
			buf_printf(b, "{\"at\":%.10g}", w->places[i].at);
	}
	buf_printf(b, "],\"why\":\"%s%s%s\"%s}", w->site->trouble,
		w->site->trouble[0] && w->why[0] ? "; " : "", w->why,
		w->explored ? ",\"explored\":true" : "");
}

int adaptive_condition(struct engine *e, const struct action *a,
	const struct adaptive_eval *ask, struct value *out, struct err *err)
{
	const struct run *r = sched_run(e->sched, a->run);
	struct site *s = site_of(e, a->run, a->frame, a->step);
	struct weighing w = {.e = e, .a = a, .ask = ask, .site = s, .run = r,
		.cond = nth_body(r->plan, a->step, a->branch),
		.host = {.get = on_get, .names = on_names,
			.threshold = on_threshold, .compared = on_compared}};
	int rc;

	w.host.ud = &w;
	w.host.libraries = ask->host->libraries;
	w.host.library_count = ask->host->library_count;
	buf_init(&w.operands);
	site_refresh(e, s);
	rc = weigh(&w, out, err);
	if (rc == 0 && !ask->is_due(ask->host->ud))
		add_condition(deciding_of(e, a), &w, is_true(out));
	buf_release(&w.operands);
	return rc;
}

static struct str detail_of(struct deciding *d)
{
	buf_clear(&d->detail);
	buf_str(&d->detail, "{\"c\":[");
	buf_add(&d->detail, d->conditions.data, d->conditions.len);
	buf_str(&d->detail, "]}");
	return (struct str){d->detail.data, d->detail.len};
}

struct str adaptive_detail(struct engine *e, const struct action *a)
{
	return detail_of(deciding_of(e, a));
}

/* ------------------------------------------------------------------ choose */
void adaptive_choice(struct engine *e, const struct action *a, int64_t *branch,
	struct str *detail)
{
	const struct run *r = sched_run(e->sched, a->run);
	const struct plan_node *n = &r->plan->nodes[a->step];
	struct site *s = site_of(e, a->run, a->frame, a->step);
	struct deciding *d = deciding_of(e, a);
	struct buf request, answer;
	uint64_t seed = seed_of(r, a, 0);
	uint32_t arms = 0, i;
	struct err trouble = {0};
	struct str v;

	site_refresh(e, s);
	for (i = 0; i < n->branch_count; i++)
		arms += r->plan->branches[n->branch + i].role == ROLE_BODY;
	buf_init(&request);
	buf_init(&answer);
	begin_request(&request, s);
	buf_printf(&request, "\"arms\":%u,\"seed\":%llu}", arms,
		(unsigned long long)seed);
	if (e->policy.call(e->policy.ud, "choose", (struct str){request.data,
			request.len}, &answer, &trouble) < 0) {
		buf_clear(&answer);
		site_trouble(s, &trouble);
	}
	v = site_member(&answer, "arm");
	*branch = v.n ? strtoll(v.p, NULL, 10) : 0;
	v = site_member(&answer, "arms");
	buf_clear(&d->detail);
	buf_printf(&d->detail, "{\"seed\":%llu,\"arms\":%.*s,\"why\":\"",
		(unsigned long long)seed, v.n ? (int)v.n : 2,
		v.n ? v.p : "[]");
	v = site_member(&answer, "why");
	buf_printf(&d->detail, "%s%s%.*s\"}", s->trouble, s->trouble[0] && v.n > 2 ? "; "
		: "", v.n > 2 ? (int)v.n - 2 : 0, v.n > 2 ? v.p + 1 : "");
	*detail = (struct str){d->detail.data, d->detail.len};
	buf_release(&request);
	buf_release(&answer);
}

/* --------------------------------------------------------------- recording */
/* The branch that ran last, among those of the text; -1: none did. */
static int branch_of(const struct run *r, const struct step *st,
	uint32_t step)
{
	const struct extra *x = run_extra(r, st);

	for (uint32_t id = x ? x->last_frame : 0; id;
			id = r->frames[id - 1].prev + 1) {
		const struct frame *f = &r->frames[id - 1];

		if (!f->dropped && r->plan->branches[f->branch].role ==
				ROLE_BODY)
			return (int)nth_body(r->plan, step, f->branch);
	}
	return -1;
}

void adaptive_settled(struct engine *e, struct batch *b, struct drive_run *dr,
	const struct out_event *ev, const struct event *full)
{
	const struct run *r = sched_run(e->sched, ev->run);
	const struct step *st = run_step(r, ev->frame, ev->step);
	const struct extra *x = run_extra(r, st);
	struct deciding **at = deciding_at(adaptive_of(e), ev->run, ev->frame,
		ev->step), *d = *at;
	struct site *s = site_of(e, ev->run, ev->frame, ev->step);
	struct decision_new row = {.key = s->key, .text = str_of(s->text),
		.site_path = str_of(s->path), .dir = str_of(s->dir),
		.run = dr->ulid, .at_ms = ev->t_ms,
		.branch = branch_of(r, st, ev->step)};
	struct buf path;

	buf_init(&path);
	run_path(r, ev->frame, ev->step, &path);
	row.path = (struct str){path.data, path.len};
	row.ok = ev->kind != EVENT_STEP_FINISHED ||
		full->result.outcome == OUTCOME_OK;
	if (row.branch >= 0 && x->started_ms)
		row.ms = (double)(ev->t_ms - x->started_ms);
	if (row.branch >= 0 && x->bytes_len)
		row.detail = (struct str){x->bytes, x->bytes_len};
	else if (d && d->conditions.len)
		row.detail = detail_of(d);
	if (row.detail.n) {
		batch_decision(b, &row);
		s->stale = 1;
	}
	if (d) {
		*at = d->next;
		deciding_free(d);
	}
	buf_release(&path);
}

void adaptive_forget(struct engine *e, uint32_t slot)
{
	struct deciding **at, *d;

	if (!e->adaptive)
		return;
	at = &e->adaptive->deciding;
	while ((d = *at)) {
		if (slot != PLAN_NONE && d->slot != slot) {
			at = &d->next;
			continue;
		}
		*at = d->next;
		deciding_free(d);
	}
	if (slot != PLAN_NONE)
		return;
	mem_free(e->adaptive);
	e->adaptive = NULL;
}
