/*
 * One measurement serves all who wait for the same source in the same
 * directory. What was measured for a run that is over is only remembered.
 */
#include "engine/drive/facts.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/jspan.h"
#include "engine/base/text.h"
#include "engine/core/run_fact.h"
#include "engine/drive/evals.h"
#include "engine/drive/fact_known.h"
#include "engine/drive/fact_step.h"
#include "engine/fact/fact.h"
#include "engine/io/clock.h"

enum { FIELDS_MAX = 64 };

struct measuring {
	struct work work;
	struct measuring *next;
	struct engine *e;
	const struct fact_source *source;
	char *dir, *cache_dir; /* owned */
	atomic_int stop;       /* told to, or it is over */
	struct action *asked;  /* owned: evaluations that wait */
	size_t count, cap;
	struct fact_wait *waits; /* others who wait */
	struct buf value;
	int64_t cost_us;
	struct err err;
	int rc;
};

struct facts {
	struct measuring *running;
};

/* -------------------------------------------------------------------- get */
int facts_suggest(struct err *err, struct str word, const char *const *names,
	size_t count)
{
	const char *near = text_nearest(word, names, count);

	return near ? err_help(err, "did you mean %s?", near) : -1;
}

static int unknown_field(struct err *err, const struct fact_source *source,
	struct str field)
{
	const char *names[FIELDS_MAX];
	struct buf list;
	size_t n = 0;

	buf_init(&list);
	err_set(err, ERR_PLAN, "unknown fact '%s.%.*s'", source->root,
		(int)field.n, field.p);
	for (const struct fact_field *f = source->fields; f->name &&
			n < FIELDS_MAX; f++) {
		buf_printf(&list, "%s%s", n ? ", " : "", f->name);
		names[n++] = f->name;
	}
	err_help(err, "%s. has %s", source->root, buf_cstr(&list));
	buf_release(&list);
	if (text_nearest(field, names, n))
		err_help(err, "did you mean %s.%s?", source->root,
			text_nearest(field, names, n));
	return -1;
}

int facts_get(const struct run *r, struct fact_name *ask, struct value *out,
	struct buf *scratch, struct err *err)
{
	struct flow_name name = ask->name;
	const struct fact_source *source = fact_source_of(name.root);
	struct str object, value;

	if (!source)
		return 0;
	if (name.field.n && !fact_has(source, name.field))
		return unknown_field(err, source, name.field);
	if (!run_fact(r, name.root, &object)) {
		ask->wanted = source;
		return -1;
	}
	if (jspan_value(object, &object) < 0 ||
			jspan_find(object, name.field, &value) == 0)
		return err_set(err, ERR_CORRUPT, "%s was recorded without "
			"%.*s", source->root, (int)name.field.n,
			name.field.p);
	fact_value(value, out, scratch);
	return 1;
}

size_t facts_names(const char **list, size_t max)
{
	size_t n = 0;

	for (const struct fact_source *const *s = fact_list; *s; s++)
		if (n < max)
			list[n++] = (*s)->root;
	return n;
}

/* ---------------------------------------------------------------- measure */
static struct facts *facts_of(struct engine *e)
{
	if (!e->facts)
		e->facts = mem_zero(sizeof(*e->facts));
	return e->facts;
}

static void measure(struct work *w)
{
	struct measuring *m = (struct measuring *)w;
	struct fact_ask ask = {m->dir, m->cache_dir, &m->stop};
	uint64_t began = clock_mono_us();

	m->rc = m->source->measure(&ask, &m->value, &m->err);
	m->cost_us = (int64_t)(clock_mono_us() - began);
}

static void leave(struct measuring *m)
{
	struct measuring **at = &m->e->facts->running;

	while (*at && *at != m)
		at = &(*at)->next;
	if (*at)
		*at = m->next;
}

static void forget(struct measuring *m)
{
	buf_release(&m->value);
	mem_free(m->asked);
	mem_free(m->dir);
	mem_free(m->cache_dir);
	mem_free(m);
}

static void tell(struct measuring *m, const struct action *a)
{
	struct input in = {.kind = INPUT_FACT, .run = a->run,
		.frame = a->frame, .step = a->step,
		.name = str_of(m->source->root), .value = m->cost_us};
	const struct run *r = engine_run(m->e, a->run);
	struct str known;

	if (!r || run_ended(r))
		return;
	in.bytes = (struct str){m->value.data, m->value.len};
	if (m->rc < 0)
		eval_fail(m->e, a, m->source->root, &m->err);
	else if (!run_fact(r, in.name, &known) &&
			engine_input(m->e, &in, &m->err) < 0)
		eval_fail(m->e, a, m->source->root, &m->err);
	else
		eval_start(m->e, a);
}

