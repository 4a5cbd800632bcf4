/*
 * Building a batch: every call appends one record to one buffer, so a batch
 * of any size costs a handful of allocations. Runs on the loop thread; knows
 * no database. A record that is written is never moved within the buffer.
 */
#include "engine/store/record.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

enum { FIRST_BYTES = 2048 };
#define NOWHERE SIZE_MAX

struct batch *batch_new(void)
{
	static atomic_uint_least64_t serials;
	struct batch *b = mem_zero(sizeof(*b));

	b->serial = atomic_fetch_add(&serials, 1) + 1;
	b->plan_at = NOWHERE;
	buf_reserve(&b->buf, FIRST_BYTES);
	return b;
}

size_t batch_bytes(const struct batch *b)
{
	return b->buf.len;
}

struct record *batch_first(const struct batch *b)
{
	return b->buf.len ? (void *)b->buf.data : NULL;
}

struct record *batch_next(const struct batch *b, const struct record *r)
{
	size_t at = (size_t)((const char *)r - b->buf.data) + r->size;

	return at < b->buf.len ? (void *)(b->buf.data + at) : NULL;
}

void batch_strip(struct batch *b)
{
	const struct record *r;

	for (r = b->blobs ? batch_first(b) : NULL; r; r = batch_next(b, r))
		if (r->kind == RECORD_BLOB)
			close(((const struct record_blob *)r)->fd);
	b->blobs = 0;
	buf_release(&b->buf);
}

void batch_free(struct batch *b)
{
	batch_strip(b);
	free(b);
}

void *batch_add(struct batch *b, enum record_kind kind,
	struct store_run *run, size_t fixed, size_t more)
{
	size_t size = (fixed + more + 7) & ~(size_t)7;
	struct record *r;

	buf_reserve(&b->buf, size);
	r = (void *)(b->buf.data + b->buf.len);
	b->buf.len += size;
	memset(r, 0, fixed);
	r->kind = kind;
	r->size = size;
	r->run = run;
	return r;
}

/* Copies n bytes to `to`; returns where the next bytes go. */
static char *put(char *to, const void *p, size_t n)
{
	if (n)
		memcpy(to, p, n);
	return to + n;
}

/* Makes the run's notes be about this batch. */
static void visit(struct batch *b, struct store_run *r)
{
	if (r->serial == b->serial)
		return;
	r->serial = b->serial;
	r->at = NOWHERE;
	r->last = NO_INDEX;
}

/* The record of the run's row in this batch; NULL: none yet. */
static struct tail *row_tail(struct batch *b, const struct store_run *r)
{
	struct record *rec;

	if (r->at == NOWHERE)
		return NULL;
	rec = (void *)(b->buf.data + r->at);
	assert(rec->run == r);
	return rec->kind == RECORD_NEW ? &((struct record_new *)rec)->tail :
		&((struct record_state *)rec)->tail;
}

/* Copies a plan unless it is the one copied last. */
static void new_plan(struct batch *b, struct record_new *rec, char *to,
	const struct run_new *n)
{
	if (b->plan_at == NOWHERE ||
	    !digest_same(&b->plan_digest, &n->plan_digest)) {
		put(to, n->plan, n->plan_len);
		b->plan_at = (size_t)(to - b->buf.data);
		b->plan_len = n->plan_len;
		b->plan_digest = n->plan_digest;
	}
	rec->plan_at = b->plan_at;
	rec->plan_len = b->plan_len;
}

void batch_run_new(struct batch *b, struct store_run *r,
	const struct run_new *n)
{
	const struct str text[NEW_TEXTS] = { n->parent, n->command, n->text,
		n->dir, n->args, n->session };
	struct record_new *rec;
	size_t bytes = 0;
	char *to;
	int i;

	visit(b, r);
	assert(r->at == NOWHERE);
	for (i = 0; i < NEW_TEXTS; i++) {
		assert(text[i].n < UINT32_MAX);
		bytes += text[i].n;
	}
	if (b->plan_at == NOWHERE ||
	    !digest_same(&b->plan_digest, &n->plan_digest))
		bytes += n->plan_len;
	rec = batch_add(b, RECORD_NEW, r, sizeof(*rec), bytes);
	r->at = (size_t)((char *)rec - b->buf.data);
	rec->tail.last = NO_INDEX;
	rec->first = b->events;
	rec->started_ms = n->started_ms;
	rec->seed = n->seed;
	rec->text_key = n->text_key;
	rec->plan_digest = n->plan_digest;
	rec->pinned = n->pinned;
	rec->hidden = n->hidden;
	memcpy(rec->ulid, n->ulid, sizeof(rec->ulid));
	to = (char *)(rec + 1);
	for (i = 0; i < NEW_TEXTS; i++) {
		rec->len[i] = (uint32_t)text[i].n;
		to = put(to, text[i].p, text[i].n);
	}
	new_plan(b, rec, to, n);
}

