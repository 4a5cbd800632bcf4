/*
 * What a child wrote: kept inline while small, else in a spool with its
 * digest; the order of both streams; and the last line, for the view.
 * Private to the guard process.
 */
#ifndef WF_IO_GUARD_CAPTURE_H
#define WF_IO_GUARD_CAPTURE_H

#include "engine/io/guard.h"

struct capture {
	struct buf head;           /* up to inline_max bytes */
	uint64_t len, cap;
	uint32_t inline_max;
	int fd;                    /* spool, or -1 */
	struct digest_state *sum;  /* with fd */
	uint8_t truncated;
	int error;                 /* errno of the spool; 0 fine */
};

void capture_start(struct capture *c, uint64_t cap, uint32_t inline_max);
/* Returns how many of the n bytes are kept. */
size_t capture_add(struct capture *c, const char *p, size_t n, int spool_dir);
/* Fills *s; the spool's descriptor moves there. */
void capture_end(struct capture *c, struct guard_stream *s);

/* Order of the streams: runs of (stream, length, ms since start). */
struct order {
	struct buf runs;
	uint64_t len, ms;          /* of the run not yet written */
	uint64_t late[2];          /* bytes that came when `runs` was full */
	uint8_t stream, open;
};
void order_start(struct order *o);
void order_add(struct order *o, int stream, size_t n, uint64_t ms);
struct str order_end(struct order *o);

/* The last line of the output, sent at most every LINE_TAP_US. */
struct lastline {
	char text[256];
	size_t n;
	uint64_t sent_us;
	uint8_t fresh, whole, stream;
};
enum { LINE_TAP_US = 100000 };
void lastline_add(struct lastline *l, int stream, const char *p, size_t n);

#endif
