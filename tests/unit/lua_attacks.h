/*
 * Attacks on the sandbox, as data: kind, what it tries, the chunk, and for
 * GIVES the exact output. ENDS: any outcome, soon. FAILS: an error, soon.
 * Who runs them checks the next evaluation after each one.
 */
#ifndef WF_TESTS_LUA_ATTACKS_H
#define WF_TESTS_LUA_ATTACKS_H

enum attack_kind { ENDS, FAILS, GIVES };

struct attack {
	enum attack_kind kind;
	const char *what, *chunk, *gives;
};

/* To be run in this order; the last has no `what`. */
extern const struct attack lua_attacks[];

#endif
