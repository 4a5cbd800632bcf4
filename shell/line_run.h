/*
 * One submission: read by the front end or a command's table, then carried
 * out. Reading and running are apart, because -c and FILE are read whole
 * before anything runs.
 */
#ifndef WF_SHELL_LINE_RUN_H
#define WF_SHELL_LINE_RUN_H

#include "engine/front/front.h"
#include "shell/cmd.h"
#include "shell/session.h"

enum { ANSWERS = 16 };

struct submission {
	struct line line;
	struct diags *diags;   /* of its source; borrowed */
	const struct cmd *cmd; /* a command … */
	struct cmd_args args;
	struct plan *plan;     /* … or a workflow; owned */
	struct front_flags flags;
	struct words redirect;
	struct str answers[ANSWERS];
	size_t answer_count;
	const char *output;    /* -o of the line */
	struct caret mark;     /* what its error is about; len 0: all of it */
	uint8_t help;          /* --help of a step or workflow */
	struct alias_line *alias; /* the line it stands for; owned */
};

/* Reads a line of s->…: 0, or -1 with diagnostics. Release it either way. */
int submission_read(struct session *s, const struct line *line,
	struct diags *diags, struct submission *out);
/* The command that a bare `exit`, `quit`, `help` or `clear` stands for, or
 * NULL. */
const char *line_own_word(struct str text);
/* What it will run; NULL: no workflow. */
const struct plan *submission_plan(const struct submission *sub);
/* The workflow text without its command and flags: what a run is remembered
 * by. Of the submission, or owned by *w: release that after. */
struct str submission_text(const struct submission *sub,
	struct workflow_arg *w);
/* Runs it: the exit status of the line. */
int submission_run(struct session *s, struct submission *sub);
void submission_release(struct submission *sub);

#endif
