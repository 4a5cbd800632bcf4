/*
 * A bracketed paste: collected as it comes, inserted as a whole. Readline's
 * own way reads until the end marker comes, and would stop the loop for a
 * paste that never ends.
 */
#ifndef WF_SHELL_EDIT_PASTE_H
#define WF_SHELL_EDIT_PASTE_H

#include "engine/base/buf.h"

struct uv_loop_s;

/* `done` is told each text, pasted whole or given up after a second of
 * silence: not empty, newlines are \n. */
void paste_open(struct uv_loop_s *loop, void (*done)(struct str text));
void paste_close(void);
/* The beginning marker has been read. */
void paste_begin(void);
int paste_is_on(void);
/* Takes what is pasted off the beginning of `in`. */
void paste_take(struct buf *in);

#endif
