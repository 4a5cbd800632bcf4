/*
 * The history: a text file, one entry a submission, blocks whole. An entry is
 * written at once, when it is entered; shells append to the same file, and
 * each begins with what all have written. A line that begins with a blank,
 * or that holds what looks like a secret, never reaches the file. Of a file
 * that has become too long only its end is kept. Nobody waits long for the
 * others: what cannot be written at once is not.
 */
#ifndef WF_SHELL_HISTORY_H
#define WF_SHELL_HISTORY_H

#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

/*
 * In the file an entry is a line "#MS", the epoch ms when it was entered,
 * and the text; a line "#MS=ULID" says which run it became. A line of the
 * text that begins with # or \ has a \ before it.
 */
struct history_entry {
	int64_t ms;
	char run[27];          /* ulid, or "" */
	struct str text;
};

enum { HISTORY_MAX = 10000, HISTORY_ENTRY_MAX = 1 << 20 };

/* Reads the file into readline's list, of the same in a row one; a missing
 * one is empty. How many there are, or -1. */
int hist_load(const char *path, struct err *err);
/* Keeps a text for Up, and in the file unless it is not to be stored.
 * Returns its ms, or 0 when it was not written; err tells of a secret or of
 * too long a text, once each. -1 and err: the file cannot be written; Up has
 * it nevertheless. */
int64_t hist_add(const char *path, const char *text, struct err *err);
/* Keeps a text for Up alone. */
void hist_recall(const char *text);
/* The entry of `ms` became this run. */
int hist_set_run(const char *path, int64_t ms, const char *ulid,
	struct err *err);
/* Every entry of the file, oldest first; ends early when fn returns
 * non-zero. Texts are borrowed. */
int hist_each(const char *path, int (*fn)(void *ud,
	const struct history_entry *e), void *ud, struct err *err);
/* Removes what `gone` says from the file and from Up; returns how many, the
 * one that was added last not counted: it asks for it. */
int hist_remove(const char *path, int (*gone)(void *ud,
	const struct history_entry *e), void *ud, struct err *err);
/* Whether a text holds what looks like a secret. */
int hist_is_secret(struct str text);

#endif
