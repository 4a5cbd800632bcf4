/*
 * The keys of the YAML blocks, each with its type and one line of meaning:
 * what the readers accept, did-you-mean offers and the manual prints. A
 * reader finds the value of a key under its enum constant.
 */
#ifndef WF_FRONT_YAML_KEYS_H
#define WF_FRONT_YAML_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum ykey_type {
	YKEY_TEXT,     /* any scalar */
	YKEY_NAME,     /* a NAME of the language */
	YKEY_BOOL,     /* true or false */
	YKEY_COUNT,    /* whole number from 0 */
	YKEY_SIZE,     /* whole number from 1 */
	YKEY_NUMBER,   /* number from 0 */
	YKEY_DURATION, /* seconds, or "5m" */
	YKEY_CACHE,    /* true, false or a duration */
	YKEY_CHOICE,   /* one word of `choices` */
	YKEY_LIST,     /* one text or a list of texts */
	YKEY_PAIRS,    /* a map of texts, or "K:V", or a list of them */
	YKEY_PARAMS,   /* text or a list of texts */
	YKEY_MAP,
	YKEY_SEQ
};

struct ykey {
	const char *name;
	uint8_t type;        /* enum ykey_type */
	uint8_t required;
	const char *choices; /* CHOICE: "a b c" */
	const char *meaning;
};

struct ykeys {
	const char *what;    /* "a step", for messages */
	const struct ykey *keys;
	size_t count;
};

enum {
	STEP_NAME, STEP_COMMAND, STEP_PARAMS, STEP_DEPENDS, STEP_IF,
	STEP_TIMEOUT, STEP_RETRY, STEP_BACKOFF, STEP_CACHE, STEP_NEEDS,
	STEP_LIMIT, STEP_MAX, STEP_IGNORE, STEP_UNDO, STEP_FALLBACK,
	STEP_VERIFY, STEP_EFFECT, STEP_USES, STEP_READS, STEP_WRITES, STEP_ENV,
	STEP_DIR, STEP_SHELL, STEP_TTY, STEP_ON, STEP_PRIORITY, STEP_MODEL,
	STEP_AGENT, STEP_KEYS
};

enum {
	CHAIN_STEPS, CHAIN_OPTIONS, CHAIN_KEYS
};

enum {
	OPT_SAVE, OPT_PARALLEL, OPT_STRATEGY, OPT_LIMIT, OPT_TIMEOUT,
	OPT_FAIL_FAST, OPT_KEYS
};

enum {
	FLOW_CONDITIONS, FLOW_ADAPTIVE, FLOW_LEARNING, FLOW_KEYS
};

enum {
	COND_IF, COND_THEN, COND_ELSE, COND_KEYS
};

enum {
	DOC_DESCRIPTION, DOC_PARAMS, DOC_CHAIN, DOC_FLOW, DOC_SWARM,
	DOC_PIPELINE, DOC_KEYS
};

extern const struct ykeys ykeys_step, ykeys_chain, ykeys_options, ykeys_flow,
	ykeys_condition, ykeys_document;

#endif
