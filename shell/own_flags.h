/*
 * Flags of a workflow line that are the shell's, not the front end's:
 * -o FORM, --output=FORM, --answer STEP=TEXT. They stand first, or behind a
 * closed text.
 */
#ifndef WF_SHELL_OWN_FLAGS_H
#define WF_SHELL_OWN_FLAGS_H

#include "shell/line_run.h"

/* Takes them off and compiles the line into sub->plan; -1: diagnostics. */
int own_flags_compile(struct session *s, struct submission *sub);

#endif
