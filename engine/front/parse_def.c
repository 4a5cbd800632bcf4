/*
 * Calls of definitions: the text of a /def or of a stored workflow compiled
 * into a BLOCK. The text is workflow text, YAML, or one whole line as /save
 * keeps it: `/chain --parallel "…"`. Of such a line's flags those that can
 * hold for a part of a run bind the block; the others are refused by name,
 * unless the call is all of the run.
 */
#include "engine/front/text_int.h"

#include <string.h>

#include "engine/base/text.h"

/* A definition being compiled. */
struct calling {
	struct front_ctx *c;
	struct spot in;        /* inside of its block */
	const struct unit *u;  /* who calls */
	const struct src *text;
};

/* `/chain`, `/flow:` and so on at the beginning: the offset behind it and
 * what stands there, a colon or a blank; else 0. */
static char line_command(struct str s, struct str *name, size_t *at)
{
	size_t from = scan_skip(s, 0), n;

	if (from >= s.n || s.p[from] != '/')
		return 0;
	n = scan_name(s, from + 1);
	*name = scan_cut(s, from + 1, from + 1 + n);
	*at = from + 1 + n;
	if (!arg_is_workflow(*name) || *at >= s.n)
		return 0;
	if (s.p[*at] == ':' && scan_word_end(s, *at + 1))
		return s.p[(*at)++];
	return scan_blank(s.p[*at]) ? ' ' : 0;
}

static int refuse(const struct calling *k, const char *what)
{
	return src_error(k->c, src_at(k->text, 0, 0), "E225",
		"give it to the line that runs the whole, and take it out of "
		"the definition",
		"%s is for a run of its own, not for a step", what);
}

/* Flags and redirections that a part of a run cannot have. */
static int allowed(const struct calling *k, const struct words *w)
{
	static const char *const part[] = { "parallel", "limit", "timeout" };
	struct str name;
	size_t i, p;
	int rc = 0, valued;

	if (w->out_file.n)
		rc = refuse(k, w->append ? "'>>'" : "'>'");
	if (w->pipe.n)
		rc = refuse(k, "'|'");
	for (i = 0; i < w->count; i++) {
		if (!arg_is_flag(w->word[i]))
			continue;
		name = scan_cut(w->word[i], 2, w->word[i].n);
		name.n = scan_name(name, 0);
		for (p = 0; p < 3 && !str_eq(name, part[p]);)
			p++;
		if (p < 3 || (!arg_flag_shells(name) &&
				!arg_flag_known(name, &valued)))
			continue;
		if (k->u->whole && !arg_flag_shells(name) &&
				!str_eq(name, "resume-from"))
			continue;
		rc = refuse(k, arena_printf(&k->c->arena, "--%.*s",
			(int)name.n, name.p));
	}
	return rc;
}

/* Errors in the words of the definition's line, told at its call. */
static void pass_on(const struct calling *k, struct diags *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		src_error(k->c, src_at(k->text, d->items[i].at,
			d->items[i].len), d->items[i].code, d->items[i].help,
			"%s", d->items[i].text);
}

/* The flags of the line into those of the compilation; what was said with
 * the call goes before. */
static int take_flags(const struct calling *k, const struct words *w)
{
	struct front_flags *f = k->c->flags, own;
	struct diags d;
	int rc;

	if (allowed(k, w))
		return -1;
	memset(&own, 0, sizeof(own));
	own.strategy = -1;
	diags_init(&d, NULL, 1, k->text->text);
	rc = flags_read(&own, w, &d);
	pass_on(k, &d);
	diags_release(&d);
	f->save_state |= own.save_state;
	f->parallel |= own.parallel;
	f->fail_fast |= own.fail_fast;
	f->adaptive |= own.adaptive;
	f->no_learning |= own.no_learning;
	f->continuous |= own.continuous;
	if (f->strategy < 0)
		f->strategy = own.strategy;
	if (!f->limit)
		f->limit = own.limit;
	if (!f->timeout_ms)
		f->timeout_ms = own.timeout_ms;
	k->c->spaces[k->in.space].parallel = f->parallel;
	return rc;
}

/* `/chain: --parallel` and the block beneath it. */
static void block_line(struct calling *k, struct str name, size_t at)
{
	struct str s = k->text->text;
	size_t end = scan_line(s, at);
	struct src *body = arena_alloc(&k->c->arena, sizeof(*body));
	struct words w;
	struct diags d;
	int rc;

	diags_init(&d, NULL, 1, s);
	rc = words_split(&w, scan_cut(s, at, end), at, &d);
	pass_on(k, &d);
	diags_release(&d);
	memset(body, 0, sizeof(*body));
	body->text = scan_cut(s, end < s.n ? end + 1 : end, s.n);
	body->up = k->text;
	if (rc == 0 && take_flags(k, &w) == 0)
		yaml_compile(k->c, k->in, name, body);
	words_release(&w);
}

static void text_line(struct calling *k, struct str name,
	const struct workflow_arg *w)
{
	struct src *src = arena_alloc(&k->c->arena, sizeof(*src));
	struct unit u = { .command = name, .src = src,
		.place = k->text->up, .at = k->text->at,
		.whole = k->u->whole };
	struct frag f;

	memset(src, 0, sizeof(*src));
	src->text = w->text;
	src->text.p = arena_strndup(&k->c->arena, w->text.p, w->text.n);
	src->up = k->text;
	src->fixed = 1;
	u.to = w->text.n;
	if (take_flags(k, &w->flags))
		return;
	if (is_name(w->text)) {
		unit_compile(k->c, k->in, &u);
		return;
	}
	k->in.mode = (uint8_t)mode_of(name);
	sequence_compile(k->c, k->in, src, 0, w->text.n, &f);
	frag_release(&f);
}

