/*
 * Descriptors that text goes to: standard output and error, and the sinks of
 * redirections. What is not our own passes the gate when the descriptor is a
 * terminal. A failed write is kept and told once, never forgotten.
 */
#ifndef WF_SHELL_OUT_H
#define WF_SHELL_OUT_H

#include <sys/types.h>

#include "engine/base/err.h"
#include "engine/front/line.h"
#include "shell/gate.h"
#include "shell/term.h"

struct out {
	int fd;
	uint8_t tty;
	char last;             /* byte written; 0: none so far */
	int error;             /* errno of the first write that failed */
	uint64_t count;        /* bytes given to it */
	struct gate gate;
	struct bottom *bottom; /* of the same terminal; NULL: none */
	uint8_t patient;       /* filters begin when they have all: at a prompt,
	                          where they get the terminal, too */
};

void out_init(struct out *o, int fd);
/* Our own text: written as it is. */
int out_own(struct out *o, struct str text);
int out_text(struct out *o, const char *text);
/* Bytes of somebody else: through the gate on a terminal. */
int out_bytes(struct out *o, struct str bytes);
/* Ends a stretch of foreign bytes: colours off. */
void out_end(struct out *o);

/* Where the output of one line goes: standard output, FILE, or a command. */
struct sink {
	struct out *out;       /* borrowed standard output, or &own */
	struct out own;
	pid_t pid;             /* of `| command`; 0: none */
	char *command;         /* owned: of a patient one, to be begun */
};

/* `redirect` may be NULL; `dir` is where FILE is looked for. */
int sink_open(struct sink *s, const struct words *redirect,
	struct out *standard, const char *dir, struct err *err);
/* Closes, waits for the command. Returns the status the line fails with, 0
 * when all is well; err then tells why when it is not the command's. */
int sink_close(struct sink *s, struct err *err);
/* The command of a patient one and what it is to read, from its beginning, a
 * descriptor: both the caller's. Instead of sink_close. NULL: it has none. */
char *sink_filter(struct sink *s, int *input);

#endif
