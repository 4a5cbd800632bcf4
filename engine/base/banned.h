/*
 * Force-included in every file: makes the use of a banned function a build
 * failure. Poison hits every later mention, so the system headers that
 * declare these names come first.
 */
#ifndef WF_BASE_BANNED_H
#define WF_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Some C libraries wrap these in macros when fortified. */
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gets rand
#pragma GCC poison srand localtime gmtime popen

/* A word of other meanings too (struct fields, Lua): only calls are banned. */
#define system(...) WF_system_is_banned

#endif
