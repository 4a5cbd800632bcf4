/*
 * The Lua room: the sandbox under attack, conditions, places of errors,
 * JSON, limits and interrupts.
 *
 * No test measures time. A loop that nothing ends is ended by alarm().
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/base/limits.h"
#include "lua/vm.h"
#include "tests/unit/lua_attacks.h"
#include "tests/unit/tap.h"

static struct vm *vm;

static struct vm *fresh(uint32_t limit_ms)
{
	struct vm_options o = {.limit_ms = limit_ms};
	struct err err = {0};
	struct vm *v;

	if (vm_new(&v, &o, &err) == -1) {
		note("%s", err.text);
		exit(1);
	}
	return v;
}

/* As the engine judges a condition: nil, false and "" are false. */
static int is_true(const struct value *v)
{
	if (v->kind == VALUE_BOOL)
		return v->i != 0;
	return v->kind == VALUE_STRING ? v->s.n != 0 : v->kind != VALUE_NIL;
}

/* Runs a chunk; the output or the error's text in `out`. */
static int chunk(struct vm *v, const char *text, char *out, size_t size)
{
	struct vm_call c = {.chunk = str_of(text), .name = "lua",
		.input = str_of("some input")};
	struct buf b, printed;
	struct err err = {0};
	int rc;

	buf_init(&b);
	buf_init(&printed);
	rc = vm_run(v, &c, &b, &printed, NULL, &err);
	snprintf(out, size, "%s", rc ? err.text : buf_cstr(&b));
	buf_release(&b);
	buf_release(&printed);
	return rc;
}

/* ----------------------------------------------------------------- attacks */
static const char canary[] =
	"local t = {3, 1, 2} table.sort(t) "
	"local c = coroutine.wrap(function(x) coroutine.yield(x + 1) end) "
	"local ok = pcall(function() error('x') end) "
	"return table.concat(t, ',') .. c(1) .. tostring(ok) .. "
	"('%03d'):format(7) .. ('a-b'):gsub('-', '+') .. input";

static int one_attack(const struct attack *a)
{
	char out[600], after[600];
	struct value v = {0};
	struct err err = {0};
	int rc = chunk(vm, a->chunk, out, sizeof(out)), good;

	good = a->kind == ENDS || (a->kind == FAILS && rc == -1) ||
		(a->kind == GIVES && rc == 0 && strcmp(out, a->gives) == 0);
	if (!good)
		note("rc %d: %s", rc, out);
	if (rc == -1 && !out[0]) {
		note("an error without message");
		good = 0;
	}
	chunk(vm, canary, after, sizeof(after));
	if (strcmp(after, "1,2,32false007a+bsome input") != 0) {
		note("next evaluation: %s", after);
		good = 0;
	}
	if (vm_eval(vm, str_of("1 + 1 == 2 and len('abc') == 3"), NULL, &v,
		NULL, &err) == -1 || !is_true(&v)) {
		note("next condition: %s", err.text);
		good = 0;
	}
	return good;
}

/* Of this thread's processor: what else the machine does is no matter. */
static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void test_attacks(void)
{
	size_t i, n = 0, slowest = 0;
	double took, most = 0;
	struct rusage r;

	while (lua_attacks[n].what)
		n++;
	vm = fresh(100);
	for (i = 0; i < n; i++) {
		alarm(60);
		took = cpu_ms();
		ok(one_attack(&lua_attacks[i]), "attack ends, the next "
			"evaluation is right: %s", lua_attacks[i].what);
		took = cpu_ms() - took;
		if (took > most) {
			most = took;
			slowest = i;
		}
	}
	alarm(0);
	vm_free(vm);
	ok(n >= 300, "there are at least 300 attacks");
	getrusage(RUSAGE_SELF, &r);
#if !defined(__SANITIZE_ADDRESS__)
	ok(r.ru_maxrss < 128 * 1024, "all attacks fit in the memory of four "
		"states");
	ok(most < 250, "each has 250 ms of the processor at most");
#endif
	note("peak resident set %ld KiB; slowest %.0f ms: %s", r.ru_maxrss,
		most, lua_attacks[slowest].what);
}

/* -------------------------------------------------------------- conditions */
static int host_get(void *ud, struct str root, struct str field,
	struct value *out, struct err *err)
{
	static char name[2];

