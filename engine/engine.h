/*
 * The façade: all that the shell and embedders call. One engine is one
 * session: a loop, a scheduler, a store, a guard started when the first
 * process is.
 *
 * Everything is called from the loop's thread. Runs are named by a slot
 * while they are open in this process, by their ulid for ever.
 */
#ifndef WF_ENGINE_H
#define WF_ENGINE_H

#include "engine/base/value.h"
#include "engine/core/event.h"
#include "engine/core/run.h"
#include "engine/core/vocab.h"

struct engine;
struct executor;
struct run_row;
struct observer;
struct store;
struct uv_loop_s;

/* The Lua room, given by whoever links it: the engine does not. */
struct engine_lua {
	void *ud;
	int (*eval)(void *ud, struct str expr, const struct vm_host *host,
		struct value *out, size_t *at, struct err *err);
	void (*split)(void *ud, struct str expr, const struct vm_host *host,
		struct vm_split *out); /* as told there */
};

struct engine_options {
	const char *state_dir;        /* absolute; NULL: none, then texts can
	                                 be compiled and nothing more */
	uint8_t durability_normal;
	uint8_t read_only;
	uint32_t slots;               /* 0: LIMIT_PARALLEL */
	const struct executor *const *more; /* executors beside exec_list,
	                                 NULL-terminated; may be NULL */
	const struct engine_lua *lua; /* may be NULL: conditions fail */
	const char *project;          /* of the idempotency key; NULL: the
	                                 run's directory */
};

/* Opens the store (made when it is not there) and the loop; *out is for
 * engine_close. Options are copied, but `more` and `lua`'s ud, which outlive
 * it. -1: the state directory cannot be used; *out is untouched. */
int engine_open(struct engine **out, const struct engine_options *options,
	struct err *err);
/* Ends the guard and its children, commits what is queued, closes. Runs
 * still open are left interrupted. NULL is fine. */
void engine_close(struct engine *e);

/* All three are the engine's own, until it is closed; no store when there is
 * no state_dir. */
const struct vocab *engine_vocab(const struct engine *e);
struct uv_loop_s *engine_loop(struct engine *e);
struct store *engine_store(struct engine *e);
/* Places of a pool ("slots" for processes); limit 0: unlimited. */
void engine_pool(struct engine *e, const char *name, uint32_t limit);
/* /set vars.x, /env: seen by references and children from the next start
 * of a step on; value NULL unsets. Copied; what is got is borrowed until the
 * next change, NULL when unset. */
void engine_var(struct engine *e, const char *name, const char *value);
const char *engine_getvar(const struct engine *e, const char *name);
void engine_each_var(const struct engine *e, void (*fn)(void *ud,
	const char *name), void *ud);
void engine_env(struct engine *e, const char *name, const char *value);
const char *engine_getenv(const struct engine *e, const char *name);

/* What runs of the same submission share. Counted: engine_run holds it. */
struct setup;
struct setup_options {
	struct plan *plan;        /* held */
	struct str command, text; /* "chain", as typed */
	struct str normal_text;   /* front_normal_text, for --resume-from */
	const char *dir;          /* absolute */
	struct str args;          /* JSON object: {"1":"a","P":"v"}, or empty */
	struct str input;         /* the run's input bytes (copied) */
	const char *input_path;   /* or a file of them (copied as a blob) */
	struct str session;
};
/* Copies all but the plan. -1: input or arguments cannot be kept. */
int setup_new(struct engine *e, const struct setup_options *o,
	struct setup **out, struct err *err);
void setup_drop(struct setup *s); /* lets go of it; NULL is fine */

/* The terminal, for steps with @tty; at most one has it at a time. */
struct engine_terminal {
	void *ud;
	/* Name of a terminal that a process of the run's step shall control;
	 * borrowed until back(), which follows. NULL and err: not now. */
	const char *(*lend)(void *ud, uint32_t slot, struct err *err);
	void (*back)(void *ud);
};
/* Borrows; NULL: there is none. */
void engine_terminal(struct engine *e, const struct engine_terminal *t);

struct submit_options {
	const char *parent;       /* ulid or NULL */
	uint8_t pinned;           /* --save-state */
	uint8_t tap;              /* 1: its steps' output goes to observers as
	                             it comes; 2: only last lines of it */
	uint8_t quiet;            /* observers are not told its events */
	uint8_t forget;           /* freed as soon as it is over */
	/* --resume-from, /retry: take over the results of `adopt_from` (an
	 * ended or interrupted run) for the nodes where keep[node] != 0. */
	const struct run *adopt_from;
	const uint8_t *keep;      /* plan->node_count flags, root frame */
	const uint32_t *keep_node;/* node in adopt_from of each; NULL: same */
};
/* Begins a run, in *slot. Nothing has happened yet when it returns: it starts
 * in the next turn of the loop. -1: the journal has failed. */
int engine_submit(struct engine *e, struct setup *s,
	const struct submit_options *o, uint32_t *slot, struct err *err);

struct resume_options {
	const char *from;         /* path of a step: it and its dependants run
	                             again; or NULL */
	struct plan *plan;        /* --edit: go on with this plan, or NULL */
	struct str text;          /* its text */
	uint8_t in_doubt;         /* 0: ask; enum verdict + 1 of all in doubt */
	uint8_t tap;
	uint8_t still;            /* nothing starts: to be cancelled */
};
/* Goes on with a run that is interrupted, failed, cancelled, waiting or
 * paused; takes ownership of it. ERR_BUSY when a living process owns it. */
int engine_resume(struct engine *e, const struct run_row *row,
	const struct resume_options *o, uint32_t *slot, struct err *err);

/* Runs the loop until the run is over, or waits for a person and for no
 * deadline (or `until` returns non-zero, asked after every turn). Returns its
 * state. */
enum run_state engine_wait(struct engine *e, uint32_t slot,
	int (*until)(void *ud), void *ud);
/* One turn of the loop; may block until something happens. */
void engine_turn(struct engine *e);
/* Everything said so far is durable (or -1). */
int engine_flush(struct engine *e, struct err *err);

/* Both NULL when the slot is free. Borrowed until the next turn. */
const struct run *engine_run(const struct engine *e, uint32_t slot);
const char *engine_ulid(const struct engine *e, uint32_t slot);
/* Slot of a run that is open here, or PLAN_NONE. */
uint32_t engine_slot(const struct engine *e, const char *ulid);
/* Lets go of a run that is over: its memory is freed. */
void engine_release(struct engine *e, uint32_t slot);

#endif
