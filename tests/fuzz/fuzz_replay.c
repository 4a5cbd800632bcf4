/*
 * Any journal of a known plan is folded or refused at an event that cannot
 * follow; what was folded can be walked, and folding the same once more gives
 * the same state. An input is a byte that picks the plan, then events: kind,
 * frame, step, length, and that many bytes of data.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/core/run.h"
#include "tests/front/vocab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {
	"/chain a: /bash x -> b: /bash y @retry=2 -> c: /bash z @ignore",
	"/flow --on-error rollback [a: /bash x @undo='/bash u', b: /bash y "
		"@effect=once @verify='/bash v'] -> c: /bash z "
		"@fallback='/bash f'",
	"/flow l: for i in {1,2,3} do p: /bash x -> q: /bash y end -> "
		"if l.ok then t: /bash t else e: /bash e end -> "
		"while false do w: /bash w end",
	"/chain (choose p: /bash x or q: /bash y end) @retry=1 -> z: /sleep 1",
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static void demand(int cond)
{
	if (!cond)
		abort();
}

static struct plan *compile(const char *text)
{
	struct lines lines = { .complete = 1 };
	struct front_flags flags;
	struct words redirect;
	struct plan *p = NULL;
	struct diags d;
	struct line l;

	lines.source = str_of(text);
	diags_init(&d, "fuzz", 1, lines.source);
	demand(line_next(&lines, &l, &d) != LINE_END);
	demand(front_compile(&test_env, &l, &p, &flags, &redirect, &d) == 0);
	words_release(&redirect);
	diags_release(&d);
	return p;
}

static const struct plan *plan_of(uint8_t which)
{
	static struct plan *plans[TEXTS];

	which %= TEXTS;
	if (!plans[which])
		plans[which] = compile(texts[which]);
	return plans[which];
}

/* The number of events that were folded. */
static size_t fold(struct run *r, const uint8_t *p, size_t n)
{
	struct event e = { .kind = EVENT_RUN_STARTED, .step = PLAN_NONE };
	size_t count = 0;

	run_apply(r, &e);
	while (n >= 4 && p[3] <= n - 4) {
		struct event next = { .kind = p[0], .frame = p[1],
			.step = p[2] == 255 ? PLAN_NONE : p[2],
			.t_ms = (int64_t)count };
		struct err err;

		if (event_decode(&next, p + 4, p[3], &err) < 0 ||
		    !run_accepts(r, &next))
			break;
		run_apply(r, &next);
		n -= 4u + p[3];
		p += 4u + p[3];
		count++;
	}
	return count;
}

static void walk(const struct run *r)
{
	struct buf path;

	buf_init(&path);
	for (uint32_t f = 0; f < r->frame_count; f++) {
		const struct plan_body *b =
			&r->plan->bodies[r->frames[f].body];

		for (uint32_t i = 0; !r->frames[f].dropped && i < b->count;
				i++) {
			buf_clear(&path);
			run_path(r, f, b->first + i, &path);
			run_extra(r, run_step(r, f, b->first + i));
		}
	}
	buf_release(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *a, *b;
	struct plan *p;

	if (!size)
		return 0;
	p = (struct plan *)(uintptr_t)plan_of(data[0]);
	a = run_new(p, 0);
	b = run_new(p, 0);
	demand(fold(a, data + 1, size - 1) == fold(b, data + 1, size - 1));
	demand(run_same(a, b));
	walk(a);
	run_free(a);
	run_free(b);
	return 0;
}
