/*
 * Lines, functions and complexity of small programs whose numbers are counted
 * by hand: 1 for each function, 1 for each if, loop, case, catch, && and ||
 * and ?: in one. `default`, `else` and `finally` are no decisions; what
 * stands outside of functions is of none.
 */
#include "engine/fact/code_scan.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "tests/unit/tap.h"

struct sample {
	const char *what, *text;
	uint32_t functions, complexity;
};

static void check(const char *path, const struct sample *v)
{
	const struct lang *lang = lang_of(str_of(path));
	struct code_count n;

	for (; v->what; v++) {
		code_scan(lang, str_of(v->text), &n);
		if (!ok(n.functions == v->functions &&
				n.complexity == v->complexity, "%s: %s",
				lang->name, v->what))
			note("got %u functions, %u; want %u, %u",
				n.functions, n.complexity, v->functions,
				v->complexity);
	}
}

static const struct sample c_samples[] = {
	{"an empty function is 1", "int f(void) { return 0; }", 1, 1},
	{"every kind of decision", "void f(int a) {\n"
		"if (a) {} else if (a && b || c) {} else {}\n"
		"for (;;) while (a) do {} while (a ? b : c);\n"
		"switch (a) { case 1: case 2: break; default: break; } }",
		1, 1 + 4 + 3 + 1 + 2},
	{"strings, characters and comments hold none", "int f(void) {\n"
		"char *s = \"if (a) \\\" && while\"; char c = '?';\n"
		"char q = '\\''; /* if || */ // for (;;) \\\n && if\n"
		"return 0; }", 1, 1 + 1},
	{"a choice without a middle is one", "int f(int a) "
		"{ return a ?: 2; }", 1, 2},
	{"prototypes, types and data are no functions",
		"int f(int a);\nstruct s { int (*g)(int); };\n"
		"static const struct s t[] = { { f }, { f } };\n"
		"typedef int (*h)(int);\nenum e { A = 1, B };\n", 0, 0},
	{"a function gives a struct", "struct s *f(void) { if (a) return b; }\n"
		"enum e g(void) { return A; }", 2, 3},
	{"old parameters", "int f(a, b) int a; char *b; { if (a) b(); }",
		1, 2},
	{"a macro that makes one", "TEST(a, b) { if (x) y(); }", 1, 2},
	{"attributes before and behind", "__attribute__((unused)) static int "
		"f(int a) { return a && 1; }\nint g(void) __attribute__((cold));",
		1, 2},
	{"#if in a function is a decision, its else is none",
		"int f(void) {\n#ifdef A\n a();\n#elif B\n b();\n#else\n"
		" c();\n#endif\n}\n", 1, 3},
	{"both branches of #if may open the same function",
		"#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n"
		"if (x) y();\n}\nint g(void) { return 1; }\n", 2, 3},
	{"a macro of many lines is no code", "#define F(x) \\\n  if (x) { \\\n"
		"    y();\nint f(void) { return 1; }\n", 1, 1},
	{"extern \"C\" holds functions", "FOO(x)\nextern \"C\" {\n"
		"int f(void) { return 1; }\nint g(void) { return 1; }\n}\n",
		2, 2},
	{"an address of a label", "void f(void) { void *p = &&a; a: ; }",
		1, 1},
	{NULL, NULL, 0, 0},
};

