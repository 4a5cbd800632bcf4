/*
 * Words about what happened to a step, for every way of telling it. Each is
 * appended with the blank or colon that stands before it.
 */
#ifndef WF_SHELL_STEP_WORDS_H
#define WF_SHELL_STEP_WORDS_H

#include "engine/core/event.h"
#include "engine/core/run.h"

/* " (attempt 2/3)", or why it is not tried again; nothing without @retry. */
void step_attempt(struct buf *b, const struct run *r, const struct event *e);
/* ": exit 1"; nothing when it succeeded. */
void step_error(struct buf *b, const struct result *res);
/* " skipped (needs test)" */
void step_skip(struct buf *b, const struct run *r, const struct event *e);
/* " retrying in 2s: exit 1 (attempt 1/3)" */
void step_retry(struct buf *b, const struct run *r, const struct event *e);

#endif
