/*
 * Events as bytes: a mask of the fields that are not 0, then those fields in
 * order of their bits, then for some kinds the result, written the same way.
 * What is common has the low bits, so that the masks are one byte; moments
 * are distances from t_ms. A new field takes the next free bit; old bytes
 * stay readable for ever, and an unknown bit is corruption.
 */
#include "engine/core/event.h"

#include <assert.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/core/action.h"
#include "engine/core/run.h"

enum event_bit {
	BIT_ATTEMPT = 1 << 0,
	BIT_DUE = 1 << 1,
	BIT_STATUS = 1 << 2,
	BIT_CAUSE = 1 << 3,
	BIT_VALUE = 1 << 4,
	BIT_BYTES = 1 << 5,
	BIT_NAME = 1 << 6,
	BIT_PARENT = 1 << 7,
	BIT_BRANCH = 1 << 8,
	BIT_INDEX = 1 << 9,
	BIT_EXIT = 1 << 10,
	BIT_SEED = 1 << 11,
	EVENT_BITS = (1 << 12) - 1
};

enum result_bit {
	BIT_START = 1 << 0,
	BIT_DUR = 1 << 1,
	BIT_OUT = 1 << 2,
	BIT_ERR = 1 << 3,
	BIT_CODE = 1 << 4,
	BIT_QUEUED = 1 << 5,
	BIT_ERROR = 1 << 6,
	BIT_META = 1 << 7,
	BIT_TOKENS_IN = 1 << 8,
	BIT_TOKENS_OUT = 1 << 9,
	BIT_COST = 1 << 10,
	RESULT_BITS = (1 << 11) - 1
};

enum datum_bit { DATUM_DIGEST = 1, DATUM_CUT = 2, DATUM_PART = 4 };

static int has_result(const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_STEP_FINISHED:
	case EVENT_STEP_RETRYING:
	case EVENT_STEP_ADOPTED:
		return 1;
	case EVENT_STEP_CANCELLED: /* of an attempt that had begun */
		return e->attempt > 0;
	case EVENT_RUN_STARTED: case EVENT_RUN_RESUMED:
	case EVENT_RUN_CANCELLING: case EVENT_RUN_PAUSED:
	case EVENT_RUN_CONTINUED: case EVENT_RUN_TIMED_OUT:
	case EVENT_RUN_FINISHED: case EVENT_RUN_REWOUND:
	case EVENT_RUN_EDITED: case EVENT_FRAME_OPENED:
	case EVENT_FRAME_CLOSED: case EVENT_STEP_STARTED:
	case EVENT_STEP_WAITING: case EVENT_STEP_SKIPPED:
	case EVENT_STEP_TIMED_OUT:
	case EVENT_STEP_LOST: case EVENT_STEP_IN_DOUBT:
	case EVENT_STEP_RESOLVED: case EVENT_STEP_DECIDED:
	case EVENT_SIGNAL_POSTED: case EVENT_ROLLBACK_STARTED:
	case EVENT_FACT_READ: case EVENT_STAGE_CHECKPOINT:
	case EVENT_KINDS:
		break;
	}
	return 0;
}

/* Small numbers of either sign in few bytes; wraps, so that any distance of
 * two moments can be written. */
static void put_signed(struct buf *out, uint64_t v)
{
	buf_varint(out, v << 1 ^ (v >> 63 ? UINT64_MAX : 0));
}

static uint64_t get_signed(struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	return v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
}

/* Node numbers: PLAN_NONE is one byte. */
static void put_node(struct buf *out, uint32_t v)
{
	buf_varint(out, (uint32_t)(v + 1));
}

static uint32_t get_u32(struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	if (v > UINT32_MAX)
		c->bad = 1;
	return (uint32_t)v;
}

static int32_t get_i32(struct cursor *c)
{
	int64_t v = (int64_t)get_signed(c);

	if (v < INT32_MIN || v > INT32_MAX)
		c->bad = 1;
	return (int32_t)v;
}

