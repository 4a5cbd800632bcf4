/*
 * Actions: what the core asks of the driver. They are carried out only when
 * the events of the same batch are durable.
 */
#ifndef WF_CORE_ACTION_H
#define WF_CORE_ACTION_H

#include "engine/base/buf.h"

enum action_kind {
	ACTION_JOB,      /* start (run, frame, step, attempt) */
	ACTION_KILL,     /* end it: TERM, then KILL; hard: KILL at once. The
	                    JOB_DONE still comes */
	ACTION_WITHDRAW, /* take back a job handed ahead: JOB_DONE comes, with
	                    OUTCOME_CANCELLED if it had not begun */
	ACTION_EVAL,     /* evaluate; answered by INPUT_EVAL_DONE */
	ACTION_RUN_OVER, /* the run is in an end state, or nothing of it moves
	                    any more without a person (waiting, paused) */
	ACTION_KINDS
};

enum eval_purpose {
	EVAL_CONDITION,  /* node.cond or a branch's expr: value 0 or 1 */
	EVAL_ITEMS,      /* FOR/MAP: value = count, bytes = JSON array */
	EVAL_CHOICE,     /* CHOOSE: value = branch index */
	EVAL_CACHE,      /* value 1: hit, result is it; 0: miss */
	EVAL_CALL        /* CALL: bytes names kind; value = enum effect */
};

struct action {
	uint8_t kind;        /* enum action_kind */
	uint8_t hard;        /* KILL */
	uint8_t ahead;       /* JOB: 1 when handed over beyond the free slots */
	uint8_t purpose;     /* EVAL */
	uint32_t run, frame, step, attempt;
	uint32_t branch;     /* EVAL_CONDITION of an IF or WHILE: plan branch
	                        (absolute), else PLAN_NONE: node.cond */
};

#endif