	(void)ud;
	if (str_eq(root, "build") || str_eq(root, "build-all")) {
		if (field.n == 0) {
			out->kind = VALUE_BOOL;
			out->i = str_eq(root, "build");
		} else if (str_eq(field, "output")) {
			out->kind = VALUE_STRING;
			out->s = str_of("ran 10 tests");
		} else if (str_eq(field, "exit_code")) {
			out->kind = VALUE_INT;
		} else if (str_eq(field, "json")) {
			out->kind = VALUE_JSON;
			out->s = str_of("{\"a\":{\"b\":[1,2,null,\"x\"]},"
				"\"n\":2.5}");
		} else {
			return err_set(err, ERR_NOTFOUND,
				"build has no field '%.*s'", (int)field.n,
				field.p);
		}
		return 1;
	}
	if (str_eq(root, "vars")) {
		/* n: a number as text, e: empty, one letter: itself */
		if (str_eq(field, "n") || str_eq(field, "e")) {
			out->kind = VALUE_STRING;
			out->s = str_of(field.p[0] == 'n' ? "42" : "");
		} else if (field.n == 1) {
			out->kind = VALUE_STRING;
			name[0] = field.p[0];
			out->s = str_of(name);
		}
		return 1;
	}
	return 0;
}

static size_t host_names(void *ud, const char **names, size_t max)
{
	(void)ud;
	(void)max;
	names[0] = "build";
	names[1] = "build-all";
	return 2;
}

static const struct vm_host host = {.get = host_get, .names = host_names};

/* The value as text: nil, true, 3, 2.5, "s", JSON as it is. */
static void show(const struct value *v, char *out, size_t size)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		snprintf(out, size, "nil");
		break;
	case VALUE_BOOL:
		snprintf(out, size, "%s", v->i ? "true" : "false");
		break;
	case VALUE_INT:
		snprintf(out, size, "%lld", (long long)v->i);
		break;
	case VALUE_NUMBER:
		snprintf(out, size, "%g", v->d);
		break;
	case VALUE_STRING:
		snprintf(out, size, "\"%.*s\"", (int)v->s.n, v->s.p);
		break;
	case VALUE_JSON:
		snprintf(out, size, "%.*s", (int)v->s.n, v->s.p);
		break;
	}
}

static const char *const values[][2] = {
	{"build", "true"}, {"build-all", "false"},
	{"build.exit_code == 0 AND vars.n > 9", "true"},
	{"vars.e or \"other\"", "\"other\""}, {"NOT vars.e", "true"},
	{"vars.x == \"x\"", "true"}, {"vars.nothing == nil", "true"},
	{"vars.nothing or 7", "7"}, {"vars.n == 42", "true"},
	{"42 == vars.n", "true"}, {"vars.n == 42.0", "true"},
	{"vars.n == '42'", "true"}, {"vars.n < 100", "true"},
	{"vars.n < '100'", "false"}, {"vars.n >= 42", "true"},
	{"\"a\" < \"b\" && \"b\" <= \"b\"", "true"},
	{"1 != 2 || false", "true"}, {"!true", "false"},
	{"not false == true", "true"}, {"2 ^ 3 ^ 2", "512"},
	{"-2 ^ 2", "-4"}, {"2 + 3 * 4", "14"}, {"7 // 2", "3"},
	{"7 % 3", "1"}, {"1 .. 2 .. 'x'", "\"12x\""},
	{"6 & 3 | 8", "10"}, {"1 << 4 | 1", "17"},
	{"- -3", "3"}, {"#'abc'", "3"},
	{"build.json.a.b", "[1,2,null,\"x\"]"},
	{"build.json.a.b[2] + 1", "3"}, {"build.json.n * 2", "5"},
	{"${build.json.a.b.4}", "\"x\""},
	{"${build.exit_code} == 0", "true"},
	{"${vars.nothing:-none}", "\"none\""},
	{"${nothing.at.all:-x y}", "\"x y\""},
	{"build.output contains '10 t'", "true"},
	{"build.output contains ''", "true"},
	{"build.json.a.b contains 2", "true"},
	{"build.json.a.b contains '2'", "true"},
	{"'x' in {'y', 'x'}", "true"}, {"3 in {1, 2}", "false"},
	{"'k' in {k = 1}", "true"}, {"'b' in 'abc'", "true"},
	{"vars.nothing contains 'x'", "false"},
	{"build.output matches '%d+ tests$'", "true"},
	{"build.output matches '^tests'", "false"},
	{"exists(build.foo)", "false"}, {"exists(vars.n)", "true"},
	{"exists(vars.nothing)", "false"},
	{"exists(nobody.at.home)", "false"},
	{"exists(${build.output})", "true"},
	{"exists(1 + 1)", "true"}, {"len(build.json.a.b)", "4"},
	{"len(vars.nothing)", "0"}, {"len({a = 1, b = 2})", "2"},
	{"1 < 2 and 2 < ~1000", "true"},
	{"math.floor(3.7)", "3"}, {"math.pi > 3", "true"},
	{"string.upper('a') .. tostring(1)", "\"A1\""},
	{"build.output:match('%d+') + 0", "10"},
	{"('x'):rep(3)", "\"xxx\""}, {"tonumber('7') > 6", "true"},
	{"{1, 2, {a = 1}}", "[1,2,{\"a\":1}]"}, {"{}", "[]"},
	{"{['k'] = 'v'}", "{\"k\":\"v\"}"}, {"nil", "nil"},
	{"1e3 == 1000", "true"}, {"0x10", "16"}, {".5 + 1", "1.5"},
	{"'\\65\\n' == \"A\\n\"", "true"}, {"(1)", "1"},
	{"true and nil", "nil"}, {"'' and 1", "false"},
	{"not (vars.e and 1)", "true"},
	{"vars.e == ''", "true"}, {"false == nil", "false"},
	{"\t1\r\n+ 1 ", "2"}};

