/*
 * The arguments of a typed line: words, redirections, a pipe; and of a
 * workflow line: flags around one text. Strings that are no slice of the
 * source live in the arena behind `owned`.
 */
#include "engine/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/front/arg.h"
#include "engine/front/line.h"
#include "engine/front/scan.h"

/* Growing arrays of one struct words. */
struct filler {
	struct words *w;
	struct arena *arena;
	size_t word_cap, at_cap, quoted_cap;
	struct str text;
	size_t at;             /* source offset of text.p[0] */
	struct diags *diags;
};

static struct arena *arena_of(void **owned)
{
	struct arena *a = mem_zero(sizeof(*a));

	arena_init(a);
	*owned = a;
	return a;
}

static void owned_free(void *owned)
{
	if (!owned)
		return;
	arena_release(owned);
	free(owned);
}

static void word_add(struct filler *f, const struct arg_word *word)
{
	struct words *w = f->w;

	w->word = mem_more(w->word, w->count, &f->word_cap, sizeof(*w->word));
	w->at = mem_more(w->at, w->count, &f->at_cap, sizeof(*w->at));
	w->quoted = mem_more(w->quoted, w->count, &f->quoted_cap,
		sizeof(*w->quoted));
	w->word[w->count] = word->text;
	w->at[w->count] = f->at + word->at;
	w->quoted[w->count++] = word->quoted;
}

static int open_quote(struct filler *f, const struct arg_word *w)
{
	return diag_add(f->diags, "E104", caret(f->at + w->at, 1),
		"a quote opens only at the start of a word; close it, or "
		"write the other kind around it", "%c is not closed",
		f->text.p[w->at]);
}

/* `> FILE`, `>> FILE` or `| command` at `i`: offset behind it, or -1. */
static int64_t redirect(struct filler *f, size_t i)
{
	struct words *w = f->w;
	struct str s = f->text;
	struct arg_word file;
	int append = i + 1 < s.n && s.p[i + 1] == '>';
	size_t from = i + 1 + (size_t)append, to = s.n;

	if (s.p[i] == '|') {
		scan_trim(s, &from, &to);
		w->pipe = scan_cut(s, from, to);
		if (w->pipe.n > 0)
			return (int64_t)s.n;
		return diag_add(f->diags, "E110", caret(f->at + i, 1),
			"write | wc -l", "a command must follow '|'");
	}
	from = scan_skip(s, from);
	if (from >= s.n || s.p[from] == '>' || s.p[from] == '|')
		return diag_add(f->diags, "E110", caret(f->at + i, 1),
			"write > FILE", "a file must follow '>'");
	if (w->out_file.n > 0)
		return diag_add(f->diags, "E110", caret(f->at + i, 1), NULL,
			"the output goes to a file already");
	if (arg_word(s, from, f->arena, &file))
		return open_quote(f, &file);
	w->out_file = file.text;
	w->append = (uint8_t)append;
	return (int64_t)file.end;
}

static int is_redirect(struct str s, size_t i)
{
	return (s.p[i] == '>' || s.p[i] == '|') && scan_word_start(s, i);
}

size_t arg_redirect(struct str s)
{
	size_t i = scan_skip(s, 0);

	while (i < s.n && !is_redirect(s, i))
		i = scan_skip(s, arg_word_end(s, i));
	return i;
}

int words_split(struct words *w, struct str text, size_t at,
	struct diags *diags)
{
	struct filler f = { .w = w, .text = text, .at = at, .diags = diags };
	struct arg_word word;
	int64_t end;
	size_t i;

	memset(w, 0, sizeof(*w));
	f.arena = arena_of(&w->owned);
	for (i = scan_skip(text, 0); i < text.n; i = scan_skip(text, i)) {
		if (is_redirect(text, i)) {
			end = redirect(&f, i);
			if (end < 0)
				return -1;
			i = (size_t)end;
			continue;
		}
		if (w->out_file.n > 0)
			return diag_add(diags, "E105",
				caret(at + i, scan_word(text, i).n),
				"write words before the redirection",
				"a word stands behind '> FILE'");
		if (arg_word(text, i, f.arena, &word))
			return open_quote(&f, &word);
		word_add(&f, &word);
		i = word.end;
	}
	return 0;
}

