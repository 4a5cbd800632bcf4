/*
 * Places that decide, as adaptive.h knows them, with what was learned about
 * each; at most LIMIT_SITES are kept here, those that were used last.
 */
#ifndef WF_DRIVE_SITES_H
#define WF_DRIVE_SITES_H

#include "engine/drive/engine_int.h"

struct site {
	struct site *next;
	struct digest key;
	char *text, *path, *dir;/* owned */
	struct buf state;      /* JSON; empty: nothing is known */
	int64_t upto, reset_at;
	uint64_t checked_us;   /* 0: never */
	uint64_t rows;
	char trouble[200];     /* why nothing new is learned, as JSON has it */
	uint8_t frozen, dirty, stale;
};

/* By directory, key of the text and path of the node without indices. */
void site_key(const char *dir, const struct digest *text, const char *path,
	struct digest *out);
/* The site of a step, borrowed until another is asked for. */
struct site *site_of(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step);
/* Folds what is new, now and then. When that fails the site goes on with what
 * it knows, and `trouble` says why. */
void site_refresh(struct engine *e, struct site *s);
void site_trouble(struct site *s, const struct err *err);
/* The member of what the policy answers; empty: it has none. */
struct str site_member(struct buf *object, const char *name);

/* States that were folded go with the batch. */
void sites_save(struct engine *e, struct batch *b);
void sites_free(struct engine *e);

#endif
