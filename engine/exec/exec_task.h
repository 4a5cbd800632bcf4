/*
 * What in-process executors share: a place to collect output in (small ones
 * in memory, larger ones in a spool, capped), and work on a worker thread
 * that ends as an outcome on the loop.
 */
#ifndef WF_EXEC_TASK_H
#define WF_EXEC_TASK_H

#include <stdatomic.h>

#include "engine/exec/exec.h"

struct spool {
	struct buf head;       /* all bytes while fd == -1, else the first */
	uint64_t len;
	struct digest_state *digest;
	int spool_dir, fd;     /* fd -1: no spool */
	uint8_t truncated;     /* LIMIT_CAPTURE was reached */
};
void spool_init(struct spool *c, int spool_dir);
void spool_release(struct spool *c);
/* Bytes over the cap are dropped and counted as truncated. ERR_STATE when
 * the spool cannot be made or written (a full disk). */
int spool_add(struct spool *c, const void *p, size_t n, struct err *err);
struct file_target;
/* All bytes to the target, as file_put() does. Blocks. */
int spool_save(struct spool *c, const struct file_target *to,
	struct err *err);
/* Fills *o; its bytes borrow from c, its descriptor is taken from c. */
void spool_output(struct spool *c, struct exec_output *o);

/* A file's bytes in memory; empty when the file is. */
struct mapping {
	struct str bytes;
	void *base;
};
int mapping_open(struct mapping *m, const char *path, struct err *err);
int mapping_fd(struct mapping *m, int fd, struct err *err);
void mapping_release(struct mapping *m);

struct chore {
	struct work work;      /* first */
	struct exec_job *job;
	atomic_int stop;       /* kill was asked: run() ends when it sees it */
	void (*run)(struct chore *t);  /* worker thread; sets what follows */
	void (*free)(struct chore *t); /* on the loop, after; may be NULL */
	void *ud;
	int exit_code;
	uint8_t failed;        /* error says why */
	uint8_t error_class;
	struct err error;
	struct spool out, printed; /* standard output and error */
};
/* Allocates, sets job->state, and submits. The job ends by itself. */
struct chore *exec_task_new(struct exec_job *job, void (*run)(struct chore *t));
void exec_task_submit(struct chore *t);
void exec_task_kill(struct exec_job *job, int hard);
/* In run(): failed, with a message; err may be &t->error already set. */
void exec_task_fail(struct chore *t, enum error_class c, const struct err *err);
/* The class of a file's or disk's error. */
enum error_class class_of_err(const struct err *err);

#endif
