/*
 * Trust: files of a directory that take effect by themselves (./.wfrc) do so
 * only when a person has said so, for this path, this owner and exactly this
 * content. Who holds the text reads it once: what was judged is what runs.
 */
#ifndef WF_SHELL_TRUST_H
#define WF_SHELL_TRUST_H

#include "engine/base/buf.h"
#include "engine/base/err.h"
#include "shell/session.h"

enum trust {
	TRUST_YES,
	TRUST_NEW,      /* nobody has judged this path */
	TRUST_CHANGED,  /* it was trusted, and is another now */
	TRUST_FOREIGN,  /* somebody else owns it */
	TRUST_NEVER     /* others can write it */
};

/* Reads the file at `path` (absolute, resolved) into *text and judges it. -1
 * and err when it cannot be read; ERR_NOTFOUND: there is none. *why gets what
 * is wrong with it, for the last two. */
/* `dir` is the state directory, here and below. */
int trust_read(const char *dir, const char *path, struct buf *text,
	struct str *why, struct err *err);
/* From now on `text` is trusted at this path. */
int trust_add(const char *dir, const char *path, struct str text,
	struct err *err);
/* No more; 1, or 0 when it was not trusted. */
int trust_remove(const char *dir, const char *path, struct err *err);
/* Every path that is trusted. */
int trust_each(const char *dir, void (*fn)(void *ud, const char *path),
	void *ud, struct err *err);

#endif
