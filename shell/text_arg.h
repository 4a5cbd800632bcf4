/*
 * An argument that is a run or workflow text: /explain and /graph.
 */
#ifndef WF_SHELL_TEXT_ARG_H
#define WF_SHELL_TEXT_ARG_H

#include "engine/view.h"
#include "shell/cmd.h"
#include "shell/session.h"

struct text_arg {
	struct plan *plan;     /* held by view, or owned */
	struct view view;
	uint8_t is_run;
	struct words redirect; /* behind the text; used up by open */
};
/* 0; else the status of the line, errors told. Redirections that stand
 * behind the text become out->sink's. Release it either way. */
int text_arg_open(struct session *s, const struct cmd_args *a,
	const char *name, struct text_arg *t, struct cmd_out *o);
void text_arg_release(struct text_arg *t);

#endif
