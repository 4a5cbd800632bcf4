/*
 * Golden files: what a test gave when somebody last looked at it.
 */
#ifndef WF_TESTS_FRONT_GOLDEN_H
#define WF_TESTS_FRONT_GOLDEN_H

#include "engine/base/buf.h"

/* Appends the file to *out; -1 when it cannot be opened. */
int golden_read(const char *path, struct buf *out);

/* Whether the file is as *got, and not empty; WF_GOLDEN=write makes it what
 * it is now. */
int golden_is(const char *path, const struct buf *got);

#endif
