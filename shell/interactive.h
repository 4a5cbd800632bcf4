/*
 * The prompt: lines typed by a person at a terminal, one after the other.
 * Between them the loop turns, so that runs in the background go on and can
 * say what they have to say above the line that is being typed.
 */
#ifndef WF_SHELL_INTERACTIVE_H
#define WF_SHELL_INTERACTIVE_H

#include "shell/session.h"

/* Reads and runs lines until /quit, Ctrl-D or a signal: the exit status. -1
 * and err: there is no terminal that can be used so; nothing happened. */
int interactive_run(struct session *s, struct err *err);

/* What the person wants while a run has the foreground, asked after every
 * turn of the loop; Ctrl-Z is done within. */
enum wanted { WANTED_NOTHING, WANTED_BACKGROUND };
enum wanted interactive_wanted(struct session *s);

/* Puts `text` into the line of the next prompt, to be looked at. */
void interactive_type(struct session *s, const char *text);
/* Asks for one key: one of `keys`, or Enter for the first; 0: Ctrl-C, Ctrl-D,
 * n, or nobody is there; or another key, which is left to be typed into the
 * next line. Ctrl-L asks anew. */
int interactive_ask(struct session *s, const char *question,
	const char *keys);

/* A program of the person's gets the terminal, and gives it back. Lending
 * returns its descriptor; both need a prompt. */
int interactive_lend(struct session *s);
void interactive_reclaim(struct session *s);

#endif
