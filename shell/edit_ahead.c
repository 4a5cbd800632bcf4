/*
 * The queue of what is typed. Taking from its beginning moves nothing, so
 * that a megabyte costs no more than its bytes.
 */
#include "shell/edit_ahead.h"

#include <string.h>

enum { MARK = sizeof(PASTE_BEGINS) - 1, COMPACT = 1 << 16 };

void ahead_init(struct ahead *a)
{
	memset(a, 0, sizeof(*a));
	buf_init(&a->bytes);
}

void ahead_release(struct ahead *a)
{
	buf_release(&a->bytes);
	ahead_init(a);
}

static int is_c1(const char *p, size_t n)
{
	return n > 1 && (unsigned char)p[0] == 0xc2 &&
		((unsigned char)p[1] & 0xe0) == 0x80;
}

void ahead_add(struct ahead *a, const char *p, size_t n)
{
	struct buf *b = &a->bytes;
	size_t i = b->len > a->at ? b->len - 1 : b->len, k = i;

	buf_add(b, p, n);
	for (; i < b->len; i++) {
		if (is_c1(b->data + i, b->len - i))
			i++;
		else
			b->data[k++] = b->data[i];
	}
	b->len = k;
}

struct str ahead_rest(const struct ahead *a)
{
	return (struct str){a->bytes.data ? a->bytes.data + a->at : "",
		a->bytes.len - a->at};
}

static size_t less(size_t offset, size_t n)
{
	return offset > n ? offset - n : 0;
}

void ahead_skip(struct ahead *a, size_t n)
{
	struct buf *b = &a->bytes;

	a->at += n;
	a->scanned = less(a->scanned, n);
	a->asked = less(a->asked, n);
	if (a->at < b->len && (a->at < COMPACT || a->at < b->len / 2))
		return;
	if (a->at < b->len)
		memmove(b->data, b->data + a->at, b->len - a->at);
	b->len -= a->at;
	a->at = 0;
}

void ahead_unread(struct ahead *a, char c)
{
	if (!a->at) {
		buf_char(&a->bytes, 0);
		memmove(a->bytes.data + 1, a->bytes.data, a->bytes.len - 1);
		a->at = 1;
	}
	a->bytes.data[--a->at] = c;
	a->scanned++;
	a->asked++;
}

/* ------------------------------------------------------------------- keys */
/* Of the key that s begins with; 0: it may go on. */
static size_t key_length(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n;

	if (c >= 0xc2 && c < 0xf5) {
		n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		for (size_t i = 1; i < n && i < s.n; i++)
			if (((unsigned char)s.p[i] & 0xc0) != 0x80)
				return i;
		return n <= s.n ? n : 0;
	}
	if (c != '\033')
		return 1;
	if (s.n == 1)
		return 0;
	if (s.p[1] == '\033')
		return 1;
	if (s.p[1] == 'O')
		return s.n > 2 ? 3 : 0;
	if (s.p[1] != '[')
		return 2;
	for (n = 2; n < s.n; n++)
		if (s.p[n] < ' ' || s.p[n] >= 0x40)
			return s.p[n] < ' ' ? n : n + 1;
	return 0;
}

size_t ahead_cut(const struct ahead *a)
{
	struct str s = ahead_rest(a);

	if (s.n && s.p[s.n - 1] == '\xc2')
		return 1;
	for (size_t n = 1; n <= s.n && n <= 8; n++) {
		struct str end = {s.p + s.n - n, n};

		if (end.p[0] == '\033')
			return key_length(end) ? 0 : n;
	}
	return 0;
}

void ahead_rescan(struct ahead *a, int pasting)
{
	a->scanned = 0;
	a->pasting = pasting != 0;
}

/* 1 when s begins with the mark, -1 when it may. */
static int is_mark(struct str s, const char *mark)
{
	if (s.n < MARK)
		return memcmp(s.p, mark, s.n) == 0 ? -1 : 0;
	return memcmp(s.p, mark, MARK) == 0;
}

int ahead_take_key(struct ahead *a, char key)
{
	struct str s = ahead_rest(a);
	size_t i = a->scanned, n = i;
	char *p = a->bytes.data ? a->bytes.data + a->at : NULL;
	int came = 0;

	while (i < s.n) {
		int mark = is_mark((struct str){s.p + i, s.n - i},
			a->pasting ? PASTE_ENDS : PASTE_BEGINS);

		if (mark < 0)
			break; /* until the rest of it comes */
		if (mark)
			a->pasting = !a->pasting;
		if (!a->pasting && (p[i] == key || p[i] == '\004')) {
			came |= p[i++] == key; /* the other is no end of wf */
			continue;
		}
		p[n++] = p[i++];
	}
	a->scanned = n;
	if (n < i) {
		memmove(p + n, p + i, s.n - i);
		a->bytes.len -= i - n;
	}
	return came;
}

/* --------------------------------------------------------------- answers */
void ahead_ask(struct ahead *a)
{
	struct str s = ahead_rest(a);
	const char *begin, *end;

	a->asked = s.n;
	while ((begin = memmem(s.p, s.n, PASTE_BEGINS, MARK)) != NULL) {
		s.n -= (size_t)(begin - s.p);
		s.p = begin;
		end = memmem(s.p, s.n, PASTE_ENDS, MARK);
		if (!end) { /* what follows is pasted */
			a->asked -= s.n;
			return;
		}
		s.n -= (size_t)(end - s.p);
		s.p = end;
	}
}

int ahead_answer(struct ahead *a, int late, int *begun)
{
	struct str s = ahead_rest(a);
	const char *end;
	size_t n;
	int key;

	*begun = 0;
	for (;;) {
		if (a->asked >= s.n)
			return -1;
		s.p += a->asked, s.n -= a->asked;
		if (is_mark(s, PASTE_BEGINS) != 1)
			break;
		end = memmem(s.p, s.n, PASTE_ENDS, MARK);
		if (!end)
			return -1;
		a->asked += (size_t)(end - s.p) + MARK;
		s = ahead_rest(a);
	}
	n = key_length(s);
	*begun = !n;
	if (!n && !late)
		return -1;
	n = n ? n : s.n;
	key = n == 1 ? (unsigned char)s.p[0] : KEY_OTHER;
	memmove(a->bytes.data + a->at + a->asked, s.p + n, s.n - n);
	a->bytes.len -= n;
	return key;
}

void ahead_put_back(struct ahead *a, char key)
{
	size_t from = a->at + a->asked;

	buf_char(&a->bytes, key);
	memmove(a->bytes.data + from + 1, a->bytes.data + from,
		a->bytes.len - from - 1);
	a->bytes.data[from] = key;
}
