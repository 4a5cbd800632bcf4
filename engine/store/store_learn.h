/*
 * What decisions taught. A site is a place in a workflow text that decides;
 * a decision is one time that it did; the site's state is all that is known
 * of it, small, made of its decisions and to be made of them again. Included
 * by store.h.
 *
 * Decisions are rows that are only ever added: with the events of their
 * batch, or not at all. They name their run and outlive it. The newest
 * LIMIT_DECISIONS of a site are kept, and LIMIT_SITES sites: those that were
 * used last, frozen ones before others.
 */
#ifndef WF_STORE_LEARN_H
#define WF_STORE_LEARN_H

#include "engine/base/err.h"
#include "engine/store/batch.h"

enum {
	SITE_BRIEF = 6,        /* digits of a key, at least */
	SITE_TEXT_MAX = 1024   /* bytes of its text that are kept */
};

struct decision_new {
	/* The site: its row is made by its first decision, with these. */
	struct digest key;
	struct str text;       /* cut to SITE_TEXT_MAX */
	struct str site_path;  /* without indices of loops */
	struct str dir;
	/* The decision. */
	const char *run;       /* its ulid */
	struct str path;       /* of the step, as it was */
	int64_t at_ms;
	int branch;            /* from 0; -1: none taken */
	int ok;
	double ms, cost;
	struct str detail;     /* JSON, kept as it is */
};
/* One more decision; copies. It has a row, and an id above all before it,
 * when the batch is committed. */
void batch_decision(struct batch *b, const struct decision_new *d);

/* A state, with what it was made of: see store_site_save. */
struct site_state {
	int64_t upto;          /* id of the last decision folded in */
	int64_t reset_at;      /* of the row that was read before */
	struct str json;
};
/* store_site_save as a part of the batch, after its decisions; copies. A
 * state that comes too late is left out and nobody is told. */
void batch_site_state(struct batch *b, const struct digest *key,
	const struct site_state *state);
/*
 * Replaces the state: 1; 0 when it is left as it is, for the one that is
 * stored has seen later decisions, the site was reset or frozen since, or it
 * is gone; -1. So processes that learn at the same time cannot set each other
 * back, and none undoes a reset. Waits for the commit.
 */
int store_site_save(struct store *s, const struct digest *key,
	const struct site_state *state, struct err *err);
/* Forgets the state of a site, or with key NULL of all: it begins anew behind
 * the decisions there are, which stay as a record. *count: how many sites. */
int store_site_reset(struct store *s, const struct digest *key,
	uint64_t *count, struct err *err);
/* A frozen site's state stays what it is, whatever is saved; its decisions
 * are recorded, and count when it is thawed. ERR_NOTFOUND when it is gone. */
int store_site_freeze(struct store *s, const struct digest *key, int frozen,
	struct err *err);

/* -------------------------------------------------------------- reading */
struct site_row {
	struct digest key;
	char brief[DIGEST_HEX + 1]; /* shortest prefix that is unique now, at
	                               least SITE_BRIEF; "" from store_site */
	char *text, *path, *dir;    /* owned */
	char *state;           /* owned; NULL: none, or not asked for */
	int64_t upto, reset_at;
	int64_t used_ms;       /* its last decision */
	uint64_t count;        /* decisions, ever */
	uint64_t stored;       /* that are kept */
	uint64_t fresh;        /* since the reset, of those kept; never reset:
	                          as count */
	uint8_t frozen;
};
void site_row_release(struct site_row *r);
/* With its state: 1, 0 there is no such site, -1. */
int store_site(struct store *s, const struct digest *key,
	struct site_row *out, struct err *err);
/* SITE as typed, a unique prefix of its key, with its state and brief.
 * ERR_NOTFOUND with a way out (the nearest, or which it could be). */
int store_find_site(struct store *s, struct str name, struct site_row *out,
	struct err *err);
/* All, without states, the last used first; stops when fn returns non-zero. */
int store_sites(struct store *s,
	int (*fn)(void *ud, const struct site_row *r), void *ud,
	struct err *err);

struct decision {
	int64_t id, at_ms;
	int branch, ok;
	double ms, cost;
	char run[ULID_LEN + 1];
	struct str path, detail; /* borrowed until fn returns */
};
struct decision_query {
	const struct digest *key;
	int64_t after;         /* those with ids above it, … */
	uint32_t max;          /* … at most so many */
	uint8_t newest;        /* the newest first; else the oldest */
};
/* Decisions of a site; stops when fn returns non-zero. An unknown site has
 * none. To learn, go on after row.upto, oldest first. */
int store_decisions(struct store *s, const struct decision_query *of,
	int (*fn)(void *ud, const struct decision *d), void *ud,
	struct err *err);

#endif
