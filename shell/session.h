/*
 * A session: what lines share while `wf` runs. It knows nothing of where its
 * lines come from, nor how runs are drawn: sources call session_submit(),
 * observers draw.
 */
#ifndef WF_SHELL_SESSION_H
#define WF_SHELL_SESSION_H

#include <signal.h>

#include "engine/engine.h"
#include "engine/observe.h"
#include "lua/vm.h"
#include "shell/args.h"
#include "shell/defs.h"
#include "shell/functions.h"
#include "shell/out.h"
#include "shell/settings.h"

struct errand;
struct progress;
struct jsonl;
struct wakeup;
struct interactive;
struct program;
struct relay;

enum output_form { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_JSONL };

enum leaving { LEAVING_ASK, LEAVING_WAIT, LEAVING_DETACH, LEAVING_CANCEL,
	LEAVING_NOT };

struct session {
	const struct options *options;
	struct settings settings;
	struct engine *engine;
	struct err no_state;   /* why no run can be kept; code 0: it can */
	struct vm *vm, *policy_vm; /* made when needed */
	struct engine_lua lua;
	struct front_env env;
	struct defs defs;
	struct functions functions; /* of /source FILE.lua */
	const char **names;    /* of all commands, for did-you-mean */
	char *dir, *old_dir;   /* absolute */
	char *args;            /* JSON object for ${args.…}, or "" */
	struct out out, err;   /* standard output and error */
	/* The input of runs: standard input when it is not the script. */
	struct buf input;
	int input_fd;          /* larger: an unnamed file; -1 none */
	uint8_t input_read, input_none;
	struct errand *errands; /* runs begun by this session, newest first */
	struct observer watch;
	struct progress *progress;
	struct jsonl *jsonl;
	struct relay *relay;
	struct wakeup *wakeup;
	volatile sig_atomic_t signal; /* that ends wf; 0: none */
	/* At a prompt INT ends what is being done, never wf: how many came. */
	volatile sig_atomic_t interrupts;
	uint8_t interrupted;   /* the line that is being run was */
	struct program *stopped; /* programs of the person's, by Ctrl-Z */
	struct interactive *at_prompt; /* NULL: nobody sits there */
	char run_of_line[27];  /* ulid of the last run begun; or "" */
	unsigned waiting;      /* runs that wait for a person; for the prompt */
	uint8_t interactive;
	uint8_t quit;          /* /quit */
	enum leaving leaving;  /* what becomes of runs that go on then */
	uint8_t stalled;       /* the journal waits */
	int status;            /* of the last line */
	unsigned depth;        /* of /source and aliases */
};

/* Opens state, engine, observers. `check`: nothing is written. */
int session_open(struct session *s, const struct options *o,
	struct err *err);
void session_close(struct session *s);

enum output_form session_form(const struct session *s, const char *said);
/* Puts the run's input, read once from standard input, into *o. */
int session_input(struct session *s, struct setup_options *o,
	struct err *err);
/* /cd */
int session_cd(struct session *s, const char *dir, struct err *err);
/* There is a person at a prompt: from now on INT does not end wf. */
void session_interactive(struct session *s);
/* `until` of engine_wait: a signal ended us, or what we wait for. */
int session_stopped(void *session);
/* Takes the functions of a file of Lua. */
int session_functions(struct session *s, const char *path, struct err *err);
/* The loop turns for so long: what goes on goes on, and a person can end it.
 * 1 when somebody did. */
int session_pause(struct session *s, int64_t ms);
/* A signal of our own making: the reader of our output is gone. */
void session_stop(struct session *s, int signal);

/* A note for the person, on standard error: "wf: …". */
void session_say(struct session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
