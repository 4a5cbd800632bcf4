/*
 * The run document of `-o json` and /show: what other programs read. Fields
 * are only ever added (shell.md, "What other programs read").
 */
#ifndef WF_SHELL_DOC_H
#define WF_SHELL_DOC_H

#include "engine/engine.h"
#include "shell/json.h"
#include "shell/lost.h"

struct doc_of {
	struct engine *engine;
	const struct run *run;
	const char *ulid, *parent, *command, *text;
	struct lost *lost;     /* outputs that cannot be read are added */
	uint8_t interrupted;   /* its owner is gone */
};
/* Writes the whole document as one object. An output that cannot be read is
 * null, and output_error tells why. */
void doc_run(struct json *j, const struct doc_of *of);

/* One row of /runs. */
struct run_row;
void doc_row(struct json *j, const struct run_row *r);
/* An error as JSON: {"code","message","file","line","col","help"}. */
struct doc_place {
	const char *file;
	uint32_t line, col;    /* 0: unknown */
};
void doc_error(struct json *j, const char *code, const char *message,
	const char *help, const struct doc_place *at);

/* What a step does now: one that waits for a person or a timer waits, and one
 * that ran when its shell ended is to run again. */
/* "question", and "choices" when there are some, of a step that asks. */
void doc_question(struct json *j, struct engine *e, const struct run *r,
	struct place at);
const char *doc_step_state(const struct step *s, int interrupted);

#endif
