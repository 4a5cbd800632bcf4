/*
 * Facts that come with wf as steps: git.* and what scanners on PATH find. A
 * /fact of the same name goes before.
 */
#ifndef WF_SHELL_FACT_KNOWN_H
#define WF_SHELL_FACT_KNOWN_H

#include "engine/base/buf.h"

struct fact_known {
	const char *name, *summary;
	const char *needs;     /* a program that must be on PATH, or NULL: the
	                          fact is known anyway */
	const char *text;      /* workflow text that prints the value */
};
extern const struct fact_known fact_known_list[]; /* ends with name NULL */

/* The one of that name whose program is there, or NULL. */
const struct fact_known *fact_known_find(struct str name);

#endif
