/*
 * Collecting a paste. The marker may come in pieces: what could be its
 * beginning stays in the input until more comes.
 */
#include "shell/edit_paste.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/mem.h"

enum { SILENCE_MS = 1000 };

static const char end[] = "\033[201~";

static struct {
	uv_timer_t *timer;
	struct buf text;
	void (*done)(struct str text);
	uint8_t on;
} paste;

static void finish(void)
{
	struct buf got = paste.text;
	size_t n = 0;

	paste.on = 0;
	uv_timer_stop(paste.timer);
	buf_init(&paste.text);
	for (size_t i = 0; i < got.len; i++) {
		char c = got.data[i];

		if (c == '\r' && i + 1 < got.len && got.data[i + 1] == '\n')
			continue;
		got.data[n++] = c == '\r' ? '\n' : c;
	}
	got.len = n;
	if (n)
		paste.done((struct str){buf_cstr(&got), n});
	buf_release(&got);
}

static void on_silence(uv_timer_t *t)
{
	(void)t;
	finish();
}

void paste_open(struct uv_loop_s *loop, void (*done)(struct str text))
{
	paste.timer = mem_zero(sizeof(*paste.timer));
	paste.done = done;
	buf_init(&paste.text);
	uv_timer_init(loop, paste.timer);
	uv_unref((uv_handle_t *)paste.timer);
}

static void on_closed(uv_handle_t *h)
{
	free(h);
}

void paste_close(void)
{
	uv_close((uv_handle_t *)paste.timer, on_closed);
	buf_release(&paste.text);
	memset(&paste, 0, sizeof(paste));
}

void paste_begin(void)
{
	paste.on = 1;
	uv_timer_start(paste.timer, on_silence, SILENCE_MS, 0);
}

int paste_is_on(void)
{
	return paste.on;
}

/* How many of the last bytes may be the beginning of the end marker. */
static size_t begun(struct str s)
{
	size_t n = sizeof(end) - 2 < s.n ? sizeof(end) - 2 : s.n;

	while (n > 0 && memcmp(s.p + s.n - n, end, n) != 0)
		n--;
	return n;
}

void paste_take(struct buf *in)
{
	struct str s = {in->data, in->len};
	const char *at = memmem(s.p, s.n, end, sizeof(end) - 1);
	size_t n = at ? (size_t)(at - s.p) : s.n - begun(s);
	size_t used = n + (at ? sizeof(end) - 1 : 0);

	buf_add(&paste.text, s.p, n);
	memmove(in->data, in->data + used, in->len - used);
	in->len -= used;
	if (at)
		finish();
	else
		uv_timer_start(paste.timer, on_silence, SILENCE_MS, 0);
}
