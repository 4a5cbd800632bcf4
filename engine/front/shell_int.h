/*
 * Inside the compiler of shell texts: the scanner (shellref.c) knows quoting,
 * the watch over commands (shellcmd.c) knows which words a program would
 * read as a program again.
 */
#ifndef WF_FRONT_SHELL_INT_H
#define WF_FRONT_SHELL_INT_H

#include "engine/front/bind.h"

enum { SHELL_WORD = 64, SHELL_HEREDOCS = 16, SHELL_NAMES = 32 };

/* A word as the shell would see it. */
struct shell_word {
	size_t at, end;        /* in src */
	size_t ref_at, ref_len;/* first reference, or variable that holds one */
	uint8_t has_ref;
	uint8_t soft;          /* only through a variable */
	uint8_t exact;         /* lit is the whole word */
	uint8_t lit_n;         /* literal bytes before the first expansion */
	uint8_t quoted;
	size_t name_n;         /* NAME= : length of NAME, else 0 */
	char lit[SHELL_WORD];
};

enum tool_kind {
	TOOL_PLAIN,   /* takes words as they are */
	TOOL_WRAP,    /* runs a command: operands, then a command position */
	TOOL_CODE,    /* code behind a flag, else its first operand a script */
	TOOL_FIRST,   /* its first operand is a program (awk, sed) */
	TOOL_ALL,     /* every word is a program */
	TOOL_MATH,    /* every word is arithmetic */
	TOOL_NAMES,   /* words are names of variables: NAME=value */
	TOOL_TEST,    /* [ and test */
	TOOL_COND,    /* [[ */
	TOOL_FIND
};
struct tool {
	const char *name;
	uint8_t kind;          /* enum tool_kind */
	uint8_t operands;      /* WRAP: words before the command */
	const char *valued;    /* letters of flags that take a word */
	const char *code;      /* letters of flags whose word is code */
	uint8_t reads_code;    /* without a script it reads code from stdin */
};

/* A simple command being read. */
struct shell_cmd {
	const struct tool *tool;
	uint8_t started;       /* its name was read */
	uint8_t expect;        /* enum below */
	uint8_t operands;      /* still to come before the command */
	uint8_t script;        /* a script or code was given */
	uint8_t ended;         /* flags are over */
	uint8_t integer;       /* declare -i */
	uint8_t math;          /* [[ … -eq …: both sides */
	uint8_t substitutes;   /* xargs -I */
	uint8_t is_for;        /* words of `for NAME in …` */
	size_t last_ref_at, last_ref_len; /* [[: operand before an operator */
	size_t heredoc_first;  /* pending here-documents of the pipeline */
};
enum { EXPECT_NONE, EXPECT_VALUE, EXPECT_CODE, EXPECT_MATH };

struct shell_pipe {        /* what flows into the next command */
	uint8_t has_ref;
	size_t ref_at, ref_len;
};

struct shell_heredoc {
	struct str delim;      /* arena */
	uint8_t quoted, tabs, code;
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
	struct str tainted[SHELL_NAMES]; /* variables set from references */
	size_t taints;
	uint32_t depth;
	uint8_t in_back;       /* inside backquotes */
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

/* ---- shellquote.c: each copies what it reads ---- */
void shell_copy(struct shell *sh, size_t n);
int shell_enter(struct shell *sh);     /* one level deeper, or an error */
void shell_word_read(struct shell *sh, struct shell_word *w,
	enum shell_context ctx);
/* At `$` or a backquote. */
void shell_dollar(struct shell *sh, struct shell_word *w,
	enum shell_context ctx);
void shell_substitution(struct shell *sh); /* behind `$(`, `<(`, `(` */
/* Arithmetic to the bracket that closes `depth` open ones. */
void shell_math(struct shell *sh, char open, char close, size_t depth);
/* To `end`: references are refused. */
void shell_forbid(struct shell *sh, size_t end, const char *code,
	const char *why, const char *help);
/* ---- shellref.c ---- */
void shell_list(struct shell *sh, enum shell_close close);
/* `${a}`, where a is another step and no variable of this text. */
int shell_means_step(const struct shell *sh, const struct ref_text *r);

/* ---- shellcmd.c ---- */
void shell_refuse(struct shell *sh, size_t at, size_t len, const char *code,
	const char *why, const char *help);
void shell_taint(struct shell *sh, struct str name);
int shell_is_tainted(const struct shell *sh, struct str name);

/* A word of a simple command was read; 1 when the next one stands in
 * command position. */
void shell_cmd_word(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);
/* The command ends; `pipe` is what it reads from, `own` its own words. */
void shell_cmd_end(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_pipe *pipe, const struct shell_pipe *own);
/* Inside [[ … ]], where operators are words. */
int shell_in_cond(const struct shell_cmd *cmd);
/* `< word` of the command. */
void shell_cmd_input(struct shell *sh, struct shell_cmd *cmd,
	const struct shell_word *w);

#endif
