/* A list, the newest first; the oldest of too many is dropped. */
#include "engine/drive/fact_known.h"

#include <string.h>

#include "engine/base/mem.h"

enum { KNOWN_MAX = 256 };

struct known_fact {
	struct known_fact *next;
	char *name, *dir;      /* owned */
	struct buf value;
	int64_t cost_ms, at_ms;
};

static int is(const struct known_fact *k, const char *name, const char *dir)
{
	return strcmp(k->name, name) == 0 && strcmp(k->dir, dir) == 0;
}

static void forget(struct known_fact *k)
{
	buf_release(&k->value);
	mem_free(k->name);
	mem_free(k->dir);
	mem_free(k);
}

/* Takes what is known of it out of the list, or the oldest of too many. */
static struct known_fact *take(struct engine *e, const char *name,
	const char *dir)
{
	struct known_fact **at = &e->known, *k;
	size_t n = 1;

	while ((k = *at) && n < KNOWN_MAX && !is(k, name, dir)) {
		at = &k->next;
		n++;
	}
	if (k)
		*at = k->next;
	return k;
}

void fact_remember(struct engine *e, const char *name, const char *dir,
	const struct engine_fact *f)
{
	struct known_fact *k = take(e, name, dir);

	if (k)
		forget(k);
	k = mem_zero(sizeof(*k));
	k->name = mem_strdup(name);
	k->dir = mem_strdup(dir);
	k->cost_ms = f->cost_ms;
	k->at_ms = f->at_ms;
	buf_init(&k->value);
	buf_add(&k->value, f->value.p, f->value.n);
	k->next = e->known;
	e->known = k;
}

int fact_known(const struct engine *e, const char *name, const char *dir,
	struct engine_fact *out)
{
	const struct known_fact *k = e->known;

	while (k && !is(k, name, dir))
		k = k->next;
	if (!k)
		return 0;
	*out = (struct engine_fact){{k->value.data, k->value.len},
		k->cost_ms, k->at_ms};
	return 1;
}

void fact_forget_all(struct engine *e)
{
	struct known_fact *k;

	while ((k = e->known)) {
		e->known = k->next;
		forget(k);
	}
}
