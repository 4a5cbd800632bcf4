/*
 * Reading a command's arguments by its table, and the help made from it.
 * Every error is a diagnostic with its place; reading goes on behind it.
 */
#include "shell/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/store/store.h"

#define CMD(name) extern const struct cmd cmd_##name;
#include "shell/cmd_list.h"
#undef CMD

#define CMD(name) &cmd_##name,
const struct cmd *const cmd_list[] = {
#include "shell/cmd_list.h"
	NULL
};
#undef CMD

const struct cmd *cmd_find(struct str name)
{
	for (size_t i = 0; cmd_list[i]; i++)
		if (str_eq(name, cmd_list[i]->name))
			return cmd_list[i];
	return NULL;
}

/* ------------------------------------------------------------- reading */
struct reader {
	struct cmd_args *a;
	struct diags *diags;
	size_t places;         /* positional fields filled so far */
	uint8_t no_flags;      /* behind -- */
};

int cmd_is_run(struct str s)
{
	int64_t n;

	if (s.n > 1 && s.p[0] == '@')
		return str_eq(s, "@last") || (s.p[1] == '-' && number_parse(
			(struct str){s.p + 2, s.n - 2}, 1, 1000000, &n) == 0);
	if (s.n < 6 || s.n > 26)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefghjkmnpqrstvwxyz"
				"ABCDEFGHJKMNPQRSTVWXYZ", s.p[i]) || !s.p[i])
			return 0;
	return 1;
}

static int is_site(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] && strchr("0123456789abcdefABCDEF", s.p[n]))
		n++;
	return n == s.n && n >= SITE_BRIEF && n <= DIGEST_HEX;
}

static const char *type_wants(const struct vocab_field *f, struct str s)
{
	const char *dot = memchr(s.p, '.', s.n);
	struct str run = {s.p, dot ? (size_t)(dot - s.p) : s.n};
	int64_t n;

	switch (f->type) {
	case FIELD_NUMBER:
		return number_parse(s, INT64_MIN, INT64_MAX, &n) < 0
			? "a number" : NULL;
	case FIELD_DURATION:
		return duration_parse(s, &n) < 0
			? "a duration such as 30s or 1d" : NULL;
	case CMD_RUN:
		return cmd_is_run(s) ? NULL
			: "a run: 6 or more characters of its id, @last, @-2";
	case CMD_STEP:
		return cmd_is_run(run) ? NULL
			: "a run, or a run's step: RUN.STEP";
	case CMD_SITE:
		return is_site(s) ? NULL
			: "a site: 6 or more digits of its key";
	}
	return NULL;
}

static int add(struct reader *r, const struct vocab_field *f, struct str s,
	size_t at)
{
	struct cmd_args *a = r->a;
	const char *wants = type_wants(f, s), *help = NULL;

	if (f->type == CMD_RUN || f->type == CMD_STEP)
		help = "/runs lists them";
	else if (f->type == CMD_SITE)
		help = "/learned lists them";
	if (wants)
		return diag_add(r->diags, "E116", caret(at, s.n ? s.n : 1),
			help, "'%.*s' is not %s", (int)s.n, s.p, wants);
	a->v = mem_more(a->v, a->count, &a->cap, sizeof(*a->v));
	a->v[a->count].field = f;
	a->v[a->count].text = s;
	a->v[a->count++].at = at;
	return 0;
}

static const struct vocab_field *find_flag(const struct cmd *cmd,
	struct str name, int is_long)
{
	for (const struct vocab_field *f = cmd->args; f->name; f++)
		if (f->place == PLACE_FLAG && (is_long ? str_eq(name, f->name)
				: name.n == 1 && f->letter == name.p[0]))
			return f;
	return NULL;
}

static int unknown_flag(struct reader *r, struct str word, size_t at)
{
	const char *names[32], *near;
	char help[80] = "";
	size_t n = 0;

	for (const struct vocab_field *f = r->a->cmd->args; f->name; f++)
		if (f->place == PLACE_FLAG && n < 30)
			names[n++] = f->name;
	names[n++] = "help";
	names[n++] = "output";
	near = word.n > 2 ? text_nearest((struct str){word.p + 2, word.n - 2},
		names, n) : NULL;
	if (near)
		snprintf(help, sizeof(help), "did you mean '--%s'?", near);
	else
		snprintf(help, sizeof(help), "see /%s --help",
			r->a->cmd->name);
	return diag_add(r->diags, "E108", caret(at, word.n), help,
		"unknown flag '%.*s'", (int)word.n, word.p);
}

