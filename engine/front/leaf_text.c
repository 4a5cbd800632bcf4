/*
 * A line of one step as workflow text: what /save keeps. On a line such a
 * step has the rest of it to itself; in workflow text arrows, commas and
 * annotations end it, so its text is put in braces or quotes. Never changes
 * a byte of the text itself.
 */
#include "engine/front/text_int.h"

#include <string.h>

#include "engine/core/vocab.h"

/* Plain enough to mean the same without braces. */
static int is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!scan_word_char(s.p[i]) && (!s.p[i] ||
				!strchr(" ./:=+%-", s.p[i])))
			return 0;
	return 1;
}

/* One quoted or braced piece and nothing else. */
static int is_whole(struct str s)
{
	size_t end;

	if (!s.n || !strchr("\"'{", s.p[0]))
		return 0;
	end = s.p[0] == '{' ? scan_brace(s, 0) : scan_quote(s, 0, 0);
	return end != SCAN_NONE && end + 1 == s.n;
}

/* Adds it in braces, 1; 0 when they would not balance. */
static int add_braced(struct buf *out, struct str s)
{
	struct buf b;
	int fits;

	buf_init(&b);
	buf_char(&b, '{');
	buf_add(&b, s.p, s.n);
	buf_char(&b, '}');
	fits = is_whole((struct str){ b.data, b.len });
	if (fits)
		buf_add(out, b.data, b.len);
	buf_release(&b);
	return fits;
}

static void add_quoted(struct buf *out, struct str s)
{
	size_t i;

	buf_char(out, '"');
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, s.p[i]);
	}
	buf_char(out, '"');
}

static void add_text(struct buf *out, const struct vocab_kind *kind,
	struct str s)
{
	int words = kind->style == STYLE_WORDS;

	if (is_plain(s) || (!words && is_whole(s))) {
		buf_add(out, s.p, s.n);
		return;
	}
	if (add_braced(out, s))
		return;
	if (words) /* quotes in it are those of its words */
		buf_add(out, s.p, s.n);
	else if (!memchr(s.p, '\'', s.n))
		buf_printf(out, "'%.*s'", (int)s.n, s.p);
	else
		add_quoted(out, s);
}

int front_step_text(const struct front_env *env, const struct line *line,
	struct buf *out)
{
	int id = vocab_find(env->vocab, line->name.p, line->name.n);
	const struct vocab_kind *kind;
	struct str s = line->rest;
	size_t from = 0;

	if (line->kind != LINE_COMMAND || id < 0)
		return 0;
	kind = env->vocab->kinds[id];
	if (kind->style == STYLE_WORDS)
		s.n = arg_redirect(s);
	else
		from = leaf_flags_end(kind, s, 0);
	from = scan_skip(s, from);
	while (s.n > from && scan_blank(s.p[s.n - 1]))
		s.n--;
	buf_printf(out, "/%s", kind->name);
	if (from || s.n)
		buf_char(out, ' ');
	buf_add(out, s.p, from);
	if (from < s.n)
		add_text(out, kind, scan_cut(s, from, s.n));
	return 1;
}