static void test_values(void)
{
	char got[600], name[300];
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct value v;
		struct err err = {0};
		size_t at;
		int twice;

		for (twice = 0; twice < 2; twice++)
			if (vm_eval(vm, str_of(values[i][0]), &host, &v, &at,
				&err) == -1)
				snprintf(got, sizeof(got), "@%zu %s", at,
					err.text);
			else
				show(&v, got, sizeof(got));
		snprintf(name, sizeof(name), "condition %s", values[i][0]);
		is_str(got, values[i][1], name);
	}
}

static void test_errors(void)
{
	static const struct {
		const char *expr;
		size_t at;
		const char *text, *help;
	} cases[] = {
		{"bild.output", 0, "unknown name 'bild'",
			"did you mean build?"},
		{"1 == 1 and envv.X", 11, "unknown name 'envv'",
			"did you mean env?"},
		{"zzz", 0, "unknown name 'zzz'", ""},
		{"build - all", 8, "unknown name 'all'", ""},
		{"build.foo", 0, "build has no field 'foo'", ""},
		{"build.output == 3", 0, "cannot compare the string "
			"\"ran 10 tests\" and the number 3", ""},
		{"1 == 1 and build == 1", 11,
			"cannot compare true and the number 1", ""},
		{"nil < 1", 0, "cannot order nil and the number 1", ""},
		{"a and", 5, "the condition ends too early", ""},
		{"1 +", 3, "the condition ends too early", ""},
		{"", 0, "the condition ends too early", ""},
		{"(1", 2, "')' is missing", ""},
		{"1)", 1, "an operator is missing here", ""},
		{"build = 1", 6, "'=' does not compare",
			"write == to compare"},
		{"vars.nothing + 1", 13, "attempt to perform arithmetic on "
			"a nil value", ""},
		{"os.time()", 0, "unknown function 'os.time'", "known are "
			"len, exists, tostring, tonumber, math.…, string.… "
			"and those of /source FILE.lua"},
		{"load('x')", 0, "unknown function 'load'", "known are len, "
			"exists, tostring, tonumber, math.…, string.… and "
			"those of /source FILE.lua"},
		{"1 -- 2", 2, "'--' has no meaning in a condition",
			"write a blank between two minus signs"},
		{"'abc", 0, "a string without its closing quote", ""},
		{"1 @ 2", 2, "a character that has no meaning in a "
			"condition", ""},
		{"${build", 0, "'${' without its '}'", ""},
		{"function() end", 0, "a condition is one expression, "
			"without statements", "put a program into a /lua "
			"step"},
		{"build.output matches '['", 0, "malformed pattern (missing "
			"']')", ""},
		{"{1, 2", 5, "'}' is missing", ""},
		{"len(1)", 0, "len() of a number", ""}};
	char name[200];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct value v;
		struct err err = {0};
		size_t at = 999;
		int rc = vm_eval(vm, str_of(cases[i].expr), &host, &v, &at,
			&err);

		snprintf(name, sizeof(name), "the error of '%s' has its "
			"words and its place", cases[i].expr);
		if (!ok(rc == -1 && at == cases[i].at &&
			strcmp(err.text, cases[i].text) == 0 &&
			strcmp(err.help, cases[i].help) == 0, "%s", name))
			note("rc %d @%zu '%s' '%s'", rc, at, err.text,
				err.help);
	}
}

