/*
 * How values of facts are written.
 */
#ifndef WF_SHELL_FACT_TEXT_H
#define WF_SHELL_FACT_TEXT_H

#include "shell/json.h"

/* Appends a JSON value as a person reads it: a list as its elements, a string
 * without its quotes. */
void fact_text(struct buf *out, struct str value);
/* The same value in a document. */
void fact_json(struct json *j, struct str value);
/* "now", "5 s ago", "3 min ago" */
void fact_age(struct buf *out, int64_t ms);

#endif
