/*
 * What learning needs of conditions: thresholds `~N` and operands.
 */
#include <math.h>
#include <stdlib.h>

#include "lua/vm.h"
#include "tests/unit/tap.h"

static struct vm *vm;

/* -------------------------------------------------------------- thresholds */
/* A host that puts every threshold at `put` and writes down what it hears. */
struct ear {
	double put;
	int answer;
	char heard[300];
};

static int get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	(void)ud;
	(void)err;
	if (str_eq(root, "n")) {
		out->kind = VALUE_INT;
		out->i = 42;
	} else if (str_eq(root, "text")) {
		out->kind = VALUE_STRING;
		out->s = str_of(str_eq(field, "n") ? "17.5" : "abc");
	} else if (!str_eq(root, "nothing") && !str_eq(root, "a-and-b")) {
		return 0;
	}
	return 1;
}

static size_t names(void *ud, const char **list, size_t max)
{
	(void)ud;
	(void)max;
	list[0] = "a-and-b";
	return 1;
}

static int threshold(void *ud, size_t index, double start, double lo,
	double hi, double *at)
{
	struct ear *e = ud;
	size_t n = strlen(e->heard);

	snprintf(e->heard + n, sizeof(e->heard) - n, "%zu: %g in [%g,%g]; ",
		index, start, lo, hi);
	*at = e->put;
	return e->answer;
}

static void compared(void *ud, size_t index, double x, double at)
{
	struct ear *e = ud;
	size_t n = strlen(e->heard);

	if (isnan(x))
		snprintf(e->heard + n, sizeof(e->heard) - n,
			"%zu: none to %g; ", index, at);
	else
		snprintf(e->heard + n, sizeof(e->heard) - n,
			"%zu: %g to %g; ", index, x, at);
}

static void hears(const char *expr, double put, int truth,
	const char *heard)
{
	struct ear e = {.put = put, .answer = 1};
	struct vm_host host = {.ud = &e, .get = get, .names = names,
		.threshold = threshold, .compared = compared};
	struct err err = {0};
	struct value v = {0};
	int rc = vm_eval(vm, str_of(expr), &host, &v, NULL, &err);

	if (!ok(rc == 0 && v.kind == VALUE_BOOL && v.i == truth &&
		strcmp(e.heard, heard) == 0, "%s with thresholds at %g is %s",
		expr, put, truth ? "true" : "false"))
		note("rc %d %s: %s", rc, err.text, e.heard);
}

static void test_thresholds(void)
{
	struct ear e = {.put = 50, .answer = 0};
	struct vm_host host = {.ud = &e, .get = get, .names = names,
		.threshold = threshold};
	struct value v = {0};

	hears("n > ~1000", 41, 0, "0: 1000 in [100,10000]; 0: 42 to 1000; ");
	hears("n > ~100", 41, 1, "0: 100 in [10,1000]; 0: 42 to 41; ");
	hears("n > ~100", 43, 0, "0: 100 in [10,1000]; 0: 42 to 43; ");
	hears("n <= ~100[40, 2e2]", 42, 1, "0: 100 in [40,200]; "
		"0: 42 to 42; ");
	hears("n >= ~100[ 40 ,200 ]", 42.5, 0, "0: 100 in [40,200]; "
		"0: 42 to 42.5; ");
	hears("-n > ~-100", -50, 1, "0: -100 in [-1000,-10]; "
		"0: -42 to -50; ");
	hears("n - 42 == ~0", 0, 1, "0: 0 in [-1,1]; 0: 0 to 0; ");
	hears("n != ~41[40,50]", 42, 0, "0: 41 in [40,50]; 0: 42 to 42; ");
	hears("n ~= ~42", 42, 0, "0: 42 in [4.2,420]; 0: 42 to 42; ");
	hears("text.n < ~17[10,20]", 18, 1, "0: 17 in [10,20]; "
		"0: 17.5 to 18; ");
	hears("nothing == ~5", 5, 0, "0: 5 in [0.5,50]; 0: none to 5; ");
	hears("n > ~10 and n < ~0x40", 50, 0, "0: 10 in [1,100]; "
		"0: 42 to 50; ");
	hears("n > ~10 or n < ~60", 50, 1, "0: 10 in [1,100]; 0: 42 to 50; "
		"1: 60 in [6,600]; 1: 42 to 50; ");
	hears("not (n > ~10) and (1 < 2) == (n < ~60)", 50, 1,
		"0: 10 in [1,100]; 0: 42 to 50; 1: 60 in [6,600]; "
		"1: 42 to 50; ");
	vm_eval(vm, str_of("n > ~40"), &host, &v, NULL, NULL);
	ok(v.i == 1, "a host that does not answer leaves it where it was");
	host.threshold = NULL;
	vm_eval(vm, str_of("n == ~42"), &host, &v, NULL, NULL);
	ok(v.i == 1, "and so does one that is not asked");
}