static const struct sample cpp_samples[] = {
	{"raw strings", "int f() { auto s = R\"x(if (a) \" && )\" )x\"; "
		"return a && b; }", 1, 2},
	{"methods, in and out of their class", "class A : public B {\npublic:\n"
		"  A(int x) : a(x), b{x} { if (x) y(); }\n"
		"  int g() const noexcept { return a ? 1 : 2; }\n"
		"  bool operator==(const A &o) const { return a == o.a; }\n"
		"  int operator()(int i) { return i; }\n"
		"  A &operator+=(int i) { return *this; }\n};\n"
		"int A::h() { return 1; }", 6, 8},
	{"a lambda is of the function around", "int f() { auto l = [](int a) "
		"{ return a ? 1 : 2; }; return l(1) && l(2); }", 1, 3},
	{"templates", "template <class T, class U = A<B>>\n"
		"T f(T a) { for (auto x : a) {} }\n"
		"template <typename T> class C { T g() { return 1; } };",
		2, 3},
	{"references are no conjunctions", "void f(T &&a, auto &&b) { "
		"auto &&c = a; for (auto &&d : c) {} g<int &&>(); }", 1, 2},
	{"namespaces, also behind a macro", "__pragma(warning(x))\n"
		"namespace a {\nnamespace {\nint f() { return 1; }\n}\n"
		"int g() { return 2; }\n}", 2, 2},
	{"catch, try", "int f() { try { a(); } catch (E &e) { } "
		"catch (...) { } }", 1, 3},
	{"methods of a class in a function are their own", "int f() { "
		"struct S { int g() { return a && b; } }; if (x) y(); }", 2, 4},
	{"numbers with marks", "int f() { int a = 1'000'000; "
		"if (a) return '\\''; }", 1, 2},
	{NULL, NULL, 0, 0},
};

static const struct sample python_samples[] = {
	{"every kind of decision", "def f(a):\n    if a and b or c:\n"
		"        pass\n    elif d:\n        pass\n    else:\n        pass\n"
		"    for x in y:\n        pass\n    while z:\n        pass\n"
		"    try:\n        pass\n    except E:\n        pass\n"
		"    finally:\n        pass\n", 1, 1 + 4 + 2 + 1},
	{"comprehensions and choices", "def f(a):\n    return [x if x else y "
		"for x in a if x]\n", 1, 4},
	{"nested functions are their own", "def f():\n    if a:\n        pass\n"
		"    def g():\n        return a or b\n    if c:\n        pass\n",
		2, 5},
	{"a lambda is of the function around", "def f():\n    return lambda x: "
		"x if x else 1\n", 1, 2},
	{"methods, decorators, async", "class A:\n    if x: y = 1\n"
		"    @a(lambda: b and c)\n    def f(self):\n        return 1\n"
		"    async def g(self):\n        async for x in y: pass\n",
		2, 3},
	{"strings of three quotes hold no words", "def f():\n    '''if a:\n"
		"    for b in c'''\n    x = \"\"\"\nwhile \\\"\"\" and\n\"\"\"\n"
		"    # if x\n    return 'it''s if' # or\n", 1, 1},
	{"match: `_` is of all others", "def f(a):\n    match a:\n"
		"        case 1: pass\n        case (x, y) if x: pass\n"
		"        case _: pass\n", 1, 4},
	{"case and match are names too", "def f(case):\n    case = 1\n"
		"    case.x = 2\n    case += 1\n    match(case)\n"
		"    return case\n", 1, 1},
	{"brackets go over lines", "def f(\n  a,\nb):\n    x = [\n1,\n"
		"    ]\n    if x: pass\n", 1, 2},
	{"tabs and a line that goes on", "def f():\n\tif a \\\nand b:\n\t\tc\n"
		"x = 1 if y else 2\n", 1, 3},
	{NULL, NULL, 0, 0},
};

