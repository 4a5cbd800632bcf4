/*
 * The newest frame of a fact's body counts; one that was dropped was never
 * there.
 */
#include "engine/drive/fact_step.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/core/run_fact.h"
#include "engine/drive/evals.h"
#include "engine/drive/fact_known.h"
#include "engine/io/clock.h"

void fact_value(struct str json, struct value *out, struct buf *scratch)
{
	memset(out, 0, sizeof(*out));
	if (json.p[0] == '"' && jspan_text(json, scratch) == 0) {
		out->kind = VALUE_STRING;
		out->s = (struct str){buf_cstr(scratch), scratch->len};
	} else if (json.p[0] == '[' || json.p[0] == '{') {
		out->kind = VALUE_JSON;
		out->s = json;
	} else if (json.p[0] == 't' || json.p[0] == 'f') {
		out->kind = VALUE_BOOL;
		out->i = json.p[0] == 't';
	} else if (json.p[0] != 'n') {
		buf_add(scratch, json.p, json.n);
		out->s = (struct str){buf_cstr(scratch), scratch->len};
		if (strpbrk(out->s.p, ".eE")) {
			out->kind = VALUE_NUMBER;
			out->d = strtod(out->s.p, NULL);
		} else {
			out->kind = VALUE_INT;
			out->i = strtoll(out->s.p, NULL, 10);
		}
	}
}

/* ---------------------------------------------------------------- finding */
/* What is left of root.field behind the fact's name: 1, or 0. */
static int is_meant(const char *fact, struct flow_name name, struct str *rest)
{
	const char *dot = strchr(fact, '.');
	size_t n = dot ? strlen(dot + 1) : 0;

	*rest = name.field;
	if (!dot)
		return str_eq(name.root, fact);
	if (name.root.n != (size_t)(dot - fact) ||
			memcmp(fact, name.root.p, name.root.n) != 0 ||
			name.field.n < n ||
			memcmp(name.field.p, dot + 1, n) != 0)
		return 0;
	rest->p += n;
	rest->n -= n;
	if (!rest->n)
		return 1;
	if (rest->p[0] != '.')
		return 0;
	rest->p++;
	rest->n--;
	return 1;
}

/* The branch of the node that makes it, relative, or PLAN_NONE. */
static uint32_t branch_of(const struct plan *p, uint32_t node,
	struct flow_name name, struct str *rest)
{
	const struct plan_node *n = &p->nodes[node];

	for (uint32_t i = 0; i < n->branch_count; i++) {
		const struct plan_branch *b = &p->branches[n->branch + i];

		if (b->role == ROLE_FACT && is_meant(plan_text(p, b->var),
				name, rest))
			return i;
	}
	return PLAN_NONE;
}

static const char *name_of(const struct plan *p, uint32_t node,
	uint32_t branch)
{
	return plan_text(p, p->branches[p->nodes[node].branch + branch].var);
}

/* The newest frame of that branch; 0: none. */
static uint32_t frame_of(const struct run *r, struct place at, uint32_t branch)
{
	const struct extra *x = run_extra(r, run_step(r, at.frame, at.node));
	uint32_t wanted = r->plan->nodes[at.node].branch + branch, id;

	for (id = x ? x->last_frame : 0; id; id = r->frames[id - 1].prev + 1)
		if (r->frames[id - 1].branch == wanted &&
				!r->frames[id - 1].dropped)
			return id - 1;
	return 0;
}

static int failed(const struct flow *flow, uint32_t frame, const char *name,
	struct err *err)
{
	const struct run *r = flow->run;
	const struct frame *f = &r->frames[frame];
	const struct kept *k = f->culprit ? run_step(r, frame,
		f->culprit - 1)->kept : NULL;
	struct buf path;

