/*
 * References in shell texts (language.md section 4). The bad snippets of
 * tests/front/shellref.bad are refused with their code; the good ones of
 * shellref.good run under sh and bash with hostile values and print them
 * byte for byte, and nothing that a value says happens.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/front/shell_tool.h"
#include "engine/front/text_int.h"
#include "tests/front/vocab.h"
#include "tests/unit/tap.h"

static const char *const hostile[] = {
	"plain", "a b  c", "$(touch PWNED)", "`touch PWNED`",
	"; touch PWNED", "x\"; touch PWNED; \"", "x'; touch PWNED; '",
	"&& touch PWNED || touch PWNED", "| tee PWNED", "> PWNED",
	"line 1\nline 2", "*", "~ ~root $HOME ${HOME} ${x:=y}", "%s%n\\n\\x41",
	"a[$(touch PWNED)]", "{a,b} !! !x # c", "back\\slash\\", "\\",
	"\xc3\xa4\xe2\x86\x92\x01\x7f\xff", "$'x' $\"y\" $((1+1)) $[1]",
	"-n", "--", "EOF", "=x", "'", "\""
};

struct snippet {
	char *want, *text;
};

/* Turns pilcrows into newlines, in place. */
static void unfold(char *s)
{
	char *out = s;

	for (; *s; s++)
		if (s[0] == '\xc2' && s[1] == '\xb6') {
			*out++ = '\n';
			s++;
		} else {
			*out++ = *s;
		}
	*out = '\0';
}

static int next_snippet(FILE *f, struct snippet *s)
{
	static char line[4096];
	char *tab;

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		tab = strchr(line, '\t');
		if (!tab || (line[0] == '#' && line[1] == ' '))
			continue;
		*tab = '\0';
		s->want = line;
		s->text = tab + 1;
		unfold(s->want);
		unfold(s->text);
		return 1;
	}
	return 0;
}

/* Compiles one text as the step b after a; NULL and the codes on failure. */
static struct plan *compile(const char *text, char codes[64])
{
	struct front_flags flags = { .strategy = -1 };
	struct line line = { .name = str_of("chain") };
	struct unit u = { .command = str_of("bash"), .as_is = 1 };
	struct plan *plan = NULL;
	struct front_ctx c;
	struct diags d;
	struct frag f;
	size_t i;

	diags_init(&d, "test", 1, str_of(text));
	front_ctx_init(&c, &test_env, &d, &flags);
	sequence_compile(&c, c.top, src_new(&c, str_of("a: /echo x"), 0, 0),
		0, 10, &f);
	frag_release(&f);
	u.src = src_new(&c, str_of(text), 0, 1);
	u.to = strlen(text);
	u.name = str_of("b");
	unit_compile(&c, c.top, &u);
	front_finish(&c, &line, &plan);
	codes[0] = '\0';
	for (i = 0; i < d.count && i < 8; i++) {
		strncat(codes, d.items[i].code, 8);
		strncat(codes, " ", 2);
	}
	front_ctx_release(&c);
	diags_release(&d);
	return plan;
}

static void test_bad(void)
{
	FILE *f = fopen("tests/front/shellref.bad", "r");
	struct snippet s;
	struct plan *p;
	char codes[64];
	int n = 0;

	while (f && next_snippet(f, &s)) {
		p = compile(s.text, codes);
		if (!ok(!p && strstr(codes, s.want), "%s refuses: %s", s.want,
				s.text))
			note("got '%s'", codes);
		plan_drop(p);
		n++;
	}
	ok(n >= 120, "there are at least 120 bad snippets");
	if (f)
		fclose(f);
}

static const char *shell_text(const struct plan *p, size_t *vars)
{
	uint32_t node = plan_find(p, str_of("b")), i;
	const struct plan_node *n = &p->nodes[node];
	const char *text = NULL;

	*vars = 0;
	for (i = n->arg; i < n->arg + n->arg_count; i++) {
		if (p->args[i].role == ARG_FIELD)
			text = plan_text(p, p->parts[p->args[i].part].text);
		*vars += p->args[i].role == ARG_ENV;
	}
	return text;
}

