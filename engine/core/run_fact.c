/*
 * A short list: conditions read few facts.
 */
#include "engine/core/run_fact.h"

#include <string.h>

#include "engine/base/mem.h"

struct fact {
	char *name, *value;    /* owned */
	uint32_t name_n, value_n;
	int64_t cost_us;
	uint32_t frame, step;  /* that asked */
	uint8_t stale;
};
struct run_facts {
	struct fact *v;        /* owned */
	size_t count, cap;
};

static struct fact *find(const struct run *r, struct str name)
{
	for (size_t i = 0; r->facts && i < r->facts->count; i++) {
		struct fact *f = &r->facts->v[i];

		if (f->name_n == name.n && memcmp(f->name, name.p,
				name.n) == 0)
			return f;
	}
	return NULL;
}

int run_fact(const struct run *r, struct str name, struct str *value)
{
	const struct fact *f = find(r, name);

	return f && !f->stale && run_fact_last(r, name, value);
}

int run_fact_last(const struct run *r, struct str name, struct str *value)
{
	const struct fact *f = find(r, name);

	if (f)
		*value = (struct str){f->value, f->value_n};
	return f != NULL;
}

int run_fact_at(const struct run *r, size_t i, struct fact_read *out)
{
	const struct fact *f;

	if (!r->facts || i >= r->facts->count)
		return 0;
	f = &r->facts->v[i];
	out->name = (struct str){f->name, f->name_n};
	out->value = (struct str){f->value, f->value_n};
	out->cost_us = f->cost_us;
	return 1;
}

void run_fact_apply(struct run *r, const struct event *e)
{
	struct str name = {e->name.p ? e->name.p : "", e->name.n};
	struct fact *f = find(r, name);

	if (!r->facts)
		r->facts = mem_zero(sizeof(*r->facts));
	if (!f) {
		struct run_facts *l = r->facts;

		l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
		f = &l->v[l->count++];
		f->name = mem_strndup(name.p, name.n);
		f->name_n = (uint32_t)name.n;
		f->value = NULL;
	}
	mem_free(f->value);
	f->value = mem_strndup(e->bytes.p ? e->bytes.p : "", e->bytes.n);
	f->value_n = (uint32_t)e->bytes.n;
	f->cost_us = e->value;
	f->frame = e->frame;
	f->step = e->step;
	f->stale = 0;
}

void run_facts_stale(struct run *r, uint32_t frame, uint32_t step)
{
	for (size_t i = 0; r->facts && i < r->facts->count; i++) {
		struct fact *f = &r->facts->v[i];

		f->stale |= f->frame == frame && (step == PLAN_NONE ||
			f->step == step);
	}
}

static int same(struct str a, struct str b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

int run_facts_same(const struct run *a, const struct run *b)
{
	struct fact_read x, y;

	for (size_t i = 0;; i++) {
		int more = run_fact_at(a, i, &x);

		if (more != run_fact_at(b, i, &y))
			return 0;
		if (!more)
			return 1;
		if (!same(x.name, y.name) || !same(x.value, y.value) ||
				x.cost_us != y.cost_us ||
				a->facts->v[i].stale != b->facts->v[i].stale)
			return 0;
	}
}

void run_facts_free(struct run *r)
{
	for (size_t i = 0; r->facts && i < r->facts->count; i++) {
		mem_free(r->facts->v[i].name);
		mem_free(r->facts->v[i].value);
	}
	if (r->facts)
		mem_free(r->facts->v);
	mem_free(r->facts);
	r->facts = NULL;
}
