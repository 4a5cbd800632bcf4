/*
 * One step of a YAML block: command and params to a unit, depends_on to
 * needs, every other key to an annotation. What the argument text means is
 * the business of unit_compile; nothing here looks into it.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/front/yaml_build.h"

const struct src *yaml_slice(const struct ytree *t, uint32_t node,
	struct str slice)
{
	const struct src *whole = ynode_src(t, yread_at(t, node));
	struct src *s = arena_alloc(&t->c->arena, sizeof(*s));

	s->text = slice;
	s->up = whole;
	s->at = (size_t)(slice.p - whole->text.p);
	return s;
}

int yaml_deeper(const struct ytree *t, struct spot in, uint32_t node)
{
	if (spot_ok(in))
		return 1;
	yread_error(t, node, "E209", "put the inner part into a /def",
		"nested more than %d deep", LIMIT_NEST);
	return 0;
}

/* A text that stands nowhere in the source; messages point at `node`. */
static const struct src *made(const struct ytree *t, uint32_t node, char *text)
{
	struct src *s = arena_alloc(&t->c->arena, sizeof(*s));

	s->text = str_of(text);
	s->up = t->src;
	s->at = yread_at(t, node)->at;
	s->fixed = 1;
	return s;
}

int yaml_command(const struct ytree *t, uint32_t node, struct str *name,
	struct str *rest)
{
	struct str s = str_trim(yread_text(t, node));
	size_t n = 0;

	if (s.n < 2 || s.p[0] != '/')
		return yread_error(t, node, "E407", s.n && s.p[0] == '!' ?
			"write /bash and the text" :
			"a command starts with a slash: /query, /bash, /grep",
			"'%.*s' is not a slash command",
			(int)(s.n < 60 ? s.n : 60), s.p);
	s.p++;
	s.n--;
	while (n < s.n && !strchr(" \t\n\r", s.p[n]))
		n++;
	name->p = s.p;
	name->n = n;
	rest->p = s.p + n;
	rest->n = s.n - n;
	*rest = str_trim(*rest);
	return 0;
}

/* The words of `rest`, then the items of the list. */
static void list_params(const struct ytree *t, uint32_t command,
	struct str rest, uint32_t params, struct unit *u)
{
	const struct ynode *n = yread_at(t, params);
	const struct src **v = arena_alloc(&t->c->arena,
		(rest.n + n->count + 1) * sizeof(struct src *));
	struct str word;
	uint32_t i;

	while (rest.n) {
		word = rest;
		word.n = 0;
		while (word.n < rest.n && !strchr(" \t\n", rest.p[word.n]))
			word.n++;
		v[u->argc++] = yaml_slice(t, command, word);
		rest.p += word.n;
		rest.n -= word.n;
		rest = str_trim(rest);
	}
	for (i = yread_first(t, params); i != YNODE_NONE;
	     i = yread_after(t, params, i))
		v[u->argc++] = ynode_src(t, yread_at(t, i));
	u->argv = v;
}

static const struct src *joined(const struct ytree *t, uint32_t params,
	struct str rest)
{
	struct str p = yread_text(t, params);
	size_t n = rest.n + 1 + p.n;
	char *text = arena_alloc(&t->c->arena, n + 1);

	memcpy(text, rest.p, rest.n);
	text[rest.n] = ' ';
	memcpy(text + rest.n + 1, p.p, p.n);
	return made(t, params, text);
}

/* Argument text of a step: params, the rest of command, or both. */
static int set_params(const struct ytree *t, const uint32_t *v,
	struct str rest, struct unit *u)
{
	uint32_t params = v[STEP_PARAMS];

	u->as_is = 1;
	if (params == YNODE_NONE) {
		u->src = yaml_slice(t, v[STEP_COMMAND], rest);
	} else if (yread_at(t, params)->kind == YNODE_SEQ) {
		if (!str_eq(u->command, "exec"))
			return yread_error(t, params, "E407",
				"write the arguments as one text",
				"a list of params is for /exec, not for /%.*s",
				(int)(u->command.n < 60 ? u->command.n : 60),
				u->command.p);
		u->src = yaml_slice(t, v[STEP_COMMAND], rest);
		list_params(t, v[STEP_COMMAND], rest, params, u);
	} else if (rest.n) {
		u->src = joined(t, params, rest);
	} else {
		u->src = ynode_src(t, yread_at(t, params));
	}
	u->to = u->src->text.n;
	return 0;
}

static void add_needs(const struct ytree *t, struct spot s, uint32_t node,
	uint32_t list)
{
	const struct src *src;
	uint32_t i = yread_first(t, list);

	for (; i != YNODE_NONE; i = yread_after(t, list, i)) {
		src = ynode_src(t, yread_at(t, i));
		need_add(t->c, s, node, src->text, src);
	}
}

static int set_word(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t value, const struct src *text)
{
	struct annot_word w = { .src = t->src, .value = text };

	w.key = str_of(key->name);
	w.key_at = yread_at(t, value)->at;
	return annot_set(t->c, a, &w);
}

static int set_list(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t value)
{
	struct buf b;
	struct str item;
	uint32_t i = yread_first(t, value);
	int rc = 0;

	buf_init(&b);
	for (; i != YNODE_NONE; i = yread_after(t, value, i)) {
		item = yread_text(t, i);
		if (memchr(item.p, ',', item.n))
			rc = yread_error(t, i, "E407", NULL,
				"an item of '%s' holds a comma", key->name);
		if (b.len)
			buf_char(&b, ',');
		buf_add(&b, item.p, item.n);
	}
	if (b.len && !rc)
		rc = set_word(t, a, key, value, made(t, value,
			arena_strndup(&t->c->arena, b.data, b.len)));
	buf_release(&b);
	return rc;
}

