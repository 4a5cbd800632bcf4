/*
 * A setup: what runs of one submission share, counted, so that a hundred
 * thousand runs of one text cost one plan and one copy of everything else.
 */
#ifndef WF_DRIVE_SETUP_H
#define WF_DRIVE_SETUP_H

#include "engine/base/digest.h"
#include "engine/engine.h"

struct cJSON;
struct run_row;

struct setup {
	uint32_t refs;
	struct plan *plan;         /* held */
	struct buf encoded;        /* plan_encode */
	struct digest plan_digest, text_key;
	char *command, *text, *dir, *session;
	char *record;              /* JSON of arguments and input, as stored */
	struct cJSON *record_json; /* parsed */
	const struct cJSON *args;  /* its "args" object, or NULL */
	struct datum input;
	struct digest input_digest; /* behind input.digest */
	char *input_bytes;         /* behind input.head */
	int input_fd;              /* spool to become a blob, or -1 */
	char **leaf_keys;          /* by node, made when asked */
	const struct executor **executors; /* by node; NULL: no leaf, or a kind
	                              that this engine does not know */
};

void setup_hold(struct setup *s);
const char *setup_leaf_key(struct setup *s, uint32_t node);
/* From a stored run; takes a hold on plan. */
int setup_of_row(struct engine *e, const struct run_row *row,
	struct plan *plan, struct setup **out, struct err *err);

#endif
