/*
 * A value that passes between the engine and the Lua room: conditions,
 * items, references. Strings are borrowed.
 */
#ifndef WF_BASE_VALUE_H
#define WF_BASE_VALUE_H

#include <string.h>

#include "engine/base/buf.h"
#include "engine/base/err.h"

enum value_kind {
	VALUE_NIL, VALUE_BOOL, VALUE_INT, VALUE_NUMBER, VALUE_STRING,
	VALUE_JSON /* a table, given and taken as JSON text */
};
struct value {
	uint8_t kind;          /* enum value_kind */
	int64_t i;             /* BOOL, INT */
	double d;              /* NUMBER */
	struct str s;          /* STRING, JSON: borrowed; of INT, NUMBER the
	                          text they have in their source, or empty */
};

/* A file of functions, as Lua source; its name is for messages. */
struct vm_library {
	struct str only;       /* the function that is meant; empty: all */
	struct str name, source;
};
enum { LIBRARIES_MAX = 64 };   /* functions that one node calls */
/* One that is written as the function's name, a newline, and behind that
 * (`file`) the file's name, a newline, its source. */
static inline struct vm_library vm_library_of(const char *only,
	const char *file)
{
	const char *end = strchrnul(file, '\n');

	return (struct vm_library){{only, strcspn(only, "\n")}, {file,
		(size_t)(end - file)}, str_of(*end ? end + 1 : end)};
}

/*
 * Asks the host for `root.field` ("build","output"; "vars","x"; field may be
 * empty: the bare name). Returns 1 and *out (borrowed until the next call),
 * 0 when the root is unknown (an error with did-you-mean), -1 and err when
 * it cannot be had now.
 */
struct vm_host {
	void *ud;
	int (*get)(void *ud, struct str root, struct str field,
		struct value *out, struct err *err);
	size_t (*names)(void *ud, const char **names, size_t max);
	/* Where the threshold `~start` number `index` (from 0, as written in
	 * the expression) is now: 1 and *at within [lo, hi], or 0: at start.
	 * NULL: at start. */
	int (*threshold)(void *ud, size_t index, double start, double lo,
		double hi, double *at);
	/* Tells what was compared with it (NaN: no number) and where it was.
	 * NULL: nobody wants to know. */
	void (*compared)(void *ud, size_t index, double x, double at);
	/* What may be called beside the language's own functions; of two with
	 * one name the last counts. */
	const struct vm_library *libraries;
	size_t library_count;
	/* Checking: 1 when there will be such a function. NULL: look into the
	 * libraries when it is called. */
	int (*is_function)(void *ud, struct str name);
};

/*
 * The operands of an expression, for who evaluates them in an order of their
 * own: an AND list or an OR list of slices of `expr`, without the blanks and
 * parentheses around them; anything else (and what does not parse) is a LEAF
 * of one slice. The last slice of a longer list holds the rest. An operand may
 * rely on those before it (exists(a.b) and a.b > 3): what fails in another
 * order is to be evaluated in this one.
 */
enum { VM_OPERANDS = 32 };
enum vm_split_kind { VM_LEAF, VM_AND, VM_OR };
struct vm_split {
	uint8_t kind;          /* enum vm_split_kind */
	size_t count;
	struct str slices[VM_OPERANDS];
	size_t thresholds[VM_OPERANDS]; /* written before the slice */
};

#endif
