/*
 * Suspicions in programs and secrets in texts: the fixture, whose planted
 * lines are bad and whose clean lines are their harmless neighbours, and what
 * holds of any rule. A fixture line is KIND, a tab, the line; KIND is a
 * language of lang.c or "secret" for a text of no language.
 */
#include "engine/fact/security.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "tests/unit/tap.h"

enum { FOUND_PERCENT = 90, FALSE_PERCENT = 5, KINDS_MAX = 40 };

struct seen {
	size_t count;
	size_t line;           /* of the last */
	struct str text;
	const char *id;
};

static void on_finding(void *ud, const struct security_finding *f)
{
	struct seen *s = ud;

	s->count++;
	s->line = f->line;
	s->text = f->text;
	s->id = f->id;
}

static const struct lang *lang_named(struct str name)
{
	for (const struct lang *l = langs; l->name; l++)
		if (str_eq(name, l->name))
			return l;
	return NULL;
}

/* As security.* looks at a file. */
static size_t look(const struct lang *lang, struct str text, struct seen *s)
{
	memset(s, 0, sizeof(*s));
	if (lang)
		security_scan(lang, text, on_finding, s);
	secret_scan(text, on_finding, s);
	return s->count;
}

/* ---------------------------------------------------------------- fixture */
struct tally {
	struct {
		const char *name;
		size_t lines, found;
	} kinds[KINDS_MAX];
	size_t count, lines, found;
};

static void tally_add(struct tally *t, const char *name, int found)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->kinds[i].name, name) != 0)
		i++;
	if (i == KINDS_MAX)
		return;
	if (i == t->count)
		t->kinds[t->count++].name = name;
	t->kinds[i].lines++;
	t->kinds[i].found += found;
	t->lines++;
	t->found += found;
}

/* 0: the file is there and each of its lines can be looked at. */
static int read_fixture(const char *path, int planted, struct tally *t)
{
	char line[2048];
	FILE *f = fopen(path, "r");
	int rc = f ? 0 : -1;

	while (f && rc == 0 && fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t');
		const struct lang *lang;
		struct seen s;
		int found;

		if (!tab || !strchr(line, '\n')) {
			rc = -1;
			break;
		}
		*tab = '\0';
		lang = lang_named(str_of(line));
		rc = lang || strcmp(line, "secret") == 0 ? 0 : -1;
		found = look(lang, str_of(tab + 1), &s) > 0;
		tally_add(t, lang ? lang->name : "secret", found);
		if (found != planted)
			note("%s: %s", planted ? "missed" : "false",
				strsep(&(char *){tab + 1}, "\n"));
	}
	if (f)
		fclose(f);
	return rc;
}

static void tell(const char *what, const struct tally *t)
{
	for (size_t i = 0; i < t->count; i++)
		note("%s %s: %zu of %zu", what, t->kinds[i].name,
			t->kinds[i].found, t->kinds[i].lines);
	note("%s: %zu of %zu lines, %.1f %%", what, t->found, t->lines,
		t->lines ? 100.0 * (double)t->found / (double)t->lines : 0.0);
}

static int every_kind_found(const struct tally *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->kinds[i].found * 100 < t->kinds[i].lines * 75)
			return 0;
	return t->count > 0;
}

static void test_fixture(void)
{
	struct tally planted, clean;

	memset(&planted, 0, sizeof(planted));
	memset(&clean, 0, sizeof(clean));
	ok(read_fixture("tests/data/security_planted.txt", 1, &planted) == 0,
		"the planted lines can be read");
	ok(read_fixture("tests/data/security_clean.txt", 0, &clean) == 0,
		"the clean lines can be read");
	tell("planted", &planted);
	tell("clean", &clean);
	ok(planted.lines >= 150 && clean.lines >= 150,
		"there are enough of both to tell");
	ok(planted.found * 100 >= planted.lines * FOUND_PERCENT,
		"%d of 100 planted ones are found", (int)FOUND_PERCENT);
	ok(clean.lines && clean.found * 100 <= clean.lines * FALSE_PERCENT,
		"at most %d of 100 clean ones are suspected",
		(int)FALSE_PERCENT);
	ok(every_kind_found(&planted), "no language is left out: three of "
		"four in each");
}

/* ------------------------------------------------------------------ lines */
static size_t of(const char *lang, const char *text, struct seen *s)
{
	return look(lang ? lang_named(str_of(lang)) : NULL, str_of(text), s);
}

