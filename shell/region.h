/*
 * The live view of a terminal: what is over is printed once, and what runs
 * is shown below it in a small region that is drawn anew, at most ten times a
 * second, in one write. Whatever else is written goes above the region.
 */
#ifndef WF_SHELL_REGION_H
#define WF_SHELL_REGION_H

#include "shell/session.h"

struct errand;
struct region;

/* NULL where lines must do: no terminal, a dumb one, progress=plain. */
struct region *region_new(struct session *s);
void region_free(struct region *l);
/* Tells of an event; 0: it is not shown here. */
int region_event(struct region *l, const struct errand *t, const struct run *r,
	const struct event *e);
/* The same of a run of one step, whose output goes to the terminal as it
 * comes: only that it runs is shown, when that takes a while and a line does
 * not stand half written. */
void region_lone(struct region *l, const struct errand *t,
	const struct event *e);
/* The last line that a step wrote so far. */
void region_output(struct region *l, uint32_t slot, struct place at,
	struct str bytes);
/* The run has come to the foreground: what runs of it already is shown. A
 * view of another process's run lives until region_over. */
void region_front(struct region *l, const struct errand *t);
/* The run has left the foreground: nothing of it is shown any more. 1 when
 * its failures have been told. */
int region_over(struct region *l, uint32_t slot);

#endif
