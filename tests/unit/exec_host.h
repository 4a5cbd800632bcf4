/*
 * A host for executors in tests: a real loop, guard, workers and HTTP, and a
 * temporary directory with a small tree of files. There is one in a process.
 */
#ifndef WF_TESTS_EXEC_HOST_H
#define WF_TESTS_EXEC_HOST_H

#include "engine/exec/exec.h"

/* Makes the loop and the directory, or bails out of the test. PATH is empty
 * until exec_host_path says otherwise. */
void exec_host_open(void);
/* Ends all of it, and removes the directory. */
void exec_host_close(void);

/* The host that jobs run on; its loop is one that tests may use too. */
struct exec_host *exec_host_get(void);
/* The directory, in which `tree` is. */
const char *exec_host_dir(void);
/* NULL as long as no job has asked for it. */
struct guard *exec_host_guard(void);
/* Executors see the PATH of the test, or an empty one. */
void exec_host_path(int real);
/* Whether the PATH of the test has that program. */
int exec_host_has(const char *program);

/* One turn of the loop; comes back even when nothing happens. */
void exec_host_turn(void);

#endif
