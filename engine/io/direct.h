/*
 * Direct execution: a shell text that means nothing but words can be run
 * without a shell, which halves the cost of a step. Only texts that a POSIX
 * shell would carry out in the same way are taken; what cannot be found is
 * left to the shell (guard_job.or_argv), so that message and status are its.
 */
#ifndef WF_IO_DIRECT_H
#define WF_IO_DIRECT_H

#include "engine/base/buf.h"

struct direct {
	const char **argv;  /* NULL-terminated; NULL when the text needs sh */
	size_t argc;
	char *bytes;        /* what argv points into */
};

/*
 * 1 and *d filled when every word of `text` is made of [A-Za-z0-9_@%+:,./=-],
 * the first has no '=', is no builtin (true and false excepted), no reserved
 * word and no job name; else 0 and *d empty. Release *d in any case.
 */
int direct_words(struct str text, struct direct *d);
void direct_release(struct direct *d);

#endif
