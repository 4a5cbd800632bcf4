/*
 * The vocabulary: which kinds of leaf step exist and which arguments they
 * take. Filled by the façade from the executors' tables, so that front ends,
 * help and completion know the kinds without including the executors.
 */
#ifndef WF_CORE_VOCAB_H
#define WF_CORE_VOCAB_H

#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_WORD,     /* any one word */
	FIELD_TEXT,     /* the rest of the line */
	FIELD_NUMBER,   /* decimal integer */
	FIELD_DURATION, /* see duration_parse */
	FIELD_PATH,
	FIELD_FLAG,     /* present or not; value "1" */
	FIELD_LIST,     /* comma separated words */
	FIELD_MODE      /* octal file mode */
};

enum field_place {
	PLACE_FLAG,     /* --name VALUE or --name=VALUE, -x VALUE */
	PLACE_POS,      /* positional, in table order */
	PLACE_REST      /* positional, all that remain (0 or more) */
};

struct vocab_field {
	const char *name;   /* of a flag, without dashes, or of an argument */
	char letter;        /* short flag, or 0 */
	uint8_t type;       /* enum field_type */
	uint8_t place;      /* enum field_place */
	uint8_t required;
	const char *help;
};

/* How the text after the command word is read (language.md section 1.3). */
enum text_style {
	STYLE_WORDS,    /* split into words, typed fields */
	STYLE_TEXT,     /* the rest as it stands is the field named "text" */
	STYLE_SHELL,    /* shell text: its references become variables */
	STYLE_LUA,      /* the rest is Lua */
	STYLE_PROMPT    /* a prompt for a model or person: references between
	                   marks (except /ask) */
};

/* Where a leaf runs; decides which pool it draws on by default. */
enum lane {
	LANE_PROCESS,   /* a child of the guard; pool "slots" */
	LANE_INLINE,    /* on the loop at once, never blocks; no pool */
	LANE_WORKER,    /* a worker thread; pool "workers" */
	LANE_NET,       /* the loop, waiting for the network; pool "net" */
	LANE_WAIT,      /* a timer or a signal; no pool */
	LANE_COUNT
};

enum effect { /* contract.md D2 */
	EFFECT_DEFAULT,  /* not said: as the kind's table says */
	EFFECT_PURE,
	EFFECT_IDEMPOTENT, /* may run again: the default of processes */
	EFFECT_ONCE
};

struct vocab_kind {
	const char *name;      /* "bash" */
	const char *summary;   /* one line for help */
	const char *const *examples; /* three, then NULL; each can be run */
	uint8_t style;         /* enum text_style */
	uint8_t lane;          /* enum lane */
	uint8_t effect;        /* enum effect, never EFFECT_DEFAULT */
	const struct vocab_field *fields; /* ends with name NULL; or NULL */
	const char *missing;   /* not NULL: the kind is a name only, and this
	                          says what is missing */
};

struct vocab {
	const struct vocab_kind *const *kinds;
	size_t count;
};

/* Index of the kind called `name` (n bytes) or -1. */
int vocab_find(const struct vocab *v, const char *name, size_t n);

#endif
