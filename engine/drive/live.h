/*
 * Output of running steps, line by line, for those who follow it: /logs -f.
 */
#ifndef WF_DRIVE_LIVE_H
#define WF_DRIVE_LIVE_H

#include "engine/drive/engine_int.h"

void live_tap(struct job *j, int stream, struct str bytes);
void live_job(struct job *j);      /* it has started */
void live_free(struct live *l);
/* Lines since `from`, one JSON object each; where to go on. */
uint64_t live_read(struct engine *e, uint32_t slot, uint64_t from,
	struct buf *out);

#endif
