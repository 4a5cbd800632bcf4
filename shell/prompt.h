/*
 * The text of the prompt: what /set prompt says, or what names an open text.
 */
#ifndef WF_SHELL_PROMPT_H
#define WF_SHELL_PROMPT_H

#include "shell/session.h"

/* Appends it. `open` is what is open in the text so far (struct line), 0 at
 * its beginning. What has no width stands between \001 and \002. */
void prompt_make(const struct session *s, char open, struct buf *out);

/* The same kind of mark around what a line gives: 'C' before, 'D' behind, with
 * its status. */
void prompt_mark_output(struct session *s, char which);
/* Runs of all shells that wait for a person; at most 99. Of the journal: what
 * is not yet committed is not counted. */
unsigned prompt_count_waiting(struct session *s);

#endif
