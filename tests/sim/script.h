/*
 * Scripted worlds: a file says the plan, what becomes of its steps, what
 * people do and when, and the trace that must come of it.
 *
 *	# a sentence: what the scenario shows
 *	plan strategy=stop limit=2 timeout=100 flags=fail_fast slots=1 ahead=2
 *	step a lane=inline retry=2          needs=, timeout=, effect=, on=, …
 *	block g                             for, map, while, if, choose, join
 *	 body g                             branch: body fallback undo verify
 *	  step b
 *	 end
 *	job a dur=10 fail=1                 first attempt of a; then the next
 *	eval g value=2                      answers in order; the last stays
 *	at 20 cancel                        pause continue crash resume tick …
 *	--
 *	0 run.started                       the expected trace
 *
 * Lines of the trace: ms since the start, event, path, what it says.
 */
#ifndef WF_TESTS_SIM_SCRIPT_H
#define WF_TESTS_SIM_SCRIPT_H

#include "engine/base/buf.h"

struct script_result {
	struct buf name;    /* the sentence */
	struct buf want;    /* trace as written */
	struct buf got;     /* trace as seen */
	struct buf fault;   /* what must not be, or how the script is wrong */
	size_t head_len;    /* bytes of the file before the trace */
};

void script_run(const char *text, struct script_result *out);
void script_release(struct script_result *r);

#endif
