/*
 * What the tests of the store share: a fresh directory that goes away, a
 * store in it, runs of one shape, and waiting for news without sleeping.
 */
#ifndef WF_TESTS_STORE_FIXTURE_H
#define WF_TESTS_STORE_FIXTURE_H

#include "engine/store/store.h"

struct fixture {
	char dir[200];
	struct store *store;
	struct store_options options;
	int wake_fd;
	int wakes;
};

struct news {
	void *tag;
	enum store_status status;
	int64_t seq;
	struct err err;
};

/* Names a directory that does not exist yet, below a private temporary one,
 * and options that wake *f and never prune. Nothing is open. */
void fixture_init(struct fixture *f);
/* Opens the store; bails out of the test when it cannot. */
void fixture_open(struct fixture *f);
/* Closes the store, if one is open; the directory stays. */
void fixture_close(struct fixture *f);
/* Closes, and removes the directory. */
void fixture_end(struct fixture *f);

/* The next news, waiting for it as a loop does. */
struct news fixture_news(struct fixture *f);
/* Submits and waits: the news. */
struct news fixture_commit(struct fixture *f, struct batch *b);

/* A new run; borrows `text`. The same text gives the same plan and key. */
struct run_new fixture_run(const char *text);
/* An event whose data is a text (may be NULL), at a time like its kind. */
void fixture_event(struct batch *b, struct store_run *r, uint32_t frame,
	uint32_t step, uint8_t kind, const char *data);
/* A run that begins and ends in one batch, with `events` events. */
void fixture_whole(struct fixture *f, struct batch *b,
	const struct run_new *n, uint32_t events);

/* The run's row; a note and zeroes when it is not there. */
struct run_row fixture_find(struct fixture *f, const char *name);
/* Whether the run is there. */
int fixture_has(struct fixture *f, const struct run_new *n);

#endif
