/*
 * Completion: what could stand at the end of a text that is being typed. It
 * reads the tables that help is made of, the recorded runs and directories;
 * it runs nothing and waits for nothing.
 */
#ifndef WF_SHELL_COMPLETE_H
#define WF_SHELL_COMPLETE_H

#include "engine/base/buf.h"

struct session;

struct match {
	char *text;            /* owned: the whole word */
	char *shown;           /* owned: in a list; NULL: text */
	char *about;           /* owned: what it is; or NULL */
};
struct matches {
	struct match *v;
	size_t count, cap;
	size_t left_out;       /* over COMPLETE_MAX */
	size_t from;           /* offset in the text of what they stand for */
	uint8_t no_blank;      /* nothing is put behind a single one */
};

enum { COMPLETE_MAX = 100 };

/* The words that may stand for the last of the text, which may be empty. */
void complete(struct session *s, struct str text, struct matches *out);
void matches_release(struct matches *m);

#endif
