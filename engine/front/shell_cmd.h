/*
 * What the two watchers over the words of a command share: shellcmd.c, which
 * knows programs, and shellbuiltin.c, which knows what the shell itself does
 * with the words of its builtins.
 */
#ifndef WF_FRONT_SHELL_CMD_H
#define WF_FRONT_SHELL_CMD_H

#include "engine/front/shell_calls.h"

#include <string.h>

static inline int lit_is(const struct shell_word *w, const char *s)
{
	return w->exact && w->lit_n == strlen(s) &&
		memcmp(w->lit, s, w->lit_n) == 0;
}

static inline int is_flag(const struct shell_word *w)
{
	return w->lit_n > 0 && w->lit[0] == '-' && w->name_n == 0;
}

static inline struct str raw(const struct shell *sh, const struct shell_word *w)
{
	return scan_cut(sh->s, w->at, w->end);
}

/* Index in `-abc` of the first letter that is among `letters`, or 0. What
 * stands behind a letter of `valued` is its value. */
static inline int flag_letter(const struct shell_word *w, const char *letters,
	const char *valued)
{
	int i;

	if (w->lit_n > 1 && w->lit[1] == '-')
		return 0;
	for (i = 1; i < w->lit_n; i++) {
		if (strchr(letters, w->lit[i]))
			return i;
		if (strchr(valued, w->lit[i]))
			return 0;
	}
	return 0;
}

/* ---- shellbuiltin.c ---- */
/* A word that names a variable: what it was set to, no quotes around it. */
struct str shell_named(const struct shell *sh, const struct shell_word *w);
/* The shell evaluates the word as arithmetic; `name`: as a name, of which
 * only the index is. */
void shell_evaluated(struct shell *sh, const struct shell_word *w, int name);
/* The pattern behind `=~`. */
void shell_regex_word(struct shell *sh, const struct shell_cmd *cmd,
	const struct shell_word *w);
/* A word inside [[ … ]]. */
void shell_cond_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* A word of declare, read, unset and their kind. */
void shell_names_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* A word of [, test, printf: -v names a variable. */
void shell_test_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* The word becomes $N of a function or of the text itself. */
void shell_call_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* A word of set. */
void shell_set_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);

#endif
