/*
 * Diagnostics: the one format of every error in a text, for prompt, -c,
 * files, standard input, YAML and rc (shell.md "Errors"). Columns are
 * display columns from 1; offsets are bytes of the source.
 */
#ifndef WF_FRONT_DIAG_H
#define WF_FRONT_DIAG_H

#include "engine/base/buf.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
	uint8_t level;         /* enum diag_level */
	char code[8];          /* "E103"; table in man/wf-workflow.5 */
	char text[320];        /* lower case, no full stop */
	char help[320];        /* "did you mean 'swarm'?", or empty */
	size_t at, len;        /* see struct caret */
};

/* All diagnostics of one source. */
struct diags {
	const char *file;      /* borrowed: "deploy.wf", "-c", "<stdin>" */
	uint32_t first_line;   /* line of the source's first byte, from 1 */
	uint32_t first_col;    /* display columns before its first byte */
	struct str source;     /* borrowed; for line, column and caret */
	struct diag *items;    /* owned */
	size_t count, cap;
	size_t errors;
};

void diags_init(struct diags *d, const char *file, uint32_t first_line,
	struct str source);
void diags_release(struct diags *d);
/* Bytes of the source that carets mark. */
struct caret {
	size_t at, len;
};
static inline struct caret caret(size_t at, size_t len)
{
	return (struct caret){at, len};
}
/* Adds one; returns -1, so that callers can `return diag_add(…)`. Over
 * LIMIT_DIAGS only counted. `help` may be NULL. */
int diag_add(struct diags *d, const char *code, struct caret mark,
	const char *help, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The place of a byte offset: line and display column, both from 1. */
void diag_place(const struct diags *d, size_t at, uint32_t *line,
	uint32_t *col);
/* Appends the source line of the mark and the carets beneath it. */
void diag_strip(const struct diags *d, struct caret mark, struct buf *out);
/* Appends all in the form of shell.md, source line and caret included. */
void diags_print(const struct diags *d, struct buf *out);

#endif
