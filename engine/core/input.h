/*
 * Inputs: what happened in the world, told to sched_step(). Everything
 * pointed to is borrowed until the call returns. Inputs about an attempt
 * carry its number; stale ones are dropped and counted.
 */
#ifndef WF_CORE_INPUT_H
#define WF_CORE_INPUT_H

#include "engine/core/event.h"

enum input_kind {
	INPUT_START,     /* plan, seed: begin a run in slot `run` */
	INPUT_RESUME,    /* run was rebuilt by replay: go on; see from */
	INPUT_JOB_DONE,  /* result of (frame, step, attempt) */
	INPUT_JOB_WAITS, /* the job turned out to be a timer and/or a signal:
	                    due_ms, name, bytes (output when due; step fails
	                    with a timeout when bytes.p == NULL and a signal
	                    was awaited, succeeds empty when no signal) */
	INPUT_EVAL_DONE, /* value (and bytes) of an ACTION_EVAL, or result with
	                    outcome != OK when it failed */
	INPUT_TICK,      /* time passed: run is ignored */
	INPUT_SIGNAL,    /* post(run, frame, step, name, bytes) */
	INPUT_CANCEL,    /* hard: 1 kills at once */
	INPUT_PAUSE,
	INPUT_CONTINUE,
	INPUT_RESOLVE,   /* verdict on an in-doubt step */
	INPUT_ADOPT,     /* result of another run's step; before INPUT_BEGIN */
	INPUT_BEGIN,     /* a run started with `held` begins now */
	INPUT_REWIND,    /* step and dependants run again (/resume --from) */
	INPUT_EDIT,      /* a new plan for an interrupted run; ADOPTs follow */
	INPUT_FACT,      /* a fact was measured for (frame, step): name, bytes
	                    (JSON), value: what that took, us. Before the
	                    EVAL_DONE that rests on it */
	INPUT_DEMAND,    /* the evaluation needs the fact that branch `value` of
	                    (frame, step) makes: it is run, then the question
	                    comes again. attempt: its token */
	INPUT_JOURNAL_FAILED, /* disk full: stop handing out until CONTINUE */
	INPUT_KINDS
};

struct input {
	uint8_t kind;       /* enum input_kind */
	int64_t now_ms;     /* epoch ms; never runs backwards within a sched */
	uint32_t run, frame, step, attempt;
	struct plan *plan;  /* START, EDIT; the run takes a hold of its own */
	uint64_t seed;      /* START */
	uint8_t held;       /* START: wait for ADOPTs and a BEGIN; RESUME: for a
	                       BEGIN or a CANCEL */
	uint8_t hard;       /* CANCEL */
	uint8_t verdict;    /* RESOLVE: enum verdict */
	uint8_t purpose;    /* EVAL_DONE: enum eval_purpose */
	int64_t value;      /* EVAL_DONE */
	int64_t due_ms;     /* JOB_WAITS: 0 none */
	struct str name;    /* SIGNAL, JOB_WAITS, FACT */
	struct str bytes;   /* SIGNAL, JOB_WAITS, EVAL_DONE, FACT */
	const struct result *result; /* JOB_DONE, ADOPT, EVAL_DONE on failure
	                                or on a cache hit */
};

#endif
