/*
 * YAML blocks against golden files: each tests/front/yaml/NAME.yaml, and the
 * blocks of the specification in tests/front/spec, give NAME.out: the dump
 * of the plan, or the errors. Then the bounds of the reader.
 */
#include <dirent.h>
#include <stdlib.h>

#include "engine/base/limits.h"
#include "tests/front/golden.h"
#include "tests/front/lang.h"
#include "tests/unit/tap.h"

static void golden_file(const struct front_env *env, const char *dir,
	const char *name)
{
	char path[512], base[256], *at;
	struct buf source, got;
	struct plan *p;
	struct str s;

	snprintf(base, sizeof(base), "%.*s", (int)(strlen(name) - 5), name);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	buf_init(&source);
	buf_init(&got);
	golden_read(path, &source);
	s.p = buf_cstr(&source);
	s.n = source.len;
	p = lang_yaml(env, s, name, &got);
	if (p)
		plan_dump(p, &got);
	plan_drop(p);
	snprintf(path, sizeof(path), "%s/%s.out", dir, base);
	for (at = base; *at; at++)
		if (*at == '_')
			*at = ' ';
	if (!ok(golden_is(path, &got), "%s is as in %s", base, path))
		note("got: %s", buf_cstr(&got));
	buf_release(&source);
	buf_release(&got);
}

static int is_yaml(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0;
}

static int golden_dir(const struct front_env *env, const char *dir)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, is_yaml, alphasort), i;

	for (i = 0; i < n; i++) {
		golden_file(env, dir, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return n;
}

/* The same block, as a line of a script. */
static void test_block_line(const struct front_env *env)
{
	static const char text[] = "# first\n/chain: --save-state\n"
		"  steps:\n    - command: /echo a\n    - command: /eco b\n\n"
		"/echo behind\n";
	struct lines l = { .source = { text, sizeof(text) - 1 },
		.complete = 1 };
	struct line line;
	struct plan *p = NULL;
	struct diags d;
	uint32_t at, col;

	diags_init(&d, "x.wf", 1, l.source);
	is_int(line_next(&l, &line, &d), LINE_BLOCK,
		"a block of a script is a line of its own");
	ok(front_compile(env, &line, &p, NULL, NULL, &d) == -1 && !p,
		"a mistake in a block fails");
	ok(d.count == 1, "and is told once");
	diag_place(&d, d.count ? d.items[0].at : 0, &at, &col);
	is_int(at, 5,
		"the place of an error in a block is a line of the script");
	is_int(col, 16, "and its column is the value's");
	is_int(line_next(&l, &line, &d), LINE_COMMAND,
		"reading goes on behind the block");
	diags_release(&d);
}

static void test_flags(const struct front_env *env)
{
	static const char text[] = "/chain: --on-error ignore --limit 7\n"
		"  options: {error_strategy: rollback, limit: 2, "
		"timeout: 5}\n  steps: [{command: /echo a}]\n";
	struct lines l = { .source = { text, sizeof(text) - 1 },
		.complete = 1 };
	struct front_flags flags;
	struct line line;
	struct plan *p = NULL;
	struct diags d;

	diags_init(&d, "x.wf", 1, l.source);
	line_next(&l, &line, &d);
	ok(front_compile(env, &line, &p, &flags, NULL, &d) == 0,
		"flags may follow the colon of a block");
	if (p) {
		is_int(p->strategy, STRATEGY_IGNORE,
			"a flag wins over the option of the block");
		is_int(p->limit, 7, "the flag's limit too");
		is_int(p->timeout_ms, 5000,
			"an option that no flag says counts");
	}
	plan_drop(p);
	diags_release(&d);
}

static void test_block_files(void)
{
	ok(front_is_block_file(str_of("a"), "x.yaml"),
		"a .yaml file is a block whatever it holds");
	ok(front_is_block_file(str_of("\n# x\n---\nchain:\n  steps:\n"), "x"),
		"a text that starts with chain: is a block");
	ok(front_is_block_file(str_of("/flow: # x\r\n  conditions:\n"), "x"),
		"a text that starts with /flow: is a block");
	ok(!front_is_block_file(str_of("/chain:\n  steps:\n/echo a\n"), "x"),
		"a script with further lines is no block");
	ok(!front_is_block_file(str_of("/chain a -> b\n"), "x"),
		"a one-liner is no block");
	ok(!front_is_block_file(str_of("chains:\n"), "x"),
		"another word is no block");
	ok(!front_is_block_file(str_of(""), NULL), "nothing is no block");
}

static void repeat(struct buf *b, const char *unit, size_t count)
{
	while (count--)
		buf_str(b, unit);
}

/* The first error's code for a text over some bound. */
static void bounded(const struct front_env *env, const char *before,
	const char *unit, size_t count, const char *code,
	const char *sentence)
{
	struct buf b, errors;
	struct plan *p;

	buf_init(&b);
	buf_init(&errors);
	buf_str(&b, before);
	repeat(&b, unit, count);
	p = lang_yaml(env, (struct str){ b.data, b.len }, "x", &errors);
	if (!ok(!p && strstr(buf_cstr(&errors), code), "%s", sentence))
		note("%.200s", buf_cstr(&errors));
	plan_drop(p);
	buf_release(&b);
	buf_release(&errors);
}

static void test_bounds(const struct front_env *env)
{
	bounded(env, "", "[", 80000, "E406",
		"80,000 open brackets are too deep");
	bounded(env, "", "- ", 80000, "E406", "so are 80,000 dashes");
	bounded(env, "a:", "\n a:", 3, "E40",
		"a map of nothing is no workflow");
	bounded(env, "chain: [", "{a: ", 500, "E406",
		"maps nest boundedly too");
	bounded(env, "", "k", 1000000, "E40", "one long word is no workflow");
	bounded(env, "chain: {steps: [", "a,", 12000000, "E406",
		"a list of 12 million items is too long");
	bounded(env, "chain: ", "*a ", 1000, "E404", "aliases are refused");
}

static void test_many_steps(const struct front_env *env)
{
	struct plan *p;
	struct buf b;
	int i;

	buf_init(&b);
	buf_str(&b, "chain:\n  steps:\n");
	for (i = 0; i < 100000; i++)
		buf_printf(&b, "    - name: s%d\n      command: /bash\n"
			"      params: \"echo %d\"\n", i, i);
	p = lang_yaml(env, (struct str){ b.data, b.len }, "x.yaml", NULL);
	ok(p && p->node_count == 100000 && p->edge_count == 2 * 99999,
		"100,000 steps make a chain");
	plan_drop(p);
	buf_release(&b);
}

int main(void)
{
	struct front_env env;

	lang_env(&env);
	ok(golden_dir(&env, "tests/front/yaml") >= 80,
		"there are at least 80 golden YAML files");
	is_int(golden_dir(&env, "tests/front/spec") >= 4, 1,
		"the four blocks of the specification are there");
	test_block_line(&env);
	test_flags(&env);
	test_block_files();
	test_bounds(&env);
	test_many_steps(&env);
	return done();
}