/* Runs `shell -c text` with all variables set; its output is appended. */
static int run(const char *shell, const char *text, size_t vars,
	const char *value, struct buf *out)
{
	char *env[40], copy[8192];
	char *argv[4] = { copy, copy + 100, copy + 200, NULL };
	posix_spawn_file_actions_t fa;
	char part[4096];
	int fd[2], status = -1;
	size_t i, at = 0;
	ssize_t n;
	pid_t pid;

	snprintf(copy, 100, "%s", shell);
	snprintf(copy + 100, 100, "-c");
	snprintf(copy + 200, sizeof(copy) - 200, "%s", text);
	env[at++] = mem_printf("PATH=%s", getenv("PATH"));
	for (i = 0; i < vars && at < 38; i++)
		env[at++] = mem_printf("WF_V%zu=%s", i + 1, value);
	env[at] = NULL;
	if (pipe2(fd, O_CLOEXEC))
		return -1;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fd[1], 1);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	if (posix_spawnp(&pid, shell, &fa, NULL, argv, env) == 0) {
		close(fd[1]);
		while ((n = read(fd[0], part, sizeof(part))) > 0)
			buf_add(out, part, (size_t)n);
		waitpid(pid, &status, 0);
	} else {
		close(fd[1]);
	}
	close(fd[0]);
	posix_spawn_file_actions_destroy(&fa);
	for (i = 0; i < at; i++)
		free(env[i]);
	return status;
}

/* `@` of the pattern is the value. */
static void expectation(const char *want, const char *value, struct buf *out)
{
	for (; *want; want++)
		if (*want == '@')
			buf_str(out, value);
		else
			buf_char(out, *want);
}

static int snippet_holds(const char *shell, const struct snippet *s,
	const char *text, size_t vars)
{
	struct buf got, want;
	static size_t turn;
	size_t i, k, all = sizeof(hostile) / sizeof(hostile[0]);
	/* the first ones meet all values, the others take turns */
	size_t share = turn < 3 * all ? all : 7;
	int good = 1;

	buf_init(&got);
	buf_init(&want);
	for (k = 0; good && k < share; k++) {
		i = turn++ % all;
		buf_clear(&got);
		buf_clear(&want);
		run(shell, text, vars, hostile[i], &got);
		expectation(s->want, hostile[i], &want);
		good = got.len == want.len && (got.len == 0 ||
			memcmp(got.data, want.data, got.len) == 0);
		if (!good)
			note("%s: %s\n# value '%s' gave '%s'", shell, text,
				hostile[i], buf_cstr(&got));
		if (access("PWNED", F_OK) == 0) {
			note("%s: %s\n# value '%s' was run", shell, text,
				hostile[i]);
			unlink("PWNED");
			good = 0;
		}
	}
	buf_release(&got);
	buf_release(&want);
	return good;
}

static void test_good(FILE *f)
{
	static const char *const shells[] = { "sh", "bash" };
	struct snippet s;
	struct plan *p;
	char codes[64];
	size_t vars, k;
	int n = 0;

	while (f && next_snippet(f, &s)) {
		const char *text;

		p = compile(s.text, codes);
		n++;
		if (!ok(p != NULL, "it compiles: %s", s.text)) {
			note("got '%s'", codes);
			continue;
		}
		text = shell_text(p, &vars);
		for (k = 0; k < 2; k++)
			if (k == 0 || n % 4 == 0)
				ok(snippet_holds(shells[k], &s, text, vars),
					"%s gives values as they are: %s",
					shells[k], s.text);
		plan_drop(p);
	}
	ok(n >= 120, "there are at least 120 good snippets");
}

int main(void)
{
	char dir[] = "/tmp/shellref.XXXXXX";
	FILE *f = fopen("tests/front/shellref.good", "r");
	char cmd[64];

	ok(tool_tables_sorted(), "the tables of programs and variables are in "
		"order");
	test_bad();
	if (!mkdtemp(dir) || chdir(dir)) {
		ok(0, "a directory can be made");
		return done();
	}
	test_good(f);
	if (f)
		fclose(f);
	snprintf(cmd, sizeof(cmd), "%s/f", dir);
	unlink(cmd);
	if (chdir("/") || rmdir(dir))
		ok(0, "nothing else is left behind");
	return done();
}
