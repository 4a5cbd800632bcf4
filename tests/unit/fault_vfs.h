/*
 * A VFS over the default one that can fail and that knows what would survive
 * a power loss: every sync copies the file to <path>.durable. Register it
 * before the store is opened; then set the switches at any time. While
 * fault_mutex is held no byte moves: that instant is a power loss.
 */
#ifndef WF_TESTS_FAULT_VFS_H
#define WF_TESTS_FAULT_VFS_H

#include <pthread.h>
#include <stdatomic.h>

struct fault {
	atomic_int write_rc;   /* given by writes; 0: they work */
	atomic_int sync_rc;    /* given by syncs */
	atomic_int read_rc;    /* given by reads */
	atomic_int times;      /* faults left to give; -1: for ever */
	atomic_int durable;    /* keep the durable copies */
	atomic_int given;      /* faults given so far */
};

/* All zero at first: nothing fails. */
extern struct fault fault;
extern pthread_mutex_t fault_mutex;

/* Makes it the default of SQLite; once in a process. */
void fault_register(void);

#endif
