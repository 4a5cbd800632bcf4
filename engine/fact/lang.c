/*
 * The table of languages. Decisions are what McCabe's measure counts: every
 * place where a function goes one of two ways.
 */
#include "engine/fact/lang.h"

#include <string.h>

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

enum {
	C_LIKE = LANG_SLASHES,
	SCRIPT = LANG_SLASHES | LANG_BACKTICK | LANG_REGEX | LANG_NO_CHAR
};

static const char *const c_decisions[] = {"if", "for", "while", "case",
	"catch", "&&", "||", "?", NULL};
static const char *const script_decisions[] = {"if", "for", "while", "case",
	"catch", "&&", "||", "?", "??", NULL};
/* Of languages whose functions are not looked for. */
static const char *const usual_decisions[] = {"if", "elif", "elsif", "elseif",
	"unless", "for", "foreach", "while", "until", "case", "when", "catch",
	"rescue", "except", "&&", "||", "and", "or", NULL};

const struct lang langs[] = {
	{"C", WORDS(".c", ".h"), c_decisions, NULL,
		C_LIKE | LANG_PREPROCESSOR, SHAPE_BRACES},
	{"C++", WORDS(".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx",
		".ipp", ".tcc"), c_decisions, NULL,
		C_LIKE | LANG_PREPROCESSOR | LANG_RAW_C, SHAPE_BRACES},
	{"Java", WORDS(".java"), c_decisions, NULL, C_LIKE | LANG_TRIPLE,
		SHAPE_BRACES},
	{"Go", WORDS(".go"), WORDS("if", "for", "case", "&&", "||"), "func",
		C_LIKE | LANG_BACKTICK, SHAPE_KEYWORD},
	{"Rust", WORDS(".rs"), WORDS("if", "for", "while", "&&", "||", "?"),
		"fn", C_LIKE | LANG_NESTED | LANG_RAW_RUST,
		SHAPE_KEYWORD},
	{"JavaScript", WORDS(".js", ".mjs", ".cjs", ".jsx"), script_decisions,
		NULL, SCRIPT, SHAPE_SCRIPT},
	{"TypeScript", WORDS(".ts", ".mts", ".cts", ".tsx"), script_decisions,
		NULL, SCRIPT, SHAPE_SCRIPT},
	{"Python", WORDS(".py", ".pyi", ".pyw"), WORDS("if", "elif", "for",
		"while", "except", "case", "and", "or"), NULL,
		LANG_HASH | LANG_TRIPLE | LANG_NO_CHAR, SHAPE_INDENT},
	{"Lua", WORDS(".lua"), WORDS("if", "elseif", "for", "while", "repeat",
		"and", "or"), NULL, LANG_DASHES | LANG_LONG | LANG_NO_CHAR,
		SHAPE_END},
	{"Shell", WORDS(".sh", ".bash", ".zsh", ".ksh", ".bats"), WORDS("if",
		"elif", "for", "select", "while", "until", "&&", "||"), NULL,
		LANG_HASH | LANG_NO_CHAR, SHAPE_SHELL},
	{"C#", WORDS(".cs"), WORDS("if", "for", "foreach", "while", "case",
		"catch", "&&", "||", "?", "??"), NULL, C_LIKE,
		SHAPE_BRACES},
	{"Kotlin", WORDS(".kt", ".kts"), usual_decisions, "fun",
		C_LIKE | LANG_NESTED | LANG_TRIPLE, SHAPE_KEYWORD},
	{"Swift", WORDS(".swift"), usual_decisions, "func",
		C_LIKE | LANG_NESTED | LANG_TRIPLE, SHAPE_KEYWORD},
	{"Scala", WORDS(".scala"), usual_decisions, NULL,
		C_LIKE | LANG_NESTED | LANG_TRIPLE, SHAPE_NONE},
	{"Objective-C", WORDS(".m", ".mm"), usual_decisions, NULL,
		C_LIKE | LANG_PREPROCESSOR, SHAPE_NONE},
	{"PHP", WORDS(".php"), usual_decisions, NULL,
		C_LIKE | LANG_HASH | LANG_NO_CHAR, SHAPE_NONE},
	{"Perl", WORDS(".pl", ".pm"), usual_decisions, NULL,
		LANG_HASH | LANG_NO_CHAR, SHAPE_NONE},
	{"Ruby", WORDS(".rb", "Rakefile"), usual_decisions, NULL,
		LANG_HASH | LANG_NO_CHAR, SHAPE_NONE},
	{"R", WORDS(".r", ".R"), usual_decisions, NULL,
		LANG_HASH | LANG_NO_CHAR, SHAPE_NONE},
	{"Zig", WORDS(".zig"), usual_decisions, NULL, C_LIKE, SHAPE_NONE},
	{"Dart", WORDS(".dart"), usual_decisions, NULL,
		C_LIKE | LANG_NESTED | LANG_NO_CHAR, SHAPE_NONE},
	{"Haskell", WORDS(".hs"), usual_decisions, NULL, LANG_DASHES,
		SHAPE_NONE},
	{"Elixir", WORDS(".ex", ".exs"), usual_decisions, NULL,
		LANG_HASH | LANG_TRIPLE, SHAPE_NONE},
	{"SQL", WORDS(".sql"), usual_decisions, NULL,
		LANG_DASHES | LANG_NO_CHAR, SHAPE_NONE},
	{NULL, NULL, NULL, NULL, 0, 0},
};

static int ends_with(struct str s, const char *end)
{
	size_t n = strlen(end);

	return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

static int names(const char *end, struct str name)
{
	return end[0] == '.' ? ends_with(name, end) : str_eq(name, end);
}

const struct lang *lang_of(struct str path)
{
	const char *slash = memrchr(path.p, '/', path.n);
	struct str name = path;

	if (slash) {
		name.n = (size_t)(path.p + path.n - slash) - 1;
		name.p = slash + 1;
	}
	for (const struct lang *l = langs; l->name; l++)
		for (const char *const *e = l->ends; *e; e++)
			if (names(*e, name))
				return l;
	return NULL;
}
