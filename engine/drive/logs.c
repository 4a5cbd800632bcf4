/*
 * A step's two streams as lines in the order in which they were written, as
 * far as the guard saw it. A line has the time of its first byte.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/limits.h"
#include "engine/drive/engine_int.h"
#include "engine/drive/order.h"
#include "engine/view.h"

struct stream_at {
	struct buf bytes;
	size_t at, line;       /* read so far; where the open line began */
	int64_t line_ms;
};
struct logging {
	struct stream_at s[2];
	int64_t start_ms;
	int (*fn)(void *ud, const struct log_line *l);
	void *ud;
	int over;
};

static void tell(struct logging *g, int stream, size_t end)
{
	struct stream_at *s = &g->s[stream - 1];
	struct log_line l = {stream, s->line_ms, {NULL, 0}, s->line};

	l.text.p = s->bytes.data + s->line;
	l.text.n = end - s->line;
	if (!g->over)
		g->over = g->fn(g->ud, &l);
	s->line = end + 1;
}

/* The next `len` bytes of the stream came at `ms`. */
static void advance(struct logging *g, int stream, uint64_t len, int64_t ms)
{
	struct stream_at *s = &g->s[stream - 1];
	size_t end = s->bytes.len - s->at < len ? s->bytes.len
		: s->at + (size_t)len;

	while (s->at < end && !g->over) {
		const char *nl;

		if (s->line == s->at)
			s->line_ms = ms;
		nl = memchr(s->bytes.data + s->at, '\n', end - s->at);
		if (nl)
			tell(g, stream, (size_t)(nl - s->bytes.data));
		s->at = nl ? (size_t)(nl - s->bytes.data) + 1 : end;
	}
}

static int fill(struct engine *e, const struct datum *d, struct buf *out,
	struct err *err)
{
	struct flow f = {.store = e->store};
	struct pieces p;
	int rc;

	pieces_init(&p);
	pieces_datum(&p, d);
	rc = pieces_read(&f, &p, LIMIT_CAPTURE, out, err);
	pieces_release(&p);
	return rc;
}

int engine_log(struct engine *e, const struct result *r,
	int (*fn)(void *ud, const struct log_line *l), void *ud,
	struct err *err)
{
	struct logging g = {.start_ms = r->start_ms, .fn = fn, .ud = ud};
	struct order_span *spans = NULL;
	size_t n;
	int rc = -1;

	for (int i = 0; i < 2; i++)
		buf_init(&g.s[i].bytes);
	if (fill(e, &r->out, &g.s[0].bytes, err) < 0 ||
		fill(e, &r->err, &g.s[1].bytes, err) < 0)
		goto out;
	rc = 0;
	n = order_of_meta(r->meta, &spans);
	for (size_t i = 0; i < n && !g.over; i++)
		if (spans[i].stream == 1 || spans[i].stream == 2)
			advance(&g, spans[i].stream, spans[i].len,
				r->start_ms + spans[i].ms);
	for (int i = 1; i <= 2; i++)
		advance(&g, i, UINT64_MAX, n ? r->start_ms +
			(int64_t)(r->dur_us / 1000) : r->start_ms);
	for (int i = 1; i <= 2; i++)
		if (g.s[i - 1].line < g.s[i - 1].bytes.len)
			tell(&g, i, g.s[i - 1].bytes.len);
out:
	free(spans);
	for (int i = 0; i < 2; i++)
		buf_release(&g.s[i].bytes);
	return rc;
}
