/* Each name once; the roots of what steps make too. */
#include "shell/fact_names.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/facts.h"
#include "shell/fact_known.h"
#include "shell/session.h"

static void add_name(struct fact_names *n, char *name)
{
	if (n->count < FACT_NAMES_MAX)
		n->list[n->count++] = name;
	else
		mem_free(name);
}

/* `codebase` beside the first of its fields. */
static void collect(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct fact_names *n = ud;
	size_t last = n->count;

	(void)summary;
	if (last == 0 || strncmp(n->list[last - 1], root, strlen(root)) != 0)
		add_name(n, mem_strdup(root));
	add_name(n, mem_printf("%s.%s", root, field));
}

int fact_names_has(const struct fact_names *n, struct str name)
{
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(name, n->list[i]))
			return 1;
	return 0;
}

/* Its root too: /facts git. */
static void collect_step(struct fact_names *n, struct str name)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct str root = {name.p, dot ? (size_t)(dot - name.p) : 0};

	if (root.n && !fact_names_has(n, root))
		add_name(n, mem_strndup(root.p, root.n));
	if (!fact_names_has(n, name))
		add_name(n, mem_strndup(name.p, name.n));
}

static void collect_defined(void *ud, const struct front_def *d)
{
	collect_step(ud, d->name);
}

void fact_names_open(struct session *s, struct fact_names *n)
{
	const struct fact_known *k = NULL;

	memset(n, 0, sizeof(*n));
	engine_facts_each(collect, n);
	while ((k = fact_known_next(k, s->dir)))
		collect_step(n, str_of(k->name));
	defs_each(&s->defs, DEF_FACT, collect_defined, n);
}

void fact_names_release(struct fact_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free((void *)(uintptr_t)n->list[i]);
	n->count = 0;
}
