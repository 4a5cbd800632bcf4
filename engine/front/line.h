/*
 * Lines: splits a source into submissions (language.md section 1) without
 * knowing what the commands mean. Works on complete sources (files, -c,
 * piped input) and on growing ones (the prompt): LINE_MORE says that the
 * text so far is open.
 */
#ifndef WF_FRONT_LINE_H
#define WF_FRONT_LINE_H

#include "engine/front/diag.h"

enum line_kind {
	LINE_END,      /* nothing left */
	LINE_MORE,     /* open: needs another line (or is an error at EOF) */
	LINE_COMMAND,  /* /name args */
	LINE_BLOCK,    /* /name: and its YAML */
	LINE_BANG,     /* !text */
	LINE_PLAIN,    /* a prompt for /query; E101 outside the prompt */
	LINE_BAD       /* a diagnostic was added; reading goes on behind it */
};

struct line {
	uint8_t kind;          /* enum line_kind */
	uint8_t background;    /* final & */
	size_t at, len;        /* the whole submission in the source */
	struct str name;       /* "chain", "mcp:server" — without / and : */
	struct str rest;       /* COMMAND: all behind the name, as it stands,
	                          without the final &. BLOCK: flags behind the
	                          colon. BANG, PLAIN: the text */
	struct str body;       /* BLOCK: the YAML, indentation kept */
	char open;             /* MORE: what is open: \ " ' { [ ( or : */
	struct str kept;       /* what the plan keeps as its text; set by a
	                          caller that took flags off; .p == NULL: the
	                          submission as it stands */
};

struct lines {
	struct str source;     /* borrowed; BOM and CRLF are accepted */
	size_t at;
	uint8_t interactive;   /* plain text is a prompt */
	uint8_t typed;         /* a block ends at an empty line too */
	uint8_t complete;      /* no more input will come */
};

/* Next submission; blank lines and comments are skipped. */
enum line_kind line_next(struct lines *l, struct line *out,
	struct diags *diags);

/* Behind the flag of a workflow line that stands at s.p[at], and behind its
 * value when that is a word of its own. */
size_t line_flag_end(struct str s, size_t at);

/*
 * Splits typed arguments into words (language.md 1.3, 2.4): quotes open only
 * at the start of a word and are removed. Redirections and a pipe, each
 * after a blank, are taken off the end.
 */
struct words {
	struct str *word;      /* owned array of strings in the text or arena */
	size_t *at;            /* source offset of each word */
	uint8_t *quoted;
	size_t count;
	struct str out_file;   /* > FILE or >> FILE; empty when none */
	uint8_t append;
	struct str pipe;       /* | shell command; empty when none */
	void *owned;
};
int words_split(struct words *w, struct str text, size_t at,
	struct diags *diags);
void words_release(struct words *w);

/* A workflow argument (language.md 1.2): quoted, braced or bare text, flags
 * around it, redirections behind it. */
struct workflow_arg {
	struct str text;       /* unescaped; owned by `owned` when changed */
	size_t text_at;        /* source offset of its first byte */
	uint8_t raw;           /* 1: text is a slice of the source (offsets in
	                          it map one to one) */
	uint8_t given;         /* 0: no text at all, only flags */
	struct words flags;    /* every word that is not the text, as flags */
	void *owned;
};
int workflow_arg_split(struct workflow_arg *w, struct str rest, size_t at,
	struct diags *diags);
void workflow_arg_release(struct workflow_arg *w);

#endif
