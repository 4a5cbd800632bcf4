/*
 * Telling of lost outputs once, by the first of them.
 */
#include "shell/lost.h"

#include <stdio.h>

void lost_add(struct lost *l, const char *path, const struct err *err)
{
	if (l->count++ > 0)
		return;
	l->first = *err;
	snprintf(l->path, sizeof(l->path), "%s", path ? path : "");
}

int lost_tell(struct session *s, const struct lost *l)
{
	char more[40] = "";

	if (!l->count)
		return 0;
	if (l->count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", l->count - 1);
	session_say(s, "warning: %s%s%s%s", l->path, l->path[0] ? ": " : "",
		l->first.text, more);
	return 1;
}