static void put_datum(const struct datum *d, struct buf *out)
{
	uint64_t bits = 0;

	assert(d->inline_len <= LIMIT_INLINE && d->inline_len <= d->len);
	assert(d->inline_len == d->len || d->digest);
	if (d->digest)
		bits |= DATUM_DIGEST;
	if (d->truncated)
		bits |= DATUM_CUT;
	if (d->inline_len != d->len)
		bits |= DATUM_PART;
	buf_varint(out, (uint64_t)d->inline_len << 3 | bits);
	if (bits & DATUM_PART)
		buf_varint(out, d->len);
	if (bits & DATUM_DIGEST)
		buf_add(out, d->digest->b, sizeof(d->digest->b));
	buf_add(out, d->head, d->inline_len);
}

/* n bytes as they stand; NULL and a bad cursor when there are not so many. */
static const char *get_raw(struct cursor *c, size_t n)
{
	const char *p = (const char *)c->at;

	if (c->bad || n > (size_t)(c->end - c->at)) {
		c->bad = 1;
		return NULL;
	}
	c->at += n;
	return p;
}

static void get_datum(struct datum *d, struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	if (v >> 3 > LIMIT_INLINE) {
		c->bad = 1;
		return;
	}
	d->inline_len = (uint32_t)(v >> 3);
	d->len = v & DATUM_PART ? cursor_varint(c) : d->inline_len;
	d->truncated = (v & DATUM_CUT) != 0;
	if (d->inline_len > d->len)
		c->bad = 1;
	if (v & DATUM_DIGEST) /* bytes alone: it may stand anywhere */
		d->digest = (const struct digest *)(const void *)get_raw(c,
			sizeof(*d->digest));
	if (d->inline_len != d->len && !d->digest)
		c->bad = 1; /* where should the rest be */
	if (d->inline_len)
		d->head = get_raw(c, d->inline_len);
}

static int is_there(const struct datum *d)
{
	return d->len || d->digest || d->truncated;
}

static uint64_t result_mask(const struct result *r, int64_t t_ms)
{
	uint64_t mask = 0;

	mask |= r->start_ms != t_ms ? BIT_START : 0;
	mask |= r->dur_us ? BIT_DUR : 0;
	mask |= is_there(&r->out) ? BIT_OUT : 0;
	mask |= is_there(&r->err) ? BIT_ERR : 0;
	mask |= r->exit_code ? BIT_CODE : 0;
	mask |= r->queued_ms ? BIT_QUEUED : 0;
	mask |= r->error.n ? BIT_ERROR : 0;
	mask |= r->meta.n ? BIT_META : 0;
	mask |= r->tokens_in ? BIT_TOKENS_IN : 0;
	mask |= r->tokens_out ? BIT_TOKENS_OUT : 0;
	mask |= r->cost_micro ? BIT_COST : 0;
	return mask;
}

static void put_result(const struct result *r, int64_t t_ms, struct buf *out)
{
	uint64_t mask = result_mask(r, t_ms);

	assert(r->outcome < OUTCOME_KINDS && r->error_class < CLASS_KINDS);
	buf_varint(out, (uint64_t)(r->outcome | r->error_class << 3 |
		(r->cached ? 1 : 0) << 6));
	buf_varint(out, mask);
	if (mask & BIT_START)
		put_signed(out, (uint64_t)t_ms - (uint64_t)r->start_ms);
	if (mask & BIT_DUR)
		buf_varint(out, r->dur_us);
	if (mask & BIT_OUT)
		put_datum(&r->out, out);
	if (mask & BIT_ERR)
		put_datum(&r->err, out);
	if (mask & BIT_CODE)
		put_signed(out, (uint64_t)(int64_t)r->exit_code);
	if (mask & BIT_QUEUED)
		buf_varint(out, r->queued_ms);
	if (mask & BIT_ERROR)
		buf_bytes(out, r->error.p, r->error.n);
	if (mask & BIT_META)
		buf_bytes(out, r->meta.p, r->meta.n);
	if (mask & BIT_TOKENS_IN)
		buf_varint(out, r->tokens_in);
	if (mask & BIT_TOKENS_OUT)
		buf_varint(out, r->tokens_out);
	if (mask & BIT_COST)
		buf_varint(out, r->cost_micro);
}