/* ----------------------------------------------------------------- noise */
static uint64_t dice_state = 88172645463325252u;

static unsigned dice(unsigned n)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned)(dice_state % n);
}

/* Random bytes and random tokens never crash, hang or pass silently. */
static void test_noise(void)
{
	static const char *const words[] = {"a", "build", "-", "build-all",
		"(", ")", "[", "]", "{", "}", "and", "or", "not", "==", "<",
		"1", "'s'", "${", "}", ".", "..", ":", ",", "=", "~", "#",
		"in", "contains", "vars.e", "exists", "len", "\\", "\"", "^",
		"$", "end", "function", "--", "~1", "x.y.z", "[[", "]]"};
	int i, k, silent = 0;
	struct buf b;

	buf_init(&b);
	alarm(120);
	for (i = 0; i < 20000; i++) {
		struct value v;
		struct err err = {0};
		size_t at = 0;

		buf_clear(&b);
		for (k = (int)dice(12); k >= 0; k--) {
			if (dice(8) == 0)
				buf_char(&b, (char)dice(256));
			else
				buf_str(&b, words[dice(sizeof(words) /
					sizeof(*words))]);
			if (dice(2))
				buf_char(&b, ' ');
		}
		if (vm_eval(vm, (struct str){b.data, b.len}, &host, &v, &at,
			&err) == -1 && (!err.text[0] || at > b.len))
			silent++;
	}
	alarm(0);
	buf_release(&b);
	is_int(silent, 0, "20000 noisy conditions each end with a value or an "
		"error within the text");
}

/* ------------------------------------------------------------------ chunks */
static void test_chunks(void)
{
	static const char *const cases[][2] = {
		{"return input", "some input"}, {"return", ""},
		{"return nil", ""}, {"return 42", "42"},
		{"return 1.5", "1.5"}, {"return true", "true"},
		{"return {b = 1, a = {1, 'x', true}}",
			"{\"a\":[1,\"x\",true],\"b\":1}"},
		{"return {}", "[]"}, {"return {'\\0\"\\\\\\n'}",
			"[\"\\u0000\\\"\\\\\\n\"]"},
		{"return {'\\xff'}", "[\"\\ufffd\"]"},
		{"return {1e100, 3.0, 1/3}",
			"[1e+100,3,0.33333333333333331]"},
		{"return {null, 1}", "[null,1]"},
		{"x = 1 return x + 1", "2"}, {"return #args", "0"},
		{"return table.unpack({1, 2})", "1"},
		{"local t = {5, 3, 9, 1} table.sort(t, function(a, b) return "
			"a > b end) return t", "[9,5,3,1]"},
		{"local t = {1, 2, 3} table.insert(t, 2, 9) "
			"table.remove(t, 1) return t", "[9,2,3]"},
		{"local t = {1, 2, 3, 4} table.move(t, 1, 3, 2, t) return t",
			"[1,1,2,3]"},
		{"return table.pack(1, nil).n", "2"},
		{"return ('k=v, x=y'):gsub('(%w)=(%w)', '%2=%1')",
			"v=k, y=x"},
		{"return ('abc'):gsub('', '-')", "-a-b-c-"},
		{"return ('abc'):gsub('%w', {a = '1', b = true and 'B'})",
			"1Bc"},
		{"return ('hello world'):match('^(%w+)')", "hello"},
		{"return ('  x '):match('^%s*(.-)%s*$')", "x"},
		{"return ('THE (quick) fox'):find('%((%a+)%)')", "5"},
		{"return ('f(a(b)c)d'):match('%b()')", "(a(b)c)"},
		{"return ('THE (quick) fox'):gsub('%f[%a]%a+', 'w')",
			"w (w) w"},
		{"return ('aXb'):match('()X()') + 0", "2"},
		{"return ('abcabc'):match('(abc)%1')", "abc"},
		{"return ('x]y'):match('[]]')", "]"},
		{"return ('a-z'):match('[a%-]+')", "a-"},
		{"return ('x^y'):match('[%^x]+')", "x^"},
		{"local s = '' for k, v in ('a=1 b=2'):gmatch('(%w)=(%w)') do "
			"s = s .. v .. k end return s", "1a2b"},
		{"local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end "
			"return n", "4"},
		{"return (('a'):rep(3, '-'))", "a-a-a"},
		{"return math.type(2^53) .. tostring(math.maxinteger)",
			"float9223372036854775807"},
		{"return select('#', pcall(error))", "2"},
		{"local c = coroutine.wrap(function(...) local x = "
			"coroutine.yield(...) return x * 2 end) c(1) "
			"return c(21)", "42"},
		{"local ok, e = coroutine.resume(coroutine.create(function() "
			"error('inner', 0) end)) return tostring(ok) .. e",
			"falseinner"},
		{"local s = '' local c = coroutine.create(function() local x "
			"<close> = setmetatable({}, {__close = function() "
			"s = 'closed' end}) coroutine.yield() end) "
			"coroutine.resume(c) coroutine.close(c) return s",
			"closed"},
		{"return os.date('!%Y', 0)", "1970"}};
	char got[300], name[400];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		chunk(vm, cases[i][0], got, sizeof(got));
		snprintf(name, sizeof(name), "chunk %s", cases[i][0]);
		is_str(got, cases[i][1], name);
	}
}

