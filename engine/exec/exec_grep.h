/*
 * The search of /grep for machines without ripgrep.
 */
#ifndef WF_EXEC_GREP_H
#define WF_EXEC_GREP_H

#include "engine/exec/exec_task.h"

/* A task's run(): searches as the job's arguments say. */
void grep_walk(struct chore *t);

#endif
