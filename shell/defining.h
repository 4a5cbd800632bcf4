/*
 * Commands that give the session names, /def, /alias and /fact: without arguments
 * they list what there is, else they add one. Each says only what one looks
 * like and how it is read.
 */
#ifndef WF_SHELL_DEFINING_H
#define WF_SHELL_DEFINING_H

#include "shell/cmd.h"
#include "shell/session.h"

struct defining {
	const char *list;      /* name of the list in documents */
	enum def_sort sort;
	/* Prints one into a cmd_out. */
	void (*one)(void *out, const struct front_def *d);
	/* As cmd.read: 0, or -1 with diagnostics. */
	int (*define)(struct session *s, const struct cmd_args *a);
};
int defining_run(struct session *s, const struct cmd_args *a,
	struct cmd_out *o, const struct defining *how);
/* The list's `one` of those without parameters, and the text of one. */
void defining_one(void *out, const struct front_def *d, const char *command);
struct str defining_unquoted(struct str s);
/* 0 when `name`, a slice of the source, may be given; else E116 or E212. */
int defining_name(const struct cmd_args *a, const struct front_env *env,
	struct str name);

#endif