static void test_run_details(void)
{
	struct vm_arg args[] = {{str_of("WF_V1"), str_of("a'b\"]]")},
		{str_of("P"), str_of("v")}};
	struct vm_call c = {.name = "step.lua", .args = args, .arg_count = 2};
	struct buf out, printed;
	struct err err = {0};
	size_t line = 0;
	char a[100], b[100];

	buf_init(&out);
	buf_init(&printed);
	c.chunk = str_of("print('one', 2) return WF_V1 .. args.P .. "
		"tostring(args.WF_V1 == WF_V1)");
	vm_run(vm, &c, &out, &printed, NULL, &err);
	is_str(buf_cstr(&out), "a'b\"]]vtrue", "values are in args, those of "
		"references are globals too");
	is_str(buf_cstr(&printed), "one\t2\n", "print goes to its own place");
	c.chunk = str_of("local x\n\nx.y = 1");
	vm_run(vm, &c, &out, &printed, &line, &err);
	is_int((long long)line, 3, "a failing chunk names its line");
	is_str(err.text, "step.lua:3: attempt to index a nil value (local 'x')",
		"and its message begins with the name");
	c.chunk = str_of("return (");
	vm_run(vm, &c, &out, &printed, &line, &err);
	is_int(err.code, ERR_SYNTAX, "a chunk that does not parse is a syntax "
		"error");
	buf_release(&out);
	buf_release(&printed);
	chunk(vm, "return {1, nil, 3}", a, sizeof(a));
	ok(strstr(a, "a list with a hole") != NULL, "a hole in a list is "
		"called so");
	chunk(vm, "return {1, x = 2}", a, sizeof(a));
	ok(strstr(a, "both numbers and names") != NULL, "and what is neither "
		"list nor object too");
	vm_seed(vm, 7);
	chunk(vm, "return math.random(1e9)", a, sizeof(a));
	chunk(vm, "math.random() return 1", b, sizeof(b));
	chunk(vm, "return math.random(1e9)", b, sizeof(b));
	is_str(b, a, "the same seed gives the same numbers in every "
		"evaluation");
	vm_seed(vm, 8);
	chunk(vm, "return math.random(1e9)", b, sizeof(b));
	ok(strcmp(a, b) != 0, "another seed gives others");
}

/* -------------------------------------------------------- limits, threads */
static void *interrupt(void *ud)
{
	usleep(20000);
	vm_interrupt(ud);
	return NULL;
}

