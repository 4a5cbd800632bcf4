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
#include "engine/engine.h"
#include "engine/exec/exec.h"
#include "engine/observe.h"
#include "engine/store/store.h"

struct cJSON;

/* What runs of one submission share; counted. */
struct setup {
	uint32_t refs;
	struct plan *plan;         /* held */
	struct buf encoded;        /* plan_encode */
	struct digest plan_digest, text_key;
	char *command, *text, *dir, *args, *session;
	struct cJSON *args_json;   /* parsed args; may be NULL */
	struct datum input;        /* the run's input */
	char *input_bytes;         /* behind input.head */
	int input_fd;              /* spool until the first run's batch; -1 */
	char **leaf_keys;          /* by node, made when asked */
	const struct executor **executors; /* by node; NULL: not a step */
};

/* A run that is open in this process. */
struct drive_run {
	struct setup *setup;
	struct store_run *store;   /* NULL once closed */
	char ulid[ULID_LEN + 1];
	uint8_t open;              /* the slot is in use */
	uint8_t over;              /* told: ended or stands still */
	uint8_t told_new;          /* its row is in a batch */
	uint8_t tap, quiet, pinned, released;
	uint8_t row_state;         /* state last written to its row */
	char *parent;
	uint32_t jobs;             /* open jobs */
};

/* What waits for a commit. */
struct tick {
	struct outbox out;
	struct tick *next;
	uint32_t *closed;          /* slots whose store handle ends here */
	size_t closed_count, closed_cap;
};

/* One attempt that an executor works on. */
struct job {
	struct exec_job x;         /* must be first */
	struct engine *e;
	uint32_t slot, frame, step, attempt;
	int64_t began_ms;
	uint64_t began_us;
	struct arena arena;        /* arguments, environment, input */
	struct buf in_buf;
	int in_fd;                 /* spool of a large input, or -1 */
	struct job *next;          /* of the same run */
	uint8_t starting, finished;
};

struct engine {
	uv_loop_t loop;
	struct sched *sched;
	struct store *store;
	char *state_dir, *project, *session;
	uint32_t slots;
	/* executors by name */
	const struct executor **executors;
	const struct vocab_kind **kinds;
	size_t executor_count;
	struct vocab vocab;
	struct strmap executor_map;
	struct engine_lua lua;
	uint8_t has_lua, closing, stalled, dirty, failed;
	struct drive_run *runs;
	size_t run_cap;
	uint32_t open_runs;
	/* the tick */
	struct tick *tick;         /* being filled */
	struct tick *spare;
	size_t ticks_out;          /* submitted, not committed */
	size_t tick_events;        /* bound of one tick */
	uv_prepare_t prepare;
	uv_idle_t idle;
	uv_async_t wake;
	uv_timer_t timer;
	int64_t timer_at;
	/* what jobs need */
	struct exec_host host;
	struct guard *guard;
	struct http *http;
	uint64_t next_job;
	struct idmap jobs;         /* id → struct job */
	struct idmap by_key;       /* key_of(slot, frame, step) → struct job */
	char *vars, *envs;         /* unused: see maps below */
	struct cJSON *var_json, *env_json;
	struct observer *observers;
	struct owner_socket *owner;
	struct items *items;       /* parsed item arrays, see flow_items.c */
	struct err store_err;
};

/* tick.c */
int engine_input(struct engine *e, struct input *in, struct err *err);
void tick_init(struct engine *e);
void tick_close(struct engine *e);
void tick_commit_news(struct engine *e);
/* setup.c */
const char *setup_leaf_key(struct setup *s, uint32_t node);
void setup_hold(struct setup *s);
/* runs.c */
struct drive_run *drive_run_at(const struct engine *e, uint32_t slot);
struct drive_run *drive_run_make(struct engine *e, uint32_t slot);
void drive_run_end(struct engine *e, uint32_t slot);
/* jobs.c */
void job_start(struct engine *e, const struct action *a);
void job_kill(struct engine *e, const struct action *a);
void jobs_lost(struct engine *e);   /* the guard died */
/* evals.c */
void eval_start(struct engine *e, const struct action *a);
/* host.c */
int host_init(struct engine *e, const struct engine_options *o,
	struct err *err);
void host_close(struct engine *e);
/* owner.c */
void owner_listen(struct engine *e);
void owner_close(struct engine *e);

#endif
