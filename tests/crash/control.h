/*
 * What the harness and the preloaded killer share: a small file, mapped by
 * both. The harness writes it before it starts the process.
 */
#ifndef WF_TESTS_CRASH_CONTROL_H
#define WF_TESTS_CRASH_CONTROL_H

#include <stdint.h>

#define CONTROL_VARIABLE "WF_CRASH_CONTROL"

enum kill_when { KILL_BEFORE, KILL_AFTER, KILL_TORN };

struct control {
	uint32_t count;    /* writes seen */
	uint32_t at;       /* the one that kills; 0: none */
	uint32_t when;     /* enum kill_when */
	uint32_t in_guard; /* counts in the guard, not in the shell */
};

#endif