static int set_output(struct reader *r, struct str value, size_t at)
{
	static const char *const forms[] = {"text", "json", "jsonl"};

	for (size_t i = 0; i < 3; i++)
		if (str_eq(value, forms[i])) {
			r->a->output = forms[i];
			return 0;
		}
	return diag_add(r->diags, "E109", caret(at, value.n ? value.n : 1),
		"write text, json or jsonl", "'%.*s' is no form of output",
		(int)value.n, value.p);
}

static const struct vocab_field output_field = {"output", 'o', FIELD_WORD,
	PLACE_FLAG, 0, "text, json or jsonl"};

/* A flag; `next` is the word behind it (p == NULL: none). Returns how many
 * words it took, or -1. */
static int flag(struct reader *r, struct str word, size_t at,
	struct str next)
{
	int is_long = word.p[1] == '-';
	struct str name = {word.p + 1 + is_long, word.n - 1 - (size_t)is_long};
	const char *eq = is_long ? memchr(name.p, '=', name.n) : NULL;
	struct str value = next, src = r->diags->source;
	const struct vocab_field *f;

	if (eq) {
		value = (struct str){eq + 1,
			(size_t)(name.p + name.n - eq) - 1};
		name.n = (size_t)(eq - name.p);
	}
	if (str_eq(name, "help") && is_long) {
		r->a->help = 1;
		return 1;
	}
	f = find_flag(r->a->cmd, name, is_long);
	if (!f && (str_eq(name, "output") || (!is_long && str_eq(name, "o"))))
		f = &output_field;
	if (!f)
		return unknown_flag(r, word, at);
	if (f->type == FIELD_FLAG && eq)
		return diag_add(r->diags, "E109", caret(at, word.n), NULL,
			"'--%s' takes no value", f->name);
	if (f->type == FIELD_FLAG)
		return add(r, f, (struct str){"1", 1}, at) < 0 ? -1 : 1;
	if (!value.p)
		return diag_add(r->diags, "E109", caret(at, word.n), NULL,
			"'--%s' needs a value", f->name);
	if (value.p >= src.p && value.p < src.p + src.n)
		at = (size_t)(value.p - src.p);
	if (f == &output_field ? set_output(r, value, at) < 0
			: add(r, f, value, at) < 0)
		return -1;
	return eq ? 1 : 2;
}

static const struct vocab_field *next_place(struct reader *r)
{
	size_t i = 0;

	for (const struct vocab_field *f = r->a->cmd->args; f->name; f++)
		if (f->place == PLACE_REST ||
			(f->place == PLACE_POS && i++ == r->places))
			return f;
	return NULL;
}

static int is_flag_word(const struct reader *r, struct str w)
{
	return !r->no_flags && w.n > 1 && w.p[0] == '-' &&
		!(w.p[1] >= '0' && w.p[1] <= '9');
}

/* One word of a typed command; returns words taken, or -1. */
static int word(struct reader *r, const struct words *w, size_t i)
{
	struct str next = i + 1 < w->count ? w->word[i + 1] : str_of(NULL);
	const struct vocab_field *f;

	if (!w->quoted[i] && !r->no_flags && str_eq(w->word[i], "--")) {
		r->no_flags = 1;
		return 1;
	}
	if (!w->quoted[i] && is_flag_word(r, w->word[i]))
		return flag(r, w->word[i], w->at[i], next);
	f = next_place(r);
	if (!f)
		return diag_add(r->diags, "E115", caret(w->at[i], w->word[i].n),
			NULL, "'/%s' takes no further argument",
			r->a->cmd->name);
	if (f->place == PLACE_POS)
		r->places++;
	return add(r, f, w->word[i], w->at[i]) < 0 ? -1 : 1;
}

static const struct vocab_field *text_field(const struct cmd *cmd)
{
	for (const struct vocab_field *f = cmd->args; f->name; f++)
		if (f->place == PLACE_REST &&
			(f->type == FIELD_TEXT || f->type == CMD_WORKFLOW))
			return f;
	return NULL;
}