static const struct sample script_samples[] = {
	{"every kind of decision", "function f(a) { if (a && b || c ?? d) {} "
		"else {} for (const x of y) {} for (;;) {} while (a) {} "
		"do {} while (b); switch (a) { case 1: case 2: default: } "
		"try {} catch (e) {} finally {} return a ? b : c; }",
		1, 1 + 4 + 2 + 2 + 2 + 1 + 1},
	{"functions anywhere", "const f = function (a) { return a || 1; };\n"
		"g(function () { if (a) b(); }, () => { if (c) d(); });\n"
		"const h = async x => { await x; };\n", 4, 7},
	{"an arrow to an expression", "const f = x => x ? 1 : 2;\n"
		"const g = (a, b) => a && b\nconst h = () => ({ a: 1 })\n"
		"x.map(y => y || 1, z => z)\n", 5, 8},
	{"methods of classes and objects", "class A extends B(C) {\n"
		"  constructor(a) { super(a); }\n  get x() { return 1 }\n"
		"  static async *g() { for await (const x of y) {} }\n"
		"  #p = 1;\n  [Symbol.iterator]() { return this }\n"
		"  catch(f) { return f }\n}\n"
		"const o = { a: foo(1), b: { c: 1 }, m(x) { if (x) y() }, "
		"n: () => 1, get 'q'() { return 2 } };\n", 8, 10},
	{"calls before a brace are no functions", "function f() {\n"
		"  foo(a)\n  if (x) { y() }\n  switch (g(x)) { case h(1): { "
		"break } }\n  return x ? g(y) : { b: 1 }\n}\n", 1, 4},
	{"templates hold code", "const f = a => `x ${a ? `y ${b && c}` : '}'} "
		"if`\nfunction g() { return `$ { ${1} }` }\n", 2, 4},
	{"a regex is no division", "function f(a) { return /[/'\"]if/.test(a) "
		"&& a / b / c || /\\/{/g }\n"
		"function g() { return 1 }\n", 2, 4},
	{"properties are no words", "function f() { a.catch(b); a.if; "
		"return { if: 1, for: 2, case: 3 }; }", 1, 1},
	{"optional is no choice", "function f(a) { return a?.b?.[1]?.(c) "
		"?? (a ?.5:1); }", 1, 3},
	{"comments and strings", "function f() { /* if (a) { */ // &&\n"
		"return 'if \\' ?' + \"&& { \"; }", 1, 1},
	{NULL, NULL, 0, 0},
};

static const struct sample typed_samples[] = {
	{"types are no functions", "type F = (a: number) => void;\n"
		"interface I { f(a?: string): void; g: (x: T) => U; }\n"
		"declare function d(cb: (x: T) => void): { a: () => void };\n"
		"abstract class A { abstract h(): void; k: () => void; }\n",
		0, 0},
	{"types of parameters and results", "function f(cb: (x: number) => "
		"void, o?: { a: T }): { b: U } { if (cb) cb(1); return o; }\n"
		"class A<T = {}> { m<U = any>(x: U): Map<A, B> { return x && y }"
		" }\nconst g = (x: T): U => x ? 1 : 2;\n", 3, 6},
	{"values beside their types", "const a: (x: T) => U = (x) => x;\n"
		"const o = { k: (x: T) => x || 1 };\n"
		"foo((x: T) => x, (y?: U): V => y);\n", 4, 5},
	{"overloads are one function", "function f(a: string): void;\n"
		"function f(a: number): void;\nfunction f(a: any): void { }\n",
		1, 1},
	{"choices of types are none", "type A<T> = T extends U ? X : Y\n"
		"const f = (x) => x\n", 1, 1},
	{"decorators", "@C({ a: () => 1 })\nexport class A {\n"
		"  constructor(private readonly b: B) { }\n"
		"  @Input() set x(v: T) { this.v = v! ? v : w; }\n}\n", 3, 4},
	{NULL, NULL, 0, 0},
};

static const struct sample go_samples[] = {
	{"every kind of decision", "func f(a int) {\nif a > 0 && b || c {\n} "
		"else if d {\n}\nfor i := range x {\n}\nswitch a {\ncase 1, 2:\n"
		"default:\n}\nselect {\ncase <-c:\ndefault:\n}\n}\n", 1, 8},
	{"methods, results, closures", "func (r *R) M(f func(int) error) "
		"(g func(), err error) {\n\tgo func() {\n\t\tif a {\n\t\t}\n\t}()"
		"\n\tif b {\n\t}\n\treturn nil, nil\n}\n", 2, 4},
	{"types with func are none", "type F func(int) bool\n"
		"type I interface {\n\tG(func(int)) func()\n}\n"
		"type S struct {\n\tf func(int)\n}\n"
		"var m = map[string]func(){\n\t\"a\": h,\n}\n"
		"var x func(int)\n", 0, 0},
	{"a function in data", "var p = []T{\n\t{New: func() interface{} "
		"{ return 1 }},\n\t{New: func() struct{} { return x }},\n}\n",
		2, 2},
	{"raw strings", "func f() string {\n\treturn `if ${ \" && {` + \"`\" +"
		" \"for\"\n}\nfunc g() { '{' }\n", 2, 2},
	{"generics", "func Map[T any, U comparable](a []T, f func(T) U) []U {\n"
		"\tfor _, x := range a {\n\t}\n\treturn nil\n}\n", 1, 2},
	{"a call, then a block", "func f() {\n\tt.Run(\"x\", func(t *T) {\n\t\t"
		"g()\n\t})\n\tif x {\n\t\ty()\n\t}\n}\n", 2, 3},
	{NULL, NULL, 0, 0},
};