static void test_interrupt(void)
{
	struct vm *v = fresh(100);
	char out[300];
	pthread_t t;

	vm_limit(v, 0);
	alarm(60);
	pthread_create(&t, NULL, interrupt, v);
	chunk(v, "while true do end", out, sizeof(out));
	pthread_join(t, NULL);
	is_str(out, "lua: interrupted", "another thread ends an evaluation "
		"that has no limit");
	chunk(v, "return 1", out, sizeof(out));
	is_str(out, "1", "and the next one is right");
	vm_interrupt(v);
	chunk(v, "while true do end", out, sizeof(out));
	is_str(out, "lua: interrupted", "an interrupt between evaluations "
		"ends the next");
	vm_interrupt(v);
	vm_forget(v);
	chunk(v, "return 2", out, sizeof(out));
	is_str(out, "2", "a forgotten interrupt ends none");
	alarm(0);
	vm_free(v);
}

static void *many(void *ud)
{
	long bad = 0;
	char out[300];
	int i;

	(void)ud;
	for (i = 0; i < 30; i++) {
		struct vm *v = fresh(20);

		bad += chunk(v, "while true do end", out, sizeof(out)) != -1;
		bad += chunk(v, "return 1", out, sizeof(out)) != 0;
		vm_free(v);
	}
	return (void *)bad;
}

static void test_threads(void)
{
	pthread_t t[4];
	void *bad;
	long sum = 0;
	int i;

	alarm(120);
	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, many, NULL);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &bad);
		sum += (long)bad;
	}
	alarm(0);
	is_int(sum, 0, "four threads make, stop and free states at once");
}

static void test_small(void)
{
	struct vm_options o = {.max_bytes = 8192};
	struct err err = {0};
	struct vm *v = NULL;

	ok(vm_new(&v, &o, &err) == -1 && err.code == ERR_LIMIT,
		"a state that does not fit in its memory is an error");
}

static void test_result_lives(void)
{
	struct value v = {0};
	struct err err = {0};
	int i, good = 1;

	vm_eval(vm, str_of("('x'):rep(1000)"), &host, &v, NULL, &err);
	for (i = 0; i < 1000; i++)
		good = good && v.s.n == 1000 && v.s.p[i] == 'x';
	ok(good, "the string of a result lives until the next call");
}

/* What a condition alone can try. */
static void test_hostile(void)
{
	static const char *const cases[] = {"('x'):rep(1e10)",
		"('x'):rep(1 << 62)", "('x'):rep(1e7) .. ('x'):rep(3e7)",
		"string.rep('x', 1e7):rep(4)", "('%99999d'):format(1)",
		"(('a'):rep(30000)):find('a*a*a*a*b')",
		"('a'):rep(30000) matches 'a*a*a*a*b'",
		"(('a'):rep(1e6)):gsub('a', ('b'):rep(1000))",
		"{(('x'):rep(1e6)):byte(1, -1)}", "1 // 0", "1 < {}",
		"('x').y.z", "('').len.x", "print('x')", "pcall(1)",
		"len(('x'):rep(2e7) .. 'x') > ('x'):rep(2e7)", "load('x')()",
		"setmetatable({}, {})", "_G.x", "_ENV.x", "G('a', 'b', '')",
		"Q('a', 'b', '', 1, 99)", "T(0, 1, 2, 3)", "string.dump(1)",
		"('x'):dump()", "getmetatable('')"};
	char name[160];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = {0};
		struct value v;
		int rc;

		alarm(60);
		rc = vm_eval(vm, str_of(cases[i]), &host, &v, NULL, &err);
		snprintf(name, sizeof(name), "a hostile condition fails and "
			"the next is right: %s", cases[i]);
		if (!ok(rc == -1 && err.text[0] && vm_eval(vm, str_of(
			"vars.n == 42 and build and not vars.e"), &host, &v,
			NULL, NULL) == 0 && is_true(&v), "%s", name))
			note("rc %d: %s", rc, err.text);
	}
	alarm(0);
}

static void test_check(void)
{
	struct err err = {0};
	size_t at = 0;

	is_int(vm_check(vm, str_of("a-b > 1 and unknown.x"), NULL, &at, &err), 0,
		"a check compiles without knowing names");
	is_int(vm_check(vm, str_of("a >"), NULL, &at, &err), -1,
		"and finds what does not parse");
	is_int((long long)at, 3, "with its place");
}

int main(void)
{
	test_attacks();
	vm = fresh(100);
	vm_limit(vm, 20000); /* no race with a busy machine below */
	test_values();
	test_errors();
	test_noise();
	test_chunks();
	test_run_details();
	test_hostile();
	test_check();
	test_result_lives();
	vm_free(vm);
	test_interrupt();
	test_threads();
	test_small();
	return done();
}
