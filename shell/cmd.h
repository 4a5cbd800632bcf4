/*
 * Slash commands that are no steps. To add one:
 *
 *	1. a file shell/cmd_<name>.c with one `const struct cmd cmd_<name>`:
 *	   summary, group, the table of its arguments, three examples that can
 *	   be copied, and the handler
 *	2. a line CMD(<name>) in shell/cmd_list.h
 *	3. tests/cli/<name>.t
 *
 * Arguments are read from the table before the handler is called; the same
 * table makes --help, completion and the manual's list. A handler prints
 * into its cmd_out, text or JSON as asked, never to a descriptor: then
 * redirections and `-o json` work for every command. It returns the exit
 * status of the line, or -1 with out->err set.
 */
#ifndef WF_SHELL_CMD_H
#define WF_SHELL_CMD_H

#include "engine/core/vocab.h"
#include "engine/front/line.h"
#include "shell/json.h"
#include "shell/out.h"

struct session;
struct cmd_args;
struct cmd_out;

/* Types of arguments beside those of steps (enum field_type). */
enum cmd_type {
	CMD_RUN = 32,   /* a run: prefix of its id, @last, @-2 */
	CMD_STEP,       /* RUN or RUN.STEP */
	CMD_WORKFLOW,   /* PLACE_REST: RUN, or workflow text as it stands */
	CMD_SETTING,    /* name of a setting, or vars.NAME */
	CMD_TOPIC,      /* what help knows: a command, a step, a topic */
	CMD_SITE        /* a place that decides: prefix of its key */
};

struct cmd {
	const char *name, *summary;
	const char *group;             /* heading in /help */
	const struct vocab_field *args;/* ends with name == NULL */
	const char *const *examples;   /* three, NULL-terminated */
	int (*run)(struct session *s, const struct cmd_args *a,
		struct cmd_out *out);
	/* Called too when a script is only read: for commands that change how
	 * later lines are read. Errors go to a->diags. May be NULL. */
	int (*read)(struct session *s, const struct cmd_args *a);
	uint8_t stateless;             /* asks for runs, if at all, through
	                                  run_ref.h: works without a state */
};

struct cmd_value {
	const struct vocab_field *field;
	struct str text;
	size_t at;             /* offset in the source */
};
struct cmd_args {
	const struct cmd *cmd;
	const struct line *line;
	struct diags *diags;   /* of the source the line stands in */
	struct cmd_value *v;   /* owned */
	size_t count, cap;
	struct words words;    /* redirections are taken from it */
	uint8_t help;          /* --help was said */
	const char *output;    /* -o: "text", "json", "jsonl"; NULL: as set */
};

struct cmd_out {
	uint8_t as_json;
	struct buf text;       /* what a handler prints as text … */
	struct buf doc;        /* … or as one JSON document, through json */
	struct json json;
	struct sink *sink;     /* where it goes; for run output that streams */
	struct err err;
	struct str about;      /* the argument it is about; see cmd_blame */
};

/* out->err is about this slice of an argument, as cmd_arg gave it; returns
 * -1. When nobody says so, it is about the first argument by place. */
int cmd_blame(struct cmd_out *out, struct str arg);
/* About the STEP of an argument RUN.STEP, when it has one. */
int cmd_blame_step(struct cmd_out *out, const struct cmd_args *a,
	const char *name);
/* Where the error stands in the source; len 0: the line. */
struct caret cmd_mark(const struct cmd_args *a, const struct cmd_out *out);

/* Reads the arguments of the line; -1 with diagnostics. */
int cmd_parse(const struct cmd *cmd, const struct line *line,
	struct diags *diags, struct cmd_args *out);
void cmd_args_release(struct cmd_args *a);

/* Value i of the argument called `name`; {NULL, 0} when it was not given. */
struct str cmd_nth(const struct cmd_args *a, const char *name, size_t i);
struct str cmd_arg(const struct cmd_args *a, const char *name);
int cmd_flag(const struct cmd_args *a, const char *name);
/* A NUL-terminated copy, or NULL; owned by the caller. */
char *cmd_take(const struct cmd_args *a, const char *name);

/* All commands, NULL-terminated, in the order of cmd_list.h. */
extern const struct cmd *const cmd_list[];
const struct cmd *cmd_find(struct str name); /* or NULL */
/* --help of a command. */
void usage_cmd(const struct cmd *cmd, struct buf *out);
/* 1 when s is written as a run is: 6 or more characters of an id, @last. */
int cmd_is_run(struct str s);
/* The same of a step kind, and of chain, flow, swarm, pipeline. */
struct workflow_help {
	const char *name, *summary;
	const char *note;      /* what this wf does of it; or NULL */
	const char *examples[4];
};
extern const struct workflow_help workflow_helps[]; /* ends with NULL */
/* The flags of their lines. */
struct workflow_flag {
	const char *name;      /* without dashes */
	const char *value;     /* "" when it takes none */
	const char *help;
};
extern const struct workflow_flag workflow_flags[]; /* ends with NULL */
void usage_workflow(struct str name, struct buf *out);
void usage_kind(const struct vocab_kind *kind, struct buf *out);

#endif
