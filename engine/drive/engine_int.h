/*
 * The driver's inside: what the files of engine/drive share. Invariant: an
 * action is carried out only when the batch that holds its events is
 * committed; nothing here changes a run, only sched_step() does.
 */
#ifndef WF_DRIVE_ENGINE_INT_H
#define WF_DRIVE_ENGINE_INT_H

#include <uv.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/core/sched.h"
#include "engine/drive/flow.h"
#include "engine/drive/setup.h"
#include "engine/drive/tick.h"
#include "engine/engine.h"
#include "engine/exec/exec.h"
#include "engine/learn.h"
#include "engine/observe.h"
#include "engine/store/store.h"

/* A run that is open in this process: in a page of so many, so that it stays
 * where it is and ten thousand of them leave no room unused. */
enum { RUN_PAGE = 64 };
struct drive_run {
	struct setup *setup;
	struct store_run *store;   /* NULL once closed */
	char ulid[ULID_LEN + 1];
	uint8_t open;              /* the slot is in use */
	uint8_t over;              /* told: ended or stands still */
	uint8_t tap, quiet, pinned, forget;
	uint8_t row_state;         /* state last written to its row */
	uint32_t asked;            /* by people: answers, cancels, verdicts */
	uint32_t jobs;             /* open jobs */
	char *parent;              /* ulid or NULL */
	struct live *live;         /* somebody follows its output; or NULL */
};

/* One attempt that an executor works on. */
struct job {
	struct exec_job x;         /* first: the executor's view */
	struct engine *e;
	uint32_t slot, frame, step, attempt;
	int64_t began_ms;
	uint64_t began_us;
	struct arena arena;        /* arguments, environment, input */
	uint8_t starting, over, ahead;
	uint8_t held;              /* not given to its executor yet */
	uint8_t parked;            /* held: waits for room on the disk */
	struct joining *joining;   /* held: a worker makes its files */
	struct buf half[2];        /* followed: lines not yet ended */
	int64_t half_ms[2];        /* when they began */
	uint64_t half_at[2];       /* where, in bytes of the stream */
	uint8_t half_cut[2];       /* their first piece has been told */
	char *joined;              /* its input, joined; goes with the job */
};

struct engine {
	uv_loop_t loop;
	struct sched *sched;
	struct store *store;
	char *state_dir, *project, *session;
	uint32_t slots;
	const struct executor **executors;
	const struct vocab_kind **kinds;
	size_t executor_count;
	struct vocab vocab;
	struct engine_lua lua;
	struct engine_policy policy; /* its call is NULL: none */
	uint8_t has_lua, closing, failed, stalled;
	struct drive_run **run_pages; /* by slot; see drive_run_at */
	size_t run_cap;            /* slots there are: whole pages */
	uint32_t open_runs;
	struct tick *tick;         /* being filled */
	struct tick *spare;        /* recycled */
	struct tick_notes notes;
	size_t ticks_out;          /* submitted, not committed */
	uv_prepare_t prepare;
	uv_async_t wake;
	uv_timer_t timer;
	int64_t timer_at;
	struct exec_host host;
	struct guard *guard;
	const struct engine_terminal *terminal; /* or NULL */
	uint32_t guards_lost;      /* in a row, without a report between */
	uint32_t parked;           /* jobs that wait for room on the disk */
	uv_timer_t room;           /* tries them again */
	struct http *http;
	uint64_t next_job;
	struct idmap jobs;         /* id -> struct job */
	struct idmap by_key;       /* job_key() -> struct job */
	struct idmap cache_parts;  /* parts that wait for their result */
	struct cJSON *vars, *envs; /* of strings; envs: null: is removed */
	struct facts *facts;       /* facts.c; NULL: none was asked for */
	struct known_fact *known;  /* fact_known.c */
	struct adaptive *adaptive; /* adaptive.c */
	struct sites *sites;       /* sites.c */
	struct fact_making *making; /* fact_step.c */
	struct observer *observers;
	struct owner_socket *owner;
	struct viewed *views;      /* open views: see view.c */
	struct err store_err;
};

/* runs.c */
struct drive_run *drive_run_at(const struct engine *e, uint32_t slot);
struct drive_run *drive_run_open(struct engine *e, uint32_t slot,
	struct setup *setup);
/* At the end: forgets them all. */
void drive_runs_free(struct engine *e);
/* A run has ended or stands still, durably: as dated by tick.c. */
void drive_run_over(struct engine *e, const struct action *a);
void drive_flow(const struct engine *e, uint32_t slot, struct flow *f);

/* jobs.c */
/* Moves what was put out into a datum; a spool becomes a blob of the open
 * tick (the descriptor is taken). *d borrows o->bytes. */
void tick_keep_output(struct engine *e, struct drive_run *r,
	struct exec_output *o, struct datum *d);
void job_start(struct engine *e, const struct action *a);
void job_kill(struct engine *e, const struct action *a);
void job_withdraw(struct engine *e, const struct action *a);
/* Calls fn for those that are open now, in the order in which they began, and
 * not for those that end meanwhile. */
void jobs_each(struct engine *e, void (*fn)(struct job *j, void *ud),
	void *ud);
void jobs_stop(struct engine *e);   /* at close, before the workers */
void jobs_drop(struct engine *e);   /* at close: no results any more */

/* view.c: what is needed to read bytes of any run, open or viewed; 0, -1 */
int flow_of_run(struct engine *e, const struct run *r, struct flow *f,
	struct err *err);

/* host.c */
int host_init(struct engine *e, const struct engine_options *o,
	struct err *err);
/* -1: a worker hangs; what it may touch stays. */
int host_close(struct engine *e);

/* owner.c */
void owner_listen(struct engine *e);
void owner_close(struct engine *e);

#endif
