/*
 * The doctor's check of unfinished runs: can what the journal holds of each
 * be read back, as /resume would?
 */
#ifndef WF_SHELL_DOCTOR_RUNS_H
#define WF_SHELL_DOCTOR_RUNS_H

#include "shell/doctor_walls.h"

/* The newest of the state at `dir`, which is only read. Nothing is told when
 * there is no database; -1: it cannot be opened. */
int check_runs(const char *dir, check_fn *fn, void *ud, struct err *err);

#endif