static void measured(struct work *w)
{
	struct measuring *m = (struct measuring *)w;
	struct fact_wait *wait;
	struct action a;

	atomic_store(&m->stop, 1); /* nobody joins it any more */
	if (m->rc == 0)
		fact_remember(m->e, m->source->root, m->dir,
			&(struct engine_fact){{m->value.data, m->value.len},
			(m->cost_us + 500) / 1000, clock_now_ms()});
	while (m->count && !m->e->closing) {
		a = m->asked[0];
		memmove(m->asked, m->asked + 1, --m->count * sizeof(a));
		tell(m, &a);
	}
	while ((wait = m->waits)) {
		m->waits = wait->next;
		wait->fn(wait, m->rc < 0 ? &m->err : NULL);
	}
	leave(m);
	forget(m);
}

/* NULL: nothing can be remembered, and measuring takes longer. */
static char *make_cache_dir(const struct engine *e)
{
	char *path = e->store ? mem_printf("%s/facts", store_dir(e->store))
		: NULL;

	if (path && mkdir(path, 0700) < 0 && errno != EEXIST) {
		mem_free(path);
		return NULL;
	}
	return path;
}

static struct measuring *begin(struct engine *e,
	const struct fact_source *source, const char *dir)
{
	struct measuring *m = mem_zero(sizeof(*m));
	struct facts *f = facts_of(e);

	m->e = e;
	m->source = source;
	m->dir = mem_strdup(dir);
	m->cache_dir = make_cache_dir(e);
	buf_init(&m->value);
	m->work.run = measure;
	m->work.done = measured;
	m->next = f->running;
	f->running = m;
	work_submit(e->host.workers, &m->work);
	return m;
}

/* One that runs and was not told to stop, or a new one. */
static struct measuring *join(struct engine *e,
	const struct fact_source *source, const char *dir)
{
	struct measuring *m = facts_of(e)->running;

	while (m && (m->source != source || strcmp(m->dir, dir) != 0 ||
			atomic_load(&m->stop)))
		m = m->next;
	return m ? m : begin(e, source, dir);
}

void facts_measure(struct engine *e, const struct action *a,
	const struct fact_source *source)
{
	struct measuring *m;
	struct flow f;

	drive_flow(e, a->run, &f);
	m = join(e, source, f.dir);
	m->asked = mem_more(m->asked, m->count, &m->cap, sizeof(*m->asked));
	m->asked[m->count++] = *a;
}

/* ----------------------------------------------------------------- others */
void facts_ask(struct engine *e, const struct fact_source *source,
	const char *dir, struct fact_wait *w)
{
	struct measuring *m = join(e, source, dir);

	w->next = m->waits;
	m->waits = w;
}

static int take_out(struct measuring *m, struct fact_wait *w)
{
	struct fact_wait **at = &m->waits;

	while (*at && *at != w)
		at = &(*at)->next;
	if (!*at)
		return 0;
	*at = w->next;
	return 1;
}

void facts_withdraw(struct engine *e, struct fact_wait *w)
{
	struct measuring *m = e->facts ? e->facts->running : NULL;

	for (; m; m = m->next)
		if (take_out(m, w) && !m->waits && !m->count)
			atomic_store(&m->stop, 1);
}

void facts_forget(struct engine *e, uint32_t slot)
{
	struct measuring *m = e->facts ? e->facts->running : NULL;

	for (; m; m = m->next) {
		size_t left = 0;

		for (size_t i = 0; i < m->count; i++)
			if (m->asked[i].run != slot)
				m->asked[left++] = m->asked[i];
		if (left < m->count && !left && !m->waits)
			atomic_store(&m->stop, 1);
		m->count = left;
	}
}

void facts_stop(struct engine *e)
{
	struct measuring *m = e->facts ? e->facts->running : NULL;

	for (; m; m = m->next)
		atomic_store(&m->stop, 1);
}

void facts_free(struct engine *e)
{
	mem_free(e->facts);
	e->facts = NULL;
	fact_forget_all(e);
}
