/*
 * The guard process from within: one main thread that reads the shell's
 * messages, one thread per slot that runs jobs, one outbox for all reports.
 * Locks: machine.lock guards everything of struct machine but the outbox,
 * and the marked fields of tasks; outbox.lock is never held while taking
 * machine.lock. Private to the guard process.
 */
#ifndef WF_IO_GUARD_SIDE_H
#define WF_IO_GUARD_SIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/io/guard.h"

enum task_stop { STOP_NONE, STOP_TERM, STOP_HARD };

/* A job inside the guard. */
struct child {
	struct child *next, *prev;   /* in the queue or among the running */
	struct guard_job job;       /* points into mem */
	void *mem;
	char mark[48];              /* "/GUARD.SERIAL/" */
	uint64_t queued_us;
	atomic_uchar follow;        /* somebody follows its output */
	/* under machine.lock: */
	struct slot *slot;          /* that runs it; NULL: none yet */
	pid_t pid;                  /* leader of its group; 0: not yet */
	uint64_t start_ticks;       /* valid with pid */
	uint64_t kill_at_us;        /* KILL is due then; 0: no */
	uint8_t stop;               /* enum task_stop */
	uint8_t running, gone;      /* gone: its group is known to be empty */
};

struct task_list {
	struct child *head, *tail;
	size_t n;
};

struct outbox {
	pthread_mutex_t lock;
	struct buf bytes;
	size_t sent;                /* of bytes */
	int *fds;                   /* to go with them */
	size_t *fd_at;              /* each one's place in bytes */
	size_t fd_n, fd_cap, at_cap;
	int sock, timer;
	uint8_t armed, stuck, broken;
};

struct machine {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct task_list queue, running;
	struct idmap by_id;         /* open jobs: not yet reported */
	uint32_t slots, threads, busy;
	uint64_t serial;
	int ending;
	uint64_t unstaffed_us;      /* since when no thread would start; 0 */
	int spawning;               /* threads between check and exec */
	/* Who reads the socket: the main thread, or the slot that has nothing
	 * to do (`polling` while it does), which saves a chain one wake-up a
	 * job. A slot that takes a job leaves the main thread to notice. */
	uint8_t slot_reads, polling;
	int lease;                  /* timer that wakes the main thread */
	struct buf in;              /* the reader's */
	struct outbox out;
	int null_fd, spool_dir, children_fd;
	int64_t epoch_ms;           /* at boot */
	pid_t self;
	struct rlimit files;        /* what children shall have */
	const char *const *env;     /* base environment, without our mark */
	const char *outer_mark;     /* of the guard around us; may be "" */
};

/* One thread's tools. */
struct slot {
	struct machine *m;
	struct arena arena;         /* of one job */
	char *chunk;                /* SLOT_CHUNK bytes */
	struct guard_run *run;
	int wake;                   /* an eventfd that its poll watches; -1 */
	int children_fd;            /* list of its thread's children; -1 */
	pid_t tid;
};
enum { SLOT_CHUNK = 64 << 10 };

/* guard_main.c: waits for messages and carries them out; for the reader. */
void read_messages(struct machine *m);
/* Wakes the main thread then, to read if no slot does. */
void lease_set(struct machine *m, long us);
enum { LEASE_US = 2000 };

/* guard_queue.c */
void queue_init(struct machine *m);
void queue_add(struct machine *m, struct str body); /* a WIRE_JOB's body */
void queue_kill(struct machine *m, uint64_t id, int hard);
void queue_withdraw(struct machine *m, uint64_t id);
void queue_follow(struct machine *m, uint64_t id);
void queue_slots(struct machine *m, uint32_t slots);
/* Kills what is due; returns ms until the next is, or -1. */
int queue_due(struct machine *m);
/* From a slot: the job is to be reported. A service stays among the running
 * until task_over(). */
void task_report(struct machine *m, struct child *t, struct guard_report *r);
void task_over(struct machine *m, struct child *t); /* frees it */
void kill_group(struct child *t, int sig);          /* under lock */

/* guard_post.c */
void post_init(struct outbox *o, int sock, int timer);
/* Takes the report's descriptors. Held back up to POST_HOLD_MS if `hold`. */
void post_report(struct outbox *o, const struct guard_report *r, int hold);
/* -1: dropped, as all that comes behind it in the stream must be. */
int post_tap(struct outbox *o, uint64_t id, int stream, struct str bytes);
/* A last line: dropped when there is no room, and nothing depends on it. */
void post_line(struct outbox *o, uint64_t id, int stream, struct str line);
/* Returns 1 while the socket takes no more. */
int post_flush(struct outbox *o);

/* guard_child.c: starts the task's process in its own session. */
struct spawn {
	int fd[3];                  /* become the child's 0, 1, 2 */
	pid_t pid;
	int error;                  /* errno, with end and what */
	enum guard_end end;
	const char *what;
};
int spawn_task(struct slot *s, struct child *t, struct spawn *sp);

/* guard_pump.c: everything from pipes to report. */
struct guard_run *guard_run_new(void);
void guard_run_free(struct guard_run *r);
void guard_run_task(struct slot *s, struct child *t);

/* guard_left.c: what jobs left behind. */
/* Of the slot's job, whose first process has gone. 1 when its group is empty
 * and no orphan fell to the guard. */
int left_nothing(struct slot *s, struct child *t);
/* Signals (0: only counts) what belongs to the job; returns how many live.
 * Also ends strays that no running job can have begotten. */
size_t left_signal(struct slot *s, struct child *t, int sig);
/* Ends every descendant of the guard: TERM, after grace_ms KILL. Ends sooner
 * when the socket closes. */
void left_end_all(struct machine *m, int sock, unsigned grace_ms);

#endif
