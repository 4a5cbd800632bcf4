/*
 * Any bytes are split into submissions: reading always goes forward, every
 * piece lies within the source, what is open is said only while more may
 * come, and a bad line comes with its diagnostic.
 */
#include "engine/front/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

static void within(struct str s, struct str piece)
{
	demand(piece.n == 0 || (piece.p >= s.p && piece.p + piece.n <=
		s.p + s.n));
}

static void split_rest(const struct line *l, struct diags *d)
{
	size_t at = (size_t)(l->rest.p - d->source.p), errors = d->errors, i;
	struct workflow_arg w;
	struct words words;
	int rc;

	rc = words_split(&words, l->rest, at, d);
	demand((rc == 0) == (d->errors == errors));
	for (i = 0; i < words.count; i++)
		demand(words.at[i] >= at && words.at[i] < at + l->rest.n);
	words_release(&words);
	errors = d->errors;
	rc = workflow_arg_split(&w, l->rest, at, d);
	demand((rc == 0) == (d->errors == errors));
	if (rc == 0 && w.given && w.raw)
		within(d->source, w.text);
	workflow_arg_release(&w);
}

static void split(struct str source, int interactive, int complete)
{
	struct lines lines = { .source = source };
	struct buf out;
	struct diags d;
	struct line l;
	size_t before = 0, errors;
	enum line_kind kind;

	lines.interactive = (uint8_t)interactive;
	lines.complete = (uint8_t)complete;
	diags_init(&d, "fuzz", 1, source);
	do {
		errors = d.errors;
		kind = line_next(&lines, &l, &d);
		demand(kind == l.kind && l.at + l.len <= source.n);
		demand((kind == LINE_BAD) == (d.errors > errors));
		demand(kind != LINE_MORE || (!complete && l.open));
		demand(kind == LINE_END || kind == LINE_MORE ||
			lines.at > before);
		before = lines.at;
		within(source, l.name);
		within(source, l.rest);
		within(source, l.body);
		if (kind == LINE_COMMAND)
			split_rest(&l, &d);
	} while (kind != LINE_END && kind != LINE_MORE);
	buf_init(&out);
	diags_print(&d, &out);
	demand((out.len > 0) == (d.errors > 0));
	buf_release(&out);
	diags_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of its own size, so that reading behind it is seen */
	char *copy = malloc(size ? size : 1);
	struct str source = { copy, size };
	int i;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	for (i = 0; i < 4; i++)
		split(source, i & 1, i & 2);
	free(copy);
	return 0;
}
