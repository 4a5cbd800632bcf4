/*
 * What has been typed and no line has got yet, in order. Marks of a paste
 * stand in it as they came; what lies between them is no key.
 */
#ifndef WF_SHELL_EDIT_AHEAD_H
#define WF_SHELL_EDIT_AHEAD_H

#include "engine/base/buf.h"

#define PASTE_BEGINS "\033[200~"
#define PASTE_ENDS "\033[201~"

enum { KEY_OTHER = 0x100 };

struct ahead {
	struct buf bytes;
	size_t at;             /* of them have been taken */
	/* Offsets into the rest. */
	size_t scanned;        /* by ahead_take_key */
	size_t asked;          /* where the answer to a question begins */
	uint8_t pasting;       /* what follows `scanned` is pasted */
};

void ahead_init(struct ahead *a);
void ahead_release(struct ahead *a);
/* Without U+0080 to U+009F, which begin sequences of a terminal's, as ESC
 * does, and which nobody types. */
void ahead_add(struct ahead *a, const char *p, size_t n);
struct str ahead_rest(const struct ahead *a);
void ahead_skip(struct ahead *a, size_t n);
/* Before all others. */
void ahead_unread(struct ahead *a, char c);
/* How many of the last may be the beginning of a key. */
size_t ahead_cut(const struct ahead *a);

/* From now on ahead_take_key looks at all of it; `pasting`: it begins in the
 * midst of a paste. */
void ahead_rescan(struct ahead *a, int pasting);
/* 1 when `key` is among them, outside of pastes; takes it and Ctrl-D away. */
int ahead_take_key(struct ahead *a, char key);

/* A question is asked: what is there is no answer. */
void ahead_ask(struct ahead *a);
/* Takes the next key typed since: a byte, or KEY_OTHER for one of several. -1
 * when there is none, or (unless `late`) only its beginning: *begun says
 * which. */
int ahead_answer(struct ahead *a, int late, int *begun);
/* The byte that it gave was none: it is typed. */
void ahead_put_back(struct ahead *a, char key);

#endif
