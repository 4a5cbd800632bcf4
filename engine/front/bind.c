/*
 * Binding: the arguments that waited until all steps had names. Each text
 * becomes parts (literals and references), by the style of its kind.
 */
#include "engine/front/bind.h"
#include "engine/front/cond_facts.h"
#include "engine/front/user_functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/vocab.h"

const struct src *bind_word_src(struct front_ctx *c, const struct src *up,
	const struct arg_word *w)
{
	struct src *s = arena_alloc(&c->arena, sizeof(*s));

	s->text = w->text;
	s->up = up;
	s->at = w->at;
	s->cut = w->cut;
	s->cut_count = w->cut_count;
	return s;
}

static void literal(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	if (to > from)
		build_part_text(b->c->build, scan_cut(src->text, from, to));
}

int ref_malformed(struct binder *b, const struct src *src, size_t at)
{
	size_t end = scan_ref(src->text, at);

	return src_error(b->c, src_at(src, at, end == SCAN_NONE ? 2 : end + 1 -
		at), "E307", "write ${step.field} or ${step.field:-text}, or a "
		"backslash before it if it is meant as text",
		"this is no reference");
}

/* A reference at `at`: offset behind it; 0 after an error. */
static size_t reference(struct binder *b, const struct src *src, size_t at,
	size_t from, size_t to)
{
	struct str s = src->text;
	struct ref_text r;
	struct plan_ref ref;

	s.n = to;
	if (!ref_scan(s, at, &r)) {
		ref_malformed(b, src, at);
		return 0;
	}
	if (r.spread && (at != from || r.end != to)) {
		src_error(b->c, src_at(src, at, r.end - at), "E308", NULL,
			"a spread is a word of its own in a list of words");
		return 0;
	}
	if (ref_resolve(b, src, &r, &ref) == 0)
		build_part_ref(b->c->build, &ref);
	return r.end;
}

int bind_parts(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	struct str s = src->text;
	size_t i = from, done = from, slashes;
	size_t errors = b->c->diags->errors;

	while (i + 1 < to) {
		const char *p = memchr(s.p + i, '$', to - i);

		i = p ? (size_t)(p - s.p) : to;
		if (i + 1 >= to)
			break;
		if (s.p[i + 1] != '{') {
			i++;
			continue;
		}
		for (slashes = i; slashes > done &&
				s.p[slashes - 1] == '\\';)
			slashes--;
		literal(b, src, done, i - (i - slashes + 1) / 2);
		done = i;
		if ((i - slashes) % 2) {
			i++;
			continue;
		}
		i = reference(b, src, i, from, to);
		if (!i)
			return -1;
		done = i;
	}
	literal(b, src, done, to);
	return b->c->diags->errors == errors ? 0 : -1;
}

int bind_shell(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	struct builder *build = b->c->build;
	struct shell_refs refs = { .count = 0 };
	struct str text;
	struct plan_ref ref;
	struct buf out;
	char name[32];
	size_t i;
	int rc;

	buf_init(&out);
	rc = shell_compile(b, src, from, to, &out, &refs);
	text.p = buf_cstr(&out);
	text.n = out.len;
	build_arg(build, b->node, ARG_FIELD, text_of(b->c, "text"));
	build_part_text(build, text);
	for (i = 0; rc == 0 && i < refs.count; i++) {
		snprintf(name, sizeof(name), "WF_V%zu", i + 1);
		if (ref_resolve(b, src, &refs.ref[i], &ref)) {
			rc = -1;
			break;
		}
		build_arg(build, b->node, ARG_ENV,
			build_text(build, str_of(name)));
		build_part_ref(build, &ref);
	}
	free(refs.ref);
	buf_release(&out);
	return rc;
}

static int text_arg(struct binder *b, const struct src *src, size_t from,
	size_t to)
{
	build_arg(b->c->build, b->node, ARG_FIELD, text_of(b->c, "text"));
	return bind_parts(b, src, from, to);
}

static int text_field(const struct vocab_kind *kind)
{
	const struct vocab_field *f;

	for (f = kind ? kind->fields : NULL; f && f->name; f++)
		if (strcmp(f->name, "text") == 0)
			return f->required;
	return 1;
}

static void bind_leaf(struct binder *b, const struct pending *p)
{
	const struct vocab_kind *kind = p->leaf;
	enum text_style style = kind ? kind->style : STYLE_PROMPT;

	if (style == STYLE_WORDS) {
		bind_words(b, p);
		return;
	}
	if (p->flags)
		bind_flags(b, kind, p->flags, p->flags_from, p->flags_to);
	if (p->from >= p->to && text_field(kind)) {
		src_error(b->c, src_at(p->src, p->from, 1), "E117",
			arena_printf(&b->c->arena, "/help %s shows how",
			kind ? kind->name : "task"),
			"'/%s' needs its text", kind ? kind->name : "task");
		return;
	}
	if (style == STYLE_SHELL)
		bind_shell(b, p->src, p->from, p->to);
	else if (style == STYLE_LUA)
		bind_lua(b, p->src, p->from, p->to);
	else
		text_arg(b, p->src, p->from, p->to);
}

static void bind_need(struct binder *b, const struct pending_need *p)
{
	uint32_t need = ref_step(b, p->word);
	size_t off = (size_t)(p->word.p - p->src->text.p);

	if (need == PLAN_NONE)
		ref_unknown(b, p->src, off, p->word, "E302");
	else
		ref_order(b, need, USE_NEED, src_at(p->src, off, p->word.n));
}

static void bind_one(struct front_ctx *c, size_t i)
{
	struct pending p = c->pending[i];
	struct binder b = { .c = c, .node = p.node, .space = p.space };

	switch ((enum pending_kind)p.kind) {
	case PENDING_LEAF:
		bind_leaf(&b, &p);
		break;
	case PENDING_TEXT:
		build_arg(c->build, b.node, p.role,
			build_text(c->build, str_of(p.name)));
		bind_parts(&b, p.src, p.from, p.to);
		break;
	case PENDING_COND:
		ref_condition(&b, p.src);
		break;
	case PENDING_ARGS:
		bind_def_args(&b, &p);
		break;
	}
}

void pending_finish(struct front_ctx *c)
{
	size_t i = 0;

	do {
		for (; i < c->pending_count && !front_hopeless(c); i++)
			bind_one(c, i);
	} while (fact_refs_finish(c) && !front_hopeless(c));
	user_functions_finish(c);
	for (i = 0; i < c->need_count && !front_hopeless(c); i++) {
		struct binder b = { .c = c, .node = c->needs[i].node,
			.space = c->needs[i].space };

		bind_need(&b, &c->needs[i]);
	}
}