static const struct sample rust_samples[] = {
	{"every kind of decision", "fn f(a: i32) -> R { if a > 0 && b || c {} "
		"else if let Some(x) = y {} else {} for i in 0..9 {} while let "
		"Some(x) = y {} loop { break } g()?; Ok(()) }",
		1, 1 + 4 + 2 + 1},
	{"of n arms one is free", "fn f(a: E) -> u8 { match a { E::A => 1, "
		"E::B { x } if x => { if y { 2 } else { 3 } }, _ => 4 } }",
		1, 1 + 2 + 1 + 1},
	{"let … else is a decision", "fn f() { let Some(x) = y else { return };"
		" let z = if a { 1 } else { 2 }; }", 1, 3},
	{"raw strings, bytes, lifetimes, characters", "fn f<'a>(s: &'a str) -> "
		"&'a str { let x = r#\"if \"{ && \"#; let y = br\"\\\"; let z = "
		"b\"\\\"{\"; let c = '{'; let q = '\\''; let r#if = 1; s }\n"
		"fn g() {}", 2, 2},
	{"closures and references are no disjunctions", "fn f() { let g = || 1;"
		" h(move || 2, |&&x| x, &&y); a || b }", 1, 2},
	{"types and bounds", "fn f<T: ?Sized, F>(g: fn(u8) -> u8, h: F) -> "
		"[u8; 4] where F: for<'a> Fn(&'a T) { [0; 4] }\n"
		"struct S { f: fn(u8) }\ntrait T { fn a(&self); fn b(&self) { } }",
		2, 2},
	{"nested comments and macros", "/* if /* && */ { */\n"
		"macro_rules! m { ($x:expr) => { if $x { } } }\n"
		"impl A for B { fn f(&self) { vec![1, 2]; m!(x && y); } }", 1, 2},
	{"nested functions are their own", "fn f() { fn g() { if a {} } if b {}"
		" }", 2, 4},
	{NULL, NULL, 0, 0},
};

static const struct sample java_samples[] = {
	{"every kind of decision", "class A { int f(int a) { if (a > 0 && b || "
		"c) {} else {} for (int i : x) {} for (;;) {} while (a) {} "
		"do {} while (b); switch (a) { case 1: case 2: break; default: }"
		" try {} catch (E e) {} finally {} return a > 0 ? 1 : 2; } }",
		1, 1 + 3 + 2 + 2 + 2 + 1 + 1},
	{"constructors, generics, annotations", "@A(x = 1) public class B<T> "
		"extends C<T> { @D({1, 2}) public B() { } <U> List<? extends U> "
		"g(Map<?, ? super T> m) throws E { return null; } "
		"abstract void h(); int[] a = { 1, 2 }; }", 2, 2},
	{"classes without a name", "class A { Runnable r = new Runnable() { "
		"public void run() { if (a) b(); } }; void f() { g(new H() { "
		"int i() { return a ? 1 : 2; } }, 1); if (x == new Y()) { } } }",
		3, 6},
	{"lambdas are of the method around", "class A { void f() { g(x -> { "
		"if (x) y(); }); } }", 1, 2},
	{"an enum whose constants have methods", "enum E { A(1) { int f() { "
		"return 1; } }, B(2) { int f() { return 2; } }; E(int x) { } "
		"abstract int f(); }", 3, 3},
	{"records, interfaces, switch with arrows", "record P(int x, int y) { "
		"int s() { return x; } }\ninterface I { default int f(E e) { "
		"return switch (e) { case A, B -> 1; case C -> 2; default -> 3; "
		"}; } void g(); }", 2, 4},
	{"text blocks and class literals", "class A { String f() { g(B.class); "
		"return \"\"\"\n if (a) \\\"\"\" && {\n\"\"\"; } "
		"void lock() { } void with(int a) { } }", 3, 3},
	{NULL, NULL, 0, 0},
};

