/*
 * The unit of an item that is a step: `/command args`, `!shell text` or
 * words (language.md 2.4, 2.7, 2.8). It finds out what was written; making
 * the node is parse_step.c's.
 */
#include "engine/front/text_int.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/core/vocab.h"

static uint32_t refuse_path(struct text *t, size_t at)
{
	struct str w = scan_word(t->s, at);
	int n = (int)(w.n < 100 ? w.n : 100);

	if (w.n < 2 || scan_command(t->s, at + 1) == w.n - 1)
		src_error(t->c, src_at(t->src, at, w.n), "E214", NULL,
			"a command's name is missing");
	else
		src_error(t->c, src_at(t->src, at, w.n), "E214", arena_printf(
			&t->c->arena, "write /bash %.*s", n, w.p),
			"a path is not a command: %.*s", n, w.p);
	return PLAN_NONE;
}

/* Nested workflow text is quoted, braced, or one name. */
static uint32_t nested_unit(struct text *t, const struct around *a,
	struct unit *u, const struct extent *e)
{
	struct str text = scan_cut(t->s, e->from, e->to);

	if (text.n == 0) {
		src_error(t->c, src_at(u->place, u->at, u->command.n + 1),
			"E117", NULL, "'/%.*s' needs a workflow text",
			(int)u->command.n, u->command.p);
		return PLAN_NONE;
	}
	if (!e->whole && !is_name(text)) {
		src_error(t->c, src_at(t->src, e->from, text.n), "E215",
			"put it in braces, or write the `if` directly: "
			"chain and flow share one grammar",
			"nested workflow text is quoted or braced");
		return PLAN_NONE;
	}
	return unit_compile(t->c, a->spot, u);
}

static uint32_t command_unit(struct text *t, const struct around *a,
	struct unit *u, size_t args, struct extent *e)
{
	const struct vocab_kind *kind = unit_kind(t->c, u->command);
	int words = !kind && !arg_is_workflow(u->command);

	text_extent(t, a, args, kind, 0, e);
	if (e->bad)
		return PLAN_NONE;
	u->src = t->src;
	u->flags = NULL;
	u->from = e->from;
	u->to = e->to;
	if ((kind && kind->style != STYLE_WORDS) || e->whole == '{' ||
			arg_is_workflow(u->command)) {
		struct extent all = *e;

		if (e->whole && !(words && e->whole != '{')) {
			u->src = text_content(t, &all, &u->from, &u->to);
			u->as_is = 1;
		}
		u->flags = t->src;
		u->flags_from = args;
		u->flags_to = e->from;
	}
	if (arg_is_workflow(u->command)) {
		u->flags = NULL;
		return nested_unit(t, a, u, e);
	}
	return unit_compile(t->c, a->spot, u);
}

static int operator_word(struct str w)
{
	static const char *const words[] = {
		"|", ">", ">>", "<", "&&", "||", ";", "&", "2>", "|&", NULL
	};
	int i;

	for (i = 0; words[i]; i++)
		if (str_eq(w, words[i]))
			return 1;
	return 0;
}

/* `else`, `end` and their kind where no construct waits for them. */
static int stray_keyword(struct text *t, size_t at)
{
	static const char *const words[][2] = {
		{ "then", "write: if EXPR then STEP" },
		{ "elif", "it belongs behind the steps of an if" },
		{ "else", "it belongs behind the steps of an if" },
		{ "do", "write: while EXPR do STEPS end" },
		{ "end", "it closes the innermost if, for, while or choose" }
	};
	struct str w = scan_word(t->s, at);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(w, words[i][0]))
			return src_error(t->c, src_at(t->src, at, w.n), "E205",
				words[i][1],
				"'%s' stands where no construct is open",
				words[i][0]);
	return 0;
}

/* E103: one unquoted word that names nothing. */
static uint32_t unknown_word(struct text *t, size_t at, struct str w)
{
	const char *near = suggest_step(t->c, w);
	int n = (int)(w.n < 64 ? w.n : 64);
	const char *p = memchr(w.p, '-', w.n);

	if (stray_keyword(t, at))
		return PLAN_NONE;
	if (p && p + 1 < w.p + w.n && p[1] == '>')
		src_error(t->c, src_at(t->src, at + (size_t)(p - w.p), 2),
			"E202", "put blanks around '->'",
			"'->' is glued to its neighbours");
	else
		src_error(t->c, src_at(t->src, at, w.n), "E103", arena_printf(
			&t->c->arena, "%s%swrite /bash %.*s, quote it as a "
			"prompt, or /def %.*s", near ? near : "", near ?
			" else " : "", n, w.p, n, w.p), "unknown step '%.*s'",
			n, w.p);
	return PLAN_NONE;
}

