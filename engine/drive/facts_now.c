/*
 * Facts outside of runs: engine/facts.h. Whoever asks waits here, while the
 * loop turns; he is gone from the list before he goes on.
 */
#include "engine/facts.h"

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/drive/fact_known.h"
#include "engine/drive/facts.h"
#include "engine/fact/fact.h"

enum { ROOTS_MAX = 64, LOOK_MS = 50 };

struct now {
	struct fact_wait wait; /* first */
	struct err *err;
	int over, rc;
};

void engine_facts_each(void (*fn)(void *ud, const char *root,
	const char *field, const char *summary), void *ud)
{
	for (const struct fact_source *const *s = fact_list; *s; s++)
		for (const struct fact_field *f = (*s)->fields; f->name; f++)
			fn(ud, (*s)->root, f->name, f->summary);
}

int engine_fact_known(const struct engine *e, const char *name,
	const char *dir, struct engine_fact *out)
{
	return fact_known(e, name, dir, out);
}

static void on_measured(struct fact_wait *w, const struct err *err)
{
	struct now *n = (struct now *)w;

	n->over = 1;
	n->rc = err ? -1 : 0;
	if (err)
		*n->err = *err;
}

static int unknown_root(struct str root, struct err *err)
{
	const char *names[ROOTS_MAX];
	size_t n = facts_names(names, ROOTS_MAX);

	err_set(err, ERR_NOTFOUND, "nothing is known as '%.*s'", (int)root.n,
		root.p);
	return facts_suggest(err, root, names, n);
}

static void on_look(uv_timer_t *h)
{
	(void)h; /* that the loop turns is all */
}

static void on_closed(uv_handle_t *h)
{
	mem_free(h);
}

/* Without it a turn would last until something happens. */
static uv_timer_t *begin_looking(struct engine *e)
{
	uv_timer_t *t = mem_zero(sizeof(*t));

	uv_timer_init(&e->loop, t);
	uv_timer_start(t, on_look, LOOK_MS, LOOK_MS);
	return t;
}

int engine_fact_now(struct engine *e, const struct engine_fact_ask *ask,
	struct engine_fact *out, struct err *err)
{
	const struct fact_source *source = fact_source_of(str_of(ask->root));
	struct now now = {.wait.fn = on_measured, .err = err};
	uv_timer_t *look;

	if (!source)
		return unknown_root(str_of(ask->root), err);
	look = begin_looking(e);
	facts_ask(e, source, ask->dir, &now.wait);
	while (!now.over && !(ask->until && ask->until(ask->ud)))
		engine_turn(e);
	uv_close((uv_handle_t *)look, on_closed);
	if (!now.over) {
		facts_withdraw(e, &now.wait);
		return err_set(err, ERR_TIMEOUT, "interrupted");
	}
	if (now.rc == 0)
		fact_known(e, source->root, ask->dir, out);
	return now.rc;
}
