/*
 * Inside the files of /why: what is being collected about one step.
 */
#ifndef WF_DRIVE_WHY_INT_H
#define WF_DRIVE_WHY_INT_H

#include "engine/drive/engine_int.h"
#include "engine/view.h"

struct why {
	const struct view *view;
	uint32_t frame, node;
	struct because *list;
	size_t count, cap;
	struct err *err;
	int rc;
	char source[ULID_LEN + 1]; /* run of adopted results, short; or "" */
	uint8_t edited;            /* what is adopted is the run's own */
	uint8_t ended;             /* an attempt has ended */
	char *again;               /* owned: what had it run again, or NULL */
};

/* Takes `value`. */
void why_add(struct why *w, int64_t seq, const char *what, char *value);
/* Of an `if`: which of its branches was taken, and why not the others. */
void why_branches(struct why *w);
/* What an adaptive decision rests on: `bytes` of its event. */
/* What a branch of the node begins with, by its place; "": it has none. */
const char *why_arm(const struct why *w, int64_t branch);
void why_learned(struct why *w, int64_t seq, struct str bytes);
/* The facts that its conditions name. */
void why_facts(struct why *w);
/* A step of the plan in a part of it that the run has not opened. -1: the
 * plan has no such step. */
int why_not_reached(struct why *w, const char *path);

#endif