/* `x y: /bash make`: a label was meant. */
static int colon_before(struct str s, size_t i)
{
	while (i > 0 && scan_blank(s.p[i - 1]))
		i--;
	return i > 0 && s.p[i - 1] == ':';
}

/* 0 when the words are a prompt. */
static int check_prompt(struct text *t, const struct extent *e)
{
	struct str s = t->s, w;
	size_t i = e->from;
	int n;

	s.n = e->to;
	w = scan_word(s, i);
	if (operator_word(w))
		return src_error(t->c, src_at(t->src, i, w.n), "E216",
			"put the whole "
			"line into one /bash step, or write -> /write FILE",
			"workflow text has no '%.*s' of its own", (int)w.n,
			w.p);
	if (scan_curly(s, i))
		return src_error(t->c, src_at(t->src, i, 3), "E106",
			"use straight quotes",
			"curly quotes do not hold a text");
	if (!scan_word_char(s.p[i]) && !(s.p[i] & 0x80))
		return src_error(t->c, src_at(t->src, i, w.n), "E213",
			"put the prompt in quotes",
			"a bare prompt starts with a letter or digit");
	for (; i < s.n; i = scan_skip(s, i + w.n)) {
		w = scan_word(s, i);
		if (w.n < 2 || w.p[0] != '/' ||
				scan_command(w, 1) != w.n - 1 ||
				!unit_known(t->c, scan_cut(w, 1, w.n)))
			continue;
		n = (int)w.n;
		if (stray_keyword(t, e->from))
			return -1;
		return src_error(t->c, src_at(t->src, i, w.n), "E210",
			colon_before(s, i) ? "a label is one NAME of letters, "
			"digits, _ and -, no digit first" :
			arena_printf(&t->c->arena,
			"arrow missing? write -> %.*s, or quote the prompt",
			n, w.p), "'%.*s' stands inside a prompt", n, w.p);
	}
	return 0;
}

static uint32_t words_unit(struct text *t, const struct around *a,
	struct unit *u, struct extent *e)
{
	struct str w;

	text_extent(t, a, t->at, unit_kind(t->c, str_of("task")), 1, e);
	if (e->bad)
		return PLAN_NONE;
	w = scan_cut(t->s, e->from, e->to);
	u->src = t->src;
	u->from = e->from;
	u->to = e->to;
	if (w.n == 0) {
		text_missing(t, "a step is missing");
		return PLAN_NONE;
	}
	if (!e->whole && scan_word(w, 0).n == w.n) {
		u->command = w;
		u->from = u->to;
		if (is_name(w) && def_find(t->c, w, NULL))
			return unit_compile(t->c, a->spot, u);
		if (!operator_word(w) && !scan_curly(w, 0))
			return unknown_word(t, e->from, w);
	}
	u->command.n = 0;
	if (!e->whole && check_prompt(t, e))
		return PLAN_NONE;
	if (e->whole) {
		u->src = text_content(t, e, &u->from, &u->to);
		u->as_is = 1;
	}
	return unit_compile(t->c, a->spot, u);
}

uint32_t text_step(struct text *t, const struct around *a, struct str label,
	size_t at, struct extent *e)
{
	struct unit u;
	size_t n;

	memset(e, 0, offsetof(struct extent, annot));
	e->annots = 0;
	memset(&u, 0, sizeof(u));
	u.name = label;
	u.src = u.place = t->src;
	u.at = at;
	u.command = str_of("");
	if (t->s.p[t->at] == '!') {
		u.command = str_of("bash");
		return command_unit(t, a, &u, t->at + 1, e);
	}
	if (t->s.p[t->at] == '/') {
		n = scan_command(t->s, t->at + 1);
		u.command = scan_cut(t->s, t->at + 1, t->at + 1 + n);
		n += t->at + 1;
		if (u.command.n && (scan_word_end(t->s, n) ||
				t->s.p[n] == a->close ||
				(a->comma && t->s.p[n] == ',') ||
				text_arrow(t->s, n)))
			return command_unit(t, a, &u, n, e);
		e->end = t->s.n;
		return refuse_path(t, t->at);
	}
	if (a->spot.mode != MODE_FLOW)
		return team_unit(t, a, label, at, e);
	return words_unit(t, a, &u, e);
}
