/*
 * Typed arguments: words by the fields of a kind (language.md 1.3, 2.4), and
 * the arguments of a definition. A value that holds a reference is checked
 * when its step starts; every other value here, with its place.
 */
#include "engine/front/bind.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/core/vocab.h"

struct typed {
	struct binder *b;
	const struct vocab_kind *kind;
	const struct src *src; /* the words are in */
	size_t at, to;
	const struct src *const *argv;
	size_t argc, argi;
	const struct vocab_field *pos; /* next positional; NULL: none left */
	uint64_t given;        /* fields that have a value */
	uint8_t rest_only;     /* behind `--`, or kinds without flags */
};

static const struct vocab_field *next_pos(const struct vocab_field *f)
{
	while (f && f->name && f->place == PLACE_FLAG)
		f++;
	return f && f->name ? f : NULL;
}

static int has_flags(const struct vocab_kind *kind)
{
	const struct vocab_field *f = kind->fields;

	for (; f && f->name; f++)
		if (f->place == PLACE_FLAG)
			return 1;
	return 0;
}

static const struct vocab_field *flag_named(const struct vocab_kind *kind,
	struct str name, char letter)
{
	const struct vocab_field *f = kind->fields;

	for (; f && f->name; f++)
		if (f->place == PLACE_FLAG && (letter ? f->letter == letter :
				str_eq(name, f->name)))
			return f;
	return NULL;
}

/* The flag a word is, and where its value begins in the word (0: none). */
static const struct vocab_field *flag_of(const struct vocab_kind *kind,
	struct str w, size_t *value)
{
	const char *eq = memchr(w.p, '=', w.n);
	size_t n = eq ? (size_t)(eq - w.p) : w.n;
	const struct vocab_field *f;

	*value = 0;
	if (w.n < 2 || w.p[0] != '-')
		return NULL;
	if (w.p[1] == '-') {
		f = flag_named(kind, scan_cut(w, 2, n), 0);
		if (f && eq)
			*value = n + 1;
		return f;
	}
	f = flag_named(kind, w, w.p[1]);
	if (f && w.n > 2 && f->type != FIELD_FLAG)
		*value = 2;
	return f;
}

size_t leaf_flags_end(const struct vocab_kind *kind, struct str s,
	size_t from)
{
	const struct vocab_field *f;
	size_t at = scan_skip(s, from), end, value;
	struct str w;

	while (at < s.n && s.p[at] == '-' && has_flags(kind)) {
		end = arg_word_end(s, at);
		w = scan_cut(s, at, end);
		if (str_eq(w, "--"))
			return scan_skip(s, end);
		f = flag_of(kind, w, &value);
		if (!f)
			break;
		from = at = scan_skip(s, end);
		if (f->type != FIELD_FLAG && !value && at < s.n)
			from = at = scan_skip(s, arg_word_end(s, at));
	}
	return from; /* without flags the text is kept as it stands */
}

static const char *type_name(enum field_type t)
{
	switch (t) {
	case FIELD_NUMBER:
		return "a whole number";
	case FIELD_DURATION:
		return "a duration such as 500ms, 30s, 5m";
	case FIELD_MODE:
		return "an octal mode such as 644";
	case FIELD_LIST:
		return "words with commas between them";
	case FIELD_WORD:
	case FIELD_TEXT:
	case FIELD_PATH:
	case FIELD_FLAG:
		break;
	}
	return "a word";
}

static int fits(enum field_type type, struct str v)
{
	int64_t n;
	size_t i;

	switch (type) {
	case FIELD_NUMBER:
		return number_parse(v, INT64_MIN, INT64_MAX, &n) == 0;
	case FIELD_DURATION:
		return duration_parse(v, &n) == 0;
	case FIELD_MODE:
		for (i = 0; i < v.n; i++)
			if (v.p[i] < '0' || v.p[i] > '7')
				return 0;
		return v.n >= 3 && v.n <= 4;
	case FIELD_LIST:
	case FIELD_PATH:
		return v.n > 0;
	case FIELD_WORD:
	case FIELD_TEXT:
	case FIELD_FLAG:
		break;
	}
	return 1;
}

static int holds_ref(struct str v)
{
	size_t i;

	for (i = 0; i + 1 < v.n; i++)
		if (v.p[i] == '$' && v.p[i + 1] == '{')
			return 1;
	return 0;
}

/* Gives src[from, to) to a field. */
static int give(struct typed *t, const struct vocab_field *f,
	const struct src *src, size_t from, size_t to)
{
	struct str v = scan_cut(src->text, from, to);
	struct front_ctx *c = t->b->c;
	int rest = f->place == PLACE_REST;

	t->given |= 1ull << (f - t->kind->fields);
	if (!holds_ref(v) && !fits(f->type, v))
		return src_error(c, src_at(src, from, v.n ? v.n : 1), "E116",
			NULL, "'%.*s' is no value of '%s': write %s", (int)v.n,
			v.p, f->name, type_name(f->type));
	build_arg(c->build, t->b->node, rest ? ARG_WORD : ARG_FIELD,
		rest ? PLAN_NONE : build_text(c->build, str_of(f->name)));
	if (v.n == 0)
		build_part_text(c->build, v);
	return bind_parts(t->b, src, from, to);
}

