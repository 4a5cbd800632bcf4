/*
 * The event kinds, one line each: X(NAME, number, "wire.name"). Numbers are
 * stored in journals and never change meaning; add at the end.
 */
X(RUN_STARTED, 1, "run.started")         /* text: see struct event_run */
X(RUN_RESUMED, 2, "run.resumed")
X(RUN_CANCELLING, 3, "run.cancelling")   /* status: 1 = hard */
X(RUN_PAUSED, 4, "run.paused")
X(RUN_CONTINUED, 5, "run.continued")
X(RUN_TIMED_OUT, 6, "run.timed_out")
X(RUN_FINISHED, 7, "run.finished")       /* status: enum run_state, exit */
X(RUN_REWOUND, 8, "run.rewound")         /* step: it and its dependants again */
X(RUN_EDITED, 9, "run.edited")           /* the run goes on with a new plan */
X(FRAME_OPENED, 10, "frame.opened")      /* new frame, parent, branch, index */
X(FRAME_CLOSED, 11, "frame.closed")
X(STEP_STARTED, 12, "step.started")      /* attempt: before any effect */
X(STEP_WAITING, 13, "step.waiting")      /* due_ms and/or signal name */
X(STEP_FINISHED, 14, "step.finished")    /* result */
X(STEP_RETRYING, 15, "step.retrying")    /* result of the attempt; due_ms */
X(STEP_SKIPPED, 16, "step.skipped")      /* reason, cause */
X(STEP_CANCELLED, 17, "step.cancelled")  /* never started, or ended by us */
X(STEP_TIMED_OUT, 18, "step.timed_out")  /* the deadline fired; exit follows */
X(STEP_LOST, 19, "step.lost")            /* running when its owner died */
X(STEP_IN_DOUBT, 20, "step.in_doubt")
X(STEP_RESOLVED, 21, "step.resolved")    /* a person or @verify: enum verdict */
X(STEP_ADOPTED, 22, "step.adopted")      /* result taken from another run */
X(STEP_DECIDED, 23, "step.decided")      /* condition, items, choice */
X(SIGNAL_POSTED, 24, "signal")           /* name, bytes */
X(ROLLBACK_STARTED, 25, "rollback.started")
X(FACT_READ, 26, "fact")                 /* name, bytes: JSON; value: its cost, us */
X(STAGE_CHECKPOINT, 27, "stage.checkpoint") /* reserved for pipelines */
