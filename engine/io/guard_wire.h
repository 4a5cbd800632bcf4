/*
 * The messages between the shell and its guard, one codec for both ends.
 * A frame is a little-endian u32 length of the body, a byte of kind, the
 * body. Strings carry their NUL, so that a decoded job needs no copies.
 * Private to the guard's files.
 */
#ifndef WF_IO_GUARD_WIRE_H
#define WF_IO_GUARD_WIRE_H

#include "engine/io/guard.h"

enum wire_kind {
	WIRE_HELLO = 1, /* slots, epoch ms at boot */
	WIRE_JOB,
	WIRE_KILL,      /* id, hard */
	WIRE_WITHDRAW,  /* id */
	WIRE_SLOTS,     /* slots */
	WIRE_END,       /* empty: end all children, then yourself */
	WIRE_REPORT,    /* its spools come as SCM_RIGHTS with its bytes */
	WIRE_TAP,       /* id, stream, bytes; stream | 2: to who follows */
	WIRE_FOLLOW     /* id */
};

enum {
	WIRE_HEAD = 5,
	WIRE_BODY_MAX = 16 << 20,
	WIRE_FDS_MAX = 16,     /* descriptors with one sendmsg */
	WIRE_INLINE_MAX = 1 << 20,
	WIRE_SPOOLED = -2      /* stream.fd of a decoded report: to be taken
	                          from the descriptors received */
};

struct wire_frame {
	uint8_t kind;
	struct str body;  /* borrows */
	size_t size;      /* with the head */
};

/* Opens a frame in *b; returns its place for wire_close(). */
size_t wire_open(struct buf *b, enum wire_kind kind);
void wire_close(struct buf *b, size_t at);
/* 1: a whole frame; 0: more bytes are needed; -1: not a frame of ours. */
int wire_frame(const char *p, size_t n, struct wire_frame *f);

/*
 * A descriptor that travels carries its owner as its offset (spools are read
 * and written by place), for those that find no room in the receiver are
 * dropped without a word. Stream 0 or 1 of the report `id`. 0, or -1: it is
 * another's.
 */
void wire_fd_mark(int fd, uint64_t id, int stream);
int wire_fd_claim(int fd, uint64_t id, int stream);

void wire_job_put(struct buf *b, const struct guard_job *job);
/* Everything in *job points into *mem, which the caller frees. 0 or -1. */
int wire_job_get(struct str body, struct guard_job *job, void **mem);
void wire_report_put(struct buf *b, const struct guard_report *r);
/* Borrows from body. 0 or -1. */
int wire_report_get(struct str body, struct guard_report *r);

#endif
