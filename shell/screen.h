/*
 * The width of a terminal and texts that fit in it. What is not a terminal
 * has no width: a program that reads a list gets whole texts.
 */
#ifndef WF_SHELL_SCREEN_H
#define WF_SHELL_SCREEN_H

#include "shell/out.h"

/* Columns: of COLUMNS when it is set, else of the terminal; 0: no terminal. */
int screen_columns(const struct out *o);
/* Rows of a terminal. */
int screen_rows(const struct out *o);
/* How wide a column of names of steps is there. */
int screen_names(int columns);
/* Whether the locale says that what we print is read as UTF-8. */
int screen_is_utf8(void);
/* Appends `text` as one line, blanks and newlines run together, of at most
 * `columns` columns, "..." when it is cut; 0: whole. */
void screen_line(struct buf *b, struct str text, int columns);

/* Appends a row's bytes, every blank as it is, up to the column before
 * `columns`; what a terminal would obey is a blank. Returns how wide it is. */
int screen_row(struct buf *b, struct str row, int columns);

/*
 * Our own lines for a terminal so wide (0: none, as they are): no word is
 * cut, and what stands four blanks apart, a command to copy, stays whole when
 * a line can hold it. Quoted lines of sources stay as they are.
 */
void screen_wrap(struct buf *b, struct str text, int columns);

#endif
