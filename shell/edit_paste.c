/*
 * Collecting a paste. The marker may come in pieces: what could be its
 * beginning stays in the input until more comes.
 */
#include "shell/edit_paste.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine/base/mem.h"
#include "shell/edit_ahead.h"

/* SLOW_MS: once it has stalled, what comes is shown so soon. */
enum { SILENCE_MS = 1000, SLOW_MS = 100 };

static const char end[] = PASTE_ENDS;

static struct {
	uv_timer_t *timer;
	struct buf text;
	void (*done)(struct str text);
	uint64_t last;         /* when something came; of the loop's clock */
	uint8_t on;
	uint8_t slow;          /* it has stalled */
	uint8_t ends;          /* with the next silence */
	uint8_t cr;            /* the last byte shown was \r */
} paste;

void paste_show(void)
{
	struct buf got = paste.text;
	size_t n = 0;

	buf_init(&paste.text);
	for (size_t i = 0; i < got.len; i++) {
		char c = got.data[i];

		if (c != '\n' || !paste.cr)
			got.data[n++] = c == '\r' ? '\n' : c;
		paste.cr = c == '\r';
	}
	got.len = n;
	if (n)
		paste.done((struct str){buf_cstr(&got), n});
	buf_release(&got);
}

static void finish(void)
{
	paste.on = 0;
	uv_timer_stop(paste.timer);
	paste_show();
}

static uint64_t silent_ms(void)
{
	return uv_now(paste.timer->loop) - paste.last;
}

static void on_silence(uv_timer_t *t)
{
	uint64_t ms = silent_ms();

	paste.slow = 1;
	if (ms < SILENCE_MS)
		uv_timer_start(t, on_silence, SILENCE_MS - ms, 0);
	else if (paste.ends)
		paste.on = 0;
	paste_show();
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

static void wait_for_more(void)
{
	paste.last = uv_now(paste.timer->loop);
	uv_timer_start(paste.timer, on_silence,
		paste.slow ? SLOW_MS : SILENCE_MS, 0);
}

void paste_begin(void)
{
	paste.on = 1;
	paste.slow = paste.ends = paste.cr = 0;
	wait_for_more();
}

int paste_is_on(void)
{
	return paste.on;
}

int paste_stop(void)
{
	if (!paste.on)
		return 0;
	if (silent_ms() >= SILENCE_MS)
		finish();
	else
		paste.ends = 1; /* what is still to come must not be keys */
	return 1;
}

/* How many of the last bytes may be the beginning of the end marker. */
static size_t begun(struct str s)
{
	size_t n = sizeof(end) - 2 < s.n ? sizeof(end) - 2 : s.n;

	while (n > 0 && memcmp(s.p + s.n - n, end, n) != 0)
		n--;
	return n;
}

size_t paste_take(struct str s)
{
	const char *at = memmem(s.p, s.n, end, sizeof(end) - 1);
	size_t n = at ? (size_t)(at - s.p) : s.n - begun(s);

	if (s.n == 1 && s.p[0] == '\003' && silent_ms() >= SILENCE_MS) {
		finish();
		return 1;
	}
	buf_add(&paste.text, s.p, n);
	if (at)
		finish();
	else if (s.n)
		wait_for_more();
	return n + (at ? sizeof(end) - 1 : 0);
}
