/*
 * Waiting for work a moment before sleeping. In a chain of short steps the
 * next batch comes 110 to 130 us after the last was durable, of which 70 are
 * the writer being woken on a processor that has gone idle (perf sched, two
 * cores). So it looks for work without sleeping, for at most LINGER_US, and
 * only when the last pause was that short: steps that are processes, and an
 * idle shell, never pay for it.
 */
#ifndef WF_STORE_LINGER_H
#define WF_STORE_LINGER_H

#include <stdatomic.h>
#include <stdint.h>

enum { LINGER_US = 250 };

struct linger {
	atomic_uint posted;      /* how often there was work */
	uint64_t last_us;        /* the last pause; the writer's */
	uint8_t alone;           /* one processor: who waits must sleep */
};

void linger_init(struct linger *l);
/* There is work. Any thread. */
void linger_post(struct linger *l);
/* Without any lock, from the writer: returns when there is work, or it is
 * time to sleep. `posted` is what it was when the queue was empty. */
void linger(struct linger *l, unsigned posted);
uint64_t linger_now_us(void);

#endif
