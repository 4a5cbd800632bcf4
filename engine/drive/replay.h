/*
 * Replay: a stored run folded back into its state. Reads facts, repeats no
 * decision.
 */
#ifndef WF_DRIVE_REPLAY_H
#define WF_DRIVE_REPLAY_H

#include "engine/drive/setup.h"

struct run_row;
struct view_hook;

struct replayed {
	struct plan *plan;  /* held */
	struct run *run;    /* owned; may be taken by setting it NULL */
	int64_t seq;        /* of the last event in it */
};

/* ERR_CORRUPT when the events cannot follow each other. */
int replay_run(struct engine *e, const struct run_row *row,
	struct replayed *out, struct err *err);
void replay_release(struct replayed *r);
/* What has come since: folded, then told. 1 when the run's text has been
 * replaced: from there on it is to be replayed anew. */
int replay_more(struct engine *e, const struct run_row *row,
	struct replayed *r, const struct view_hook *hook, struct err *err);

/*
 * Which steps of `plan` may take their result from `old`: the same leaf key,
 * the same label, succeeded there and was not undone, and all their needs are
 * kept too. Returns
 * owned flags by node, and owned node numbers of `old` in *from.
 */
uint8_t *replay_keep(const struct run *old, struct plan *plan,
	const uint32_t **from);

/* Steps of body 0 that a rollback undid, or undid something within, and all
 * that follows from them: owned flags by node. */
uint8_t *replay_undone(const struct run *r);

/* Input and arguments of `from` for an edited text's setup. */
void replay_share(struct setup *to, const struct setup *from);

#endif
