/*
 * Private to the Lua room: the state of a vm and what its files give each
 * other.
 *
 * Rule for every C function that Lua code can reach: its loops are bounded
 * by memory the vm has counted, or call vm_poll(). A hook cannot stop C.
 */
#ifndef WF_LUA_VM_INT_H
#define WF_LUA_VM_INT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "engine/base/map.h"
#include "lua/vm.h"

enum vm_trip { TRIP_NONE, TRIP_TIME, TRIP_INTERRUPT };

/* vm.turn = evaluation number << 2 | this */
enum vm_phase { VM_IDLE, VM_RUNNING, VM_TRIPPING, VM_TRIPPED };

struct vm {
	lua_State *L;              /* NULL: to be built anew */
	lua_State *_Atomic running;/* the coroutine in it that runs */
	size_t used, max;          /* bytes */
	uint64_t seed;
	const struct vm_host *host;/* during vm_eval */
	struct buf *printed;       /* during vm_run */
	struct buf json;           /* result of vm_eval */
	struct err host_err;       /* what host->get said */
	uint8_t host_failed;
	uint8_t unparsed;          /* the failure is one of syntax */
	uint8_t stale;             /* to be built anew before the next turn */
	struct strmap cache;       /* expression: place in the Lua table */
	char **keys;               /* its keys, [1..cached] */
	size_t key_cap, key_bytes;
	uint32_t cached;           /* expressions in the cache */
	uint32_t chunks;           /* libraries that are compiled */
	uint8_t has_library;       /* those of this evaluation are there */
	double compared;           /* with the next threshold; or NAN */
	volatile sig_atomic_t allocating;
	lua_State *stuck;          /* what the handler saw last: the state, */
	int stuck_top, stuck_times;/* its top, and how often it had grown */
	/* shared with the watchdog */
	_Atomic uint64_t turn;
	atomic_int trip;           /* enum vm_trip; sticky within a turn */
	atomic_int asked;          /* vm_interrupt */
	_Atomic uint32_t limit_ms;
	pthread_t thread;          /* that runs the turn */
	clockid_t cpu_clock;       /* of it */
	struct vm *outer;          /* of the thread, before this turn */
	/* the watchdog's */
	struct vm *next;
	uint64_t seen_turn;
	uint32_t seen_ms;
	int64_t seen_cpu_us;
};

static inline struct vm *vm_of(lua_State *L)
{
	return *(struct vm **)lua_getextraspace(L);
}
/* Raises when the evaluation was stopped. */
void vm_poll(lua_State *L);
/* Registry keys: addresses of these. */
extern const char vm_key_globals, vm_key_expr, vm_key_cache, vm_key_result,
	vm_key_random, vm_key_object, vm_key_policy, vm_key_chunks,
	vm_key_library;

/* vm.c: one turn. Calls body(L) with `ud` as argument under the watchdog.
 * Values it leaves under vm_key_result live until the next turn. *line: where
 * in the chunk "=c" the error is, or 0. */
int vm_protected(struct vm *vm, lua_CFunction body, void *ud, size_t *line,
	struct err *err);

/* vm_watchdog.c */
int watch_add(struct vm *vm, struct err *err);
void watch_remove(struct vm *vm);
void watch_begin(struct vm *vm);
void watch_end(struct vm *vm);
/* The hook that raises at every instruction of L from now on. */
void watch_hook(lua_State *L);

/* vm_sandbox.c: builds the frozen tables of a new state. May raise. */
void sandbox_open(lua_State *L);
/* Pushes a fresh _ENV. */
void sandbox_env(lua_State *L);
/* Replaces the table on top by a read-only view of it. */
void sandbox_freeze(lua_State *L);
/* Raises when the table at `index` is a read-only view. */
void sandbox_writable(lua_State *L, int index);
/* vm_library.c: adds the functions of libraries to the table on top. May
 * raise. */
void library_add(lua_State *L, const struct vm_library *libs, size_t count);
/* U(name): that function of the host's libraries. */
int library_function(lua_State *L);
/* vm_table.c, vm_coro.c, vm_pattern.c: push their table of functions. */
void open_table(lua_State *L);
void open_coroutine(lua_State *L);
void open_patterns(lua_State *L); /* adds to the string table on top */

/* vm_pattern.c; for `matches`: 1 when found in s. May raise. */
int pattern_found(lua_State *L, struct str s, struct str pattern);

/* vm_json.c; both may raise. */
void json_push(lua_State *L, struct str text);
void json_write(lua_State *L, int index, struct buf *out);
/* The same for our own reading: bytes that are not UTF-8 stay. */
void json_keep(lua_State *L, int index, struct buf *out);
/* Raises when `out` is larger than the vm may be. */
void out_add(lua_State *L, struct buf *out, const void *p, size_t n);

/* vm_expr.c: an expression as Lua source. One token of the source stands on
 * one line of the result, from line 2; offsets[line - 2] is its place. */
struct expr {
	struct buf lua;
	size_t *offsets;
	size_t count, cap;
	uint8_t named;             /* names of the host decided its reading */
	size_t at;                 /* of an error */
};
int expr_translate(struct expr *e, struct str text,
	const struct vm_host *host, struct err *err);
void expr_release(struct expr *e);
/* What Q(name, literal, op) of a translated expression does. */
enum compare { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT,
	COMPARE_GE };
/* vm_expr_lib.c: pushes the _ENV of expressions. */
void open_expr(lua_State *L);
/* Appends ": did you mean …" candidates to err's help. */
void expr_suggest(struct err *err, struct str word,
	const struct vm_host *host);

#endif