static void test_misplaced(void)
{
	static const char place[] = "'~' stands only right of a comparison, "
		"before a number";
	static const char form[] = "write x > ~1000 or x > ~1000[100,5000]";
	static const struct {
		const char *expr;
		size_t at;
		const char *text;
	} cases[] = {
		{"~5 < n", 0, place}, {"~5", 0, place}, {"n ~5", 2, place},
		{"n + ~5 > 3", 4, place}, {"n > ~ 5", 4, place},
		{"n > ~n", 4, place}, {"n > ~'5'", 4, place},
		{"n > (~5)", 5, place}, {"(n ~5)", 3, place},
		{"len(~5)", 4, place}, {"{1, ~5}", 4, place},
		{"not ~5", 4, place}, {"n in ~5", 5, place},
		{"text contains ~5", 14, place}, {"1 ~ 2", 2, place},
		{"text matches ~5", 13, place}, {"n > ~", 4, place},
		{"n > ~5 + 1", 7, "a threshold stands alone right of its "
			"comparison"},
		{"n > ~5 == true", 7, "a threshold stands alone right of its "
			"comparison"},
		{"n > ~5[1]", 4, "the bounds of a threshold are two numbers"},
		{"n > ~5[1,2", 4, "the bounds of a threshold are two "
			"numbers"},
		{"n > ~5[a,b]", 4, "the bounds of a threshold are two "
			"numbers"},
		{"n > ~5[6,9]", 4, "a threshold must lie within its bounds"},
		{"n > ~5[9,1]", 4, "a threshold must lie within its bounds"},
		{"n > ~5[5,5]", 4, "a threshold must lie within its bounds"},
		{"n > ~1e999", 4, place}, {"n > ~5x", 4, place}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = {0};
		size_t at = 999;
		int rc = vm_check(vm, str_of(cases[i].expr), NULL, &at, &err);

		if (!ok(rc == -1 && at == cases[i].at && err.code ==
			ERR_SYNTAX && strcmp(err.text, cases[i].text) == 0 &&
			strcmp(err.help, form) == 0, "'%s' is an error that "
			"says where a threshold may stand", cases[i].expr))
			note("rc %d @%zu '%s' '%s'", rc, at, err.text,
				err.help);
	}
}

static void test_many(void)
{
	struct err err = {0};
	struct buf b;
	size_t at = 0;
	int i;

	buf_init(&b);
	for (i = 0; i < 32; i++)
		buf_str(&b, i ? " or 1 > ~5" : "1 > ~5");
	is_int(vm_check(vm, str_of(buf_cstr(&b)), NULL, &at, &err), 0,
		"32 thresholds fit into a condition");
	buf_str(&b, " or 1 > ~5");
	ok(vm_check(vm, str_of(buf_cstr(&b)), NULL, &at, &err) == -1 && at ==
		b.len - 2 && strcmp(err.text, "more than 32 thresholds") == 0,
		"one more is an error with its place");
	buf_release(&b);
}

/* ---------------------------------------------------------------- operands */
static void show(const struct vm_split *s, struct buf *out)
{
	static const char *const kinds[] = {"leaf", "and", "or"};
	size_t i;

	buf_clear(out);
	buf_str(out, kinds[s->kind]);
	for (i = 0; i < s->count; i++)
		buf_printf(out, " <%.*s>%zu", (int)s->slices[i].n,
			s->slices[i].p, s->thresholds[i]);
}

static void test_split(void)
{
	static const char *const cases[][2] = {
		{"a", "leaf <a>0"}, {" a ", "leaf <a>0"}, {"", "leaf <>0"},
		{"a and b", "and <a>0 <b>0"}, {"a && b", "and <a>0 <b>0"},
		{"a AND b AND c", "and <a>0 <b>0 <c>0"},
		{"a || b OR c or d", "or <a>0 <b>0 <c>0 <d>0"},
		{"a and b or c", "or <a and b>0 <c>0"},
		{"(a)", "leaf <a>0"}, {"((a and b))", "and <a>0 <b>0"},
		{"(a) and (b)", "and <a>0 <b>0"},
		{"(a or b) and ((c))", "and <a or b>0 <c>0"},
		{"(a and b) == (c and d)",
			"leaf <(a and b) == (c and d)>0"},
		{"not (a and b)", "leaf <not (a and b)>0"},
		{"! a and b", "and <! a>0 <b>0"},
		{"f(a and b)", "leaf <f(a and b)>0"},
		{"x in {a and b} and c", "and <x in {a and b}>0 <c>0"},
		{"x[a or b] and c", "and <x[a or b]>0 <c>0"},
		{"x == 'a and b' and y", "and <x == 'a and b'>0 <y>0"},
		{"${a.or} or b", "or <${a.or}>0 <b>0"},
		{"a-and-b and c", "and <a-and-b>0 <c>0"},
		{"a > ~1 and (b > ~2 or c > ~3[1,5]) and d > ~4",
			"and <a > ~1>0 <b > ~2 or c > ~3[1,5]>1 <d > ~4>3"},
		{"a and", "leaf <a and>0"}, {"and", "leaf <and>0"},
		{"(a and b", "leaf <(a and b>0"},
		{"a) and b", "leaf <a) and b>0"},
		{"a and 'b", "leaf <a and 'b>0"},
		{"()", "leaf <()>0"}, {"a and ()", "and <a>0 <()>0"}};
	struct vm_host host = {.get = get, .names = names};
	struct vm_split s;
	struct buf b;
	char name[120];
	size_t i;

	buf_init(&b);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		vm_split(str_of(cases[i][0]), &host, &s);
		show(&s, &b);
		snprintf(name, sizeof(name), "the operands of '%s'",
			cases[i][0]);
		is_str(buf_cstr(&b), cases[i][1], name);
	}
	buf_clear(&b);
	for (i = 0; i < 40; i++)
		buf_printf(&b, "%sx%zu", i ? " and " : "", i);
	vm_split((struct str){b.data, b.len}, NULL, &s);
	ok(s.count == 32 && s.kind == VM_AND && str_eq(s.slices[31], "x31 and "
		"x32 and x33 and x34 and x35 and x36 and x37 and x38 and x39"),
		"the last of 32 operands holds the rest");
	buf_release(&b);
}

int main(void)
{
	struct vm_options o = {.limit_ms = 20000};
	struct err err = {0};

	if (vm_new(&vm, &o, &err) == -1)
		exit(1);
	test_thresholds();
	test_misplaced();
	test_many();
	test_split();
	vm_free(vm);
	return done();
}
