/*
 * Text: UTF-8, display columns, durations, did-you-mean. Independent of the
 * locale, so that the C locale works.
 */
#ifndef WF_BASE_TEXT_H
#define WF_BASE_TEXT_H

#include "engine/base/buf.h"

/*
 * Decodes one character at p (n > 0 bytes left): returns its length in bytes
 * 1..4 and sets *cp; on a malformed byte returns 1 and sets *cp to -1.
 */
int utf8_decode(const char *p, size_t n, int32_t *cp);
/* Offset of the first malformed byte, or n when all is UTF-8. */
size_t utf8_check(const char *p, size_t n);
/* The beginning, of at most `max` bytes, that ends with no half character. */
struct str utf8_head(struct str s, size_t max);
/* Columns of a terminal: wide 2, combining and control 0, else 1. */
int utf8_width(int32_t cp);

/*
 * `500ms 30s 5m 2h 1d`, a bare number is seconds, fractions are read
 * ("1.5s"). Returns 0 and *ms, or -1 when s is no duration or over 10 years.
 */
int duration_parse(struct str s, int64_t *ms);
/* "0.3ms" "42ms" "2.1s" "3m05s" "1h02m" "3d04h": at most 15 bytes and NUL. */
void duration_print(int64_t us, char out[16]);

/* Whole decimal number in [min, max]; returns 0, or -1. */
int number_parse(struct str s, int64_t min, int64_t max, int64_t *out);

/* Edit distance (insert, delete, replace, swap neighbours), capped at 9. */
int text_distance(struct str a, struct str b);
/*
 * Did-you-mean: of `count` candidates the nearest to `word` (distance <= 2
 * and less than the word's length, or a shared prefix of 4), or NULL.
 */
const char *text_nearest(struct str word, const char *const *candidates,
	size_t count);

/* Whether `word` is one of "a, b, c". */
int text_listed(const char *list, struct str word);

/* [A-Za-z_][A-Za-z0-9_-]{0,63} */
int is_name(struct str s);

#endif
