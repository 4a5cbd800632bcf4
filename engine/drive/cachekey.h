/*
 * Cache keys: the digest of all that a result depends on (the step's text,
 * its input, the values it names, the files it declares with @reads), each
 * part with a digest of its own, so that /why can name the one that differed.
 */
#ifndef WF_DRIVE_CACHEKEY_H
#define WF_DRIVE_CACHEKEY_H

#include "engine/base/digest.h"
#include "engine/core/event.h"

struct engine;

struct cache_parts {
	struct digest key;
	char *leaf;            /* leaf key of the step */
	char *json;            /* {"text":hex,"input":hex,"file a.c":hex,…} */
};
void cache_parts_free(struct cache_parts *p);

/* Key of a step that is about to start. ERR_* when a value is missing or a
 * file cannot be read: then the step is run, not cached. */
int cache_parts_make(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, struct cache_parts **out, struct err *err);

/* Looks up; 1 and *out (strings in `held`), 0. */
int cache_find(struct engine *e, const struct cache_parts *parts,
	struct result *out, void **held);

/* Keeps the parts (taken) until the step's result comes. */
void cache_await(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, struct cache_parts *parts);
/* Queues the result of a @cache step for the batch of its event. */
void cache_keep(struct engine *e, uint32_t slot, uint32_t frame,
	uint32_t step, const struct result *r);

/* Why there was no hit: appends "first run of this text" or the names of the
 * parts that differ from the newest entry. */
void cache_missed(struct engine *e, const struct cache_parts *parts,
	struct buf *out);
/* Names of parts that differ between two part lists: appends "input, file
 * a.c" to out. */
void cache_diff(const char *was, const char *is, struct buf *out);

#endif
