/*
 * Executors: the code that carries out one kind of leaf step.
 *
 * To add one: a file exec_<kind>.c with one `const struct executor`, and a
 * line in exec_list.h. The table in `kind` gives the slash command, its help,
 * its completion and its arguments in workflow text and YAML.
 *
 * The contract, checked for all by one test (tests/unit/test_exec.c):
 * start() is called once per job; exec_done() is called exactly once for it,
 * within start() or later, always from the loop thread; kill() may be called
 * any number of times between the two and makes exec_done() come soon; an
 * executor holds nothing of the job after exec_done().
 */
#ifndef WF_EXEC_EXEC_H
#define WF_EXEC_EXEC_H

#include "engine/core/event.h"
#include "engine/core/vocab.h"
#include "engine/exec/host.h"

struct exec_job;
struct exec_outcome;

/* An argument with its references resolved. */
struct exec_arg {
	uint8_t role;          /* enum arg_role */
	uint8_t from_ref;      /* its first byte is a reference's: such a value
	                          must not pass for an option */
	const char *name;      /* NULL for ARG_WORD */
	struct str value;      /* NUL-terminated too */
};

struct executor {
	const struct vocab_kind *kind;
	/* Checks resolved arguments before anything starts; may be NULL. An
	 * error here is OUTCOME_REFUSED with class configuration. */
	int (*check)(const struct exec_job *job, struct err *err);
	void (*start)(struct exec_job *job);
	void (*kill)(struct exec_job *job, int hard); /* NULL: cannot last */
};

/* How much of the output exec_tap is given while it comes. A line may come
 * cut, and not every one does. */
enum exec_tap_mode { EXEC_TAP_NONE, EXEC_TAP_ALL, EXEC_TAP_LINES };

/* One attempt. Everything is owned by the driver and lives until exec_done
 * returns. */
struct exec_job {
	struct exec_host *host;
	const struct executor *executor;
	uint64_t id;
	const struct exec_arg *args;
	size_t arg_count;
	const char *dir;           /* working directory, absolute */
	const char *const *env;    /* WF_*, /env: "K=V", or "K" to remove;
	                              NULL-terminated */
	struct str in;             /* input bytes, when in_path == NULL */
	const char *in_path;       /* larger input: a file */
	uint8_t tap;               /* exec_tap: enum exec_tap_mode */
	uint8_t direct;            /* processes: outside the slots' queue */
	uint8_t tty;               /* @tty: wants the terminal */
	uint8_t has_terminal;      /* set by start(), given back at its end */
	const char *path;          /* "deploy.bash", for messages */
	int64_t timeout_ms;        /* 0: none; the core enforces it */
	void *state;               /* the executor's own */
	/* Set by start() of those who use the guard, under the job's id; the
	 * driver hands on what the guard says with exec_report/exec_lost. */
	void (*report)(struct exec_job *job, const struct guard_report *r);
	/* The driver's, set before start: */
	void (*done)(struct exec_job *job, struct exec_outcome *o);
	void (*on_tap)(struct exec_job *job, int stream, struct str bytes);
	void (*waits)(struct exec_job *job, int64_t delay_ms, int has_delay,
		const char *signal, const char *when_due);
	void *ud;
};

/* What came of it. Zero it, fill it, give it to exec_done. */
struct exec_output {
	struct str bytes;          /* all, or the head when there is a spool */
	int fd;                    /* spool, taken by the driver; 0, -1: none */
	struct digest digest;      /* of a spool's content */
	uint64_t len;              /* of a spool's content */
	uint8_t truncated;
};
struct exec_outcome {
	uint8_t outcome;           /* enum outcome */
	uint8_t error_class;       /* enum error_class */
	int exit_code;             /* -1: no such thing */
	int64_t start_ms;          /* 0: when the driver called start */
	uint64_t dur_us;           /* 0: until now */
	uint32_t queued_ms;
	struct exec_output out, err;
	struct str error;          /* for people */
	struct str meta;           /* JSON object or empty */
	struct str index;          /* order of both streams; see guard.h */
	uint64_t tokens_in, tokens_out, cost_micro;
};

/* Ends the job; strings in *o are borrowed until it returns. A success whose
 * output was cut is a failure of class resource. */
void exec_done(struct exec_job *job, struct exec_outcome *o);
/* Shorthands: success with these bytes; failure with a message. */
void exec_ok(struct exec_job *job, struct str out);
void exec_fail(struct exec_job *job, enum error_class c, int exit_code,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void exec_tap(struct exec_job *job, int stream, struct str bytes);
/* The job is a wait: the core holds it, durably. After this call the job is
 * over as by exec_done. delay_ms < 0: no timer. */
void exec_wait(struct exec_job *job, int64_t delay_ms, const char *signal,
	const char *when_due);

/* From the guard's callbacks. Descriptors in *r are taken. Both do nothing
 * for a job that is not the guard's. */
void exec_report(struct exec_job *job, const struct guard_report *r);
void exec_lost(struct exec_job *job);

/* Value of field `name` (first), or {NULL, 0}. */
struct str exec_field(const struct exec_job *job, const char *name);
struct str exec_note(const struct exec_job *job, const char *name);
int exec_flag(const struct exec_job *job, const char *name);
size_t exec_words(const struct exec_job *job); /* count of ARG_WORD */
struct str exec_word(const struct exec_job *job, size_t i);
/* For check(): what names a file has no NUL, nor has the step's directory. */
int exec_check_path(const struct exec_job *job, struct str path,
	struct err *err);
/* The directory of the step: job->dir, or the note "dir" seen from there.
 * The answer is job->dir itself or lives in *b. */
const char *exec_dir(const struct exec_job *job, struct buf *b);

/* All executors of engine/exec, NULL-terminated. */
extern const struct executor *const exec_list[];

#endif
