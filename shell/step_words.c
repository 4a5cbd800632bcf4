/*
 * Words about what happened to a step, for every way of telling it.
 */
#include "shell/step_words.h"

#include "engine/base/text.h"
#include "engine/core/vocab.h"

void step_attempt(struct buf *b, const struct run *r, const struct event *e)
{
	const struct plan_node *n = &r->plan->nodes[e->step];
	uint32_t retry = r->plan->policies[n->policy].retry;

	if (retry > 0 && node_is_leaf(n) && n->effect == EFFECT_ONCE)
		buf_str(b, " (@effect=once: @retry does not try it again)");
	else if (retry > 0 && e->result.outcome == OUTCOME_REFUSED)
		buf_str(b, " (not tried again: it would fail again)");
	else if (retry > 0)
		buf_printf(b, " (attempt %u/%u)", e->attempt, retry + 1);
}

void step_error(struct buf *b, const struct result *res)
{
	if (res->error.n)
		buf_printf(b, ": %.*s", (int)res->error.n, res->error.p);
	else if (res->outcome != OUTCOME_OK)
		buf_printf(b, ": %s", outcome_name(res->outcome));
}

void step_skip(struct buf *b, const struct run *r, const struct event *e)
{
	const struct plan *plan = r->plan;

	switch ((enum skip_reason)e->status) {
	case SKIP_NEED:
		buf_printf(b, " skipped (needs %s)",
			e->cause < plan->node_count
			? plan_text(plan, plan->nodes[e->cause].name) : "?");
		return;
	case SKIP_CONDITION:
		buf_str(b, " skipped (its condition is false)");
		return;
	case SKIP_STOPPED:
		buf_str(b, " skipped (the run stops)");
		return;
	case SKIP_BRANCH:
		buf_str(b, " skipped (branch not taken)");
		return;
	case SKIP_NONE:
		break;
	}
	buf_str(b, " skipped");
}

void step_retry(struct buf *b, const struct run *r, const struct event *e)
{
	char in[16];

	duration_print((e->due_ms - e->t_ms) * 1000, in);
	buf_printf(b, " retrying in %s", in);
	step_error(b, &e->result);
	step_attempt(b, r, e);
}

