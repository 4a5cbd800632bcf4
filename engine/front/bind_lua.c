/*
 * References in Lua: conditions, whose text is kept and whose steps only
 * order, and /lua texts, where a reference becomes a named value and never
 * program text.
 */
#include "engine/front/bind.h"
#include "engine/front/cond_facts.h"

#include <stdio.h>
#include <stdlib.h>

/* Behind the string or comment at `at`, or `at` when none begins there. */
static size_t lua_skip(struct str s, size_t at)
{
	size_t i = at, level = 0;
	char c = s.p[at];

	if (c == '"' || c == '\'') {
		for (i++; i < s.n && s.p[i] != c && s.p[i] != '\n'; i++)
			i += s.p[i] == '\\';
		return i < s.n ? i + 1 : s.n;
	}
	if (c == '-' && at + 1 < s.n && s.p[at + 1] == '-') {
		i += 2;
		if (i < s.n && s.p[i] == '[' && lua_skip(s, i) > i)
			return lua_skip(s, i);
		return scan_line(s, i);
	}
	if (c != '[')
		return at;
	for (i++; i < s.n && s.p[i] == '='; i++)
		level++;
	if (i >= s.n || s.p[i] != '[')
		return at;
	for (; i < s.n; i++) {
		size_t k = i + 1;

		if (s.p[i] != ']')
			continue;
		while (k < s.n && s.p[k] == '=')
			k++;
		if (k < s.n && s.p[k] == ']' && k - i - 1 == level)
			return k + 1;
	}
	return s.n;
}

static int condition_ref(struct binder *b, const struct src *src, size_t at,
	size_t *end)
{
	struct ref_text r;
	struct plan_ref ref;
	uint32_t node;

	if (!ref_scan(src->text, at, &r)) {
		*end = at + 2;
		return ref_malformed(b, src, at);
	}
	*end = r.end;
	node = ref_step(b, r.name);
	if (node != PLAN_NONE && ref_loop(b, r.name) == PLAN_NONE) {
		if (!r.has_fallback && ref_field(b, src, r.field, node))
			return -1;
		return ref_order(b, node, USE_CONDITION,
			src_at(src, r.at, r.end - r.at));
	}
	return ref_resolve(b, src, &r, &ref);
}

/* The fields of a step that a condition asks for: s.p[at] is behind the
 * step's name. */
static int condition_field(struct binder *b, const struct src *src,
	size_t at, uint32_t node)
{
	struct str s = src->text;
	size_t from = at + 1, to = at;

	while (to + 1 < s.n && s.p[to] == '.' && s.p[to + 1] != '.' &&
			scan_word_char(s.p[to + 1]))
		for (to++; to < s.n && scan_word_char(s.p[to]);)
			to++;
	/* `a.b-c`: of a workflow within, b-c may be a step */
	if (to == at || (to < s.n && s.p[to] == '-'))
		return 0;
	return ref_field(b, src, scan_cut(s, from, to), node);
}

/* A word of the expression; its length to *n. Longer names win, so that a
 * step called a-b is one word. */
static int condition_word(struct binder *b, const struct src *src, size_t at,
	size_t *n)
{
	struct str s = src->text, name;
	uint32_t node = PLAN_NONE;
	size_t len;

	*n = 0;
	while (at + *n < s.n && scan_word_char(s.p[at + *n]))
		++*n;
	for (len = scan_name(s, at); len > *n && node == PLAN_NONE; len--)
		node = ref_step(b, scan_cut(s, at, at + len));
	if (node != PLAN_NONE)
		*n = len + 1;
	name = scan_cut(s, at, at + *n);
	if (str_eq(name, "steps") && at + *n < s.n && s.p[at + *n] == '.') {
		at += ++*n;
		name = scan_cut(s, at, at + scan_name(s, at));
		*n += name.n;
	}
	if (ref_loop(b, name) != PLAN_NONE)
		return 0;
	node = ref_step(b, name);
	if (node == PLAN_NONE)
		return fact_check(b->c, src, at);
	if (condition_field(b, src, at + name.n, node))
		return -1;
	return ref_order(b, node, USE_CONDITION, src_at(src, at, name.n));
}

/* The expression by the rules of its evaluation. Names of steps are shown to
 * it with `_` for `-`: that such a name is one word is known here only. */
static int condition_syntax(struct binder *b, const struct src *src,
	struct str plain)
{
	struct front_ctx *c = b->c;
	struct err err = {0};
	size_t at = 0;

