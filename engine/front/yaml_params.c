/*
 * `params:` of a file: names and their defaults, as a map, a list of NAME,
 * NAME=value or NAME:value, or one of these. A name without a value must be
 * given when the file is run.
 */
#include "engine/base/text.h"
#include "engine/front/yaml_build.h"

/* NAME, NAME=value, NAME:value. */
static void split(struct str s, struct str *name, struct str *value)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '=' && s.p[n] != ':')
		n++;
	*name = str_trim((struct str){ s.p, n });
	*value = (struct str){ NULL, 0 };
	if (n < s.n)
		*value = str_trim((struct str){ s.p + n + 1, s.n - n - 1 });
}

/* The next parameter behind *i, which stands at a key or an item. */
static int next(const struct ytree *t, uint32_t params, uint32_t *i,
	struct str *name, struct str *value)
{
	const struct ynode *v;

	if (*i == YNODE_NONE || *i >= yread_at(t, params)->next)
		return 0;
	if (yread_at(t, params)->kind != YNODE_MAP) {
		split(yread_text(t, *i), name, value);
		*i = yread_after(t, params, *i);
		return 1;
	}
	v = yread_at(t, *i + 1);
	*name = yread_text(t, *i);
	*value = ynode_is_null(v) ? (struct str){ NULL, 0 } : v->text;
	*i = v->next;
	return 1;
}

static uint32_t first(const struct ytree *t, uint32_t params)
{
	if (params == YNODE_NONE || yread_at(t, params)->kind != YNODE_MAP)
		return yread_first(t, params);
	return yread_at(t, params)->count ? params + 1 : YNODE_NONE;
}

static int check(const struct ytree *t, uint32_t params, uint32_t at,
	struct str name)
{
	if (!is_name(name))
		return yread_error(t, at, "E407", "letters, digits, _ and -",
			"'%.*s' cannot be the name of a parameter",
			(int)(name.n < 60 ? name.n : 60), name.p);
	if (yread_at(t, params)->kind == YNODE_MAP &&
	    yread_at(t, at + 1)->kind != YNODE_SCALAR)
		return yread_error(t, at, "E407", NULL,
			"the default of '%.*s' is one value", (int)name.n,
			name.p);
	return 0;
}

int yaml_params(const struct ytree *t, struct spot s, uint32_t params)
{
	struct front_ctx *c = t->c;
	struct front_def *def;
	struct str *names, value, name;
	uint32_t i = first(t, params), at = i;
	int rc = 0;

	if (!yaml_is_top(s) || params == YNODE_NONE)
		return 0;
	names = arena_alloc(&c->arena, (yread_at(t, params)->next - params) *
		sizeof(*names));
	def = arena_alloc(&c->arena, sizeof(*def));
	*def = (struct front_def){ .params = names };
	for (; next(t, params, &i, &name, &value); at = i) {
		rc |= check(t, params, at, name);
		names[def->param_count++] = name;
	}
	c->spaces[s.space].def = def;
	return rc;
}

static uint32_t params_key(const struct ytree *t)
{
	const struct ynode *top = yread_at(t, 0);
	uint32_t i, k = 1;

	for (i = 0; top->kind == YNODE_MAP && i < top->count; i++) {
		if (str_eq(yread_text(t, k), "params"))
			return k;
		k = yread_at(t, k + 1)->next;
	}
	return YNODE_NONE;
}

static void gather(const struct ytree *t, uint32_t key,
	struct front_params *out, struct arena *a)
{
	uint32_t params = key + 1, i = first(t, params);
	size_t most = yread_at(t, params)->next - params;
	struct str name, value;

	out->at = yread_at(t, key)->at;
	out->names = arena_alloc(a, most * sizeof(*out->names));
	out->defaults = arena_alloc(a, most * sizeof(*out->defaults));
	while (next(t, params, &i, &name, &value)) {
		if (!is_name(name))
			continue;
		if (value.p)
			value.p = arena_strndup(a, value.p, value.n);
		name.p = arena_strndup(a, name.p, name.n);
		out->names[out->count] = name;
		out->defaults[out->count++] = value;
	}
}

void front_params_read(struct str yaml, struct front_params *out)
{
	const struct front_env env = { .vocab = NULL };
	struct front_flags flags = { .strategy = -1 };
	struct arena *a = mem_zero(sizeof(*a));
	struct front_ctx c;
	struct diags quiet;
	struct ytree t;
	uint32_t key;

	*out = (struct front_params){ .owned = a };
	arena_init(a);
	diags_init(&quiet, NULL, 1, yaml);
	front_ctx_init(&c, &env, &quiet, &flags);
	if (ytree_read(&t, &c, src_new(&c, yaml, 0, 1), LIMIT_YAML_FILE) == 0) {
		key = params_key(&t);
		if (key != YNODE_NONE)
			gather(&t, key, out, a);
	}
	ytree_release(&t);
	front_ctx_release(&c);
	diags_release(&quiet);
}

void front_params_release(struct front_params *p)
{
	if (p->owned) {
		arena_release(p->owned);
		mem_free(p->owned);
	}
	*p = (struct front_params){ .count = 0 };
}
