/*
 * JSON as spans of its own source: what is found is the very bytes that stand
 * there, so that a number of any size or form stays what it is. Reading only;
 * RFC 8259, nesting to JSPAN_DEPTH, a byte order mark before it is skipped.
 * Of members with one name the last counts.
 */
#ifndef WF_BASE_JSPAN_H
#define WF_BASE_JSPAN_H

#include "engine/base/buf.h"

enum { JSPAN_DEPTH = 1000 };

/* The one value of a document, without the blanks around it: 0, or -1 when
 * it is not JSON. The others below take what this one, or they, gave. */
int jspan_value(struct str doc, struct str *out);
/* What "a.b.0" leads to (elements count from 0; empty: the value itself): 1,
 * or 0 when there is no such thing. */
int jspan_find(struct str value, struct str path, struct str *out);

struct jspan_walk {
	struct str left;           /* begin with the array or object */
	uint8_t inside;            /* begin with 0 */
};
/* The next element or member; `key` (with its quotes, NULL when not wanted)
 * is empty in an array. 1, or 0 at the end, and for anything else. */
int jspan_next(struct jspan_walk *w, struct str *key, struct str *value);

/* Appends the text of a string: 0, or -1 when it holds a NUL. */
int jspan_text(struct str value, struct buf *out);

#endif
