/*
 * UTF-8, durations, numbers, names and did-you-mean. Looks at bytes only: no
 * function of the locale may be used here. Columns are in width.c.
 */
#include "engine/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"

enum { DISTANCE_CAP = 9, NEAR = 2, PREFIX = 4 };

/*
 * The well-formed sequences of table 3-7 of the Unicode standard: only the
 * second byte has a range that depends on the first.
 */
int utf8_decode(const char *p, size_t n, int32_t *cp)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned char lo = 0x80, hi = 0xbf;
	int len, i;

	*cp = s[0];
	if (s[0] < 0x80)
		return 1;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n < (size_t)len ||
	    s[1] < lo || s[1] > hi)
		goto bad;
	*cp = s[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			goto bad;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	return len;
bad:
	*cp = -1;
	return 1;
}

size_t utf8_check(const char *p, size_t n)
{
	size_t at = 0;
	int32_t cp;

	while (at < n) {
		int len = utf8_decode(p + at, n - at, &cp);

		if (cp < 0)
			return at;
		at += (size_t)len;
	}
	return n;
}

struct str utf8_head(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	s.n = max;
	while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Milliseconds of a unit; 0 when it is none. */
static int64_t unit_ms(struct str s)
{
	if (str_eq(s, "ms"))
		return 1;
	if (s.n == 0 || str_eq(s, "s"))
		return 1000;
	if (str_eq(s, "m"))
		return 60 * 1000;
	if (str_eq(s, "h"))
		return 60 * 60 * 1000;
	return str_eq(s, "d") ? 24 * 60 * 60 * 1000 : 0;
}

/* Fractions of a millisecond round up: what is not zero stays not zero. */
int duration_parse(struct str s, int64_t *ms)
{
	const int64_t most = INT64_C(3650) * 24 * 60 * 60 * 1000;
	int64_t whole = 0, part = 0, scale = 1, unit, total;
	struct str rest;
	size_t i;

	for (i = 0; i < s.n && is_digit(s.p[i]); i++)
		if ((whole = whole * 10 + (s.p[i] - '0')) > most)
			return -1;
	if (i == 0)
		return -1;
	if (i + 1 < s.n && s.p[i] == '.' && is_digit(s.p[i + 1])) {
		for (i++; i < s.n && is_digit(s.p[i]); i++) {
			if (scale >= 1000000000)
				return -1;
			scale *= 10;
			part = part * 10 + (s.p[i] - '0');
		}
	}
	rest.p = s.p + i;
	rest.n = s.n - i;
	unit = unit_ms(rest);
	if (unit == 0 || whole > most / unit)
		return -1;
	total = whole * unit + (part * unit + scale - 1) / scale;
	if (total > most)
		return -1;
	*ms = total;
	return 0;
}

void duration_print(int64_t us, char out[16])
{
	long long s;

	if (us < 0)
		us = 0;
	if (us < 50)
		snprintf(out, 16, "0ms");
	else if (us < 9950)
		snprintf(out, 16, "%.1fms", (double)us / 1000);
	else if (us < 999500)
		snprintf(out, 16, "%dms", (int)((us + 500) / 1000));
	else if (us < 59950000)
		snprintf(out, 16, "%.1fs", (double)us / 1000000);
	else if ((s = us / 1000000 + (us % 1000000 >= 500000)) < 3600)
		snprintf(out, 16, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, 16, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(out, 16, "%lldd%02lldh", s / 86400, s / 3600 % 24);
}

int number_parse(struct str s, int64_t min, int64_t max, int64_t *out)
{
	int negative = s.n > 0 && s.p[0] == '-';
	size_t i = (size_t)negative;
	int64_t v = 0;

	if (i == s.n)
		return -1;
	for (; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, negative ? -digit : digit, &v))
			return -1;
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* One row of the table; row[0] is the newest of three, filled up to b.n. */
static void distance_row(struct str a, struct str b, size_t i, int *row[3])
{
	size_t j;
	int d;

	row[0][0] = least((int)i, DISTANCE_CAP);
	for (j = 1; j <= b.n; j++) {
		d = row[1][j - 1] + (a.p[i - 1] != b.p[j - 1]);
		d = least(d, least(row[1][j], row[0][j - 1]) + 1);
		if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
		    a.p[i - 2] == b.p[j - 1])
			d = least(d, row[2][j - 2] + 1);
		row[0][j] = least(d, DISTANCE_CAP);
	}
}

int text_distance(struct str a, struct str b)
{
	size_t width = b.n + 1, i;
	int *cells, *row[3], *oldest, d;

	if (str_same(a, b))
		return 0;
	if (a.n > b.n + DISTANCE_CAP || b.n > a.n + DISTANCE_CAP ||
	    a.n > 4 * LIMIT_NAME)
		return DISTANCE_CAP;
	cells = mem_zero(3 * width * sizeof(*cells));
	for (i = 0; i < 3; i++)
		row[i] = cells + i * width;
	for (i = 0; i < width; i++)
		row[0][i] = least((int)i, DISTANCE_CAP);
	for (i = 1; i <= a.n; i++) {
		oldest = row[2];
		row[2] = row[1];
		row[1] = row[0];
		row[0] = oldest;
		distance_row(a, b, i, row);
	}
	d = row[0][b.n];
	free(cells);
	return d;
}

const char *text_nearest(struct str word, const char *const *candidates,
	size_t count)
{
	const char *best = NULL;
	int best_score = NEAR + 2, score;
	size_t i;

	for (i = 0; i < count; i++) {
		struct str c = str_of(candidates[i]);

		score = text_distance(word, c);
		if (score > NEAR || (size_t)score >= word.n)
			score = word.n >= PREFIX && c.n >= PREFIX &&
				memcmp(word.p, c.p, PREFIX) == 0 ?
				NEAR + 1 : NEAR + 2;
		if (score < best_score) {
			best_score = score;
			best = candidates[i];
		}
	}
	return best;
}

int text_listed(const char *list, struct str word)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (str_same(str_trim((struct str){list, n}), word))
			return 1;
		list += n + (list[n] == ',');
	}
	return 0;
}

int is_name(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > LIMIT_NAME || is_digit(s.p[0]) || s.p[0] == '-')
		return 0;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_digit(c) && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
			return 0;
	}
	return 1;
}
