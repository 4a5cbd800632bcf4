/*
 * A site's state is folded from its new decisions when one is asked for, and
 * kept; the store has it too, so that the next process begins where this one
 * is. Nobody waits for that: a state that is lost is made again.
 */
#include "engine/drive/sites.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/drive/setup.h"
#include "engine/io/clock.h"

enum {
	ROWS = 200,            /* folded at once */
	LAZY_ROWS = 50,        /* a site that has so many ... */
	LAZY_US = 100000       /* ... is looked at so often */
};

struct sites {
	struct site *first;    /* used last */
	size_t count;
};

/* Its path without "[2]". */
static char *site_path(const struct run *r, uint32_t frame, uint32_t step)
{
	struct buf b;
	size_t n = 0;
	int within = 0;
	char *path;

	buf_init(&b);
	run_path(r, frame, step, &b);
	for (size_t i = 0; i < b.len; i++) {
		within += b.data[i] == '[';
		if (!within)
			b.data[n++] = b.data[i];
		within -= b.data[i] == ']';
	}
	path = mem_strndup(b.data, n);
	buf_release(&b);
	return path;
}

void site_key(const char *dir, const struct digest *text,
	const char *path, struct digest *out)
{
	struct digest_state *d = digest_new();

	digest_field(d, dir, strlen(dir));
	digest_field(d, text, sizeof(*text));
	digest_field(d, path, strlen(path));
	digest_end(d, out);
}

static void site_free(struct site *s)
{
	mem_free(s->text);
	mem_free(s->path);
	mem_free(s->dir);
	buf_release(&s->state);
	mem_free(s);
}

/* Takes it out of the list; NULL: it is not there. */
static struct site *take(struct sites *all, const struct digest *key)
{
	struct site **at = &all->first, *s;

	while ((s = *at) && memcmp(&s->key, key, sizeof(*key)) != 0)
		at = &s->next;
	if (s)
		*at = s->next;
	return s;
}

/* What was used longest ago, and is in the store, is forgotten here. */
static void drop_last(struct sites *all)
{
	struct site **at, **last = NULL, *s;

	for (at = &all->first; *at; at = &(*at)->next)
		if (!(*at)->dirty)
			last = at;
	if (!last)
		return;
	s = *last;
	*last = s->next;
	site_free(s);
	all->count--;
}

static struct site *make(struct sites *all, const struct drive_run *r,
	const struct digest *key, const char *path)
{
	struct site *s = mem_zero(sizeof(*s));

	if (all->count >= LIMIT_SITES)
		drop_last(all);
	all->count++;
	s->key = *key;
	s->path = mem_strdup(path);
	s->text = mem_printf("/%s %s", r->setup->command, r->setup->text);
	s->dir = mem_strdup(r->setup->dir);
	buf_init(&s->state);
	s->stale = 1;
	return s;
}

struct site *site_of(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step)
{
	const struct drive_run *r = drive_run_at(e, slot);
	char *path = site_path(sched_run(e->sched, slot), frame, step);
	struct sites *all = e->sites ? e->sites : mem_zero(sizeof(*all));
	struct digest key;
	struct site *s;

	e->sites = all;
	site_key(r->setup->dir, &r->setup->text_key, path, &key);
	s = take(all, &key);
	if (!s)
		s = make(all, r, &key, path);
	s->next = all->first;
	all->first = s;
	mem_free(path);
	return s;
}

/* ---------------------------------------------------------------- learning */
static int add_row(void *ud, const struct decision *d)
{
	struct buf *b = ud;

	buf_printf(b, "%s{\"branch\":%d,\"ok\":%d,\"ms\":%.17g,\"cost\":%.17g,"
		"\"detail\":", b->data[b->len - 1] == '[' ? "" : ",", d->branch,
		d->ok, d->ms, d->cost);
	buf_add(b, d->detail.n ? d->detail.p : "{}", d->detail.n ? d->detail.n
		: 2);
	buf_char(b, '}');
	return 0;
}

struct folding {
	struct buf request;
	int64_t last;
	uint32_t count;
};

static int fold_row(void *ud, const struct decision *d)
{
	struct folding *f = ud;

	f->last = d->id;
	f->count++;
	return add_row(&f->request, d);
}

