/*
 * codebase.*: the programs beneath the run's directory, without what is
 * hidden or ignored.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/fact/code_scan.h"
#include "engine/fact/fact.h"
#include "engine/fact/tree.h"

enum { VERSION = 2, LANGUAGES_MAX = 64, LOOKED_AT = 8000 };

struct counted {
	struct code_count code;
	uint32_t is_binary;    /* only looks like a program by its name */
};

struct total {
	const struct lang *lang;
	uint64_t lines;
};

static int wants(struct str path)
{
	return lang_of(path) != NULL;
}

static void measure_file(struct str path, struct str text, void *out)
{
	struct counted *c = out;

	if (memchr(text.p, '\0', text.n < LOOKED_AT ? text.n : LOOKED_AT))
		c->is_binary = 1;
	else
		code_scan(lang_of(path), text, &c->code);
}

/* Languages that are there first, of equal lines by name. */
static int by_lines(const void *a, const void *b)
{
	const struct total *x = a, *y = b;

	if (!x->lang || !y->lang)
		return !x->lang - !y->lang;
	if (x->lines != y->lines)
		return x->lines < y->lines ? 1 : -1;
	return strcmp(x->lang->name, y->lang->name);
}

static void add_language(struct total *totals, const struct tree_file *f)
{
	const struct lang *l = lang_of(str_of(f->path));
	const struct counted *c = f->result;
	size_t i = (size_t)(l - langs);

	if (i >= LANGUAGES_MAX)
		return;
	totals[i].lang = l;
	totals[i].lines += c->code.lines;
}

/* Those with most lines first. */
static void put_languages(struct total *totals, struct buf *out)
{
	const char *comma = "";

	qsort(totals, LANGUAGES_MAX, sizeof(*totals), by_lines);
	buf_str(out, ",\"languages\":[");
	for (size_t i = 0; i < LANGUAGES_MAX && totals[i].lang; i++) {
		buf_printf(out, "%s\"%s\"", comma, totals[i].lang->name);
		comma = ",";
	}
	buf_str(out, "]");
}

static void put(const struct tree *t, struct buf *out)
{
	struct total totals[LANGUAGES_MAX];
	uint64_t lines = 0, functions = 0, sum = 0, todos = 0, tests = 0;
	size_t files = 0;
	uint32_t most = 0;

	memset(totals, 0, sizeof(totals));
	for (size_t i = 0; i < t->count; i++) {
		const struct counted *f = t->files[i].result;
		const struct code_count *c = &f->code;

		if (f->is_binary)
			continue;
		files++;
		lines += c->lines;
		functions += c->functions;
		sum += c->complexity;
		todos += c->todos;
		tests += c->tests;
		most = c->complexity_max > most ? c->complexity_max : most;
		add_language(totals, &t->files[i]);
	}
	buf_printf(out, "{\"files\":%zu,\"lines\":%llu,\"functions\":%llu,"
		"\"complexity\":%llu,\"complexity_mean\":%.2f,"
		"\"complexity_max\":%lu,\"todo_count\":%llu,"
		"\"test_count\":%llu", files, (unsigned long long)lines,
		(unsigned long long)functions, (unsigned long long)sum,
		functions ? (double)sum / (double)functions : 0.0,
		(unsigned long)most, (unsigned long long)todos,
		(unsigned long long)tests);
	put_languages(totals, out);
	buf_str(out, "}");
}

static int measure(const struct fact_ask *ask, struct buf *out,
	struct err *err)
{
	static const struct tree_measure m = {"codebase", VERSION,
		sizeof(struct counted), wants, measure_file};
	struct tree_options o = {.dir = ask->dir, .cache_dir = ask->cache_dir,
		.stop = ask->stop};
	struct tree t;

	if (tree_run(&o, &m, &t, err) < 0)
		return -1;
	put(&t, out);
	tree_release(&t);
	return 0;
}

static const struct fact_field fields[] = {
	{"files", "files of a known programming language"},
	{"lines", "their lines"},
	{"languages", "their languages, those with most lines first"},
	{"functions", "functions in them"},
	{"complexity", "sum over functions of decisions + 1"},
	{"complexity_mean", "the same of a function"},
	{"complexity_max", "of the most complex function"},
	{"todo_count", "TODO, FIXME and XXX in comments"},
	{"test_count", "functions that are tests"},
	{NULL, NULL},
};

const struct fact_source fact_codebase = {"codebase", fields, measure};
