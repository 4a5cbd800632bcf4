/*
 * Matching of names, shared by glob_match() and .gitignore. Private to
 * engine/io.
 */
#ifndef WF_IO_GLOB_H
#define WF_IO_GLOB_H

#include "engine/base/buf.h"

/* Whole match of `/`-separated components: `*` `?` `[…]` and backslash
 * within one, a component `**` for any number of them (at the end: at least
 * one). Time is polynomial in the lengths. */
int glob_path(struct str pattern, struct str path);

#endif