/* 1 when the definition is a line and was compiled as one. What is none, as
 * `/chain {…} -> /bash x`, is workflow text. */
static int line_compile(struct calling *k)
{
	struct str s = k->text->text, name, rest;
	struct workflow_arg w;
	struct diags d;
	size_t at, to = s.n;
	char kind = line_command(s, &name, &at);
	int is_line;

	if (kind == ':')
		block_line(k, name, at);
	if (kind != ' ')
		return kind == ':';
	scan_trim(s, &at, &to);
	rest = scan_cut(s, at, to);
	if (rest.n > 1 && rest.p[rest.n - 1] == '&' &&
			scan_blank(rest.p[rest.n - 2])) {
		refuse(k, "'&'");
		return 1;
	}
	diags_init(&d, NULL, 1, s);
	is_line = workflow_arg_split(&w, rest, at, &d) == 0 && w.given;
	diags_release(&d);
	if (is_line)
		text_line(k, name, &w);
	workflow_arg_release(&w);
	return is_line;
}

/* What the flags of a part bind: its block. */
static void bind_block(struct calling *k, uint32_t node)
{
	struct space *p = &k->c->spaces[k->in.space];
	struct annot a;

	p->parallel = k->c->flags->parallel;
	if (k->u->whole)
		return;
	p->limit = k->c->flags->limit;
	p->timeout_ms = k->c->flags->timeout_ms;
	if (!p->limit && !p->timeout_ms)
		return;
	annot_begin(k->c, &a, k->in, node);
	a.any = 1;
	annot_end(k->c, &a);
}

/* Where the command of the unit stands, not the label before it. */
static void unit_word(const struct unit *u, size_t *at, size_t *len)
{
	struct str s = unit_where(u)->text, w = u->command;

	*at = u->at;
	*len = u->at < s.n ? scan_word(s, u->at).n : 0;
	if (u->word) {
		*at = 0;
		*len = u->word->text.n;
		return;
	}
	if (w.p <= s.p || w.p >= s.p + s.n)
		return;
	*at = (size_t)(w.p - s.p) - (w.p[-1] == '/');
	*len = w.n + (w.p[-1] == '/');
}

static const struct src *def_src(struct front_ctx *c, const struct unit *u,
	const struct front_def *def)
{
	struct src *text = arena_alloc(&c->arena, sizeof(*text));

	memset(text, 0, sizeof(*text));
	text->text = def->text;
	text->up = u->word ? u->word : unit_where(u);
	unit_word(u, &text->at, &text->span);
	text->fixed = 1;
	text->note = arena_printf(&c->arena, "in %.*s: ", (int)def->name.n,
		def->name.p);
	return text;
}

static void def_compile(struct calling *k, const struct front_def *def)
{
	struct frag f;

	k->c->open_def[k->c->open_defs++] = def;
	if (def->yaml) {
		yaml_compile(k->c, k->in, str_of("chain"), k->text);
	} else if (front_is_script(def->text)) {
		src_error(k->c, src_at(k->text, 0, 0), "E218",
			"write -> between them, or give each a file; a line "
			"of its own, /NAME or wf FILE, runs them all",
			"several lines are no step");
	} else if (!line_compile(k)) {
		sequence_compile(k->c, k->in, k->text, 0, k->text->text.n, &f);
		frag_release(&f);
	}
	k->c->open_defs--;
}

static int calls_itself(struct front_ctx *c, const struct unit *u,
	const struct front_def *def)
{
	uint32_t i;

	for (i = 0; i < c->open_defs; i++)
		if (str_same(c->open_def[i]->name, def->name))
			return src_error(c, src_at(unit_where(u), u->at,
				def->name.n + 1), "E217",
				"use a while loop instead",
				"'%.*s' calls itself", (int)def->name.n,
				def->name.p);
	return 0;
}

uint32_t call_def(struct front_ctx *c, struct spot s, const struct unit *u,
	const struct front_def *def)
{
	struct front_flags *outer = c->flags, own;
	struct calling k = { .c = c, .u = u };
	struct pending *p;
	uint32_t node;
	uint8_t part = c->part;

	if (calls_itself(c, u, def))
		return PLAN_NONE;
	node = unit_block(c, s, u, def, &k.in);
	if (node == PLAN_NONE || c->open_defs == LIMIT_NEST)
		return PLAN_NONE;
	p = pending_add(c, PENDING_ARGS, s, node);
	p->src = u->src;
	p->from = u->from;
	p->to = u->to;
	p->argv = u->argv;
	p->argc = u->argc;
	p->def = def;
	k.text = def_src(c, u, def);
	memset(&own, 0, sizeof(own));
	own.strategy = -1;
	own.parallel = outer->parallel;
	c->part = !u->whole;
	if (c->part)
		c->flags = &own;
	def_compile(&k, def);
	bind_block(&k, node);
	c->flags = outer;
	c->part = part;
	return node;
}
