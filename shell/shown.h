/*
 * What a follower of a run has been shown while it was written. Lines are
 * dropped on their way when they come too fast: when an attempt is over its
 * log fills the gaps, and nothing is told twice.
 */
#ifndef WF_SHELL_SHOWN_H
#define WF_SHELL_SHOWN_H

#include "engine/base/map.h"
#include "engine/view.h"

struct shown_attempt;
struct shown {
	struct idmap by_name;      /* of path and attempt */
	struct shown_attempt *all;
};

/* Of one attempt, made when it is not there. */
struct shown_attempt *shown_of(struct shown *s, const char *path,
	uint32_t attempt);
/* A followed line is to be told; 0: it has been told before. */
int shown_note(struct shown_attempt *a, const struct log_line *l);
/* The next piece of a line of the log that has not been told. *rest is what
 * is left of the line, all of it at first; 0: no more. An empty line is one
 * piece. */
int shown_gap(const struct shown_attempt *a, const struct log_line *l,
	struct str *rest, struct str *piece);
/* Its whole log has been told: what still comes is nothing new. */
void shown_over(struct shown_attempt *a);
void shown_release(struct shown *s);

#endif
