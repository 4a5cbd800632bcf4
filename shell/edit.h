/*
 * The line editor: readline in callback mode on the loop. One line is open
 * at a time, between edit_begin and what ends it: edit_take gives it, or
 * edit_drop. It never reads where nothing is to be read, so that it never
 * keeps the loop from turning, and knows nothing of what lines mean.
 *
 * Readline is one a process, and so is this.
 */
#ifndef WF_SHELL_EDIT_H
#define WF_SHELL_EDIT_H

#include "shell/complete.h"
#include "shell/term.h"

struct uv_loop_s;

/* What keys do that are not about the text; all may be NULL. */
struct edit_hooks {
	void *ud;
	/* Ctrl-X Ctrl-E; the line is still open. */
	void (*edit)(void *ud);
	/* Tab: what the last word of the text, up to the cursor, may be. */
	void (*complete)(void *ud, struct str text, struct matches *out);
	/* 1 inside a block: Tab on a blank prefix is two blanks. */
	int (*indents)(void *ud);
	/* 1 while the open line is about to be dropped: what is typed now is
	 * for the next. */
	int (*dropping)(void *ud);
};

enum edit_state {
	EDIT_OPEN,     /* being typed */
	EDIT_LINE,     /* accepted */
	EDIT_END,      /* Ctrl-D on an empty line */
	EDIT_GONE      /* the terminal is closed */
};

/* Takes the terminal, which outlives it. */
void edit_open(struct uv_loop_s *loop, struct term *t,
	const struct edit_hooks *hooks);
void edit_close(void);

/* Shows the prompt with `text` (may be NULL) typed already, and what was
 * typed ahead behind it. \001 and \002 stand around what has no width. */
void edit_begin(const char *prompt, const char *text);
enum edit_state edit_state(void);
/* The line, owned, after EDIT_LINE. */
char *edit_take(void);
/* Ends the open line without taking it; returns its text, owned. */
char *edit_drop(void);
/* What stands in the open line, borrowed. */
const char *edit_text(void);

/* Out of the way of other output, and back again on a fresh line. */
void edit_hide(void);
void edit_show(void);
/* Others have written on the terminal: the line is drawn where the cursor
 * stands now. */
void edit_anew(void);
void edit_set_prompt(const char *prompt);
void edit_resize(void);

/* Ctrl-C while a paste is open, whose end may never come: it ends, and what
 * has come stands in the line. 0: there is none. */
int edit_end_paste(void);

/* While no line is open: 1 when `key` was typed meanwhile, not pasted;
 * everything else is kept for the next line. */
int edit_key_came(char key);
/* 1 when something was typed ahead, which the next line will get. */
int edit_has_ahead(void);
/* The terminal is closed: nothing will be typed any more. */
int edit_is_gone(void);
/* A question is about to be shown, no line is open: what was typed before is
 * no answer, and is for the next line. */
void edit_ask_begin(void);
/* The next key typed since then, or -1: none so far. One of several bytes
 * is 0x100 whichever it is; what is pasted is left for the next line. */
int edit_next_key(void);
/* That key was no answer: it is typed. */
void edit_keep_key(int key);
/* Gives the terminal to a program, and takes it back. */
void edit_lend(void);
void edit_reclaim(void);

#endif
