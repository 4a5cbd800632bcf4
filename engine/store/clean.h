/*
 * A pass of upkeep, done in slices between the batches of the writer thread:
 * what of it must outlive a slice.
 */
#ifndef WF_STORE_CLEAN_H
#define WF_STORE_CLEAN_H

#include "engine/store/store.h"

enum clean_stage {
	CLEAN_DEPTHS, CLEAN_LEARNED, CLEAN_RUNS, CLEAN_PLANS, CLEAN_BLOBS, CLEAN_FILES,
	CLEAN_VACUUM, CLEAN_DONE
};
struct clean {
	struct retention keep;
	enum clean_stage stage;
	int64_t at;              /* runs up to this id were looked at */
	int64_t shown_to, hidden_to; /* ids up to these are too deep */
	int64_t older_ms;        /* begun before this is too old */
	uint64_t deleted;
	int folder, swept;       /* of blobs; once in a process */
};

/* Does a slice of some 20 ms; begins a pass when none is under way. 1 when
 * the pass has more to do. */
int clean_slice(struct store *s);

#endif
