/*
 * A streaming writer of JSON over a buf. Commas and nesting are its own; it
 * never makes a malformed document out of any bytes. Nesting up to 60.
 */
#ifndef WF_SHELL_JSON_H
#define WF_SHELL_JSON_H

#include "engine/base/buf.h"

struct json {
	struct buf *out;       /* borrowed */
	uint64_t comma;        /* bit d: a comma is due at depth d */
	uint32_t depth;
	uint8_t keyed;         /* a key was written, its value comes next */
};

void json_init(struct json *j, struct buf *out);
void json_open(struct json *j, char bracket);  /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);
/* A document of one list: {"v":1,"key":[ and its end. */
void json_list_open(struct json *j, const char *key);
void json_list_close(struct json *j);

/* Values. A string's malformed bytes become U+FFFD; see json_bytes. */
void json_str(struct json *j, struct str s);
void json_text(struct json *j, const char *s); /* NULL: null */
void json_int(struct json *j, int64_t v);
void json_real(struct json *j, double v);
void json_bool(struct json *j, int v);
void json_null(struct json *j);
void json_raw(struct json *j, struct str doc); /* null when it is no JSON */

/* "key": value */
void json_kstr(struct json *j, const char *key, struct str s);
void json_ktext(struct json *j, const char *key, const char *s);
void json_kint(struct json *j, const char *key, int64_t v);
void json_kbool(struct json *j, const char *key, int v);
/* "key": text, or "key_base64": … when the bytes are no UTF-8. */
void json_kbytes(struct json *j, const char *key, struct str s);

#endif
