/*
 * Events: facts about a run. They are journalled, then published, and
 * run_apply() folds them into the run's state, live and in replay alike. An
 * event carries everything that run_apply needs: replay reads no clock and
 * repeats no decision.
 */
#ifndef WF_CORE_EVENT_H
#define WF_CORE_EVENT_H

#include "engine/base/digest.h"
#include "engine/core/plan.h"

enum event_kind {
#define X(name, number, wire) EVENT_##name = number,
#include "engine/core/event_list.h"
#undef X
	EVENT_KINDS = 28
};

/* Bytes that an attempt produced. When inline_len == len the bytes are all
 * here; otherwise the content is the blob `digest` and these are its head. A
 * pointer, since few have one and every open run keeps some of these. */
struct datum {
	uint64_t len;
	const char *head;      /* borrowed; may be NULL when inline_len == 0 */
	const struct digest *digest; /* borrowed; NULL: no blob */
	uint32_t inline_len;   /* <= LIMIT_INLINE */
	uint8_t truncated;     /* the output cap cut it */
};

enum outcome {
	OUTCOME_OK,
	OUTCOME_FAILED,     /* exit status not 0, or an executor's error */
	OUTCOME_TIMEOUT,
	OUTCOME_CANCELLED,
	OUTCOME_REFUSED,    /* permission, trust, budget, hostile value */
	OUTCOME_LOST,       /* its process's keeper died: may run again */
	OUTCOME_KINDS
};

enum error_class { /* the specification's error classification */
	CLASS_NONE, CLASS_TRANSIENT, CLASS_CONFIGURATION, CLASS_RESOURCE,
	CLASS_AGENT, CLASS_KINDS
};

/* What one attempt came to. */
struct result {
	uint8_t outcome;       /* enum outcome */
	uint8_t error_class;   /* enum error_class */
	uint8_t cached;        /* taken from the cache, nothing ran */
	int32_t exit_code;     /* 0..255, 128+n for signal n; -1: no process */
	int64_t start_ms;      /* when it really began, epoch ms */
	uint64_t dur_us;       /* how long it ran */
	uint32_t queued_ms;    /* handed over to begun */
	uint64_t tokens_in, tokens_out, cost_micro;
	struct str error;      /* message for people; empty when OK */
	struct str meta;       /* JSON object of further fields, or empty:
	                          http_status, headers, model, agent, worker */
	struct datum out, err;
};

enum skip_reason {
	SKIP_NONE,
	SKIP_NEED,       /* a predecessor failed or was skipped; cause = it */
	SKIP_CONDITION,  /* its own `if:` was false; input passes through */
	SKIP_STOPPED,    /* the run's strategy stops new starts */
	SKIP_BRANCH      /* the branch not taken */
};

enum verdict { VERDICT_RETRY, VERDICT_SKIP, VERDICT_DONE };

/* How a resumed run is put back. Journals keep the rule they were written
 * under, so that they fold as they did then; new ones take the last. */
enum resume_rule {
	RESUME_TRIES_AGAIN,     /* --from within a @fallback: its step too */
	RESUME_KEEPS_FALLBACK,
	RESUME_RULES
};

struct event {
	uint8_t kind;          /* enum event_kind */
	uint32_t frame;        /* 0: the root frame, or the run itself */
	uint32_t step;         /* node, or PLAN_NONE for the run */
	uint32_t attempt;      /* from 1 */
	int64_t t_ms;          /* epoch ms */
	/* by kind; unused ones are 0 */
	uint32_t parent;       /* FRAME_OPENED: parent frame */
	uint32_t branch;       /* FRAME_OPENED: index in the node's branches */
	uint32_t index;        /* FRAME_OPENED: iteration from 0 */
	uint32_t cause;        /* STEP_SKIPPED: node at fault */
	uint32_t status;       /* RUN_FINISHED enum run_state; STEP_SKIPPED enum
	                          skip_reason; STEP_RESOLVED enum verdict;
	                          RUN_CANCELLING hard; STEP_DECIDED enum
	                          eval_purpose; RUN_RESUMED enum resume_rule */
	int32_t exit;          /* RUN_FINISHED: exit status of the line */
	int64_t due_ms;        /* STEP_WAITING, STEP_RETRYING: epoch ms; 0 none.
	                          RUN_STARTED: deadline of the run */
	int64_t value;         /* STEP_DECIDED: truth, branch, or item count */
	uint64_t seed;         /* RUN_STARTED: for jitter */
	struct str name;       /* SIGNAL_POSTED, STEP_WAITING, FACT_READ */
	struct str bytes;      /* SIGNAL_POSTED value; STEP_DECIDED: items as
	                          JSON array, or how it was decided;
	                          STEP_WAITING: output when the timer fires
	                          first */
	struct result result;  /* STEP_FINISHED, _RETRYING, _ADOPTED, and of
	                          STEP_CANCELLED when it has an attempt */
};

const char *event_name(enum event_kind kind);

/* Encodes what `kind` needs beyond (frame, step, kind, t_ms), which the
 * journal keeps in columns of its own. */
void event_encode(const struct event *e, struct buf *out);
/* Fills *e from columns and data; strings borrow from `bytes`. Any bytes
 * give an event or ERR_CORRUPT. */
int event_decode(struct event *e, const void *bytes, size_t n,
	struct err *err);

#endif
