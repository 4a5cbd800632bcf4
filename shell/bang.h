/*
 * Programs that a person runs with the terminal: `!text` by the person's
 * shell, and the editor. At a prompt each is a job of its own, as in every
 * shell: Ctrl-C and Ctrl-Z are its, what is stopped can be gone on with, and
 * meanwhile wf's runs go on in silence. Its status is the line's; 148 when
 * it was stopped.
 */
#ifndef WF_SHELL_BANG_H
#define WF_SHELL_BANG_H

#include "shell/session.h"

/* What is run. */
struct bang {
	const char *const *argv;   /* argv[0] is looked for in PATH */
	const char *const *env;    /* "K=V" more, "K" to take away,
	                              NULL-terminated; or NULL */
	const char *dir;           /* or NULL */
	struct str text;           /* what it is called when it is stopped */
	uint8_t stays;             /* Ctrl-Z does not leave it */
	uint8_t behind;            /* at a prompt, without the terminal */
	int input;                 /* descriptor that it reads; 0: as wf */
};
/* All return -1 with err when it could not be started. */
int bang_argv(struct session *s, const struct bang *b, struct err *err);
int bang_run(struct session *s, struct str text, struct err *err);
/* Runs `sh -c 'command "$1"'` with path as $1; for $EDITOR. */
int bang_editor(struct session *s, const char *command, const char *path,
	struct err *err);

struct sink;
/* As sink_close; a filter that is still to be begun is run, `behind`: without
 * the terminal. */
int bang_close_sink(struct session *s, struct sink *sink, int behind,
	struct err *err);

/* The program that was stopped last, called so: NULL: none. */
const char *bang_stopped(const struct session *s);
/* It goes on in the foreground: its status. */
int bang_continue(struct session *s);
/* At the end of wf: stopped ones are told and go on to their end. */
void bang_release(struct session *s);

#endif
