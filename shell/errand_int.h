/*
 * Inside the errands' files: one run as the line that began it sees it.
 */
#ifndef WF_SHELL_ERRAND_INT_H
#define WF_SHELL_ERRAND_INT_H

#include "engine/store/store.h"
#include "shell/errand.h"

struct errand {
	uint32_t slot;         /* PLAN_NONE: another process's run, `view` */
	const struct view *view;
	char ulid[ULID_LEN + 1], parent[ULID_LEN + 1];
	char *command, *text;  /* owned */
	struct sink *sink, own;/* where output goes: &own, or a command's */
	uint8_t form;          /* enum output_form */
	uint8_t background;
	uint8_t lone;          /* one leaf step, typed as such */
	uint8_t pinned;        /* --save-state */
	uint8_t over;          /* told by the engine, durable */
	uint8_t late;          /* its time was over while the journal waited */
	uint8_t told;          /* the line about its end is printed */
	uint8_t ended;         /* its output is printed */
	uint64_t streamed[3];  /* bytes printed as they came, by stream */
	int status;
	struct errand *next;
};

struct errand *errand_find(const struct session *s, uint32_t slot);
/* Its run as it is now, until the next turn; NULL when it is gone. */
const struct run *errand_run_of(const struct session *s,
	const struct errand *t);
/* Prints what the run gave, closes the sink, lets go of the run; returns
 * the status of the line. */
int errand_end(struct session *s, struct errand *t);
/* Tells what the run waits for, and how to answer. */
void errand_say_waiting(struct session *s, const struct errand *t,
	const struct run *r);
void errand_drop(struct session *s, struct errand *t);

#endif
