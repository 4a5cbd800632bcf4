/*
 * What /explain tells of a step that decides: its conditions, the facts that
 * they read with what those cost, and the branch that is expected.
 */
#ifndef WF_SHELL_EXPLAIN_COND_H
#define WF_SHELL_EXPLAIN_COND_H

#include "engine/foresee.h"
#include "engine/front/front.h"
#include "shell/json.h"
#include "shell/session.h"

enum { COND_ROOTS = 16 };

struct explain_cond {
	struct session *s;
	const struct plan *plan;
	const struct explain *x;
	const struct digest *text_key; /* NULL: not known */
	const char *roots[COND_ROOTS]; /* that were measured for it */
	size_t root_count;
	uint8_t late[COND_ROOTS];      /* … in vain */
};

/* Measures what conditions of the node read, for a second at most, and
 * appends its lines to `out`, or its members to an open object; nothing when
 * it does not decide. */
void explain_cond_text(struct explain_cond *c, uint32_t node,
	struct buf *out);
void explain_cond_json(struct explain_cond *c, uint32_t node,
	struct json *j);

#endif