	if (!c->env->check_expr ||
			c->env->check_expr(c->env->ud, plain, &at, &err) == 0)
		return 0;
	if (at > plain.n)
		at = plain.n;
	return src_error(c, src_at(src, at, 1), "E504",
		plain.n && plain.p[0] == '[' ? "a list is written {1, 2, 3}" :
		err.help[0] ? err.help : NULL, "%s", err.text);
}

static void join_name(char *p, size_t n)
{
	for (; n > 0; n--, p++)
		if (*p == '-')
			*p = '_';
}

int ref_condition(struct binder *b, const struct src *src)
{
	struct str s = src->text;
	char *plain = arena_strndup(&b->c->arena, s.p, s.n);
	size_t i = 0, n;
	int rc = 0;

	while (i < s.n) {
		n = lua_skip(s, i);
		if (n > i) {
			i = n;
		} else if (s.p[i] == '$' && i + 1 < s.n &&
				s.p[i + 1] == '{') {
			rc |= condition_ref(b, src, i, &i);
		} else if (scan_name(s, i) > 0) {
			if (i > 0 && s.p[i - 1] == '.')
				n = scan_name(s, i);
			else
				rc |= condition_word(b, src, i, &n);
			join_name(plain + i, n);
			i += n ? n : 1;
		} else {
			i++;
			while (i < s.n && scan_word_char(s.p[i]) &&
					scan_word_char(s.p[i - 1]))
				i++;
		}
	}
	if (rc)
		return rc;
	return condition_syntax(b, src, (struct str){plain, s.n});
}

/* One reference in Lua text: `args.WF_V1`, the value bound beside it. */
static int lua_ref(struct binder *b, const struct src *src,
	const struct ref_text *r, struct buf *out, struct plan_ref *ref,
	size_t n)
{
	if (r->spread)
		return src_error(b->c, src_at(src, r->at, r->end - r->at),
			"E308", "use ${x.lines}",
			"a spread is a word of its own");
	if (ref_resolve(b, src, r, ref))
		return -1;
	buf_printf(out, "args.WF_V%zu", n);
	return 0;
}

/* A string or comment of Lua text, which may hold no reference. */
static int lua_quiet(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	struct str s = src->text;
	struct ref_text r;
	size_t i;

	s.n = to;
	if (s.p[from] == '-')
		return 0;
	for (i = from; i + 1 < to; i++)
		if (s.p[i] == '$' && (i == from || s.p[i - 1] != '\\') &&
				ref_scan(s, i, &r))
			return src_error(b->c, src_at(src, i, r.end - i),
				"E316",
				"end the string: \"a \" .. ${x.output}",
				"a reference inside a Lua string");
	return 0;
}

struct lua_refs {
	struct plan_ref *ref;
	size_t count, cap;
};

static int lua_text(struct binder *b, const struct src *src, size_t from,
	size_t to, struct buf *out, struct lua_refs *refs)
{
	struct str s = src->text;
	struct ref_text r;
	size_t i = from, end;
	int rc = 0;

	s.n = to;
	while (i < to) {
		end = lua_skip(s, i);
		if (end > i) {
			rc |= lua_quiet(b, src, i, end);
			buf_add(out, s.p + i, end - i);
			i = end;
			continue;
		}
		if (s.p[i] == '$' && ref_scan(s, i, &r)) {
			refs->ref = mem_more(refs->ref, refs->count,
				&refs->cap, sizeof(*refs->ref));
			refs->count++;
			rc |= lua_ref(b, src, &r, out,
				&refs->ref[refs->count - 1], refs->count);
			i = r.end;
			continue;
		}
		buf_char(out, s.p[i++]);
	}
	return rc;
}

int bind_lua(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	struct builder *build = b->c->build;
	struct lua_refs refs = { .count = 0 };
	struct buf out;
	struct str text;
	char name[32];
	size_t i;
	int rc;

	buf_init(&out);
	rc = lua_text(b, src, from, to, &out, &refs);
	text.p = buf_cstr(&out);
	text.n = out.len;
	build_arg(build, b->node, ARG_FIELD, build_text(build,
		str_of("text")));
	build_part_text(build, text);
	for (i = 0; rc == 0 && i < refs.count; i++) {
		snprintf(name, sizeof(name), "WF_V%zu", i + 1);
		build_arg(build, b->node, ARG_ENV,
			build_text(build, str_of(name)));
		build_part_ref(build, &refs.ref[i]);
	}
	free(refs.ref);
	buf_release(&out);
	return rc;
}
