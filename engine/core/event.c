/*
 * The names of events: those of the list, which people and sinks see.
 */
#include "engine/core/event.h"

const char *event_name(enum event_kind kind)
{
	switch (kind) {
#define X(name, number, wire) case EVENT_##name: return wire;
#include "engine/core/event_list.h"
#undef X
	case EVENT_KINDS:
		break;
	}
	return "unknown";
}
