/*
 * Looking for weak places and secrets in a file's text. What is found is a
 * suspicion: a line with `nosec` in it is passed over.
 */
#ifndef WF_FACT_SECURITY_H
#define WF_FACT_SECURITY_H

#include "engine/fact/lang.h"

struct security_rule {
	const char *id, *languages; /* names of lang.c, or "*" */
	int cwe;
	const char *literal, *pattern, *message;
};
extern const struct security_rule security_rules[]; /* ends with id NULL */

struct security_finding {
	const char *id, *message;
	int cwe;
	size_t line;           /* from 1 */
	struct str text;       /* of the line */
};
/* Calls fn for each finding, at most one a rule and line, not in order of
 * lines. `lang` NULL: secrets only. Thread-safe. */
void security_scan(const struct lang *lang, struct str text,
	void (*fn)(void *ud, const struct security_finding *f), void *ud);
void secret_scan(struct str text,
	void (*fn)(void *ud, const struct security_finding *f), void *ud);

#endif
