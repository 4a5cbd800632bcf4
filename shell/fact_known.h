/*
 * Facts that come with wf as steps: git.* and what scanners on PATH find. A
 * /fact of the same name goes before.
 */
#ifndef WF_SHELL_FACT_KNOWN_H
#define WF_SHELL_FACT_KNOWN_H

#include "engine/base/buf.h"

struct fact_known {
	const char *name, *summary;
	const char *needs;     /* programs that must be on PATH, and files
	                          (".x") in the directory, between blanks;
	                          NULL: the fact is known anyway */
	const char *text;      /* workflow text that prints the value */
};
/* Those whose needs are met in a directory, in the order of the table: the
 * first behind `last`, NULL at the end. */
const struct fact_known *fact_known_next(const struct fact_known *last,
	const char *dir);
/* The first of that name, when it has needs, or NULL. */
const struct fact_known *fact_known_unmet(struct str name);
/* The one of that name whose needs are met, or NULL. */
const struct fact_known *fact_known_find(struct str name, const char *dir);

#endif