void words_release(struct words *w)
{
	free(w->word);
	free(w->at);
	free(w->quoted);
	owned_free(w->owned);
	memset(w, 0, sizeof(*w));
}

/* A flag at `i` and its value; offset behind them or -1. */
static int64_t flag(struct filler *f, size_t i)
{
	struct arg_word word;
	struct str name;
	size_t next;

	if (arg_word(f->text, i, f->arena, &word))
		return open_quote(f, &word);
	word_add(f, &word);
	name = scan_cut(word.text, 2, word.text.n);
	next = scan_skip(f->text, word.end);
	if (!arg_flag_valued(name) || next >= f->text.n)
		return (int64_t)word.end;
	if (arg_word(f->text, next, f->arena, &word))
		return open_quote(f, &word);
	word_add(f, &word);
	return (int64_t)word.end;
}

static int after_text(struct filler *f, size_t i, size_t closed)
{
	struct str s = f->text;
	int64_t end;
	char help[120];
	size_t from = closed > 30 ? closed - 30 : 0;

	for (i = scan_skip(s, i); i < s.n; i = scan_skip(s, i)) {
		if (s.p[i] == '#' && scan_word_start(s, i))
			return 0;
		if (is_redirect(s, i))
			end = redirect(f, i);
		else if (arg_is_flag(scan_word(s, i)))
			end = flag(f, i);
		else {
			while (from < closed && (s.p[from] & 0xc0) == 0x80)
				from++;
			snprintf(help, sizeof(help), "the text closed here: "
				"%s%.*s", from ? "..." : "",
				(int)(closed + 1 - from), s.p + from);
			return diag_add(f->diags, "E105",
				caret(f->at + i, scan_word(s, i).n), help,
				"only flags, > FILE, | command and & may "
				"follow the text");
		}
		if (end < 0)
			return -1;
		i = (size_t)end;
	}
	return 0;
}

/* A text in quotes or braces at `i`. */
static int closed_text(struct workflow_arg *w, struct filler *f, size_t i)
{
	struct str s = f->text;
	size_t end = s.p[i] == '{' ? scan_brace(s, i) : scan_quote(s, i, 0);
	uint32_t *cut, count = 0;

	if (end == SCAN_NONE)
		return diag_add(f->diags, "E104", caret(f->at + i, 1),
			"close it at the end of the text",
			"%c is not closed", s.p[i]);
	w->given = 1;
	w->text_at = f->at + i + 1;
	w->text = s.p[i] == '"' ?
		arg_unescape(s, i + 1, end, f->arena, &cut, &count) :
		scan_cut(s, i + 1, end);
	w->raw = count == 0;
	return after_text(f, end + 1, end);
}

static int curly(struct filler *f, size_t i)
{
	return diag_add(f->diags, "E106", caret(f->at + i, 3),
		"use straight quotes", "curly quotes do not hold a text");
}

int workflow_arg_split(struct workflow_arg *w, struct str rest, size_t at,
	struct diags *diags)
{
	struct filler f = { .text = rest, .at = at, .diags = diags };
	int64_t end;
	size_t i, to = rest.n;

	memset(w, 0, sizeof(*w));
	f.w = &w->flags;
	f.arena = arena_of(&w->owned);
	for (i = scan_skip(rest, 0); i < rest.n; i = scan_skip(rest, i)) {
		if (!arg_is_flag(scan_word(rest, i)))
			break;
		end = flag(&f, i);
		if (end < 0)
			return -1;
		i = (size_t)end;
	}
	if (i >= rest.n)
		return 0;
	if (scan_curly(rest, i))
		return curly(&f, i);
	if (strchr("\"'{", rest.p[i]))
		return closed_text(w, &f, i);
	w->given = 1;
	w->raw = 1;
	w->text_at = at + i;
	scan_trim(rest, &i, &to);
	w->text = scan_cut(rest, i, to);
	return 0;
}

void workflow_arg_release(struct workflow_arg *w)
{
	words_release(&w->flags);
	owned_free(w->owned);
	memset(w, 0, sizeof(*w));
}