static uint64_t get_result_head(struct result *r, struct cursor *c)
{
	uint64_t v = cursor_varint(c), mask = cursor_varint(c);

	r->outcome = (uint8_t)(v & 7);
	r->error_class = (uint8_t)(v >> 3 & 7);
	r->cached = (uint8_t)(v >> 6 & 1);
	if (v >> 7 || r->outcome >= OUTCOME_KINDS ||
			r->error_class >= CLASS_KINDS || (mask & ~RESULT_BITS))
		c->bad = 1;
	return mask;
}

static void get_result(struct result *r, int64_t t_ms, struct cursor *c)
{
	uint64_t mask = get_result_head(r, c);

	r->start_ms = t_ms;
	if (mask & BIT_START)
		r->start_ms = (int64_t)((uint64_t)t_ms - get_signed(c));
	if (mask & BIT_DUR)
		r->dur_us = cursor_varint(c);
	if (mask & BIT_OUT)
		get_datum(&r->out, c);
	if (mask & BIT_ERR)
		get_datum(&r->err, c);
	if (mask & BIT_CODE)
		r->exit_code = get_i32(c);
	if (mask & BIT_QUEUED)
		r->queued_ms = get_u32(c);
	if (mask & BIT_ERROR)
		r->error = cursor_bytes(c);
	if (mask & BIT_META)
		r->meta = cursor_bytes(c);
	if (mask & BIT_TOKENS_IN)
		r->tokens_in = cursor_varint(c);
	if (mask & BIT_TOKENS_OUT)
		r->tokens_out = cursor_varint(c);
	if (mask & BIT_COST)
		r->cost_micro = cursor_varint(c);
}

static uint64_t event_mask(const struct event *e)
{
	uint64_t mask = 0;

	mask |= e->attempt ? BIT_ATTEMPT : 0;
	mask |= e->due_ms ? BIT_DUE : 0;
	mask |= e->status ? BIT_STATUS : 0;
	mask |= e->cause ? BIT_CAUSE : 0;
	mask |= e->value ? BIT_VALUE : 0;
	mask |= e->bytes.p ? BIT_BYTES : 0; /* empty is not the same as none */
	mask |= e->name.n ? BIT_NAME : 0;
	mask |= e->parent ? BIT_PARENT : 0;
	mask |= e->branch ? BIT_BRANCH : 0;
	mask |= e->index ? BIT_INDEX : 0;
	mask |= e->exit ? BIT_EXIT : 0;
	mask |= e->seed ? BIT_SEED : 0;
	return mask;
}

void event_encode(const struct event *e, struct buf *out)
{
	uint64_t mask = event_mask(e);

	buf_varint(out, mask);
	if (mask & BIT_ATTEMPT)
		buf_varint(out, e->attempt);
	if (mask & BIT_DUE)
		put_signed(out, (uint64_t)e->due_ms - (uint64_t)e->t_ms);
	if (mask & BIT_STATUS)
		buf_varint(out, e->status);
	if (mask & BIT_CAUSE)
		put_node(out, e->cause);
	if (mask & BIT_VALUE)
		put_signed(out, (uint64_t)e->value);
	if (mask & BIT_BYTES)
		buf_bytes(out, e->bytes.p, e->bytes.n);
	if (mask & BIT_NAME)
		buf_bytes(out, e->name.p, e->name.n);
	if (mask & BIT_PARENT)
		put_node(out, e->parent);
	if (mask & BIT_BRANCH)
		put_node(out, e->branch);
	if (mask & BIT_INDEX)
		buf_varint(out, e->index);
	if (mask & BIT_EXIT)
		put_signed(out, (uint64_t)(int64_t)e->exit);
	if (mask & BIT_SEED)
		buf_varint(out, e->seed);
	if (has_result(e))
		put_result(&e->result, e->t_ms, out);
}

