/*
 * Words and signs of a program's text, without its comments and the insides
 * of its strings. Never fails: a string or comment that does not end ends
 * with the text.
 */
#ifndef WF_FACT_CODE_LEX_H
#define WF_FACT_CODE_LEX_H

#include "engine/fact/lang.h"

enum code_token_kind {
	CODE_END,
	CODE_WORD,      /* identifier or keyword */
	CODE_NUMBER,
	CODE_STRING,
	CODE_SIGN,      /* one of the language's, of up to three bytes */
	CODE_DIRECTIVE, /* word behind # at a line's beginning */
	CODE_COMMENT    /* told, for those who count what stands in them */
};

struct code_token {
	uint8_t kind;          /* enum code_token_kind */
	uint8_t first;         /* first of its line */
	struct str text;
	uint32_t indent;       /* of its line, in columns; tabs to 8 */
};

enum { CODE_TEMPLATES = 16, CODE_NESTED = 32 };
struct code_lexer {
	struct str text;
	const struct lang *lang;
	size_t at, line_at;    /* line_at: where the line begins */
	uint8_t fresh;         /* nothing of the line has been told */
	struct str here;       /* word that ends a here-document; or empty */
	uint32_t templates;    /* `…${` that are open … */
	uint32_t braces[CODE_TEMPLATES]; /* … and { in each */
	size_t no_regex;       /* none ends before it */
	uint8_t value;         /* the last token ends a value: / divides */
};

void code_lex_init(struct code_lexer *l, const struct lang *lang,
	struct str text);
/* The next one; 0 at the end. */
int code_lex(struct code_lexer *l, struct code_token *out);

#endif
