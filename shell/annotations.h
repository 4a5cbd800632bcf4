/*
 * The annotations of a step, for help: what each means, and an example.
 */
#ifndef WF_SHELL_ANNOTATIONS_H
#define WF_SHELL_ANNOTATIONS_H

#include "engine/base/buf.h"

struct annotation {
	const char *word;      /* "@retry=2" */
	uint8_t groups;        /* a group, loop or branch may have it too */
	const char *line;      /* one that can be copied */
};

/* Key number i, from 0: its name, its meaning (that of the YAML key) and its
 * row; NULL behind the last. */
const struct annotation *annotation_at(size_t i, const char **name,
	const char **meaning);
/* All of them, a line each. */
void annotations_list(struct buf *b);
/* One, by its name with or without @; 0 when there is none so called. */
/* 1 when text ends with a word that were one in a workflow: *word. */
int annotation_ends(struct str text, struct str *word);
int annotation_about(struct str name, struct buf *b);

#endif