static void get_event(struct event *e, struct cursor *c)
{
	uint64_t mask = cursor_varint(c);

	if (mask & ~(uint64_t)EVENT_BITS)
		c->bad = 1;
	if (mask & BIT_ATTEMPT)
		e->attempt = get_u32(c);
	if (mask & BIT_DUE)
		e->due_ms = (int64_t)((uint64_t)e->t_ms + get_signed(c));
	if (mask & BIT_STATUS)
		e->status = get_u32(c);
	if (mask & BIT_CAUSE)
		e->cause = get_u32(c) - 1;
	if (mask & BIT_VALUE)
		e->value = (int64_t)get_signed(c);
	if (mask & BIT_BYTES)
		e->bytes = cursor_bytes(c);
	if (mask & BIT_NAME)
		e->name = cursor_bytes(c);
	if (mask & BIT_PARENT)
		e->parent = get_u32(c) - 1;
	if (mask & BIT_BRANCH)
		e->branch = get_u32(c) - 1;
	if (mask & BIT_INDEX)
		e->index = get_u32(c);
	if (mask & BIT_EXIT)
		e->exit = get_i32(c);
	if (mask & BIT_SEED)
		e->seed = cursor_varint(c);
	if (has_result(e))
		get_result(&e->result, e->t_ms, c);
}

/* What status means depends on the kind; how many values it has too. */
static int status_fits(const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_RUN_FINISHED: return e->status < RUN_STATES;
	case EVENT_RUN_CANCELLING: return e->status <= 1;
	case EVENT_STEP_SKIPPED: return e->status <= SKIP_BRANCH;
	case EVENT_STEP_RESOLVED: return e->status <= VERDICT_DONE;
	case EVENT_STEP_DECIDED: return e->status <= EVAL_CALL;
	case EVENT_RUN_RESUMED: return e->status < RESUME_RULES;
	case EVENT_RUN_STARTED:
	case EVENT_RUN_PAUSED: case EVENT_RUN_CONTINUED:
	case EVENT_RUN_TIMED_OUT: case EVENT_RUN_REWOUND:
	case EVENT_RUN_EDITED: case EVENT_FRAME_OPENED:
	case EVENT_FRAME_CLOSED: case EVENT_STEP_STARTED:
	case EVENT_STEP_WAITING: case EVENT_STEP_FINISHED:
	case EVENT_STEP_RETRYING: case EVENT_STEP_CANCELLED:
	case EVENT_STEP_TIMED_OUT: case EVENT_STEP_LOST:
	case EVENT_STEP_IN_DOUBT: case EVENT_STEP_ADOPTED:
	case EVENT_SIGNAL_POSTED: case EVENT_ROLLBACK_STARTED:
	case EVENT_FACT_READ: case EVENT_STAGE_CHECKPOINT:
	case EVENT_KINDS:
		break;
	}
	return 1;
}

int event_decode(struct event *e, const void *bytes, size_t n,
	struct err *err)
{
	struct event columns = *e;
	struct cursor c;

	if (e->kind == 0 || e->kind >= EVENT_KINDS)
		return err_set(err, ERR_CORRUPT,
			"the journal holds an event of unknown kind %d",
			e->kind);
	memset(e, 0, sizeof(*e));
	e->kind = columns.kind;
	e->frame = columns.frame;
	e->step = columns.step;
	e->t_ms = columns.t_ms;
	cursor_init(&c, bytes, n);
	get_event(e, &c);
	if (c.bad || c.at != c.end || !status_fits(e))
		return err_set(err, ERR_CORRUPT,
			"the journal holds a damaged event '%s'",
			event_name((enum event_kind)e->kind));
	return 0;
}
