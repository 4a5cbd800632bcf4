/*
 * What a batch holds of decisions, and what the writer does with it: see
 * record.h for the rest of a batch.
 */
#ifndef WF_STORE_LEARN_RECORD_H
#define WF_STORE_LEARN_RECORD_H

#include "engine/store/record.h"

/* Texts of a decision: its own path and detail, then its site's. */
enum { DECISION_PATH, DECISION_DETAIL, SITE_TEXT, SITE_PATH, SITE_DIR,
	DECISION_TEXTS };
struct record_decision { /* h.extra: ok */
	struct record h;
	struct digest key;
	int64_t at_ms, site;   /* site: its row; the writer's note */
	double ms, cost;
	int32_t branch;
	char run[ULID_LEN + 1];
	size_t len[DECISION_TEXTS]; /* of what follows */
};
struct record_site {
	struct record h;
	struct digest key;
	int64_t upto, reset_at;
	size_t len;
};

/* Within a transaction: the record learns the row of its site, made when it
 * is new; the state is stored, if it may be. SQLITE_OK or the cause. */
int learn_number(struct store *s, struct record_decision *r);
int learn_state(struct store *s, const struct record_site *r);
/* A slice of the upkeep, outside of one: SQLITE_ROW when there is more to do,
 * SQLITE_DONE, or the cause. */
int learn_clean(struct store *s, int64_t until_ms);

#endif
