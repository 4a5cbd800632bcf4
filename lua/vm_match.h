/*
 * Lua patterns, matched within a budget of steps.
 */
#ifndef WF_LUA_VM_MATCH_H
#define WF_LUA_VM_MATCH_H

#include "lua/vm_int.h"

enum { MATCH_CAPTURES = 32 };

struct match {
	lua_State *L;              /* errors are raised on it */
	const char *s, *s_end;     /* subject */
	const char *p, *p_end;     /* pattern, without its anchor */
	uint8_t anchored;
	int64_t steps;             /* left */
	int depth;
	int count;                 /* captures begun */
	struct {
		const char *at;
		ptrdiff_t len;     /* -1 open, -2 position */
	} capture[MATCH_CAPTURES];
};

/* Subject and pattern are borrowed while m is used. */
void match_init(struct match *m, lua_State *L, struct str subject,
	struct str pattern);
/* Tries at `at`; the end of the match or NULL. Raises over the budget. */
const char *match_at(struct match *m, const char *at);
/* The first match at or after `at`: its start and *end; or NULL. */
const char *match_find(struct match *m, const char *at, const char **end);
/* Pushes captures (or, with `whole`, [start, end) when there are none);
 * returns how many. */
int match_push(struct match *m, const char *start, const char *end,
	int whole);
/* Pushes capture i from 0; i == 0 without captures is the whole match. */
void match_push_one(struct match *m, int i, const char *start,
	const char *end);

#endif
