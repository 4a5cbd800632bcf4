/*
 * Events as bytes: every kind comes back the same, small ones are small, and
 * damaged ones are refused or are events.
 */
#include "engine/core/event.h"

#include <stddef.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

#include "tests/unit/tap.h"

static int same_datum(const struct datum *a, const struct datum *b)
{
	return a->len == b->len && a->inline_len == b->inline_len &&
		!a->digest == !b->digest &&
		!a->truncated == !b->truncated &&
		(!a->digest || digest_same(a->digest, b->digest)) &&
		(!a->inline_len ||
		memcmp(a->head, b->head, a->inline_len) == 0);
}

static int same_result(const struct result *a, const struct result *b)
{
	return a->outcome == b->outcome && a->error_class == b->error_class &&
		a->cached == b->cached && a->exit_code == b->exit_code &&
		a->start_ms == b->start_ms && a->dur_us == b->dur_us &&
		a->queued_ms == b->queued_ms &&
		a->tokens_in == b->tokens_in &&
		a->tokens_out == b->tokens_out &&
		a->cost_micro == b->cost_micro &&
		str_same(a->error, b->error) && str_same(a->meta, b->meta) &&
		same_datum(&a->out, &b->out) && same_datum(&a->err, &b->err);
}

static int same_event(const struct event *a, const struct event *b)
{
	return a->kind == b->kind && a->frame == b->frame &&
		a->step == b->step && a->attempt == b->attempt &&
		a->t_ms == b->t_ms && a->parent == b->parent &&
		a->branch == b->branch && a->index == b->index &&
		a->cause == b->cause && a->status == b->status &&
		a->exit == b->exit && a->due_ms == b->due_ms &&
		a->value == b->value && a->seed == b->seed &&
		str_same(a->name, b->name) && str_same(a->bytes, b->bytes) &&
		!a->bytes.p == !b->bytes.p &&
		same_result(&a->result, &b->result);
}

static const char bytes_of[] = "bytes\0with a NUL";

static struct digest digest;

static struct result full_result(void)
{
	struct result r = {
		.outcome = OUTCOME_TIMEOUT, .error_class = CLASS_AGENT,
		.cached = 1, .exit_code = -1, .start_ms = 1700000000123,
		.dur_us = 1234567, .queued_ms = 89, .tokens_in = 1000,
		.tokens_out = UINT64_MAX, .cost_micro = 7,
		.error = { "it failed", 9 }, .meta = { "{\"a\":1}", 7 },
		.out = { .len = 1 << 20, .head = bytes_of, .inline_len = 16,
			.digest = &digest, .truncated = 1 },
		.err = { .len = 5, .head = bytes_of, .inline_len = 5 }
	};

	memset(digest.b, 0xa5, sizeof(digest.b));
	return r;
}

/* Every field that this kind may carry, with values at their edges. */
static struct event full_event(enum event_kind kind)
{
	struct event e = {
		.kind = (uint8_t)kind, .frame = 3, .step = 4,
		.attempt = 70000, .t_ms = 1700000001000,
		.parent = PLAN_NONE, .branch = 2, .index = UINT32_MAX,
		.cause = PLAN_NONE, .status = 1, .exit = INT32_MIN,
		.due_ms = 1, .value = INT64_MIN, .seed = UINT64_MAX,
		.name = { "approval", 8 }, .bytes = { bytes_of, 16 }
	};

	if (kind == EVENT_STEP_FINISHED || kind == EVENT_STEP_RETRYING ||
			kind == EVENT_STEP_ADOPTED ||
			kind == EVENT_STEP_CANCELLED)
		e.result = full_result();
	return e;
}

/* Decodes into *back, which has the columns of e. */
static int decode(const struct event *e, const void *p, size_t n,
	struct event *back)
{
	struct err err;

	memset(back, 0x5a, sizeof(*back));
	back->kind = e->kind;
	back->frame = e->frame;
	back->step = e->step;
	back->t_ms = e->t_ms;
	return event_decode(back, p, n, &err);
}

static int comes_back(const struct event *e)
{
	struct event back;
	struct buf out;
	int same;

	buf_init(&out);
	event_encode(e, &out);
	same = decode(e, out.data, out.len, &back) == 0 &&
		same_event(e, &back);
	buf_release(&out);
	return same;
}