	if (!f->failed)
		return err_set(err, ERR_STATE, "the fact '%s' was cancelled",
			name);
	err_set(err, ERR_STATE, "the fact '%s' failed: %.*s", name,
		k ? (int)k->r.error.n : 0, k ? k->r.error.p : "");
	if (!f->culprit)
		return -1;
	buf_init(&path);
	run_path(r, frame, f->culprit - 1, &path);
	err_help(err, "what it wrote: /logs %.6s %s", flow->ulid,
		buf_cstr(&path));
	buf_release(&path);
	return -1;
}

int fact_step_get(struct fact_step_ask *ask, struct value *out,
	struct buf *scratch, struct err *err)
{
	const struct run *r = ask->flow->run;
	struct fact_need *need = &ask->need;
	const char *fact;
	struct str json, rest;

	need->branch = branch_of(r->plan, ask->at.node, ask->name, &rest);
	if (need->branch == PLAN_NONE)
		return 0;
	fact = name_of(r->plan, ask->at.node, need->branch);
	if (run_fact(r, str_of(fact), &json)) {
		need->branch = PLAN_NONE;
		memset(out, 0, sizeof(*out));
		if (jspan_value(json, &json) == 0 &&
				jspan_find(json, rest, &json) > 0)
			fact_value(json, out, scratch);
		return 1;
	}
	need->frame = frame_of(r, ask->at, need->branch);
	if (need->frame && r->frames[need->frame].closed &&
			(r->frames[need->frame].failed ||
			r->frames[need->frame].cut)) {
		need->branch = PLAN_NONE;
		return failed(ask->flow, need->frame, fact, err);
	}
	return err_set(err, ERR_BUSY, "%s is being made", fact);
}

/* ----------------------------------------------------------------- making */
/* JSON as it stands, any other text as a string: so is what only one of the
 * two readers takes for JSON, as 007. */
static char *json_of(struct str s)
{
	const char *end = NULL;
	struct cJSON *j;
	struct str whole;
	char *text;

	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' ' ||
			s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
		s.n--;
	text = mem_strndup(s.p ? s.p : "", s.n);
	j = cJSON_ParseWithOpts(text, &end, 1);
	if (j && (jspan_value(str_of(text), &whole) < 0 ||
			whole.n != strlen(text))) {
		cJSON_Delete(j);
		j = NULL;
	}
	if (!j) {
		char *quoted;

		j = cJSON_CreateString(text);
		quoted = cJSON_PrintUnformatted(j);
		mem_free(text);
		text = mem_strdup(quoted);
		cJSON_free(quoted);
	}
	cJSON_Delete(j);
	return text;
}

static int value_of(const struct flow *f, uint32_t frame, const char *name,
	char **json, struct err *err)
{
	struct pieces p;
	struct buf b;
	int rc;

	pieces_init(&p);
	buf_init(&b);
	flow_frame_output(f, frame, &p);
	rc = pieces_read(f, &p, LIMIT_INLINE, &b, err);
	if (rc == 0 && pieces_len(&p) >= LIMIT_INLINE)
		rc = err_set(err, ERR_LIMIT, "the fact '%s' printed %llu "
			"bytes; one has less than %d", name,
			(unsigned long long)pieces_len(&p), LIMIT_INLINE);
	if (rc == 0 && (utf8_check(b.data, b.len) != b.len ||
			(b.len && memchr(b.data, 0, b.len))))
		rc = err_set(err, ERR_STATE, "what the fact '%s' printed is "
			"no text", name);
	if (rc == 0)
		*json = json_of((struct str){b.data, b.len});
	buf_release(&b);
	pieces_release(&p);
	return rc;
}

/* How long its steps took, in microseconds. */
static int64_t cost_of(const struct run *r, uint32_t frame)
{
	const struct frame *f = &r->frames[frame];
	const struct plan_body *b = &r->plan->bodies[f->body];
	int64_t sum = 0;

	for (uint32_t i = 0; i < b->count; i++)
		if (f->steps[i].kept)
			sum += (int64_t)f->steps[i].kept->r.dur_us;
	return sum;
}

