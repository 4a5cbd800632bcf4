/*
 * Files of Lua functions that conditions and /lua may call: /source FILE.lua.
 */
#ifndef WF_SHELL_FUNCTIONS_H
#define WF_SHELL_FUNCTIONS_H

#include "engine/base/err.h"
#include "engine/front/front.h"

struct vm;

struct function_file {
	char *name, *path, *text; /* owned; the name is less its folders */
	char **functions;      /* owned; NULL-terminated */
	size_t count, cap;
};
struct functions {
	struct function_file **v; /* owned; the newest last */
	size_t count, cap;
};

/* Reads a file and learns what it defines; what it defined before goes.
 * -1: it cannot be read, is too large, is no Lua, or defines what conditions
 * have already. */
int functions_load(struct functions *f, struct vm *vm, const char *path,
	struct err *err);
void functions_release(struct functions *f);
/* The file that defines a function, as front_env.find_function gives it: 1,
 * or 0. */
int functions_find(const struct functions *f, struct str name,
	struct front_def *out);

#endif
