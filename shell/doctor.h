/*
 * The doctor: checks of what wf stands on. Also works where no session can
 * be opened.
 */
#ifndef WF_SHELL_DOCTOR_H
#define WF_SHELL_DOCTOR_H

#include "engine/base/buf.h"
#include "shell/args.h"
#include "shell/json.h"

/* All checks of the state directory `dir`: lines `ok|warn|fail NAME: text`,
 * or, with j, one document. Returns 1 when one failed. */
int doctor_check(const char *dir, struct buf *text, struct json *j);
/* `wf doctor`. */
int doctor_main(const struct options *o);

#endif