/* A fact of a run that is being made, with those who want it too. */
struct fact_making {
	struct fact_making *next;
	uint32_t slot;
	char *name;            /* owned */
	struct action *waiting;/* owned */
	size_t count, cap;
};

static struct fact_making **making_of(struct engine *e, uint32_t slot,
	const char *name)
{
	struct fact_making **at = &e->making;

	while (*at && ((*at)->slot != slot || (name &&
			strcmp((*at)->name, name) != 0)))
		at = &(*at)->next;
	return at;
}

static void making_free(struct fact_making *m)
{
	mem_free(m->name);
	mem_free(m->waiting);
	mem_free(m);
}

/* 1: another makes it, and `a` is asked again afterwards. */
static int is_made(struct engine *e, const struct action *a, const char *name)
{
	struct fact_making *m = *making_of(e, a->run, name);

	if (m) {
		m->waiting = mem_more(m->waiting, m->count, &m->cap,
			sizeof(*m->waiting));
		m->waiting[m->count++] = *a;
		return 1;
	}
	m = mem_zero(sizeof(*m));
	m->slot = a->run;
	m->name = mem_strdup(name);
	m->next = e->making;
	e->making = m;
	return 0;
}

void fact_step_closed(struct engine *e, uint32_t slot, uint32_t frame)
{
	const struct run *r = engine_run(e, slot);
	const struct plan_branch *b;
	struct fact_making **at, *m;

	if (!r || frame >= r->frame_count)
		return;
	b = &r->plan->branches[r->frames[frame].branch];
	if (b->role != ROLE_FACT)
		return;
	at = making_of(e, slot, plan_text(r->plan, b->var));
	m = *at;
	if (!m)
		return;
	*at = m->next;
	for (size_t i = 0; i < m->count; i++)
		eval_start(e, &m->waiting[i]);
	making_free(m);
}

void fact_step_forget(struct engine *e, uint32_t slot)
{
	struct fact_making **at = &e->making, *m;

	while ((m = *at)) {
		if (slot != PLAN_NONE && m->slot != slot) {
			at = &m->next;
			continue;
		}
		*at = m->next;
		making_free(m);
	}
}

static int demand(struct engine *e, const struct flow *f,
	struct input *in, const struct action *a, struct err *err)
{
	uint32_t branch = (uint32_t)in->value;
	const char *name = name_of(f->run->plan, a->step, branch);

	if (is_made(e, a, name))
		return 0;
	if (engine_input(e, in, err) < 0)
		return -1;
	/* it may be stale, or the run be paused: then nobody makes it */
	if (!frame_of(f->run, (struct place){a->frame, a->step}, branch)) {
		struct fact_making **at = making_of(e, a->run, name), *m = *at;

		*at = m->next;
		making_free(m);
	}
	return 0;
}

int fact_step_make(struct engine *e, const struct action *a,
	const struct fact_need *need, struct err *err)
{
	struct input in = {.kind = INPUT_DEMAND, .run = a->run,
		.frame = a->frame, .step = a->step, .attempt = a->attempt,
		.value = need->branch};
	char *json = NULL;
	struct flow f;
	int rc;

	drive_flow(e, a->run, &f);
	if (!need->frame)
		return demand(e, &f, &in, a, err);
	in.name = str_of(name_of(f.run->plan, a->step, need->branch));
	if (value_of(&f, need->frame, in.name.p, &json, err) < 0)
		return -1;
	in.kind = INPUT_FACT;
	in.bytes = str_of(json);
	in.value = cost_of(f.run, need->frame);
	fact_remember(e, in.name.p, f.dir, &(struct engine_fact){in.bytes,
		(in.value + 500) / 1000, clock_now_ms()});
	rc = engine_input(e, &in, err);
	mem_free(json);
	return rc < 0 ? -1 : 1;
}
