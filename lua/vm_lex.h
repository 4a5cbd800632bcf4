/*
 * Tokens of a condition (language.md 5), with their places in the text.
 */
#ifndef WF_LUA_VM_LEX_H
#define WF_LUA_VM_LEX_H

#include "lua/vm_int.h"

enum tok_kind {
	TOK_END, TOK_NUMBER, TOK_STRING,
	TOK_NAME,    /* root [. field]…; the text without ${ } */
	TOK_REF,     /* the same, written ${a.b} or ${a.b:-text} */
	TOK_THRESHOLD, /* ~N or ~N[LO,HI]; the text is N */
	TOK_OP,      /* `text` is the operator in Lua's spelling */
	TOK_WORD,    /* true false nil contains matches in */
	TOK_BAD
};

struct token {
	uint8_t kind;          /* enum tok_kind */
	struct str text;       /* as it goes into the Lua source */
	struct str root, field;/* NAME, REF */
	struct str fallback;   /* REF; .p NULL: none */
	double lo, hi;         /* THRESHOLD */
	size_t at;             /* byte offset in the user's text */
};

struct lexer {
	struct str src;
	size_t pos;
	const struct vm_host *host;
	uint8_t named;         /* names of the host decided a reading */
	struct err *err;       /* set when a token is TOK_BAD */
	size_t err_at;
};

/* What is said of a '~' in the wrong place. */
extern const char threshold_place[], threshold_form[];

void lex_next(struct lexer *l, struct token *t);

#endif
