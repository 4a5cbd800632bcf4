/*
 * One measurement serves all evaluations that wait for the same source in
 * the same directory. What was measured for a run that is over is dropped.
 */
#include "engine/drive/facts.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/jspan.h"
#include "engine/core/run_fact.h"
#include "engine/fact/fact.h"

struct measuring {
	struct work work;
	struct measuring *next;
	struct engine *e;
	const struct fact_source *source;
	char *dir, *cache_dir; /* owned */
	atomic_int stop;
	struct action *asked;  /* owned: evaluations that wait */
	size_t count, cap;
	struct buf value;
	struct err err;
	int rc;
};

/* -------------------------------------------------------------------- get */
static void json_value_of(struct str json, struct value *out,
	struct buf *scratch)
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

int facts_get(const struct run *r, struct flow_name name, struct value *out,
	struct buf *scratch, const struct fact_source **wanted)
{
	const struct fact_source *source = fact_source_of(name.root);
	struct str object, value;

	if (!source || (name.field.n && !fact_has(source, name.field)))
		return 0;
	if (!run_fact(r, name.root, &object)) {
		*wanted = source;
		return -1;
	}
	if (jspan_value(object, &object) < 0 ||
			jspan_find(object, name.field, &value) == 0)
		return 0;
	json_value_of(value, out, scratch);
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
static void measure(struct work *w)
{
	struct measuring *m = (struct measuring *)w;
	struct fact_ask ask = {m->dir, m->cache_dir, &m->stop};

	m->rc = m->source->measure(&ask, &m->value, &m->err);
}

static void forget(struct measuring *m)
{
	struct measuring **at = &m->e->measuring;

	while (*at && *at != m)
		at = &(*at)->next;
	if (*at)
		*at = m->next;
	buf_release(&m->value);
	mem_free(m->asked);
	mem_free(m->dir);
	mem_free(m->cache_dir);
	free(m);
}

static void tell(struct measuring *m, const struct action *a)
{
	struct input in = {.kind = INPUT_FACT, .run = a->run,
		.frame = a->frame, .step = a->step,
		.name = str_of(m->source->root)};
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
	struct action *asked = m->asked;
	size_t count = m->count;

	m->asked = NULL;
	m->count = m->cap = 0;
	for (size_t i = 0; i < count && !m->e->closing; i++)
		tell(m, &asked[i]);
	mem_free(asked);
	forget(m);
}

static struct measuring *find(struct engine *e,
	const struct fact_source *source, const char *dir)
{
	struct measuring *m = e->measuring;

	while (m && (m->source != source || strcmp(m->dir, dir) != 0))
		m = m->next;
	return m;
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

	m->e = e;
	m->source = source;
	m->dir = mem_strdup(dir);
	m->cache_dir = make_cache_dir(e);
	buf_init(&m->value);
	m->work.run = measure;
	m->work.done = measured;
	m->next = e->measuring;
	e->measuring = m;
	return m;
}

void facts_measure(struct engine *e, const struct action *a,
	const struct fact_source *source)
{
	struct measuring *m;
	struct flow f;
	int is_new;

	drive_flow(e, a->run, &f);
	m = find(e, source, f.dir);
	is_new = !m;
	if (!m)
		m = begin(e, source, f.dir);
	m->asked = mem_more(m->asked, m->count, &m->cap, sizeof(*m->asked));
	m->asked[m->count++] = *a;
	if (is_new)
		work_submit(e->host.workers, &m->work);
}

void facts_stop(struct engine *e)
{
	for (struct measuring *m = e->measuring; m; m = m->next)
		atomic_store(&m->stop, 1);
}
