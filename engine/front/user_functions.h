/*
 * Functions that a person wrote in files of Lua (/source FILE.lua): a step
 * whose conditions or Lua text call one holds the file's source, so that a
 * run goes on with what it began with. A part of pending_finish().
 */
#ifndef WF_FRONT_USER_FUNCTIONS_H
#define WF_FRONT_USER_FUNCTIONS_H

#include "engine/front/text_int.h"

/* When all arguments have been bound: adds a note LIBRARY_NOTE to each node
 * that calls such a function. */
void user_functions_finish(struct front_ctx *c);

#endif
