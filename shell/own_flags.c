/*
 * The shell's own flags are blanked in a copy of the source, so that every
 * offset the front end reports is still the place in what was typed.
 */
#include "shell/own_flags.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

struct own {
	struct submission *sub;
	char *copy;            /* of the whole source; NULL until needed */
	struct buf kept;       /* the submission without what was taken off */
	size_t kept_to;        /* offset in the source up to which it goes */
	size_t source;         /* offset of rest in it */
	struct str rest;
	uint8_t has_o;         /* the step has a flag -o of its own */
};

static size_t skip(struct str s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return i;
}

static size_t word_end(struct str s, size_t i)
{
	char q = 0;

	for (; i < s.n; i++) {
		if (q) {
			q = s.p[i] == q ? 0 : q;
			continue;
		}
		if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n')
			return i;
		if (s.p[i] == '"' || s.p[i] == '\'')
			q = s.p[i];
	}
	return i;
}

/* Behind the text that begins at i with a quote or brace. */
static size_t closed_end(struct str s, size_t i)
{
	char open = s.p[i++];
	size_t depth = 1;

	for (; i < s.n; i++) {
		if (open != '\'' && s.p[i] == '\\')
			i++;
		else if (open == '{')
			depth += (s.p[i] == '{') - (s.p[i] == '}');
		else if (s.p[i] == open)
			depth = 0;
		if (depth == 0)
			return i + 1;
	}
	return s.n;
}

/* The source up to `to` is kept; one blank joins the pieces. */
static void keep(struct own *o, size_t to)
{
	const char *p = o->sub->diags->source.p;

	if (to > o->kept_to)
		buf_add(&o->kept, p + o->kept_to, to - o->kept_to);
}

static void blank(struct own *o, size_t from, size_t to)
{
	struct str src = o->sub->diags->source;

	if (!o->copy) {
		o->copy = mem_strndup(src.p, src.n);
		o->kept_to = o->sub->line.at;
	}
	memset(o->copy + o->source + from, ' ', to - from);
	keep(o, o->source + from);
	o->kept_to = o->source + skip(o->rest, to);
}

static struct str unquoted(struct str s)
{
	if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') &&
			s.p[s.n - 1] == s.p[0])
		return (struct str){s.p + 1, s.n - 2};
	return s;
}

static int take(struct own *o, char which, struct str value, size_t at)
{
	static const char *const forms[] = {"text", "json", "jsonl"};
	struct submission *sub = o->sub;

	if (which == 'a') {
		if (sub->answer_count >= ANSWERS)
			return diag_add(sub->diags, "E115", caret(at, 1), NULL,
				"more than %d answers", ANSWERS);
		sub->answers[sub->answer_count++] = unquoted(value);
		return 0;
	}
	for (size_t i = 0; i < 3; i++)
		if (str_eq(value, forms[i])) {
			sub->output = forms[i];
			return 0;
		}
	return diag_add(sub->diags, "E109", caret(at, value.n ? value.n : 1),
		"write text, json or jsonl", "'%.*s' is no form of output",
		(int)value.n, value.p);
}

/* 'o', 'a' or 0; *value is where a value glued with '=' begins, or 0. */
static char which_flag(const struct own *o, struct str w, size_t *value)
{
	static const struct {
		const char *name;
		char which;
	} flags[] = {{"--output", 'o'}, {"--answer", 'a'}, {"-o", 'o'}};

	*value = 0;
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(flags[i].name);

		if (w.n < n || memcmp(w.p, flags[i].name, n) != 0 ||
				(i == 2 && (w.n > n || o->has_o)))
			continue;
		if (w.n > n && w.p[n] != '=')
			continue;
		*value = w.n > n ? n + 1 : 0;
		return flags[i].which;
	}
	return 0;
}

/* The flag word at i, when it is ours: offset behind it and its value, or 0
 * when it is not ours, SIZE_MAX on error. */
static size_t own_flag(struct own *o, size_t i)
{
	size_t end = word_end(o->rest, i), glued, from;
	struct str w = {o->rest.p + i, end - i}, value;
	char which = which_flag(o, w, &glued);

	if (!which)
		return 0;
	if (glued) {
		value = (struct str){w.p + glued, w.n - glued};
	} else {
		from = skip(o->rest, end);
		end = word_end(o->rest, from);
		value = (struct str){o->rest.p + from, end - from};
	}
	if (take(o, which, value, o->source + i) < 0)
		return SIZE_MAX;
	blank(o, i, end);
	return end;
}

/* Words that begin with '-' from i on; returns where they end. */
static size_t flags_at(struct own *o, size_t i)
{
	size_t end;

	for (i = skip(o->rest, i); i < o->rest.n && o->rest.p[i] == '-';
			i = skip(o->rest, i)) {
		end = own_flag(o, i);
		if (end == SIZE_MAX)
			return end;
		i = end ? end : line_flag_end(o->rest, i);
	}
	return i;
}

static struct str rebase(struct str s, const char *from, const char *to)
{
	return s.p ? (struct str){to + (s.p - from), s.n} : s;
}

/* The same line in the copy. */
static int compile_copy(struct session *s, struct own *o)
{
	struct submission *sub = o->sub;
	struct diags *d = sub->diags;
	const char *typed = d->source.p;
	struct line l = sub->line;
	int rc;

	l.rest = rebase(l.rest, typed, o->copy);
	l.name = rebase(l.name, typed, o->copy);
	l.body = rebase(l.body, typed, o->copy);
	keep(o, sub->line.at + sub->line.len);
	l.kept = (struct str){o->kept.data, o->kept.len};
	d->source.p = o->copy;
	rc = front_compile(&s->env, &l, &sub->plan, &sub->flags,
		&sub->redirect, d);
	d->source.p = typed;
	sub->flags.resume_from = rebase(sub->flags.resume_from, o->copy,
		typed);
	return rc;
}

static int has_o(const struct vocab *v, struct str name)
{
	int id = vocab_find(v, name.p, name.n);
	const struct vocab_field *f = id < 0 ? NULL : v->kinds[id]->fields;

	for (; f && f->name; f++)
		if (f->letter == 'o')
			return 1;
	return 0;
}

int own_flags_compile(struct session *s, struct submission *sub)
{
	struct own o = {.sub = sub, .rest = sub->line.rest};
	size_t i;
	int rc = -1;

	o.has_o = (uint8_t)has_o(s->env.vocab, sub->line.name);
	if (o.rest.p) {
		o.source = (size_t)(o.rest.p - sub->diags->source.p);
		i = flags_at(&o, 0);
		if (i < o.rest.n && strchr("\"'{", o.rest.p[i]) &&
				vocab_find(s->env.vocab, sub->line.name.p,
				sub->line.name.n) < 0)
			i = flags_at(&o, closed_end(o.rest, i));
		if (i == SIZE_MAX)
			goto out;
	}
	rc = o.copy ? compile_copy(s, &o) : front_compile(&s->env, &sub->line,
		&sub->plan, &sub->flags, &sub->redirect, sub->diags);
out:
	buf_release(&o.kept);
	free(o.copy);
	return rc;
}
