/*
 * What people tell a run that is there: cancel, pause, answers, verdicts. All
 * but the last two return at once; what follows is told to observers. -1
 * and err when the run, the step or the text does not take it; nothing has
 * changed then.
 */
#ifndef WF_TELL_H
#define WF_TELL_H

#include "engine/engine.h"

/* Ends the run's steps: TERM, KILL after the grace; hard: KILL now. */
int engine_cancel(struct engine *e, uint32_t slot, int hard,
	struct err *err);
/* on: nothing further starts, what runs goes on to its end; 0: goes on. */
int engine_pause(struct engine *e, uint32_t slot, int on, struct err *err);
/* /answer: `path` NULL: the one step that waits. Checks choices. */
int engine_answer(struct engine *e, uint32_t slot, const char *path,
	struct str text, struct err *err);
/* A person's verdict on a step in doubt; path NULL: all in doubt. */
int engine_resolve(struct engine *e, uint32_t slot, const char *path,
	enum verdict v, struct err *err);
/* An "answer" to a step that has choices must be one of them. */
int engine_signal(struct engine *e, uint32_t slot, struct place at,
	const char *name, struct str bytes, struct err *err);

/* "cancel" "kill" "answer" "pause" "continue" "resolve" "status" "tail";
 * `path` and `text` as the verb needs, or NULL. */
struct run_verb {
	const char *verb, *path;
	struct str text;
};
/* Is the run open in another living process? 1, 0, or -1. When that process
 * has just died, the guard that it left ends its steps first: this turns the
 * loop until then, a few seconds at most. Not from within the loop. */
int engine_elsewhere(struct engine *e, const struct run_row *row,
	struct err *err);
/* Asks the living owner of a run, in another process, through its socket;
 * the reply's text is appended. */
int engine_ask_owner(struct engine *e, const struct run_row *row,
	const struct run_verb *v, struct buf *reply, struct err *err);

#endif
