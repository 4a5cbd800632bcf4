/*
 * Comparison of two runs in everything that is state: how replay is proved.
 * Reads only. Memory layout, capacities and free lists are no state.
 */
#include <string.h>

#include "engine/core/run_fact.h"

static int same_bytes(const char *a, size_t na, const char *b, size_t nb)
{
	return na == nb && (na == 0 || memcmp(a, b, na) == 0);
}

static int same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int same_datum(const struct datum *a, const struct datum *b)
{
	return a->len == b->len && !a->digest == !b->digest &&
		a->truncated == b->truncated &&
		(!a->digest || digest_same(a->digest, b->digest)) &&
		same_bytes(a->head, a->inline_len, b->head, b->inline_len);
}

static int same_kept(const struct kept *a, const struct kept *b)
{
	const struct result *p, *q;

	if (!a || !b)
		return a == b;
	p = &a->r;
	q = &b->r;
	return a->end_ms == b->end_ms && p->outcome == q->outcome &&
		p->error_class == q->error_class && p->cached == q->cached &&
		p->exit_code == q->exit_code && p->start_ms == q->start_ms &&
		p->dur_us == q->dur_us && p->queued_ms == q->queued_ms &&
		p->tokens_in == q->tokens_in &&
		p->tokens_out == q->tokens_out &&
		p->cost_micro == q->cost_micro &&
		str_same(p->error, q->error) && str_same(p->meta, q->meta) &&
		same_datum(&p->out, &q->out) && same_datum(&p->err, &q->err);
}

static int same_extra(const struct extra *a, const struct extra *b)
{
	if (!a || !b)
		return a == b;
	return a->started_ms == b->started_ms && a->due_ms == b->due_ms &&
		a->value == b->value && a->next_index == b->next_index &&
		a->last_frame == b->last_frame && a->failed == b->failed &&
		a->lapsed == b->lapsed &&
		a->decided == b->decided && a->stopped == b->stopped &&
		a->cut == b->cut && a->status == b->status &&
		a->has_bytes == b->has_bytes && a->unsure == b->unsure &&
		same_text(a->signal, b->signal) &&
		same_bytes(a->bytes, a->bytes_len, b->bytes, b->bytes_len);
}

static int same_step(const struct run *ra, const struct step *a,
	const struct run *rb, const struct step *b)
{
	return a->state == b->state && a->skip == b->skip &&
		a->flags == b->flags && a->verdict == b->verdict &&
		a->attempts == b->attempts && a->open == b->open &&
		a->pending == b->pending && same_kept(a->kept, b->kept) &&
		same_extra(run_extra(ra, a), run_extra(rb, b));
}

static int same_frame(const struct run *ra, const struct frame *a,
	const struct run *rb, const struct frame *b)
{
	uint32_t i;

	if (a->parent != b->parent || a->owner != b->owner ||
	    a->branch != b->branch || a->index != b->index ||
	    a->body != b->body || a->prev != b->prev || a->left != b->left ||
	    a->culprit != b->culprit || a->closed != b->closed ||
	    a->failed != b->failed || a->cut != b->cut ||
	    a->stopped != b->stopped || a->status != b->status ||
	    a->undo != b->undo || a->dropped != b->dropped ||
	    a->depth != b->depth)
		return 0;
	for (i = 0; !a->dropped && i < ra->plan->bodies[a->body].count; i++)
		if (!same_step(ra, &a->steps[i], rb, &b->steps[i]))
			return 0;
	return 1;
}

static int same_signal(const struct signal *a, const struct signal *b)
{
	return a->taken == b->taken && a->frame == b->frame &&
		a->step == b->step && same_text(a->name, b->name) &&
		same_bytes(a->bytes, a->bytes_len, b->bytes, b->bytes_len);
}

static int same_run(const struct run *a, const struct run *b)
{
	return a->state == b->state && a->cancelling == b->cancelling &&
		a->paused == b->paused && a->timed_out == b->timed_out &&
		a->rolling_back == b->rolling_back &&
		a->stopping == b->stopping && a->exit == b->exit &&
		a->seed == b->seed && a->started_ms == b->started_ms &&
		a->finished_ms == b->finished_ms &&
		a->deadline_ms == b->deadline_ms &&
		a->frame_count == b->frame_count &&
		a->signal_count == b->signal_count &&
		a->signals_taken == b->signals_taken &&
		a->running == b->running && a->waits == b->waits &&
		a->moving == b->moving && a->applied == b->applied &&
		a->done_count == b->done_count &&
		memcmp(a->counts, b->counts, sizeof(a->counts)) == 0;
}

int run_same(const struct run *a, const struct run *b)
{
	size_t i;

	if (a->plan->node_count != b->plan->node_count || !same_run(a, b))
		return 0;
	for (i = 0; i < a->done_count; i++)
		if (a->done[i] != b->done[i])
			return 0;
	for (i = 0; i < a->signal_count; i++)
		if (!same_signal(&a->signals[i], &b->signals[i]))
			return 0;
	if (!run_facts_same(a, b))
		return 0;
	for (i = 0; i < a->frame_count; i++)
		if (!same_frame(a, &a->frames[i], b, &b->frames[i]))
			return 0;
	return 1;
}
