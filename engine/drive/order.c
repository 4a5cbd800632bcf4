/*
 * Stream order to and from JSON. Derived data: when it is missing, /logs
 * shows one stream after the other.
 */
#include "engine/drive/order.h"

#include <cjson/cJSON.h>

#include "engine/base/mem.h"

enum { ORDER_MAX = 4096 }; /* bytes of the binary index worth keeping */

void order_to_json(struct str index, cJSON *object)
{
	struct cursor c;
	cJSON *array;

	if (index.n > ORDER_MAX)
		return;
	array = cJSON_AddArrayToObject(object, "order");
	cursor_init(&c, index.p, index.n);
	while (c.at < c.end && !c.bad)
		cJSON_AddItemToArray(array,
			cJSON_CreateNumber((double)cursor_varint(&c)));
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
