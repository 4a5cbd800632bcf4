/*
 * Looking up a kind of leaf step by name. The table is the façade's; it is
 * short, so that a search from its start is the fastest there is.
 */
#include "engine/core/vocab.h"

#include <string.h>

int vocab_find(const struct vocab *v, const char *name, size_t n)
{
	size_t i;

	for (i = 0; n > 0 && i < v->count; i++)
		if (v->kinds[i]->name[0] == name[0] &&
				strlen(v->kinds[i]->name) == n &&
				memcmp(v->kinds[i]->name, name, n) == 0)
			return (int)i;
	return -1;
}