static size_t blanks(struct str s, size_t i)
{
	while (i < s.n && strchr(" \t\r\n", s.p[i]) && s.p[i])
		i++;
	return i;
}

static size_t word_end(struct str s, size_t i)
{
	char q = s.p[i] == '"' || s.p[i] == '\'' ? s.p[i] : 0;

	for (i += q != 0; i < s.n; i++) {
		if (q && s.p[i] == q)
			return i + 1;
		if (!q && strchr(" \t\r\n", s.p[i]))
			return i;
	}
	return i;
}

/* A text that is one RUN may be followed by flags and redirections. */
static int split_run(struct reader *r, const struct vocab_field *f,
	struct str text, size_t at)
{
	struct words *w = &r->a->words;
	size_t i = 1;

	if (words_split(w, text, at, r->diags) < 0)
		return -1;
	if (add(r, f, w->word[0], w->at[0]) < 0)
		return -1;
	while (i < w->count) {
		struct str next = i + 1 < w->count ? w->word[i + 1]
			: str_of(NULL);
		int n = is_flag_word(r, w->word[i])
			? flag(r, w->word[i], w->at[i], next)
			: diag_add(r->diags, "E115",
				caret(w->at[i], w->word[i].n), NULL,
				"a word stands behind the run");

		if (n < 0)
			return -1;
		i += (size_t)n;
	}
	return 0;
}

static int take_text(struct reader *r, const struct vocab_field *f,
	struct str rest, size_t at)
{
	size_t end = word_end(rest, 0);

	if (f->type == CMD_WORKFLOW && cmd_is_run((struct str){rest.p, end}))
		return split_run(r, f, rest, at);
	return add(r, f, str_trim(rest), at);
}

/* A flag that is not ours begins the workflow text, as in `--parallel "…"`. */
static int is_texts_flag(const struct reader *r,
	const struct vocab_field *text, struct str w)
{
	struct str name = {w.p + 2, w.n - 2};

	if (text->type != CMD_WORKFLOW || w.n < 3 || w.p[1] != '-')
		return 0;
	return !find_flag(r->a->cmd, name, 1) && !str_eq(name, "help") &&
		!(name.n >= 6 && memcmp(name.p, "output", 6) == 0);
}

/* Flags and places first, the rest of the line is the text. */
static int read_text(struct reader *r, const struct vocab_field *text,
	struct str rest, size_t at)
{
	size_t i = blanks(rest, 0), end, after;
	int n = 0;

	while (i < rest.n && n >= 0 && !r->a->help) {
		struct str w, next = str_of(NULL);
		const struct vocab_field *f = next_place(r);

		end = word_end(rest, i);
		w = (struct str){rest.p + i, end - i};
		after = blanks(rest, end);
		if (after < rest.n)
			next = (struct str){rest.p + after,
				word_end(rest, after) - after};
		if (str_eq(w, "--") && !r->no_flags) {
			r->no_flags = 1;
			i = after;
			continue;
		}
		if (is_flag_word(r, w) && !is_texts_flag(r, text, w)) {
			n = flag(r, w, at + i, next);
			i = n == 2 ? blanks(rest, word_end(rest, after))
				: after;
			continue;
		}
		if (f == text || is_flag_word(r, w))
			return take_text(r, text, (struct str){rest.p + i,
				rest.n - i}, at + i);
		r->places++;
		n = add(r, f, w, at + i);
		i = after;
	}
	return n < 0 ? -1 : 0;
}

static int required(struct reader *r, const struct line *line)
{
	for (const struct vocab_field *f = r->a->cmd->args; f->name; f++) {
		size_t i = 0;

		while (i < r->a->count && r->a->v[i].field != f)
			i++;
		if (!f->required || i < r->a->count)
			continue;
		return diag_add(r->diags, "E114",
			caret(line->at, line->name.n + 1),
			r->a->cmd->examples[0],
			"/%s needs %s: %s", r->a->cmd->name, f->name,
			f->help);
	}
	return 0;
}

/* --help before a -- goes before all else. */
static int asks_help(struct reader *r, const struct words *w)
{
	for (size_t i = 0; i < w->count && !r->a->help; i++) {
		if (!w->quoted[i] && str_eq(w->word[i], "--"))
			return 0;
		r->a->help = !w->quoted[i] && str_eq(w->word[i], "--help");
	}
	return r->a->help;
}

