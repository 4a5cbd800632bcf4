/*
 * Where lines come from when nobody edits them: -c, files, standard input.
 */
#ifndef WF_SHELL_SCRIPT_H
#define WF_SHELL_SCRIPT_H

#include "shell/session.h"

struct script;

/* A text with its name for messages; both are copied. */
struct script *script_new(const char *name, struct str text);
/* A file: its text is read; NULL and err when it cannot be. */
struct script *script_of_file(const char *path, struct err *err);
void script_free(struct script *sc);
/* Reads all of it, tells of all errors: 0, or 2. Its definitions are known
 * afterwards; script_forget() takes those of the newest reads away. */
int script_read(struct session *s, struct script *sc);
/* Runs it up to the first line that fails (-k: all of it): exit status, the
 * first that was not 0. It must have been read without errors. */
int script_run(struct session *s, struct script *sc);

/* Line by line from a descriptor; `prompt` NULL: no terminal. */
int script_stream(struct session *s, int fd, const char *name,
	const char *prompt);

#endif
