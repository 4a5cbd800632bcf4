/*
 * The names of all facts: roots that are measured, their fields, and what
 * steps make here.
 */
#ifndef WF_SHELL_FACT_NAMES_H
#define WF_SHELL_FACT_NAMES_H

#include "engine/base/text.h"

struct session;

enum { FACT_NAMES_MAX = 512 };

struct fact_names {
	const char *list[FACT_NAMES_MAX]; /* owned */
	size_t count;          /* names beyond the most are left out */
};

void fact_names_open(struct session *s, struct fact_names *n);
void fact_names_release(struct fact_names *n);
/* 1: others have its root, but nothing is called `name`; what to do is written
 * to help (FACT_HELP). */
int fact_names_miss(struct session *s, struct str name, char *help);
int fact_names_has(const struct fact_names *n, struct str name);

#endif
