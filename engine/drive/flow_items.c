/*
 * Items of loops. A loop's items are one JSON array in its decision event;
 * it is parsed once and kept for the loop that was asked last, since a loop
 * of 100,000 items asks for each of them.
 */
#include "engine/drive/flow.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/jspan.h"
#include "engine/base/mem.h"

static struct {
	const char *bytes;     /* identity of the array parsed */
	size_t len;
	struct str *item;
	size_t count, cap;
} last;

void flow_items_forget(void)
{
	free(last.item);
	memset(&last, 0, sizeof(last));
}

static int load(const struct extra *x)
{
	struct jspan_walk w = {0};
	struct str item;

	if (last.item && last.bytes == x->bytes && last.len == x->bytes_len)
		return 0;
	flow_items_forget();
	if (jspan_value((struct str){x->bytes, x->bytes_len}, &w.left) < 0 ||
			w.left.p[0] != '[')
		return -1;
	while (jspan_next(&w, NULL, &item)) {
		last.item = mem_more(last.item, last.count, &last.cap,
			sizeof(*last.item));
		last.item[last.count++] = item;
	}
	last.bytes = x->bytes;
	last.len = x->bytes_len;
	return 0;
}

int flow_item(const struct flow *f, struct place at, uint32_t index,
	struct buf *out)
{
	const struct step *s = run_step(f->run, at.frame, at.node);
	const struct extra *x = run_extra(f->run, s);

	if (!x || !x->bytes || load(x) < 0 || index >= last.count)
		return -1;
	if (last.item[index].p[0] == '"')
		return jspan_text(last.item[index], out);
	buf_add(out, last.item[index].p, last.item[index].n);
	return 0;
}
