/*
 * Workflow text as YAML: a chain of steps with nothing around them. What is
 * written is compiled again, and given only when its plan is the same; all
 * that YAML cannot say is left to the text.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/front/text_int.h"
#include "engine/front/yaml_keys.h"

struct writing {
	struct front_ctx *c;
	const struct plan *p;
	struct buf *out;
	uint32_t *handle;      /* builder's, by node of the plan */
	uint32_t *leaf;        /* index in c->pending */
	int series;            /* each step follows the one before it */
};

static void scalar(struct buf *out, struct str s)
{
	size_t i;

	buf_char(out, '"');
	for (i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == '"' || ch == '\\')
			buf_char(out, '\\');
		if (ch == '\n')
			buf_str(out, "\\n");
		else if (ch < 0x20 || ch == 0x7f)
			buf_printf(out, "\\x%02x", ch);
		else
			buf_char(out, (char)ch);
	}
	buf_char(out, '"');
}

/* Words of a list, between commas. */
static void list(struct buf *out, struct str s)
{
	const char *between = "";

	buf_char(out, '[');
	while (s.n) {
		const char *comma = memchr(s.p, ',', s.n);
		size_t n = comma ? (size_t)(comma - s.p) : s.n;

		buf_str(out, between);
		scalar(out, scan_cut(s, 0, n));
		between = ", ";
		n += comma != NULL;
		s.p += n;
		s.n -= n;
	}
	buf_char(out, ']');
}

static const struct ykey *key_of(struct str name)
{
	size_t i;

	for (i = 0; i < ykeys_step.count; i++)
		if (str_eq(name, ykeys_step.keys[i].name))
			return &ykeys_step.keys[i];
	return NULL;
}

/* All @env of a step: one key holds them. */
static void pairs(const struct writing *w, const struct said_word *first)
{
	const struct said_word *s = first, *end;
	const char *between = "";

	for (s = w->c->said_words; s < first; s++)
		if (s->node == first->node && str_same(s->key, first->key))
			return;
	end = w->c->said_words + w->c->said_count;
	buf_printf(w->out, "      %.*s: [", (int)first->key.n, first->key.p);
	for (; s < end; s++) {
		if (s->node != first->node || !str_same(s->key, first->key))
			continue;
		buf_str(w->out, between);
		scalar(w->out, s->value->text);
		between = ", ";
	}
	buf_str(w->out, "]\n");
}

static void annotation(const struct writing *w, const struct said_word *s)
{
	const struct ykey *key = key_of(s->key);

	if (!key || str_eq(s->key, "needs"))
		return; /* depends_on says it */
	if (key->type == YKEY_PAIRS && s->value) {
		pairs(w, s);
		return;
	}
	buf_printf(w->out, "      %s: ", key->name);
	if (!s->value)
		buf_str(w->out, "true");
	else if (key->type == YKEY_LIST)
		list(w->out, s->value->text);
	else if (key->type == YKEY_TEXT)
		scalar(w->out, s->value->text);
	else
		buf_add(w->out, s->value->text.p, s->value->text.n);
	buf_char(w->out, '\n');
}

static void needs(const struct writing *w, const struct plan_node *n)
{
	uint32_t i;

	buf_str(w->out, "      depends_on: [");
	for (i = 0; i < n->fed; i++)
		buf_printf(w->out, "%s%s", i ? ", " : "", plan_text(w->p,
			w->p->nodes[w->p->edges[n->need + i]].name));
	buf_str(w->out, "]\n");
}

static void params(const struct writing *w, const struct pending *p)
{
	struct str text = scan_cut(p->src->text, p->from, p->to), flags;
	struct buf all;

	buf_init(&all);
	if (p->flags) {
		flags = str_trim(scan_cut(p->flags->text, p->flags_from,
			p->flags_to));
		buf_add(&all, flags.p, flags.n);
		if (flags.n && text.n)
			buf_char(&all, ' ');
	}
	buf_add(&all, text.p, text.n);
	if (all.len) {
		buf_str(w->out, "      params: ");
		scalar(w->out, (struct str){ buf_cstr(&all), all.len });
		buf_char(w->out, '\n');
	}
	buf_release(&all);
}

static void step(const struct writing *w, uint32_t node)
{
	const struct plan_node *n = &w->p->nodes[node];
	size_t i;

	buf_printf(w->out, "    - name: %s\n      command: /%s\n",
		plan_text(w->p, n->name), plan_text(w->p, n->exec));
	params(w, &w->c->pending[w->leaf[node]]);
	if (!w->series)
		needs(w, n);
	for (i = 0; i < w->c->said_count; i++)
		if (w->c->said_words[i].node == w->handle[node])
			annotation(w, &w->c->said_words[i]);
}

