/*
 * Inside the front end: words and flags of a command line, one at a time,
 * with the places of their bytes.
 */
#ifndef WF_FRONT_ARG_H
#define WF_FRONT_ARG_H

#include "engine/base/mem.h"
#include "engine/front/diag.h"

/* chain flow swarm pipeline */
int arg_is_workflow(struct str name);
/* `--name` or `--name=…` */
int arg_is_flag(struct str word);
/* Behind the flag at `at` and its value, when it is a workflow flag, or one
 * of the shell's, that takes one in a word of its own. */
size_t arg_flag_end(struct str s, size_t at);
/* 1 when the workflow flag (without dashes) takes a value. */
int arg_flag_valued(struct str name);
/* 1 for --answer and --output: they are the shell's, which takes them off
 * before a line is compiled. */
int arg_flag_shells(struct str name);
/* 1 for --save-state and its kind; *valued says whether a value follows. */
int arg_flag_known(struct str name, int *valued);
/* All workflow flags without dashes, NULL-terminated. */
const char *const *arg_flags(void);

/* A word with its quotes removed. */
struct arg_word {
	struct str text;       /* slice of the source, or in the arena */
	size_t at;             /* offset of the word's first byte (quote) */
	size_t text_at;        /* offset of text's first byte */
	size_t end;            /* behind the word */
	uint8_t quoted;        /* began with a quote */
	uint8_t changed;       /* text is in the arena; `cut` says how */
	uint32_t *cut, cut_count; /* arena; see struct src */
};
/*
 * The word at s.p[at] (no blank). Quotes open at its start or behind the
 * first `=`; `${…}` is one piece. -1: a quote is open, *w names it by `at`.
 */
int arg_word(struct str s, size_t at, struct arena *arena,
	struct arg_word *w);
/* Its end, without making it; s.n when open. */
size_t arg_word_end(struct str s, size_t at);

/* Offset of the first redirection or pipe among the words, or s.n. */
size_t arg_redirect(struct str s);

/* Content of a "…" whose inside is s[from, to): unescaped in the arena when
 * needed, else the slice. cut offsets go to *cut (arena). */
struct str arg_unescape(struct str s, size_t from, size_t to,
	struct arena *arena, uint32_t **cut, uint32_t *cut_count);

#endif
