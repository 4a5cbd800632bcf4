/*
 * One trial per job of an executor: it runs on the host of exec_host.h and
 * records how the job ended, and how often.
 */
#ifndef WF_TESTS_TRIAL_H
#define WF_TESTS_TRIAL_H

#include "engine/exec/exec.h"

struct trial {
	struct exec_job job;
	int ends;
	uint8_t outcome, error_class, waited, has_when_due, spooled;
	int exit_code, tapped;
	int64_t delay_ms;
	uint64_t out_len;
	struct digest digest;
	struct buf out, meta;
	char error[400], signal[64], when_due[64];
};

/* Makes a job of that kind, all else zero, in the directory of the host, which
 * is open. The test fills in what it wants before the start. */
void trial_init(struct trial *t, const char *kind);
/* Checks, then starts: as the driver does. What is refused has ended. */
void trial_start(struct trial *t);
/* Turns the loop until the job has ended or waits. */
void trial_wait(struct trial *t);
/* Starts and waits. */
void trial_run(struct trial *t);
/* Lets everything that is ready happen: a second end would show. */
void trial_settle(void);
/* Frees what the trial holds, not the trial. */
void trial_release(struct trial *t);
/* The host stops knowing the job; reports about it are dropped. */
void trial_forget(struct trial *t);

/* The trial of a job that is open; NULL: none. */
struct trial *trial_of(uint64_t id);

#endif
