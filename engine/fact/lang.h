/*
 * Programming languages: which one a file is in, and what of its words and
 * signs a reader of its text must know. A new language is a row in lang.c.
 */
#ifndef WF_FACT_LANG_H
#define WF_FACT_LANG_H

#include "engine/base/buf.h"

/* How the bodies of functions are found. */
enum lang_shape {
	SHAPE_NONE,     /* not known: a file counts as one function */
	SHAPE_BRACES,   /* NAME(…) … { … }: C, C++, Java */
	SHAPE_KEYWORD,  /* func NAME(…) … { … }: Go, Rust */
	SHAPE_SCRIPT,   /* functions anywhere, nested: JavaScript */
	SHAPE_INDENT,   /* def NAME(…): and deeper lines: Python */
	SHAPE_END,      /* function … end: Lua */
	SHAPE_SHELL     /* NAME() { … } */
};

enum lang_trait {
	LANG_SLASHES = 1,      /* comments: // and block ones */
	LANG_HASH = 2,         /* # */
	LANG_DASHES = 4,       /* -- and --[[ ]] */
	LANG_NESTED = 8,       /* block comments nest */
	LANG_TRIPLE = 0x10,    /* strings in """ (and ''' in Python) */
	LANG_BACKTICK = 0x20,  /* `…` is a string */
	LANG_REGEX = 0x40,     /* /…/ may be one */
	LANG_PREPROCESSOR = 0x80,
	LANG_RAW_C = 0x100,    /* R"x(…)x" */
	LANG_RAW_RUST = 0x200, /* r#"…"#, and 'a is a lifetime */
	LANG_LONG = 0x400,     /* [[…]], [=[…]=] are strings */
	LANG_NO_CHAR = 0x800   /* '…' is a string as "…" is */
};

struct lang {
	const char *name;
	const char *const *ends;      /* of file names: ".c"; or whole names */
	const char *const *decisions; /* words and signs that choose a way */
	const char *keyword;          /* SHAPE_KEYWORD: of a function */
	uint32_t traits;              /* enum lang_trait */
	uint8_t shape;                /* enum lang_shape */
};

/* Of a path by its name; NULL: none that is known. */
const struct lang *lang_of(struct str path);
/* All of them; ends with name == NULL. */
extern const struct lang langs[];

#endif
