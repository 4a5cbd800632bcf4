/*
 * Worker threads for what blocks or computes: a fixed pool of our own (not
 * libuv's, which DNS and others share), with completion on the loop.
 */
#ifndef WF_IO_WORK_H
#define WF_IO_WORK_H

#include <uv.h>

struct work_pool;

struct work {                   /* embed it; the pool borrows it */
	void (*run)(struct work *w);  /* on a worker thread */
	void (*done)(struct work *w); /* on the loop */
	struct work *next;
};

/* Never NULL; `threads` at the same time, at least one. */
struct work_pool *work_pool_new(uv_loop_t *loop, unsigned threads);
/* Threads start at the first call. */
void work_submit(struct work_pool *p, struct work *w);
/*
 * Waits for the threads; done() is called for everything submitted. A thread
 * that does not end within LIMIT_KILL_GRACE_MS (tell the works to end before)
 * is left behind: -1, done() is not called, and what works may touch has to
 * stay where it is.
 */
int work_pool_free(struct work_pool *p);

#endif
