/*
 * Per stream the bytes told, as spans in ascending order. Spans that touch
 * are one, so that a follower that misses nothing has a single one.
 */
#include "shell/shown.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

struct span {
	uint64_t from, to;
};

struct shown_attempt {
	struct shown_attempt *next;
	struct span *spans[3]; /* by stream */
	size_t count[3], cap[3];
	uint8_t over;
};

struct shown_attempt *shown_of(struct shown *s, const char *path,
	uint32_t attempt)
{
	uint64_t key = hash_bytes(path, strlen(path), attempt);
	struct shown_attempt *a = idmap_find(&s->by_name, key);

	if (a)
		return a;
	a = mem_zero(sizeof(*a));
	a->next = s->all;
	s->all = a;
	idmap_put(&s->by_name, key, a);
	return a;
}

void shown_release(struct shown *s)
{
	while (s->all) {
		struct shown_attempt *a = s->all;

		s->all = a->next;
		for (int i = 0; i < 3; i++)
			free(a->spans[i]);
		free(a);
	}
	idmap_release(&s->by_name);
}

int shown_note(struct shown_attempt *a, const struct log_line *l)
{
	size_t *n = &a->count[l->stream];
	struct span *last = *n ? &a->spans[l->stream][*n - 1] : NULL;
	/* its newline too, unless it is the piece of a longer one */
	uint64_t end = l->at + l->text.n + (l->text.n < LIMIT_LIVE_LINE);

	if (a->over || (last && l->at < last->to && l->at > 0))
		return 0;
	if (last && l->at == 0) { /* lost with its guard, and begun anew */
		*n = 0;
	} else if (last && l->at <= last->to + 1) {
		last->to = end;
		return 1;
	}
	a->spans[l->stream] = mem_more(a->spans[l->stream], *n,
		&a->cap[l->stream], sizeof(struct span));
	a->spans[l->stream][(*n)++] = (struct span){l->at, end};
	return 1;
}

void shown_over(struct shown_attempt *a)
{
	a->over = 1;
}

/* The first span that ends behind `at`; the count when none does. */
static size_t find(const struct shown_attempt *a, int stream, uint64_t at)
{
	size_t low = 0, high = a->count[stream];

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->spans[stream][mid].to <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int shown_gap(const struct shown_attempt *a, const struct log_line *l,
	struct str *rest, struct str *piece)
{
	uint64_t end = l->at + l->text.n;

	while (rest->p) {
		uint64_t at = l->at + (uint64_t)(rest->p - l->text.p);
		size_t i = find(a, l->stream, at);
		int any = i < a->count[l->stream];
		struct span is = any ? a->spans[l->stream][i]
			: (struct span){end + 1, end + 1};
		uint64_t to = is.from < end ? is.from : end;
		uint64_t on = is.to < end ? is.to : end;

		*piece = (struct str){rest->p, to > at ? (size_t)(to - at) : 0};
		rest->p = on < end ? l->text.p + (on - l->at) : NULL;
		if (piece->n || (!l->text.n && is.from > at))
			return 1;
	}
	return 0;
}
