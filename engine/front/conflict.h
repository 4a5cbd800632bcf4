/*
 * Inside the front end: what a step touches, as said with @reads, @writes
 * and @uses (and by the paths of /read and /write), and whether two steps
 * may run at the same time.
 */
#ifndef WF_FRONT_CONFLICT_H
#define WF_FRONT_CONFLICT_H

#include "engine/base/mem.h"
#include "engine/core/plan.h"

enum touch_kind { TOUCH_READ, TOUCH_WRITE, TOUCH_USE };

struct touch {
	uint32_t node;         /* the node of a body that touches, by itself or
	                          by a step inside */
	uint8_t kind;          /* enum touch_kind */
	struct str what;       /* path, without "./" and final "/"; or pool */
};

/* All touches of the nodes of `body`, in written order. The array is in the
 * arena. */
const struct touch *conflict_list(const struct plan *p, uint32_t body,
	struct arena *a, size_t *count);
/* 1 when the two exclude each other. */
int conflict_between(const struct touch *a, const struct touch *b);
/* "both write out/", "it reads what deploy writes: out/a"; arena. */
const char *conflict_text(const struct touch *first,
	const struct touch *second, struct arena *a);

#endif
