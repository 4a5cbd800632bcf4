/*
 * Inside the front end: where things end in a text. Pure functions of bytes
 * [at, s.n); SCAN_NONE says that there is no end (the thing is open).
 */
#ifndef WF_FRONT_SCAN_H
#define WF_FRONT_SCAN_H

#include "engine/base/buf.h"

#define SCAN_NONE SIZE_MAX
enum { SCAN_REF_MAX = 4096 }; /* bytes of one reference */

int scan_blank(char c);                    /* space tab CR LF */
int scan_word_char(char c);                /* [A-Za-z0-9_] */
/* Length of the NAME at s.p[at], 0 when there is none (longer than
 * LIMIT_NAME: 0 too). */
size_t scan_name(struct str s, size_t at);
/* NAME { `:` NAME }, the same way. */
size_t scan_command(struct str s, size_t at);
/* Behind all blanks and continued line ends (`\` newline). */
size_t scan_skip(struct str s, size_t at);
/* s.p[at] is the opening ' or ": offset of the closing one. In "…" a
 * backslash guards " and \ (shell: every character). */
size_t scan_quote(struct str s, size_t at, int shell);
/* As scan_quote for the shell's "…", whose `$(…)` and backquotes may hold
 * quotes of their own. */
size_t scan_shell_quote(struct str s, size_t at);
/* s.p[at] is `{`: offset of the balancing `}`; `\{` and `\}` not counted. */
size_t scan_brace(struct str s, size_t at);
/* s.p[at] is `$` and `{` follows: offset of the closing `}` of what may be a
 * reference, SCAN_NONE when the line ends before. */
size_t scan_ref(struct str s, size_t at);
/* End of the line that holds `at`: the newline's offset or s.n. */
size_t scan_line(struct str s, size_t at);
/* 1 when blank or an edge of the text is before `at`. */
int scan_word_start(struct str s, size_t at);
/* 1 when blank or the end of the text is at `at`. */
int scan_word_end(struct str s, size_t at);
/* Length of a curly quote at `at`, or 0. */
size_t scan_curly(struct str s, size_t at);
/* The word at `at`: to the next blank. */
struct str scan_word(struct str s, size_t at);
/* s[from, to) without blanks at both ends. */
void scan_trim(struct str s, size_t *from, size_t *to);
struct str scan_cut(struct str s, size_t from, size_t to);

#endif
