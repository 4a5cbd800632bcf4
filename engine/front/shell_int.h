/*
 * Inside the compiler of shell texts: the scanner (shellref.c) knows quoting,
 * the watch over commands (shellcmd.c) knows which words a program would
 * read as a program again, and shelltaint.c which variables hold a value.
 */
#ifndef WF_FRONT_SHELL_INT_H
#define WF_FRONT_SHELL_INT_H

#include "engine/front/bind.h"
#include "engine/front/shell_tool.h"

enum { SHELL_WORD = 64, SHELL_HEREDOCS = 16, SHELL_NAMES = 256 };

/* A word as the shell would see it. */
struct shell_word {
	size_t at, end;        /* in src */
	size_t ref_at, ref_len;/* first reference, or variable that holds one */
	size_t name_n;         /* NAME= : length of NAME, else 0 */
	uint8_t has_ref;
	uint8_t soft;          /* only through a variable or substitution */
	uint8_t all_args;      /* holds "$@" */
	uint8_t exact;         /* lit is the whole word */
	uint8_t lit_n;         /* literal bytes before the first expansion */
	uint8_t quoted;
	struct str var;        /* what the one variable it is was set to */
	char lit[SHELL_WORD];
};

struct shell_flow {        /* a value that flows somewhere: its reference */
	uint8_t has_ref;
	size_t ref_at, ref_len;
};

/* A simple command being read. */
struct shell_cmd {
	const struct tool *tool;
	const struct tool *inner; /* an interpreter named among the words */
	uint8_t started;       /* its name was read */
	uint8_t expect;        /* enum below */
	uint8_t skip;          /* words to come that are data */
	uint8_t operands;      /* still to come before the command */
	uint8_t script;        /* a script or code was given */
	uint8_t reads;         /* its program is its standard input */
	uint8_t ended;         /* flags are over */
	uint8_t clean;         /* prints nothing that it was given */
	uint8_t fed;           /* its input is known */
	uint8_t from_fd;       /* … as what <&N, N > 2, is */
	uint8_t integer;       /* declare -i */
	uint8_t assoc;         /* declare -A */
	uint8_t array;         /* declare -a, -A */
	uint8_t xargs, find;   /* runs words of its input, found names */
	uint8_t replaced;      /* … in its code */
	uint16_t args;         /* operands of a call of a function */
	struct str replace;    /* xargs -I */
	struct str name;       /* its name; of printf -v, the variable */
	size_t last_at, last_end; /* [[: operand before an operator */
	struct shell_flow last;   /* its value; what xargs -a reads */
	size_t heredoc_first;  /* pending here-documents of the pipeline */
};
enum { EXPECT_NONE, EXPECT_VALUE, EXPECT_CODE, EXPECT_MATH, EXPECT_NAME,
	EXPECT_REPLACE, EXPECT_REGEX };

struct shell_heredoc {
	struct str delim;      /* arena */
	uint8_t quoted, tabs, code, input;
};

enum {
	NAME_VALUE = 1,        /* holds a value of ours */
	NAME_TAIL = 2,         /* an array that does so behind its first word */
	NAME_INTEGER = 4, NAME_ASSOC = 8, NAME_FUNCTION = 16
};
struct shell_name {
	struct str name;
	struct str value;      /* its last one, when that was a plain word */
	uint8_t is;
};

struct shell {
	struct binder *b;
	const struct src *src;
	struct str s;          /* cut at the end */
	size_t i;
	struct buf *out;
	struct shell_refs *refs;
	struct shell_heredoc heredoc[SHELL_HEREDOCS];
	size_t heredocs;
	struct shell_name *name; /* owned */
	size_t names, names_cap;
	/* what the list read last prints; what stands in here-documents;
	 * what flows into some command that is not told which */
	struct shell_flow printed, body, input;
	struct shell_flow any; /* some value of this text */
	struct shell_flow around; /* standard input where we read */
	uint32_t depth;
	uint32_t args_from;    /* $N, N >= this, may hold a value; 0: none */
	uint32_t shifts, shifts_seen;
	uint8_t in_back;       /* inside backquotes */
	uint8_t changed;       /* more is known about names: read again */
	int rc;
};

/* Where a word stands: refs get quotes, stand inside them, or are refused. */
enum shell_context { PLAIN, QUOTED, PATTERN };
/* What ends a list of commands (WORDS: the `)` of an array). */
enum shell_close {
	CLOSE_END, CLOSE_PAREN, CLOSE_BACK, CLOSE_CASE, CLOSE_WORDS
};

static inline int more(const struct shell *sh)
{
	return sh->i < sh->s.n;
}

/* The byte `ahead` of the place of reading, or NUL. */
static inline char peek(const struct shell *sh, size_t ahead)
{
	return sh->i + ahead < sh->s.n ? sh->s.p[sh->i + ahead] : '\0';
}

#endif