/* The next word; 0: none left; -1 after an error. */
static int next_word(struct typed *t, const struct src **src,
	struct arg_word *w)
{
	struct str s = t->src ? t->src->text : str_of("");

	if (t->argv) {
		if (t->argi == t->argc)
			return 0;
		*src = t->argv[t->argi++];
		memset(w, 0, sizeof(*w));
		w->text = (*src)->text;
		return 1;
	}
	s.n = t->to;
	t->at = scan_skip(s, t->at);
	if (t->at >= t->to)
		return 0;
	if (arg_word(s, t->at, &t->b->c->arena, w))
		return src_error(t->b->c, src_at(t->src, w->at, 1), "E204",
			"a quote opens only at the start of a word",
			"%c is not closed", s.p[w->at]);
	*src = bind_word_src(t->b->c, t->src, w);
	t->at = w->end;
	return 1;
}

static int unknown_flag(struct typed *t, const struct src *src, struct str w)
{
	struct front_ctx *c = t->b->c;
	const char **names = arena_alloc(&c->arena, 66 * sizeof(*names));
	const struct vocab_field *f = t->kind->fields;
	size_t n = 0, dash = w.n > 1 && w.p[1] == '-' ? 2 : 1;

	for (; f->name && n < 64; f++)
		if (f->place == PLACE_FLAG)
			names[n++] = arena_printf(&c->arena, "--%s", f->name);
	return src_error(c, src_at(src, 0, w.n), "E108", dash == 2 ? suggest(c,
		w, names) : "write -- before words that begin with a dash",
		"'/%s' has no flag '%.*s'", t->kind->name, (int)w.n, w.p);
}

/* A word that begins with a dash. */
static int flag(struct typed *t, const struct src *src, struct str w)
{
	struct front_ctx *c = t->b->c;
	const struct vocab_field *f;
	const struct src *vsrc;
	struct arg_word v;
	size_t value, i = 1;
	int rc;

	f = flag_of(t->kind, w, &value);
	if (!f)
		return unknown_flag(t, src, w);
	if (f->type == FIELD_FLAG && value)
		return src_error(c, src_at(src, 0, w.n), "E109", NULL,
			"'--%s' takes no value", f->name);
	while (f->type == FIELD_FLAG) {
		t->given |= 1ull << (f - t->kind->fields);
		build_arg(c->build, t->b->node, ARG_FIELD,
			build_text(c->build, str_of(f->name)));
		build_part_text(c->build, str_of("1"));
		if (w.p[1] == '-' || ++i >= w.n)
			return 0;
		f = flag_named(t->kind, w, w.p[i]);
		if (!f)
			return unknown_flag(t, src, w);
		value = i + 1 < w.n ? i + 1 : 0;
	}
	if (value)
		return give(t, f, src, value, w.n);
	rc = next_word(t, &vsrc, &v);
	if (rc == 0)
		return src_error(c, src_at(src, 0, w.n), "E109", NULL,
			"'--%s' needs a value: %s", f->name,
			type_name(f->type));
	return rc < 0 ? -1 : give(t, f, vsrc, 0, v.text.n);
}

static int positional(struct typed *t, const struct src *src,
	const struct arg_word *w)
{
	const struct vocab_field *f = t->pos;
	struct front_ctx *c = t->b->c;
	size_t to = t->to;

	if (!f)
		return src_error(c, src_at(src, 0, w->text.n), "E115", NULL,
			"'/%s' takes no further word", t->kind->name);
	if (f->place == PLACE_POS)
		t->pos = next_pos(f + 1);
	if (f->type != FIELD_TEXT || t->argv || f->place == PLACE_REST)
		return give(t, f, src, 0, w->text.n);
	t->at = t->to;
	scan_trim(t->src->text, &to, &to);
	return give(t, f, t->src, w->at, t->to);
}

static int is_operator(struct str w)
{
	return str_eq(w, ">") || str_eq(w, ">>") || str_eq(w, "|") ||
		str_eq(w, "&&") || str_eq(w, "||") || str_eq(w, ";");
}

static int word(struct typed *t, const struct src *src,
	const struct arg_word *w)
{
	struct str s = w->text;

	if (!w->quoted && !t->argv && is_operator(s))
		return src_error(t->b->c, src_at(src, 0, s.n), "E216",
			"write -> "
			"/write FILE, or put it in quotes, or use /bash",
			"workflow text has no '%.*s' of its own", (int)s.n,
			s.p);
	if (!t->rest_only && !w->quoted && s.n > 1 && s.p[0] == '-') {
		if (!str_eq(s, "--"))
			return flag(t, src, s);
		t->rest_only = 1;
		return 0;
	}
	if (strcmp(t->kind->name, "exec") == 0)
		t->rest_only = 1;
	return positional(t, src, w);
}

