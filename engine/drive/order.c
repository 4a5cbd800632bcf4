/*
 * Stream order to and from JSON. Derived data: when it is missing, /logs
 * shows one stream after the other.
 */
#include "engine/drive/order.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "engine/base/mem.h"

enum {
	ORDER_MAX = 1024,      /* stretches worth keeping */
	AT_ONCE_MS = 10,       /* as coarse as the guard's own */
	COARSEST_MS = 1 << 30
};

static int next(struct cursor *c, struct order_span *out)
{
	if (c->at >= c->end)
		return 0;
	out->stream = (int)cursor_varint(c);
	out->len = cursor_varint(c);
	out->ms = (int64_t)cursor_varint(c);
	return !c->bad;
}

int order_matters(struct str index)
{
	struct order_span first, second;
	struct cursor c;

	cursor_init(&c, index.p, index.n);
	if (!next(&c, &first))
		return 0;
	return first.ms > AT_ONCE_MS || next(&c, &second);
}

/* Stretches of one stream within `ms` become one. */
static size_t coarser(struct order_span *v, size_t n, int64_t ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct order_span *last = &v[kept - (kept > 0)];

		if (kept && last->stream == v[i].stream &&
				v[i].ms - last->ms < ms)
			last->len += v[i].len;
		else
			v[kept++] = v[i];
	}
	return kept;
}

void order_to_json(struct str index, cJSON *object)
{
	struct order_span *v = NULL, one;
	size_t n = 0, cap = 0;
	struct cursor c;
	cJSON *array;

	cursor_init(&c, index.p, index.n);
	while (next(&c, &one)) {
		v = mem_more(v, n, &cap, sizeof(*v));
		v[n++] = one;
	}
	for (int64_t ms = 2 * AT_ONCE_MS; n > ORDER_MAX && ms < COARSEST_MS;
			ms *= 2)
		n = coarser(v, n, ms);
	array = n > 0 && n <= ORDER_MAX
		? cJSON_AddArrayToObject(object, "order") : NULL;
	for (size_t i = 0; array && i < n; i++) {
		cJSON_AddItemToArray(array, cJSON_CreateNumber(v[i].stream));
		cJSON_AddItemToArray(array,
			cJSON_CreateNumber((double)v[i].len));
		cJSON_AddItemToArray(array,
			cJSON_CreateNumber((double)v[i].ms));
	}
	free(v);
}

size_t order_of_meta(struct str meta, struct order_span **out)
{
	cJSON *doc = meta.n ? cJSON_ParseWithLength(meta.p, meta.n) : NULL;
	const cJSON *array = cJSON_GetObjectItemCaseSensitive(doc, "order");
	const cJSON *j;
	size_t n = 0, i = 0;
	double three[3];

	*out = NULL;
	if (cJSON_IsArray(array) && cJSON_GetArraySize(array) % 3 == 0)
		*out = mem_alloc(((size_t)cJSON_GetArraySize(array) / 3 + 1) *
			sizeof(**out));
	if (!*out) {
		cJSON_Delete(doc);
		return 0;
	}
	cJSON_ArrayForEach(j, array) {
		three[i++ % 3] = j->valuedouble;
		if (i % 3 != 0)
			continue;
		(*out)[n].stream = three[0] == 0 ? 1 : 2;
		(*out)[n].len = (uint64_t)three[1];
		(*out)[n++].ms = (int64_t)three[2];
	}
	cJSON_Delete(doc);
	return n;
}
