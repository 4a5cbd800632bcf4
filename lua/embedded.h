/*
 * The .lua files of lua/ that are built into the binary, sorted by name and
 * ended by an entry without one. Made by scripts/embed.
 */
#ifndef WF_LUA_EMBEDDED_H
#define WF_LUA_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *name;          /* file name without .lua */
	const unsigned char *data; /* followed by a NUL */
	size_t size;               /* without the NUL */
};

extern const struct embedded lua_embedded[];

#endif
