/*
 * Which variables of a shell text may hold a value of ours: those that were
 * assigned one, or read one. Where a shell evaluates a variable again
 * (arithmetic, subscripts, ${!x}), such a name is refused like the value
 * itself. What is known only grows; shellref.c reads again until it stays.
 */
#include "engine/front/shell_calls.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"

void shell_refuse(struct shell *sh, size_t at, size_t len, const char *code,
	const char *why, const char *help)
{
	sh->rc = src_error(sh->b->c, src_at(sh->src, at, len), code, help, "%s",
		why);
}

void shell_refuse_math(struct shell *sh, size_t at, size_t len)
{
	shell_refuse(sh, at, len, "E312", "the shell would evaluate this "
		"value as arithmetic", "compute it in a /lua step; [ \"$x\" "
		"-gt 0 ] only compares");
}

static struct shell_name *find(const struct shell *sh, struct str name)
{
	size_t i;

	for (i = 0; i < sh->names; i++)
		if (str_same(sh->name[i].name, name))
			return &sh->name[i];
	return NULL;
}

void shell_name_add(struct shell *sh, struct str name, unsigned is)
{
	struct shell_name *n = find(sh, name);

	if (name.n == 0)
		return;
	if (!n && sh->names == SHELL_NAMES) {
		shell_refuse(sh, (size_t)(name.p - sh->s.p), name.n, "E501",
			"the text has too many variables to watch",
			"make several steps of it");
		return;
	}
	if (!n) {
		sh->name = mem_more(sh->name, sh->names, &sh->names_cap,
			sizeof(*sh->name));
		n = &sh->name[sh->names++];
		memset(n, 0, sizeof(*n));
		n->name = name;
	}
	if ((n->is | is) != n->is) {
		n->is |= (uint8_t)is;
		sh->changed = 1;
	}
}

unsigned shell_name_is(const struct shell *sh, struct str name)
{
	const struct shell_name *n = sh->names ? find(sh, name) : NULL;

	return n ? n->is : 0;
}

static int is_arg(const struct shell *sh, struct str name)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < name.n && i < 5; i++) {
		if (name.p[i] < '0' || name.p[i] > '9')
			return 0;
		n = n * 10 + (uint32_t)(name.p[i] - '0');
	}
	return n > 0 && n + sh->shifts >= sh->args_from;
}

int shell_is_tainted(const struct shell *sh, struct str name)
{
	if (shell_name_is(sh, name) & (NAME_VALUE | NAME_TAIL))
		return 1;
	return sh->args_from && name.n > 0 &&
		(is_arg(sh, name) || str_eq(name, "OPTARG"));
}

size_t shell_tainted_in(const struct shell *sh, size_t from, size_t to,
	size_t *at)
{
	const char *p = sh->s.p;
	size_t i, n;

	if (!sh->names && !sh->args_from)
		return 0;
	for (i = from; i < to; i += n ? n : 1) {
		for (n = 0; i + n < to && scan_word_char(p[i + n]);)
			n++;
		if (n == 0 || (i > 1 && p[i - 1] == '#' && p[i - 2] == '{'))
			continue;
		/* 1 is a number, $1 is not */
		if (p[i] >= '0' && p[i] <= '9' && (i == 0 ||
				(p[i - 1] != '$' && p[i - 1] != '{')))
			continue;
		if (shell_is_tainted(sh, scan_cut(sh->s, i, i + n))) {
			*at = i;
			return n;
		}
	}
	return 0;
}

void shell_store(struct shell *sh, struct str name, size_t at, size_t len)
{
	const char *bracket = memchr(name.p, '[', name.n);

	if (bracket)
		name.n = (size_t)(bracket - name.p);
	if (tool_variable(name))
		shell_refuse(sh, at, len, "E224", "this value would decide "
			"what programs run or how the shell reads",
			"give it in a variable with a name of its own");
	else if (shell_name_is(sh, name) & NAME_INTEGER)
		shell_refuse_math(sh, at, len);
	else
		shell_name_add(sh, name, NAME_VALUE);
}

int shell_holds(const struct shell *sh)
{
	size_t i;

	for (i = 0; i < sh->names; i++)
		if (sh->name[i].is & (NAME_VALUE | NAME_TAIL))
			return 1;
	return sh->args_from != 0;
}

void shell_constant(struct shell *sh, struct str name, struct str value)
{
	struct shell_name *n = find(sh, name);
	size_t i;

	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
			value.p[value.n - 1] == value.p[0])
		value = scan_cut(value, 1, value.n - 1);
	for (i = 0; i < value.n && !strchr("\\'\"$`", value.p[i]);)
		i++;
	if (i < value.n || value.n >= SHELL_WORD)
		value.n = 0;
	if (!n && (value.n == 0 || name.n == 0 ||
			sh->names >= SHELL_NAMES / 2))
		return;
	if (!n) {
		shell_name_add(sh, name, 0);
		n = find(sh, name);
		sh->changed = 1;
	}
	n->value = value;
}

void shell_resolve(const struct shell *sh, struct shell_word *w)
{
	struct str s = scan_cut(sh->s, w->at, w->end), name;
	const struct shell_name *n;
	size_t k;

	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = scan_cut(s, 1, s.n - 1);
	if (s.n < 2 || s.p[0] != '$')
		return;
	s = scan_cut(s, 1, s.n);
	if (s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		s = scan_cut(s, 1, s.n - 1);
	for (k = 0; k < s.n && scan_word_char(s.p[k]);)
		k++;
	name = scan_cut(s, 0, k);
	if (k < s.n && !str_eq(scan_cut(s, k, s.n), "[@]"))
		return;
	n = find(sh, name);
	if (!n || n->value.n == 0)
		return;
	w->var = n->value;
	w->exact = w->quoted = 1;
	w->lit_n = (uint8_t)n->value.n;
	memcpy(w->lit, n->value.p, n->value.n);
}

/* NAME=word, where the word is the text's own. */
static void constant(struct shell *sh, const struct shell_word *w,
	struct str name)
{
	struct str value = { name.p, 0 };

	if (w->exact && sh->s.p[w->at + w->name_n] == '=')
		value = scan_cut(sh->s, w->at + w->name_n + 1, w->end);
	shell_constant(sh, name, value);
}

void shell_assign(struct shell *sh, const struct shell_word *w)
{
	struct str name = scan_cut(sh->s, w->at, w->at + w->name_n);
	size_t at, n;

	if (w->has_ref) {
		shell_store(sh, name, w->ref_at, w->ref_len);
		return;
	}
	n = shell_tainted_in(sh, w->at + w->name_n, w->end, &at);
	if (n && shell_name_is(sh, name) & NAME_INTEGER)
		shell_refuse_math(sh, at, n);
	else if (n && w->exact && at == w->at + w->name_n + 1 &&
			at + n == w->end)
		/* y=x: arithmetic that meets y goes on to x */
		shell_store(sh, name, at, n);
	constant(sh, w, name);
}

void shell_args(struct shell *sh, uint32_t n)
{
	if (!sh->args_from || n < sh->args_from) {
		sh->args_from = n;
		sh->changed = 1;
	}
}

void shell_flow_add(struct shell_flow *f, const struct shell_flow *from)
{
	if (!f->has_ref)
		*f = *from;
}

void shell_flow_word(struct shell_flow *f, const struct shell_word *w)
{
	struct shell_flow of = { w->has_ref, w->ref_at, w->ref_len };

	shell_flow_add(f, &of);
}

void shell_input(struct shell *sh, const struct shell_flow *f)
{
	if (sh->input.has_ref || !f->has_ref)
		return;
	sh->input = *f;
	sh->changed = 1;
}