static void test_kinds(void)
{
	struct event e;
	int kind;

	for (kind = 1; kind < EVENT_KINDS; kind++) {
		const char *name = event_name((enum event_kind)kind);

		e = full_event((enum event_kind)kind);
		ok(comes_back(&e), "%s comes back with all of its fields",
			name);
		memset(&e, 0, sizeof(e));
		e.kind = (uint8_t)kind;
		e.t_ms = 5;
		if (kind == EVENT_STEP_FINISHED ||
				kind == EVENT_STEP_RETRYING ||
				kind == EVENT_STEP_ADOPTED)
			e.result.start_ms = -1;
		ok(comes_back(&e), "%s comes back with none", name);
	}
	is_str(event_name(EVENT_STEP_IN_DOUBT), "step.in_doubt",
		"an event has the name of the list");
	is_str(event_name((enum event_kind)200), "unknown",
		"a kind that is not there has a name too");
}

static size_t size_of(const struct event *e)
{
	struct buf out;
	size_t n;

	buf_init(&out);
	event_encode(e, &out);
	n = out.len;
	buf_release(&out);
	return n;
}

static void test_sizes(void)
{
	struct event e = {
		.kind = EVENT_STEP_FINISHED, .step = 7, .attempt = 1,
		.t_ms = 1700000001000,
		.result = { .start_ms = 1700000000998, .dur_us = 1900,
			.out = { .len = 16, .head = bytes_of,
				.inline_len = 16 } }
	};

	note("finished: %zu bytes", size_of(&e) - 16);
	ok(size_of(&e) <= 15 + 16,
		"a small result takes at most 15 bytes beyond its output");
	e.kind = EVENT_STEP_STARTED;
	is_int((long long)size_of(&e), 2, "a start takes two bytes");
	e.kind = EVENT_STEP_SKIPPED;
	e.attempt = 0;
	e.status = SKIP_NEED;
	e.cause = PLAN_NONE;
	is_int((long long)size_of(&e), 3, "a skip takes three bytes");
	memset(&e, 0, sizeof(e));
	e.kind = EVENT_RUN_PAUSED;
	is_int((long long)size_of(&e), 1, "a bare event takes one byte");
}

static void test_empty_bytes(void)
{
	struct event e = { .kind = EVENT_STEP_WAITING, .due_ms = 9 }, back;
	struct buf out;

	buf_init(&out);
	event_encode(&e, &out);
	decode(&e, out.data, out.len, &back);
	ok(back.bytes.p == NULL, "no output at the deadline stays none");
	e.bytes = str_of("");
	buf_clear(&out);
	event_encode(&e, &out);
	decode(&e, out.data, out.len, &back);
	ok(back.bytes.p != NULL && back.bytes.n == 0,
		"an empty output at the deadline stays empty");
	buf_release(&out);
}

static void test_refused(void)
{
	static const unsigned char big[] = { 0xff, 0x7f };
	static const unsigned char status[] = { 4, 3 };
	struct event e = { .kind = EVENT_STEP_RESOLVED }, back;

	is_int(decode(&e, big, 2, &back), -1, "an unknown field is refused");
	is_int(decode(&e, status, 2, &back), -1,
		"a verdict that does not exist is refused");
	is_int(decode(&e, NULL, 0, &back), -1, "no bytes are refused");
	e.kind = 0;
	is_int(decode(&e, status, 2, &back), -1, "kind 0 is refused");
	e.kind = EVENT_KINDS;
	is_int(decode(&e, status, 2, &back), -1,
		"a kind that is not there is refused");
}

/* Refused, or an event whose strings can be read and that comes back. */
static int survives(const struct event *e, const char *p, size_t n,
	int *refusals)
{
	char *copy = mem_dup(p, n); /* so that overreads are seen */
	struct event back;
	int good = 1;

	if (decode(e, copy, n, &back) < 0)
		++*refusals;
	else
		good = comes_back(&back) && back.result.out.inline_len <=
			LIMIT_INLINE;
	mem_free(copy);
	return good;
}

static void test_damage(void)
{
	int kind, good = 0, tried = 0, refusals = 0, cut = 0, cut_refusals = 0;
	struct event e;
	struct buf out;
	size_t i;
	unsigned mask;

	buf_init(&out);
	for (kind = 1; kind < EVENT_KINDS; kind++) {
		e = full_event((enum event_kind)kind);
		buf_clear(&out);
		event_encode(&e, &out);
		for (i = 0; i < out.len; i++) {
			cut++;
			good += survives(&e, out.data, i, &cut_refusals);
			tried++;
			for (mask = 1; mask < 256; mask++, tried++) {
				out.data[i] ^= (char)mask;
				good += survives(&e, out.data, out.len,
					&refusals);
				out.data[i] ^= (char)mask;
			}
		}
	}
	buf_release(&out);
	is_int(good, tried, "a damaged event is refused, or an event");
	is_int(cut_refusals, cut, "an event that was cut off is refused");
	ok(refusals > 1000, "much damage is noticed");
}

int main(void)
{
	test_kinds();
	test_sizes();
	test_empty_bytes();
	test_refused();
	test_damage();
	return done();
}