static void test_places(void)
{
	struct seen s;

	is_int((long long)of("C", "int a;\n\n\tgets(b);\n", &s), 1,
		"a bad line is one finding");
	is_int((long long)s.line, 3, "with the number of its line");
	ok(str_eq(s.text, "\tgets(b);"), "and the line without its end");
	is_str(s.id, "c-gets", "and the rule");
	is_int((long long)of("C", "gets(b)", &s), 1,
		"a last line needs no newline");
	is_int((long long)of("C", "gets(a); gets(b);\ngets(c);\n", &s), 2,
		"a rule tells a line once");
	is_int((long long)of("C", "gets(a); strcpy(b, c);\n", &s), 2,
		"two rules tell it twice");
	is_int((long long)of("C", "", &s), 0, "nothing is in nothing");
}

static void test_comments(void)
{
	struct seen s;

	is_int((long long)of("C", "/* gets(b) */ int a; // gets(c)\n", &s), 0,
		"comments are not suspected");
	is_int((long long)of("C", "/*\n gets(a)\n*/ gets(b);\n", &s), 1,
		"what stands behind one is");
	is_int((long long)s.line, 3, "on its own line");
	is_int((long long)of("Python", "# eval(x)\ny = eval(x)\n", &s), 1,
		"the language says what a comment is");
	is_int((long long)of("Python", "y = eval(x)  # nosec\n", &s), 0,
		"a line with nosec is passed over");
	is_int((long long)of("C", "gets(b); /* nosec: a test */\n", &s), 0,
		"in any language");
	is_int((long long)of("C", "a = \"//\"; gets(b);\n", &s), 1,
		"a string is no comment");
	is_int((long long)of("Go", "gets(b)\n", &s), 0,
		"a rule is for its languages");
	is_int((long long)of("C", "/* k AKIAIOSFODNN7QWERTYU */\n", &s), 1,
		"a secret is one in a comment too");
	is_int((long long)of(NULL, "k AKIAIOSFODNN7QWERTYU\n", &s), 1,
		"and in a text of no language");
}

static void test_odd_texts(void)
{
	static const char bytes[] = "\0gets(\xff\xfe\n\0\0\ngets(b);\n\x80";
	struct seen s;
	char *wide = mem_alloc(100000);

	look(lang_named(str_of("C")), (struct str){bytes, sizeof(bytes) - 1},
		&s);
	ok(s.count == 1 && s.line == 3, "bytes that are no text do no harm");
	memset(wide, 'a', 100000);
	memcpy(wide + 50000, " gets(b); ", 10);
	memcpy(wide + 99980, "\ngets(c);\n", 10);
	look(lang_named(str_of("C")), (struct str){wide, 100000}, &s);
	ok(s.count == 1 && s.line == 2,
		"a line that no person wrote is passed over, the next is not");
	mem_free(wide);
}

/* A rule that cannot meet its own literal never tells anything. */
static void test_table(void)
{
	size_t bad = 0, count = 0;

	for (const struct security_rule *r = security_rules; r->id; r++) {
		char *list = mem_strdup(r->languages), *rest = list, *name;

		count++;
		while ((name = strsep(&rest, ",")))
			if (!lang_named(str_of(name))) {
				note("%s: no language %s", r->id, name);
				bad++;
			}
		bad += r->cwe <= 0 || !r->literal[0] || !r->message[0];
		for (const struct security_rule *o = security_rules; o != r;
				o++)
			bad += strcmp(o->id, r->id) == 0;
		mem_free(list);
	}
	is_int((long long)bad, 0, "every rule has a name of its own, known "
		"languages, a number and a reason");
	note("%zu rules", count);
}

static void *scan_often(void *ud)
{
	size_t *wrong = ud;
	struct seen s;

	for (int i = 0; i < 200; i++) {
		*wrong += of("C", "gets(b);\n", &s) != 1;
		*wrong += of("Python", "x = eval(y)\n", &s) != 1;
		*wrong += of("C", "fgets(b, 1, f);\n", &s) != 0;
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t t[4];
	size_t wrong[4] = {0};
	int n = 0;

	while (n < 4 && pthread_create(&t[n], NULL, scan_often,
			&wrong[n]) == 0)
		n++;
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	ok(n == 4 && !(wrong[0] + wrong[1] + wrong[2] + wrong[3]),
		"four threads look at once");
}

int main(void)
{
	/* first: the tables are compiled by whichever thread comes first */
	test_threads();
	test_fixture();
	test_places();
	test_comments();
	test_odd_texts();
	test_table();
	return done();
}
