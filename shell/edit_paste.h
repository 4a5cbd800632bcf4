/*
 * A bracketed paste: collected as it comes, inserted as a whole. Readline's
 * own way reads until the end marker comes, and would stop the loop for a
 * paste that never ends. After a second of silence what has come is inserted,
 * but nothing is a key before the end marker: no line of a paste that stalls
 * is entered. A person ends one whose end never comes.
 */
#ifndef WF_SHELL_EDIT_PASTE_H
#define WF_SHELL_EDIT_PASTE_H

#include "engine/base/buf.h"

struct uv_loop_s;

/* `done` is told each text: not empty, newlines are \n. */
void paste_open(struct uv_loop_s *loop, void (*done)(struct str text));
void paste_close(void);
/* The beginning marker has been read. */
void paste_begin(void);
int paste_is_on(void);
/* Takes what is pasted off the beginning of s; returns how much. A Ctrl-C by
 * itself after silence is paste_stop. */
size_t paste_take(struct str s);
/* What has come so far, now. */
void paste_show(void);
/* Ends it, when it is silent or as soon as it is. 0: there is none. */
int paste_stop(void);

#endif
