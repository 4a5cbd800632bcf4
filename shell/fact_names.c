/* Each name once; the roots of what steps make too. */
#include "shell/fact_names.h"

#include <stdio.h>
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

/* ----------------------------------------------------------------- missing */
struct root_of {
	struct str root;
	int found;
};

static void is_root(void *ud, const char *root, const char *field,
	const char *summary)
{
	struct root_of *r = ud;

	(void)field;
	(void)summary;
	r->found |= str_eq(r->root, root);
}

static void put_help(const struct fact_names *n, struct str name,
	struct str root, char *help)
{
	const char *fields[FACT_NAMES_MAX], *near;
	const struct fact_known *unmet = fact_known_unmet(name);
	size_t count = 0, at;

	for (size_t i = 0; i < n->count; i++)
		if (strlen(n->list[i]) > root.n && n->list[i][root.n] == '.' &&
				memcmp(n->list[i], root.p, root.n) == 0)
			fields[count++] = n->list[i] + root.n + 1;
	if (name.n > root.n) {
		name.p += root.n + 1;
		name.n -= root.n + 1;
	}
	near = text_nearest(name, fields, count);
	if (unmet) {
		snprintf(help, FACT_HELP, "it needs %s here", unmet->needs);
		return;
	}
	if (near) {
		snprintf(help, FACT_HELP, "did you mean %.*s.%s?", (int)root.n,
			root.p, near);
		return;
	}
	at = (size_t)snprintf(help, FACT_HELP, "%.*s. has ", (int)root.n,
		root.p);
	for (size_t i = 0; i < count && at < FACT_HELP - 40; i++)
		at += (size_t)snprintf(help + at, FACT_HELP - at, "%s%.24s",
			i ? ", " : "", fields[i]);
}

int fact_names_miss(struct session *s, struct str name, char *help)
{
	const char *dot = memchr(name.p, '.', name.n);
	struct root_of r = {{name.p, dot ? (size_t)(dot - name.p) : name.n}, 0};
	struct front_def def;
	struct fact_names n;
	int missing;

	if (defs_find_fact(&s->defs, name, &def) ||
			defs_find_fact(&s->defs, r.root, &def))
		return 0;
	engine_facts_each(is_root, &r);
	fact_names_open(s, &n);
	/* `codebase` is a fact, `git` is none */
	missing = dot ? fact_names_has(&n, r.root) && !fact_names_has(&n, name)
		: !r.found && fact_names_has(&n, name);
	if (missing)
		put_help(&n, name, r.root, help);
	fact_names_release(&n);
	return missing;
}
