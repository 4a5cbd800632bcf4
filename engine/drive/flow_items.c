/*
 * Items of loops. A loop's items are one JSON array in its decision event;
 * it is parsed once and kept for the loop that was asked last, since a loop
 * of 100,000 items asks for each of them.
 */
#include "engine/drive/flow.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

static struct {
	const char *bytes;     /* identity of the array parsed */
	size_t len;
	cJSON *array;
	const cJSON **item;
	size_t count;
} last;

void flow_items_forget(void)
{
	cJSON_Delete(last.array);
	free(last.item);
	memset(&last, 0, sizeof(last));
}

static int load(const struct extra *x)
{
	const cJSON *j;
	size_t i = 0;

	if (last.array && last.bytes == x->bytes && last.len == x->bytes_len)
		return 0;
	flow_items_forget();
	last.array = cJSON_ParseWithLength(x->bytes, x->bytes_len);
	if (!cJSON_IsArray(last.array)) {
		flow_items_forget();
		return -1;
	}
	last.bytes = x->bytes;
	last.len = x->bytes_len;
	last.count = (size_t)cJSON_GetArraySize(last.array);
	last.item = mem_alloc((last.count + 1) * sizeof(*last.item));
	cJSON_ArrayForEach(j, last.array)
		last.item[i++] = j;
	return 0;
}

int flow_item(const struct flow *f, struct place at, uint32_t index,
	struct buf *out)
{
	const struct step *s = run_step(f->run, at.frame, at.node);
	const struct extra *x = run_extra(f->run, s);
	char *text;

	if (!x || !x->bytes || load(x) < 0 || index >= last.count)
		return -1;
	if (cJSON_IsString(last.item[index])) {
		buf_str(out, last.item[index]->valuestring);
		return 0;
	}
	text = cJSON_PrintUnformatted(last.item[index]);
	if (text)
		buf_str(out, text);
	cJSON_free(text);
	return 0;
}
