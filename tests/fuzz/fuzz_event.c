/*
 * Any bytes are an event of the kind that the first byte says, or are
 * refused; an event that was read comes back from its own bytes.
 */
#include "engine/core/event.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int cond)
{
	if (!cond)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event e = { .t_ms = 1700000000000, .frame = 1, .step = 2 };
	struct event back = e;
	struct err err = { ERR_NONE, "", "" };
	struct buf one, two;

	if (size == 0)
		return 0;
	e.kind = back.kind = data[0];
	if (event_decode(&e, data + 1, size - 1, &err) < 0) {
		demand(err.code == ERR_CORRUPT && err.text[0]);
		return 0;
	}
	buf_init(&one);
	buf_init(&two);
	event_encode(&e, &one);
	demand(event_decode(&back, one.data, one.len, &err) == 0);
	event_encode(&back, &two);
	demand(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	demand(back.attempt == e.attempt && back.due_ms == e.due_ms &&
		back.value == e.value && back.exit == e.exit &&
		back.cause == e.cause && back.status == e.status &&
		str_same(back.bytes, e.bytes) && str_same(back.name, e.name));
	buf_release(&one);
	buf_release(&two);
	return 0;
}
