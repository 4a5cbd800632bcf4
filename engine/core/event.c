/*
 * The names of events: those of the list, which people and sinks see.
 */
#include "engine/core/event.h"

static const char *const names[EVENT_KINDS] = {
#define X(name, number, wire) [number] = wire,
#include "engine/core/event_list.h"
#undef X
};

const char *event_name(enum event_kind kind)
{
	return kind < EVENT_KINDS && names[kind] ? names[kind] : "unknown";
}