/* env: a map; each pair is one K:V. */
static int set_pairs(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t map)
{
	const struct ynode *v;
	struct str name;
	uint32_t i, k = map + 1;
	int rc = 0;

	for (i = 0; i < yread_at(t, map)->count; i++) {
		name = yread_text(t, k);
		v = yread_at(t, k + 1);
		if (v->kind != YNODE_SCALAR || ynode_is_null(v))
			rc |= yread_error(t, k, "E407", NULL,
				"'%s' holds one value for each name",
				key->name);
		else
			rc |= set_word(t, a, key, k, made(t, k,
				arena_printf(&t->c->arena, "%.*s:%.*s",
				(int)name.n, name.p, (int)v->text.n,
				v->text.p)));
		k = v->next;
	}
	return rc;
}

static int set_number(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t value)
{
	return set_word(t, a, key, value, made(t, value,
		arena_printf(&t->c->arena, "%lld",
		(long long)yread_number(t, value, 0))));
}

int yaml_annot(const struct ytree *t, struct annot *a,
	const struct ykey *key, uint32_t value)
{
	const struct ynode *n;
	uint32_t i;
	int rc = 0, flag;

	if (value == YNODE_NONE)
		return 0;
	n = yread_at(t, value);
	flag = n->kind == YNODE_SCALAR ? yread_bool(t, value, -1) : -1;
	if ((key->type == YKEY_BOOL || key->type == YKEY_CACHE) && flag >= 0)
		return flag ? set_word(t, a, key, value, NULL) : 0;
	if (key->type == YKEY_COUNT || key->type == YKEY_SIZE)
		return set_number(t, a, key, value);
	if (n->kind == YNODE_MAP)
		return set_pairs(t, a, key, value);
	if (n->kind == YNODE_SEQ && key->type == YKEY_LIST)
		return set_list(t, a, key, value);
	for (i = yread_first(t, value); i != YNODE_NONE;
	     i = yread_after(t, value, i))
		rc |= set_word(t, a, key, i, ynode_src(t, yread_at(t, i)));
	return rc;
}

void yaml_args(const struct ytree *t, struct spot s, uint32_t node,
	enum arg_role role, const char *name, uint32_t value)
{
	uint32_t i = yread_first(t, value);

	for (; i != YNODE_NONE; i = yread_after(t, value, i))
		arg_text(t->c, s, node, role, name,
			ynode_src(t, yread_at(t, i)));
}

static void set_keys(const struct ytree *t, struct spot s, uint32_t node,
	const uint32_t *v)
{
	struct annot a;
	int key;

	annot_begin(t->c, &a, s, node);
	for (key = STEP_TIMEOUT; key < STEP_KEYS; key++)
		if (key != STEP_NEEDS)
			yaml_annot(t, &a, &ykeys_step.keys[key], v[key]);
	annot_end(t->c, &a);
	add_needs(t, s, node, v[STEP_NEEDS]);
	add_needs(t, s, node, v[STEP_DEPENDS]);
}

/* A step that cannot be made: a node in its place, so that its other keys
 * are read and its name is known. */
static uint32_t stand_in(const struct ytree *t, struct spot s,
	const struct unit *u, uint32_t node)
{
	uint32_t made_node;

	if (u->name.n && strmap_find(&t->c->spaces[s.space].names, u->name,
			NULL))
		return PLAN_NONE;
	made_node = node_new(t->c, s, NODE_STEP, u->name, t->src,
		yread_at(t, node)->at);
	if (made_node != PLAN_NONE)
		t->c->nodes[made_node].is_step = 1;
	return made_node;
}

/* The node of a step from its name, command and params. */
static uint32_t make_step(const struct ytree *t, struct spot s, uint32_t node,
	const uint32_t *v)
{
	struct unit u = { 0 };
	uint32_t made_node = PLAN_NONE;
	struct str rest;

	u.name = yread_text(t, v[STEP_NAME]);
	if (v[STEP_COMMAND] != YNODE_NONE &&
	    yaml_command(t, v[STEP_COMMAND], &u.command, &rest) == 0 &&
	    set_params(t, v, rest, &u) == 0) {
		u.place = ynode_src(t, yread_at(t, v[STEP_NAME] == YNODE_NONE ?
			v[STEP_COMMAND] : v[STEP_NAME]));
		u.word = yaml_slice(t, v[STEP_COMMAND], (struct str){
			u.command.p - 1, u.command.n + 1 });
		made_node = unit_compile(t->c, s, &u);
	}
	return made_node == PLAN_NONE ? stand_in(t, s, &u, node) : made_node;
}

uint32_t yaml_step(const struct ytree *t, struct spot s, uint32_t node,
	int *depends)
{
	uint32_t v[YREAD_KEYS], made_node, cond;

	*depends = 0;
	/* a name that is none: nobody can tell what refers to the step */
	if (yread_map(t, node, &ykeys_step, v) && v[STEP_NAME] == YNODE_NONE)
		t->c->vague = 1;
	if (yread_at(t, node)->kind != YNODE_MAP)
		return PLAN_NONE;
	made_node = make_step(t, s, node, v);
	if (made_node == PLAN_NONE)
		return PLAN_NONE;
	*depends = v[STEP_DEPENDS] != YNODE_NONE;
	set_keys(t, s, made_node, v);
	if (v[STEP_IF] != YNODE_NONE) {
		cond = cond_compile(t->c, s, made_node,
			ynode_src(t, yread_at(t, v[STEP_IF])));
		build_at(t->c->build, made_node)->cond = cond;
	}
	return made_node;
}