static const struct sample shell_samples[] = {
	{"every kind of decision", "f() {\n\tif a && b || c; then d\n\telif e; "
		"then f\n\telse g\n\tfi\n\tfor x in y; do z; done\n"
		"\twhile a; do b; done\n\tuntil a; do b; done\n}\n",
		1, 1 + 4 + 3},
	{"case: `*` is of all others, the last may lack ;;", "f() {\n\tcase $x "
		"in\n\ta | b) c ;;\n\t(d) e ;;\n\t*) g\n\tesac\n}\n", 1, 3},
	{"words that are no commands", "f() {\n\techo if for while && "
		"echo case in\n\tprintf '%s\\n' \"if\" # && if\n}\n", 1, 2},
	{"here-documents", "f() {\n\tcat <<EOF\nif && it's {\nEOF\n\tcat "
		"<<-'END' && x\n\twhile || \"\n\tEND\n\tcat <<<word\n}\n"
		"g() { a; }\n", 2, 3},
	{"quotes within quotes", "f() {\n\tx=\"$(a \"it's\" | b '\"')\"\n"
		"\ty=$'it\\'s {'\n\techo \"$((1 << n))\" $((1<<n))\n}\n"
		"g() { a || b; }\n", 2, 3},
	{"all forms of functions", "function a { x; }\nfunction b() { x; }\n"
		"c-d.e () { x; }\nf()\n{\n\tx\n}\ng() ( x && y )\n", 5, 6},
	{"expansions are no blocks", "f() {\n\techo ${x#y} ${#x} ${x:-{a}} "
		"{a,b} $(if a; then b; fi)\n\ta=()\n\t(cd x && y)\n}\n"
		"g() { x; }\n", 2, 4},
	{"a case in a substitution", "f() {\n\tx=$(case $y in a) b ;; esac)\n"
		"\tif z; then w; fi\n}\ng() { :; }\n", 2, 4},
	{"tests of [[ and ((", "f() {\n\t[[ a && b ]] || ((x && y))\n}\n",
		1, 4},
	{NULL, NULL, 0, 0},
};

static const struct sample lua_samples[] = {
	{"every kind of decision", "function f(a)\n if a and b or c then\n "
		"elseif d then\n else\n end\n for i = 1, 2 do end\n while a do "
		"end\n repeat until b\nend\n", 1, 1 + 4 + 3},
	{"functions anywhere", "local function f() if a then end end\n"
		"local t = { g = function() return a or b end, h = 1 }\n"
		"function t:m() end\nfunction t.n.o() return function() end end\n",
		5, 7},
	{"long strings and comments", "function f()\n local s = [[if ]] .. "
		"[==[ while ]] ]==] .. 'and' .. \"\\\"or\"\n --[[ if\n ]] --[==[ "
		"for ]] ]==]\n -- and\n return s\nend\n", 1, 1},
	{"blocks end where they should", "function f()\n do if a then b() "
		"elseif c then d() end end\n for k in pairs(t) do while x do "
		"break end end\nend\nif y then end\nfunction g() end\n", 2, 6},
	{NULL, NULL, 0, 0},
};

/* ------------------------------------------------------------------ others */
static void is_count(const char *path, const char *text, uint32_t tests,
	uint32_t todos)
{
	struct code_count n;

	code_scan(lang_of(str_of(path)), str_of(text), &n);
	if (!ok(n.tests == tests && n.todos == todos, "%s: tests and notes",
			path))
		note("got %u tests, %u notes", n.tests, n.todos);
}

