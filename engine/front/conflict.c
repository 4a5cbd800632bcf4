/*
 * Touches and conflicts. Paths conflict when one is the other or lies
 * beneath it, or when a pattern may match; where that cannot be told (two
 * patterns), they conflict. Two steps that use one unit of the same pool do
 * too: a pool nobody has declared has one unit.
 */
#include "engine/front/conflict.h"

#include <fnmatch.h>
#include <string.h>

#include "engine/base/limits.h"

struct list {
	const struct plan *p;
	struct arena *a;
	struct touch *v;
	size_t count, cap;
	uint32_t node;         /* in whose name touches are added */
};

static void add(struct list *l, enum touch_kind kind, struct str what)
{
	struct touch *t;

	if (!what.n)
		return;
	l->v = mem_more(l->v, l->count, &l->cap, sizeof(*l->v));
	t = &l->v[l->count++];
	t->node = l->node;
	t->kind = (uint8_t)kind;
	t->what = what;
}

static struct str clean_path(struct str s)
{
	while (s.n > 2 && s.p[0] == '.' && s.p[1] == '/') {
		s.p += 2;
		s.n -= 2;
		while (s.n > 1 && s.p[0] == '/') {
			s.p++;
			s.n--;
		}
	}
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* The literal value of an argument; empty when it holds a reference. */
static struct str literal(const struct plan *p, const struct plan_arg *a)
{
	const struct plan_part *part = &p->parts[a->part];
	struct str none = { "", 0 };

	if (a->part_count != 1 || part->ref != PLAN_NONE)
		return none;
	return str_of(plan_text(p, part->text));
}

static struct str note_of(const struct plan *p, uint32_t node,
	const char *name)
{
	const struct plan_node *n = &p->nodes[node];
	struct str none = { "", 0 };
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count; i++)
		if (p->args[i].role == ARG_NOTE &&
		    strcmp(plan_text(p, p->args[i].name), name) == 0)
			return literal(p, &p->args[i]);
	return none;
}

/* Each of a comma separated list, seen from the step's own directory. */
static void add_paths(struct list *l, uint32_t node, enum touch_kind kind,
	struct str s)
{
	struct str dir = note_of(l->p, node, "dir"), one;
	const char *comma;

	while (s.n) {
		comma = memchr(s.p, ',', s.n);
		one = s;
		one.n = comma ? (size_t)(comma - s.p) : s.n;
		s.p += one.n + (comma != NULL);
		s.n -= one.n + (comma != NULL);
		one = str_trim(one);
		if (dir.n && one.n && one.p[0] != '/')
			one = str_of(arena_printf(l->a, "%.*s/%.*s",
				(int)dir.n, dir.p, (int)one.n, one.p));
		add(l, kind, clean_path(one));
	}
}

static void add_args(struct list *l, uint32_t node)
{
	const struct plan *p = l->p;
	const struct plan_node *n = &p->nodes[node];
	const char *exec = plan_text(p, n->exec), *name;
	const struct plan_arg *a;
	uint32_t i;

	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		a = &p->args[i];
		name = plan_text(p, a->name);
		if (a->role == ARG_NOTE && strcmp(name, "reads") == 0)
			add_paths(l, node, TOUCH_READ, literal(p, a));
		else if (a->role == ARG_NOTE && strcmp(name, "writes") == 0)
			add_paths(l, node, TOUCH_WRITE, literal(p, a));
		else if (a->role == ARG_FIELD && strcmp(name, "path") == 0 &&
			strcmp(exec, "write") == 0)
			add_paths(l, node, TOUCH_WRITE, literal(p, a));
		else if (a->role == ARG_FIELD && strcmp(name, "path") == 0 &&
			strcmp(exec, "read") == 0)
			add_paths(l, node, TOUCH_READ, literal(p, a));
	}
}

static void add_demands(struct list *l, uint32_t node)
{
	const struct plan *p = l->p;
	const struct plan_policy *q = &p->policies[p->nodes[node].policy];
	uint32_t i;

	for (i = q->demand; i < q->demand + q->demand_count; i++)
		if (p->demands[i].units == 1)
			add(l, TOUCH_USE, str_of(plan_text(p,
				p->demands[i].pool)));
}

