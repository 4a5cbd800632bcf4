/*
 * Words and flags of a command line, one at a time. Quotes follow
 * language.md 2.4: they open only where a word or a value begins.
 */
#include "engine/front/arg.h"

#include <string.h>

#include "engine/front/scan.h"

static const char *const flags[] = {
	"save-state", "parallel", "fail-fast", "adaptive", "no-learning",
	"continuous", "resume-from", "on-error", "limit", "timeout", NULL
};
enum { FIRST_VALUED = 6 };

int arg_is_workflow(struct str name)
{
	return str_eq(name, "chain") || str_eq(name, "flow") ||
		str_eq(name, "swarm") || str_eq(name, "pipeline");
}

int arg_is_flag(struct str w)
{
	return w.n > 2 && w.p[0] == '-' && w.p[1] == '-' &&
		scan_name(w, 2) > 0;
}

const char *const *arg_flags(void)
{
	return flags;
}

int arg_flag_known(struct str name, int *valued)
{
	int i;

	for (i = 0; flags[i]; i++)
		if (str_eq(name, flags[i])) {
			*valued = i >= FIRST_VALUED;
			return 1;
		}
	*valued = 0;
	return 0;
}

int arg_flag_shells(struct str name)
{
	return str_eq(name, "answer") || str_eq(name, "output");
}

int arg_flag_valued(struct str name)
{
	int valued;

	return arg_flag_shells(name) ||
		(arg_flag_known(name, &valued) && valued);
}

size_t arg_flag_end(struct str s, size_t at)
{
	size_t end = arg_word_end(s, at), next;
	struct str word = scan_cut(s, at, end);

	if (!str_eq(word, "-o") && !arg_flag_valued(scan_cut(word, word.n > 2
			? 2 : word.n, word.n)))
		return end;
	next = end;
	while (next < s.n && (s.p[next] == ' ' || s.p[next] == '\t'))
		next++;
	if (next >= s.n || s.p[next] == '\n' || s.p[next] == '\r')
		return end;
	return arg_word_end(s, next);
}

/* Walks over a word; pieces go to the callback's buffer when b is given. */
struct walk {
	struct str s;
	struct buf *b;
	struct arg_word *w;
	size_t cut_cap;
	struct arena *arena;
};

static void cut_add(struct walk *k, uint32_t at)
{
	struct arg_word *w = k->w;
	uint32_t *more;

	if (w->cut_count == k->cut_cap) {
		k->cut_cap = k->cut_cap ? 2 * k->cut_cap : 8;
		more = arena_alloc(k->arena, k->cut_cap * sizeof(*more));
		if (w->cut_count)
			memcpy(more, w->cut, w->cut_count * sizeof(*more));
		w->cut = more;
	}
	w->cut[w->cut_count++] = at;
}

static void put(struct walk *k, size_t from, size_t to)
{
	if (k->b && to > from)
		buf_add(k->b, k->s.p + from, to - from);
}

/* A source byte that the word does not get. */
static void drop(struct walk *k)
{
	if (k->b)
		cut_add(k, (uint32_t)k->b->len);
}

/* A quoted piece at `at`; returns the offset behind it or SCAN_NONE. */
static size_t quoted(struct walk *k, size_t at)
{
	size_t end = scan_quote(k->s, at, 0), i, from = at + 1;

	if (end == SCAN_NONE)
		return end;
	drop(k);
	if (k->s.p[at] == '"')
		for (i = from; i < end; i++)
			if (k->s.p[i] == '\\' && (k->s.p[i + 1] == '"' ||
					k->s.p[i + 1] == '\\')) {
				put(k, from, i);
				drop(k);
				from = ++i;
			}
	put(k, from, end);
	drop(k);
	return end + 1;
}

static size_t walk(struct walk *k, size_t at)
{
	struct str s = k->s;
	size_t i = at, from = at, ref;
	int may = 1, assigned = 0;

	while (i < s.n && !scan_blank(s.p[i])) {
		if (may && (s.p[i] == '"' || s.p[i] == '\'')) {
			put(k, from, i);
			k->w->changed = 1;
			k->w->at = i;
			from = quoted(k, i);
			if (from == SCAN_NONE)
				return from;
			i = from;
			may = 0;
			continue;
		}
		may = !assigned && s.p[i] == '=';
		assigned |= may;
		if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{') {
			ref = scan_ref(s, i);
			i = ref == SCAN_NONE ? i + 1 : ref;
		} else if (s.p[i] == '\\' && scan_skip(s, i) > i) {
			break;
		}
		i++;
	}
	put(k, from, i);
	return i;
}

size_t arg_word_end(struct str s, size_t at)
{
	struct arg_word w = { .at = at };
	struct walk k = { .s = s, .w = &w };
	size_t end = walk(&k, at);

	return end == SCAN_NONE ? s.n : end;
}

int arg_word(struct str s, size_t at, struct arena *arena,
	struct arg_word *w)
{
	struct buf b;
	struct walk k = { .s = s, .w = w, .arena = arena };
	size_t end;

	memset(w, 0, sizeof(*w));
	w->at = w->text_at = at;
	w->quoted = s.p[at] == '"' || s.p[at] == '\'';
	end = walk(&k, at);
	if (end == SCAN_NONE)
		return -1;
	w->at = at;
	w->end = end;
	w->text = scan_cut(s, at, end);
	if (!w->changed)
		return 0;
	buf_init(&b);
	k.b = &b;
	walk(&k, at);
	w->at = at;
	w->text.n = b.len;
	w->text.p = arena_strndup(arena, buf_cstr(&b), b.len);
	buf_release(&b);
	return 0;
}

struct str arg_unescape(struct str s, size_t from, size_t to,
	struct arena *arena, uint32_t **cut, uint32_t *cut_count)
{
	size_t i, n = 0, found = 0;
	struct str r = scan_cut(s, from, to);
	char *out;

	*cut = NULL;
	*cut_count = 0;
	for (i = from; i + 1 < to; i++)
		if (s.p[i] == '\\' && (s.p[i + 1] == '"' ||
				s.p[i + 1] == '\\')) {
			found++;
			i++;
		}
	if (!found)
		return r;
	*cut = arena_alloc(arena, found * sizeof(**cut));
	out = arena_alloc(arena, r.n + 1);
	for (i = from; i < to; i++) {
		if (s.p[i] == '\\' && i + 1 < to && (s.p[i + 1] == '"' ||
				s.p[i + 1] == '\\')) {
			(*cut)[(*cut_count)++] = (uint32_t)n;
			i++;
		}
		out[n++] = s.p[i];
	}
	r.p = out;
	r.n = n;
	return r;
}
