/*
 * Any bytes are a plan or are refused; a plan that was read can be shown and
 * searched, and comes back from its own bytes as the same plan.
 */
#include "engine/core/plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

static void walk(const struct plan *p)
{
	uint32_t i, role;

	for (i = 0; i < p->node_count; i++) {
		demand(plan_find(p, str_of(plan_text(p, p->nodes[i].name)))
			<= i);
		for (role = ROLE_BODY; role < ROLE_KINDS; role++)
			plan_branch_of(p, i, (enum branch_role)role);
		if (i == 64)
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes, again, one, two;
	struct plan *p = NULL, *q = NULL;
	struct err err = { ERR_NONE, "", "" };

	if (plan_decode(data, size, &p, &err) < 0) {
		demand(!p && (err.code == ERR_CORRUPT ||
			err.code == ERR_STATE) && err.text[0]);
		return 0;
	}
	buf_init(&bytes);
	buf_init(&again);
	buf_init(&one);
	buf_init(&two);
	walk(p);
	plan_encode(p, &bytes);
	demand(plan_decode(bytes.data, bytes.len, &q, &err) == 0);
	plan_encode(q, &again);
	demand(bytes.len == again.len &&
		memcmp(bytes.data, again.data, bytes.len) == 0);
	plan_dump(p, &one);
	plan_dump(q, &two);
	demand(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	plan_drop(p);
	plan_drop(q);
	buf_release(&bytes);
	buf_release(&again);
	buf_release(&one);
	buf_release(&two);
	return 0;
}
