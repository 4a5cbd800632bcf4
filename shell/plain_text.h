/*
 * Whether bytes are a text that can be a script: UTF-8 without NUL.
 */
#ifndef WF_SHELL_PLAIN_TEXT_H
#define WF_SHELL_PLAIN_TEXT_H

#include "engine/front/diag.h"

/* Offset of the first byte that no script has, or s.n. */
size_t text_check(struct str s);
/* The one error about that byte, with a way out. What stands behind it is
 * left out of d->source, so that it is never shown. Returns -1. */
int text_refuse(struct diags *d, size_t at);

#endif
