/*
 * What programs do with their words: the table behind shellcmd.c.
 */
#ifndef WF_FRONT_SHELL_TOOL_H
#define WF_FRONT_SHELL_TOOL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"

enum tool_kind {
	TOOL_PLAIN,   /* takes words as they are, but for its code flags */
	TOOL_DATA,    /* takes all words as they are, even `sh -c`, but for
	               * words of its own */
	TOOL_WRAP,    /* runs a command: operands, then a command position */
	TOOL_CARRY,   /* runs a command that stands somewhere in its words */
	TOOL_CODE,    /* code behind a flag, else its first operand a script */
	TOOL_FIRST,   /* behind its operands stands a program (awk, sed) */
	TOOL_ALL,     /* every word is a program */
	TOOL_SUB,     /* its first operand names a tool "git rebase" */
	TOOL_MATH,    /* every word is arithmetic */
	TOOL_NAMES,   /* words are names of variables: NAME=value */
	TOOL_SET,     /* set: words become $1, $2 */
	TOOL_MAKE,    /* NAME=value is text of a makefile */
	TOOL_TEST,    /* [ and test */
	TOOL_COND,    /* [[ */
	TOOL_FIND
};
enum {
	READS_CODE = 1,    /* without a script it reads code from stdin */
	SHELL = 2,         /* all letters of -ce are flags; + flags too */
	CARRIED = 4,       /* known among the words of a TOOL_CARRY */
	CLEAN_INPUT = 8,   /* prints nothing of its standard input */
	CLEAN_ALL = 16     /* prints nothing of its operands either */
};
struct tool {
	const char *name;
	uint8_t kind;          /* enum tool_kind */
	uint8_t flags;
	uint8_t operands;      /* words before the command or program */
	const char *valued;    /* letters of flags that take a word */
	const char *code;      /* letters of flags whose word is code */
	/* words of their own, separated by blanks, whose value (behind `=`,
	 * or the next word) is code; `~--x`: it is a value; `~~--x`: two;
	 * `X:` any word that begins so; `-x*`: its value may be glued to it;
	 * `!--x`: a flag of its own, no short form of a longer one */
	const char *words;
};
enum tool_word { WORD_NONE, WORD_CODE, WORD_VALUE, WORD_TWO,
	WORD_GLUED, WORD_OWN };

/* The tool that a command's name means: its path and a version at its end
 * (python3.11) do not count. NULL when it is not known. */
const struct tool *tool_find(const char *name, size_t n);
/* "git rebase" for git and rebase. */
const struct tool *tool_sub(const struct tool *t, const char *word, size_t n);
/* What stands behind `word`, up to its `=`, when it is one of t->words. */
enum tool_word tool_word_kind(const struct tool *t, const char *word,
	size_t n);
/* 1 when a program runs, loads or evaluates the value of this variable. */
int tool_variable(struct str name);
/* 1 when the tables are in order, as the search demands. */
int tool_tables_sorted(void);

#endif
