/*
 * Answers of a person to a step that asks: /answer, /approve, /deny.
 */
#ifndef WF_SHELL_ANSWERING_H
#define WF_SHELL_ANSWERING_H

#include "shell/run_ref.h"

/* Gives `text` to the step of argument "run" (RUN or RUN.STEP); a run that
 * nobody has open goes on here. With text.p == NULL: yes or no, in the words
 * of the step's choices. */
struct answer {
	struct str text;
	uint8_t yes;
};
int answer_give(struct session *s, const struct cmd_args *a,
	const struct answer *answer, struct cmd_out *o);

#endif
