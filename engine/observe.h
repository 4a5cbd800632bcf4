/*
 * Observers: readers of what an engine publishes. Progress, JSON lines and
 * later sinks are observers; none of them can slow or change a run.
 */
#ifndef WF_OBSERVE_H
#define WF_OBSERVE_H

#include "engine/engine.h"

/* Reads published events: durable before they are told. Never calls back
 * into the engine except engine_cancel/answer (queued). */
struct observer {
	void *ud;
	/* `seq` is the journal's. The run is as after the whole batch. */
	void (*on_event)(void *ud, uint32_t slot, int64_t seq,
		const struct event *e);
	/* Output of a step as it comes (stream 1 or 2): droppable. Only for
	 * runs submitted with `tap`; of those with 2 it may be cut. */
	void (*on_tap)(void *ud, uint32_t slot, uint32_t frame,
		uint32_t step, int stream, struct str bytes);
	/* Ended, or stands still until a person acts (waiting, paused). */
	void (*on_over)(void *ud, uint32_t slot, enum run_state state);
	/* Journal stalled (text = why) and going again (text = NULL). */
	void (*on_stall)(void *ud, const char *text);
	struct observer *next;
};
void engine_observe(struct engine *e, struct observer *o); /* borrows */
void engine_unobserve(struct engine *e, struct observer *o);

#endif