static void test_tests(void)
{
	is_count("a.py", "def test_a(): pass\nclass T:\n    def test_b(self): "
		"pass\n    def other(self): pass # TODO x\n'TODO'\n", 2, 1);
	is_count("a.c", "TEST(a, b) { }\nSTART_TEST(c) { }\nint f(void) { } "
		"/* a FIXME: XXX */\nchar *s = \"TODO\";\n", 2, 2);
	is_count("a.go", "func TestA(t *testing.T) {\n}\nfunc helper() {\n}\n",
		1, 0);
	is_count("a.rs", "#[test]\nfn a() {}\nfn b() {}\n", 1, 0);
	is_count("A.java", "class A { @Test void a() { } void b() { } }", 1, 0);
	is_count("a.js", "describe('x', () => {\n  it('y', () => { });\n"
		"  test('z', () => { });\n});\n", 2, 0);
	is_count("a.bats", "@test \"x\" {\n  run y\n}\n", 1, 0);
	is_count("a.sh", "test_a() { x; }\nother() { y; } # TODO\n", 1, 1);
}

static void test_languages(void)
{
	static const struct {
		const char *path, *name;
	} v[] = {{"a.c", "C"}, {"d/b.hpp", "C++"}, {"x.tsx", "TypeScript"},
		{"Rakefile", "Ruby"}, {"a.mjs", "JavaScript"}, {"a.pyi",
		"Python"}, {"a.bash", "Shell"}, {"a.txt", NULL}, {"c", NULL},
		{".c", NULL}, {"a.c/b", NULL}, {"a.C", NULL}};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const struct lang *l = lang_of(str_of(v[i].path));

		is_str(l ? l->name : NULL, v[i].name, v[i].path);
	}
}

/* Every prefix and every byte out of place: no crash, no endless way. */
static void test_garbage(void)
{
	static const char *const text = "func f(a) { \"\\\"'`${ /* // # <<EOF "
		"[[ --[==[ r#\" R\"x( ''' \"\"\" ?. ) ] } => case x in #if\n"
		"#if\n#else\ndef f(: \n  template <a> operator( ; \xff\xc3";
	size_t n = strlen(text), scans = 0;
	char *own = mem_strdup(text);

	for (const struct lang *l = langs; l->name; l++) {
		struct code_count c;

		for (size_t i = 0; i <= n; i++, scans++) {
			char *cut = mem_dup(text, i);

			code_scan(l, (struct str){cut, i}, &c);
			mem_free(cut);
		}
		for (size_t i = 0; i < n; i++, scans++) {
			own[i] = "{}()\"'"[i % 6];
			code_scan(l, (struct str){own, n}, &c);
			own[i] = text[i];
		}
	}
	mem_free(own);
	ok(scans > 5000, "%zu broken programs are read to their end", scans);
}

static void test_deep(void)
{
	enum { N = 100000 };
	static const char *const often[] = {"`${", "/[", "<<", "\"$(", "r#",
		"[=", "'a", "R\"", "case ", "() ", "=> ", "x => ", "? ",
		"/*", "#if\n", "$(("};
	char *text = mem_alloc(N);
	const struct lang *c = lang_of(str_of("a.c"));
	struct code_count n;

	memset(text, '{', N);
	memcpy(text, "int f(void) ", 12);
	code_scan(c, (struct str){text, N}, &n);
	is_int(n.functions, 1, "100,000 open blocks do no harm");
	memset(text, '(', N);
	for (const struct lang *l = langs; l->name; l++)
		code_scan(l, (struct str){text, N}, &n);
	ok(1, "nor as many brackets");
	for (size_t i = 0; i < sizeof(often) / sizeof(often[0]); i++) {
		size_t len = strlen(often[i]);

		for (size_t k = 0; k + len <= N; k += len)
			memcpy(text + k, often[i], len);
		for (const struct lang *l = langs; l->name; l++)
			code_scan(l, (struct str){text, N / len * len}, &n);
		ok(1, "nor a line of nothing but one sign, %zu", i);
	}
	mem_free(text);
}

int main(void)
{
	check("a.c", c_samples);
	check("a.cc", cpp_samples);
	check("a.py", python_samples);
	check("a.js", script_samples);
	check("a.ts", script_samples);
	check("a.ts", typed_samples);
	check("a.go", go_samples);
	check("a.rs", rust_samples);
	check("A.java", java_samples);
	check("a.sh", shell_samples);
	check("a.lua", lua_samples);
	test_tests();
	test_languages();
	test_garbage();
	test_deep();
	return done();
}