static void options(const struct writing *w)
{
	static const char *const strategies[] = { "stop",
		"continue_on_failure", "ignore", "rollback" };
	const struct front_flags *f = w->c->flags;
	size_t before;

	buf_str(w->out, "  options:\n");
	before = w->out->len;
	if (f->strategy >= 0)
		buf_printf(w->out, "    error_strategy: %s\n",
			strategies[f->strategy]);
	if (f->limit)
		buf_printf(w->out, "    limit: %u\n", f->limit);
	if (f->timeout_ms)
		buf_printf(w->out, "    timeout: %lldms\n",
			(long long)f->timeout_ms);
	if (f->parallel)
		buf_str(w->out, "    parallel_where_possible: true\n");
	if (f->fail_fast)
		buf_str(w->out, "    fail_fast: true\n");
	if (f->save_state)
		buf_str(w->out, "    save_state: true\n");
	if (w->out->len == before)
		w->out->len -= strlen("  options:\n");
}

/* Finds each step's argument; 0 when there is more than steps. */
static int only_steps(struct writing *w)
{
	const struct plan_body *top = &w->p->bodies[0];
	uint32_t i, node;
	size_t k;

	w->series = 1;
	if (top->first)
		return 0;
	for (i = 0; i < top->count; i++) {
		const struct plan_node *n = &w->p->nodes[i];

		if (n->kind != NODE_STEP && n->kind != NODE_CALL)
			return 0;
		w->leaf[i] = PLAN_NONE;
		if (n->fed != (i > 0) || (i && w->p->edges[n->need] != i - 1))
			w->series = 0;
	}
	for (k = 0; k < w->c->pending_count; k++) {
		const struct pending *p = &w->c->pending[k];
		struct str name = w->c->nodes[p->node].name;

		if (p->kind != PENDING_LEAF || w->c->nodes[p->node].body)
			continue;
		for (node = 0; node < top->count && !str_eq(name, plan_text(
				w->p, w->p->nodes[node].name));)
			node++;
		if (node == top->count)
			return 0;
		w->leaf[node] = (uint32_t)k;
		w->handle[node] = p->node;
	}
	for (i = 0; i < top->count; i++)
		if (w->leaf[i] == PLAN_NONE)
			return 0;
	return top->count > 0;
}

static void write_steps(struct writing *w)
{
	size_t n = (w->p->node_count + 1) * sizeof(uint32_t);
	uint32_t i;

	w->leaf = arena_alloc(&w->c->arena, n);
	w->handle = arena_alloc(&w->c->arena, n);
	/* names are looked for one by one */
	if (w->p->bodies[0].count > 4096 || !only_steps(w))
		return;
	buf_str(w->out, "chain:\n  steps:\n");
	for (i = 0; i < w->p->bodies[0].count; i++)
		step(w, i);
	options(w);
}

/* 1 when the YAML gives the plan p. */
static int same(const struct front_env *env, const struct plan *p,
	struct str yaml)
{
	struct line line = { .kind = LINE_BLOCK, .len = yaml.n,
		.rest = { yaml.p, 0 }, .name = { yaml.p, 0 }, .body = yaml };
	struct plan *again = NULL;
	struct buf a, b;
	struct diags d;
	int rc;

	buf_init(&a);
	buf_init(&b);
	diags_init(&d, NULL, 1, yaml);
	rc = front_compile(env, &line, &again, NULL, NULL, &d) == 0;
	if (rc) {
		plan_dump(p, &a);
		plan_dump(again, &b);
		rc = strcmp(buf_cstr(&a), buf_cstr(&b)) == 0;
	}
	plan_drop(again);
	diags_release(&d);
	buf_release(&a);
	buf_release(&b);
	return rc;
}

int front_yaml(const struct front_env *env, struct str source,
	struct buf *out)
{
	struct lines l = { .source = source, .complete = 1 };
	struct front_flags flags;
	struct plan *p = NULL;
	struct words redirect;
	struct front_ctx c;
	struct diags d;
	struct line line;
	struct buf yaml;
	int rc = 0;

	buf_init(&yaml);
	diags_init(&d, NULL, 1, source);
	if (line_next(&l, &line, &d) == LINE_COMMAND && !line.background &&
			str_eq(line.name, "chain") && l.at >= source.n) {
		front_ctx_init(&c, env, &d, &flags);
		c.record = 1;
		if (front_read(&c, &line, &p, &redirect) == 0) {
			struct writing w = { .c = &c, .p = p, .out = &yaml };

			if (!redirect.out_file.n && !redirect.pipe.n)
				write_steps(&w);
			rc = yaml.len && same(env, p, (struct str){
				buf_cstr(&yaml), yaml.len });
		}
		words_release(&redirect);
		front_ctx_release(&c);
	}
	if (rc)
		buf_add(out, yaml.data, yaml.len);
	plan_drop(p);
	diags_release(&d);
	buf_release(&yaml);
	return rc;
}
