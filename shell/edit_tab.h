/*
 * Completion in the line editor, and what Tab does besides.
 */
#ifndef WF_SHELL_EDIT_TAB_H
#define WF_SHELL_EDIT_TAB_H

#include "shell/edit.h"

/* Before readline reads an inputrc, and after. */
void tab_prepare(struct term *t, const struct edit_hooks *hooks);
void tab_bind(void);
void tab_close(void);

#endif