/* A node and all that runs inside it; bodies nest boundedly. */
static void add_node(struct list *l, uint32_t node)
{
	const struct plan *p = l->p;
	const struct plan_node *n = &p->nodes[node];
	const struct plan_body *b;
	uint32_t i, k;

	add_args(l, node);
	add_demands(l, node);
	for (i = n->branch; i < n->branch + n->branch_count; i++) {
		b = &p->bodies[p->branches[i].body];
		for (k = b->first; k < b->first + b->count; k++)
			add_node(l, k);
	}
}

const struct touch *conflict_list(const struct plan *p, uint32_t body,
	struct arena *a, size_t *count)
{
	struct list l = { .p = p, .a = a };
	const struct plan_body *b = &p->bodies[body];
	struct touch *v;

	for (l.node = b->first; l.node < b->first + b->count; l.node++)
		add_node(&l, l.node);
	v = arena_dup(a, l.v, l.count * sizeof(*v));
	mem_free(l.v);
	*count = l.count;
	return v;
}

/* 1 when `path` is `dir` or beneath it. */
static int beneath(struct str path, struct str dir)
{
	if (str_eq(dir, "."))
		return path.p[0] != '/';
	if (str_eq(dir, "/"))
		return path.p[0] == '/';
	return path.n >= dir.n && memcmp(path.p, dir.p, dir.n) == 0 &&
		(path.n == dir.n || path.p[dir.n] == '/');
}

static size_t plain_length(struct str s)
{
	size_t i = 0;

	while (i < s.n && !strchr("*?[{", s.p[i]))
		i++;
	return i;
}

/* Directory in front of the first component with a wildcard. */
static struct str plain_dir(struct str s)
{
	size_t n = plain_length(s);

	while (n && s.p[n - 1] != '/')
		n--;
	s.n = n > 1 ? n - 1 : n;
	return s.n ? s : str_of(s.p[0] == '/' ? "/" : ".");
}

/* Whether pattern `glob` may match `path` or something that holds it or
 * lies beneath it. */
static int may_match(struct str glob, struct str path)
{
	char a[256], b[1024];

	if (beneath(plain_dir(glob), path))
		return 1;
	if (!beneath(path, plain_dir(glob)))
		return 0;
	if (glob.n >= sizeof(a) || path.n >= sizeof(b) ||
	    memchr(glob.p, '{', glob.n) || memmem(glob.p, glob.n, "**", 2))
		return 1;
	memcpy(a, glob.p, glob.n);
	a[glob.n] = '\0';
	memcpy(b, path.p, path.n);
	b[path.n] = '\0';
	return fnmatch(a, b, FNM_PATHNAME | FNM_LEADING_DIR) == 0 ||
		/* a directory above what the pattern reaches */
		memchr(glob.p + plain_length(glob), '/', glob.n -
			plain_length(glob)) != NULL;
}

static int overlap(struct str a, struct str b)
{
	int ga = plain_length(a) < a.n, gb = plain_length(b) < b.n;

	if (ga && gb)
		return beneath(plain_dir(a), plain_dir(b)) ||
			beneath(plain_dir(b), plain_dir(a));
	if (ga)
		return may_match(a, b);
	if (gb)
		return may_match(b, a);
	return beneath(a, b) || beneath(b, a);
}

int conflict_between(const struct touch *a, const struct touch *b)
{
	if (a->kind == TOUCH_USE || b->kind == TOUCH_USE)
		return a->kind == b->kind && str_same(a->what, b->what);
	if (a->kind == TOUCH_READ && b->kind == TOUCH_READ)
		return 0;
	return overlap(a->what, b->what);
}

const char *conflict_text(const struct touch *first,
	const struct touch *second, struct arena *a)
{
	int n = second->what.n < 100 ? (int)second->what.n : 100;
	const char *what = second->what.p;

	if (first->kind == TOUCH_USE)
		return arena_printf(a, "both use %.*s", n, what);
	if (first->kind == TOUCH_WRITE && second->kind == TOUCH_WRITE)
		return arena_printf(a, "both write %.*s", n, what);
	if (first->kind == TOUCH_WRITE)
		return arena_printf(a, "it reads %.*s, which is written there",
			n, what);
	return arena_printf(a, "it writes %.*s, which is read there", n,
		what);
}
