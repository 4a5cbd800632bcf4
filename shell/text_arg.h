/*
 * An argument that is a run, workflow text, or a file of it: /explain and
 * /graph.
 */
#ifndef WF_SHELL_TEXT_ARG_H
#define WF_SHELL_TEXT_ARG_H

#include "engine/view.h"
#include "shell/cmd.h"
#include "shell/session.h"
#include "shell/text_file.h"

struct text_arg {
	struct plan *plan;     /* held by view, or owned */
	struct view view;
	uint8_t is_run;
	struct text_file file; /* its lines; count 0: none */
	struct digest key;     /* of a text that was compiled */
	struct words redirect; /* behind the text; used up by open */
};
/* 0; else the status of the line, errors told. Redirections that stand
 * behind the text become out->sink's. Release it either way. */
int text_arg_open(struct session *s, const struct cmd_args *a,
	const char *name, struct text_arg *t, struct cmd_out *o);
/* How many plans there are, and the i-th, with where it stands in a file of
 * several, "FILE:LINE", appended to *place. */
size_t text_arg_count(const struct text_arg *t);
const struct plan *text_arg_plan(const struct text_arg *t, size_t i,
	struct buf *place);
/* What runs of the same text are known by, in *out or the argument's own. */
const struct digest *text_arg_key(const struct text_arg *t, size_t i,
	struct digest *out);
void text_arg_release(struct text_arg *t);

#endif
