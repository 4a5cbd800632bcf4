/*
 * Outputs that cannot be read any more: a blob that was cleaned up or lost.
 * What is there is shown all the same; at the end one line tells of what is
 * missing, and the status is 1.
 */
#ifndef WF_SHELL_LOST_H
#define WF_SHELL_LOST_H

#include "engine/base/err.h"
#include "shell/session.h"

struct lost {
	struct err first;
	char path[128];        /* whose output that was; "" the run's */
	size_t count;
};

/* `path` may be NULL or "": of the run. */
void lost_add(struct lost *l, const char *path, const struct err *err);
/* The warning, when there is anything to warn of: then 1, else 0. */
int lost_tell(struct session *s, const struct lost *l);

#endif
