/*
 * Errors of the user and of the world. A function that can fail returns 0 or
 * -1 and takes `struct err *` last; -1 without a message is a bug, and on
 * success the err is untouched. Our own bugs are assertions, never errs.
 *
 *	return err_set(err, ERR_PLAN, "unknown step '%s'", name);
 */
#ifndef WF_BASE_ERR_H
#define WF_BASE_ERR_H

enum err_code {
	ERR_NONE,
	ERR_USAGE,    /* how a command was written; exit 2 */
	ERR_SYNTAX,   /* workflow text or YAML; exit 2 */
	ERR_PLAN,     /* a text that parses but makes no plan; exit 2 */
	ERR_REFUSED,  /* permission, trust, budget; exit 4 */
	ERR_NOTFOUND, /* run, step, file named by the user */
	ERR_STATE,    /* the state directory, database, disk */
	ERR_IO,       /* the world */
	ERR_LIMIT,    /* a limit of limits.h */
	ERR_TIMEOUT,
	ERR_CORRUPT,  /* stored bytes that cannot be what we wrote */
	ERR_BUSY      /* owned by another process */
};

struct err {
	enum err_code code;
	char text[480]; /* lower case, no full stop: object, cause */
	char help[256]; /* what to do; may be empty */
};

/* Fills err (may be NULL) and returns -1. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Sets the way out of an err that is already set; returns -1. */
int err_help(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* As err_set, with ": strerror(errno)" appended. */
int err_errno(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
