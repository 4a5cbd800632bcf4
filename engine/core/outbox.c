/*
 * The outbox: events, encoded back to back, and actions of a batch. Plain
 * memory that depends on no run, so that it can travel to another thread.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/core/sched.h"

void outbox_init(struct outbox *o)
{
	memset(o, 0, sizeof(*o));
}

void outbox_release(struct outbox *o)
{
	free(o->events);
	free(o->actions);
	buf_release(&o->data);
	outbox_init(o);
}

void outbox_clear(struct outbox *o)
{
	o->event_count = o->action_count = 0;
	buf_clear(&o->data);
}