void batch_event(struct batch *b, struct store_run *r,
	const struct stored_event *e)
{
	struct record_event *rec =
		batch_add(b, RECORD_EVENT, r, sizeof(*rec), e->len);
	struct tail *tail;

	visit(b, r);
	rec->h.extra = e->kind;
	rec->t_ms = e->t_ms;
	rec->frame = e->frame;
	rec->step = e->step;
	rec->len = e->len;
	put((char *)(rec + 1), e->data, e->len);
	r->last = b->events++;
	tail = row_tail(b, r);
	if (tail)
		tail->last = r->last;
}

/* The tail of the run's row, appending a STATE record when there is none. */
static struct tail *need_tail(struct batch *b, struct store_run *r)
{
	struct record_state *rec;

	visit(b, r);
	if (r->at == NOWHERE) {
		rec = batch_add(b, RECORD_STATE, r, sizeof(*rec), 0);
		r->at = (size_t)((char *)rec - b->buf.data);
		rec->tail.last = r->last;
	}
	return row_tail(b, r);
}

void batch_run_state(struct batch *b, struct store_run *r,
	const struct row_state *state)
{
	struct tail *tail = need_tail(b, r);

	tail->has_state = 1;
	tail->is = *state;
}

void batch_run_close(struct batch *b, struct store_run *r)
{
	need_tail(b, r)->closed = 1;
	r->next = b->closed;
	b->closed = r;
}

void batch_run_plan(struct batch *b, struct store_run *r, const void *plan,
	size_t len, const struct digest *digest, struct str text)
{
	struct record_plan *rec =
		batch_add(b, RECORD_PLAN, r, sizeof(*rec), len + text.n);

	rec->digest = *digest;
	rec->plan_len = len;
	rec->text_len = text.n;
	put(put((char *)(rec + 1), plan, len), text.p, text.n);
}

void batch_blob(struct batch *b, struct store_run *r, int fd,
	const struct digest *digest, uint64_t len)
{
	struct record_blob *rec = batch_add(b, RECORD_BLOB, r, sizeof(*rec), 0);

	rec->digest = *digest;
	rec->len = len;
	rec->fd = fd;
	b->blobs++;
	b->refs++;
}

void batch_blob_ref(struct batch *b, struct store_run *r,
	const struct digest *digest)
{
	struct record_blob *rec = batch_add(b, RECORD_BLOB_REF, r, sizeof(*rec), 0);

	rec->digest = *digest;
	b->refs++;
}

void batch_duration(struct batch *b, const char *leaf_key, uint64_t dur_us,
	int ok)
{
	size_t n = strlen(leaf_key);
	struct record_duration *rec =
		batch_add(b, RECORD_DURATION, NULL, sizeof(*rec), n);

	rec->h.extra = ok != 0;
	rec->dur_us = dur_us;
	rec->key_len = n;
	put((char *)(rec + 1), leaf_key, n);
}

void batch_cache(struct batch *b, const struct cache_new *c)
{
	struct record_cache *rec = batch_add(b, RECORD_CACHE, NULL, sizeof(*rec),
		c->leaf.n + c->parts.n + c->result.n);
	char *to = (char *)(rec + 1);

	rec->key = *c->key;
	rec->expires_ms = c->expires_ms;
	rec->leaf_len = c->leaf.n;
	rec->parts_len = c->parts.n;
	rec->len = c->result.n;
	memcpy(rec->run, c->run, strnlen(c->run, ULID_LEN));
	to = put(to, c->leaf.p, c->leaf.n);
	to = put(to, c->parts.p, c->parts.n);
	put(to, c->result.p, c->result.n);
}

void batch_usage(struct batch *b, struct store_run *r,
	const struct usage_row *u)
{
	const struct str text[4] = { str_of(u->model), str_of(u->agent),
		str_of(u->pool), str_of(u->worker) };
	struct record_usage *rec = batch_add(b, RECORD_USAGE, r, sizeof(*rec),
		text[0].n + text[1].n + text[2].n + text[3].n);
	char *to = (char *)(rec + 1);
	int i;

	rec->frame = u->frame;
	rec->step = u->step;
	rec->attempt = u->attempt;
	rec->tokens_in = u->tokens_in;
	rec->tokens_out = u->tokens_out;
	rec->cost_micro = u->cost_micro;
	for (i = 0; i < 4; i++) {
		rec->len[i] = (uint32_t)text[i].n;
		to = put(to, text[i].p, text[i].n);
	}
}

void batch_breaker(struct batch *b, const char *pool, int state,
	uint32_t failures, int64_t opened_ms)
{
	size_t n = strlen(pool);
	struct record_breaker *rec =
		batch_add(b, RECORD_BREAKER, NULL, sizeof(*rec), n);

	rec->h.extra = (uint32_t)state;
	rec->failures = failures;
	rec->opened_ms = opened_ms;
	rec->pool_len = n;
	put((char *)(rec + 1), pool, n);
}
