/*
 * The door of the room: a line becomes a plan. The text is read by the parser
 * or the YAML readers, and the builder has the last word.
 */
#include "engine/front/bind.h"

#include <string.h>

#include "engine/base/text.h"

/* Copies redirections: the caller's words own their strings. */
static void redirect_copy(struct words *out, const struct words *in)
{
	struct arena *a;

	if (!out)
		return;
	memset(out, 0, sizeof(*out));
	if (!in->out_file.n && !in->pipe.n)
		return;
	a = mem_zero(sizeof(*a));
	arena_init(a);
	out->owned = a;
	out->append = in->append;
	out->out_file.n = in->out_file.n;
	out->out_file.p = arena_strndup(a, in->out_file.p, in->out_file.n);
	out->pipe.n = in->pipe.n;
	out->pipe.p = arena_strndup(a, in->pipe.p, in->pipe.n);
}

static uint32_t plan_flags(const struct front_flags *f,
	const struct line *line)
{
	uint32_t flags = 0;

	flags |= f->fail_fast ? PLAN_FAIL_FAST : 0;
	flags |= f->save_state ? PLAN_SAVE_STATE : 0;
	flags |= f->parallel ? PLAN_PARALLEL : 0;
	flags |= f->adaptive ? PLAN_ADAPTIVE : 0;
	flags |= f->adaptive && !f->no_learning ? PLAN_LEARNING : 0;
	flags |= line->background ? PLAN_BACKGROUND : 0;
	return flags;
}

/* Are all errors such that every step is there with its name? Of keys, their
 * values, annotations. Then what the steps say of each other can be read. */
static int only_keys(const struct front_ctx *c)
{
	static const char codes[] = "E111 E220 E221 E222 E223 E224 E402 E403 "
		"E407 E408";
	const struct diags *d = c->diags;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (!strstr(codes, d->items[i].code))
			return 0;
	return c->errors == 0 && d->errors == d->count && !c->vague;
}

int front_finish(struct front_ctx *c, const struct line *line,
	struct plan **out)
{
	struct build_options o = { .command = line->name };
	uint32_t where = 0;
	struct err err;

	if (front_failed(c) && !only_keys(c))
		return -1;
	c->spaces[c->top.space].parallel = c->flags->parallel;
	names_finish(c);
	pending_finish(c);
	if (front_failed(c))
		return -1;
	edges_finish(c);
	if (!o.command.n)
		o.command = c->command;
	parallel_arrows(c);
	o.source = line->kept.p ? line->kept : scan_cut(c->diags->source,
		line->at, line->at + line->len);
	while (o.source.n && scan_blank(o.source.p[o.source.n - 1]))
		o.source.n--;
	o.strategy = c->flags->strategy < 0 ? STRATEGY_STOP :
		(enum strategy)c->flags->strategy;
	o.flags = plan_flags(c->flags, line);
	o.limit = c->flags->limit;
	o.timeout_ms = c->flags->timeout_ms;
	err.help[0] = '\0';
	if (build_end(c->build, &o, out, &where, &err) == 0)
		return 0;
	return diag_add(c->diags, err.code == ERR_LIMIT ? "E501" : strstr(
		err.text, "wait for each other") ? "E502" : "E503",
		caret(where, 1), err.help, "%s", err.text);
}

/* The text of a workflow line as a src: offsets map to the source. */
static const struct src *line_src(struct front_ctx *c,
	const struct workflow_arg *w)
{
	struct str s = c->diags->source;
	struct src *in = arena_alloc(&c->arena, sizeof(*in));
	uint32_t *cut;

	in->text = w->text;
	in->at = w->text_at;
	if (!w->raw) {
		in->text = arg_unescape(s, w->text_at,
			scan_quote(s, w->text_at - 1, 0), &c->arena, &cut,
			&in->cut_count);
		in->cut = cut;
	}
	return in;
}

static int compile_workflow(struct front_ctx *c, const struct line *line,
	struct words *redirect)
{
	size_t at = (size_t)(line->rest.p - c->diags->source.p);
	struct workflow_arg w;
	struct front_def *def;
	struct unit u = { .command = line->name };
	struct frag f;
	char help[160];
	int rc = -1;

