/*
 * The guard: a small process of its own session that starts, feeds, reads,
 * reaps and ends all children of `wf`. It is a run queue with one thread per
 * slot: take a job, make its pipes, vfork, exec, read, wait, report. When
 * the shell's end of its socket closes, it ends every descendant and exits.
 *
 * This header is the shell's side. The guard's own side is guard_main().
 */
#ifndef WF_IO_GUARD_H
#define WF_IO_GUARD_H

#include <uv.h>

#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "engine/base/err.h"

struct guard;

enum guard_flag {
	GUARD_TAP = 1,      /* send output as it comes (on_tap) */
	GUARD_DIRECT = 2,   /* not through the queue: a thread of its own */
	GUARD_SERVICE = 4,  /* @service: its group lives until guard_end */
	GUARD_LINE_TAP = 8  /* send the last output line, at most 10 a second */
};

struct guard_job {
	uint64_t id;               /* the caller's; unique among open jobs */
	uint32_t flags;            /* enum guard_flag */
	const char *const *argv;   /* NULL-terminated */
	const char *const *or_argv;/* tried when argv[0] is missing; or NULL */
	const char *const *env;    /* "K=V" added to the base environment, "K"
	                              taken out of it */
	const char *dir;           /* working directory; absolute */
	const char *in_path;       /* standard input from a file, or NULL */
	const char *tty;           /* terminal that it controls, in place of
	                              input and outputs; or NULL */
	struct str in;             /* else these bytes (may be empty) */
	uint64_t cap;              /* output bytes per stream; 0: the default */
	uint32_t inline_max;       /* outputs up to this come in the report */
};

struct guard_stream {
	uint64_t len;              /* bytes kept */
	struct str bytes;          /* all of them when fd == -1; else the head
	                              (up to inline_max bytes) */
	int fd;                    /* the spool, or -1; the callee takes it */
	struct digest digest;      /* when fd != -1 */
	uint8_t truncated;
};

enum guard_end {
	GUARD_EXITED,     /* code = exit status */
	GUARD_SIGNALLED,  /* code = signal */
	GUARD_NO_EXEC,    /* code = errno: not found 127, else 126 to users */
	GUARD_FAILED,     /* code = errno of pipe, vfork, chdir, spool … */
	GUARD_WITHDRAWN   /* never begun */
};

struct guard_report {
	uint64_t id;
	uint8_t end;               /* enum guard_end */
	int code;
	struct str what;           /* GUARD_FAILED, NO_EXEC: object at fault */
	int64_t start_ms;          /* epoch ms */
	uint64_t dur_us, cpu_us;
	uint32_t queued_ms, max_rss_kib;
	uint8_t leftovers;         /* its group had to be ended */
	struct guard_stream out, err;
	struct str index;          /* varints (stream 0|1, length, ms since
	                              start) of both streams in reading order */
};

struct guard_calls {
	void *ud;
	/* Borrowed until it returns, except descriptors. */
	void (*on_report)(void *ud, const struct guard_report *r);
	void (*on_tap)(void *ud, uint64_t id, int stream, struct str bytes);
	/* The guard died: what fell to us has been ended already. Open jobs
	 * get no report any more. */
	void (*on_death)(void *ud);
};

struct guard_options {
	const char *exe;       /* program to run as guard; NULL:
	                          /proc/self/exe */
	uint32_t slots;        /* size of the queue's thread pool */
	int spool_dir;         /* directory descriptor for O_TMPFILE spools */
	int owner_fd;          /* lock to hold while alive, or -1 */
	const char *const *env;/* base environment of children; NULL: ours */
};

/* Starts the guard (vfork + exec of itself as "wf-guard") and watches it on
 * `loop`. The callbacks come from the loop only. */
int guard_start(struct guard **out, uv_loop_t *loop,
	const struct guard_options *options, const struct guard_calls *calls,
	struct err *err);
/* Queues a job. Everything is copied into the message. -1 when the guard is
 * gone or the job is too large; then no report will come. */
int guard_job(struct guard *g, const struct guard_job *job, struct err *err);
/* TERM to the job's group, KILL after LIMIT_KILL_GRACE_MS; hard: KILL now.
 * The report still comes. Unknown ids are ignored. */
void guard_kill(struct guard *g, uint64_t id, int hard);
/* Takes a job back if it has not begun: its report then says WITHDRAWN;
 * otherwise nothing happens. */
void guard_withdraw(struct guard *g, uint64_t id);
/* The job's output, from its beginning, comes as taps from now on, whose
 * stream is 2 (standard output) or 3, until too much of it waits. */
void guard_follow(struct guard *g, uint64_t id);
void guard_slots(struct guard *g, uint32_t slots);
/* Messages are collected and sent at the end of the loop's turn; this sends
 * them now. */
void guard_flush(struct guard *g);
/* Ends all children and the guard; waits for it (bounded by the grace), and
 * frees. NULL is fine. */
void guard_end(struct guard *g);

/* main() of the guard process: socket on descriptor 3. Never returns to the
 * shell's code. */
int guard_main(int argc, char **argv);
/* 1 when this process was started to be a guard. */
int guard_is_me(int argc, char **argv);

#endif
