/*
 * The workflows of a file, compiled and not run: /explain FILE, /graph FILE.
 */
#ifndef WF_SHELL_TEXT_FILE_H
#define WF_SHELL_TEXT_FILE_H

#include "shell/line_run.h"

struct text_file {
	char *path;
	struct buf text;
	struct diags diags;
	struct submission *lines; /* those with a plan */
	size_t count, cap;
};

/* 1 when the word names such a file: it ends in .yaml, .yml or .wf. */
int text_file_named(struct str word);
/* 0; -1 with err; or the status of errors in it, which are told. Release it
 * either way. */
int text_file_open(struct session *s, struct str path, const char *said,
	struct text_file *f, struct err *err);
void text_file_release(struct text_file *f);

#endif
