/*
 * The order in which a step wrote its two streams, as the guard saw it:
 * (stream, length, ms since the start) triples, kept in a result's meta.
 */
#ifndef WF_DRIVE_ORDER_H
#define WF_DRIVE_ORDER_H

#include "engine/base/buf.h"

struct cJSON;

/* Whether an index says more than "all of one stream at once". */
int order_matters(struct str index);
/* Adds "order":[stream,length,ms,…] to the object; what is too long for that
 * is made coarser, at last left out. */
void order_to_json(struct str index, struct cJSON *object);

struct order_span {
	int stream;            /* 1 stdout, 2 stderr */
	uint64_t len;
	int64_t ms;
};
/* Reads it back; returns the count, *out owned; 0 when there is none. */
size_t order_of_meta(struct str meta, struct order_span **out);

#endif