static int check_required(struct typed *t, const struct src *src, size_t at)
{
	const struct vocab_field *f = t->kind->fields;

	for (; f && f->name; f++)
		if (f->required && !(t->given &
				1ull << (f - t->kind->fields)))
			return src_error(t->b->c, src_at(src, at, 1), "E114",
				NULL, "'/%s' needs %s%s", t->kind->name,
				f->place == PLACE_FLAG ? "--" : "", f->name);
	return 0;
}

int bind_words(struct binder *b, const struct pending *p)
{
	struct typed t = { .b = b, .kind = p->leaf, .src = p->src,
		.at = p->from, .to = p->to, .argv = p->argv, .argc = p->argc };
	const struct src *src;
	struct arg_word w;
	int rc;

	t.pos = next_pos(t.kind->fields);
	t.rest_only = !has_flags(t.kind);
	while ((rc = next_word(&t, &src, &w)) > 0)
		if (word(&t, src, &w))
			return -1;
	return rc < 0 ? -1 : check_required(&t, p->src, p->from);
}

int bind_flags(struct binder *b, const struct vocab_kind *kind,
	const struct src *src, size_t from, size_t to)
{
	struct typed t = { .b = b, .kind = kind, .src = src, .at = from,
		.to = to };
	const struct src *in;
	struct arg_word w;
	int rc;

	while ((rc = next_word(&t, &in, &w)) > 0)
		if (!str_eq(w.text, "--") && flag(&t, in, w.text))
			return -1;
	return rc;
}

/* Which parameter a word is for: P=value, else the next free one. */
static int64_t parameter(const struct front_def *d, struct str w,
	uint64_t given, size_t *value)
{
	size_t n = scan_name(w, 0), i;

	*value = 0;
	if (n && n < w.n && w.p[n] == '=')
		for (i = 0; i < d->param_count; i++)
			if (str_same(d->params[i], scan_cut(w, 0, n))) {
				*value = n + 1;
				return (int64_t)i;
			}
	for (i = 0; i < d->param_count; i++)
		if (!(given & 1ull << i))
			return (int64_t)i;
	return -1;
}

/* `NAM=x`, where no parameter is called so: it was not meant as the value of
 * the next one, unless it is quoted. */
static int check_name(struct binder *b, const struct front_def *d,
	const struct src *src, const struct arg_word *w)
{
	struct str word = w->text;
	size_t n = scan_name(word, 0), i;
	struct front_ctx *c = b->c;
	const char **names, *near;

	if (w->quoted || n == 0 || n >= word.n || word.p[n] != '=')
		return 0;
	names = arena_alloc(&c->arena, (d->param_count + 1) * sizeof(*names));
	for (i = 0; i < d->param_count; i++) {
		if (str_same(d->params[i], scan_cut(word, 0, n)))
			return 0;
		names[i] = arena_strndup(&c->arena, d->params[i].p,
			d->params[i].n);
	}
	names[i] = NULL;
	near = suggest(c, scan_cut(word, 0, n), names);
	return src_error(c, src_at(src, 0, n), "E318", near ? near :
		"a value that holds = is quoted, or given as NAME=VALUE",
		"'%.*s' has no parameter '%.*s'", (int)d->name.n, d->name.p,
		(int)n, word.p);
}

static int def_defaults(struct binder *b, const struct pending *p,
	uint64_t given)
{
	const struct front_def *d = p->def;
	struct builder *build = b->c->build;
	size_t i;

	for (i = 0; i < d->param_count && i < 64; i++) {
		if (given & 1ull << i)
			continue;
		if (!d->defaults || !d->defaults[i].p)
			return src_error(b->c, src_at(p->src, p->from, 1),
				"E114", NULL, "'%.*s' needs %.*s=VALUE",
				(int)d->name.n, d->name.p, (int)d->params[i].n,
				d->params[i].p);
		build_arg(build, b->node, ARG_FIELD,
			build_text(build, d->params[i]));
		build_part_text(build, d->defaults[i]);
	}
	return 0;
}

int bind_def_args(struct binder *b, const struct pending *p)
{
	struct typed t = { .b = b, .src = p->src, .at = p->from,
		.to = p->to, .argv = p->argv, .argc = p->argc };
	const struct front_def *d = p->def;
	const struct src *src;
	struct arg_word w;
	uint64_t given = 0;
	size_t value;
	int64_t i;
	int rc;

	while ((rc = next_word(&t, &src, &w)) > 0) {
		if (check_name(b, d, src, &w))
			return -1;
		i = parameter(d, w.text, given, &value);
		if (i < 0 || i >= 64)
			return src_error(b->c, src_at(src, 0, w.text.n), "E115",
				NULL, "'%.*s' takes no further argument",
				(int)d->name.n, d->name.p);
		if (given & 1ull << i)
			return src_error(b->c, src_at(src, 0, w.text.n), "E223",
				NULL, "'%.*s' is given twice",
				(int)d->params[i].n, d->params[i].p);
		given |= 1ull << i;
		build_arg(b->c->build, b->node, ARG_FIELD,
			build_text(b->c->build, d->params[i]));
		if (bind_parts(b, src, value, w.text.n))
			return -1;
	}
	return rc < 0 ? -1 : def_defaults(b, p, given);
}
