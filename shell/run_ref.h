/*
 * RUN and RUN.STEP as commands take them: the row, a view, whose process
 * owns it now.
 */
#ifndef WF_SHELL_RUN_REF_H
#define WF_SHELL_RUN_REF_H

#include "engine/store/store.h"
#include "engine/tell.h"
#include "engine/view.h"
#include "shell/cmd.h"
#include "shell/session.h"

/* A view of argument `name` (default @last); -1 and out->err. */
int run_view(struct session *s, const struct cmd_args *a, const char *name,
	struct view *out, struct cmd_out *o);
/* Its row only; release it. */
int run_row_of(struct session *s, const struct cmd_args *a,
	const char *name, struct run_row *out, struct cmd_out *o);
/* The newest run that goes on in another process, likewise; 1, or 0: there is
 * none. */
int run_elsewhere(struct session *s, struct run_row *out,
	struct cmd_out *o);
/* The STEP of RUN.STEP: a path, owned by the caller, or NULL. */
char *run_step_of(const struct cmd_args *a, const char *name);
/* Finds a step of a view by its path; -1 and did-you-mean. */
int run_step_find(const struct view *v, const char *path, uint32_t *frame,
	uint32_t *node, struct err *err);

/*
 * Tells the run's owner something: this process, or another one that lives.
 * 1 done, 0 when nobody owns it, -1.
 */
int run_tell(struct session *s, const struct run_row *row,
	const struct run_verb *v, struct err *err);

/* How long of its time a run that ended lay before it was resumed, from the
 * last that it had recorded; 0 of less than a second. */
int64_t run_idle_ms(struct session *s, const struct run_row *row);
/* 1 when the text of the run is that of a file of YAML. */
int run_is_block(const struct run_row *row);
/* What a person knows a run by: "/chain build: make", of a block its steps,
 * "/chain: build, test", or its description. Appends; may have several
 * lines. */
void run_title(struct session *s, const struct run_row *row,
	struct buf *out);

/* "7s" "3m" "2h" "5d" since ms: for lists. */
void run_age(int64_t ms, char out[16]);

#endif
