/*
 * What the readers of the shapes of languages share: a stack of blocks, of
 * which the innermost function takes a decision, and what has been seen of
 * the statement at hand. Private to engine/fact.
 */
#ifndef WF_FACT_CODE_SCAN_INT_H
#define WF_FACT_CODE_SCAN_INT_H

#include "engine/fact/code_lex.h"
#include "engine/fact/code_scan.h"

enum { DEPTH = 512, BRANCHES = 64, PARENS = 64 };

enum block_kind {
	BLOCK_PLAIN,
	BLOCK_FUNCTION,
	BLOCK_DATA,            /* initialisers; no functions in it (C) */
	BLOCK_CLASS,           /* what is in it is not of a function around */
	BLOCK_MATCH,           /* of Rust */
	BLOCK_OBJECT,          /* { key: value } of JavaScript */
	BLOCK_TYPE             /* of TypeScript: nothing in it is run */
};

/* What has been seen since the last boundary of statements. */
struct statement {
	struct str first, last, before; /* tokens; `before` the last one */
	struct str before_paren;        /* of the outermost bracket */
	struct str type_name;  /* behind class, enum … */
	uint32_t parens, squares;       /* open now */
	uint32_t function_at;  /* brackets around the word for a function + 1 */
	uint32_t class_at;     /* the same of class, struct … */
	uint32_t match_at;     /* the same of match */
	uint32_t new_at;       /* the same of new */
	uint32_t angles;       /* template <…> */
	uint32_t pending;      /* decisions in what may become a function */
	uint8_t any, assigned, closed, named, alone, colon, arrow, test;
	uint8_t is_operator;   /* of C++, its sign follows */
	uint8_t made;          /* `new X(…)` has just ended */
	uint8_t ternary, in_type;
	uint8_t begins;        /* shell: a command may stand here */
};

struct block {
	uint8_t kind;          /* enum block_kind */
	uint8_t is_expression; /* function without a brace: ends by itself */
	uint8_t is_round;      /* shell: ( ) */
	uint32_t count;        /* BLOCK_FUNCTION: its complexity so far;
	                          BLOCK_MATCH: arms */
	uint32_t indent;       /* SHAPE_INDENT: of its first line */
	uint32_t ternaries;    /* is_expression: ? without their : */
	struct str name;       /* BLOCK_CLASS */
	struct statement around; /* goes on behind it */
};

struct scan {
	struct code_lexer l;
	struct code_token t;
	struct code_count *out;
	struct statement st;
	size_t depth, lost;    /* lost: open ones deeper than DEPTH */
	size_t branch[BRANCHES]; /* depths at #if */
	size_t branches;
	struct str opened[PARENS]; /* tokens before the brackets open now */
	uint32_t brackets;     /* open now, of all statements */
	uint32_t line_indent;  /* SHAPE_INDENT */
	uint32_t cases;        /* shell: open ones; see code_plain.c */
	uint32_t pattern_depth;
	uint8_t pattern, pattern_words, case_begins;
	uint8_t was_value;     /* the token before this one ended a value */
	uint8_t old_style;     /* C: f(a) int a; { */
	uint8_t marked_test;   /* an annotation says so */
	uint8_t type_arrow;    /* the last => was of a type */
	struct block blocks[DEPTH]; /* the last: not zeroed */
};

void scan_braces(struct scan *s);  /* SHAPE_BRACES, SHAPE_KEYWORD */
void scan_script(struct scan *s);
void scan_indent(struct scan *s);
void scan_end(struct scan *s);
void scan_shell(struct scan *s);

/* Innermost function that a decision here is of, or NULL. */
struct block *scan_function(struct scan *s);
struct block *scan_top(struct scan *s); /* or NULL */
/* NULL: too deep, only counted. */
struct block *scan_push(struct scan *s, enum block_kind kind);
void scan_pop(struct scan *s);
void scan_decide(struct scan *s);
/* The token is in the language's table of decisions. */
int scan_is_decision(const struct scan *s);
int scan_is_one_of(struct str w, const char *const *words);
/* A function's name is one that test runners look for. */
int scan_is_test_name(struct str w);
/* First byte behind the token that is no blank; NUL at the end. */
char scan_next_char(const struct scan *s);
/* Notes the token as the statement's last. */
void scan_note(struct scan *s);

static inline int is(const struct scan *s, const char *text)
{
	return str_eq(s->t.text, text);
}

static inline int is_sign(const struct scan *s, const char *text)
{
	return s->t.kind == CODE_SIGN && is(s, text);
}

static inline int is_word(const struct scan *s, const char *text)
{
	return s->t.kind == CODE_WORD && is(s, text);
}

/* A token's text that is a word, not a sign. */
static inline int is_name_text(struct str s)
{
	return s.n && (s.p[0] == '_' || s.p[0] == '$' || s.p[0] >= 'A') &&
		s.p[0] != '[' && s.p[0] != ']' && s.p[0] != '^' &&
		s.p[0] != '`' && s.p[0] != '{' && s.p[0] != '|' &&
		s.p[0] != '}' && s.p[0] != '~' && s.p[0] != '\\';
}

#endif
