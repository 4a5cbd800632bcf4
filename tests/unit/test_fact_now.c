/*
 * Facts outside of runs: engine/facts.h over a real engine and its workers.
 */
#include "engine/facts.h"

#include <assert.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/jspan.h"
#include "engine/base/mem.h"
#include "engine/io/clock.h"
#include "tests/unit/tap.h"

static char world[] = "/tmp/wf-test-now.XXXXXX";
static char *state, *tree;

static void put(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", tree, name);
	FILE *f = fopen(path, "w");

	assert(f);
	fputs(text, f);
	fclose(f);
	mem_free(path);
}

static struct engine *open_engine(void)
{
	struct engine_options o = {.state_dir = state};
	struct engine *e = NULL;
	struct err err = {0};

	if (engine_open(&e, &o, &err) < 0)
		note("%s", err.text);
	assert(e);
	return e;
}

static long long files_of(const struct engine_fact *f)
{
	struct str object, value;

	if (jspan_value(f->value, &object) < 0 ||
			!jspan_find(object, str_of("files"), &value))
		return -1;
	return strtoll(value.p, NULL, 10);
}

static int at_once(void *ud)
{
	++*(int *)ud;
	return 1;
}

static void count_field(void *ud, const char *root, const char *field,
	const char *summary)
{
	*(int *)ud += root[0] && field[0] && summary[0];
}

static void test_measured(struct engine *e)
{
	struct engine_fact_ask ask = {.root = "codebase", .dir = tree};
	struct engine_fact f;
	struct err err = {0};
	int n = 0;

	engine_facts_each(count_field, &n);
	ok(n > 10, "every field has a root, a name and a summary");
	ok(!engine_fact_known(e, "codebase", tree, &f),
		"nothing is known before it is asked for");
	ok(engine_fact_now(e, &ask, &f, &err) == 0 && files_of(&f) == 2,
		"a root is measured");
	ok(f.cost_ms >= 0 && f.at_ms <= clock_now_ms(),
		"with its cost and time");
	ok(engine_fact_known(e, "codebase", tree, &f) && files_of(&f) == 2,
		"then it is known");
	ok(!engine_fact_known(e, "codebase", world, &f) &&
		!engine_fact_known(e, "security", tree, &f),
		"of that directory and that root");
	put("c.c", "int c;\n");
	ok(engine_fact_now(e, &ask, &f, &err) == 0 && files_of(&f) == 3 &&
		engine_fact_known(e, "codebase", tree, &f) &&
		files_of(&f) == 3, "each time anew, and the newest is known");
}

static void test_errors(struct engine *e)
{
	struct engine_fact_ask ask = {.root = "codebas", .dir = tree};
	struct engine_fact f;
	struct err err = {0};

	ok(engine_fact_now(e, &ask, &f, &err) < 0 &&
		err.code == ERR_NOTFOUND, "an unknown root is an error");
	is_str(err.help, "did you mean codebase?", "with what was meant");
	ask.root = "codebase";
	ask.dir = "/nowhere/at/all";
	ok(engine_fact_now(e, &ask, &f, &err) < 0 && err.code == ERR_IO &&
		strstr(err.text, "/nowhere/at/all"),
		"a directory that is not there is named");
	ok(!engine_fact_known(e, "codebase", "/nowhere/at/all", &f),
		"and nothing is known of it");
}

static void test_given_up(struct engine *e)
{
	int asked = 0;
	struct engine_fact_ask ask = {.root = "codebase", .dir = tree,
		.until = at_once, .ud = &asked};
	struct engine_fact f;
	struct err err = {0};

	ok(engine_fact_now(e, &ask, &f, &err) < 0 && asked == 1 &&
		err.code == ERR_TIMEOUT, "who asks can give up");
	ask.until = NULL;
	ok(engine_fact_now(e, &ask, &f, &err) == 0 && files_of(&f) == 3,
		"and ask again at once");
}

/* More than what is remembered. */
static void test_many(struct engine *e)
{
	int wrong = 0;
	struct engine_fact f;
	struct err err = {0};
	char *dir = NULL;

	for (int i = 0; i < 200; i++) {
		struct engine_fact_ask ask = {.root = "system"};

		mem_free(dir);
		dir = mem_printf("%s/d%d", tree, i);
		mkdir(dir, 0700);
		ask.dir = dir;
		wrong += engine_fact_now(e, &ask, &f, &err) != 0;
	}
	ok(wrong == 0 && engine_fact_known(e, "system", dir, &f),
		"200 directories are measured, the last is known");
	mem_free(dir);
}

/* The engine ends while a worker measures for nobody. */
static void test_closed(void)
{
	int asked = 0;
	struct engine_fact_ask ask = {.root = "security", .dir = tree,
		.until = at_once, .ud = &asked};
	struct engine_fact f;
	struct err err = {0};
	struct engine *e = open_engine();

	ok(engine_fact_now(e, &ask, &f, &err) < 0, "given up");
	engine_close(e);
	ok(1, "an engine can end while something is measured");
}

static int remove_one(const char *path, const struct stat *st, int type,
	struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(void)
{
	struct engine *e;
	char *made = mkdtemp(world);

	assert(made);
	state = mem_printf("%s/state", world);
	tree = mem_printf("%s/tree", world);
	mkdir(state, 0700);
	mkdir(tree, 0700);
	put("a.c", "int a;\n");
	put("b.py", "def f(): pass\n");
	e = open_engine();
	test_measured(e);
	test_errors(e);
	test_given_up(e);
	test_many(e);
	engine_close(e);
	test_closed();
	nftw(world, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	mem_free(state);
	mem_free(tree);
	return done();
}