/* What stands behind the first error is read for its -o only. */
static int read_words(struct reader *r, struct str rest, size_t at)
{
	struct words *w = &r->a->words;
	struct diags *told = r->diags, untold;
	size_t i = 0;
	int rc = 0, n;

	if (words_split(w, rest, at, r->diags) < 0)
		return -1;
	if (asks_help(r, w))
		return 0;
	diags_init(&untold, NULL, 1, told->source);
	while (i < w->count) {
		n = word(r, w, i);
		i += n < 0 ? 1 : (size_t)n;
		if (n >= 0)
			continue;
		rc = -1;
		r->diags = &untold;
	}
	r->diags = told;
	diags_release(&untold);
	return rc;
}

int cmd_parse(const struct cmd *cmd, const struct line *line,
	struct diags *diags, struct cmd_args *out)
{
	struct reader r = {.a = out, .diags = diags};
	const struct vocab_field *text = text_field(cmd);
	size_t at = (size_t)(line->rest.p - diags->source.p);
	int rc;

	memset(out, 0, sizeof(*out));
	out->cmd = cmd;
	out->line = line;
	out->diags = diags;
	if (!line->rest.p || !line->rest.n)
		rc = 0;
	else if (text)
		rc = read_text(&r, text, line->rest, at);
	else
		rc = read_words(&r, line->rest, at);
	if (rc == 0 && !out->help)
		rc = required(&r, line);
	return rc;
}

void cmd_args_release(struct cmd_args *a)
{
	free(a->v);
	words_release(&a->words);
	memset(a, 0, sizeof(*a));
}

struct str cmd_nth(const struct cmd_args *a, const char *name, size_t i)
{
	for (size_t k = 0; k < a->count; k++)
		if (strcmp(a->v[k].field->name, name) == 0 && i-- == 0)
			return a->v[k].text;
	return (struct str){NULL, 0};
}

struct str cmd_arg(const struct cmd_args *a, const char *name)
{
	return cmd_nth(a, name, 0);
}

int cmd_flag(const struct cmd_args *a, const char *name)
{
	return cmd_arg(a, name).p != NULL;
}

/* ------------------------------------------------------------- errors */
int cmd_blame(struct cmd_out *out, struct str arg)
{
	out->about = arg;
	return -1;
}

int cmd_blame_step(struct cmd_out *out, const struct cmd_args *a,
	const char *name)
{
	struct str s = cmd_arg(a, name);
	const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;

	return cmd_blame(out, dot ? (struct str){dot + 1,
		(size_t)(s.p + s.n - dot) - 1} : s);
}

/* Errors of a text, not of the disk beneath it. */
static int is_of_words(const struct err *err, const struct vocab_field *f)
{
	switch (err->code) {
	case ERR_USAGE: case ERR_SYNTAX: case ERR_PLAN: case ERR_REFUSED:
	case ERR_NOTFOUND: case ERR_STATE: case ERR_BUSY:
		return 1;
	case ERR_IO: case ERR_LIMIT:
		return f->type == FIELD_PATH;
	case ERR_NONE: case ERR_TIMEOUT: case ERR_CORRUPT:
		break;
	}
	return 0;
}

/* A word whose quotes were taken off is no slice of the source. */
static struct caret quoted_mark(struct str src, size_t at)
{
	return caret(at, word_end(src, at) - at);
}

struct caret cmd_mark(const struct cmd_args *a, const struct cmd_out *out)
{
	struct str src = a->diags->source, about = out->about;

	for (size_t i = 0; i < a->count && !about.p; i++)
		if (a->v[i].field->place != PLACE_FLAG &&
				is_of_words(&out->err, a->v[i].field))
			about = a->v[i].text;
	if (!about.p)
		return caret(0, 0);
	if (about.p >= src.p && about.p <= src.p + src.n)
		return caret((size_t)(about.p - src.p),
			about.n ? about.n : 1);
	for (size_t i = 0; i < a->count; i++)
		if (about.p >= a->v[i].text.p && about.p <= a->v[i].text.p +
				a->v[i].text.n)
			return quoted_mark(src, a->v[i].at);
	return caret(0, 0);
}

char *cmd_take(const struct cmd_args *a, const char *name)
{
	struct str s = cmd_arg(a, name);

	return s.p ? mem_strndup(s.p, s.n) : NULL;
}
