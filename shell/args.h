/*
 * The invocation: what stands on the command line of `wf` itself. Only read
 * here; nothing is opened and nothing is run.
 */
#ifndef WF_SHELL_ARGS_H
#define WF_SHELL_ARGS_H

#include "engine/base/buf.h"
#include "engine/base/err.h"

struct script_name {
	const char *text;      /* a command, or the path of a file */
	uint8_t is_file;
};

struct options {
	uint8_t check;         /* -n */
	uint8_t quiet, verbose, keep_going, trust, no_wait;
	uint8_t version, help, doctor;
	uint8_t operands;      /* something that is no option was said */
	const char *rc, *dir, *durability, *output;
	struct script_name *scripts; /* owned; -c and FILE as they stand */
	size_t script_count;
	const char *const *args; /* behind --; borrowed */
	size_t arg_count;
};

/* ERR_USAGE with a way out. Strings are borrowed from argv. */
int args_parse(struct options *o, int argc, char **argv, struct err *err);
void args_release(struct options *o);
/* The JSON object {"1":"a","2":"P=v","P":"v"} for ${args.…}; appends. */
void args_json(const struct options *o, struct buf *out);
/* Text of --help, from the table of options. */
void args_usage(struct buf *out);

#endif
