/*
 * The terminal of a person: descriptors of our own, so that what we set on
 * them (non-blocking, for the loop) is seen by nobody else, and its modes.
 * Between lines it stays in the mode of the line editor: what is typed ahead
 * is neither echoed nor lost. It is given back as it was found before a
 * program gets it, before wf stops, and at every end of wf.
 */
#ifndef WF_SHELL_TERM_H
#define WF_SHELL_TERM_H

#include <stdint.h>
#include <stdio.h>
#include <termios.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

struct term {
	int fd;                /* read by the loop: non-blocking */
	FILE *in, *out;        /* the editor's: in has fd, out one that blocks */
	struct termios usual;  /* as it was found */
};

/* Standard input's terminal. -1: it has none that can be opened. */
int term_open(struct term *t, struct err *err);
/* As it was found, without waiting. Also from a signal's handler: what it
 * calls may be called there. */
void term_give_back(void);
/* It is somebody else's from now on: given back when it still is ours, and
 * never written to again, nor are standard output and error when they are a
 * terminal. From a signal's handler, too. */
void term_let_go(void);
void term_close(struct term *t);
/* Rows and columns; 24 and 80 when it does not say. */
void term_size(const struct term *t, int *rows, int *columns);
/* TERM=dumb or none: no cursor motion, no colours. */
int term_is_dumb(void);

/*
 * What stands at the bottom of the terminal, the prompt or the live view. It
 * is taken away before anything else is written (struct out), and put back
 * by its owner. While a program has the terminal nothing is written at all:
 * it is held back.
 */
struct bottom {
	void (*hide)(void *ud);
	void *ud;
	uint8_t shown;
	uint8_t lent;
	char last;             /* byte written above it; 0: none */
	struct buf held;
};

#endif
