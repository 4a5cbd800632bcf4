/*
 * Which shell texts run without a shell, and that those mean the same.
 */
#include "engine/io/direct.h"

#include "tests/unit/tap.h"

static void joined(const char *text, char *out, size_t n)
{
	struct direct d;
	size_t i, at = 0;

	out[0] = '\0';
	if (!direct_words(str_of(text), &d))
		snprintf(out, n, "no");
	for (i = 0; i < d.argc; i++)
		at += (size_t)snprintf(out + at, n - at, "[%s]", d.argv[i]);
	if (d.argc && d.argv[d.argc])
		snprintf(out, n, "not terminated");
	direct_release(&d);
}

int main(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "true", "[true]" },
		{ "false", "[false]" },
		{ "make -j2 all", "[make][-j2][all]" },
		{ " \tgit  log\t--oneline \n", "[git][log][--oneline]" },
		{ "./run a=b user@host:/p %x 1,2+3", "[./run][a=b]"
			"[user@host:/p][%x][1,2+3]" },
		{ "/bin/echo hi", "[/bin/echo][hi]" },
		{ "bash -c ls", "[bash][-c][ls]" },
		{ "", "no" }, { "  ", "no" },
		{ "echo hi", "no" }, { "test -f x", "no" }, { "cd /", "no" },
		{ ": x", "no" }, { ". ./x", "no" }, { "time make", "no" },
		{ "alias", "no" }, { "while", "no" }, { "wait 1", "no" },
		{ "kill 1", "no" }, { "printf x", "no" }, { "if", "no" },
		{ "A=b make", "no" }, { "%1", "no" }, { "ls *", "no" },
		{ "ls ~", "no" }, { "ls $X", "no" }, { "ls 'a'", "no" },
		{ "ls \"a\"", "no" }, { "a\\b", "no" }, { "a|b", "no" },
		{ "a;b", "no" }, { "a&", "no" }, { "a\nb", "no" },
		{ "a>b", "no" }, { "a<b", "no" }, { "(a)", "no" },
		{ "a {b,c}", "no" }, { "a #b", "no" }, { "a `b`", "no" },
		{ "a !b", "no" }, { "[ -f x ]", "no" }, { "a ?", "no" },
		{ "a \x01", "no" }, { "a \xc3\xa4", "no" }, { "a ^b", "no" }
	};
	char got[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		joined(cases[i].text, got, sizeof(got));
		ok(!strcmp(got, cases[i].want), "text %zu is %s", i + 1,
			strcmp(cases[i].want, "no") ? "taken as words" :
			"left to the shell");
	}
	ok(!direct_words((struct str){ "a\0b", 3 }, &(struct direct){ 0 }),
		"a NUL byte is left to the shell");
	return done();
}
