/*
 * The sandbox: Lua 5.4 for conditions, /lua steps and, later, facts and
 * adapters. One source, one allow-list, the same answers on the loop and on
 * worker threads (contract.md "Lua escape or hang").
 *
 * A vm is one Lua state; it belongs to one thread at a time. After any error
 * or interruption the next evaluation is right.
 */
#ifndef WF_LUA_VM_H
#define WF_LUA_VM_H

#include "engine/base/value.h"

struct vm;

struct vm_options {
	size_t max_bytes;      /* 0: LIMIT_LUA_BYTES */
	uint32_t limit_ms;     /* of one evaluation; 0: LIMIT_EVAL_MS */
	uint64_t seed;         /* of math.random */
};

int vm_new(struct vm **out, const struct vm_options *options,
	struct err *err);
void vm_free(struct vm *vm);
void vm_limit(struct vm *vm, uint32_t limit_ms); /* 0: none */
void vm_seed(struct vm *vm, uint64_t seed);    /* of the next vm_run */
/* From any thread: the evaluation that runs, or else the next one, ends soon
 * with ERR_TIMEOUT ("interrupted"). */
void vm_interrupt(struct vm *vm);
/* Forgets an interrupt that came when nothing ran any more. */
void vm_forget(struct vm *vm);

/*
 * An expression of language.md section 5 (AND OR NOT && || ! != contains
 * matches in, ${a.b}, step names with '-'). *out strings live until the next
 * call on the vm. Error messages give the position in the user's text:
 * *at is its byte offset.
 */
int vm_eval(struct vm *vm, struct str expr, const struct vm_host *host,
	struct value *out, size_t *at, struct err *err);
/* Only compiles. Of the host (may be NULL) nothing but names is asked. */
int vm_check(struct vm *vm, struct str expr, const struct vm_host *host,
	size_t *at, struct err *err);
/* Runs a library and tells the names of its functions; `fn` may not call the
 * vm. -1: it cannot be loaded, with the place in it. */
int vm_functions(struct vm *vm, const struct vm_library *lib,
	void (*fn)(void *ud, const char *name), void *ud, struct err *err);

/* len, exists, string.upper and the other functions of conditions. */
int vm_is_function(struct str name);
/* See struct vm_split. host (may be NULL) is asked for names with '-' only. */
void vm_split(struct str expr, const struct vm_host *host,
	struct vm_split *out);

/*
 * A chunk of /lua: `input` is a string, `args` a table of the named values;
 * those named WF_V… are globals too, and the functions of the libraries.
 * The value returned is appended to out: a string as it is, nil nothing,
 * number and boolean as text, a table as JSON. What it prints goes to
 * `printed`.
 */
struct vm_arg {
	struct str name, value;
};
struct vm_call {
	struct str chunk;
	const char *name;      /* of the chunk, for messages */
	struct str input;
	const struct vm_arg *args;
	size_t arg_count;
	const struct vm_library *libraries;
	size_t library_count;
};
/* *line (may be NULL): where in the chunk the error is, or 0. */
int vm_run(struct vm *vm, const struct vm_call *call, struct buf *out,
	struct buf *printed, size_t *line, struct err *err);

/*
 * Calls a function of lua/adaptive.lua (its head says which there are and
 * what they take): JSON text in, JSON text appended to out. Compiled once
 * per vm; a directory in WF_LUA_PATH holds the file that replaces the one in
 * the binary. Never from a callback of the same vm's host.
 */
int vm_policy(struct vm *vm, const char *function, struct str json,
	struct buf *out, struct err *err);

/* The executor of /lua; registered by the shell's main. */
struct executor;
extern const struct executor exec_lua;

#endif