struct str site_member(struct buf *object, const char *name)
{
	struct str v;

	if (jspan_value((struct str){object->data, object->len}, &v) < 0 ||
			jspan_find(v, str_of(name), &v) == 0)
		return (struct str){"", 0};
	return v;
}

/* Folds what is new, so many at most: how many, or -1. */
static int fold(struct engine *e, struct site *s, uint32_t most,
	struct err *err)
{
	struct decision_query q = {&s->key, s->upto, most, 0};
	struct folding f = {.last = s->upto};
	struct buf answer;
	struct str state;
	int rc;

	buf_init(&f.request);
	buf_init(&answer);
	buf_str(&f.request, "{");
	if (s->state.len) {
		buf_str(&f.request, "\"state\":");
		buf_add(&f.request, s->state.data, s->state.len);
		buf_char(&f.request, ',');
	}
	buf_str(&f.request, "\"rows\":[");
	rc = store_decisions(e->store, &q, fold_row, &f, err);
	buf_str(&f.request, "]}");
	if (rc == 0 && f.count)
		rc = e->policy.call(e->policy.ud, "learn", (struct str){
			f.request.data, f.request.len}, &answer, err);
	if (rc == 0 && f.count) {
		state = site_member(&answer, "state");
		buf_clear(&s->state);
		buf_add(&s->state, state.p, state.n);
		s->upto = f.last;
		s->rows += f.count;
		s->dirty = 1;
	}
	buf_release(&f.request);
	buf_release(&answer);
	return rc < 0 ? -1 : (int)f.count;
}

/* Folds all that is new; what is too much for the policy at once, in parts. */
static int fold_all(struct engine *e, struct site *s, struct err *err)
{
	uint32_t most = ROWS;
	int n;

	for (;;) {
		n = fold(e, s, most, err);
		if (n < 0 && most == 1)
			return -1;
		if (n >= 0 && (uint32_t)n < most)
			return 0;
		if (n < 0)
			most /= 4;
		most = most ? most : 1;
	}
}

/* What the store has of it, when that is news. */
static int take_stored(struct engine *e, struct site *s, struct err *err)
{
	struct site_row row;
	int rc = store_site(e->store, &s->key, &row, err);

	if (rc <= 0)
		return rc;
	s->frozen = row.frozen;
	if (row.reset_at != s->reset_at || row.upto > s->upto) {
		buf_clear(&s->state);
		buf_str(&s->state, row.state ? row.state : "");
		s->upto = row.upto;
		s->reset_at = row.reset_at;
		s->dirty = 0;
		s->rows = row.fresh;
	}
	site_row_release(&row);
	return 1;
}

void site_trouble(struct site *s, const struct err *err)
{
	char *out = s->trouble;
	size_t n = (size_t)snprintf(out, sizeof(s->trouble), "nothing new is learned: %.120s",
		err->text);

	while (n-- > 0)
		if ((signed char)out[n] < 32 || out[n] == '"' || out[n] == '\\')
			out[n] = ' ';
}

void site_refresh(struct engine *e, struct site *s)
{
	uint64_t now = clock_mono_us();
	struct err err = {0};
	int rc;

	if ((!s->stale || s->rows > LAZY_ROWS) && s->checked_us &&
			now - s->checked_us < LAZY_US)
		return;
	s->checked_us = now;
	s->stale = 0;
	s->trouble[0] = '\0';
	rc = take_stored(e, s, &err);
	if (rc > 0 && !s->frozen)
		rc = fold_all(e, s, &err);
	if (rc < 0)
		site_trouble(s, &err);
}

/* -------------------------------------------------------------------- all */
void sites_save(struct engine *e, struct batch *b)
{
	struct site *s = e->sites ? e->sites->first : NULL;

	for (; s; s = s->next) {
		struct site_state state = {s->upto, s->reset_at,
			{s->state.data, s->state.len}};

		if (s->dirty && !s->frozen)
			batch_site_state(b, &s->key, &state);
		s->dirty = 0;
	}
}

void sites_free(struct engine *e)
{
	struct site *s;

	while (e->sites && (s = e->sites->first)) {
		e->sites->first = s->next;
		site_free(s);
	}
	mem_free(e->sites);
	e->sites = NULL;
}