	if (workflow_arg_split(&w, line->rest, at, c->diags) ||
			flags_read(c->flags, &w.flags, c->diags))
		goto out;
	if (!w.given) {
		snprintf(help, sizeof(help), "/%.*s \"one: /echo hello -> "
			"two: /bash wc -c\"", (int)line->name.n, line->name.p);
		diag_add(c->diags, "E117", caret(line->at, line->name.n + 1),
			help,
			"'/%.*s' needs a workflow text", (int)line->name.n,
			line->name.p);
		goto out;
	}
	u.src = line_src(c, &w);
	u.to = u.src->text.n;
	u.whole = 1;
	if (is_name(u.src->text) && def_find(c, u.src->text, &def)) {
		rc = unit_compile(c, c->top, &u) == PLAN_NONE ? -1 : 0;
	} else {
		c->top.mode = str_eq(line->name, "swarm") ? MODE_SWARM :
			str_eq(line->name, "pipeline") ? MODE_PIPELINE :
			MODE_FLOW;
		rc = sequence_compile(c, c->top, u.src, 0, u.to, &f);
		frag_release(&f);
	}
	redirect_copy(redirect, &w.flags);
out:
	workflow_arg_release(&w);
	return rc;
}

/* `/name args` as the whole line: a run of one step. */
static int compile_leaf(struct front_ctx *c, const struct line *line,
	struct words *redirect)
{
	const struct vocab_kind *kind = unit_kind(c, line->name);
	size_t at = (size_t)(line->rest.p - c->diags->source.p), end;
	struct unit u = { .command = line->name };
	struct text t = { .c = c };
	struct extent e = { .from = 0 };
	struct words w;
	uint32_t node;

	u.src = t.src = src_new(c, line->rest, at, 1);
	u.place = src_new(c, c->diags->source, 0, 1);
	u.at = line->at;
	u.whole = 1;
	t.s = line->rest;
	u.to = line->rest.n;
	if (kind && kind->style != STYLE_WORDS) {
		u.flags = t.src;
		u.flags_to = e.from = leaf_flags_end(kind, t.s, 0);
		e.to = t.s.n;
		if (e.to > e.from && strchr("\"'{", t.s.p[e.from])) {
			end = t.s.p[e.from] == '{' ? scan_brace(t.s, e.from) :
				scan_quote(t.s, e.from, 0);
			if (end != SCAN_NONE && end + 1 == e.to)
				e.whole = (uint8_t)t.s.p[e.from];
		}
		u.src = text_content(&t, &e, &u.from, &u.to);
	} else {
		if (words_split(&w, line->rest, at, c->diags)) {
			words_release(&w);
			return -1;
		}
		redirect_copy(redirect, &w);
		u.to = arg_redirect(line->rest);
		words_release(&w);
	}
	node = unit_compile(c, c->top, &u);
	return node == PLAN_NONE ? -1 : 0;
}

static int compile_block(struct front_ctx *c, const struct line *line,
	struct words *redirect)
{
	size_t at = (size_t)(line->rest.p - c->diags->source.p);
	const struct src *body;
	struct words w;
	int rc;

	if (words_split(&w, line->rest, line->rest.n ? at : line->at,
			c->diags) || flags_read(c->flags, &w, c->diags)) {
		words_release(&w);
		return -1;
	}
	redirect_copy(redirect, &w);
	words_release(&w);
	body = src_new(c, line->body,
		(size_t)(line->body.p - c->diags->source.p), 1);
	rc = yaml_compile(c, c->top, line->name, body);
	return rc;
}

int front_read(struct front_ctx *c, const struct line *line,
	struct plan **out, struct words *redirect)
{
	int rc;

	*out = NULL;
	memset(c->flags, 0, sizeof(*c->flags));
	c->flags->strategy = -1;
	if (redirect)
		memset(redirect, 0, sizeof(*redirect));
	if (line->kind == LINE_BLOCK)
		rc = compile_block(c, line, redirect);
	else if (arg_is_workflow(line->name))
		rc = compile_workflow(c, line, redirect);
	else
		rc = compile_leaf(c, line, redirect);
	if (rc == 0 || (front_failed(c) && only_keys(c)))
		rc = front_finish(c, line, out);
	return rc;
}

int front_compile(const struct front_env *env, const struct line *line,
	struct plan **out, struct front_flags *flags, struct words *redirect,
	struct diags *diags)
{
	struct front_flags own;
	struct front_ctx c;
	int rc;

	front_ctx_init(&c, env, diags, flags ? flags : &own);
	rc = front_read(&c, line, out, redirect);
	front_ctx_release(&c);
	return rc;
}

int front_knows(const struct front_env *env, struct str name)
{
	struct front_def def;

	return arg_is_workflow(name) ||
		vocab_find(env->vocab, name.p, name.n) >= 0 ||
		(env->find_def && env->find_def(env->ud, name, &def));
}
